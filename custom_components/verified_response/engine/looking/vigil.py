"""One camera for as long as anything wants it looked at: the loop that asks, judges, and rests.

The strongest reason sets the pace: a burst, then the slow watch of an incident, then early warning,
then the ring of stills. All reasons share each frame. It ends when none is left, or at once when told.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from ...core.detection import Glance
from ...core.errors import CouldNotLook, FrameRefused
from ..ports import Frame
from .burst import Search, Want
from .duties import Duty
from .eye import LOOK_TIMEOUT_S, Eye, Means, Sight
from .patrol import Patrol
from .preroll import Preroll

_LOGGER = logging.getLogger(__name__)

MOST_BEFORE: Final = 3
"""Stills from before the trip that are looked at, the newest first."""
AFTER_A_BUG_S: Final = 1.0
LET_GO_S: Final = 10.0


class Vigil:
    """Looks at one camera while it has a duty that is due."""

    def __init__(self, camera_id: str, means: Means, preroll: Preroll) -> None:
        self._camera_id = camera_id
        self._means = means
        self._preroll = preroll
        self._eye = Eye(camera_id, means)
        self._duty = Duty()
        self._searches: dict[str, Search] = {}
        self._patrol: Patrol | None = None
        self._task: asyncio.Task[None] | None = None
        self._task_before: asyncio.Task[None] | None = None
        self._runs = False
        self._ended = False
        self._looked_before = False
        self._woken = asyncio.Event()

    @property
    def blind(self) -> str | None:
        """Return why the camera is blind, None while it sees or nobody knows."""
        return self._eye.blind

    @property
    def runs(self) -> bool:
        """Say whether the camera is looked at now."""
        return self._runs

    def assign(self, duty: Duty) -> None:
        """Take over what the camera is wanted for, and begin when something is due."""
        self._duty = duty
        self._ended = False
        self._searches = {
            incident_id: self._searches.get(incident_id)
            or Search(self._means.desk, incident_id, self._camera_id)
            for incident_id in duty.incidents
        }
        if not duty.patrol:
            self._patrol = None
        elif self._patrol is None:
            self._patrol = Patrol(self._means.desk, self._camera_id, self._means.rates)
        if not duty.preroll:
            self._preroll.drop(self._camera_id)
        for search in self._searches.values():
            if search.want() is Want.BURST and not search.bursts:
                self._eye.pace.hurries()
                self._woken.set()
        self._begin()

    def wake(self) -> None:
        """Look at once: a detector beside the camera tripped."""
        if self._patrol is not None:
            self._patrol.wake()
            self._woken.set()

    def end(self) -> None:
        """Stop looking now, and forget what was seen."""
        if self._ended:
            return
        self._duty = Duty()
        self._searches = {}
        self._patrol = None
        self._preroll.drop(self._camera_id)
        self._ended = True
        for task in (self._task, self._task_before):
            if task is not None:
                task.cancel()

    def _begin(self) -> None:
        if not self._runs and self._is_due():
            self._runs = True
            self._means.desk.run(self._run(), name=f"look {self._camera_id}")

    def _is_due(self) -> bool:
        return (
            self._duty.patrol
            or self._duty.preroll
            or any(search.is_due for search in self._searches.values())
        )

    async def _run(self) -> None:
        self._task = asyncio.current_task()
        try:
            while not self._ended and self._is_due():
                self._woken.clear()
                began = self._means.clock.now()
                try:
                    wanted_s = await self._once()
                except Exception:  # a bug in a rule must not end all looking
                    _LOGGER.exception("Looking at %s went wrong", self._camera_id)
                    wanted_s = AFTER_A_BUG_S
                if not self._is_due():
                    break
                spent = (self._means.clock.now() - began).total_seconds()
                # A clock that was set back must not make the rest as long as that.
                await self._rest(self._eye.pace.interval(wanted_s) - max(spent, 0.0))
        finally:
            self._task = None  # nobody cancels the letting go
            try:
                self._eye.close()
                self._means.turns.forget(self._camera_id)
                await self._let_go()
            finally:
                self._runs = False
                self._begin()  # what came while the end was on its way

    async def _once(self) -> float:
        """Look at one frame for the strongest reason; return the seconds to the next that are wanted."""
        searches = tuple(self._searches.values())
        wants = [(search, await search.turn_over()) for search in searches]
        active = [search for search, want in wants if want is not Want.NOTHING]
        if active:
            return await self._search(active)
        self._looked_before = False
        if self._patrol is not None:
            self._keep(await self._patrol.once(self._eye, rank=self._duty.rank))
            return self._patrol.interval()
        if self._duty.preroll:
            self._keep(await self._still())
        return self._means.rates.preroll_s

    async def _search(self, active: Sequence[Search]) -> float:
        rates, thresholds = self._means.rates, self._eye.thresholds
        threshold = min(search.threshold(thresholds) for search in active)
        hard = any(search.bursts or search.hurries for search in active)
        if hard and not self._looked_before:
            self._looked_before = True
            if frames := self._preroll.frames(self._camera_id):
                newest = tuple(reversed(frames[-MOST_BEFORE:]))
                self._means.desk.run(
                    self._look_before(newest, threshold), name=f"look before {self._camera_id}"
                )
        seen = await self._eye.see(threshold=threshold, urgent=hard, rank=self._duty.rank)
        for search in active:
            await search.take(seen, thresholds)
        if isinstance(seen, Sight) and seen.person and self._patrol is not None:
            self._patrol.seen_elsewhere()
        hard = any(search.bursts or search.hurries for search in active)
        return rates.burst_s if hard else rates.sustain_s

    async def _still(self) -> Frame | None:
        """Return a still for the ring; the camera is known to see, though nobody looks for people."""
        frame = await self._eye.still()
        if not isinstance(frame, Frame):
            return None
        if isinstance(await self._eye.peek(frame), Glance):
            self._eye.quiet(frame.captured_at)
        return frame

    def _keep(self, frame: Frame | None) -> None:
        if frame is not None and self._duty.preroll:
            self._preroll.add(self._camera_id, frame)

    async def _look_before(self, frames: Sequence[Frame], threshold: float) -> None:
        """Look for the person in stills from before the trip; none of them counts as a fresh frame."""
        self._task_before = asyncio.current_task()
        name = f"{self._camera_id}/before"  # a fresh frame must not have to give way to it
        try:
            for frame in frames:
                if not self._searches:  # the incident has ended
                    return
                async with self._means.turns.turn(name, urgent=False):
                    detection = await self._means.detector.look(
                        frame.picture,
                        timeout_s=LOOK_TIMEOUT_S,
                        camera=name,
                        masks=self._eye.view.masks,
                        urgent=False,
                    )
                if self._searches and self._eye.show_before(frame, detection, threshold):
                    return
        except (CouldNotLook, FrameRefused) as err:
            _LOGGER.debug("Stills before the trip could not be looked at: %s", err.code)
        finally:
            self._means.turns.forget(name)
            self._task_before = None

    async def _rest(self, seconds: float) -> None:
        """Wait until the next frame is due, or something is wanted at once."""
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        due = self._means.clock.now() + timedelta(seconds=seconds)
        cancel = self._means.clock.call_at(due, self._woken.set)
        try:
            await self._woken.wait()
        finally:
            cancel()

    async def _let_go(self) -> None:
        try:
            async with asyncio.timeout(LET_GO_S):
                await self._means.camera.rest(self._eye.view.source)
        except Exception:  # a bug in an adapter
            _LOGGER.exception("Camera %s could not be let go of", self._camera_id)
