"""Sounds, locks and vehicles: signs that raise only together with a detector or a person."""

from ...evidence import LockReported, LockSign, SoundHeard, VehicleReported, ZoneTrip
from ...premises import SignKind
from .detectors import believed_trips, other_device, together
from .known import Known

FORCE = frozenset({LockSign.FORCED, LockSign.TAMPER})
VIOLENCE = frozenset({SignKind.GUNSHOT, SignKind.SCREAM})


def signs_of_force(known: Known) -> tuple[ZoneTrip | SoundHeard | LockReported, ...]:
    """Return every sign that somebody broke in."""
    return (*_forced_zones(known), *_glass(known), *_forced_locks(known))


def _forced_zones(known: Known) -> tuple[ZoneTrip, ...]:
    return tuple(trip for trip in believed_trips(known) if trip.forced_entry)


def _glass(known: Known) -> tuple[SoundHeard, ...]:
    return tuple(item for item in known.of(SoundHeard) if item.kind is SignKind.GLASS_BREAK)


def _violence(known: Known) -> tuple[SoundHeard, ...]:
    return tuple(item for item in known.of(SoundHeard) if item.kind in VIOLENCE)


def _forced_locks(known: Known) -> tuple[LockReported, ...]:
    return tuple(item for item in known.of(LockReported) if item.kind in FORCE)


def forced_zone_and_detector(known: Known) -> bool:
    """A zone that trips only by force, and an independent trip."""
    return together(_forced_zones(known), known)


def glass_and_detector(known: Known) -> bool:
    """Glass was heard, and an independent zone tripped."""
    return together(_glass(known), known)


def forced_lock_and_detector(known: Known) -> bool:
    """A lock was forced, and a zone behind the doors tripped."""
    return together(_forced_locks(known), known)


def violence_and_detector(known: Known) -> bool:
    """A shot or a scream was heard by another device than the zone that tripped."""
    return together(_violence(known), known, other_device)


def sound_heard(known: Known) -> bool:
    """Glass, a shot or a scream."""
    return bool(_glass(known) or _violence(known))


def smoke_alarm_heard(known: Known) -> bool:
    """A smoke alarm, which is no sign of a burglar."""
    return any(item.kind is SignKind.SMOKE_ALARM for item in known.of(SoundHeard))


def lock_forced(known: Known) -> bool:
    """A lock says that it was forced or opened up."""
    return bool(_forced_locks(known))


def lock_jammed(known: Known) -> bool:
    """A lock could not move its bolt."""
    return _lock_said(known, LockSign.JAMMED)


def wrong_codes(known: Known) -> bool:
    """Wrong codes were typed, several in a row."""
    return _lock_said(known, LockSign.WRONG_CODES)


def _lock_said(known: Known, kind: LockSign) -> bool:
    return any(item.kind is kind for item in known.of(LockReported))


def vehicle_reported(known: Known) -> bool:
    """A vehicle or its number plate: nobody's identity."""
    return bool(known.of(VehicleReported))
