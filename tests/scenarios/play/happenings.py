"""What can happen in a scenario: one class each; its key is its name, its first field may be written short."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Literal

from custom_components.verified_response.core.evidence import DetectedKind, LockSign, Threat
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.signals import TroubleKind, ZoneStatus
from custom_components.verified_response.core.state import Phase

from .fields import Named, Seconds
from .house import AreaName, CameraName, LockName, PersonName, ResponderName, SignName, ZoneName

AUTOMATION: Final = "automation"
type Actor = Annotated[str, Named(("person",), (AUTOMATION,))]
type Resident = Annotated[str, Named(("sign", "person"))]


class Picture(StrEnum):
    """What a camera gives from now on."""

    NOBODY = "nobody"
    PERSON = "person"
    DARK = "dark"
    """A black picture."""
    FROZEN = "frozen"
    """The same picture again and again."""
    OLD = "old"
    """Pictures, but of a minute ago."""
    NOTHING = "nothing"
    """No picture at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """Somebody arms an area."""

    mode: ArmMode
    area: AreaName = ""
    by: Actor = "ada"
    from_afar: bool = False
    """By the app, away from home: nobody has to leave."""
    at_once: bool = False
    """Without exit delay."""
    bypass: tuple[ZoneName, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Disarm:
    """Somebody disarms an area with their code."""

    by: PersonName
    area: AreaName = ""
    code: str | None = None
    """Another code than theirs; `once`: their code that is good once."""
    duress: bool = False
    """With their duress code."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WrongCode:
    """Somebody types a code that is nobody's."""

    by: Actor = AUTOMATION
    area: AreaName = ""
    times: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Bypass:
    """Somebody leaves a zone out while its area stays armed, or lets it count again."""

    zone: ZoneName
    area: AreaName = ""
    on: bool = True
    by: PersonName = "ada"


@dataclass(frozen=True, kw_only=True, slots=True)
class Acknowledge:
    """Somebody hears that an area could not be armed."""

    by: PersonName
    area: AreaName = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opens:
    """A door or window opens, or a detector begins to report; also several at one moment."""

    zone: tuple[ZoneName, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Closes:
    """The opposite."""

    zone: tuple[ZoneName, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Trips:
    """Opens and closes again at once: a motion detector, a button, a door somebody walks through."""

    zone: tuple[ZoneName, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class GoesSilent:
    """Sensors stop reporting: unavailable."""

    zone: tuple[ZoneName, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ComesBack:
    """Sensors report again, with the state that they have now."""

    zone: tuple[ZoneName, ...]
    as_: ZoneStatus = ZoneStatus.CLOSED


@dataclass(frozen=True, kw_only=True, slots=True)
class Chatters:
    """A zone opens and closes again and again; the timeline goes on when it is over."""

    zone: ZoneName
    every: Seconds
    lasts: Seconds


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """A sensor's own trouble begins or ends."""

    zone: ZoneName
    kind: TroubleKind
    on: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Camera:
    """What a camera shows from now on."""

    name: CameraName
    shows: Picture
    people: int = 1
    score: float = 0.9
    """How sure the detector is of a person."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Detector:
    """The person detector dies, or works again."""

    does: Literal["fails", "works"]


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherSees:
    """Another integration's detector begins to see something on a camera."""

    camera: CameraName
    what: DetectedKind = DetectedKind.PERSON
    integration: str = "frigate"


@dataclass(frozen=True, kw_only=True, slots=True)
class Sound:
    """A microphone hears what it listens for."""

    sign: SignName


@dataclass(frozen=True, kw_only=True, slots=True)
class Presence:
    """Home Assistant learns that a person or a helper (a cleaner) is at home, or is not."""

    who: Resident
    home: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Storm:
    """The storm warning begins or ends."""

    on: bool = True
    sign: SignName = "storm_warning"


@dataclass(frozen=True, kw_only=True, slots=True)
class Power:
    """Mains power goes or comes back (the hub has a battery)."""

    on: bool
    sign: SignName = "mains_power"


@dataclass(frozen=True, kw_only=True, slots=True)
class Vehicle:
    """A vehicle or a number plate is reported."""

    sign: SignName = "drive_counter"
    plate: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lock:
    """A lock says something of itself."""

    says: LockSign
    lock: LockName = "front_lock"
    who: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """The alarm panel of another integration that arms a linked area changes."""

    phase: Phase
    area: AreaName = ""
    mode: ArmMode | None = None
    by: PersonName | None = None
    """Whom the panel names."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirm:
    """A person answers: it is real."""

    by: PersonName
    threat: Threat = Threat.PROPERTY
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deny:
    """A person answers: false alarm, with their code."""

    by: PersonName
    code: str | None = None
    duress: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class CannotSee:
    """A person looked and cannot say."""

    by: PersonName


@dataclass(frozen=True, kw_only=True, slots=True)
class Help:
    """A person calls for help."""

    kind: Literal["panic", "medical", "fire"]
    by: PersonName = "ada"
    silent: bool = False

    @property
    def incident(self) -> IncidentKind:
        """Return the kind of incident."""
        return IncidentKind(self.kind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """A person sends the incident to a responder by hand."""

    responder: ResponderName
    by: PersonName = "ada"
    ground: Literal["consent", "emergency", "legal_request"] = "consent"


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponderSays:
    """A responder reports back."""

    responder: ResponderName
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Responders:
    """The way to all responders breaks, or is open again."""

    are: Literal["unreachable", "reachable"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Phone:
    """All channels to a person fail, or work again."""

    of: PersonName
    works: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Disk:
    """The journal cannot be written, or can again."""

    does: Literal["fails", "works"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Repaired:
    """The owner mended a zone or camera: its false alarms do not count any more."""

    what: Annotated[str, Named(("zone", "camera"))]
    by: PersonName = "ada"


@dataclass(frozen=True, kw_only=True, slots=True)
class WalkTest:
    """Somebody starts or ends trying the sensors."""

    does: Literal["start", "end"]
    by: PersonName = "ada"


@dataclass(frozen=True, kw_only=True, slots=True)
class PowerCut:
    """The hub stops without a word and starts again later; `found` is what the sensors say then."""

    lasts: Seconds
    found: Mapping[ZoneName, ZoneStatus] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Restart:
    """The hub stops in order and starts again later."""

    lasts: Seconds
    found: Mapping[ZoneName, ZoneStatus] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockJumps:
    """The hub's clock is set, forward or back, as a time server does after a long outage."""

    by: Seconds


type Happening = (
    Arm
    | Disarm
    | WrongCode
    | Bypass
    | Acknowledge
    | Opens
    | Closes
    | Trips
    | GoesSilent
    | ComesBack
    | Chatters
    | Trouble
    | Camera
    | Detector
    | OtherSees
    | Sound
    | Presence
    | Storm
    | Power
    | Vehicle
    | Lock
    | Panel
    | Confirm
    | Deny
    | CannotSee
    | Help
    | Share
    | ResponderSays
    | Responders
    | Phone
    | Disk
    | Repaired
    | WalkTest
    | PowerCut
    | Restart
    | ClockJumps
)


def key_of_class(kind: type) -> str:
    """Return the key under which a happening is written: `GoesSilent` is `goes_silent`."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()


HAPPENINGS: Final[Mapping[str, type]] = {
    key_of_class(kind): kind for kind in Happening.__value__.__args__
}
