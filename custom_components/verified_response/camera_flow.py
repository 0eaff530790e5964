"""What a camera shows right now, what in it is no person, and what was kept of it."""

import asyncio
from dataclasses import dataclass
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import ConfigEntryState, SubentryFlowResult

from . import const as c
from .camera_change import CameraChange
from .camera_data import MOST_STILL_THINGS, thing_as_stored
from .camera_schema import forget_form, several_form
from .camera_trial import (
    STILL_THING,
    Judged,
    judged,
    labels,
    load_sentences,
    overlay,
    reason_of,
    told,
)
from .core.errors import CouldNotLook, VerifiedResponseError
from .core.premises import StillThing
from .drawing import Marked, Overlay, draw
from .engine.ports import Kept
from .runtime import VerifiedResponseRuntime
from .shown_pictures import as_markdown


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trial:
    """What a look found, drawn; or why nobody could look."""

    found: tuple[Judged, ...] = ()
    picture: bytes | None = None
    reason: str | None = None


class CameraFlow(CameraChange):
    """Everything about a camera."""

    _trial: asyncio.Task[_Trial] | None = None

    async def async_step_try_it(self, _: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Look now; the dialog shows that something goes on."""
        if self._trial is None:
            self._trial = self.hass.async_create_task(self._look(), eager_start=False)
        if not self._trial.done():
            return self.async_show_progress(
                step_id="try_it", progress_action="looking", progress_task=self._trial
            )
        failed = self._trial.result().reason is not None
        return self.async_show_progress_done(next_step_id="not_seen" if failed else "seen")

    async def async_step_seen(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Show what the look found; what the owner names a thing counts no more."""
        trial = self._trial.result() if self._trial else _Trial()
        if user_input is not None:
            chosen = [trial.found[int(place)] for place in user_input.get(c.CONF_THINGS, ())]
            things = [
                StillThing(box=item.person.box, patch=item.person.patch)
                for item in chosen
                if item.why_not != STILL_THING
            ]
            if things:
                before = self.current.get(c.CONF_STILL_THINGS, ())
                both = [*before, *map(thing_as_stored, things)]  # when it is full the oldest go
                self.store({c.CONF_STILL_THINGS: both[-MOST_STILL_THINGS:]})
            self._trial = None
            return self.menu()
        sentences = await load_sentences(self.hass)
        return self.async_show_form(
            step_id="seen",
            data_schema=several_form(c.CONF_THINGS, labels(trial.found, sentences)),
            description_placeholders={
                "picture": as_markdown(self.hass, trial.picture),
                "found": told(trial.found, self.view, sentences),
            },
        )

    async def async_step_not_seen(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Say why nobody could look."""
        trial, self._trial = self._trial, None
        if user_input is not None or trial is None:
            return self.menu()
        return self.async_show_form(
            step_id="not_seen",
            data_schema=vol.Schema({}),
            description_placeholders={"reason": trial.result().reason or ""},
        )

    async def async_step_still_things(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what was named a thing; what is ticked counts again."""
        stored = list(self.current.get(c.CONF_STILL_THINGS, ()))
        if user_input is not None:
            ticked = {int(place) for place in user_input.get(c.CONF_THINGS, ())}
            left = [item for place, item in enumerate(stored) if place not in ticked]
            self.store({c.CONF_STILL_THINGS: left})
            return self.menu()
        view, sentences = self.view, await load_sentences(self.hass)
        boxes = tuple(
            Marked(box=thing.box, number=number)
            for number, thing in enumerate(view.still_things, start=1)
        )
        named = [
            sentences.say("trial", "thing", number=str(number))
            for number in range(1, len(stored) + 1)
        ]
        return self.async_show_form(
            step_id="still_things",
            data_schema=several_form(c.CONF_THINGS, named),
            description_placeholders={
                "picture": await self.drawn(Overlay(masks=view.masks, boxes=boxes), anew=True)
            },
        )

    async def async_step_kept(self, user_input: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Say what was kept after verdicts, and forget it on demand."""
        part_id, errors = self.own_id or "", dict[str, str]()
        kept, crops = Kept(), 0
        try:
            runtime = await self._loaded()
            kept = runtime.learning.kept(part_id)
            if user_input is not None:
                if user_input[c.CONF_FORGET]:
                    await runtime.learning.forget(part_id)
                return self.menu()
            crops = await runtime.learning.crops(part_id)
        except VerifiedResponseError as error:
            errors["base"] = error.code
        false = sum(item.false for item in kept.sightings)
        return self.async_show_form(
            step_id="kept",
            data_schema=forget_form(),
            errors=errors,
            description_placeholders={
                "false": str(false),
                "true": str(len(kept.sightings) - false),
                "crops": str(crops),
            },
        )

    @override
    def async_remove(self) -> None:
        """Look no more when the dialog is closed."""
        if self._trial is not None:
            self._trial.cancel()

    async def _look(self) -> _Trial:
        """Look once with what is stored now."""
        try:
            runtime = await self._loaded()
            seen = await runtime.watch.look(self.own_id or "")
        except VerifiedResponseError as error:
            return _Trial(reason=await reason_of(self.hass, error))
        view, info = self.view, runtime.desk.feed.latest.detector
        detection, _, picture = seen
        found = judged(detection.people, view, info.thresholds if info else None)
        drawn = await self.hass.async_add_executor_job(draw, picture, overlay(found, view))
        return _Trial(found=found, picture=drawn)

    async def _loaded(self) -> VerifiedResponseRuntime:
        """Return what runs, once a change that was just stored has taken effect."""
        async with self._get_entry().setup_lock:
            entry = self._get_entry()
            if entry.state is not ConfigEntryState.LOADED:
                raise CouldNotLook("not_loaded")
            runtime: VerifiedResponseRuntime = entry.runtime_data
            return runtime
