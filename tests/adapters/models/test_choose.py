"""What is run: the best that this machine can have, the owner's choice first, and why nothing better."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from aiohttp import web
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.verified_response.adapters.models import choose, fetch, files, memory
from custom_components.verified_response.adapters.models import packages as packages_module
from custom_components.verified_response.adapters.models.choose import (
    ModelChoice,
    Wishes,
    kinds_for,
)
from custom_components.verified_response.adapters.models.fetch import ModelUnavailable
from custom_components.verified_response.adapters.models.packages import Machine
from custom_components.verified_response.vision.card import (
    DEFAULT_CARD,
    SLOW_HUB_CARD,
    load_cards,
)
from custom_components.verified_response.vision.plan import EngineKind, EnginePlan

from .conftest import BIN, GRAPH, QUICK, WEIGHTS, Host, Shelf, model_file, put

GLIBC = Machine(glibc=True, musl=False, arm=False)
GLIBC_ARM = Machine(glibc=True, musl=False, arm=True)
MUSL = Machine(glibc=False, musl=True, arm=False)
ALL = frozenset({"numpy", "PIL", "cv2", "onnxruntime", "ncnn"})
ONNX, NCNN, BASIC, REMOTE = EngineKind.ONNX, EngineKind.NCNN, EngineKind.BASIC, EngineKind.REMOTE


class Hub:
    """The machine and the modules that it has."""

    def __init__(self) -> None:
        self.machine, self.modules = GLIBC, set(ALL)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    hub = Hub()
    monkeypatch.setattr(packages_module, "this_machine", lambda: hub.machine)
    monkeypatch.setattr(packages_module, "importable", lambda names: set(names) <= hub.modules)

    async def nothing(*_args: object, **_more: object) -> None:
        """Nothing can be installed beyond what is there."""

    monkeypatch.setattr(packages_module, "async_process_requirements", nothing)
    return hub


@pytest.fixture(autouse=True)
def _shelf(shelf: Shelf, cache: Path, hub: Hub, monkeypatch) -> None:
    monkeypatch.setattr(fetch, "SPARE_BYTES", 0)


async def plan(hass, **wishes: object) -> EnginePlan:
    return await ModelChoice(hass, Wishes(**wishes)).plan()


def planned(kind: EngineKind, *paths: Path, model: str = DEFAULT_CARD, **more) -> EnginePlan:
    return EnginePlan(engine=kind, files=paths, card=load_cards()[model].path, **more)


def pair(folder: Path) -> tuple[Path, Path]:
    return put(folder, GRAPH, "default.param"), put(folder, BIN, "default.bin")


# Engines


@pytest.mark.parametrize(
    ("engine", "machine", "order"),
    [
        ("auto", GLIBC, (ONNX, NCNN, BASIC)),
        ("auto", GLIBC_ARM, (NCNN, ONNX, BASIC)),
        ("auto", MUSL, (NCNN, ONNX, BASIC)),
        ("auto", replace(MUSL, arm=True), (NCNN, ONNX, BASIC)),
        ("onnx", MUSL, (ONNX, NCNN, BASIC)),
        ("basic", GLIBC, (BASIC, ONNX, NCNN)),
        ("remote", GLIBC_ARM, (REMOTE, NCNN, ONNX, BASIC)),
    ],
)
def test_the_order_of_engines(engine, machine, order) -> None:
    assert kinds_for(engine, machine) == order


async def test_glibc_takes_onnx_where_both_are(hass, cache) -> None:
    path = put(cache, WEIGHTS, "default.onnx")
    pair(cache)
    assert await plan(hass) == planned(ONNX, path)


@pytest.mark.parametrize("machine", [MUSL, GLIBC_ARM])
async def test_musl_and_arm_take_ncnn_where_both_are(hass, cache, hub, machine) -> None:
    hub.machine = machine
    put(cache, WEIGHTS, "default.onnx")
    paths = pair(cache)
    assert await plan(hass) == planned(NCNN, *paths)


async def test_ncnn_stands_in_for_onnx_in_full(hass, cache, hub) -> None:
    """Full trust, so nothing is amiss."""
    hub.modules -= {"onnxruntime"}
    put(cache, WEIGHTS, "default.onnx")
    paths = pair(cache)
    assert await plan(hass) == planned(NCNN, *paths)


async def test_basic_looks_without_the_runtimes_and_says_why(hass, cache, hub) -> None:
    hub.modules -= {"onnxruntime", "ncnn"}
    put(cache, WEIGHTS, "default.onnx")
    pair(cache)
    assert await plan(hass) == EnginePlan(engine=BASIC, reason="packages_missing")


async def test_without_any_package_nothing_can_look(hass, hub, cache) -> None:
    hub.modules = set()
    put(cache, WEIGHTS, "default.onnx")
    assert await plan(hass) == EnginePlan(engine=None, reason="packages_missing")


async def test_without_a_model_basic_looks_and_says_why(hass) -> None:
    assert await plan(hass) == EnginePlan(engine=BASIC, reason="model_missing")


async def test_the_owners_engine_comes_first(hass, cache) -> None:
    put(cache, WEIGHTS, "default.onnx")
    paths = pair(cache)
    assert await plan(hass, engine="ncnn") == planned(NCNN, *paths)
    assert await plan(hass, engine="basic") == EnginePlan(engine=BASIC)


async def test_an_engine_that_the_owner_chose_in_vain_is_told(hass, cache, hub) -> None:
    hub.modules -= {"ncnn"}
    path = put(cache, WEIGHTS, "default.onnx")
    pair(cache)
    assert await plan(hass, engine="ncnn") == planned(ONNX, path, reason="packages_missing")


# Files


async def test_folders_are_searched_in_order(hass, tmp_path, checkout, cache, monkeypatch) -> None:
    """Each file that is found hides those of the folders after it."""
    monkeypatch.setenv(files.ENV_MODELS, str(tmp_path / "named"))
    (checkout / "pyproject.toml").touch()
    folders = [
        checkout / "custom_components" / "verified_response" / "models",
        tmp_path / "option",
        tmp_path / "named",
        tmp_path / "dev" / "shared" / "models",
        cache,
    ]
    for folder in reversed(folders):
        path = put(folder, WEIGHTS, "default.onnx")
        assert await plan(hass, folder=tmp_path / "option") == planned(ONNX, path)


async def test_material_beside_something_that_is_no_checkout_is_left_alone(hass, tmp_path) -> None:
    put(tmp_path / "dev" / "shared" / "models", WEIGHTS, "default.onnx")
    assert (await plan(hass)).engine is BASIC


async def test_a_linked_integration_finds_what_lies_beside_its_checkout(
    hass, tmp_path, checkout, monkeypatch
) -> None:
    (checkout / "pyproject.toml").touch()
    path = put(tmp_path / "dev" / "shared" / "models", WEIGHTS, "default.onnx")
    link = tmp_path / "linked"
    link.symlink_to(checkout / "custom_components")
    monkeypatch.setattr(files, "INTEGRATION", link / "verified_response")
    assert await plan(hass) == planned(ONNX, path)


@pytest.mark.parametrize("name", ["default.onnx", "other_name.onnx"])
async def test_every_name_is_known(hass, tmp_path, name) -> None:
    path = put(tmp_path, WEIGHTS, name)
    assert await plan(hass, folder=tmp_path) == planned(ONNX, path)


async def test_half_a_form_is_none(hass, cache, tmp_path, hub) -> None:
    """The two halves have to lie together: halves of different places may not fit each other."""
    hub.machine, hub.modules = MUSL, set(ALL) - {"cv2"}
    put(tmp_path, GRAPH, "default.param")
    put(cache, BIN, "default.bin")
    nothing = EnginePlan(engine=None, reason="model_missing")
    assert await plan(hass, folder=tmp_path) == nothing
    put(cache, GRAPH, "default.param")
    assert (await plan(hass, folder=tmp_path)).files == pair(cache)


async def test_halves_of_two_conversions_are_none(tmp_path) -> None:
    """Both are known, but not together."""
    first, second = model_file(GRAPH, "a.param"), model_file(BIN, "a.bin")
    again = (model_file(b"other graph", "a.param"), model_file(b"other weights", "a.bin"))
    pieces = [
        replace(one, variants=(*one.variants, *two.variants))
        for one, two in zip((first, second), again, strict=True)
    ]
    put(tmp_path, GRAPH, "a.param")
    put(tmp_path, b"other weights", "a.bin")
    assert files.find(pieces, [tmp_path]) == files.Found()
    put(tmp_path, b"other graph", "a.param")
    assert len(files.find(pieces, [tmp_path]).files) == 2


async def test_a_wrong_digest_is_refused_and_named(hass, tmp_path, caplog) -> None:
    put(tmp_path, b"something else", "default.onnx")
    assert await plan(hass, folder=tmp_path) == EnginePlan(
        engine=BASIC, reason="model_refused", refused=("default.onnx",)
    )
    assert "refused" in caplog.text


async def test_a_right_file_after_a_wrong_one_is_used(hass, tmp_path, cache) -> None:
    put(tmp_path, b"something else", "default.onnx")
    path = put(cache, WEIGHTS, "default.onnx")
    assert await plan(hass, folder=tmp_path) == planned(ONNX, path, refused=("default.onnx",))


async def test_what_cannot_be_read_is_passed_over(hass, tmp_path, monkeypatch) -> None:
    (tmp_path / "default.onnx").mkdir()
    assert (await plan(hass, folder=tmp_path)).reason == "model_missing"
    put(tmp_path, WEIGHTS, "other_name.onnx")
    monkeypatch.setattr(fetch, "MAX_MODEL_BYTES", len(WEIGHTS) - 1)
    assert (await plan(hass, folder=tmp_path)).reason == "model_missing"


# The owner's model


async def test_a_model_that_the_owner_chose_is_run(hass, cache) -> None:
    put(cache, WEIGHTS, "default.onnx")
    path = put(cache, QUICK, "quick.onnx")
    assert await plan(hass, model=SLOW_HUB_CARD) == planned(ONNX, path, model=SLOW_HUB_CARD)


async def test_a_chosen_model_that_is_missing_is_stood_in_for_and_told(hass, cache) -> None:
    path = put(cache, WEIGHTS, "default.onnx")
    for model in (SLOW_HUB_CARD, "own", "gone-since"):
        assert await plan(hass, model=model) == planned(ONNX, path, reason="model_missing")


async def test_any_full_model_is_as_good_as_the_default_when_nobody_chose(hass, cache) -> None:
    path = put(cache, QUICK, "quick.onnx")
    assert await plan(hass) == planned(ONNX, path, model=SLOW_HUB_CARD)


# Measurements


@pytest.fixture
async def slow(hass, cache) -> ModelChoice:
    """A hub on which the default model has just turned out to be slow."""
    put(cache, WEIGHTS, "default.onnx")
    choice = ModelChoice(hass, Wishes())
    first = await choice.plan()
    assert await choice.measured(first, choose.SLOW_MS + 1)
    return choice


async def test_a_slow_hub_takes_the_quick_model(hass, cache, slow) -> None:
    path = put(cache, QUICK, "quick.onnx")
    quick = planned(ONNX, path, model=SLOW_HUB_CARD)
    assert await slow.plan() == quick
    assert not await slow.measured(quick, choose.SLOW_MS * 3), "there is nothing quicker"
    assert await slow.plan() == quick


async def test_a_hub_that_is_quick_enough_keeps_the_default(hass, cache) -> None:
    path = put(cache, WEIGHTS, "default.onnx")
    put(cache, QUICK, "quick.onnx")
    choice = ModelChoice(hass, Wishes())
    assert not await choice.measured(await choice.plan(), choose.SLOW_MS)
    assert await choice.plan() == planned(ONNX, path)


async def test_the_default_goes_on_where_there_is_nothing_quicker(slow, cache) -> None:
    """Slow is better than blind, and nobody can mend it: no reason, and it is not planned in a circle."""
    plan = await slow.plan()
    assert plan == planned(ONNX, cache / "default.onnx")
    assert not await slow.measured(plan, choose.SLOW_MS * 2)


async def test_the_owners_word_counts_more_than_a_measurement(hass, cache, slow) -> None:
    put(cache, QUICK, "quick.onnx")
    chosen = ModelChoice(hass, Wishes(model=DEFAULT_CARD))
    plan = await chosen.plan()
    assert plan == planned(ONNX, cache / "default.onnx")
    assert not await chosen.measured(plan, choose.SLOW_MS * 4)


async def test_measurements_hold_for_their_engine_and_threads(hass, cache, slow) -> None:
    put(cache, QUICK, "quick.onnx")
    assert (await plan(hass, threads=4)).files == (cache / "default.onnx",)
    paths = pair(cache)
    assert (await plan(hass, engine="ncnn")).files == paths


async def test_the_next_start_begins_with_what_was_measured(
    hass, cache, slow, hass_storage, freezer
) -> None:
    put(cache, QUICK, "quick.onnx")
    freezer.tick(memory.SAVE_DELAY_S + 1)
    async_fire_time_changed(hass)
    await hass.async_block_till_done()
    stored = hass_storage["verified_response.models"]["data"]["measured"]
    assert stored["onnx/2/nanodet-plus-m-416"]["frame_ms"] == choose.SLOW_MS + 1
    hass.data.pop(memory._MEASUREMENTS)
    assert (await plan(hass)).files == (cache / "quick.onnx",)
    freezer.tick(memory.BELIEVED_FOR)
    assert (await plan(hass)).files == (cache / "default.onnx",), "the hub may be another one now"


@pytest.mark.parametrize(
    "stored",
    [
        {},
        {"measured": 3},
        {"measured": {"onnx/2/nanodet-plus-m-416": {"frame_ms": "slow", "at": "today"}}},
        {"measured": {"onnx/2/nanodet-plus-m-416": {"frame_ms": 999, "at": "2026-01-01T00:00:00"}}},
        {"measured": {"onnx/2/nanodet-plus-m-416": {"frame_ms": 999, "at": "never"}}},
    ],
)
async def test_a_memory_that_is_none_is_no_obstacle(hass, cache, hass_storage, stored) -> None:
    hass_storage["verified_response.models"] = {"version": 1, "key": "x", "data": stored}
    path = put(cache, WEIGHTS, "default.onnx")
    assert await plan(hass) == planned(ONNX, path)


async def test_only_networks_of_this_hub_are_measured(hass, cache) -> None:
    choice = ModelChoice(hass, Wishes())
    assert not await choice.measured(EnginePlan(engine=BASIC, reason="model_missing"), 9999)
    assert not await choice.measured(planned(ONNX, cache / "x", model=SLOW_HUB_CARD), 9999)


# Fetching


class Told:
    """Waits for the word that another plan is better."""

    def __init__(self, choice: ModelChoice) -> None:
        self._event = asyncio.Event()
        self.count = 0
        choice.listen(self)

    def __call__(self) -> None:
        self.count += 1
        self._event.set()

    async def once(self) -> None:
        async with asyncio.timeout(5):
            await self._event.wait()
        self._event.clear()


def offered(host: Host, shelf: Shelf, **contents: bytes) -> list[asyncio.Event]:
    """Serve these files, each only after its gate was opened."""
    gates = []
    for name, content in contents.items():
        gate = asyncio.Event()

        async def give(_: web.Request, content=content, gate=gate) -> web.Response:
            await gate.wait()
            return web.Response(body=content)

        shelf.urls[content] = host.serves(f"/{name}", give)
        gates.append(gate)
    return gates


@pytest.mark.real
async def test_what_is_missing_is_fetched_beside(hass, cache, online, host, shelf) -> None:
    (gate,) = offered(host, shelf, default=WEIGHTS)
    choice = ModelChoice(hass, Wishes())
    told = Told(choice)
    fetching = EnginePlan(engine=BASIC, reason="model_fetching")
    assert await choice.plan() == fetching
    assert await choice.plan() == fetching, "asked again meanwhile"
    gate.set()
    await told.once()
    assert await choice.plan() == planned(ONNX, cache / "default.onnx")
    assert len(host.requests) == 1


@pytest.mark.real
async def test_both_halves_are_fetched(hass, cache, online, host, shelf, hub) -> None:
    hub.machine, hub.modules = MUSL, set(ALL) - {"cv2", "onnxruntime"}
    for gate in offered(host, shelf, graph=GRAPH, weights=BIN, default=WEIGHTS):
        gate.set()
    choice = ModelChoice(hass, Wishes())
    told = Told(choice)
    assert await choice.plan() == EnginePlan(engine=None, reason="model_fetching")
    await told.once()
    assert await choice.plan() == planned(NCNN, cache / "default.param", cache / "default.bin")
    assert sorted(request.path for request in host.requests) == ["/graph", "/weights"]


@pytest.mark.real
async def test_a_slow_hub_fetches_the_quick_model_and_looks_meanwhile(
    hass, cache, online, host, shelf, slow
) -> None:
    (gate,) = offered(host, shelf, quick=QUICK)
    told = Told(slow)
    assert await slow.plan() == planned(ONNX, cache / "default.onnx", reason="model_fetching")
    gate.set()
    await told.once()
    assert await slow.plan() == planned(ONNX, cache / "quick.onnx", model=SLOW_HUB_CARD)


@pytest.mark.real
async def test_what_came_to_nothing_is_tried_again_within_the_hour(
    hass, cache, online, host, shelf, monkeypatch
) -> None:
    moment = 0.0
    monkeypatch.setattr(choose, "monotonic", lambda: moment)
    shelf.urls[WEIGHTS] = "http://127.0.0.1:9/nobody"
    choice = ModelChoice(hass, Wishes())
    told = Told(choice)
    assert (await choice.plan()).reason == "model_fetching"
    await told.once()
    assert (await choice.plan()).reason == "model_missing"
    (gate,) = offered(host, shelf, default=WEIGHTS)
    gate.set()
    assert (await choice.plan()).reason == "model_missing"
    moment = 3600.0
    assert (await choice.plan()).reason == "model_fetching"
    await told.once()
    assert (await choice.plan()).reason is None


@pytest.mark.real
async def test_the_wrong_file_is_not_fetched_every_hour(
    hass, cache, online, host, shelf, monkeypatch
) -> None:
    moment = 0.0
    monkeypatch.setattr(choose, "monotonic", lambda: moment)

    async def wrong(_: web.Request) -> web.Response:
        return web.Response(body=b"something else")

    shelf.urls[WEIGHTS] = host.serves("/default", wrong)
    choice = ModelChoice(hass, Wishes())
    told = Told(choice)
    await choice.plan()
    await told.once()
    moment = 1e6
    assert (await choice.plan()).reason == "model_missing"
    assert len(host.requests) == 1


@pytest.mark.real
async def test_nothing_is_fetched_that_could_not_be_used(
    hass, cache, online, host, shelf, hub
) -> None:
    hub.modules -= {"onnxruntime", "ncnn"}
    offered(host, shelf, default=WEIGHTS)
    assert await plan(hass) == EnginePlan(engine=BASIC, reason="packages_missing")
    assert host.requests == []


@pytest.mark.real
async def test_offline_fetches_nothing(hass, cache, host, shelf) -> None:
    offered(host, shelf, default=WEIGHTS)
    assert (await plan(hass)).reason == "model_missing"
    with pytest.raises(ModelUnavailable) as caught:
        await ModelChoice(hass, Wishes()).fetch(lambda _: None)
    assert caught.value.code == "fetch_offline"
    assert host.requests == []


@pytest.mark.real
async def test_fetch_now_tries_whatever_failed_before_and_tells_progress(
    hass, cache, online, host, shelf, hub
) -> None:
    hub.machine, hub.modules = MUSL, set(ALL) - {"cv2", "onnxruntime"}
    shelf.urls = {GRAPH: f"{host.url}/graph", BIN: f"{host.url}/weights"}
    choice = ModelChoice(hass, Wishes())
    told = Told(choice)
    await choice.plan()
    await told.once()
    with pytest.raises(ModelUnavailable) as caught:
        await choice.fetch(lambda _: None)
    assert caught.value.code == "fetch_not_there"
    for gate in offered(host, shelf, graph=GRAPH, weights=BIN):
        gate.set()
    progress: list[float] = []
    await choice.fetch(progress.append)
    assert progress == sorted(progress)
    assert progress[-1] == 1.0
    assert 0.5 in progress
    assert (await choice.plan()).reason is None
    asked = len(host.requests)
    await choice.fetch(progress.append)
    assert len(host.requests) == asked, "what is there is not fetched again"
    (cache / "default.bin").unlink()
    assert (await choice.plan()).reason == "model_fetching", "what failed once has worked since"
    await told.once()


async def test_fetch_now_without_an_address(hass, cache, online) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        await ModelChoice(hass, Wishes()).fetch(lambda _: None)
    assert caught.value.code == "fetch_no_address"


async def test_fetch_now_says_when_the_chosen_model_has_no_address(hass, cache, online) -> None:
    put(cache, WEIGHTS, "default.onnx")
    with pytest.raises(ModelUnavailable) as caught:
        await ModelChoice(hass, Wishes(model=SLOW_HUB_CARD)).fetch(lambda _: None)
    assert caught.value.code == "fetch_no_address"


# The server


SERVER = {"engine": "remote", "server_model": "people"}


def answers(host: Host, ready: int = 200, model: int = 200) -> None:
    async def say(_: web.Request, status: int) -> web.Response:
        return web.Response(status=status)

    host.serves("/v2/health/ready", lambda request: say(request, ready))
    host.serves("/v2/models/people/ready", lambda request: say(request, model))


@pytest.mark.real
async def test_a_server_that_answers_is_used(hass, host) -> None:
    answers(host)
    assert await plan(hass, **SERVER, server_url=host.url) == EnginePlan(
        engine=REMOTE, url=host.url, model="people", card=load_cards()[DEFAULT_CARD].path
    )
    chosen = await plan(hass, **SERVER, server_url=host.url, model=SLOW_HUB_CARD)
    assert chosen.card == load_cards()[SLOW_HUB_CARD].path


@pytest.mark.real
@pytest.mark.parametrize(("ready", "model"), [(503, 200), (200, 404), (200, 503)])
async def test_a_server_that_cannot_is_stood_in_for(hass, host, cache, ready, model) -> None:
    answers(host, ready, model)
    path = put(cache, WEIGHTS, "default.onnx")
    assert await plan(hass, **SERVER, server_url=host.url) == planned(
        ONNX, path, reason="server_unreachable"
    )


async def test_a_server_without_address_is_none(hass, cache) -> None:
    path = put(cache, WEIGHTS, "default.onnx")
    assert await plan(hass, engine="remote") == planned(ONNX, path, reason="server_unreachable")


# The real material


@pytest.mark.shared
@pytest.mark.parametrize("engine", ["onnx", "ncnn"])
@pytest.mark.parametrize("model", [DEFAULT_CARD, SLOW_HUB_CARD])
async def test_the_material_beside_this_checkout_is_known(
    hass, cache, shared, monkeypatch, engine, model
) -> None:
    monkeypatch.setattr(files, "load_cards", load_cards)
    found = await plan(hass, folder=shared / "models", engine=engine, model=model)
    assert (found.engine, found.reason, found.refused) == (engine, None, ())
    assert {path.suffix for path in found.files} == (
        {".onnx"} if engine == "onnx" else {".param", ".bin"}
    )


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 99, "minor_version": 1, "key": memory.KEY, "data": {}},
        {"version": 1, "minor_version": 1, "key": memory.KEY, "data": ["measured"]},
        {"version": 0, "minor_version": 1, "key": memory.KEY, "data": {}},
    ],
)
async def test_measurements_that_cannot_be_read_are_made_anew(
    hass, cache, hass_storage, stored
) -> None:
    hass_storage[memory.KEY] = stored
    put(cache, WEIGHTS, "default.onnx")
    assert (await plan(hass)).engine is ONNX


@pytest.mark.real
async def test_a_file_that_is_wrong_for_good_is_not_fetched_again_at_every_reload(
    hass, cache, online, host, shelf
) -> None:
    """Every step in a camera's menu takes the configuration anew."""
    shelf.urls = {WEIGHTS: f"{host.url}/weights"}
    choice = ModelChoice(hass, Wishes())
    told = Told(choice)
    assert (await choice.plan()).reason == "model_fetching"
    await told.once()
    asked = len(host.requests)
    assert (await ModelChoice(hass, Wishes()).plan()).reason == "model_missing"
    assert len(host.requests) == asked
