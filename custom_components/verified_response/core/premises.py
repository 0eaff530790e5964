"""What is protected and by which rules: configuration as frozen values that never act."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from .calls import Call, Silence
from .detection import Box, Polygon, Thresholds
from .errors import InvalidRequestError
from .timings import (
    ENTRY_PLUS_ABORT_MAX_S,
    refuse_abort_window,
    refuse_entry_delay,
    refuse_exit_delay,
)


class ArmMode(StrEnum):
    """How an area is armed."""

    AWAY = "away"
    HOME = "home"
    NIGHT = "night"
    VACATION = "vacation"


NOBODY_HOME = frozenset({ArmMode.AWAY, ArmMode.VACATION})
"""Modes in which nobody of the household is expected inside."""


class ZoneType(StrEnum):
    """What a trip of the zone means (design, section 5)."""

    ENTRY_EXIT = "entry_exit"
    PERIMETER = "perimeter"
    INTERIOR = "interior"
    OUTDOOR = "outdoor"
    DAY_NIGHT = "day_night"
    TAMPER = "tamper"
    FIRE = "fire"
    CARBON_MONOXIDE = "carbon_monoxide"
    WATER = "water"
    PANIC = "panic"
    MEDICAL = "medical"


COUNTS_WHEN: Mapping[ZoneType, frozenset[ArmMode]] = {
    ZoneType.ENTRY_EXIT: frozenset(ArmMode),
    ZoneType.PERIMETER: frozenset(ArmMode),
    ZoneType.INTERIOR: NOBODY_HOME,
    ZoneType.OUTDOOR: frozenset(ArmMode),
    ZoneType.DAY_NIGHT: frozenset(ArmMode),
}
ALWAYS_ON = frozenset(ZoneType) - COUNTS_WHEN.keys()


class LockFamily(StrEnum):
    """Which adapter speaks to a lock."""

    ZWAVE_JS = "zwave_js"
    MATTER = "matter"
    ZHA = "zha"
    SCHLAGE = "schlage"
    ZIGBEE2MQTT = "zigbee2mqtt"
    MANUAL = "manual"
    """The owner's scripts write and clear it."""
    STANDING = "standing"
    """One code stands on the lock, disabled; the owner's scripts enable and disable it."""
    NONE = "none"


class ResponderKind(StrEnum):
    """Who answers at the other end; both have humans at a desk that agreed in writing."""

    POLICE_DESK = "police_desk"
    MONITORING_CENTER = "monitoring_center"


class ResponderMode(StrEnum):
    """Off, exercise (marked as such), live."""

    OFF = "off"
    EXERCISE = "exercise"
    LIVE = "live"


class ResponderAccess(StrEnum):
    """What the owner allowed a responder: never by the alarm alone."""

    NEVER = "never"
    ON_TAP = "on_tap"
    """Is sent the code that somebody of the household makes."""
    AT_ACKNOWLEDGMENT = "at_acknowledgment"
    """Is also made one when it takes on the incident."""


class Release(StrEnum):
    """What lets an incident go to a responder: a human's word, or two unanswered requests for it."""

    CONFIRMED = "confirmed"
    UNANSWERED = "unanswered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """Zones armed as one (alarm partition)."""

    id: str
    name: str
    panel: str | None = None
    """Alarm panel of another integration that arms and triggers this area instead of ours."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Zone:
    """One protected point; `device` and `place` decide whether two zones are independent."""

    id: str
    name: str
    type: ZoneType
    source: str
    areas: tuple[str, ...]
    cameras: tuple[str, ...] = ()
    device: str = ""
    place: str = ""
    forced_entry: bool = False
    """A trip is a sign of force (glass break, lock forced)."""
    modes: frozenset[ArmMode] | None = None
    """The modes in which it counts; None: those of its type."""
    entry_delay_s: int | None = None
    """Only of an entry zone; None: the policy's."""
    cross: tuple[str, ...] = ()
    """Cross zoning: one of these has to trip, too, before it is an alarm."""

    def counts_in(self, mode: ArmMode) -> bool:
        """Say whether a trip counts while the area is armed this way."""
        if self.type in ALWAYS_ON:
            return True
        return mode in (COUNTS_WHEN[self.type] if self.modes is None else self.modes)


@dataclass(frozen=True, kw_only=True, slots=True)
class StillThing:
    """What looks like a person and is none (statue, coat stand, poster): the owner said so."""

    box: Box
    patch: bytes = field(default=b"", repr=False)
    """As in PersonBox; empty: known by its place alone."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraView:
    """One camera and what counts in its picture; an outdoor view never confirms by itself."""

    id: str
    name: str
    source: str
    outdoor: bool = False
    masks: tuple[Polygon, ...] = ()
    """Privacy masks: blackened before anything looks at the picture, and wherever it is shown."""
    region: Polygon = ()
    """Where feet must stand for a person to count; empty: anywhere."""
    least_height: float = 0.0
    most_height: float = 1.0
    """Smaller and larger boxes do not count; heights relative to the frame."""
    score_offset: float = 0.0
    """Added to the model's thresholds for this camera."""
    still_things: tuple[StillThing, ...] = ()
    preroll: bool = False
    """Keep the last seconds before a trip in memory while armed."""
    keep_crops: bool = False
    """Keep what was seen in false alarms, to learn from it."""
    detections: tuple[str, ...] = ()
    """Person, vehicle and animal entities of other integrations that watch the same camera."""

    def thresholds(self, model: Thresholds) -> Thresholds:
        """Return the model's thresholds, moved for this camera and kept within 0–1."""
        return Thresholds(
            raise_=min(max(model.raise_ + self.score_offset, 0.0), 1.0),
            sustain=min(max(model.sustain + self.score_offset, 0.0), 1.0),
            confirm=min(max(model.confirm + self.score_offset, 0.0), 1.0),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """One lock that can let a responder in."""

    id: str
    name: str
    source: str
    family: LockFamily
    set_script: str | None = None
    clear_script: str | None = None
    registry_id: str = ""
    """By which the entity is found though it was renamed."""
    contact: str | None = None
    """Entity that knows whether the door is closed."""
    places: tuple[int, ...] = ()
    """Places that the owner set apart for us, where the lock cannot be asked."""
    standing_code: str | None = field(default=None, repr=False)
    """Sealed."""
    for_responders: bool = True
    """Responders come in by this door."""
    remote_unlock: bool = False
    """The owner's consent to have it unlocked from afar, for a while."""
    fire_unlock: bool = False
    """The owner's own consent to have it unlocked in a fire, and left so."""
    relock: bool = True
    """Locked again once whoever came has left."""

    @property
    def takes_codes(self) -> bool:
        """Say whether anything can write a code to it."""
        return self.family is not LockFamily.NONE


class ChannelKind(StrEnum):
    """How a person is reached."""

    PUSH = "push"
    """A notify service: the companion app, with picture and buttons."""
    MESSAGE = "message"
    """A notify entity: plain text."""
    SPEECH = "speech"
    """A media player that says it by text to speech."""
    SATELLITE = "satellite"
    """A voice satellite that announces it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Channel:
    """One way to a person; `target` is a service or an entity, never an address."""

    kind: ChannelKind
    target: str

    @property
    def key(self) -> str:
        """Return the name by which attempts are recorded."""
        return f"{self.kind}:{self.target}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    """One person who may be asked; without any channel nobody can."""

    id: str
    name: str
    role: str
    notify: str | None = None
    """The push service."""
    more: tuple[Channel, ...] = ()
    has_code: bool = False
    order: int | None = None
    """Place in the order of asking, 1 first; None: by role."""
    person: str | None = None
    """Entity that knows whether this person is at home."""
    critical_alerts: bool = False
    """Questions and calls for help sound though the phone is muted."""

    @property
    def channels(self) -> tuple[Channel, ...]:
        """Return every way to this person, the push first."""
        push = (Channel(kind=ChannelKind.PUSH, target=self.notify),) if self.notify else ()
        return (*push, *self.more)


class SignKind(StrEnum):
    """What another entity tells; the first four are sounds."""

    GLASS_BREAK = "glass_break"
    GUNSHOT = "gunshot"
    SCREAM = "scream"
    SMOKE_ALARM = "smoke_alarm"
    VEHICLE = "vehicle"
    NUMBER_PLATE = "number_plate"
    PRESENCE = "presence"
    """Somebody who belongs here is in (a cleaner, a guest)."""
    STORM = "storm"
    POWER = "power"
    """On while there is mains power."""


SOUNDS = frozenset({SignKind.GLASS_BREAK, SignKind.GUNSHOT, SignKind.SCREAM, SignKind.SMOKE_ALARM})


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """An entity that speaks for or against an alarm and never raises one by itself."""

    id: str
    name: str
    kind: SignKind
    source: str
    device: str = ""
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Responder:
    """One party that comes or sends others; credentials live with the connector, not here."""

    id: str
    name: str
    kind: ResponderKind
    mode: ResponderMode
    release: Release = Release.CONFIRMED
    access: ResponderAccess = ResponderAccess.NEVER
    calls: frozenset[Call] = frozenset(Call)
    """Which calls the owner chose it for."""

    def __post_init__(self) -> None:
        """Refuse what must never be configured."""
        if self.release is Release.UNANSWERED and self.kind is not ResponderKind.MONITORING_CENTER:
            raise InvalidRequestError("release_needs_monitoring_center")


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """The numbers people may tune, journalled with every change; seconds unless said."""

    version: str = "2026.11-3"
    exit_delay_s: int = 60
    entry_delay_s: int = 30
    abort_window_s: int = 30
    confirmation_window_s: int = 60
    corroboration_window_s: int = 1800  # BS 8243 / DD 243: 30–60 minutes, the shorter end
    startup_quiet_s: int = 60  # CP-01 4.4.3: ignore sensors for 60 s after total power loss
    look_s: int = 12
    sustain_s: int = 600  # looked on, slowly, after the last trip or sighting
    loiter_s: int = 20  # outdoors: from here on somebody stays, and does not just pass
    report_age_s: int = 30  # another detector may be this much ahead of the first trip
    frames_needed: int = 2
    frames_window: int = 3
    siren: str | None = None
    auto_stay: bool = True  # CP-01: armed away and nobody left is armed home
    auto_bypass: bool = False  # open zones are left out instead of refusing to arm
    swinger_trips: int = 2  # CP-01 swinger shutdown: alarms of one zone per armed period
    cross_window_s: int = 60  # cross zoning: how long the first zone waits for the second
    recent_s: int = 300  # signs this much older than the first trip belong to it
    lost_after_s: int = 60  # a sensor may be away this long without being missed
    jammed_zones: int = 3  # devices lost within lost_after_s of each other: suspected jamming
    false_alarm_days: int = 30
    false_alarms_many: int = 3  # from here on a zone cries wolf
    lock_attempts: int = 3  # wrong codes in a row that are told as an attempt at a door
    arm_failed_again_s: int = 300  # a failed arming is told again until somebody acknowledges
    walk_test_s: int = 1800
    battery_low: int = 15  # per cent
    attempt_row_s: int = 300  # wrong codes further apart than this are not one attempt
    hold_s: int = 120  # a door unlocked from afar is locked again after this
    cry_countdown_s: int = 20  # a cry for help may be taken back, and is asked about, this long
    cry_silence: Silence = Silence.CALLS_AT_HOME
    cry_call: Call = Call.POLICE  # whom a cry calls that does not say

    def __post_init__(self) -> None:
        """Enforce the ranges of CP-01 and its sum rule."""
        refusal = (
            refuse_exit_delay(self.exit_delay_s)
            or refuse_abort_window(self.abort_window_s)
            or refuse_entry_delay(self.entry_delay_s, abort_window_s=self.abort_window_s)
        )
        if refusal is not None:
            raise InvalidRequestError(refusal, maximum=str(ENTRY_PLUS_ABORT_MAX_S))


@dataclass(frozen=True, kw_only=True, slots=True)
class Premises:
    """Everything under one contract and one address; the address itself stays with the connector."""

    id: str
    name: str
    policy: Policy = field(default_factory=Policy)
    areas: Mapping[str, Area] = field(default_factory=dict)
    zones: Mapping[str, Zone] = field(default_factory=dict)
    cameras: Mapping[str, CameraView] = field(default_factory=dict)
    doors: Mapping[str, Door] = field(default_factory=dict)
    contacts: Mapping[str, Contact] = field(default_factory=dict)
    responders: Mapping[str, Responder] = field(default_factory=dict)
    signs: Mapping[str, Sign] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a zone whose own entry delay breaks the rule."""
        for zone in self.zones.values():
            refusal = refuse_entry_delay(
                zone.entry_delay_s or 0, abort_window_s=self.policy.abort_window_s
            )
            if refusal is not None:
                raise InvalidRequestError(refusal, maximum=str(ENTRY_PLUS_ABORT_MAX_S))

    def entry_delay_of(self, zone: Zone) -> int:
        """Return how long an entry zone waits, 0 for every other zone."""
        if zone.type is not ZoneType.ENTRY_EXIT:
            return 0
        return self.policy.entry_delay_s if zone.entry_delay_s is None else zone.entry_delay_s

    def zones_of(self, area_id: str) -> tuple[Zone, ...]:
        """Return the zones of an area, in the order of the configuration."""
        return tuple(zone for zone in self.zones.values() if area_id in zone.areas)
