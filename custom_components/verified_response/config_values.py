"""What is stored becomes values of the field; what cannot work any more is named."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry

from . import const as c
from .camera_data import camera_view
from .core.alarm_codes import StoredCode
from .core.premises import (
    ALWAYS_ON,
    Area,
    CameraView,
    Contact,
    Door,
    LockFamily,
    Policy,
    Premises,
    Release,
    Responder,
    ResponderKind,
    ResponderMode,
    Zone,
    ZoneType,
)

_POLICY = Policy()


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something configured that cannot do its work; `code` is the key of a repair issue."""

    code: str
    subentry_id: str
    name: str


def premises_from_entry(
    entry: ConfigEntry, *, place_of: Callable[[str], tuple[str, str]]
) -> Premises:
    """Return the premises as configured; what refers to something removed loses the reference.

    `place_of` gives device and place of an entity.
    """
    areas = {item.subentry_id: _area(item) for item in _of(entry, c.SUBENTRY_AREA)}
    cameras = {
        item.subentry_id: camera_view(item.subentry_id, item.title, item.data)
        for item in _of(entry, c.SUBENTRY_CAMERA)
    }
    return Premises(
        id=entry.entry_id,
        name=entry.title,
        policy=_policy(entry.options),
        areas=areas,
        cameras=cameras,
        zones={
            item.subentry_id: _zone(item, areas, cameras, place_of(item.data[c.CONF_ENTITY_ID]))
            for item in _of(entry, c.SUBENTRY_ZONE)
        },
        doors={item.subentry_id: _door(item) for item in _of(entry, c.SUBENTRY_LOCK)},
        contacts={item.subentry_id: _contact(item) for item in _of(entry, c.SUBENTRY_CONTACT)},
        responders={
            item.subentry_id: _responder(item, entry.data.get(c.CONF_CALLBACK_PHONE))
            for item in _of(entry, c.SUBENTRY_RESPONDER)
        },
    )


def config_problems(entry: ConfigEntry) -> tuple[Problem, ...]:
    """Return what was configured and can no longer work."""
    areas = {item.subentry_id for item in _of(entry, c.SUBENTRY_AREA)}
    return tuple(
        Problem(code="zone_without_area", subentry_id=zone.subentry_id, name=zone.title)
        for zone in _of(entry, c.SUBENTRY_ZONE)
        if ZoneType(zone.data[c.CONF_TYPE]) not in ALWAYS_ON
        and areas.isdisjoint(zone.data[c.CONF_AREAS])
    )


def stored_codes(entry: ConfigEntry, *, but: str | None = None) -> tuple[StoredCode, ...]:
    """Return every alarm code of the premises, except those of the contact `but`."""
    return tuple(
        StoredCode(
            contact_id=item.subentry_id, hashed=item.data[key], duress=key == c.CONF_DURESS_HASH
        )
        for item in _of(entry, c.SUBENTRY_CONTACT)
        if item.subentry_id != but
        for key in (c.CONF_CODE_HASH, c.CONF_DURESS_HASH)
        if key in item.data
    )


def effective_mode(data: Mapping[str, Any], callback_phone: str | None) -> ResponderMode:
    """Return the mode that holds: live only with the call-back number that was verified for it."""
    mode = ResponderMode(data[c.CONF_MODE])
    verified = c.CONF_LIVE_SINCE in data and data.get(c.CONF_VERIFIED_PHONE) == callback_phone
    return ResponderMode.EXERCISE if mode is ResponderMode.LIVE and not verified else mode


def in_exercise(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return a responder's data back in exercise, without the proofs of live."""
    kept = {
        key: value
        for key, value in data.items()
        if key not in {c.CONF_LIVE_SINCE, c.CONF_VERIFIED_PHONE}
    }
    return {**kept, c.CONF_MODE: ResponderMode.EXERCISE.value}


def _of(entry: ConfigEntry, kind: str) -> Iterable[ConfigSubentry]:
    return entry.get_subentries_of_type(kind)


def _policy(options: Mapping[str, Any]) -> Policy:
    return Policy(
        exit_delay_s=options.get(c.CONF_EXIT_DELAY, _POLICY.exit_delay_s),
        entry_delay_s=options.get(c.CONF_ENTRY_DELAY, _POLICY.entry_delay_s),
        abort_window_s=options.get(c.CONF_ABORT_WINDOW, _POLICY.abort_window_s),
        confirmation_window_s=options.get(
            c.CONF_CONFIRMATION_WINDOW, _POLICY.confirmation_window_s
        ),
        siren=options.get(c.CONF_SIREN),
    )


def _area(item: ConfigSubentry) -> Area:
    return Area(id=item.subentry_id, name=item.title)


def _zone(
    item: ConfigSubentry,
    areas: Mapping[str, Area],
    cameras: Mapping[str, CameraView],
    where: tuple[str, str],
) -> Zone:
    device, place = where
    return Zone(
        id=item.subentry_id,
        name=item.title,
        type=ZoneType(item.data[c.CONF_TYPE]),
        source=item.data[c.CONF_ENTITY_ID],
        areas=tuple(key for key in item.data[c.CONF_AREAS] if key in areas),
        cameras=tuple(key for key in item.data[c.CONF_CAMERAS] if key in cameras),
        device=device,
        place=place,
        forced_entry=item.data[c.CONF_FORCED_ENTRY],
    )


def _door(item: ConfigSubentry) -> Door:
    return Door(
        id=item.subentry_id,
        name=item.title,
        source=item.data[c.CONF_ENTITY_ID],
        family=LockFamily(item.data[c.CONF_ADAPTER]),
        set_script=item.data.get(c.CONF_SET_SCRIPT),
        clear_script=item.data.get(c.CONF_CLEAR_SCRIPT),
    )


def _contact(item: ConfigSubentry) -> Contact:
    return Contact(
        id=item.subentry_id,
        name=item.title,
        role=item.data[c.CONF_ROLE],
        notify=item.data.get(c.CONF_NOTIFY),
        has_code=c.CONF_CODE_HASH in item.data,
    )


def _responder(item: ConfigSubentry, callback_phone: str | None) -> Responder:
    return Responder(
        id=item.subentry_id,
        name=item.title,
        kind=ResponderKind(item.data[c.CONF_KIND]),
        mode=effective_mode(item.data, callback_phone),
        release=Release(item.data[c.CONF_RELEASE]),
    )
