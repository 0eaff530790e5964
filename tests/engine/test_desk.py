"""The one entrance: durable before visible, one command at a time, and nothing half done."""

import asyncio
import json
from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import Preset
from custom_components.verified_response.core.codec import from_plain, to_plain
from custom_components.verified_response.core.errors import (
    InvalidRequestError,
    JournalUnavailableError,
    WorkFailedError,
)
from custom_components.verified_response.core.folds.evolve import evolve
from custom_components.verified_response.core.incident import Stage
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.state import Phase, PremisesState
from custom_components.verified_response.engine import desk as desk_module
from custom_components.verified_response.engine.desk import event_of
from custom_components.verified_response.engine.feed import Snapshot
from custom_components.verified_response.engine.ports import Entry, Record
from tests import builders
from tests.fakes.journal import FakeJournal

from .rig import Rig

FULL = JournalUnavailableError("journal_disk_full")
WRONG_CODE = cmd.NoteWrongCode(area_id=None, by="keypad")


class SlowJournal(FakeJournal):
    """Writes when told to, like a thread that nobody can stop."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.writing = 0
        self.together = 0

    async def append(self, entries: list[Entry]) -> int:
        self.writing += 1
        self.together = max(self.together, self.writing)
        try:
            seq = await super().append(entries)
            await self.gate.wait()
        finally:
            self.writing -= 1
        return seq


@pytest.fixture
async def slow():
    rig = Rig()
    rig.journal = SlowJournal()
    rig._assemble(resumed=False)
    await rig.start()
    yield rig
    rig.journal.gate.set()
    await rig.stop()


async def replayed(rig: Rig) -> PremisesState:
    state = PremisesState()
    for record in await rig.journal.read():
        event = event_of(record)
        assert event is not None
        state = evolve(state, event, record.at)
    return state


async def busy_evening(rig: Rig) -> None:
    await rig.arm()
    await rig.trip()
    await rig.confirm()
    await rig.grant("front")
    await rig.dismiss()


# --- durable before visible -------------------------------------------------------------------


async def test_a_listener_never_sees_what_the_journal_does_not_have(rig: Rig):
    seen: list[tuple[int, int]] = []
    count = len(rig.journal.rows)

    def check(snapshot: Snapshot) -> None:
        nonlocal count
        count += len(snapshot.news)
        seen.append((count, len(rig.journal.rows)))

    rig.desk.feed.subscribe(check)
    await busy_evening(rig)
    assert len(seen) > 10
    assert all(shown <= written for shown, written in seen)


async def test_nothing_is_visible_while_the_journal_still_writes(slow: Rig):
    slow.journal.gate.clear()
    before, heard = slow.desk.state, len(slow.news)
    task = asyncio.create_task(slow.desk.submit(WRONG_CODE))
    await slow.settle()
    assert slow.journal.kinds[-1] == "WrongCode"
    assert slow.desk.state is before
    assert len(slow.news) == heard
    slow.journal.gate.set()
    await task
    assert isinstance(slow.news[-1], ev.WrongCode)


async def test_a_refused_command_changes_nothing(rig: Rig):
    before, rows = rig.desk.feed.latest, len(rig.journal.rows)
    with pytest.raises(InvalidRequestError):
        await rig.do(cmd.Dismiss(incident_id="nobody", by="owner"))
    assert rig.desk.feed.latest is before
    assert len(rig.journal.rows) == rows


async def test_two_commands_at_once_are_taken_one_after_the_other(slow: Rig):
    slow.journal.gate.clear()
    arms = [
        asyncio.create_task(slow.desk.submit(cmd.Arm(area_id=area, mode=ArmMode.AWAY, by="owner")))
        for area in ("house", "garage")
    ]
    await slow.settle()
    slow.journal.gate.set()
    await asyncio.gather(*arms)
    assert slow.journal.together == 1
    assert {slow.desk.state.area(area).phase for area in ("house", "garage")} <= {
        Phase.ARMING,
        Phase.ARMED,
    }
    assert await replayed(slow) == slow.desk.state


async def test_caller_cancelled_in_the_middle_of_a_write_leaves_disk_and_memory_equal(slow: Rig):
    slow.journal.gate.clear()
    task = asyncio.create_task(
        slow.desk.submit(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    )
    await slow.settle()
    task.cancel()
    task.cancel()
    await slow.settle()
    task.cancel()
    slow.journal.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await slow.desk.submit(WRONG_CODE)
    assert await replayed(slow) == slow.desk.state
    assert slow.desk.state.area("house").phase is not Phase.DISARMED


async def test_caller_cancelled_while_waiting_its_turn_changes_nothing(slow: Rig):
    slow.journal.gate.clear()
    first = asyncio.create_task(slow.desk.submit(WRONG_CODE))
    second = asyncio.create_task(
        slow.desk.submit(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    )
    await slow.settle()
    second.cancel()
    slow.journal.gate.set()
    await first
    await slow.settle()
    assert slow.desk.state.area("house").phase is Phase.DISARMED
    assert await replayed(slow) == slow.desk.state


async def test_cancelled_caller_of_a_command_that_then_fails(slow: Rig):
    slow.journal.gate.clear()
    task = asyncio.create_task(slow.desk.submit(WRONG_CODE))
    await slow.settle()
    task.cancel()
    await slow.settle()
    slow.journal.fail_with = FULL
    slow.journal.gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    slow.journal.fail_with = None
    await slow.desk.submit(WRONG_CODE)
    assert await replayed(slow) == slow.desk.state


# --- replay and snapshots ---------------------------------------------------------------------


async def test_replay_equals_the_live_state(rig: Rig):
    await busy_evening(rig)
    assert await replayed(rig) == rig.desk.state


async def test_a_start_from_the_snapshot_gives_the_same_state(rig: Rig):
    await busy_evening(rig)
    live = rig.desk.state
    await rig.stop()
    assert rig.journal.snapshot is not None
    seq, _, payload = rig.journal.snapshot
    assert seq == len(rig.journal.rows)
    assert from_plain(PremisesState, json.loads(payload)) == live
    await rig.restart(resumed=True)
    assert rig.desk.state == live


@pytest.mark.parametrize("payload", ["no json", "[]", '{"areas": 3}', '{"unknown": 1}', "null"])
async def test_a_snapshot_of_another_version_is_replaced_by_replay(rig: Rig, payload: str):
    await busy_evening(rig)
    live = rig.desk.state
    await rig.stop()
    seq, digest, _ = rig.journal.snapshot
    rig.journal.snapshot = (seq, digest, payload)
    rig._assemble(resumed=True)
    await rig.start(resumed=True)
    assert rig.desk.state == live


async def test_records_of_another_version_are_passed_over(rig: Rig):
    await rig.journal.append([Entry(at=rig.clock.now(), kind="Tomorrow", subject=None, payload={})])
    await rig.stop()
    rig.journal.snapshot = None
    await rig.restart()
    assert rig.desk.state.area("house").phase is Phase.DISARMED


async def test_a_snapshot_every_two_hundred_records(rig: Rig):
    for _ in range(desk_module.SNAPSHOT_EVERY):
        await rig.desk.submit(WRONG_CODE)
    first = rig.journal.snapshot
    assert first is not None
    assert desk_module.SNAPSHOT_EVERY <= first[0] <= desk_module.SNAPSHOT_EVERY + 2
    await rig.desk.submit(WRONG_CODE)
    assert rig.journal.snapshot is first


async def test_long_replays_let_others_run(rig: Rig):
    for _ in range(2 * desk_module.REPLAY_SLICE + 1):
        await rig.desk.submit(WRONG_CODE)
    await rig.stop()
    rig.journal.snapshot = None
    rig._assemble(resumed=False)
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    task = asyncio.create_task(others())
    await rig.desk.start()
    task.cancel()
    assert turns >= 2


async def test_one_snapshot_at_a_time(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    """Commands that come while a snapshot is being made do not make it again."""
    saved: list[int] = []
    gate = asyncio.Event()
    save = rig.journal.save_snapshot

    async def slowly(seq: int, payload: str) -> None:
        saved.append(seq)
        await gate.wait()
        await save(seq, payload)

    monkeypatch.setattr(rig.journal, "save_snapshot", slowly)
    monkeypatch.setattr(desk_module, "SNAPSHOT_EVERY", 5)
    first = [asyncio.create_task(rig.desk.submit(WRONG_CODE)) for _ in range(5)]
    await asyncio.sleep(0.05)
    second = asyncio.create_task(rig.desk.submit(WRONG_CODE))
    await asyncio.sleep(0.05)
    assert len(saved) == 1
    gate.set()
    await asyncio.gather(*first, second)


async def test_a_snapshot_that_fails_is_no_failure(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    async def fail(seq: int, payload: str) -> None:
        raise FULL

    monkeypatch.setattr(rig.journal, "save_snapshot", fail)
    monkeypatch.setattr(desk_module, "SNAPSHOT_EVERY", 1)
    await rig.desk.submit(WRONG_CODE)
    assert rig.journal.snapshot is None


# --- when nothing can be written --------------------------------------------------------------


async def test_the_alarm_goes_on_from_memory_and_is_written_down_later_in_order(rig: Rig):
    await rig.arm()
    rows = len(rig.journal.rows)
    rig.journal.fail_with = FULL
    await rig.trip()
    assert rig.contacts.sirens == [True]
    assert rig.incident.stage is not Stage.CANCELLED
    assert not rig.desk.durable
    assert not rig.desk.feed.latest.durable
    await rig.dismiss()
    assert rig.contacts.sirens == [True, False]
    assert len(rig.journal.rows) == rows
    rig.journal.fail_with = None
    await rig.do(WRONG_CODE)
    assert rig.desk.durable
    assert rig.desk.feed.latest.durable
    assert await replayed(rig) == rig.desk.state
    assert rig.journal.kinds.count("IncidentOpened") == 1
    assert rig.journal.kinds[-1] == "WrongCode"


async def test_what_was_not_written_is_tried_again_by_itself(rig: Rig):
    """A full disk that has room again, and nobody does anything: it is written all the same."""
    rig.journal.fail_with = FULL
    await rig.do(WRONG_CODE)
    rig.journal.fail_with = None
    await rig.wait(desk_module.WRITE_AGAIN_S)
    assert rig.desk.durable
    assert rig.desk.feed.latest.durable
    assert rig.journal.kinds[-1] == "WrongCode"


async def test_a_confirmed_alarm_is_shared_once_the_journal_writes_again(rig: Rig):
    rig.journal.fail_with = FULL
    await rig.panic()
    assert rig.center.created == []
    rig.journal.fail_with = None
    await rig.wait(desk_module.WRITE_AGAIN_S)
    assert len(rig.center.created) == 1


async def test_what_was_not_written_is_tried_once_more_at_stop(rig: Rig):
    rig.journal.fail_with = FULL
    await rig.do(WRONG_CODE)
    rig.journal.fail_with = None
    await rig.stop()
    assert rig.journal.kinds[-1] == "WrongCode"


async def test_no_snapshot_of_what_was_not_written(rig: Rig):
    await rig.do(WRONG_CODE)
    rig.journal.fail_with = FULL
    await rig.do(WRONG_CODE)
    await rig.stop()
    assert rig.journal.snapshot is None


async def test_no_grant_and_no_sharing_by_hand_without_a_record(rig: Rig):
    await rig.panic()
    rig.journal.fail_with = FULL
    before = rig.desk.feed.latest
    with pytest.raises(WorkFailedError, match="journal_needed_first"):
        await rig.desk.submit(
            cmd.RequestGrant(
                new_id="g",
                recipient="officer",
                by="owner",
                expires_at=rig.clock.now() + timedelta(hours=1),
                fingerprint="f",
                slots={"front": 3},
            )
        )
    rig.journal.fail_with = None
    await rig.do(
        cmd.EffectFailed(effect_id="none", code="x", final=True)
    )  # nothing of it comes back later
    assert rig.desk.feed.latest.state.grants == before.state.grants == {}
    assert "GrantWritten" not in rig.journal.kinds


async def test_no_door_from_afar_without_a_record():
    doors = builders.by_id([builders.door("front", remote_unlock=True)])
    rig = await Rig(builders.premises(doors=doors)).start()
    rig.journal.fail_with = FULL
    opened = cmd.OpenDoor(new_id="p", door_id="front", by="owner", preset=Preset.RESPONDER)
    with pytest.raises(WorkFailedError, match="journal_needed_first"):
        await rig.desk.submit(opened)
    await rig.settle()
    assert rig.desk.state.passages == {}
    assert rig.locks.locks["front"].history == []


async def test_sharing_by_hand_is_refused_without_a_record(rig: Rig):
    await rig.arm()
    await rig.trip()
    rig.journal.fail_with = FULL
    with pytest.raises(WorkFailedError, match="journal_needed_first"):
        await rig.desk.submit(
            cmd.ShareWith(
                incident_id=rig.incident.id, responder_id="desk", ground="consent", by="owner"
            )
        )
    assert rig.incident.deliveries == {}


async def test_a_journal_that_cannot_be_opened_stops_the_start():
    rig = Rig()
    rig.journal.fail_with = FULL
    with pytest.raises(JournalUnavailableError):
        await rig.desk.start()


# --- time -------------------------------------------------------------------------------------


async def test_deadlines_are_armed_again_after_a_start():
    rig = await Rig(exit_delay_s=60).start()
    await rig.do(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    await rig.restart(down=5, resumed=True)
    assert rig.desk.state.area("house").phase is Phase.ARMING
    await rig.wait(56)
    assert rig.desk.state.area("house").phase is Phase.ARMED
    await rig.stop()


async def test_a_deadline_that_passed_while_down_counts_once():
    rig = await Rig(exit_delay_s=60).start()
    await rig.do(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    await rig.restart(down=600)
    await rig.wait(600)
    assert rig.desk.state.area("house").phase is Phase.ARMED
    assert rig.journal.kinds.count("AreaArmed") == 1
    await rig.stop()


async def test_one_timer_at_a_time(rig: Rig):
    await rig.arm()
    await rig.trip()
    for _ in range(5):
        await rig.do(WRONG_CODE)
    assert len(rig.clock._due) == 1


# --- running beside, and the end ----------------------------------------------------------------


async def test_stop_cancels_what_runs_and_closes_the_journal(rig: Rig):
    ended = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    rig.desk.run(forever(), name="forever")
    await rig.settle()
    await rig.stop()
    assert ended.is_set()
    assert not rig.journal.is_open
    assert rig.clock.next_due() is None
    rig.desk.run(forever(), name="too late")
    assert not rig.desk._tasks
    await rig.stop()  # twice is harmless


async def test_stop_waits_for_a_write_that_nobody_can_stop(slow: Rig):
    slow.journal.gate.clear()
    task = asyncio.create_task(
        slow.desk.submit(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    )
    await slow.settle()
    stopping = asyncio.create_task(slow.stop())
    await slow.settle()
    assert not stopping.done()
    slow.journal.gate.set()
    await stopping
    await task
    assert slow.journal.snapshot[0] == len(slow.journal.rows)
    assert slow.clock.next_due() is None


async def test_what_fails_beside_is_told_and_stops_nothing(rig: Rig, caplog):
    async def fail() -> None:
        raise ValueError("a bug")

    rig.desk.run(fail(), name="faulty")
    await rig.settle()
    assert "faulty failed" in caplog.text
    await rig.do(WRONG_CODE)


async def test_what_is_only_shown_is_never_written(rig: Rig):
    rows = len(rig.journal.rows)
    rig.desk.show(chain={"desk": "timed_out"})
    assert rig.desk.feed.latest.chain == {"desk": "timed_out"}
    assert rig.desk.feed.latest.news == ()
    assert len(rig.journal.rows) == rows


async def test_showing_while_a_command_is_written_loses_neither(slow: Rig):
    slow.journal.gate.clear()
    task = asyncio.create_task(
        slow.desk.submit(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    )
    await slow.settle()
    slow.desk.show(chain={"desk": "timed_out"})
    assert slow.desk.state.area("house").phase is Phase.DISARMED
    slow.journal.gate.set()
    await task
    assert slow.desk.feed.latest.chain == {"desk": "timed_out"}
    assert slow.desk.state.area("house").phase is not Phase.DISARMED


async def test_an_event_of_every_record_survives_the_journal(rig: Rig):
    await busy_evening(rig)
    records: list[Record] = list(await rig.journal.read())
    assert [to_plain(event_of(record)) for record in records] == [
        record.payload for record in records
    ]
    assert [type(event_of(record)) for record in records] == [type(event) for event in rig.news]
