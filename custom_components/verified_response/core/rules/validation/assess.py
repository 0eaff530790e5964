"""assess(): the alarm level with named reasons, modelled on ANSI/TMA-AVS-01 levels.

Every rule has a name (translated for people under `reason` in the translations), and its source.
A human's verdict is never overridden. Level 4 comes only from a human. The level is proposed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from ...assessment import AlarmLevel, Assessment
from ...detection import Trust
from ...evidence import (
    CouldNotSee,
    DetectedKind,
    EvidenceItem,
    NobodySeen,
    PersonReported,
    PersonSeen,
    Threat,
    Verdict,
    ZoneLost,
    ZoneTrip,
)
from ...premises import Policy, ZoneType


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    """One row of the table: `applies` looks at the evidence; a level of None only holds."""

    name: str
    level: AlarmLevel | None
    source: str
    applies: Callable[[Sequence[EvidenceItem], Policy], bool]


def _inside_trips(items: Sequence[EvidenceItem]) -> list[ZoneTrip]:
    return [
        item
        for item in items
        if isinstance(item, ZoneTrip)
        and item.observed
        and item.zone_type not in {ZoneType.OUTDOOR, ZoneType.TAMPER}
    ]


def _any_trip(items: Sequence[EvidenceItem], _: Policy) -> bool:
    return any(isinstance(item, ZoneTrip) and item.observed for item in items)


def _two_independent(items: Sequence[EvidenceItem], policy: Policy) -> bool:
    """Compare each trip with the latest one per device and place: trips come in order of time."""
    window = timedelta(seconds=policy.corroboration_window_s)
    latest: dict[tuple[str, str], datetime] = {}
    for trip in _inside_trips(items):
        if any(
            device != trip.device and place != trip.place and abs(trip.at - at) <= window
            for (device, place), at in latest.items()
        ):
            return True
        latest[trip.device, trip.place] = trip.at
    return False


def _same_device_or_place(items: Sequence[EvidenceItem], policy: Policy) -> bool:
    return len({trip.zone_id for trip in _inside_trips(items)}) > 1 and not _two_independent(
        items, policy
    )


def _person_inside(items: Sequence[EvidenceItem], _: Policy) -> bool:
    return bool(_inside_trips(items)) and any(
        isinstance(item, PersonSeen) and not item.outdoor and item.trust is Trust.FULL
        for item in items
    )


def _person_and_force(items: Sequence[EvidenceItem], policy: Policy) -> bool:
    return _person_inside(items, policy) and any(trip.forced_entry for trip in _inside_trips(items))


def _person_outdoor_only(items: Sequence[EvidenceItem], _: Policy) -> bool:
    seen = [item for item in items if isinstance(item, PersonSeen)]
    return bool(seen) and all(item.outdoor for item in seen)


def _person_low_trust_only(items: Sequence[EvidenceItem], _: Policy) -> bool:
    inside = [item for item in items if isinstance(item, PersonSeen) and not item.outdoor]
    return bool(inside) and all(item.trust is Trust.LOW for item in inside)


def _reported_inside(items: Sequence[EvidenceItem]) -> list[PersonReported]:
    return [
        item
        for item in items
        if isinstance(item, PersonReported)
        and item.kind is DetectedKind.PERSON
        and not item.outdoor
    ]


def _reported_and_detector(items: Sequence[EvidenceItem], policy: Policy) -> bool:
    """Take another integration for one more detector, never for a look: it needs an independent trip.

    In order of time, each is compared with the latest of every other device and place.
    """
    window = timedelta(seconds=policy.corroboration_window_s)
    trips: dict[tuple[str, str], ZoneTrip] = {}
    reports: dict[tuple[tuple[str, ...], tuple[str, ...]], PersonReported] = {}
    found: list[ZoneTrip | PersonReported] = [*_reported_inside(items), *_inside_trips(items)]
    for item in sorted(found, key=lambda known: known.at):
        if isinstance(item, ZoneTrip):
            trips[item.device, item.place] = item
            pairs = [(report, item) for report in reports.values()]
        else:
            reports[item.devices, item.places] = item
            pairs = [(item, trip) for trip in trips.values()]
        if any(
            _independent(report, trip) and abs(trip.at - report.at) <= window
            for report, trip in pairs
        ):
            return True
    return False


def _independent(report: PersonReported, trip: ZoneTrip) -> bool:
    """Say whether device and place differ; where the camera is has to be known for that."""
    return (
        bool(report.places)
        and trip.device not in report.devices
        and trip.place not in report.places
    )


def _reported_alone(items: Sequence[EvidenceItem], policy: Policy) -> bool:
    return bool(_reported_inside(items)) and not _reported_and_detector(items, policy)


def _reported_outdoor(items: Sequence[EvidenceItem], _: Policy) -> bool:
    return any(
        isinstance(item, PersonReported) and item.kind is DetectedKind.PERSON and item.outdoor
        for item in items
    )


def _other_reported(items: Sequence[EvidenceItem], _: Policy) -> bool:
    return any(
        isinstance(item, PersonReported) and item.kind is not DetectedKind.PERSON for item in items
    )


def _outdoor_or_tamper_only(items: Sequence[EvidenceItem], policy: Policy) -> bool:
    return _any_trip(items, policy) and not _inside_trips(items)


def _found_open(items: Sequence[EvidenceItem], _: Policy) -> bool:
    return any(isinstance(item, ZoneTrip) and not item.observed for item in items)


def _nobody_seen(items: Sequence[EvidenceItem], _: Policy) -> bool:
    return any(isinstance(item, NobodySeen) for item in items) and not any(
        isinstance(item, PersonSeen) for item in items
    )


RULES: tuple[Rule, ...] = (
    Rule(
        name="detector_tripped",
        level=AlarmLevel.LIMITED,
        source="AVS-01 level 1",
        applies=_any_trip,
    ),
    Rule(
        name="two_independent_detectors",
        level=AlarmLevel.PRESENCE,
        source="BS 8243 5.2 sequential confirmation",
        applies=_two_independent,
    ),
    Rule(
        name="person_seen",
        level=AlarmLevel.PRESENCE,
        source="AVS-01 level 2; BS 8243 5.4 visual confirmation",
        applies=_person_inside,
    ),
    Rule(
        name="person_and_forced_entry",
        level=AlarmLevel.PROPERTY,
        source="AVS-01 level 3",
        applies=_person_and_force,
    ),
    Rule(
        name="person_reported_and_detector",
        level=AlarmLevel.PRESENCE,
        source="BS 8243 5.2 sequential confirmation: another detector's person as one of the two",
        applies=_reported_and_detector,
    ),
    Rule(
        name="same_device_or_place",
        level=None,
        source="BS 8243 5.2: detectors must be independent",
        applies=_same_device_or_place,
    ),
    Rule(
        name="person_outdoor_only",
        level=None,
        source="BS 8243 5.1.1: outside the premises never confirms",
        applies=_person_outdoor_only,
    ),
    Rule(
        name="person_low_trust",
        level=None,
        source="own: basic detector, see docs/detection.md",
        applies=_person_low_trust_only,
    ),
    Rule(
        name="person_reported_alone",
        level=None,
        source="BS 8243 5.2: needs an independent detector; own: untested detectors have low trust",
        applies=_reported_alone,
    ),
    Rule(
        name="person_reported_outdoor",
        level=None,
        source="BS 8243 5.1.1: outside the premises never confirms",
        applies=_reported_outdoor,
    ),
    Rule(
        name="vehicle_or_animal_reported",
        level=None,
        source="own: neither is a person",
        applies=_other_reported,
    ),
    Rule(
        name="outdoor_or_tamper_only",
        level=None,
        source="BS 8243 5.1.1; CLC/TS 50131-9 tamper apart",
        applies=_outdoor_or_tamper_only,
    ),
    Rule(name="found_open", level=None, source="CP-01 4.4.3 power-up", applies=_found_open),
    Rule(name="nobody_seen", level=None, source="own: absence proves little", applies=_nobody_seen),
)

HUMAN_LEVEL = {
    Threat.NONE: (AlarmLevel.PRESENCE, "human_confirmed_presence"),
    Threat.PROPERTY: (AlarmLevel.PROPERTY, "human_confirmed_property"),
    Threat.LIFE: (AlarmLevel.LIFE, "human_confirmed_life"),
}


def assess(
    evidence: Sequence[EvidenceItem],
    verdicts: Sequence[Verdict],
    policy: Policy,
    *,
    already: Sequence[str] = (),
) -> Assessment:
    """Return the level proposed by the rules, raised (never lowered) by what humans confirmed."""
    level = AlarmLevel.NO_CALL
    raised: list[str] = []
    held: list[str] = []
    for rule in RULES:
        if not rule.applies(evidence, policy):
            continue
        if rule.level is None:
            held.append(rule.name)
        else:
            raised.append(rule.name)
            level = max(level, rule.level)
    proposed_by = "hub"
    confirmed = [verdict.threat for verdict in verdicts if verdict.threat is not None]
    if confirmed:
        human, name = max(HUMAN_LEVEL[threat] for threat in confirmed)
        raised.append(name)
        level, proposed_by = max(level, human), "person"
    elif verdicts:
        level, proposed_by = AlarmLevel.NO_CALL, "person"
        held.append("dismissed_by_person")
    return Assessment(
        level=int(level),
        raised_by=tuple(raised),
        held_by=tuple(held),
        unknowns=_unknowns(evidence),
        proposed_by=proposed_by,
        policy_version=policy.version,
    )


def _unknowns(evidence: Sequence[EvidenceItem]) -> tuple[str, ...]:
    """Return what could not be known, as "what:whom", each once, in order."""
    unknown: dict[str, None] = {}
    for item in evidence:
        if isinstance(item, CouldNotSee):
            unknown[f"could_not_look:{item.camera_id}"] = None
        elif isinstance(item, (PersonSeen, NobodySeen)):
            unknown.pop(f"could_not_look:{item.camera_id}", None)
        elif isinstance(item, ZoneLost):
            unknown[f"zone_lost:{item.zone_id}"] = None
    return tuple(unknown)
