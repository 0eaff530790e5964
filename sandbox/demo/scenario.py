"""The plays: a burglary that is verified and shared, then a cat."""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any, Final

from sandbox.home_dialogs import HomeError

from .house_setup import ABORT_WINDOW_S, ENTRY_DELAY_S
from .stage import FRONT_DOOR, Stage

CONFIRM: Final = "VERIFIED_RESPONSE|confirm|"
PERSON_COUNTS: Final = 0.45
ASKED_WITHIN_S: Final = ENTRY_DELAY_S + ABORT_WINDOW_S + 30.0
"""Nobody is asked before both delays have ended; then a busy machine may take its time."""


class Burglary(Stage):
    """Somebody breaks in; a desk is told, an officer is let in, the code leaves the lock."""

    async def play(self) -> None:
        """Play the whole path once."""
        self.line.title("A burglary")
        await self.arm()
        await self.somebody_breaks_in()
        incident_id = await self.level_at_least(2)
        await self.show_what_cameras_saw(incident_id)
        waits = f"{ENTRY_DELAY_S} s of entry delay, {ABORT_WINDOW_S} s of abort window"
        self.line.tell("Story", f"Nobody types a code, and the delays run out: {waits}.")
        await self.owner_confirms()
        number = await self.desk_has_it()
        await self.desk_acknowledges(number)
        grant_id, code = await self.officer_gets_a_code(incident_id)
        await self.officer_types(code)
        await self.close(number)
        await self.code_is_gone(grant_id, code)
        await self.journal_is_intact()

    async def somebody_breaks_in(self) -> None:
        """A person comes to the porch and through the front door into the hall."""
        self.line.tell("Story", "Somebody walks up to the front door and forces it.")
        await self.scene("camera.porch", "person")
        await self.trip("binary_sensor.front_door")
        await self.scene("camera.hall", "person")
        await asyncio.sleep(1.0)
        await self.trip("binary_sensor.hall_motion")

    async def level_at_least(self, wanted: int) -> str:
        """Wait for the level and return the incident's id."""

        def reached(state: dict[str, Any]) -> bool:
            return str(state["state"]).isdigit() and int(state["state"]) >= wanted

        level = self.premises.entity("alarm_level")
        what = f"alarm level {wanted}"
        state = await self.home.wait_for_state(level, reached, within=30, what=what)
        return str(state["attributes"]["incident_id"])

    async def show_what_cameras_saw(self, incident_id: str) -> None:
        """Print the scores of the frames that were looked at; the hall's camera must have looked."""
        cameras = {part: name for name, part in self.premises.parts["camera"].items()}
        told: set[str] = set()

        async def both_looked() -> bool:
            incident = await self.ours("get_incident", {"incident_id": incident_id}, response=True)
            for look in _looks(incident):
                name = str(look.get("camera") or look["camera_id"])
                name = cameras.get(name, name)
                if name not in told:
                    told.add(name)
                    scores = " ".join(f"{score:.2f}" for score in look["scores"])
                    frames = len(look["scores"])
                    self.line.tell("Camera", f"{name}: {frames} frames, scores {scores}.")
            return told >= {"Porch", "Hall"}

        with suppress(HomeError):
            await self.home.wait_until(both_looked, within=10, what="")
        if "Hall" not in told:
            raise HomeError("The hall's camera could not be looked at")

    async def owner_confirms(self) -> None:
        """The owner's phone gets the push; the owner taps the button."""
        found: list[str] = []

        async def asked() -> bool:
            received = await self.home.call("demo_house", "messages", response=True)
            for message in received["messages"]:
                actions = [item["action"] for item in message["data"].get("actions", [])]
                found[:] = [action for action in actions if action.startswith(CONFIRM)]
                if found:
                    self.line.tell("Phone", f"{message['title']}: {message['message']}")
                    return True
            return False

        await self.home.wait_until(
            asked, within=ASKED_WITHIN_S, what="the push to the owner's phone"
        )
        self.line.tell("Owner", "Looks at the picture and taps the button that confirms.")
        await self.house("answer", action=found[0])

    async def desk_has_it(self) -> str:
        """Wait until the desk has the incident, exactly once; return its number."""
        status = self.premises.entity("status", part=("responder", "Police desk"))
        state = await self.home.wait_for_state(
            status,
            lambda now: bool(now["attributes"].get("incident_number")),
            within=30,
            what="the police desk's incident number",
        )
        number = str(state["attributes"]["incident_number"])
        known = [item["number"] for item in self.desk.incidents()]
        if known != [number]:
            raise HomeError(f"The desk knows {known or 'nothing'}, the house was told {number}")
        return number

    async def desk_acknowledges(self, number: str) -> None:
        """A dispatcher presses the button; the house hears of it by webhook."""
        await asyncio.sleep(1.0)
        self.line.tell("Desk", "The dispatcher presses Acknowledge.")
        await self.desk.press(number, "acknowledged", note="A patrol is on its way.")
        await self.incident_is("acknowledged")

    async def officer_gets_a_code(self, incident_id: str) -> tuple[str, str]:
        """A code for the front door, on the lock at once, for ten minutes."""
        request: dict[str, object] = {
            "lock": [FRONT_DOOR],
            "duration": {"minutes": 10},
            "recipient": "Patrol 7",
            "incident_id": incident_id,
        }
        made = await self.ours("grant_access", request, response=True)
        code = str(made["code"])
        if code not in await self.codes():
            raise HomeError("The code that was granted is not on the front door's lock")
        self.line.tell(
            "Door", f"A code of {len(code)} digits opens the front door for ten minutes."
        )
        return str(made["grant_id"]), code

    async def officer_types(self, code: str) -> None:
        """The officer types the code at the keypad."""
        await asyncio.sleep(1.0)
        self.line.tell("Story", "The officer types the code at the front door.")
        await self.house("type_code", entity_id=FRONT_DOOR, code=code)
        await self.home.wait_for_state(FRONT_DOOR, "unlocked", within=10)
        entity = self.premises.entity("credential", part=("lock", "Front door"))
        await self.home.wait_for_state(
            entity,
            lambda state: state["attributes"].get("event_type") == "used",
            within=15,
            what="the report that the code was used",
        )

    async def close(self, number: str) -> None:
        """The desk closes its incident, the owner disarms: only a person ends it."""
        await asyncio.sleep(1.0)
        self.line.tell("Desk", "The dispatcher closes the incident: crime confirmed.")
        await self.desk.press(number, "closed", disposition="crime_confirmed")
        self.line.tell("Owner", "Comes home and disarms with the code.")
        data = {"entity_id": self.panel, "code": self.premises.owner_code}
        await self.home.call("alarm_control_panel", "alarm_disarm", data)
        await self.incident_is("closed")

    async def code_is_gone(self, grant_id: str, code: str) -> None:
        """Look into the lock's own table until the code is no longer there."""

        async def gone() -> bool:
            return code not in await self.codes()

        try:
            await self.home.wait_until(gone, within=5, what="")
        except HomeError:
            await self.ours("revoke_access", {"grant_id": grant_id}, response=True)
            await self.home.wait_until(gone, within=20, what="the code to leave the lock")
        self.line.tell("Door", "The lock's own table no longer has the code.")

    async def journal_is_intact(self) -> None:
        """Let the hash chain of the journal be checked."""
        result = await self.ours("verify_journal", {}, response=True)
        if not result["intact"]:
            raise HomeError(f"The journal is broken at record {result['first_broken']}")
        self.line.tell("Journal", f"{result['records']} records, the chain is intact.")


class FalseAlarm(Stage):
    """A cat, cancelled in time: nothing leaves."""

    async def play(self) -> None:
        """Play a cat, cancelled in time."""
        self.line.title("A false alarm")
        before = len(self.desk.incidents())
        await self.arm()
        await self.scene("camera.hall", "cat")
        self.line.tell("Story", "A cat walks through the hall.")
        await self.trip("binary_sensor.hall_motion")
        state = await self.incident_is("abort_window")
        incident_id = state["attributes"]["incident_id"]
        await self.nobody_is_there("camera.hall")
        self.line.tell("Owner", "Cancels with the code.")
        code = self.premises.owner_code
        await self.ours("dismiss_incident", {"incident_id": incident_id, "code": code})
        await self.incident_is("cancelled")
        # Wait for longer than the window would have run: what was to leave would have left by now.
        await asyncio.sleep(ABORT_WINDOW_S + 1.0)
        after = self.desk.incidents()
        if len(after) != before:
            raise HomeError("A cancelled false alarm reached the police desk")
        self.line.tell("Desk", f"Has {before} incident as before: nothing left the house.")
        await self.journal_is_intact()

    async def nobody_is_there(self, camera: str) -> None:
        """Have a camera looked at now; a cat is nobody."""
        seen = await self.ours("detect_people", {"camera": camera}, response=True)
        scores = [f"{person['score']:.2f}" for person in seen["people"]]
        if any(float(score) >= PERSON_COUNTS for score in scores):
            raise HomeError(f"The cat was taken for a person, with {', '.join(scores)}")
        model, took = seen["model"], seen["took_ms"]
        self.line.tell("Camera", f"Hall: nobody to be seen ({model}, {took:.0f} ms).")


def _looks(found: object) -> Iterator[dict[str, Any]]:
    """Return every look of a camera in an incident, wherever it stands in the answer."""
    if isinstance(found, dict):
        if found.get("scores") and (found.get("camera") or found.get("camera_id")):
            yield found
        else:
            for value in found.values():
                yield from _looks(value)
    elif isinstance(found, list):
        for value in found:
            yield from _looks(value)
