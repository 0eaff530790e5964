"""What false alarms of a camera suggest: shown with its effect, accepted or left by the owner."""

from typing import Any

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import selector

from . import const as c
from .camera_change import still_of
from .camera_data import surrounding, with_proposal
from .camera_trial import Sentences, load_sentences
from .core.errors import VerifiedResponseError
from .core.premises import CameraView
from .core.sight.feedback import Proposal, ProposalKind
from .drawing import Marked, Overlay, draw
from .engine.feed import Lesson
from .lock_repair import CodeNotRemovedFlow
from .runtime import VerifiedResponseConfigEntry
from .shown_pictures import as_markdown
from .zone_repair import LEAVE, ZoneFalseAlarmsFlow


async def async_create_fix_flow(
    hass: HomeAssistant, issue_id: str, data: dict[str, str | int | float | None] | None
) -> RepairsFlow:
    """Return the flow that asks about a camera, a zone, or a code on a lock."""
    asked = data or {}
    if "grant_id" in asked:
        return CodeNotRemovedFlow(
            str(asked.get("entry_id")), str(asked["grant_id"]), str(asked.get("door_id"))
        )
    if "zone_id" in asked:
        return ZoneFalseAlarmsFlow(str(asked.get("entry_id")), str(asked["zone_id"]))
    return CameraProposalsFlow(str(asked.get("entry_id")), str(asked.get("camera_id")))


class CameraProposalsFlow(RepairsFlow):
    """Offers the changes of one camera; what is accepted takes effect at once."""

    def __init__(self, entry_id: str, camera_id: str) -> None:
        self._entry_id = entry_id
        self._camera_id = camera_id
        self._offered: tuple[Proposal, ...] = ()

    async def async_step_init(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Go on to the choice."""
        return await self.async_step_choose()

    async def async_step_choose(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask what is to be changed, and change it or leave it."""
        entry = self._entry()
        if entry is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            try:
                await self._follow(entry, user_input[c.CONF_CHOICE])
                return self.async_create_entry(data={})
            except VerifiedResponseError as error:
                errors["base"] = error.code
        snapshot = entry.runtime_data.desk.feed.latest
        lesson = snapshot.lessons.get(self._camera_id)
        if lesson is None:
            return self.async_abort(reason="nothing_left")
        return await self._ask(lesson, snapshot.premises.cameras[self._camera_id], errors)

    async def _ask(
        self, lesson: Lesson, view: CameraView, errors: dict[str, str]
    ) -> RepairsFlowResult:
        self._offered = lesson.proposals
        sentences = await load_sentences(self.hass)
        return self.async_show_form(
            step_id="choose",
            data_schema=vol.Schema(
                {vol.Required(c.CONF_CHOICE): _choices(lesson.proposals, sentences)}
            ),
            errors=errors,
            description_placeholders={
                "name": view.name,
                "count": str(lesson.false_alarms),
                "picture": await self._picture(view),
            },
        )

    async def _follow(self, entry: VerifiedResponseConfigEntry, choice: str) -> None:
        if choice == LEAVE:
            await entry.runtime_data.learning.decline(self._camera_id, self._offered)
            return
        camera = entry.subentries[self._camera_id]
        self.hass.config_entries.async_update_subentry(
            entry, camera, data=with_proposal(camera.data, self._offered[int(choice)])
        )

    async def _picture(self, view: CameraView) -> str:
        """Return the camera's picture with the places that are proposed, by their numbers."""
        still = await still_of(self.hass, view.source)
        if still is None:
            return ""
        boxes = tuple(
            Marked(box=place, number=number)
            for number, proposal in enumerate(self._offered, start=1)
            if (place := surrounding(proposal)) is not None
        )
        drawn = await self.hass.async_add_executor_job(
            draw, still, Overlay(masks=view.masks, region=view.region, boxes=boxes)
        )
        return as_markdown(self.hass, drawn)

    def _entry(self) -> VerifiedResponseConfigEntry | None:
        entry: VerifiedResponseConfigEntry | None = self.hass.config_entries.async_get_entry(
            self._entry_id
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry if self._camera_id in entry.subentries else None


def _choices(proposals: tuple[Proposal, ...], sentences: Sentences) -> selector.SelectSelector:
    options = [
        selector.SelectOptionDict(
            value=str(place), label=f"{place + 1}: {_label(proposal, sentences)}"
        )
        for place, proposal in enumerate(proposals)
    ]
    options.append(selector.SelectOptionDict(value=LEAVE, label=sentences.say("proposal", LEAVE)))
    return selector.SelectSelector(
        selector.SelectSelectorConfig(options=options, mode=selector.SelectSelectorMode.LIST)
    )


def _label(proposal: Proposal, sentences: Sentences) -> str:
    """Return what would be changed, and what that would have done to what was kept."""
    is_score = proposal.kind is ProposalKind.THRESHOLD
    number = f"{proposal.number:+.2f}" if is_score else str(round(proposal.number * 100))
    done = proposal.effect
    what = sentences.say("proposal", proposal.kind.value, number=number)
    effect = sentences.say(
        "proposal",
        "effect",
        avoided=str(done.avoided),
        false=str(done.false_total),
        lost=str(done.lost),
        true=str(done.true_total),
    )
    return f"{what} {effect}"
