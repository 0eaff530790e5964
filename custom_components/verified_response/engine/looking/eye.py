"""One camera's sight: a fresh still, what it shows, who of it counts, and whether the camera can see.

    still ─▶ fresh? new? ─▶ glance ─▶ health          nothing moves: no more
                      └───▶ turn ─▶ look ─▶ health, who counts, tracks ─▶ Sight, or Unseen with its reason

A frame that cannot be trusted shows nobody; one on which a person is seen all the same counts.
"""

import logging
from collections import deque
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ...core.detection import (
    LUMA_COLUMNS,
    LUMA_ROWS,
    Box,
    Detection,
    Glance,
    PersonBox,
    Thresholds,
)
from ...core.errors import CouldNotLook, FrameRefused
from ...core.premises import CameraView
from ...core.sight.health import Health, after_failure, after_glance, is_fresh
from ...core.sight.scene import Scenes
from ...core.sight.tracks import Direction, Tracks, count_at_once, direction, dwell_s, follow
from ...core.sight.voting import counting, found
from ..desk import Desk
from ..feed import CameraLook
from ..ports import Camera, Clock, Frame, PersonDetector
from .pace import Pace, Rates
from .showing import Showing
from .turns import Turns

_LOGGER = logging.getLogger(__name__)

STILL_TIMEOUT_S: Final = 5.0
LOOK_TIMEOUT_S: Final = 5.0
SUPERSEDED: Final = "frame_superseded"
VOTES_FOR_S: Final = 10.0
"""Frames further apart than this do not vote together."""
UNJUDGED: Final = Glance(
    luma=bytes(
        (column * 8 + row * 97) % 256 for row in range(LUMA_ROWS) for column in range(LUMA_COLUMNS)
    ),
    sharpness=1000.0,
)
"""Stands for the picture where the engine says nothing about it: failures and repeats still count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Means:
    """What it takes to look."""

    desk: Desk
    clock: Clock
    camera: Camera
    detector: PersonDetector
    turns: Turns
    rates: Rates


@dataclass(frozen=True, kw_only=True, slots=True)
class Sight:
    """What one frame showed; only those who count are left in the detection."""

    at: datetime
    detection: Detection
    people: tuple[PersonBox, ...]
    """Those at or above the threshold that was asked for."""
    person: bool | None
    """By vote of the last frames, this one included."""
    box: Box | None
    """Of the person voted for."""
    count: int
    dwell_s: float
    direction: str

    @property
    def engine(self) -> str:
        """Return the engine and its model as one word."""
        return f"{self.detection.engine}/{self.detection.model}"

    @property
    def score(self) -> float:
        """Return the best score of those who may count, 0 when there is nobody."""
        return round(self.detection.best_score, 3)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unseen:
    """A frame that says nothing about people."""

    reason: str
    blind: bool
    """It lasts: the camera counts as blind."""
    failed: bool
    """Nothing came, or nobody could look at it; else the picture itself is not to be trusted."""


type Seen = Sight | Unseen | None
"""None: nothing new."""


class Eye:
    """Looks at one camera, one frame at a time, and remembers what the next frame needs."""

    def __init__(self, camera_id: str, means: Means) -> None:
        self.camera_id = camera_id
        self.pace = Pace()
        self._means = means
        self._health = Health()
        self._tracks = Tracks()
        self._frames: deque[Detection] = deque(maxlen=means.desk.premises.policy.frames_window)
        self._moments: deque[datetime] = deque(maxlen=self._frames.maxlen)
        self._known = False
        self._picture = b""
        self._came = means.clock.now()
        self._number = 0
        self._glance = UNJUDGED
        self._judged_number = 0
        self._told_bug = False
        self._shown = Showing(means.desk, means.detector, camera_id)

    @property
    def view(self) -> CameraView:
        """Return what counts in this camera's picture."""
        return self._means.desk.premises.cameras[self.camera_id]

    @property
    def blind(self) -> str | None:
        """Return why the camera is blind, None while it sees or nobody knows."""
        return self._health.blind

    @property
    def thresholds(self) -> Thresholds:
        """Return the model's thresholds, moved for this camera."""
        info = self._means.detector.info
        return self.view.thresholds(info.thresholds if info is not None else Thresholds())

    async def see(self, *, threshold: float, urgent: bool, rank: int = 0) -> Seen:
        """Look for people in one fresh still."""
        frame = await self.still()
        if not isinstance(frame, Frame):
            return frame
        return await self.judge(frame, threshold=threshold, urgent=urgent, rank=rank)

    async def still(self) -> Frame | Unseen | None:
        """Return a fresh still, None when it is the one before."""
        return await self._attempt(self._fetch())

    async def peek(self, frame: Frame) -> Glance | Unseen | None:
        """Return a frame as a whole, and learn how the camera sees."""
        return await self._attempt(self._peek(frame))

    async def judge(self, frame: Frame, *, threshold: float, urgent: bool, rank: int = 0) -> Seen:
        """Look for people in a frame, once it is this camera's turn."""
        return await self._attempt(self._judge(frame, threshold, urgent=urgent, rank=rank))

    async def _attempt[T](self, step: Awaitable[T]) -> T | Unseen | None:
        try:
            return await step
        except (CouldNotLook, FrameRefused) as err:
            return self._failed(err.code)
        except Exception:  # a bug in an adapter must not pass for an empty room
            if not self._told_bug:
                _LOGGER.exception("Looking at %s failed", self.camera_id)
            self._told_bug = True
            return self._failed("unexpected")

    async def _fetch(self) -> Frame | Unseen | None:
        now = self._means.clock.now
        began = now()
        frame = await self._means.camera.still(self.view.source, timeout_s=STILL_TIMEOUT_S)
        came = now()
        self.pace.fetched((came - began).total_seconds())
        # Measured against the asking: a camera that needs long to answer is slow, not stale. A
        # snapshot is stamped when the camera is asked, a moment after us.
        since = min(max(frame.captured_at, began), came)
        if not is_fresh(frame.captured_at, since):
            raise CouldNotLook("frame_stale")
        self._came = came
        if frame.picture == self._picture:
            self.pace.repeated(came)
            return self._repeated() if self._judged_number == self._number else frame
        self.pace.changed(came)
        self._picture = frame.picture
        self._number += 1
        return frame

    async def _peek(self, frame: Frame) -> Glance:
        glance = await self._means.detector.glance(
            frame.picture, timeout_s=LOOK_TIMEOUT_S, camera=self.camera_id, masks=self.view.masks
        )
        self._learn(glance)
        return glance

    async def _judge(self, frame: Frame, threshold: float, *, urgent: bool, rank: int) -> Seen:
        now = self._means.clock.now
        asked = now()
        async with self._means.turns.turn(self.camera_id, urgent=urgent, rank=rank):
            self.pace.waited((now() - asked).total_seconds())
            if not is_fresh(self._came, now()):  # it grew old while it waited
                newer = await self._fetch()
                if not isinstance(newer, Frame):
                    return newer
                frame = newer
            detection = await self._means.detector.look(
                frame.picture,
                timeout_s=LOOK_TIMEOUT_S,
                camera=self.camera_id,
                masks=self.view.masks,
                urgent=urgent,
            )
        self._learn(detection.glance or self._glance)
        return self._count(frame, detection, threshold)

    def _learn(self, glance: Glance) -> None:
        if self._judged_number == self._number:
            return  # a frame that is looked at after a glance is no second frame
        if self._glance is UNJUDGED:
            self._health = replace(self._health, scenes=Scenes())  # learnt from no picture
        self._judged_number, self._glance = self._number, glance
        self._health = after_glance(
            self._health, glance, self._means.clock.now(), digest=self._digest
        )

    @property
    def _digest(self) -> bytes:
        return self._number.to_bytes(8)

    def _count(self, frame: Frame, detection: Detection, threshold: float) -> Seen:
        """Keep those who count; a frame without them is believed only from a camera that sees."""
        counted = counting(detection, self.view)
        people = tuple(person for person in counted.people if person.score >= threshold)
        suspect = self._suspect()
        if suspect is not None and not people:
            self._shown.show(
                CameraLook(
                    at=frame.captured_at, detection=None, reason=suspect, blind=self._health.blind
                )
            )
            # While good frames come it recovers: blindness of long ago is not told anew.
            lasts = self._health.blind is not None and not self._health.good.looks
            return Unseen(reason=suspect, blind=lasts, failed=False)
        if self._tracks.at is not None:
            later_s = (frame.captured_at - self._tracks.at).total_seconds()
            if abs(later_s) > VOTES_FOR_S:
                self._frames.clear()
                self._moments.clear()
            if later_s < -VOTES_FOR_S:  # the clock was set back
                self._tracks = Tracks(next_id=self._tracks.next_id)
        self._tracks = follow(self._tracks, counted.people, frame.captured_at, begins_at=threshold)
        self._frames.append(counted)
        self._moments.append(frame.captured_at)
        sight = self._sight(counted, people, frame.captured_at, threshold)
        self._shown.show(
            CameraLook(
                at=frame.captured_at,
                detection=detection,
                reason=None,
                picture=frame.picture,
                people=people,
                count=sight.count,
                person=sight.person,
                blind=self._health.blind,
            )
        )
        return sight

    def _suspect(self) -> str | None:
        """Return what is wrong with the newest frame, told or not yet; None when it is to be believed."""
        if self._health.blind is not None:
            return self._health.blind
        return self._health.same.reason if self._health.bad.looks else None

    def _sight(
        self,
        counted: Detection,
        people: tuple[PersonBox, ...],
        at: datetime,
        threshold: float,
    ) -> Sight:
        policy = self._means.desk.premises.policy
        voted = found(
            tuple(self._frames),
            needed=policy.frames_needed,
            window=policy.frames_window,
            threshold=threshold,
            moments=tuple(self._moments),
        )
        self._known = self._known or len(self._frames) >= policy.frames_needed
        unknown = self._health.blind is not None or not self._known
        count = count_at_once(self._tracks, policy.frames_needed)
        longest = max(self._tracks.live, key=lambda track: dwell_s(track, at), default=None)
        going = direction(longest, self.view.region) if longest is not None else Direction.NONE
        return Sight(
            at=at,
            detection=counted,
            people=people,
            person=True if voted is not None else None if unknown else False,
            box=voted.box if voted is not None else None,
            count=count if voted is None else max(count, 1),
            dwell_s=round(dwell_s(longest, at), 1) if longest is not None else 0.0,
            direction="" if going is Direction.NONE else going.value,
        )

    def _repeated(self) -> Unseen | None:
        """Note that the same picture came again; it says nothing, and after a while that the camera froze."""
        at = self._means.clock.now()
        self._health = after_glance(self._health, self._glance, at, digest=self._digest)
        if self._health.blind is None:
            return None
        return self._unseen(self._health.blind, failed=False)

    def _failed(self, reason: str) -> Unseen | None:
        """Note a look that failed; a frame that a newer one replaced is no failure."""
        if reason == SUPERSEDED:
            return None
        self._health = after_failure(self._health, reason, self._means.clock.now())
        return self._unseen(reason, failed=True)

    def _unseen(self, reason: str, *, failed: bool) -> Unseen:
        blind = self._health.blind
        self._shown.show(
            CameraLook(at=self._means.clock.now(), detection=None, reason=reason, blind=blind)
        )
        return Unseen(reason=reason, blind=blind is not None, failed=failed)

    def quiet(self, at: datetime) -> None:
        """Show that nothing moves: what the last look showed still holds."""
        self._shown.quiet(at, self._health.blind)

    def show_before(self, frame: Frame, detection: Detection, threshold: float) -> bool:
        """Show a still from before the trip if somebody is on it; it never counts for the vote."""
        counted = counting(detection, self.view)
        people = tuple(person for person in counted.people if person.score >= threshold)
        if people and not self._shown.people:
            self._shown.show(
                CameraLook(
                    at=frame.captured_at,
                    detection=detection,
                    reason=None,
                    picture=frame.picture,
                    people=people,
                    blind=self._health.blind,
                )
            )
        return bool(people)

    def close(self) -> None:
        """Nobody looks from now on: what is known of the camera stays, what was on its frames goes."""
        self._frames.clear()
        self._moments.clear()
        self._known = False
        self._tracks = Tracks(next_id=self._tracks.next_id)
        self._picture = b""
        self.pace.begins_anew()
        self._shown.close()
