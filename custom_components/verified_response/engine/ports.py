"""What the engine needs from outside: one small Protocol per concern, each says what it raises."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from ..core.access import CredentialStatus
from ..core.detection import Box, Detection, DetectorInfo, Glance, Polygon
from ..core.incident import Incident
from ..core.premises import Premises
from ..core.sight.feedback import Sighting


class Clock(Protocol):
    """Aware UTC time, and waiting for it."""

    def now(self) -> datetime:
        """Return the present moment; may jump when the clock is set."""
        ...

    def elapsed(self) -> float:
        """Return seconds since some moment; never jumps."""
        ...

    def call_at(self, when: datetime, action: Callable[[], None]) -> Callable[[], None]:
        """Call `action` once, as long from now as `when` is, however the clock is set; return what cancels it."""
        ...


class IdSource(Protocol):
    """Unguessable names for new things."""

    def new_id(self) -> str:
        """Return a fresh id that sorts by time."""
        ...

    def digits(self, length: int) -> str:
        """Return random digits from a cryptographic source."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """One fact to be written down; `payload` is JSON-able and holds no secret."""

    at: datetime
    kind: str
    subject: str | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Record:
    """One fact as written; digests are lower-case hex SHA-256."""

    seq: int
    at: datetime
    kind: str
    subject: str | None
    payload: Mapping[str, Any]
    previous: str
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """Result of reading the whole chain again."""

    records: int
    intact: bool
    first_broken: int | None


class Journal(Protocol):
    """Append-only and hash-chained; every method raises JournalUnavailableError."""

    async def open(self) -> None:
        """Open or create; a damaged file is set aside, never overwritten."""
        ...

    async def append(self, entries: Sequence[Entry]) -> int:
        """Write all or nothing, durably; return the last sequence number."""
        ...

    async def read(
        self, *, after: int = 0, subject: str | None = None, limit: int | None = None
    ) -> Sequence[Record]:
        """Return records in order."""
        ...

    async def save_snapshot(self, seq: int, payload: str) -> None:
        """Keep the folded state as of `seq`; replaces the one before."""
        ...

    async def load_snapshot(self) -> tuple[int, str] | None:
        """Return the newest snapshot that is whole and belongs to this chain, else None."""
        ...

    async def verify(self) -> Verification:
        """Recompute the chain from the first record."""
        ...

    async def close(self) -> None:
        """Checkpoint and close; idempotent."""
        ...


class PersonDetector(Protocol):
    """Picture in, people out; always in another process."""

    @property
    def info(self) -> DetectorInfo | None:
        """Return which engine looks, None until known."""
        ...

    async def prepare(self) -> DetectorInfo | None:
        """Find the best engine now, before the first alarm; looks again for what was missing."""
        ...

    async def stay(self, *, awake: bool) -> None:
        """Keep a worker running, so that the first look need not wait, or let it go when idle."""
        ...

    async def look(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = "",
        masks: Sequence[Polygon] = (),
        urgent: bool = True,
    ) -> Detection:
        """Return the people outside the masks; raises FrameRefused, CouldNotLook.

        A newer frame of the same camera takes the place of one that still waits: "frame_superseded".
        """
        ...

    async def glance(
        self, picture: bytes, *, timeout_s: float, camera: str = "", masks: Sequence[Polygon] = ()
    ) -> Glance:
        """Return the frame as a whole, without looking for people; raises like look."""
        ...

    async def close(self) -> None:
        """End the worker; idempotent."""
        ...


class Way(StrEnum):
    """How a still was had."""

    SNAPSHOT = "snapshot"
    STREAM = "stream"


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """One still as the camera gave it: JPEG or PNG, and when it was taken at the latest."""

    picture: bytes
    captured_at: datetime
    way: Way = Way.SNAPSHOT


class Camera(Protocol):
    """All configured cameras."""

    async def still(self, source: str, *, timeout_s: float) -> Frame:
        """Return a fresh still by what answers faster; raises CouldNotLook."""
        ...

    async def rest(self, source: str) -> None:
        """Let go of what was kept open for a camera: nobody looks for now."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What is kept of one camera after verdicts."""

    sightings: tuple[Sighting, ...] = ()
    declined: tuple[str, ...] = ()
    """Proposed changes that the owner does not want, by their names."""
    doubted: tuple[datetime, ...] = ()
    """Moments of sightings that were called false under duress: shown like any until that is over."""


class Sightings(Protocol):
    """What cameras showed before verdicts, private and bounded; every method raises WorkFailedError."""

    async def load(self) -> Mapping[str, Kept]:
        """Return what is kept, by camera; what cannot be read is left out."""
        ...

    async def save(self, camera_id: str, kept: Kept) -> None:
        """Replace what is kept of a camera."""
        ...

    async def keep_crop(
        self,
        camera_id: str,
        picture: bytes,
        *,
        box: Box,
        masks: Sequence[Polygon],
        at: datetime,
    ) -> None:
        """Keep what is in the box as a picture, without what the masks hide; the oldest ones go."""
        ...

    async def drop_crops(self, camera_id: str, at: datetime | None = None) -> None:
        """Remove the pictures of one moment, or all of them."""
        ...

    async def crops(self, camera_id: str) -> int:
        """Return how many pictures are kept of a camera."""
        ...

    async def forget(self, camera_id: str) -> None:
        """Remove all that is kept of a camera; idempotent."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """A responder's proof of acceptance."""

    number: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorAccess:
    """How a responder gets in by one door; `code` only in the one message that hands it over."""

    grant_id: str
    door_id: str
    status: CredentialStatus
    expires_at: datetime
    uses_left: int | None
    code: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class IncidentRecord:
    """All a connector needs; every wire document is a pure function of it."""

    incident: Incident
    premises: Premises
    sequence: int
    at: datetime
    access: tuple[DoorAccess, ...] = ()


class EmergencyCenter(Protocol):
    """All responders; methods raise ShareRejectedError, ShareRetryableError, ShareUnknownError.

    `key` makes a repeated call count once; emergency numbers are refused here once more.
    """

    async def create(self, responder_id: str, record: IncidentRecord, *, key: str) -> Receipt:
        """Hand over an incident once."""
        ...

    async def ping(self, responder_id: str) -> None:
        """Test the way to a responder without sending anything about the house."""
        ...

    async def find(self, responder_id: str, incident_id: str) -> Receipt | None:
        """Ask whether an incident arrived."""
        ...

    async def update(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        """Send news about an incident that was handed over."""
        ...

    async def cancel(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        """Recall; whether anybody turns back is the dispatcher's decision."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Prompt:
    """What a person is asked or told; the adapter makes the sentence in the household's language."""

    key: str
    incident: Incident | None
    premises: Premises
    actions: tuple[str, ...] = ()
    channel: str = ""
    """Key of the channel; "" is the first one."""
    about: tuple[str, ...] = ()
    """Ids of the areas, zones, cameras and doors that the sentence names, or whom a button calls."""
    place: str = ""
    """Where it was heard, when it was."""


class Contacts(Protocol):
    """Reaching people."""

    async def send(self, contact_id: str, prompt: Prompt) -> None:
        """Send by the prompt's channel; raises WorkFailedError.

        contact_without_channel, channel_missing, channel_unavailable, channel_failed, no_voice.
        """
        ...

    async def siren(self, *, on: bool) -> None:
        """Sound or silence the siren; raises WorkFailedError."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeVerdict:
    """Whose code it was; expired and spent ones are known, and the keypad refuses them."""

    contact_id: str
    duress: bool
    code_id: str = ""
    once: bool = False
    expires_at: datetime | None = None


class Wording(Protocol):
    """Sentences for people, in the household's language."""

    def sentence(self, group: str, key: str, **placeholders: str) -> str:
        """Return the sentence of `reason`, `unknown`, `kind`, `prompt` …; the key itself when missing."""
        ...

    def knows(self, group: str, key: str) -> bool:
        """Say whether there is such a sentence."""
        ...


class CodeBook(Protocol):
    """Alarm codes as salted slow hashes; never on the event loop."""

    def has_codes(self) -> bool:
        """Say whether any code exists at all."""
        ...

    async def verify(self, code: str) -> CodeVerdict | None:
        """Return whose code it is, None for nobody's."""
        ...
