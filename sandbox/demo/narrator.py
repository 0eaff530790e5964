"""Tells the timeline what changes in Home Assistant, at the moment when it changes."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from functools import partial
from typing import Any, Final, Self

from sandbox.home_client import EventFeed, HomeClient

from .house_setup import DOMAIN, Premises
from .timeline import Timeline

SENTENCES: Final = f"component.{DOMAIN}.config_panel.sentences"
BLIND: Final = f"component.{DOMAIN}.entity.binary_sensor.blind.state_attributes.reason.state"
STAGES: Final = {
    "entry_delay": "Entry delay: whoever lives here can still disarm.",
    "abort_window": "Abort window: cancelled now, nothing leaves the house.",
    "verifying": "Verifying: cameras are looked at, people are asked.",
    "awaiting_confirmation": "Waiting for a person's word.",
    "shared": "Shared with the police desk.",
    "acknowledged": "The police desk has acknowledged.",
    "cancelled": "Cancelled as a false alarm.",
    "closed": "Closed.",
}
CREDENTIALS: Final = {
    "granted": "A code was written to the lock.",
    "used": "The code was used at the keypad.",
    "revoked": "The code was removed.",
    "removal_failed": "The code could not be removed yet; it is tried again.",
    "set_failed": "The lock did not take the code.",
}

type State = Mapping[str, Any]


class Narrator:
    """Follows the entities of the play while the block runs."""

    def __init__(self, home: HomeClient, premises: Premises, line: Timeline) -> None:
        self._home = home
        self._line = line
        self._sentences: dict[str, str] = {}
        self._incident: str | None = None
        self._said: set[str] = set()
        self._stack = AsyncExitStack()
        self._task: asyncio.Task[None] | None = None
        self._tellers: dict[str, Callable[[State], None]] = {
            "binary_sensor.front_door": self._sensor,
            "binary_sensor.hall_motion": self._sensor,
            "binary_sensor.yard_motion": self._sensor,
            premises.entity("panel", part=("area", "House")): self._panel,
            premises.entity("incident"): self._stage,
            premises.entity("incident_events"): self._early,
            premises.entity("alarm_level"): self._level,
            premises.entity("status", part=("responder", "Police desk")): self._desk,
            premises.entity("credential", part=("lock", "Front door")): self._credential,
        }
        for name in premises.parts["camera"]:
            blind = premises.entity("blind", part=("camera", name))
            self._tellers[blind] = partial(self._sight, name)
        self._blind: set[str] = set()

    async def __aenter__(self) -> Self:
        """Begin to follow."""
        for category in ("config_panel", "entity"):
            found = await self._home.ws(
                "frontend/get_translations",
                language="en",
                category=category,
                integration=[DOMAIN],
            )
            self._sentences |= found["resources"]
        feed = await self._stack.enter_async_context(self._home.events("state_changed"))
        self._task = asyncio.create_task(self._follow(feed))
        return self

    async def __aexit__(self, *_ended: object) -> None:
        """Stop following."""
        if self._task:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        await self._stack.aclose()

    async def _follow(self, feed: EventFeed) -> None:
        while (event := await feed.queue.get()) is not None:
            data = event["data"]
            old, new = data["old_state"], data["new_state"]
            teller = self._tellers.get(data["entity_id"])
            if teller and old and new and _differs(old, new):
                teller(new)

    def _sensor(self, state: State) -> None:
        what = "trips" if state["state"] == "on" else "is at rest again"
        self._line.tell("Sensor", f"{state['attributes']['friendly_name']} {what}.")

    def _panel(self, state: State) -> None:
        self._line.tell("Alarm", f"{state['state'].replace('_', ' ').capitalize()}.")

    def _early(self, state: State) -> None:
        told = state["attributes"]
        if told.get("event_type") == "early_warning":
            seen = "one person" if told["people"] == 1 else f"{told['people']} people"
            self._line.tell("Warning", f"Early warning from {told['name']}: {seen} outside.")

    def _sight(self, camera: str, state: State) -> None:
        """Tell when a camera goes blind, with the reason, and when that is over."""
        if state["state"] == "on":
            self._blind.add(camera)
            key = state["attributes"]["reason"]
            reason = self._sentences.get(f"{BLIND}.{key}", key).lower()
            self._line.tell("Camera", f"{camera}: blind: {reason}.")
        elif state["state"] == "off" and camera in self._blind:
            self._blind.discard(camera)
            self._line.tell("Camera", f"{camera}: sees again.")

    def _stage(self, state: State) -> None:
        if state["state"] in STAGES:
            self._line.tell("Incident", STAGES[state["state"]])

    def _level(self, state: State) -> None:
        if state["state"] in {"unknown", "unavailable"}:
            return
        incident, reasons = (state["attributes"].get(key) for key in ("incident_id", "reasons"))
        if incident != self._incident:
            self._incident, self._said = incident, set()
        new = [key for key in reasons or () if key not in self._said]
        self._said.update(new)
        said = [self._sentences.get(f"{SENTENCES}.reason.{key}", key) for key in new]
        self._line.tell("Level", f"{state['state']} of 4. {' '.join(said)}".rstrip())

    def _desk(self, state: State) -> None:
        number = state["attributes"].get("incident_number")
        known = f", incident {number}" if number else ""
        if state["state"] in {"delivered", "acknowledged", "dispatched", "arrived", "closed"}:
            self._line.tell("Desk", f"{state['state'].capitalize()}{known}.")

    def _credential(self, state: State) -> None:
        kind = state["attributes"].get("event_type")
        if kind in CREDENTIALS:
            self._line.tell("Door", CREDENTIALS[kind])


def _differs(old: State, new: State) -> bool:
    """Say whether there is something new to tell; other attributes change often."""
    told = [
        (state["state"], *map(state["attributes"].get, ("reasons", "reason")))
        for state in (old, new)
    ]
    return told[0] != told[1]
