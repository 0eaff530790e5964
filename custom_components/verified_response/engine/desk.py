"""The one entrance: a command is decided, written down, folded, published, and then acted upon.

Durable before visible. When nothing can be written, the alarm goes on from memory (siren, people at
home, abort), but nothing is shared and no code is made (ADR-003); what happened meanwhile is written
down as soon as the journal takes it again.
"""

import asyncio
import json
import logging
from collections.abc import Callable, Coroutine, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ..core import events as ev
from ..core.codec import from_plain, to_plain
from ..core.commands import (
    Command,
    HubStarted,
    NoteJump,
    OpenDoor,
    RequestGrant,
    ShareWith,
    TimePassed,
)
from ..core.errors import JournalUnavailableError, WorkFailedError
from ..core.folds.evolve import evolve
from ..core.premises import Premises
from ..core.rules.decide import decide, next_deadline
from ..core.state import PremisesState
from .feed import Feed, Snapshot
from .ports import Clock, Entry, Journal, Record

_LOGGER = logging.getLogger(__name__)

NEEDS_RECORD = (RequestGrant, ShareWith, OpenDoor)
"""Refused while nothing can be written: what opens a door or leaves the house is on record first."""
SNAPSHOT_EVERY = 200
"""Records between snapshots: folding 200 takes a few ms, so start-up stays far below 0.3 s."""
SLEWED_S = 2.0
"""A clock is put right by less than this in small steps; more is a jump."""
WRITE_AGAIN_S = 5.0
"""How soon a journal that failed is tried again, though nothing else happens."""
CHAIN_STARTED = "chain_started"
"""The journal's own record: a damaged file was set aside, and what it knew is not known here."""
REPLAY_SLICE = 100
"""Records folded before the event loop gets its turn, well under a 20 ms hold."""


class Desk:
    """Owns the state of one premises; everything that changes it passes through submit()."""

    def __init__(self, *, premises: Premises, journal: Journal, clock: Clock) -> None:
        self._journal = journal
        self._clock = clock
        self._turn = asyncio.Lock()
        self._unwritten: list[Entry] = []
        self._seq = 0
        self._snapshot_seq = 0
        self._cancel_deadline: Callable[[], None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._stopping = False
        self._read_at = (clock.now(), clock.elapsed())
        self.feed = Feed(Snapshot(premises=premises, state=PremisesState()))

    @property
    def premises(self) -> Premises:
        """Return what is protected."""
        return self.feed.latest.premises

    @property
    def state(self) -> PremisesState:
        """Return everything known."""
        return self.feed.latest.state

    def now(self) -> datetime:
        """Return the moment by which everything here is decided."""
        return self._clock.now()

    @property
    def durable(self) -> bool:
        """Say whether everything known is on disk."""
        return not self._unwritten

    async def start(self, *, resumed: bool = False) -> None:
        """Replay the journal and take up duty; raises JournalUnavailableError.

        `resumed`: the same run of the hub took its configuration anew, so nothing was missed.
        """
        await self._journal.open()
        state = await self._replay()
        last_alive = state.last_alive
        self.feed.publish(replace(self.feed.latest, state=state))
        await self.submit(HubStarted(last_alive=last_alive, resumed=resumed))

    async def _replay(self) -> PremisesState:
        state = PremisesState()
        saved = await self._journal.load_snapshot()
        if saved is not None:
            try:
                state = await asyncio.to_thread(_decode_state, saved[1])
                self._seq = self._snapshot_seq = saved[0]
            except ValueError:
                _LOGGER.warning(
                    "The snapshot does not fit this version; replaying the whole journal"
                )
                state, self._seq = PremisesState(), 0
        records = await self._journal.read(after=self._seq)
        for index, record in enumerate(records):
            if record.kind == CHAIN_STARTED:
                self.show(journal_set_aside=str(record.payload.get("file", "")))
            event = event_of(record)
            if event is not None:
                state = evolve(state, event, record.at)
            self._seq = record.seq
            if index % REPLAY_SLICE == REPLAY_SLICE - 1:
                await asyncio.sleep(0)
        return state

    async def submit(self, command: Command) -> Sequence[ev.Event]:
        """Decide and act; raises InvalidRequestError, or WorkFailedError when a record is needed first."""
        async with self._turn:
            events = await _undivided(self._take(command))
        if self._seq - self._snapshot_seq >= SNAPSHOT_EVERY:
            await self._save_snapshot()
        return events

    async def _take(self, command: Command) -> Sequence[ev.Event]:
        jumped_s = self._jumped_s()
        if abs(jumped_s) > SLEWED_S:
            _LOGGER.warning("The clock was set by %+.0f s", jumped_s)
            await self._follow(NoteJump(by_s=jumped_s))
        return await self._follow(command)

    def _jumped_s(self) -> float:
        """Return how far the clock was set since it was read last."""
        now, elapsed = self._clock.now(), self._clock.elapsed()
        before, elapsed_before = self._read_at
        self._read_at = (now, elapsed)
        return (now - before).total_seconds() - (elapsed - elapsed_before)

    async def _follow(self, command: Command) -> Sequence[ev.Event]:
        now = self._clock.now()
        events = decide(self.state, self.premises, command, now)
        if events or self._unwritten:
            state = self.state
            for event in events:
                state = evolve(state, event, now)
            await self._write(command, [_entry(event, now) for event in events])
            latest = self.feed.latest  # what is only shown may have changed meanwhile
            self.feed.publish(
                replace(latest, state=state, durable=self.durable, news=tuple(events), at=now)
            )
        self._arm_deadline()
        return events

    async def _write(self, command: Command, entries: list[Entry]) -> None:
        batch = [*self._unwritten, *entries]
        try:
            self._seq = await self._journal.append(batch)
        except JournalUnavailableError as err:
            if isinstance(command, NEEDS_RECORD):
                raise WorkFailedError("journal_needed_first") from err
            if not self._unwritten:
                _LOGGER.error("The journal cannot be written (%s); going on from memory", err.code)  # noqa: TRY400 - the code says it
            self._unwritten = batch
            return
        if self._unwritten:
            _LOGGER.warning("The journal is written again; nothing was lost")
        self._unwritten = []

    def show(self, **changes: object) -> None:
        """Publish what is only seen, not decided (zone states, camera looks): never journalled."""
        latest = self.feed.latest
        self.feed.publish(replace(latest, news=(), at=self._clock.now(), **changes))  # type: ignore[arg-type]  # names checked by replace

    def _arm_deadline(self) -> None:
        if self._cancel_deadline is not None:
            self._cancel_deadline()
            self._cancel_deadline = None
        due = next_deadline(self.state, self.premises)
        if self._unwritten:
            again = self._clock.now() + timedelta(seconds=WRITE_AGAIN_S)
            due = again if due is None else min(due, again)
        if due is not None and not self._stopping:
            self._cancel_deadline = self._clock.call_at(due, self._time_passed)

    def _time_passed(self) -> None:
        self._cancel_deadline = None
        self.run(self._submit_time(), name="deadline")

    async def _submit_time(self) -> None:
        await self.submit(TimePassed())

    def run(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        """Run a coroutine beside; it is awaited or cancelled at stop."""
        if self._stopping:
            work.close()
            return
        task = asyncio.create_task(work, name=f"verified_response {name}")
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            _LOGGER.error("%s failed", task.get_name(), exc_info=error)

    async def _save_snapshot(self) -> None:
        if self._unwritten:
            return
        seq, state = self._seq, self.state
        self._snapshot_seq = seq  # at once: commands that come meanwhile make no second one
        try:
            await self._journal.save_snapshot(seq, await asyncio.to_thread(_encode_state, state))
        except JournalUnavailableError:
            _LOGGER.debug("No snapshot now; the journal alone is enough")

    async def stop(self) -> None:
        """Finish what runs, save a snapshot, close the journal."""
        self._stopping = True
        if self._cancel_deadline is not None:
            self._cancel_deadline()
            self._cancel_deadline = None
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        async with self._turn:
            if self._unwritten:
                await self._write(TimePassed(), [])
            await self._save_snapshot()
        await self._journal.close()


async def _undivided[T](work: Coroutine[Any, Any, T]) -> T:
    """Finish what must not be half done (on disk, but not in memory), then let a cancellation through."""
    step = asyncio.create_task(work)
    try:
        return await asyncio.shield(step)
    except asyncio.CancelledError:
        while not step.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait({step})
        raise


def _entry(event: ev.Event, now: datetime) -> Entry:
    return Entry(
        at=now, kind=type(event).__name__, subject=ev.subject_of(event), payload=to_plain(event)
    )


def event_of(record: Record) -> ev.Event | None:
    """Return the event of a record; None for what this version does not understand."""
    kind = ev.EVENT_TYPES.get(record.kind)
    if kind is None:
        return None
    try:
        event: ev.Event = from_plain(kind, record.payload)
    except ValueError:  # an alarm that starts without one old fact beats none at all
        _LOGGER.exception(
            "Record %d of the journal cannot be understood; going on without it", record.seq
        )
        return None
    return event


def _encode_state(state: PremisesState) -> str:
    return json.dumps(to_plain(state), separators=(",", ":"))


def _decode_state(payload: str) -> PremisesState:
    """Return the state; raises ValueError when it was not written by these very classes."""
    plain = json.loads(payload)
    state = from_plain(PremisesState, plain)
    if to_plain(state) != plain:
        raise ValueError("written by another version")
    return state
