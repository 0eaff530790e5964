"""What the forms ask of the premises and their parts."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import voluptuous as vol
from homeassistant.config_entries import ConfigEntry
from homeassistant.helpers import selector

from . import const as c
from .config_numbers import DEFAULTS, DELAYS
from .core.calls import Call
from .core.premises import (
    SOUNDS,
    ArmMode,
    LockFamily,
    Release,
    ResponderAccess,
    ResponderKind,
    ResponderMode,
    SignKind,
    ZoneType,
)
from .core.timings import ENTRY_PLUS_ABORT_MAX_S, EXIT_S

_SWITCHED = frozenset({"binary_sensor", "input_boolean", "switch"})
SIGN_DOMAINS: Final[Mapping[SignKind, frozenset[str]]] = {
    **dict.fromkeys(SOUNDS, _SWITCHED | {"event", "sensor"}),
    SignKind.VEHICLE: _SWITCHED | {"event", "image_processing", "sensor"},
    SignKind.NUMBER_PLATE: frozenset({"event", "image_processing", "sensor"}),
    SignKind.PRESENCE: _SWITCHED | {"device_tracker", "person", "zone"},
    SignKind.STORM: _SWITCHED | {"sensor", "weather"},
    SignKind.POWER: _SWITCHED | {"sensor"},
}
"""Whose entities can tell each kind of sign."""
LAST_ORDER: Final = 9
LAST_PLACE: Final = 250
"""More places than any keypad has."""
DOOR_CONTACTS: Final = ("door", "garage_door", "opening", "window")
"""Device classes of sensors that know whether a door is closed."""
CALLS: Final = [call.value for call in Call]
TEXT = selector.TextSelector()
TEXTS = selector.TextSelector(selector.TextSelectorConfig(multiple=True))
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


def choice(key: str, options: list[str], *, multiple: bool = False) -> selector.SelectSelector:
    """Return a field for one of several, or for some of them; their texts are under `key`."""
    return selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=options,
            translation_key=key,
            multiple=multiple,
            mode=selector.SelectSelectorMode.DROPDOWN,
        )
    )


def entity(*domains: str, multiple: bool = False) -> selector.EntitySelector:
    """Return a field for an entity of these domains, or for several."""
    return selector.EntitySelector(
        selector.EntitySelectorConfig(domain=list(domains), multiple=multiple)
    )


def _subentries(
    entry: ConfigEntry, kind: str, *, but: str | None = None
) -> selector.SelectSelector:
    return selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=[
                selector.SelectOptionDict(value=item.subentry_id, label=item.title)
                for item in entry.get_subentries_of_type(kind)
                if item.subentry_id != but
            ],
            multiple=True,
            mode=selector.SelectSelectorMode.DROPDOWN,
        )
    )


def delays() -> dict[vol.Marker, Any]:
    """Return the fields of the three delays."""
    most = {c.CONF_EXIT_DELAY: EXIT_S[-1]}
    return {
        vol.Required(key, default=DEFAULTS[key]): number(
            0, most.get(key, ENTRY_PLUS_ABORT_MAX_S), "s"
        )
        for key in DELAYS
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
    return vol.Schema(
        {
            vol.Required(c.CONF_NAME): TEXT,
            vol.Optional(c.CONF_PANEL): entity("alarm_control_panel"),
        }
    )


def zone_form(entry: ConfigEntry, *, but: str | None) -> vol.Schema:
    """Ask for a zone of these premises; `but` is the zone itself, which is no partner of its own."""
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
            vol.Optional(c.CONF_MODES, default=list): choice(
                "arm_mode", [mode.value for mode in ArmMode], multiple=True
            ),
            vol.Optional(c.CONF_ENTRY_DELAY): number(0, ENTRY_PLUS_ABORT_MAX_S, "s"),
            vol.Optional(c.CONF_CROSS, default=list): _subentries(entry, c.SUBENTRY_ZONE, but=but),
        }
    )


def lock_form() -> vol.Schema:
    """Ask for a lock, what writes its codes, and what its owner allows."""
    families = [c.ADAPTER_AUTO, *(family.value for family in LockFamily)]
    contacts = selector.EntitySelectorConfig(
        filter=[
            selector.EntityWithDeviceFilterSelectorConfig(
                domain="binary_sensor", device_class=list(DOOR_CONTACTS)
            )
        ]
    )
    return vol.Schema(
        {
            vol.Required(c.CONF_NAME): TEXT,
            vol.Required(c.CONF_ENTITY_ID): entity("lock"),
            vol.Required(c.CONF_ADAPTER, default=c.ADAPTER_AUTO): choice("adapter", families),
            vol.Optional(c.CONF_SET_SCRIPT): entity("script"),
            vol.Optional(c.CONF_CLEAR_SCRIPT): entity("script"),
            vol.Optional(c.CONF_STANDING_CODE): SECRET,
            vol.Optional(c.CONF_FIRST_PLACE): number(1, LAST_PLACE),
            vol.Optional(c.CONF_LAST_PLACE): number(1, LAST_PLACE),
            vol.Optional(c.CONF_CONTACT): selector.EntitySelector(contacts),
            vol.Required(c.CONF_FOR_RESPONDERS, default=True): YES_NO,
            vol.Required(c.CONF_REMOTE_UNLOCK, default=False): YES_NO,
            vol.Required(c.CONF_FIRE_UNLOCK, default=False): YES_NO,
            vol.Required(c.CONF_RELOCK, default=True): YES_NO,
        }
    )


def sign_form() -> vol.Schema:
    """Ask for an entity that speaks for or against an alarm."""
    domains = sorted(frozenset[str]().union(*SIGN_DOMAINS.values()))
    return vol.Schema(
        {
            vol.Required(c.CONF_NAME): TEXT,
            vol.Required(c.CONF_KIND): choice("sign_kind", [kind.value for kind in SignKind]),
            vol.Required(c.CONF_ENTITY_ID): entity(*domains),
        }
    )


def contact_form(
    services: Sequence[str], *, has_codes: bool, has_phrases: bool = False
) -> vol.Schema:
    """Ask for a person; codes and covert phrases are only ever typed, never shown."""
    asked: dict[vol.Marker, Any] = {
        vol.Required(c.CONF_NAME): TEXT,
        vol.Required(c.CONF_ROLE, default=c.ROLES[1]): choice("role", list(c.ROLES)),
        vol.Optional(c.CONF_ORDER): number(1, LAST_ORDER),
        vol.Optional(c.CONF_NOTIFY): selector.SelectSelector(
            selector.SelectSelectorConfig(
                options=list(services), mode=selector.SelectSelectorMode.DROPDOWN
            )
        ),
        vol.Required(c.CONF_CRITICAL_ALERTS, default=False): YES_NO,
        vol.Optional(c.CONF_MESSAGES, default=list): entity("notify", multiple=True),
        vol.Optional(c.CONF_SPEAKERS, default=list): entity("media_player", multiple=True),
        vol.Optional(c.CONF_SATELLITES, default=list): entity("assist_satellite", multiple=True),
        vol.Optional(c.CONF_PERSON): entity("person", "device_tracker"),
        vol.Optional(c.CONF_CODE): SECRET,
        vol.Optional(c.CONF_CODE_EXPIRES): selector.DateTimeSelector(),
        vol.Required(c.CONF_CODE_ONCE, default=False): YES_NO,
        vol.Optional(c.CONF_DURESS_CODE): SECRET,
        vol.Optional(c.CONF_PHRASES, default=list): TEXTS,
        vol.Optional(c.CONF_PHRASE_REPLY): TEXT,
    }
    if has_codes:
        asked[vol.Required(c.CONF_REMOVE_CODES, default=False)] = YES_NO
    if has_phrases:
        asked[vol.Required(c.CONF_REMOVE_PHRASES, default=False)] = YES_NO
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
            vol.Required(c.CONF_CALLS, default=CALLS): choice("call", CALLS, multiple=True),
            vol.Required(c.CONF_ACCESS, default=ResponderAccess.NEVER.value): choice(
                "access", [access.value for access in ResponderAccess]
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
