"""The other ports of the outer edge in memory: cameras, responders, people."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import count

from custom_components.verified_response.core.errors import (
    CouldNotLook,
    ShareFailedError,
    ShareRejectedError,
    WorkFailedError,
)
from custom_components.verified_response.core.premises import Channel, ChannelKind
from custom_components.verified_response.engine.ports import (
    Frame,
    IncidentRecord,
    Prompt,
    Receipt,
)


class FakeCamera:
    """Every still is another picture; `dark` cameras give none, `frozen` ones always the same.

    `late`: seconds by which a camera's stills are older than they should be.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self.dark: set[str] = set()
        self.frozen: set[str] = set()
        self.late: dict[str, float] = {}
        self.asked: list[str] = []
        self.rested: list[str] = []
        self.measured: dict[str, dict[str, object]] = {}
        self._numbers = count(1)

    async def still(self, source: str, *, timeout_s: float) -> Frame:
        self.asked.append(source)
        if source in self.dark:
            raise CouldNotLook("camera_no_picture")
        number = 0 if source in self.frozen else next(self._numbers)
        taken = self._now() - timedelta(seconds=self.late.get(source, 0.0))
        return Frame(picture=f"{source} {number}".encode(), captured_at=taken)

    async def rest(self, source: str) -> None:
        self.rested.append(source)

    async def close(self) -> None:
        """Nothing is kept open."""


class FakeCenter:
    """Responders that keep what they got, once per key; `fails` is raised instead, in order."""

    def __init__(self) -> None:
        self.fails: list[ShareFailedError] = []
        self.loses_answer = False
        """Store what comes, then raise the next failure all the same."""
        self.unreachable: str | None = None
        self.created: list[tuple[str, IncidentRecord]] = []
        self.updated: list[tuple[str, str, IncidentRecord]] = []
        self.cancelled: list[tuple[str, str, IncidentRecord]] = []
        self.asked: list[str] = []
        self._by_key: dict[str, Receipt] = {}
        self._by_incident: dict[tuple[str, str], Receipt] = {}

    def _fail(self) -> None:
        if self.fails:
            raise self.fails.pop(0)

    async def create(self, responder_id: str, record: IncidentRecord, *, key: str) -> Receipt:
        if not self.loses_answer:
            self._fail()
        if key not in self._by_key:
            self.created.append((responder_id, record))
            receipt = Receipt(number=f"EX-2026-{len(self.created):06}", status="received")
            self._by_key[key] = receipt
            self._by_incident[(responder_id, record.incident.id)] = receipt
        self._fail()
        return self._by_key[key]

    async def ping(self, responder_id: str) -> None:
        if self.unreachable:
            raise ShareRejectedError(self.unreachable)

    async def find(self, responder_id: str, incident_id: str) -> Receipt | None:
        self.asked.append(incident_id)
        self._fail()
        return self._by_incident.get((responder_id, incident_id))

    async def update(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        self._fail()
        self.updated.append((responder_id, number, record))

    async def cancel(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        self._fail()
        self.cancelled.append((responder_id, number, record))


class FakeContacts:
    """People by their channels, and the siren.

    `fails` is raised instead, in order; `deaf` contacts always fail; `broken` channels raise their code.
    """

    def __init__(self) -> None:
        self.fails: list[Exception] = []
        self.deaf: dict[str, Exception] = {}
        self.broken: dict[str, str] = {}
        self.voice = True
        """Whether any text-to-speech engine is there."""
        self.sent: list[tuple[str, Prompt]] = []
        self.by_channel: list[tuple[str, str, str]] = []
        """Contact, key of the channel and of the prompt."""
        self.sirens: list[bool] = []

    @property
    def prompts(self) -> list[tuple[str, str]]:
        """Return who was sent what."""
        return [(contact_id, prompt.key) for contact_id, prompt in self.sent]

    async def send(self, contact_id: str, prompt: Prompt) -> None:
        channel = self._channel(contact_id, prompt)
        if contact_id in self.deaf:
            raise self.deaf[contact_id]
        if channel.key in self.broken:
            raise WorkFailedError(self.broken[channel.key])
        if channel.kind is ChannelKind.SPEECH and not self.voice:
            raise WorkFailedError("no_voice")
        if self.fails:
            raise self.fails.pop(0)
        self.sent.append((contact_id, prompt))
        self.by_channel.append((contact_id, channel.key, prompt.key))

    @staticmethod
    def _channel(contact_id: str, prompt: Prompt) -> Channel:
        person = prompt.premises.contacts.get(contact_id)
        channels = person.channels if person else ()
        if not channels:
            raise WorkFailedError("contact_without_channel")
        named = [item for item in channels if prompt.channel in {"", item.key}]
        if not named:
            raise WorkFailedError("channel_missing")
        return named[0]

    async def siren(self, *, on: bool) -> None:
        if self.fails:
            raise self.fails.pop(0)
        self.sirens.append(on)
