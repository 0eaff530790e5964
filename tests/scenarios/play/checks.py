"""Expectations held against a hub: each that does not hold is one sentence."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.evidence import EvidenceItem, ZoneTrip
from custom_components.verified_response.core.folds.incidents import source_of
from custom_components.verified_response.core.incident import Attempt, Incident
from custom_components.verified_response.core.rules.dispatch import is_on_screens

from .expectations import Expectation, Item
from .happenings import key_of_class
from .outside import Effect, Handed, Sounded, Told
from .run import Hub

NONE: Final = "none"
KINDS: Final = EvidenceItem.__value__.__args__


@dataclass(frozen=True, kw_only=True, slots=True)
class Moment:
    """What an expectation is held against."""

    hub: Hub
    effects: Sequence[Effect]
    """Since the step before; at the end: since the beginning."""
    news: Sequence[ev.Event]
    refused: str | None = None
    incident: Incident | None = None


@dataclass(slots=True)
class _Found:
    """The sentences so far."""

    sentences: list[str] = field(default_factory=list)

    def same(self, what: str, wanted: object, found: object) -> None:
        if wanted is not None and wanted != found:
            self.sentences.append(f"{what}: {_shown(wanted)} was expected, it is {_shown(found)}")

    def listed(
        self,
        what: str,
        wanted: Sequence[Any] | None,
        found: Iterable[Any],
        fits: Callable[..., bool],
    ) -> None:
        """Hold names that must be there, or must not, against what is there."""
        if wanted is None:
            return
        there = list(found)
        seen = ", ".join(_shown(item) for item in there) or "nothing"
        if not wanted and there:
            self.sentences.append(f"{what}: nothing was expected, it is {seen}")
        for item in wanted:
            hit = any(fits(item, other) for other in there)
            if hit is getattr(item, "absent", False):
                word = "was not expected" if hit else "was expected"
                self.sentences.append(f"{what}: {_shown(item)} {word}, it is {seen}")


def failures(expected: Expectation, moment: Moment) -> Sequence[str]:
    """Return what does not hold."""
    found = _Found()
    hub = moment.hub
    incident = hub.incident(expected.incident)
    _areas(expected, moment, found)
    _incident(expected, hub, incident, found)
    _effects(expected, moment, found)
    _house(expected, hub, found)
    if expected.incident is not None and incident is None:
        found.sentences.append(f"incident: a {expected.incident} was expected, there is none")
    return found.sentences


def _areas(expected: Expectation, moment: Moment, found: _Found) -> None:
    hub = moment.hub
    first = hub.state.area(next(iter(hub.premises.areas)))
    found.same("area", expected.area, first.phase)
    found.same("mode", expected.mode, first.mode or NONE)
    for area_id, phase in (expected.areas or {}).items():
        found.same(f"area {area_id}", phase, hub.state.area(area_id).phase)
    known = hub.state.areas.values()
    bypassed = {zone for area in known for zone in area.bypassed}
    found.same("bypassed", _set(expected.bypassed), bypassed)
    shut_down = {
        zone
        for area in known
        for zone, alarms in area.alarms.items()
        if alarms >= hub.premises.policy.swinger_trips
    }
    found.same("shut down", _set(expected.shut_down), shut_down)
    failed = any(area.failure is not None for area in known)
    found.same("failed to arm", expected.failed_to_arm, failed)
    if expected.refused is not None or moment.refused is not None:
        found.same("refused", expected.refused or "nothing", moment.refused or "nothing")


def _set(names: tuple[str, ...] | None) -> set[str] | None:
    return None if names is None else set(names)


def _incident(expected: Expectation, hub: Hub, incident: Incident | None, found: _Found) -> None:
    is_open = incident is not None and incident.is_open
    stage = incident.stage if incident is not None else NONE
    found.same("stage", expected.stage, stage if expected.stage != NONE or is_open else NONE)
    level = incident.assessment.level if incident is not None else None
    found.same("level", expected.level, NONE if level is None else level)
    shown = {item.kind for item in hub.state.open_incidents() if is_on_screens(item)}
    found.same("shown", None if expected.shown is None else set(expected.shown), shown)
    found.listed("noted", expected.noted, hub.state.recent, _is_item)
    if incident is None:
        return
    assessment = incident.assessment
    found.same("proposed by", expected.proposed_by, assessment.proposed_by)
    for what in ("raised", "held", "lowered"):
        names = getattr(assessment, f"{what}_by")
        found.listed(what, getattr(expected, what), names, lambda item, name: item.name == name)
    found.listed("unknown", expected.unknown, assessment.unknowns, _is_unknown)
    found.listed("evidence", expected.evidence, incident.evidence, _is_item)
    if expected.evidence_at_most is not None and len(incident.evidence) > expected.evidence_at_most:
        found.same("evidence at most", expected.evidence_at_most, len(incident.evidence))
    found.same("order", expected.order, tuple(_order(incident)))
    _answers(expected, incident, found)


def _answers(expected: Expectation, incident: Incident, found: _Found) -> None:
    answers = tuple(
        f"{item.by.removeprefix('contact:')} {item.threat.value if item.threat else 'false_alarm'}"
        for item in incident.verdicts
    )
    wanted = expected.answers
    found.same("answers", None if wanted is None else tuple(map(str, wanted)), answers)
    found.listed(
        "attempts",
        expected.attempts,
        incident.attempts,
        lambda item, attempt: (
            item.person == attempt.contact_id
            and item.channel in {"", attempt.channel.partition(":")[0]}
        ),
    )
    found.same("contradicted", expected.contradicted, incident.contradicted)
    found.same("waits for person", expected.waits_for_person, incident.held)
    if expected.deliveries is not None:
        known = {key: item.status for key, item in incident.deliveries.items()}
        if not expected.deliveries:
            found.same("deliveries", {}, known)
        for responder, status in expected.deliveries.items():
            found.same(f"delivery to {responder}", status, known.get(responder, NONE))


def _order(incident: Incident) -> Iterator[str]:
    """Return the zones that tripped, each once, as they tripped."""
    trips = [item for item in incident.evidence if isinstance(item, ZoneTrip) and item.observed]
    yield from dict.fromkeys(item.zone_id for item in sorted(trips, key=_place))


def _place(trip: ZoneTrip) -> tuple[int, float]:
    return trip.order, trip.at.timestamp()


def _is_item(item: Item, found: EvidenceItem) -> bool:
    who = getattr(found, "by", getattr(found, "who", ""))
    sources = {"", source_of(found)[1], who.removeprefix("contact:")}
    return item.name == key_of_class(type(found)) and item.of in sources


def _is_unknown(item: Any, found: str) -> bool:
    what, _, whom = found.partition(":")
    return bool(item.name == what and item.of in {"", whom.removeprefix("contact:")})


def _effects(expected: Expectation, moment: Moment, found: _Found) -> None:
    told = [item for item in moment.effects if isinstance(item, Told) and not item.failed]
    found.listed("pushed", expected.pushed, told, _is_push)
    handed = [item for item in moment.effects if isinstance(item, Handed) and not item.failed]
    found.listed("shared", expected.shared, handed, _is_share)
    warned = {item.camera_id for item in moment.news if isinstance(item, ev.PersonOutside)}
    found.same("warned", _set(expected.warned), warned)
    tried = {item.door_id for item in moment.news if isinstance(item, ev.DoorAttempted)}
    found.same("tried", _set(expected.tried), tried)
    sounded = [item.on for item in moment.hub.effects if isinstance(item, Sounded)]
    last = "never" if True not in sounded else "on" if sounded[-1] else "off"
    found.same("siren", expected.siren, last)
    if expected.nothing_leaves is not None:
        left = any(isinstance(item, Handed) for item in moment.hub.effects)
        found.same("nothing leaves", expected.nothing_leaves, not left)


def _is_push(item: Any, told: Told) -> bool:
    return bool(
        item.prompt == told.prompt
        and item.person in {"", told.person}
        and item.channel in {"", told.channel}
    )


def _is_share(item: Any, handed: Handed) -> bool:
    return bool(item.action == handed.action and item.responder in {"", handed.responder})


def _house(expected: Expectation, hub: Hub, found: _Found) -> None:
    state = hub.state
    if expected.troubles is not None:
        wanted = {zone: set(kinds) for zone, kinds in expected.troubles.items()}
        known = {zone: set(kinds) for zone, kinds in state.troubles.items() if kinds}
        found.same("troubles", wanted, known)
    until = state.keypad_locked_until
    locked = until is not None and hub.clock.now() < until
    found.same("keypad", expected.keypad, "locked" if locked else "open")
    found.same("blind", expected.blind, state.blind_since is not None)
    for subject, number in (expected.false_alarms or {}).items():
        false = sum(outcome.false for outcome in state.history.get(subject, ()))
        found.same(f"false alarms of {subject}", number, false)
    test = state.walk_test
    if expected.walk_test == "off":
        found.same("walk test", "off", "off" if test is None else "running")
    elif isinstance(expected.walk_test, Mapping):
        found.same("walk test", dict(expected.walk_test), dict(test.noted) if test else "off")


def _shown(item: object) -> str:
    """Return a value for a sentence."""
    match item:
        case str():
            return item
        case bool():
            return "yes" if item else "no"
        case set() | frozenset():
            return ", ".join(sorted(_shown(part) for part in item)) or "nothing"
        case tuple():
            return ", ".join(_shown(part) for part in item) or "nothing"
        case dict():
            parts = ", ".join(f"{key}: {_shown(part)}" for key, part in item.items())
            return parts or "nothing"
        case Told():
            return f"{item.prompt} to {item.person} by {item.channel}"
        case Handed():
            return f"{item.action} to {item.responder}"
        case Attempt():
            return f"{item.contact_id} by {item.channel}"
    if isinstance(item, KINDS):
        name, source = key_of_class(type(item)), source_of(item)[1]
        return f"{name} of {source}" if source else name
    return str(item)
