"""A valid house with defaults; a test overrides the one field that it is about."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Any

from custom_components.verified_response.core.commands import ReportDoor
from custom_components.verified_response.core.entries import DoorAct, DoorReport, EntryMethod
from custom_components.verified_response.core.premises import (
    Area,
    ArmMode,
    CameraView,
    Contact,
    Door,
    LockFamily,
    Policy,
    Premises,
    Responder,
    ResponderKind,
    ResponderMode,
    Zone,
    ZoneType,
)


def by_id(items: Iterable[Any]) -> dict[str, Any]:
    """Return the items as the mapping that Premises keeps."""
    return {item.id: item for item in items}


def area(area_id: str = "house", **changes: Any) -> Area:
    """Return an area named after its id."""
    return replace(Area(id=area_id, name=area_id.title()), **changes)


def zone(zone_id: str, kind: ZoneType, area_id: str = "house", **changes: Any) -> Zone:
    """Return a zone on a device and in a place of its own."""
    made = Zone(
        id=zone_id,
        name=zone_id.replace("_", " ").title(),
        type=kind,
        source=f"binary_sensor.{zone_id}",
        areas=(area_id,),
        device=f"device-{zone_id}",
        place=f"place-{zone_id}",
    )
    return replace(made, **changes)


def camera(camera_id: str = "hall", **changes: Any) -> CameraView:
    """Return an indoor camera."""
    made = CameraView(id=camera_id, name=camera_id.title(), source=f"camera.{camera_id}")
    return replace(made, **changes)


def door(door_id: str = "front", **changes: Any) -> Door:
    """Return a lock that takes codes."""
    made = Door(
        id=door_id,
        name=f"{door_id.title()} door",
        source=f"lock.{door_id}",
        family=LockFamily.ZWAVE_JS,
    )
    return replace(made, **changes)


def contact(contact_id: str = "owner", **changes: Any) -> Contact:
    """Return a person who can be pushed."""
    made = Contact(
        id=contact_id,
        name=contact_id.title(),
        role="owner",
        notify=f"notify.{contact_id}",
        has_code=True,
    )
    return replace(made, **changes)


def responder(responder_id: str = "desk", **changes: Any) -> Responder:
    """Return a police desk in exercise."""
    made = Responder(
        id=responder_id,
        name=responder_id.title(),
        kind=ResponderKind.POLICE_DESK,
        mode=ResponderMode.EXERCISE,
    )
    return replace(made, **changes)


def policy(**changes: Any) -> Policy:
    """Return the default numbers with a siren, so that forgetting it shows."""
    return replace(Policy(siren="siren.house"), **changes)


def zones() -> tuple[Zone, ...]:
    """Return the zones of the default house: one of every type."""
    return (
        zone("front_door", ZoneType.ENTRY_EXIT, cameras=("porch", "hall")),
        zone("hall", ZoneType.INTERIOR, cameras=("hall",)),
        zone("kitchen_window", ZoneType.PERIMETER),
        zone("kitchen_glass", ZoneType.PERIMETER, forced_entry=True),
        zone("study", ZoneType.DAY_NIGHT),
        zone("porch", ZoneType.OUTDOOR, cameras=("porch",)),
        zone("keypad_lid", ZoneType.TAMPER),
        zone("smoke", ZoneType.FIRE),
        zone("gas", ZoneType.CARBON_MONOXIDE),
        zone("leak", ZoneType.WATER),
        zone("panic_button", ZoneType.PANIC),
        zone("medical_button", ZoneType.MEDICAL),
        zone("garage_door", ZoneType.ENTRY_EXIT, "garage"),
        zone("garage_motion", ZoneType.INTERIOR, "garage"),
        zone("garage_window", ZoneType.PERIMETER, "garage"),
        zone("passage", ZoneType.INTERIOR, areas=("house", "garage")),
    )


def premises(**changes: Any) -> Premises:
    """Return a house and its garage with cameras, doors, people and responders."""
    made = Premises(
        id="home",
        name="Home",
        policy=policy(),
        areas=by_id([area("house"), area("garage")]),
        zones=by_id(zones()),
        cameras=by_id([camera("porch", outdoor=True), camera("hall")]),
        doors=by_id([door("front"), door("back")]),
        contacts=by_id([contact("owner"), contact("neighbour", role="contact", has_code=False)]),
        responders=by_id(
            [responder("desk"), responder("center", kind=ResponderKind.MONITORING_CENTER)]
        ),
    )
    return replace(made, **changes)


def estate_zones() -> tuple[Zone, ...]:
    """Return what the default house lacks: own delays and modes, cross zones, a linked area."""
    at_night = frozenset({ArmMode.NIGHT, ArmMode.VACATION})
    return (
        zone("front_door", ZoneType.ENTRY_EXIT),
        zone("side_door", ZoneType.ENTRY_EXIT, entry_delay_s=45),
        zone("back_door", ZoneType.ENTRY_EXIT, entry_delay_s=0),
        zone("kitchen_window", ZoneType.PERIMETER),
        zone("study", ZoneType.DAY_NIGHT),
        zone("hall", ZoneType.INTERIOR),
        zone("landing", ZoneType.INTERIOR, modes=at_night),
        zone("attic_east", ZoneType.INTERIOR, cross=("attic_west",)),
        zone("attic_west", ZoneType.INTERIOR, cross=("attic_east",)),
        zone("porch", ZoneType.OUTDOOR),
        zone("garage_door", ZoneType.ENTRY_EXIT, "garage"),
        zone("garage_window", ZoneType.PERIMETER, "garage"),
        zone("passage", ZoneType.INTERIOR, areas=("house", "garage")),
        zone("wall", ZoneType.PERIMETER, cross=("garage_wall",)),
        zone("garage_wall", ZoneType.PERIMETER, "garage", cross=("wall",)),
        zone("annex_door", ZoneType.ENTRY_EXIT, "annex"),
        zone("annex_window", ZoneType.PERIMETER, "annex"),
        zone("bridge", ZoneType.INTERIOR, areas=("garage", "annex")),
        zone("smoke", ZoneType.FIRE),
        zone("leak", ZoneType.WATER),
    )


def estate(**numbers: Any) -> Premises:
    """Return a house, its garage, and an annex that another integration's panel arms."""
    annex = area("annex", panel="alarm_control_panel.annex")
    return premises(
        policy=policy(**({"abort_window_s": 15} | numbers)),
        areas=by_id([area("house"), area("garage"), annex]),
        zones=by_id(estate_zones()),
    )


def opened(door_id: str, *, slot: int | None, at: datetime, **changes: Any) -> ReportDoor:
    """Return what a lock says that was opened at its keypad."""
    report = DoorReport(
        at=at,
        door_id=door_id,
        act=DoorAct.UNLOCKED,
        method=EntryMethod.KEYPAD,
        slot=slot,
    )
    return ReportDoor(report=replace(report, **changes))
