"""Codes: one per slot, never anywhere but in the answer and on the lock."""

import asyncio
import logging
from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.access import CredentialStatus
from custom_components.verified_response.core.errors import (
    InvalidRequestError,
    JournalUnavailableError,
    WorkFailedError,
)
from custom_components.verified_response.engine import granting, outbox
from custom_components.verified_response.engine.granting import Asked, wait_until_gone
from custom_components.verified_response.engine.lock_ports import LockCapabilities

from .rig import CODES, Rig


def bounds(rig: Rig, door: str, shortest: int, longest: int) -> None:
    async def capabilities() -> LockCapabilities:
        return LockCapabilities(slots=10, min_length=shortest, max_length=longest, read_back=True)

    rig.locks.locks[door].capabilities = capabilities


async def test_a_grant_is_confirmed_by_each_lock(rig: Rig):
    result = await rig.grant("front", "back")
    assert {door: item.status for door, item in result.locks.items()} == {
        "front": CredentialStatus.CONFIRMED,
        "back": CredentialStatus.CONFIRMED,
    }
    for door in ("front", "back"):
        assert list(rig.locks.locks[door].codes.values()) == [result.code]
    assert result.expires_at == rig.clock.now() + timedelta(hours=1)


async def test_it_is_on_disk_before_any_lock_is_touched(rig: Rig):
    lock = rig.locks.locks["front"]
    set_code = lock.set_code
    written: list[list[str]] = []

    async def look(*args, **kwargs):
        written.append(rig.journal.kinds)
        return await set_code(*args, **kwargs)

    lock.set_code = look
    await rig.grant("front")
    assert {"GrantWritten", "EffectRequested", "EffectStarted"} <= set(written[0])


async def test_two_grants_at_once_never_share_a_slot(rig: Rig):
    for lock in rig.locks.locks.values():
        lock.delay_s = 0.005
        lock.read_back = False  # such a lock cannot say which slots are taken
    results = await asyncio.gather(*(rig.grant("front", "back") for _ in range(4)))
    slots = [result.locks["front"].slot for result in results]
    assert len(set(slots)) == 4
    assert len({result.code for result in results}) == 4


async def test_the_code_is_nowhere_but_in_the_answer_and_on_the_lock(rig: Rig, caplog):
    caplog.set_level(logging.DEBUG)
    results = [await rig.grant("front", "back"), await rig.grant("front", code="680247")]
    rig.locks.locks["back"].unavailable = True
    await rig.do(cmd.RevokeGrant(grant_id=results[0].grant_id, by="owner"))
    await rig.stop()
    assert rig.journal.snapshot is not None
    everything = [
        repr(rig.journal.rows),
        repr(rig.journal.snapshot),
        repr(rig.news),
        repr(rig.desk.feed.latest),
        repr(results),
        caplog.text,
    ]
    for code in (*CODES, "680247"):
        assert not [place for place in everything if code in place]
    assert [await rig.granting.code_of(result.grant_id) for result in results] == [None, None]


async def test_the_length_fits_every_lock(rig: Rig):
    bounds(rig, "front", 4, 5)
    bounds(rig, "back", 5, 8)
    result = await rig.grant("front", "back")
    assert len(result.code) == 5


async def test_locks_that_agree_on_no_length(rig: Rig):
    bounds(rig, "front", 4, 4)
    bounds(rig, "back", 6, 8)
    with pytest.raises(InvalidRequestError, match="locks_want_different_lengths"):
        await rig.grant("front", "back")
    assert rig.desk.state.grants == {}


@pytest.mark.parametrize("code", ["", "123", "12a456", "123456789", "１２３４", "-1234", "12 34"])
async def test_a_given_code_must_fit(rig: Rig, code: str):
    with pytest.raises(InvalidRequestError, match="code_bad_length"):
        await rig.grant("front", code=code)
    assert rig.desk.state.grants == {}
    assert rig.locks.locks["front"].history == []


async def test_a_given_code_is_used(rig: Rig):
    assert (await rig.grant("front", code="0680247")).code == "0680247"
    assert list(rig.locks.locks["front"].codes.values()) == ["0680247"]


async def test_no_lock_chosen(rig: Rig):
    with pytest.raises(InvalidRequestError, match="no_lock_chosen"):
        await rig.granting.grant(
            Asked(
                doors=(), expires_at=rig.clock.now() + timedelta(hours=1), recipient="x", by="owner"
            )
        )


async def test_one_lock_that_fails_does_not_stop_the_other(rig: Rig):
    rig.locks.locks["front"].unavailable = True
    result = await rig.grant("front", "back", "cellar")
    assert result.locks["back"].status is CredentialStatus.CONFIRMED
    assert result.locks["front"].status is CredentialStatus.FAILED
    assert result.locks["front"].reason == "lock_unavailable"
    assert result.locks["cellar"].reason == "lock_unknown"


async def test_when_no_lock_can_take_it_the_grant_is_over(rig: Rig):
    rig.locks.locks["front"].unavailable = True
    result = await rig.grant("front")
    assert rig.desk.state.grants[result.grant_id].end_reason == "no_lock_took_it"


async def test_a_lock_that_never_answers_is_unavailable(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(granting, "SEARCH_S", 0.01)
    rig.locks.locks["front"].delay_s = 60
    result = await rig.grant("front", "back")
    assert result.locks["front"].reason == "lock_unavailable"
    assert result.locks["back"].status is CredentialStatus.CONFIRMED


async def test_patience_with_an_answer_ends_and_unclear_stays_unclear(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(granting, "OUTCOME_S", 0.01)
    answer = asyncio.Event()
    lock = rig.locks.locks["front"]
    set_code = lock.set_code

    async def slowly(*args, **kwargs):
        await answer.wait()
        return await set_code(*args, **kwargs)

    lock.set_code = slowly
    result = await rig.grant("front")
    assert result.locks["front"].status is CredentialStatus.REQUESTED
    assert await rig.granting.code_of(result.grant_id) == result.code  # the lock has yet to get it
    answer.set()
    await rig.settle()
    grant = rig.desk.state.grants[result.grant_id]
    assert grant.credentials["front"].status is CredentialStatus.CONFIRMED
    assert await rig.granting.code_of(result.grant_id) is None
    assert rig.vault.codes == {}


async def test_caller_gone_while_the_locks_answer(rig: Rig):
    """The race of an impatient caller and a slow lock: no code in memory, and none stays on the lock."""
    answer = asyncio.Event()
    lock = rig.locks.locks["front"]
    set_code = lock.set_code

    async def slowly(*args, **kwargs):
        await answer.wait()
        return await set_code(*args, **kwargs)

    lock.set_code = slowly
    task = asyncio.create_task(rig.grant("front", lasts=600))
    await rig.settle()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert rig.granting._codes == {}
    answer.set()
    await rig.settle()
    [grant] = rig.desk.state.grants.values()
    assert grant.is_gone
    assert lock.codes == {}


async def test_caller_gone_while_the_grant_is_written_down(rig: Rig):
    """The race of a cancellation and the disk: it is written, so it is also followed to its end."""
    append, gate = rig.journal.append, asyncio.Event()

    async def slowly(entries):
        seq = await append(entries)
        if any(entry.kind == "GrantWritten" for entry in entries):
            await gate.wait()
        return seq

    rig.journal.append = slowly
    task = asyncio.create_task(rig.grant("front", lasts=600))
    await rig.settle()
    task.cancel()
    await rig.settle()
    gate.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    await rig.settle()
    assert rig.granting._codes == {}
    [grant] = rig.desk.state.grants.values()
    assert grant.is_gone
    assert rig.locks.locks["front"].codes == {}


async def test_without_a_record_nothing_is_written_to_any_lock(rig: Rig):
    rig.journal.fail_with = JournalUnavailableError("journal_disk_full")
    with pytest.raises(WorkFailedError, match="journal_needed_first"):
        await rig.grant("front", "back")
    await rig.wait(600)
    assert rig.granting._codes == {}
    assert rig.desk.state.grants == {}
    assert [lock.history for lock in rig.locks.locks.values()] == [[], []]


async def test_the_end_of_time_removes_the_code(rig: Rig):
    await rig.grant("front", lasts=600)
    await rig.wait(599)
    assert rig.locks.locks["front"].codes != {}
    await rig.wait(1)
    assert rig.locks.locks["front"].codes == {}


async def test_waiting_until_it_is_gone(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    result = await rig.grant("front")
    await rig.do(cmd.RevokeGrant(grant_id=result.grant_id, by="owner"))
    await wait_until_gone(rig.desk, result.grant_id)
    assert rig.desk.state.grants[result.grant_id].is_gone
    monkeypatch.setattr(granting, "OUTCOME_S", 0.01)
    other = await rig.grant("front")
    rig.locks.locks["front"].unavailable = True
    await rig.do(cmd.RevokeGrant(grant_id=other.grant_id, by="owner"))
    listeners = len(rig.desk.feed._listeners)
    await wait_until_gone(rig.desk, other.grant_id)
    assert not rig.desk.state.grants[other.grant_id].is_gone
    assert len(rig.desk.feed._listeners) == listeners


async def test_a_write_that_is_never_answered_is_cleared(rig: Rig, monkeypatch: pytest.MonkeyPatch):
    """Nobody knows whether the code is on the lock: it is taken off again."""
    monkeypatch.setattr(outbox, "LOCK_TIMEOUT_S", 0.01)
    lock = rig.locks.locks["front"]
    set_code = lock.set_code

    async def written_without_a_word(*args, **kwargs):
        await set_code(*args, **kwargs)
        await asyncio.Event().wait()

    lock.set_code = written_without_a_word
    result = await rig.grant("front")
    await rig.settle()
    assert rig.desk.state.grants[result.grant_id].is_gone
    assert lock.codes == {}


# --- the vault


async def test_what_no_grant_owns_is_forgotten_at_the_start(rig: Rig):
    rig.vault.codes["of nobody"] = "274913"
    await rig.restart()
    assert rig.vault.codes == {}


async def test_a_full_disk_keeps_the_alarm_from_nothing(rig: Rig):
    """The house starts, though what should be forgotten cannot be."""
    rig.vault.codes["of nobody"] = "274913"
    rig.vault.fails = True
    await rig.restart()
    await rig.panic()
    assert rig.incident.is_open
    rig.vault.fails = False
    await rig.restart()
    assert rig.vault.codes == {}


async def test_without_a_safe_place_for_the_code_no_grant_is_made(rig: Rig):
    rig.vault.fails = True
    with pytest.raises(WorkFailedError, match="code_not_kept"):
        await rig.grant("front")
    assert rig.desk.state.grants == {}
    assert rig.locks.locks["front"].history == []


async def test_a_code_that_a_lock_has_already_is_drawn_anew(rig: Rig):
    lock = rig.locks.locks["front"]
    lock.shows_codes = False
    lock.codes[1], lock.names[1] = CODES[0], "Anna"
    result = await rig.grant("front")
    assert result.code == CODES[1]
    assert result.locks["front"].status is CredentialStatus.CONFIRMED
    assert set(lock.codes.values()) == {CODES[0], CODES[1]}


async def test_codes_that_locks_show_are_kept_away_from(rig: Rig):
    lock = rig.locks.locks["front"]
    lock.codes[1] = CODES[0][:-1] + ("0" if CODES[0][-1] != "0" else "1")
    assert (await rig.grant("front")).code == CODES[1]


async def test_codes_of_live_grants_are_kept_away_from(rig: Rig):
    for lock in rig.locks.locks.values():
        lock.read_back = False
    first = await rig.grant("front")
    near = first.code[:-1] + ("0" if first.code[-1] != "0" else "1")
    with pytest.raises(InvalidRequestError, match="code_too_close"):
        await rig.grant("back", code=near)


@pytest.mark.parametrize("code", ["1234", "111111", "198475", "121212"])
async def test_a_code_that_people_would_guess_is_refused(rig: Rig, code: str):
    with pytest.raises(InvalidRequestError, match="code_weak"):
        await rig.grant("front", code=code)


async def test_a_standing_code_is_the_only_one(rig: Rig):
    rig.locks.locks["front"].standing = "471186"
    assert (await rig.grant("front")).code == "471186"
    with pytest.raises(InvalidRequestError, match="locks_want_different_codes"):
        await rig.grant("front", "back")
    with pytest.raises(InvalidRequestError, match="locks_want_different_codes"):
        await rig.grant("front", code="930572")
