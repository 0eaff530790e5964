"""Zones and panels that tripped, and what makes two detectors independent (BS 8243, 5.2)."""

from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from itertools import combinations
from operator import itemgetter

from ...evidence import (
    DevicesLost,
    LockReported,
    PanelTriggered,
    PersonReported,
    SoundHeard,
    ZoneTrip,
)
from ...premises import ZoneType
from .known import Known

type Detector = ZoneTrip | PersonReported | SoundHeard | LockReported

NEVER_CONFIRM = frozenset({ZoneType.OUTDOOR, ZoneType.TAMPER})


def any_trip(known: Known) -> bool:
    """Any zone, seen to trip."""
    return any(trip.observed for trip in known.of(ZoneTrip))


def inside_trips(known: Known) -> tuple[ZoneTrip, ...]:
    """Return what was seen to trip inside the premises."""
    return tuple(
        trip for trip in known.of(ZoneTrip) if trip.observed and trip.zone_type not in NEVER_CONFIRM
    )


def believed_trips(known: Known) -> tuple[ZoneTrip, ...]:
    """Return the trips inside that may confirm something: not those of a zone that cries wolf."""
    return tuple(trip for trip in inside_trips(known) if not _cries_wolf(trip, known))


def alarm_inside(known: Known) -> bool:
    """A zone inside, or the panel that arms it: somebody could be there."""
    return bool(inside_trips(known) or known.of(PanelTriggered))


def panel_triggered(known: Known) -> bool:
    """Another panel says alarm: one detector, never apart from the zones of its own area."""
    return bool(known.of(PanelTriggered))


def suspected_jamming(known: Known) -> bool:
    """Several devices went silent at once."""
    return bool(known.of(DevicesLost))


def two_independent(known: Known) -> bool:
    """Two trips, apart in device and place, near in time."""
    return together(believed_trips(known), known)


def same_device_or_place(known: Known) -> bool:
    """Several zones that share something."""
    zones = {(trip.zone_id, trip.device, trip.place): trip for trip in inside_trips(known)}
    return any(
        one.zone_id != other.zone_id and not apart(one, other)
        for one, other in combinations(zones.values(), 2)
    )


def too_far_apart(known: Known) -> bool:
    """Independent, but not within the time in which one thing confirms another."""
    spots = {(trip.device, trip.place): trip for trip in believed_trips(known)}
    return any(apart(one, other) for one, other in combinations(spots.values(), 2))


def outdoor_or_tamper_only(known: Known) -> bool:
    """Nothing inside."""
    return any_trip(known) and not inside_trips(known)


def found_open(known: Known) -> bool:
    """Open after a silence; nobody saw it open."""
    return any(not trip.observed for trip in known.of(ZoneTrip))


def zone_cries_wolf(known: Known) -> bool:
    """A zone that raised many false alarms lately."""
    return any(trip.observed and _cries_wolf(trip, known) for trip in known.of(ZoneTrip))


def _cries_wolf(trip: ZoneTrip, known: Known) -> bool:
    return trip.false_alarms >= known.policy.false_alarms_many


def apart(one: Detector, trip: ZoneTrip) -> bool:
    """Say whether device and place are known to differ."""
    match one:
        case ZoneTrip():
            return one.device != trip.device and one.place != trip.place
        case PersonReported():
            return (
                bool(one.places) and trip.device not in one.devices and trip.place not in one.places
            )
        case SoundHeard():
            return bool(one.place) and one.device != trip.device and one.place != trip.place
        case LockReported():  # it sits in a door: only what is behind the doors is surely elsewhere
            return trip.zone_type is ZoneType.INTERIOR


def other_device(one: Detector, trip: ZoneTrip) -> bool:
    """Say whether it is not the same thing speaking twice; a shot carries through the house."""
    return not isinstance(one, SoundHeard) or one.device != trip.device


def together(
    ones: Sequence[Detector],
    known: Known,
    independent: Callable[[Detector, ZoneTrip], bool] = apart,
) -> bool:
    """Say whether one of these and an independent trip inside are near in time.

    In order of time, each is compared with the latest of every other device and place: one pass.
    """
    trips = believed_trips(known) if ones else ()
    if not trips:
        return False
    window = timedelta(seconds=known.policy.corroboration_window_s)
    latest_ones: dict[Hashable, Detector] = {}
    latest_trips: dict[Hashable, ZoneTrip] = {}
    line: list[tuple[datetime, Detector, ZoneTrip | None]] = [(one.at, one, None) for one in ones]
    line += [(trip.at, trip, trip) for trip in trips]
    for at, item, trip in sorted(line, key=itemgetter(0)):
        if trip is not None:
            near = any(
                at - one.at <= window and independent(one, trip) for one in latest_ones.values()
            )
            latest_trips[_spot(trip)] = trip
        else:
            near = any(
                at - then.at <= window and independent(item, then) for then in latest_trips.values()
            )
            latest_ones[_spot(item)] = item
        if near:
            return True
    return False


def _spot(item: Detector) -> Hashable:
    match item:
        case ZoneTrip():
            return item.device, item.place, item.zone_type
        case PersonReported():
            return item.devices, item.places
        case SoundHeard():
            return item.device, item.place
        case LockReported():
            return item.door_id
