"""A hub with nothing: the model is fetched beside, and the detector that waited for it looks."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web

from custom_components.verified_response.adapters.models import choose, fetch, files
from custom_components.verified_response.adapters.models import packages as packages_module
from custom_components.verified_response.adapters.models.choose import ModelChoice, Wishes
from custom_components.verified_response.adapters.models.packages import Machine
from custom_components.verified_response.adapters.person_detector import WorkerPersonDetector
from custom_components.verified_response.vision.card import DEFAULT_CARD, ModelCard, load_cards
from custom_components.verified_response.vision.plan import EngineKind

from .conftest import Host

MUSL = Machine(glibc=False, musl=True, arm=True)


@pytest.mark.shared
@pytest.mark.real
@pytest.mark.slow
async def test_a_musl_hub_fetches_both_files_and_then_looks_with_ncnn(
    hass, cache, online, host: Host, shared, monkeypatch
) -> None:
    modules = {"numpy", "PIL", "ncnn"}
    monkeypatch.setattr(packages_module, "importable", lambda names: set(names) <= modules)
    monkeypatch.setattr(packages_module, "this_machine", lambda: MUSL)
    monkeypatch.setattr(fetch, "SPARE_BYTES", 0)
    gate = asyncio.Event()
    cards = served(host, shared, gate)
    monkeypatch.setattr(files, "load_cards", lambda: cards)
    choice = ModelChoice(hass, Wishes())
    arrived = asyncio.Event()
    choice.listen(arrived.set)
    detector = WorkerPersonDetector(choice.plan, threads=1, idle_s=60, measured=choice.measured)
    try:
        info = await detector.prepare()
        assert info is not None
        assert (info.engine, info.reason) == ("none", choose.MODEL_FETCHING)
        gate.set()
        async with asyncio.timeout(60):
            await arrived.wait()
            info = await detector.prepare()
        assert info is not None
        assert (info.engine, info.model, info.reason) == ("ncnn", "nanodet-plus-m-416", None)
        assert info.frame_ms is not None
        stored = choice._measurements.frame_ms(EngineKind.NCNN, 2, "nanodet-plus-m-416")
        assert stored == pytest.approx(info.frame_ms, abs=0.1), "the speed was measured and kept"
    finally:
        await detector.close()


def served(host: Host, shared: Path, gate: asyncio.Event) -> dict[str, ModelCard]:
    """The real cards, whose default files for ncnn are on a host of this machine."""
    cards = dict(load_cards())
    card = cards[DEFAULT_CARD]
    forms = []
    for form in card.forms:
        changed = []
        for file in form.files:
            path = shared / "models" / file.names[-1]

            async def give(_: web.Request, path=path) -> web.Response:
                await gate.wait()
                return web.Response(body=path.read_bytes())

            url = host.serves(f"/{path.name}", give)
            variants = tuple(replace(each, url=url) for each in file.variants)
            changed.append(replace(file, variants=variants))
        forms.append(replace(form, files=tuple(changed)))
    cards[DEFAULT_CARD] = replace(card, forms=tuple(forms))
    return cards
