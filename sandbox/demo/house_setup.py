"""Sets the product up as an owner would: through its dialogs, nothing written by hand."""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from sandbox.home_client import HomeClient
from sandbox.home_dialogs import FlowStep, HomeError

from .desk_process import DeskProcess
from .timeline import Timeline

DOMAIN: Final = "verified_response"
RETRY_SECONDS: Final = 15.0
ENTRY_DELAY_S: Final = 30
ABORT_WINDOW_S: Final = 15
PREMISES: Final = {
    "name": "Demo house",
    "address": "12 Example Lane, 1000 AA Exampletown",
    "callback_phone": "+31 20 555 0100",
    # The shortest that the dialog takes: the field's standard knows no shorter entry delay or window.
    "exit_delay": 0,
    "entry_delay": ENTRY_DELAY_S,
    "abort_window": ABORT_WINDOW_S,
    "owner_name": "Alex",
}


@dataclass(kw_only=True, slots=True)
class Premises:
    """What the play needs to know of the house once it is set up."""

    entry_id: str
    owner_code: str = field(repr=False)
    parts: dict[str, dict[str, str]] = field(default_factory=dict)
    """Subentry ids by type and name."""
    entities: dict[str, str] = field(default_factory=dict)
    """Entity ids by the key that the integration gave them."""

    def entity(self, key: str, *, part: tuple[str, str] | None = None) -> str:
        """Return the entity of the premises, or of one of its parts."""
        full = f"{self.parts[part[0]][part[1]]}_{key}" if part else key
        if full not in self.entities:
            raise HomeError(f"The integration made no entity '{key}' for {part or 'the premises'}")
        return self.entities[full]


async def set_up(home: HomeClient, desk: DeskProcess, line: Timeline) -> Premises:
    """Walk through every dialog; HomeError with the dialog's own errors when one refuses."""
    # Neither repeats, runs nor years: the dialog refuses codes that people would guess.
    draw = secrets.SystemRandom().sample
    owner_code = "".join(map("".join, zip(draw("357", 3), draw("0149", 3), strict=True)))
    line.progress("premises: name, address, call-back number, delays, the owner's code")
    done = await fill(home, await home.start_flow(DOMAIN), {**PREMISES, "owner_code": owner_code})
    premises = Premises(entry_id=done.answer["result"]["entry_id"], owner_code=owner_code)

    line.progress("one area, three cameras")
    await add(home, premises, "area", {"name": "House"})
    await add(home, premises, "camera", _camera("Porch", "camera.porch", outdoor=True))
    await add(home, premises, "camera", _camera("Hall", "camera.hall", outdoor=False))
    await add(home, premises, "camera", _camera("Yard", "camera.yard", outdoor=True))
    house = premises.parts["area"]["House"]
    porch, hall, yard = (premises.parts["camera"][name] for name in ("Porch", "Hall", "Yard"))
    line.progress("five zones: front door, hall, kitchen window, yard, smoke")
    for name, entity, kind, cameras in (
        ("Front door", "front_door", "entry_exit", [porch, hall]),
        ("Hall", "hall_motion", "interior", [hall]),
        ("Kitchen window", "kitchen_window", "perimeter", []),
        ("Yard", "yard_motion", "outdoor", [yard]),
        ("Kitchen smoke", "kitchen_smoke", "fire", []),
    ):
        source = f"binary_sensor.{entity}"
        zone = {"name": name, "entity_id": source, "type": kind, "areas": [house]}
        await add(home, premises, "zone", {**zone, "cameras": cameras})

    line.progress("the front and the back door's keypad, the owner's phone, the police desk")
    for door in ("front_door", "back_door"):
        await add(
            home,
            premises,
            "lock",
            {
                "name": door.replace("_", " ").capitalize(),
                "entity_id": f"lock.{door}",
                "adapter": "manual",
                "set_script": f"script.{door}_set_code",
                "clear_script": f"script.{door}_clear_code",
            },
        )
    await _give_owner_a_phone(home, premises)
    await add(home, premises, "responder", _responder(desk))
    await _find_entities(home, premises)
    return premises


def _camera(name: str, entity_id: str, *, outdoor: bool) -> dict[str, object]:
    return {"name": name, "entity_id": entity_id, "outdoor": outdoor}


def _responder(desk: DeskProcess) -> dict[str, object]:
    return {
        "name": "Police desk",
        "kind": "police_desk",
        "base_url": desk.url,
        "client_id": desk.client_id,
        "client_secret": desk.client_secret,
        "agreement_reference": "Demo agreement 1",
        "mode": "exercise",
    }


async def _give_owner_a_phone(home: HomeClient, premises: Premises) -> None:
    owner = premises.parts["contact"][PREMISES["owner_name"]]  # type: ignore[index]  # a str value
    flow = await home.start_subentry(premises.entry_id, "contact", subentry_id=owner)
    phone = {"name": PREMISES["owner_name"], "role": "owner", "notify": "notify.owner_phone"}
    await fill(home, flow, phone)


async def add(home: HomeClient, premises: Premises, kind: str, data: Mapping[str, object]) -> None:
    """Add one part, and read again which there are."""
    await fill(home, await home.start_subentry(premises.entry_id, kind), data)
    listed = await home.ws("config_entries/subentries/list", entry_id=premises.entry_id)
    premises.parts.clear()
    for item in listed:
        premises.parts.setdefault(item["subentry_type"], {})[item["title"]] = item["subentry_id"]


async def fill(home: HomeClient, flow: FlowStep, data: Mapping[str, object]) -> FlowStep:
    """Fill in one form; while the integration reloads after a change, ask again."""
    deadline = asyncio.get_running_loop().time() + RETRY_SECONDS
    while True:
        step = await home.step(flow, data)
        if step.kind == "create_entry":
            return step
        if step.kind == "abort" and step.answer["reason"] == "reconfigure_successful":
            return step
        passing = step.errors.get("base") == "not_loaded"
        if not passing or asyncio.get_running_loop().time() > deadline:
            told = step.errors or step.answer.get("reason") or step.kind
            raise HomeError(f"The set-up dialog '{data.get('name')}' ended with {told}")
        await asyncio.sleep(0.5)
        flow = step


async def _find_entities(home: HomeClient, premises: Premises) -> None:
    """Read the registry, and wait until every enabled entity has a state."""

    async def complete() -> bool:
        listed = await home.ws("config/entity_registry/list")
        own = [item for item in listed if item["config_entry_id"] == premises.entry_id]
        prefix = f"{premises.entry_id}_"
        premises.entities = {
            item["unique_id"].removeprefix(prefix): item["entity_id"] for item in own
        }
        entries = await home.entries(DOMAIN)
        loaded = all(entry["state"] == "loaded" for entry in entries)
        enabled = [item["entity_id"] for item in own if item["disabled_by"] is None]
        return loaded and bool(enabled) and all(entity in home.states for entity in enabled)

    await home.wait_until(complete, within=30, what="the integration's entities")
