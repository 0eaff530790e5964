"""What the forms ask, and how what is stored becomes values of the field."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import voluptuous as vol
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.helpers import selector

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
from .core.timings import ENTRY_PLUS_ABORT_MAX_S

_POLICY = Policy()
TEXT = selector.TextSelector()
ADDRESS = selector.TextSelector(selector.TextSelectorConfig(multiline=True))
PHONE = selector.TextSelector(selector.TextSelectorConfig(type=selector.TextSelectorType.TEL))
WEB_ADDRESS = selector.TextSelector(selector.TextSelectorConfig(type=selector.TextSelectorType.URL))
SECRET = selector.TextSelector(
    selector.TextSelectorConfig(
        type=selector.TextSelectorType.PASSWORD, autocomplete="new-password"
    )
)
YES_NO = selector.BooleanSelector()


def number(least: int, most: int, unit: str | None = None) -> vol.All[Any]:
    """Return a field for a whole number."""
    config = selector.NumberSelectorConfig(
        min=least, max=most, mode=selector.NumberSelectorMode.BOX
    )
    if unit:
        config["unit_of_measurement"] = unit
    return vol.All(selector.NumberSelector(config), vol.Coerce(int))


def choice(key: str, options: list[str]) -> selector.SelectSelector:
    """Return a field for one of several; their texts are under `key`."""
    return selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=options, translation_key=key, mode=selector.SelectSelectorMode.DROPDOWN
        )
    )


def entity(domain: str) -> selector.EntitySelector:
    """Return a field for an entity."""
    return selector.EntitySelector(selector.EntitySelectorConfig(domain=domain))


def _subentries(entry: ConfigEntry, kind: str) -> selector.SelectSelector:
    return selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=[
                selector.SelectOptionDict(value=item.subentry_id, label=item.title)
                for item in entry.get_subentries_of_type(kind)
            ],
            multiple=True,
            mode=selector.SelectSelectorMode.DROPDOWN,
        )
    )


def delays() -> dict[vol.Marker, Any]:
    """Return the fields of the three delays."""
    return {
        vol.Required(c.CONF_EXIT_DELAY, default=_POLICY.exit_delay_s): number(0, 255, "s"),
        vol.Required(c.CONF_ENTRY_DELAY, default=_POLICY.entry_delay_s): number(0, 45, "s"),
        vol.Required(c.CONF_ABORT_WINDOW, default=_POLICY.abort_window_s): number(5, 45, "s"),
    }


def premises_form(*, new: bool) -> vol.Schema:
    """Ask for the premises; when new, for the delays and the first person too."""
    address = vol.Required(c.CONF_ADDRESS) if new else vol.Optional(c.CONF_ADDRESS)
    asked: dict[vol.Marker, Any] = {
        vol.Required(c.CONF_NAME): TEXT,
        address: ADDRESS,
        vol.Required(c.CONF_CALLBACK_PHONE): PHONE,
    }
    if new:
        asked |= delays()
        asked[vol.Required(c.CONF_OWNER_NAME)] = TEXT
        asked[vol.Required(c.CONF_OWNER_CODE)] = SECRET
    return vol.Schema(asked)


def area_form() -> vol.Schema:
    """Ask for an area."""
    return vol.Schema({vol.Required(c.CONF_NAME): TEXT})


def zone_form(entry: ConfigEntry) -> vol.Schema:
    """Ask for a zone of these premises."""
    return vol.Schema(
        {
            vol.Required(c.CONF_NAME): TEXT,
            vol.Required(c.CONF_ENTITY_ID): entity("binary_sensor"),
            vol.Required(c.CONF_TYPE, default=ZoneType.PERIMETER.value): choice(
                "zone_type", [kind.value for kind in ZoneType]
            ),
            vol.Optional(c.CONF_AREAS, default=list): _subentries(entry, c.SUBENTRY_AREA),
            vol.Optional(c.CONF_CAMERAS, default=list): _subentries(entry, c.SUBENTRY_CAMERA),
            vol.Required(c.CONF_FORCED_ENTRY, default=False): YES_NO,
        }
    )


def lock_form() -> vol.Schema:
    """Ask for a lock and what writes its codes."""
    families = [c.ADAPTER_AUTO, *(family.value for family in LockFamily)]
    return vol.Schema(
        {
            vol.Required(c.CONF_NAME): TEXT,
            vol.Required(c.CONF_ENTITY_ID): entity("lock"),
            vol.Required(c.CONF_ADAPTER, default=c.ADAPTER_AUTO): choice("adapter", families),
            vol.Optional(c.CONF_SET_SCRIPT): entity("script"),
            vol.Optional(c.CONF_CLEAR_SCRIPT): entity("script"),
        }
    )


def contact_form(services: list[str], *, has_codes: bool) -> vol.Schema:
    """Ask for a person; codes are only ever typed, never shown."""
    asked: dict[vol.Marker, Any] = {
        vol.Required(c.CONF_NAME): TEXT,
        vol.Required(c.CONF_ROLE, default=c.ROLES[1]): choice("role", list(c.ROLES)),
        vol.Optional(c.CONF_NOTIFY): selector.SelectSelector(
            selector.SelectSelectorConfig(
                options=services, mode=selector.SelectSelectorMode.DROPDOWN
            )
        ),
        vol.Optional(c.CONF_CODE): SECRET,
        vol.Optional(c.CONF_DURESS_CODE): SECRET,
    }
    if has_codes:
        asked[vol.Required(c.CONF_REMOVE_CODES, default=False)] = YES_NO
    return vol.Schema(asked)


def responder_form(*, new: bool) -> vol.Schema:
    """Ask for a responder; live is offered only for one that exists."""
    secret = vol.Required(c.CONF_CLIENT_SECRET) if new else vol.Optional(c.CONF_CLIENT_SECRET)
    modes = [mode.value for mode in ResponderMode if not (new and mode is ResponderMode.LIVE)]
    return vol.Schema(
        {
            vol.Required(c.CONF_NAME): TEXT,
            vol.Required(c.CONF_KIND): choice("kind", [kind.value for kind in ResponderKind]),
            vol.Required(c.CONF_BASE_URL): WEB_ADDRESS,
            vol.Required(c.CONF_CLIENT_ID): TEXT,
            secret: SECRET,
            vol.Required(c.CONF_AGREEMENT_REFERENCE): TEXT,
            vol.Required(c.CONF_RELEASE, default=Release.CONFIRMED.value): choice(
                "release", [release.value for release in Release]
            ),
            vol.Required(c.CONF_MODE, default=ResponderMode.OFF.value): choice("mode", modes),
        }
    )


def live_form() -> vol.Schema:
    """Ask for the proof that the call-back works and for the owner's word."""
    return vol.Schema(
        {
            vol.Required(c.CONF_CALLBACK_CODE): TEXT,
            vol.Required(c.CONF_ACKNOWLEDGMENT): TEXT,
        }
    )


def clean(text: str) -> str:
    """Return the text without stray blanks."""
    return " ".join(text.split())


def without_secrets(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return what may be shown again in a form."""
    return {key: value for key, value in (values or {}).items() if key not in c.SECRET_FIELDS}


def refuse_delays(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the error of delays that keep responders waiting too long, if any."""
    if asked[c.CONF_ENTRY_DELAY] + asked[c.CONF_ABORT_WINDOW] > ENTRY_PLUS_ABORT_MAX_S:
        return {c.CONF_ABORT_WINDOW: "entry_and_abort_too_long"}
    return {}


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
