"""What verdicts teach: sightings are kept with the word of a person, and changes are proposed.

A dismissed incident says that nobody was there, a confirmed one that somebody was. Disarming says
neither: whoever came home was seen rightly. What was said under duress looks like any other word as
long as the threat lasts, and is forgotten when a person ends the silent call for help.
"""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..core.detection import PersonBox, Thresholds
from ..core.errors import WorkFailedError
from ..core.events import IncidentEnded
from ..core.evidence import PersonSeen
from ..core.incident import HAS_LEVEL, Incident, IncidentKind
from ..core.premises import CameraView
from ..core.sight.feedback import Proposal, Sighting, propose, would_count
from .desk import Desk
from .feed import CameraLook, Lesson, Snapshot
from .ports import Kept, Sightings

_LOGGER = logging.getLogger(__name__)

MOST_KEPT: Final = 50
"""Sightings of one camera."""
MOST_DECLINED: Final = 50
MOST_OFFERED: Final = 5
LEAST_FALSE_ALARMS: Final = 2
"""One false alarm is no pattern; the owner can always try the camera and name what it shows."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """The surest look at a camera while an incident was open; the picture only where crops are kept."""

    at: datetime
    people: tuple[PersonBox, ...]
    picture: bytes | None

    @property
    def score(self) -> float:
        return max(person.score for person in self.people)


class Learning:
    """Listens to the desk; what it keeps says what a camera saw, never who."""

    def __init__(self, desk: Desk, sightings: Sightings) -> None:
        self._desk = desk
        self._sightings = sightings
        self._kept: dict[str, Kept] = {}
        self._seen: dict[tuple[str, str], _Seen] = {}
        self.ready = False
        """Whether what an earlier run kept was gone through: until then nobody knows what to ask."""
        self._stop = desk.feed.subscribe(self._on_change)

    async def start(self) -> None:
        """Take up what was kept; what nobody wants kept any more goes."""
        try:
            loaded = await self._sightings.load()
        except WorkFailedError as err:
            _LOGGER.warning("What was learnt cannot be read: %s", err.code)
            self.ready = True
            return
        cameras = self._desk.premises.cameras
        self._kept = {key: kept for key, kept in loaded.items() if key in cameras}
        try:
            await self._tidy(loaded)
        except WorkFailedError as err:
            _LOGGER.warning("What is not wanted any more cannot be removed: %s", err.code)
        self._desk.run(self._teach_all(), name="learning")

    async def _tidy(self, camera_ids: Iterable[str]) -> None:
        """Forget removed cameras, and the pictures of those whose owner wants none kept now."""
        for camera_id in camera_ids:
            view = self._desk.premises.cameras.get(camera_id)
            if view is None:
                await self._sightings.forget(camera_id)
            elif not view.keep_crops:
                await self._sightings.drop_crops(camera_id)

    def close(self) -> None:
        """Listen no more."""
        self._stop()

    def kept(self, camera_id: str) -> Kept:
        """Return what is kept of a camera."""
        return self._kept.get(camera_id, Kept())

    async def crops(self, camera_id: str) -> int:
        """Return how many pictures are kept of a camera; raises WorkFailedError."""
        return await self._sightings.crops(camera_id)

    async def decline(self, camera_id: str, proposals: Sequence[Proposal]) -> None:
        """Remember that the owner does not want these; raises WorkFailedError."""
        kept = self.kept(camera_id)
        names = dict.fromkeys((*kept.declined, *map(name_of, proposals)))
        declined = tuple(names)[-MOST_DECLINED:]
        # First: an answer that is lost is none. What is learnt meanwhile stays.
        await self._sightings.save(camera_id, replace(kept, declined=declined))
        self._kept[camera_id] = replace(self.kept(camera_id), declined=declined)
        await self._teach(camera_id)

    async def forget(self, camera_id: str) -> None:
        """Forget all that was kept of a camera, pictures too; raises WorkFailedError."""
        self._kept.pop(camera_id, None)
        await self._sightings.forget(camera_id)
        await self._teach(camera_id)

    def _on_change(self, snapshot: Snapshot) -> None:
        for incident in snapshot.state.open_incidents():
            if incident.kind in HAS_LEVEL:
                self._watch(incident, snapshot)
        for event in snapshot.news:
            if isinstance(event, IncidentEnded):
                incident = snapshot.state.incidents[event.incident_id]
                looks = self._looks_at(incident)
                self._desk.run(self._learn(incident, looks), name="learning")
                if incident.kind is IncidentKind.DURESS:
                    self._desk.run(self._disbelieve(), name="learning")

    def _watch(self, incident: Incident, snapshot: Snapshot) -> None:
        """Keep the surest look of each camera in mind until the incident ends."""
        for camera_id, look in snapshot.cameras.items():
            view = snapshot.premises.cameras.get(camera_id)
            if view is None or not _shows_somebody(look, incident):
                continue
            picture = look.picture if view.keep_crops else None
            seen = _Seen(at=look.at, people=look.people, picture=picture)
            best = self._seen.get((incident.id, camera_id))
            if best is None or seen.score > best.score:
                self._seen[(incident.id, camera_id)] = seen

    def _looks_at(self, incident: Incident) -> dict[str, _Seen]:
        """Return the surest look of each camera, and let go of it; from the evidence after a restart."""
        looks = {
            camera_id: self._seen.pop((incident_id, camera_id))
            for incident_id, camera_id in tuple(self._seen)
            if incident_id == incident.id
        }
        for item in incident.evidence:
            if not isinstance(item, PersonSeen) or item.at < incident.opened_at:
                continue  # who passed outside before it began is another matter
            if item.box is not None and item.scores:
                person = PersonBox(score=max(item.scores), box=item.box)
                looks.setdefault(item.camera_id, _Seen(at=item.at, people=(person,), picture=None))
        return looks

    async def _learn(self, incident: Incident, looks: Mapping[str, _Seen]) -> None:
        false = is_false(incident)
        if false is None:
            return
        for camera_id, seen in looks.items():
            view = self._desk.premises.cameras.get(camera_id)
            if view is None:
                continue
            kept = self.kept(camera_id)
            more = tuple(
                Sighting(
                    box=person.box, score=person.score, patch=person.patch, false=false, at=seen.at
                )
                for person in seen.people
            )
            left = bounded((*kept.sightings, *more))
            doubted = kept.doubted if incident.recall else (*kept.doubted, seen.at)
            try:
                await self._keep(camera_id, replace(kept, sightings=left, doubted=doubted))
                if false and seen.picture is not None:
                    for person in seen.people:
                        await self._sightings.keep_crop(
                            camera_id, seen.picture, box=person.box, masks=view.masks, at=seen.at
                        )
            except WorkFailedError as err:
                _LOGGER.warning("A sighting cannot be kept: %s", err.code)

    async def _disbelieve(self) -> None:
        """Forget what was called false under duress."""
        for camera_id in tuple(self._kept):
            kept = self.kept(camera_id)  # now: others may have been learnt while one was written
            if not kept.doubted:
                continue
            left = tuple(item for item in kept.sightings if item.at not in kept.doubted)
            try:
                await self._keep(camera_id, replace(kept, sightings=left, doubted=()))
                for at in kept.doubted:
                    await self._sightings.drop_crops(camera_id, at)
            except WorkFailedError as err:
                _LOGGER.warning("A sighting cannot be forgotten: %s", err.code)

    async def _keep(self, camera_id: str, kept: Kept) -> None:
        self._kept[camera_id] = kept
        await self._teach(camera_id)
        await self._sightings.save(camera_id, kept)

    async def _teach_all(self) -> None:
        for camera_id in tuple(self._kept):
            await self._teach(camera_id)
        self.ready = True

    async def _teach(self, camera_id: str) -> None:
        """Publish what is to be asked about a camera now; in a thread, it tries every change on all."""
        view = self._desk.premises.cameras[camera_id]
        detector = self._desk.feed.latest.detector
        thresholds = detector.thresholds if detector else Thresholds()
        found = await asyncio.to_thread(lesson, self.kept(camera_id), view, thresholds)
        lessons = {k: v for k, v in self._desk.feed.latest.lessons.items() if k != camera_id}
        if found is not None:
            lessons[camera_id] = found
        if lessons != self._desk.feed.latest.lessons:
            self._desk.show(lessons=lessons)


def _shows_somebody(look: CameraLook, incident: Incident) -> bool:
    return bool(look.person and look.people) and look.at >= incident.opened_at


def is_false(incident: Incident) -> bool | None:
    """Say whether a person said that nobody was there; None when no word tells, or two contrary ones."""
    denied = any(verdict.threat is None for verdict in incident.verdicts)
    return None if denied is incident.confirmed else denied


def lesson(kept: Kept, view: CameraView, thresholds: Thresholds) -> Lesson | None:
    """Return what to ask the owner: after some false alarms, when a change avoids them at no loss."""
    counting = [item for item in kept.sightings if would_count(item, view, thresholds)]
    false_alarms = len({item.at for item in counting if item.false})
    if false_alarms < LEAST_FALSE_ALARMS:
        return None
    tried = propose(counting, view, thresholds)
    offered = tuple(item for item in tried if name_of(item) not in kept.declined)[:MOST_OFFERED]
    if not any(item.effect.is_clean for item in offered):
        return None
    return Lesson(false_alarms=false_alarms, proposals=offered)


def name_of(proposal: Proposal) -> str:
    """Return by what a proposal is known again; small differences make no new one."""
    thing = proposal.thing.box if proposal.thing is not None else None
    corners = [f"{x:.2f},{y:.2f}" for x, y in proposal.mask]
    if thing is not None:
        corners = [f"{thing.x:.2f},{thing.y:.2f}", f"{thing.width:.2f},{thing.height:.2f}"]
    return " ".join([proposal.kind.value, f"{proposal.number:.2f}", *corners])


def bounded(sightings: Sequence[Sighting], most: int = MOST_KEPT) -> tuple[Sighting, ...]:
    """Return the newest, neither kind crowding out the other."""
    ordered = sorted(sightings, key=lambda item: item.at)
    false = [item for item in ordered if item.false]
    true = [item for item in ordered if not item.false]
    room = most // 2
    places = max(room, most - len(true))
    kept = [*false[-places:], *true[-max(room, most - len(false)) :]]
    return tuple(sorted(kept, key=lambda item: item.at))
