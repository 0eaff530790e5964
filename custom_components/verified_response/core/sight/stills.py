"""Things that look like people and never move: a statue, a coat stand, a poster."""

from typing import TYPE_CHECKING, Final

from ..detection import PersonBox
from ..premises import StillThing
from .grey import FLAT, correlation, mean, spread

if TYPE_CHECKING:
    from .tracks import Track  # which needs places, which needs this

SAME_PLACE: Final = 0.6
"""Overlap from which a box is where the thing stands, when the patch speaks as well."""
SAME_PLACE_ALONE: Final = 0.85
"""The same when there is no patch to compare: a person just there is hidden, so hardly any slack."""
ALIKE: Final = 0.9
"""Of different people bent over the same table 0.02 % would pass (12 000 pairs), at 0.75 a quarter."""
_SAME_GREY: Final = 16.0

STILL_S: Final = 60.0
STILL_HITS: Final = 10
STILL_OVERLAP: Final = 0.8


def likeness(one: bytes, other: bytes) -> float:
    """Return how alike two grey patches are, -1 to 1, whatever their brightness and contrast.

    A flat patch has no structure: two flat ones of about the same grey are alike (1), a flat one is
    unlike anything else (0). Patches of different sizes, and missing ones, are unlike (0).
    """
    if not one or len(one) != len(other):
        return 0.0
    flat = (spread(one) < FLAT, spread(other) < FLAT)
    if all(flat):
        return 1.0 if abs(mean(one) - mean(other)) <= _SAME_GREY else 0.0
    return 0.0 if any(flat) else correlation(one, other)


def is_thing(person: PersonBox, thing: StillThing) -> bool:
    """Say whether what was seen is this thing: in its place, and looking like it.

    Somebody in front of the thing or beside it looks different or stands differently, and counts.
    """
    overlap = person.box.overlap(thing.box)
    if not person.patch or not thing.patch:
        return overlap >= SAME_PLACE_ALONE
    return overlap >= SAME_PLACE and likeness(person.patch, thing.patch) >= ALIKE


def stays_still(track: Track, *, least_s: float = STILL_S) -> bool:
    """Say whether this may be a thing: seen often and long, and never out of its first place.

    Only a question for the owner: people who sit still look the same from here.
    """
    seen_s = (track.last_seen - track.first_seen).total_seconds()
    return seen_s >= least_s and track.hits >= STILL_HITS and track.steadiness >= STILL_OVERLAP
