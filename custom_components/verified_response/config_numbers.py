"""Numbers that people tune: what may be typed, what is stored, and what is in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry

from . import const as c
from .core.premises import Policy, ZoneType
from .core.timings import (
    ABORT_OFFERED_S,
    ENTRY_PLUS_ABORT_MAX_S,
    ENTRY_S,
    EXIT_S,
    refuse_abort_window,
    refuse_entry_delay,
    refuse_exit_delay,
)

_POLICY: Final = Policy()
DEFAULTS: Final[Mapping[str, int]] = {
    c.CONF_EXIT_DELAY: _POLICY.exit_delay_s,
    c.CONF_ENTRY_DELAY: _POLICY.entry_delay_s,
    c.CONF_ABORT_WINDOW: _POLICY.abort_window_s,
    c.CONF_CONFIRMATION_WINDOW: _POLICY.confirmation_window_s,
    c.CONF_SWINGER_TRIPS: _POLICY.swinger_trips,
    c.CONF_CROSS_WINDOW: _POLICY.cross_window_s,
    c.CONF_FALSE_ALARMS_MANY: _POLICY.false_alarms_many,
    c.CONF_BATTERY_LOW: _POLICY.battery_low,
    c.CONF_CRY_COUNTDOWN: _POLICY.cry_countdown_s,
}
RANGES: Final[Mapping[str, range]] = {
    c.CONF_CONFIRMATION_WINDOW: range(30, 601),
    c.CONF_SWINGER_TRIPS: range(1, 7),
    c.CONF_CROSS_WINDOW: range(10, 301),
    c.CONF_FALSE_ALARMS_MANY: range(2, 11),
    c.CONF_BATTERY_LOW: range(5, 51),
    c.CONF_CRY_COUNTDOWN: range(15, 61),
}
"""Bounds of the form; the delays have rules of their own (core/timings.py)."""
DELAYS: Final = (c.CONF_EXIT_DELAY, c.CONF_ENTRY_DELAY, c.CONF_ABORT_WINDOW)
DELAY_PLACEHOLDERS: Final[Mapping[str, str]] = {
    "maximum": str(ENTRY_PLUS_ABORT_MAX_S),
    "exit_least": str(EXIT_S[0]),
    "exit_most": str(EXIT_S[-1]),
    "entry_least": str(ENTRY_S[0]),
    "abort_least": str(ABORT_OFFERED_S[0]),
    "abort_most": str(ABORT_OFFERED_S[-1]),
    "zone": "",
}
"""What the words about delays need; `zone` is the one that stands in the way."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """The numbers in force by their option, and zones' own entry delays by zone."""

    options: Mapping[str, int]
    own: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A stored number that cannot be in force; `zone` is the title of the zone that has it."""

    key: str
    stored: str
    used: int
    zone: str = ""


def refuse_delays(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return an error per delay that cannot be."""
    errors: dict[str, str] = {}
    entry, abort = asked[c.CONF_ENTRY_DELAY], asked[c.CONF_ABORT_WINDOW]
    if (refusal := refuse_exit_delay(asked[c.CONF_EXIT_DELAY])) is not None:
        errors[c.CONF_EXIT_DELAY] = refusal
    if (refusal := refuse_entry_delay(entry, abort_window_s=abort)) is not None:
        too_long = refusal == "entry_and_abort_too_long"
        errors[c.CONF_ABORT_WINDOW if too_long else c.CONF_ENTRY_DELAY] = refusal
    if refuse_abort_window(abort) is not None or abort not in ABORT_OFFERED_S:
        errors[c.CONF_ABORT_WINDOW] = "abort_window_range"
    return errors


def zone_in_the_way(entry: ConfigEntry, abort_window_s: int) -> str | None:
    """Return the title of a zone whose own entry delay is too long for that abort window."""
    for zone_id, seconds in numbers_in_force(entry).own.items():
        refusal = refuse_entry_delay(seconds, abort_window_s=abort_window_s)
        if refusal == "entry_and_abort_too_long":
            return entry.subentries[zone_id].title
    return None


def numbers_in_force(entry: ConfigEntry) -> Numbers:
    """Return what is stored, each number that is not allowed moved to the nearest one that is.

    A delay stays a delay: one that is too short becomes the shortest, never none.
    """
    typed = {key: _whole(entry.options.get(key), DEFAULTS[key]) for key in DEFAULTS}
    used = {key: _within(typed[key], allowed) for key, allowed in RANGES.items()}
    entry_s = _delay(typed[c.CONF_ENTRY_DELAY], ENTRY_S)
    own = {zone: _delay(_whole(raw, entry_s), ENTRY_S) for zone, raw in _own(entry).items()}
    abort_s = _within(typed[c.CONF_ABORT_WINDOW], ABORT_OFFERED_S)
    if entry_s or any(own.values()):
        abort_s = min(abort_s, ENTRY_PLUS_ABORT_MAX_S - ENTRY_S[0])
    most = ENTRY_PLUS_ABORT_MAX_S - abort_s
    used[c.CONF_EXIT_DELAY] = _delay(typed[c.CONF_EXIT_DELAY], EXIT_S)
    used[c.CONF_ENTRY_DELAY] = min(entry_s, most)
    used[c.CONF_ABORT_WINDOW] = abort_s
    return Numbers(options=used, own={zone: min(seconds, most) for zone, seconds in own.items()})


def changed_numbers(entry: ConfigEntry) -> tuple[Change, ...]:
    """Return which stored numbers are not in force, and what is instead."""
    used = numbers_in_force(entry)
    options = tuple(
        Change(key=key, stored=str(entry.options[key]), used=number)
        for key, number in used.options.items()
        if key in entry.options and entry.options[key] != number
    )
    zones = tuple(
        Change(
            key=c.CONF_ENTRY_DELAY,
            stored=str(raw),
            used=used.own[zone],
            zone=entry.subentries[zone].title,
        )
        for zone, raw in _own(entry).items()
        if raw != used.own[zone]
    )
    return options + zones


def _own(entry: ConfigEntry) -> dict[str, Any]:
    """Return the own entry delays as they are stored; only an entry door has one."""
    return {
        item.subentry_id: item.data[c.CONF_ENTRY_DELAY]
        for item in entry.get_subentries_of_type(c.SUBENTRY_ZONE)
        if item.data.get(c.CONF_ENTRY_DELAY) is not None
        and item.data[c.CONF_TYPE] == ZoneType.ENTRY_EXIT
    }


def _whole(raw: object, default: int) -> int:
    """Return a whole number; what is none must not keep the alarm from starting."""
    if isinstance(raw, bool) or not isinstance(raw, (int, float)) or not isfinite(raw):
        return default
    return int(raw)


def _delay(seconds: int, allowed: range) -> int:
    return _within(seconds, allowed) if seconds > 0 else 0


def _within(number: int, allowed: range) -> int:
    return min(max(number, allowed[0]), allowed[-1])
