"""Everything around the hub, in memory: the clock, cameras, people, responders, and the codes people know.

What reaches people, responders and the siren is kept in one list, in the order in which it happened.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, override

from custom_components.verified_response.core.detection import (
    LUMA_COLUMNS,
    Box,
    Detection,
    Glance,
    PersonBox,
    Trust,
)
from custom_components.verified_response.core.errors import (
    CouldNotLook,
    ShareRetryableError,
    WorkFailedError,
)
from custom_components.verified_response.core.premises import Premises
from custom_components.verified_response.engine.ports import (
    Clock,
    CodeBook,
    CodeVerdict,
    Frame,
    IncidentRecord,
    Prompt,
    Receipt,
)
from tests.fakes.outside import FakeCamera, FakeCenter, FakeContacts
from tests.fakes.person_detector import FakePersonDetector, detection, glance

from .happenings import Picture
from .house import PersonPart

AGO_S: Final = 60.0
"""Age of the pictures of a camera that is late."""
DAY: Final = glance()
DARK: Final = Glance(luma=bytes(len(DAY.luma)), sharpness=0.0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A person was reached, or could not be."""

    person: str
    prompt: str
    channel: str
    about: tuple[str, ...] = ()
    failed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Handed:
    """A responder got something, or could not be reached."""

    responder: str
    action: str
    failed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Sounded:
    """The siren was told something."""

    on: bool


type Effect = Told | Handed | Sounded
type Keep = Callable[[Effect], None]


class StageClock(Clock):
    """Time that passes only when told; the clock that shows it can be set, as a hub's can."""

    def __init__(self, begins: datetime) -> None:
        self._begins = begins
        self._set = timedelta()
        self.passed = 0.0
        """Seconds since the beginning, whatever the clock was set to."""
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = 0

    @override
    def now(self) -> datetime:
        return self._begins + timedelta(seconds=self.passed) + self._set

    @override
    def elapsed(self) -> float:
        return self.passed

    @override
    def call_at(self, when: datetime, action: Callable[[], None]) -> Callable[[], None]:
        self._count += 1
        number = self._count
        left = max((when - self.now()).total_seconds(), 0.0)
        self._due.append((round(self.passed + left, 6), number, action))

        def cancel() -> None:
            self._due = [item for item in self._due if item[1] != number]

        return cancel

    def set_by(self, seconds: float) -> None:
        """Set the clock forward or back; what waits has still to wait as long as it had."""
        self._set += timedelta(seconds=seconds)

    def next_due(self) -> float | None:
        """Return when the next action is due, in seconds since the beginning."""
        return min((item[0] for item in self._due), default=None)

    def advance(self, to: float) -> None:
        """Let time pass and run what is due, whatever the clock says."""
        self.passed = round(max(self.passed, to), 6)
        for item in sorted(self._due, key=lambda due: due[:2]):
            if item[0] <= self.passed and item in self._due:
                self._due.remove(item)
                item[2]()


@dataclass(slots=True)
class Scene:
    """What a camera shows."""

    shows: Picture = Picture.NOBODY
    people: int = 0
    score: float = 0.9


class StageCameras(FakeCamera):
    """Cameras by their scenes."""

    def __init__(self, now: Callable[[], datetime], premises: Premises) -> None:
        super().__init__(now)
        self.scenes = {camera.source: Scene() for camera in premises.cameras.values()}

    def show(self, source: str, shows: Picture, *, people: int, score: float) -> None:
        """Change a scene; a frozen or late camera goes on with what it showed."""
        scene = self.scenes[source]
        if shows in {Picture.NOBODY, Picture.PERSON}:
            scene.people = people if shows is Picture.PERSON else 0
            scene.score = score
        scene.shows = shows
        self.frozen.discard(source)
        self.dark.discard(source)
        self.late.pop(source, None)
        if shows is Picture.FROZEN:
            self.frozen.add(source)
        elif shows is Picture.NOTHING:
            self.dark.add(source)
        elif shows is Picture.OLD:
            self.late[source] = AGO_S

    @override
    async def still(self, source: str, *, timeout_s: float) -> Frame:
        frame = await super().still(source, timeout_s=timeout_s)
        self.asked.clear()  # a house may be looked at for days
        return frame


class StageDetector(FakePersonDetector):
    """Sees what the scenes show."""

    def __init__(self, cameras: StageCameras, trust: Trust) -> None:
        super().__init__(otherwise=detection(trust=trust))
        self._cameras = cameras
        self._trust = trust
        self.fails = False

    @override
    async def look(
        self,
        picture: bytes,
        *,
        timeout_s: float,
        camera: str = "",
        masks: object = (),
        urgent: bool = True,
    ) -> Detection:
        self._check_works()
        scene = self._scene(picture)
        people = scene.people if scene.shows is not Picture.DARK else 0
        await self.prepare()
        return Detection(
            people=tuple(
                PersonBox(
                    score=scene.score, box=Box(x=0.1 + 0.3 * place, y=0.3, width=0.2, height=0.6)
                )
                for place in range(people)
            ),
            width=640,
            height=480,
            engine=self.otherwise.engine,
            model=self.otherwise.model,
            trust=self._trust,
            took_ms=20.0,
            glance=_glance_of(scene),
        )

    @override
    async def glance(
        self, picture: bytes, *, timeout_s: float, camera: str = "", masks: object = ()
    ) -> Glance:
        self._check_works()
        return _glance_of(self._scene(picture))

    def _check_works(self) -> None:
        if self.fails:
            raise CouldNotLook("detector_crashed")

    def _scene(self, picture: bytes) -> Scene:
        return self._cameras.scenes[picture.decode().rpartition(" ")[0]]


def _glance_of(scene: Scene) -> Glance:
    if scene.shows is Picture.DARK:
        return DARK
    if not scene.people:
        return DAY
    luma = bytearray(DAY.luma)
    for row in range(6, 12):
        luma[row * LUMA_COLUMNS + 4 : row * LUMA_COLUMNS + 8] = bytes([250] * 4)
    return Glance(luma=bytes(luma), sharpness=DAY.sharpness)


class StagePeople(FakeContacts):
    """People with their channels, and the siren."""

    def __init__(self, premises: Premises, keep: Keep) -> None:
        super().__init__()
        self._premises = premises
        self._keep = keep

    def phone(self, person: str, *, works: bool) -> None:
        """Let all channels to a person fail, or work again."""
        self.deaf.pop(person, None)
        if not works:
            self.deaf[person] = WorkFailedError("contact_unreachable")

    @override
    async def send(self, contact_id: str, prompt: Prompt) -> None:
        told = Told(
            person=contact_id,
            prompt=prompt.key,
            channel=self._way(contact_id, prompt),
            about=prompt.about,
            failed=contact_id in self.deaf,
        )
        self._keep(told)
        await super().send(contact_id, prompt)

    def _way(self, contact_id: str, prompt: Prompt) -> str:
        channels = self._premises.contacts[contact_id].channels
        found = next((item for item in channels if item.key == prompt.channel), None)
        chosen = found or (channels[0] if channels else None)
        return chosen.kind.value if chosen else ""

    @override
    async def siren(self, *, on: bool) -> None:
        self._keep(Sounded(on=on))
        await super().siren(on=on)


class StageCenter(FakeCenter):
    """Responders that note what they get."""

    def __init__(self, keep: Keep) -> None:
        super().__init__()
        self._keep = keep
        self.reachable = True

    def _note(self, responder_id: str, action: str) -> None:
        self._keep(Handed(responder=responder_id, action=action, failed=not self.reachable))
        if not self.reachable:
            raise ShareRetryableError("responder_unreachable")

    @override
    async def create(self, responder_id: str, record: IncidentRecord, *, key: str) -> Receipt:
        self._note(responder_id, "create")
        return await super().create(responder_id, record, key=key)

    @override
    async def find(self, responder_id: str, incident_id: str) -> Receipt | None:
        if not self.reachable:
            raise ShareRetryableError("responder_unreachable")
        return await super().find(responder_id, incident_id)

    @override
    async def update(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        self._note(responder_id, "update")
        await super().update(responder_id, number, record, key=key)

    @override
    async def cancel(
        self, responder_id: str, number: str, record: IncidentRecord, *, key: str
    ) -> None:
        self._note(responder_id, "cancel")
        await super().cancel(responder_id, number, record, key=key)


class PlainCodes(CodeBook):
    """The codes of a household, compared at once: how slow hashes are is tested elsewhere."""

    def __init__(self, people: Mapping[str, PersonPart], begins: datetime) -> None:
        self._verdicts: dict[str, CodeVerdict] = {}
        for person, part in people.items():
            ends = None if part.until is None else begins + timedelta(seconds=part.until)
            for code, once, duress in (
                (part.code, False, False),
                (part.once_code, True, False),
                (part.duress_code, False, True),
            ):
                if code:
                    limited = once or (not part.once_code and not duress)
                    self._verdicts[code] = CodeVerdict(
                        contact_id=person,
                        duress=duress,
                        code_id=f"{person}-{'once' if once else 'duress' if duress else 'code'}",
                        once=once,
                        expires_at=ends if limited else None,
                    )

    @override
    def has_codes(self) -> bool:
        return bool(self._verdicts)

    @override
    async def verify(self, code: str) -> CodeVerdict | None:
        return self._verdicts.get(code)

    def wrong(self) -> str:
        """Return a code that is nobody's."""
        return next(str(code) for code in range(100000, 1000000) if str(code) not in self._verdicts)
