"""Signs in: sounds, vehicles, people at home, weather and power become evidence, never an alarm.

Sounds, vehicles and people coming home are edges that this hub saw (edges.py). A storm is a level: it
is told when it begins, at most every ten minutes while it lasts, and when an alarm opens in it.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.event import ATTR_EVENT_TYPE, ATTR_EVENT_TYPES
from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_HOME,
    STATE_ON,
    UnitOfSpeed,
)
from homeassistant.core import (
    Event,
    EventStateChangedData,
    HomeAssistant,
    State,
    callback,
    split_entity_id,
)
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util.unit_conversion import SpeedConverter

from ..core.evidence import (
    DetectedKind,
    HouseholdPresent,
    Noted,
    PowerReturned,
    SoundHeard,
    StormReported,
    VehicleReported,
)
from ..core.other_detectors import kind_of_event
from ..core.premises import SOUNDS, Premises, Sign, SignKind
from .edges import Settling, is_known, is_new_event, is_there, rises

ONCE: Final = timedelta(seconds=10)
"""The same sign telling the same again this soon is one and the same."""
STORM_AGAIN: Final = timedelta(minutes=10)
STORM_LASTS: Final = timedelta(hours=12)
"""What has stormed for longer without a pause is stuck, and lowers nothing any more."""
STORMY: Final = frozenset(
    {"exceptional", "hail", "lightning", "lightning-rainy", "windy", "windy-variant"}
)
"""Conditions of weather entities that move doors and trees or cut the power."""
GALE_KMH: Final = 62
"""Beaufort 8: twigs break off trees."""
VEHICLES: Final = frozenset({SignKind.VEHICLE, SignKind.NUMBER_PLATE})
READERS: Final = frozenset({"sensor", "image_processing"})
"""Entities whose state may be a number plate; no plate in sight is "unknown" to them, and not silence."""
PLATE_ATTRIBUTES: Final = ("license_plate", "licence_plate", "number_plate", "plate")
NO_PLATE: Final = frozenset({"NONE", "NOPLATE", "NULL", "UNAVAILABLE", "UNKNOWN"})
NAMES: Final[Mapping[SignKind, re.Pattern[str]]] = {
    SignKind.GLASS_BREAK: re.compile(r"glass"),
    SignKind.GUNSHOT: re.compile(r"gun_?(?:shot|fire)"),
    SignKind.SCREAM: re.compile(r"scream|yell|shout"),
    SignKind.SMOKE_ALARM: re.compile(r"smoke|fire_?alarm"),
    SignKind.NUMBER_PLATE: re.compile(r"plate|lpr|anpr"),
}
"""How event types and texts of sensors call the kinds."""
DENIED: Final = re.compile(r"(?:^|_)(?:no|not|cleared?|idle|normal|off|ok)(?:_|$)")
"""A text that names something only to say that it is not there."""
MAINS: Final = (
    (re.compile(r"(?:off|on battery|ob)\b"), False),
    (re.compile(r"(?:on|online|ol)\b"), True),
)
"""How binary sensors and the status sensors of a UPS (nut) begin, the first that fits."""

type Say = Callable[[Noted], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Change:
    """One change of one entity; `settled`: it was heard before, and has been for long enough."""

    domain: str
    before: State | None
    after: State
    heard_at: datetime
    settled: bool

    def fired(self) -> bool:
        """Say whether it is an event entity that fired now."""
        return self.domain == EVENT_DOMAIN and is_new_event(self.before, self.after, self.heard_at)


def present(hass: HomeAssistant, premises: Premises) -> frozenset[str]:
    """Return the contacts and presence signs that are known to be at home now; unknown is not home."""
    return frozenset(
        who for source, who in _household(premises) if _at_home(hass.states.get(source))
    )


class Signs:
    """Follows the entities of the signs, and those that know where the people are."""

    def __init__(
        self, hass: HomeAssistant, premises: Premises, say: Say, *, now: Callable[[], datetime]
    ) -> None:
        self._hass = hass
        self._say = say
        self._now = now
        self._signs: dict[str, list[Sign]] = {}
        self._people: dict[str, list[str]] = {}
        for sign in premises.signs.values():
            if sign.kind is not SignKind.PRESENCE:
                self._signs.setdefault(sign.source, []).append(sign)
        self._readers = {
            source
            for source, signs in self._signs.items()
            if split_entity_id(source)[0] in READERS
            and any(sign.kind in VEHICLES for sign in signs)
        }
        for source, who in _household(premises):
            self._people.setdefault(source, []).append(who)
        self._said_at: dict[tuple[str, str], datetime] = {}
        self._storm_since: dict[str, datetime] = {}
        self._dark: set[str] = set()

    def listen(self) -> Callable[[], None]:
        """Begin; return what ends it."""
        sources = list({**self._signs, **self._people})
        settling = Settling(sources, self._now)

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            source, before = event.data["entity_id"], event.data["old_state"]
            unheard = not (is_there if source in self._readers else is_known)(before)
            settled = settling.settled(source, silent=unheard)
            after = event.data["new_state"]
            if after is None:
                return
            change = _Change(
                domain=split_entity_id(source)[0],
                before=before,
                after=after,
                heard_at=event.time_fired,
                settled=settled and not unheard,
            )
            self._follow(source, change)

        for source, signs in self._signs.items():
            for sign in signs:
                self._level(sign, self._hass.states.get(source))
        return async_track_state_change_event(self._hass, sources, changed)

    def again(self) -> None:
        """Tell what lasts now: an alarm opened, and what was told of the storm may be long ago."""
        for source, signs in self._signs.items():
            for sign in signs:
                if sign.kind is SignKind.STORM and _storms(self._hass.states.get(source)):
                    self._storm(sign, pause=ONCE)

    def _follow(self, source: str, change: _Change) -> None:
        for sign in self._signs.get(source, ()):
            if sign.kind in SOUNDS and _happens(sign.kind, change):
                self._tell(
                    SoundHeard(
                        at=self._now(),
                        sign_id=sign.id,
                        kind=sign.kind,
                        device=sign.device,
                        place=sign.place,
                    ),
                    sign.id,
                )
            elif sign.kind in VEHICLES:
                self._vehicle(sign, change)
            else:
                self._level(sign, change.after)
        if change.settled and _at_home(change.before) is False and _at_home(change.after):
            for who in self._people.get(source, ()):
                self._tell(HouseholdPresent(at=self._now(), who=who), who)

    def _vehicle(self, sign: Sign, change: _Change) -> None:
        plate = _plate_told(sign.kind, change)
        if plate or _happens(sign.kind, change):
            item = VehicleReported(at=self._now(), sign_id=sign.id, plate=plate)
            self._tell(item, sign.id, plate)

    def _level(self, sign: Sign, state: State | None) -> None:
        if sign.kind is SignKind.STORM:
            storms = _storms(state)
            if storms:
                self._storm_since.setdefault(sign.id, self._now())
                self._storm(sign, pause=STORM_AGAIN)
            elif storms is False:
                self._storm_since.pop(sign.id, None)
        elif sign.kind is SignKind.POWER:
            mains = _mains(state)
            if mains is False:
                self._dark.add(sign.id)
            elif mains and sign.id in self._dark:
                self._dark.discard(sign.id)
                self._tell(PowerReturned(at=self._now(), sign_id=sign.id), sign.id)

    def _storm(self, sign: Sign, *, pause: timedelta) -> None:
        since = self._storm_since.get(sign.id)
        if since is not None and self._now() - since <= STORM_LASTS:
            self._tell(StormReported(at=self._now(), sign_id=sign.id), sign.id, pause=pause)

    def _tell(self, item: Noted, who: str, what: str = "", *, pause: timedelta = ONCE) -> None:
        said_at, now = self._said_at.get((who, what)), self._now()
        if said_at is not None and timedelta() <= now - said_at < pause:
            return
        self._said_at = {key: at for key, at in self._said_at.items() if now - at < STORM_AGAIN}
        self._said_at[who, what] = now
        self._say(item)


def _household(premises: Premises) -> list[tuple[str, str]]:
    """Return source and id of everything that knows who is at home."""
    people = [(item.person, item.id) for item in premises.contacts.values() if item.person]
    signs = [
        (sign.source, sign.id) for sign in premises.signs.values() if sign.kind is SignKind.PRESENCE
    ]
    return [*people, *signs]


def _at_home(state: State | None) -> bool | None:
    """Say whether somebody is at home by this entity, None when it is not known."""
    if state is None or not is_known(state):
        return None
    if split_entity_id(state.entity_id)[0] == "zone":  # the number of people in it
        return (_number(state.state) or 0) > 0
    return state.state in {STATE_HOME, STATE_ON}


def _happens(kind: SignKind, change: _Change) -> bool:
    """Say whether the change is what the sign is about, once more."""
    before, after = change.before, change.after
    if change.domain == EVENT_DOMAIN:
        return change.fired() and _is_about(kind, after)
    if not change.settled or before is None or not is_known(before):
        return False
    if rises(before, after):
        return kind not in SOUNDS or after.state == STATE_ON  # a louder room is no breaking glass
    named = kind is not SignKind.NUMBER_PLATE and _is_named(kind, after.state)
    return named and not _is_named(kind, before.state)


def _is_about(kind: SignKind, state: State) -> bool:
    """Say whether an event is of the kind: where some types name it, only those are."""
    types = state.attributes.get(ATTR_EVENT_TYPES) or ()
    if not any(_is_named(kind, str(name)) for name in types):
        return True
    return _is_named(kind, str(state.attributes.get(ATTR_EVENT_TYPE, "")))


def _is_named(kind: SignKind, text: str) -> bool:
    if kind is SignKind.VEHICLE:
        return kind_of_event(text.lower()) is DetectedKind.VEHICLE
    words = re.sub(r"\W+", "_", text.lower())
    return DENIED.search(words) is None and NAMES[kind].search(words) is not None


def _plate_told(kind: SignKind, change: _Change) -> str:
    """Return the number plate that was read now, "" when none was."""
    if change.domain == EVENT_DOMAIN:
        told = change.after.attributes if change.fired() else {}
        return next((plate for key in PLATE_ATTRIBUTES if (plate := _plate(told.get(key)))), "")
    if change.domain not in READERS or not change.settled:
        return ""
    if change.before is None or change.before.state == change.after.state:
        return ""
    plate = _plate(change.after.state)
    named = kind is SignKind.NUMBER_PLATE or (not plate.isalpha() and not plate.isdigit())
    return plate if named else ""


def _plate(text: object) -> str:
    """Return a text as a number plate, "" when it can be none: words are not in capitals."""
    if not isinstance(text, str):
        return ""
    letters = "".join(sign for sign in text.upper() if sign.isalnum())
    possible = 3 <= len(letters) <= 10 and letters not in NO_PLATE
    return letters if possible and (text.isupper() or not letters.isalpha()) else ""


def _storms(state: State | None) -> bool | None:
    """Say whether an entity reports a storm, None when it is not known."""
    if state is None or not is_known(state):
        return None
    if split_entity_id(state.entity_id)[0] == "weather":
        gust = state.attributes.get("wind_gust_speed")
        unit = state.attributes.get("wind_speed_unit")
        return state.state in STORMY or _blows(gust, unit)
    if _number(state.state) is not None:
        return _blows(state.state, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT))
    return state.state == STATE_ON or state.state in STORMY


def _blows(speed: object, unit: object) -> bool:
    number = _number(speed)
    if number is None or not isinstance(unit, str) or unit not in SpeedConverter.VALID_UNITS:
        return False
    return SpeedConverter.convert(number, unit, UnitOfSpeed.KILOMETERS_PER_HOUR) >= GALE_KMH


def _number(text: object) -> float | None:
    try:
        number = float(text)  # type: ignore[arg-type]  # whatever is no number raises
    except TypeError, ValueError:
        return None
    return number if math.isfinite(number) else None


def _mains(state: State | None) -> bool | None:
    """Say whether there is mains power, None when it is not known."""
    if state is None or not is_known(state):
        return None
    text = state.state.lower()
    return next((mains for begins, mains in MAINS if begins.match(text)), None)
