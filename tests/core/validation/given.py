"""Evidence with defaults; a case names only what it is about."""

from datetime import timedelta
from typing import Any

from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.evidence import (
    CouldNotSee,
    CouldNotTell,
    DetectedKind,
    DevicesLost,
    EvidenceItem,
    GroupTrip,
    HouseholdPresent,
    HubWasBlind,
    LockReported,
    LockSign,
    NobodySeen,
    PanelTriggered,
    PersonReported,
    PersonSeen,
    PowerReturned,
    SoundHeard,
    StormReported,
    Threat,
    VehicleReported,
    Verdict,
    ZoneLost,
    ZoneTrip,
)
from custom_components.verified_response.core.premises import Policy, SignKind, ZoneType
from custom_components.verified_response.core.rules.validation.assess import assess
from tests.core.house import START


def at(after: float = 0) -> Any:
    return START + timedelta(seconds=after)


def trip(name: str = "door", *, after: float = 0, **changes: Any) -> ZoneTrip:
    values = {
        "at": at(after),
        "zone_id": name,
        "zone_type": ZoneType.PERIMETER,
        "device": f"device-{name}",
        "place": f"place-{name}",
    }
    return ZoneTrip(**(values | changes))


def motion(name: str = "hall", *, after: float = 0, **changes: Any) -> ZoneTrip:
    return trip(name, after=after, **({"zone_type": ZoneType.INTERIOR} | changes))


def panel(area: str = "house", *, after: float = 0) -> PanelTriggered:
    return PanelTriggered(at=at(after), area_id=area)


def person(
    *,
    after: float = 0,
    outdoor: bool = False,
    trust: Trust = Trust.FULL,
    camera: str = "hall",
) -> PersonSeen:
    return PersonSeen(
        at=at(after), camera_id=camera, outdoor=outdoor, trust=trust, engine="nano", scores=(0.9,)
    )


def reported(*, after: float = 0, **changes: Any) -> PersonReported:
    values = {
        "at": at(after),
        "camera_id": "hall",
        "source_family": "frigate",
        "kind": DetectedKind.PERSON,
        "outdoor": False,
        "devices": ("frigate-hall", "camera-hall"),
        "places": ("place-hall",),
    }
    return PersonReported(**(values | changes))


def nobody(camera: str = "hall", *, after: float = 0) -> NobodySeen:
    return NobodySeen(at=at(after), camera_id=camera, engine="nano", scores=(0.1,))


def blind(camera: str = "hall", *, after: float = 0) -> CouldNotSee:
    return CouldNotSee(at=at(after), camera_id=camera, reason="timed_out")


def sound(kind: SignKind = SignKind.GLASS_BREAK, *, after: float = 0, **changes: Any) -> SoundHeard:
    values = {
        "at": at(after),
        "sign_id": "microphone",
        "kind": kind,
        "device": "microphone",
        "place": "place-kitchen",
    }
    return SoundHeard(**(values | changes))


def lock(
    kind: LockSign = LockSign.FORCED, *, after: float = 0, door: str = "front"
) -> LockReported:
    return LockReported(at=at(after), door_id=door, kind=kind)


def vehicle(*, after: float = 0) -> VehicleReported:
    return VehicleReported(at=at(after), sign_id="drive", plate="AB 123")


def present(who: str = "owner", *, after: float = 0) -> HouseholdPresent:
    return HouseholdPresent(at=at(after), who=who)


def storm(*, after: float = 0) -> StormReported:
    return StormReported(at=at(after), sign_id="wind")


def power(*, after: float = 0) -> PowerReturned:
    return PowerReturned(at=at(after), sign_id="mains")


def group(*, after: float = 0, zones: tuple[str, ...] = ("a", "b", "c")) -> GroupTrip:
    return GroupTrip(at=at(after), zones=zones)


def jammed(*zones: str, after: float = 0) -> DevicesLost:
    return DevicesLost(at=at(after), zones=zones or ("door", "hall", "study"))


def lost(zone: str = "hall", *, after: float = 0) -> ZoneLost:
    return ZoneLost(at=at(after), zone_id=zone)


def asleep(*, after: float = 0) -> HubWasBlind:
    return HubWasBlind(at=at(after), since=START)


def unsure(by: str = "owner", *, after: float = 0) -> CouldNotTell:
    return CouldNotTell(at=at(after), by=by)


def said(threat: Threat | None, *, after: float = 0, by: str = "owner") -> Verdict:
    return Verdict(at=at(after), by=by, threat=threat)


def judge(
    *items: EvidenceItem,
    words: tuple[Verdict, ...] = (),
    already: tuple[str, ...] = (),
    **policy: Any,
) -> Assessment:
    return assess(items, words, Policy(**policy), already=already)
