"""Chooses what the worker runs: engine by what this machine can install, model by what was measured.

auto, x86 with glibc: onnx → ncnn → basic     auto, Arm: ncnn → onnx → basic
auto, musl: ncnn (nothing else has wheels)    anything chosen by the owner comes first, auto follows

Nothing here blocks set-up: what has to be fetched is fetched beside, and who listens is told when
another plan is better than the one that was given.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from pathlib import Path
from time import monotonic
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ...vision.card import DEFAULT_CARD, SLOW_HUB_CARD, ModelCard, ModelFile
from ...vision.plan import (
    FROM_FILES,
    MODEL_MISSING,
    MODEL_REFUSED,
    PACKAGES_MISSING,
    SERVER_UNREACHABLE,
    EngineKind,
    EnginePlan,
)
from . import files, server
from .fetch import LASTING, NO_ADDRESS, OFFLINE, ModelUnavailable, Tell, Wanted, fetcher_of
from .memory import measurements_of
from .packages import Machine, is_offline, packages_of

_LOGGER = logging.getLogger(__name__)

AUTO: Final = "auto"
MODEL_FETCHING: Final = "model_fetching"
SLOW_MS: Final = 250.0
"""A frame that takes longer leaves fewer than four looks a second for the whole house; a Raspberry Pi 4 is there."""
FETCH_AGAIN_S: Final = 50 * 60.0  # less than the hour after which the detector is planned anew


@dataclass(frozen=True, kw_only=True, slots=True)
class Wishes:
    """What the owner chose."""

    engine: str = AUTO
    model: str = AUTO
    threads: int = 2
    folder: Path | None = None
    server_url: str | None = None
    server_model: str | None = None


@dataclass(kw_only=True, slots=True)
class _Failure:
    """A download that failed, and when it may be tried by itself again."""

    code: str
    not_before: float


_FAILURES: HassKey[dict[Path, _Failure]] = HassKey("verified_response_model_failures")
"""Of this hub: a reload is no reason to try again."""


@dataclass(kw_only=True, slots=True)
class _Search:
    """What one planning knows and has done."""

    known: Mapping[str, ModelCard]
    folders: Sequence[Path]
    refused: list[str] = field(default_factory=list)
    fetches: bool = False

    def refuse(self, names: Sequence[str]) -> None:
        """Keep each name once."""
        self.refused += [name for name in names if name not in self.refused]


def kinds_for(engine: str, machine: Machine) -> tuple[EngineKind, ...]:
    """Return the engines to try, best first."""
    ncnn_first = machine.arm or machine.musl
    networks = (EngineKind.ONNX, EngineKind.NCNN)
    auto = (*(reversed(networks) if ncnn_first else networks), EngineKind.BASIC)
    if engine == AUTO:
        return auto
    chosen = EngineKind(engine)
    return (chosen, *(kind for kind in auto if kind is not chosen))


class ModelChoice:
    """Plans for one premises; packages, downloads and measurements are shared by the whole hub."""

    def __init__(self, hass: HomeAssistant, wishes: Wishes) -> None:
        self._hass = hass
        self._wishes = wishes
        self._packages = packages_of(hass)
        self._measurements = measurements_of(hass)
        self._cache = files.cache_of(hass)
        self._known: Mapping[str, ModelCard] = {}
        self._failures = hass.data.setdefault(_FAILURES, {})
        self._fetching: set[Path] = set()
        self._listeners: list[Callable[[], None]] = []

    @callback
    def listen(self, heard: Callable[[], None]) -> Callable[[], None]:
        """Call `heard` when a file arrived or could not be had: plan anew. Return what ends it."""
        self._listeners.append(heard)
        return lambda: self._listeners.remove(heard)

    def wishing(self, *, engine: str, model: str) -> ModelChoice:
        """Return the choice as it would be with another engine and model."""
        return ModelChoice(self._hass, replace(self._wishes, engine=engine, model=model))

    async def plan(self) -> EnginePlan:
        """Return what the worker shall run; never raises for what is missing, it says so in the plan."""
        await self._measurements.load()
        search = await self._hass.async_add_executor_job(self._look_around)
        machine = await self._packages.machine()
        first: str | None = None
        for kind in kinds_for(self._wishes.engine, machine):
            plan = await self._plan_for(kind, search)
            if plan.engine is not None:
                worse = first == MODEL_FETCHING or not self._is_as_good(kind)
                reason = plan.reason or (first if worse else None)
                return replace(plan, reason=reason, refused=tuple(search.refused))
            first = first or plan.reason
        return EnginePlan(
            engine=None, reason=first or PACKAGES_MISSING, refused=tuple(search.refused)
        )

    async def measured(self, plan: EnginePlan, frame_ms: float) -> bool:
        """Remember how long a frame takes; say whether another model is wanted now, so: plan again."""
        await self._measurements.load()
        model = next((name for name, each in self._known.items() if each.path == plan.card), None)
        if plan.engine not in FROM_FILES or plan.engine is None or model is None:
            return False
        before = self._is_slow(plan.engine)
        self._measurements.note(plan.engine, self._wishes.threads, model, frame_ms)
        turned_out_slow = self._is_slow(plan.engine) and not before
        if turned_out_slow and self._wishes.model == AUTO:
            _LOGGER.info("%s takes %.0f ms a frame here: a quicker one is taken", model, frame_ms)
            return True
        return False

    async def fetch(self, tell: Tell) -> None:
        """Fetch what the chosen model lacks, now; raises ModelUnavailable. What is there is left alone."""
        search = await self._hass.async_add_executor_job(self._look_around)
        missing: tuple[Wanted, ...] = ()
        for kind in await self._fetchable_kinds():
            models = self._models(kind)
            for model in models if self._wishes.model == AUTO else models[:1]:
                pieces = self._pieces(model, kind, search)
                found = await self._hass.async_add_executor_job(files.find, pieces, search.folders)
                if found.files:
                    self.files_changed()
                    return
                missing = missing or files.wanted(pieces, self._cache)
        if not missing:
            raise ModelUnavailable(NO_ADDRESS)
        if is_offline():
            raise ModelUnavailable(OFFLINE)
        try:
            await self._fetch_all(missing, tell)
        finally:
            self.files_changed()

    def _look_around(self) -> _Search:
        """Read the cards and where files may lie; not on the event loop."""
        self._known = files.known_models(self._cache)
        return _Search(known=self._known, folders=files.folders(self._wishes.folder, self._cache))

    def _is_as_good(self, kind: EngineKind) -> bool:
        """Say whether this engine leaves nothing to wish for."""
        if self._wishes.engine == AUTO:
            return kind in FROM_FILES
        return kind == self._wishes.engine

    def _is_slow(self, kind: EngineKind) -> bool:
        """Say whether the default model was measured to be too slow on this engine."""
        figure = self._measurements.frame_ms(kind, self._wishes.threads, DEFAULT_CARD)
        return figure is not None and figure > SLOW_MS

    def _models(self, kind: EngineKind) -> list[str]:
        """Return the models to try, best first."""
        auto = [DEFAULT_CARD, SLOW_HUB_CARD]
        if self._wishes.model != AUTO:
            return [self._wishes.model, *(name for name in auto if name != self._wishes.model)]
        return auto[::-1] if self._is_slow(kind) else auto

    def _pieces(self, model: str, kind: EngineKind, search: _Search) -> tuple[ModelFile, ...]:
        known = search.known.get(model)
        return files.pieces_of(known, kind) if known else ()

    async def _plan_for(self, kind: EngineKind, search: _Search) -> EnginePlan:
        """Return the plan for one engine, or one without engine that says why not."""
        if kind is EngineKind.REMOTE:
            return await self._plan_remote(search)
        if kind is EngineKind.BASIC:
            if await self._packages.ready(kind):
                return EnginePlan(engine=kind)
            return EnginePlan(engine=None, reason=PACKAGES_MISSING)
        lacking: str | None = None
        for model in self._models(kind):
            pieces = self._pieces(model, kind, search)
            found = await self._hass.async_add_executor_job(files.find, pieces, search.folders)
            search.refuse(found.refused)
            if not found.files:
                lacking = lacking or await self._lacking(kind, pieces, found, search)
                continue
            if not await self._packages.ready(kind):
                return EnginePlan(engine=None, reason=PACKAGES_MISSING)
            return EnginePlan(
                engine=kind,
                files=found.files,
                card=search.known[model].path,
                reason=None if self._wishes.model == AUTO and not search.fetches else lacking,
            )
        return EnginePlan(engine=None, reason=lacking or MODEL_MISSING)

    async def _plan_remote(self, search: _Search) -> EnginePlan:
        """Plan for the server while it answers."""
        url, model = self._wishes.server_url, self._wishes.server_model
        if not url or not model or await server.refuse_server(self._hass, url, model) is not None:
            return EnginePlan(engine=None, reason=SERVER_UNREACHABLE)
        if not await self._packages.ready(EngineKind.REMOTE):
            return EnginePlan(engine=None, reason=PACKAGES_MISSING)
        chosen = DEFAULT_CARD if self._wishes.model == AUTO else self._wishes.model
        known = search.known.get(chosen, search.known[DEFAULT_CARD])
        return EnginePlan(engine=EngineKind.REMOTE, url=url, model=model, card=known.path)

    async def _lacking(
        self,
        kind: EngineKind,
        pieces: Sequence[ModelFile],
        found: files.Found,
        search: _Search,
    ) -> str:
        """Say why there are no files, and begin to fetch them where that can help."""
        reason = MODEL_REFUSED if found.refused else MODEL_MISSING
        missing = files.wanted(pieces, self._cache)
        if not missing or is_offline() or search.fetches:
            return reason
        if not await self._packages.ready(kind):
            return PACKAGES_MISSING  # nothing is fetched that could not be used
        failure = self._failures.get(missing[-1].target)
        if failure is not None and monotonic() < failure.not_before:
            return reason
        search.fetches = True
        self._begin(missing)
        return MODEL_FETCHING

    async def _fetchable_kinds(self) -> list[EngineKind]:
        """Return the engines that files can be fetched for; those whose packages are there first."""
        kinds = [
            kind
            for kind in kinds_for(self._wishes.engine, await self._packages.machine())
            if kind in FROM_FILES and await self._packages.can_have(kind)
        ]
        there = [kind for kind in kinds if await self._packages.are_there(kind)]
        return [*there, *(kind for kind in kinds if kind not in there)]

    def _begin(self, missing: Sequence[Wanted]) -> None:
        """Fetch beside; a download that is on its way is joined."""
        key = missing[-1].target
        if key in self._fetching:
            return

        async def run() -> None:
            try:
                await self._fetch_all(missing, lambda _: None)
            except ModelUnavailable as error:
                _LOGGER.warning("%s could not be fetched: %s", key.name, error.code)
                pause = inf if error.code in LASTING else FETCH_AGAIN_S
                self._failures[key] = _Failure(code=error.code, not_before=monotonic() + pause)
            finally:
                self._fetching.discard(key)
            self.files_changed()

        self._fetching.add(key)
        self._hass.async_create_background_task(run(), f"model {key.name}")

    async def _fetch_all(self, missing: Sequence[Wanted], tell: Tell) -> None:
        fetcher = fetcher_of(self._hass)
        for number, each in enumerate(missing):
            await fetcher.fetch(each, partial(_tell_share, tell, number, len(missing)))
            self._failures.pop(each.target, None)

    @callback
    def files_changed(self) -> None:
        """Tell who listens that another plan may be better now."""
        for heard in tuple(self._listeners):
            heard()


def _tell_share(tell: Tell, number: int, of: int, fraction: float) -> None:
    """Tell how much of several files is done."""
    tell((number + fraction) / of)
