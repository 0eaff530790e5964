"""What is stored becomes values of the field; what cannot work any more is named."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.util import dt as dt_util

from . import const as c
from .camera_data import camera_view
from .config_numbers import DELAYS, Change, changed_numbers, numbers_in_force
from .core.alarm_codes import StoredCode
from .core.calls import Call, Silence
from .core.premises import (
    ALWAYS_ON,
    Area,
    ArmMode,
    CameraView,
    Channel,
    ChannelKind,
    Contact,
    Door,
    LockFamily,
    Policy,
    Premises,
    Release,
    Responder,
    ResponderAccess,
    ResponderKind,
    ResponderMode,
    Sign,
    SignKind,
    Zone,
    ZoneType,
)

_LOGGER = logging.getLogger(__name__)
_POLICY = Policy()
_UNCHANGED = "–"
_CHANNELS = {
    ChannelKind.MESSAGE: c.CONF_MESSAGES,
    ChannelKind.SPEECH: c.CONF_SPEAKERS,
    ChannelKind.SATELLITE: c.CONF_SATELLITES,
}
"""The ways to a person beside the push, in the order in which they are taken."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something configured that cannot do its work; `code` is the key of a repair issue."""

    code: str
    subentry_id: str = ""
    placeholders: Mapping[str, str] = field(default_factory=dict)


def premises_from_entry(
    entry: ConfigEntry,
    *,
    place_of: Callable[[str], tuple[str, str]],
    registry_id_of: Callable[[str], str] = lambda _: "",
) -> Premises:
    """Return the premises as configured; what refers to something removed loses the reference.

    Numbers that are not allowed (any more) never keep the alarm from starting: the nearest ones hold.
    `place_of` gives device and place of an entity, `registry_id_of` what stays when it is renamed.
    """
    if changed := changed_numbers(entry):
        _LOGGER.warning(
            "Stored numbers outside their range; in force are the nearest allowed ones: %s",
            ", ".join(f"{item.key} {item.stored} -> {item.used}" for item in changed),
        )
    numbers = numbers_in_force(entry)
    areas = {item.subentry_id: _area(item) for item in _of(entry, c.SUBENTRY_AREA)}
    cameras = {
        item.subentry_id: camera_view(item.subentry_id, item.title, item.data)
        for item in _of(entry, c.SUBENTRY_CAMERA)
    }
    zone_ids = frozenset(item.subentry_id for item in _of(entry, c.SUBENTRY_ZONE))
    return Premises(
        id=entry.entry_id,
        name=entry.title,
        policy=_policy(entry.options, numbers.options),
        areas=areas,
        cameras=cameras,
        zones={
            item.subentry_id: _zone(
                item,
                areas,
                cameras,
                where=place_of(item.data[c.CONF_ENTITY_ID]),
                entry_delay_s=numbers.own.get(item.subentry_id),
                partners=zone_ids - {item.subentry_id},
            )
            for item in _of(entry, c.SUBENTRY_ZONE)
        },
        doors={
            item.subentry_id: _door(item, registry_id_of(item.data[c.CONF_ENTITY_ID]))
            for item in _of(entry, c.SUBENTRY_LOCK)
        },
        contacts={item.subentry_id: _contact(item) for item in _of(entry, c.SUBENTRY_CONTACT)},
        responders={
            item.subentry_id: _responder(item, entry.data.get(c.CONF_CALLBACK_PHONE))
            for item in _of(entry, c.SUBENTRY_RESPONDER)
        },
        signs={
            item.subentry_id: _sign(item, place_of(item.data[c.CONF_ENTITY_ID]))
            for item in _of(entry, c.SUBENTRY_SIGN)
        },
    )


def config_problems(entry: ConfigEntry) -> tuple[Problem, ...]:
    """Return what was configured and can no longer work."""
    return tuple(_problems(entry))


def _problems(entry: ConfigEntry) -> Iterator[Problem]:
    areas = {item.subentry_id for item in _of(entry, c.SUBENTRY_AREA)}
    for zone in _of(entry, c.SUBENTRY_ZONE):
        always_on = ZoneType(zone.data[c.CONF_TYPE]) in ALWAYS_ON
        if not always_on and areas.isdisjoint(zone.data[c.CONF_AREAS]):
            yield Problem(
                code="zone_without_area",
                subentry_id=zone.subentry_id,
                placeholders={"name": zone.title},
            )
    changed = changed_numbers(entry)
    if any(item.key in DELAYS for item in changed):
        yield Problem(code="delay_changed", placeholders=_told(changed))
    codes = [code for code in stored_codes(entry) if not code.duress]
    if codes and not any(code.lasts for code in codes):
        yield Problem(code="no_lasting_code")


def _told(changed: Iterable[Change]) -> dict[str, str]:
    """Return what became of each delay, as the words of the repair issue need it."""
    options = {item.key: f"{item.stored} → {item.used} s" for item in changed if not item.zone}
    zones = [f"{item.zone} {item.stored} → {item.used} s" for item in changed if item.zone]
    return {
        **{key: options.get(key, _UNCHANGED) for key in DELAYS},
        "zones": ", ".join(zones) or _UNCHANGED,
    }


def stored_codes(entry: ConfigEntry, *, but: str | None = None) -> tuple[StoredCode, ...]:
    """Return every alarm code of the premises, except those of the contact `but`."""
    return tuple(
        _code(item, key)
        for item in _of(entry, c.SUBENTRY_CONTACT)
        if item.subentry_id != but
        for key in (c.CONF_CODE_HASH, c.CONF_DURESS_HASH)
        if key in item.data
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class CovertPhrase:
    """Whose phrase it is, and what is answered, sealed; "" for the usual answer."""

    contact_id: str
    reply: str


def covert_phrases(entry: ConfigEntry) -> Mapping[str, CovertPhrase]:
    """Return the covert phrases of the premises by their digest."""
    return {
        phrase: CovertPhrase(
            contact_id=item.subentry_id, reply=item.data.get(c.CONF_SEALED_REPLY, "")
        )
        for item in _of(entry, c.SUBENTRY_CONTACT)
        for phrase in item.data.get(c.CONF_PHRASE_DIGESTS, ())
    }


def code_expiry(data: Mapping[str, Any]) -> datetime | None:
    """Return the moment from which a person's alarm code is not good any more, if it has one."""
    stored = data.get(c.CONF_CODE_EXPIRES)
    return dt_util.parse_datetime(stored) if stored else None


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


def _code(item: ConfigSubentry, key: str) -> StoredCode:
    """Return one of a person's codes; a code for when they are threatened is always believed."""
    hashed = item.data[key]
    if key == c.CONF_DURESS_HASH:
        return StoredCode(contact_id=item.subentry_id, hashed=hashed, duress=True)
    return StoredCode(
        contact_id=item.subentry_id,
        hashed=hashed,
        # A code from before codes had names is known by its person, until another one is typed.
        code_id=item.data.get(c.CONF_CODE_ID, item.subentry_id),
        once=item.data.get(c.CONF_CODE_ONCE, False),
        expires_at=code_expiry(item.data),
    )


def _policy(options: Mapping[str, Any], numbers: Mapping[str, int]) -> Policy:
    return Policy(
        exit_delay_s=numbers[c.CONF_EXIT_DELAY],
        entry_delay_s=numbers[c.CONF_ENTRY_DELAY],
        abort_window_s=numbers[c.CONF_ABORT_WINDOW],
        confirmation_window_s=numbers[c.CONF_CONFIRMATION_WINDOW],
        siren=options.get(c.CONF_SIREN),
        auto_stay=options.get(c.CONF_AUTO_STAY, _POLICY.auto_stay),
        auto_bypass=options.get(c.CONF_AUTO_BYPASS, _POLICY.auto_bypass),
        swinger_trips=numbers[c.CONF_SWINGER_TRIPS],
        cross_window_s=numbers[c.CONF_CROSS_WINDOW],
        false_alarms_many=numbers[c.CONF_FALSE_ALARMS_MANY],
        battery_low=numbers[c.CONF_BATTERY_LOW],
        cry_countdown_s=numbers[c.CONF_CRY_COUNTDOWN],
        cry_silence=Silence(options.get(c.CONF_CRY_SILENCE, _POLICY.cry_silence)),
        cry_call=Call(options.get(c.CONF_CRY_CALL, _POLICY.cry_call)),
    )


def _area(item: ConfigSubentry) -> Area:
    return Area(id=item.subentry_id, name=item.title, panel=item.data.get(c.CONF_PANEL))


def _zone(
    item: ConfigSubentry,
    areas: Mapping[str, Area],
    cameras: Mapping[str, CameraView],
    *,
    where: tuple[str, str],
    entry_delay_s: int | None,
    partners: frozenset[str],
) -> Zone:
    device, place = where
    modes = item.data.get(c.CONF_MODES)
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
        modes=frozenset(map(ArmMode, modes)) if modes else None,
        entry_delay_s=entry_delay_s,
        cross=tuple(key for key in item.data.get(c.CONF_CROSS, ()) if key in partners),
    )


def _door(item: ConfigSubentry, registry_id: str) -> Door:
    data = item.data
    first, last = data.get(c.CONF_FIRST_PLACE), data.get(c.CONF_LAST_PLACE)
    return Door(
        id=item.subentry_id,
        name=item.title,
        source=data[c.CONF_ENTITY_ID],
        family=LockFamily(data[c.CONF_ADAPTER]),
        set_script=data.get(c.CONF_SET_SCRIPT),
        clear_script=data.get(c.CONF_CLEAR_SCRIPT),
        registry_id=registry_id,
        contact=data.get(c.CONF_CONTACT),
        places=() if first is None or last is None else tuple(range(first, last + 1)),
        standing_code=data.get(c.CONF_STANDING_CODE),
        for_responders=data.get(c.CONF_FOR_RESPONDERS, True),
        remote_unlock=data.get(c.CONF_REMOTE_UNLOCK, False),
        fire_unlock=data.get(c.CONF_FIRE_UNLOCK, False),
        relock=data.get(c.CONF_RELOCK, True),
    )


def _contact(item: ConfigSubentry) -> Contact:
    return Contact(
        id=item.subentry_id,
        name=item.title,
        role=item.data[c.CONF_ROLE],
        notify=item.data.get(c.CONF_NOTIFY),
        more=tuple(
            Channel(kind=kind, target=target)
            for kind, key in _CHANNELS.items()
            for target in item.data.get(key, ())
        ),
        has_code=c.CONF_CODE_HASH in item.data,
        order=item.data.get(c.CONF_ORDER),
        person=item.data.get(c.CONF_PERSON),
        critical_alerts=item.data.get(c.CONF_CRITICAL_ALERTS, False),
    )


def _sign(item: ConfigSubentry, where: tuple[str, str]) -> Sign:
    device, place = where
    return Sign(
        id=item.subentry_id,
        name=item.title,
        kind=SignKind(item.data[c.CONF_KIND]),
        source=item.data[c.CONF_ENTITY_ID],
        device=device,
        place=place,
    )


def _responder(item: ConfigSubentry, callback_phone: str | None) -> Responder:
    return Responder(
        id=item.subentry_id,
        name=item.title,
        kind=ResponderKind(item.data[c.CONF_KIND]),
        mode=effective_mode(item.data, callback_phone),
        release=Release(item.data[c.CONF_RELEASE]),
        access=ResponderAccess(item.data.get(c.CONF_ACCESS, ResponderAccess.NEVER)),
        calls=frozenset(Call(call) for call in item.data.get(c.CONF_CALLS, Call)),
    )
