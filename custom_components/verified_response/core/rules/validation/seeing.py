"""People on cameras: our own look, and what other integrations report."""

from ...detection import Trust
from ...evidence import DetectedKind, NobodySeen, PersonReported, PersonSeen
from .detectors import alarm_inside, together
from .known import Known
from .signs import signs_of_force


def person_inside(known: Known) -> bool:
    """A trusted engine saw somebody inside, and something inside tripped."""
    return alarm_inside(known) and any(
        not seen.outdoor and seen.trust is Trust.FULL for seen in known.of(PersonSeen)
    )


def person_and_force(known: Known) -> bool:
    """The same, and a sign of force."""
    return person_inside(known) and bool(signs_of_force(known))


def person_outdoor_only(known: Known) -> bool:
    """Nobody was seen anywhere but outside."""
    seen = known.of(PersonSeen)
    return bool(seen) and all(item.outdoor for item in seen)


def person_low_trust(known: Known) -> bool:
    """Whoever was seen inside was seen by an engine of low trust."""
    inside = [seen for seen in known.of(PersonSeen) if not seen.outdoor]
    return bool(inside) and all(seen.trust is Trust.LOW for seen in inside)


def reported_and_detector(known: Known) -> bool:
    """Another integration is one more detector, never a look: it needs an independent trip."""
    return together(_reported_inside(known), known)


def reported_inside(known: Known) -> bool:
    """Another integration reported a person inside."""
    return bool(_reported_inside(known))


def _reported_inside(known: Known) -> tuple[PersonReported, ...]:
    return tuple(
        item
        for item in known.of(PersonReported)
        if item.kind is DetectedKind.PERSON and not item.outdoor
    )


def reported_outdoor(known: Known) -> bool:
    """Another integration reported a person outside."""
    return any(
        item.kind is DetectedKind.PERSON and item.outdoor for item in known.of(PersonReported)
    )


def vehicle_or_animal(known: Known) -> bool:
    """Another integration reported what is no person."""
    return any(item.kind is not DetectedKind.PERSON for item in known.of(PersonReported))


def nobody_seen(known: Known) -> bool:
    """Somebody looked, and no camera showed anybody."""
    return bool(known.of(NobodySeen)) and not known.of(PersonSeen)
