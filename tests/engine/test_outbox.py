"""Outward acts: in order, written down before tried, alarms at most once, recalls for ever."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import CredentialStatus, Preset
from custom_components.verified_response.core.effects import (
    ClearCredential,
    PendingEffect,
    Push,
    SetCredential,
    Siren,
)
from custom_components.verified_response.core.errors import (
    InvalidRequestError,
    JournalUnavailableError,
    ShareRejectedError,
    ShareRetryableError,
    ShareUnknownError,
    WorkFailedError,
)
from custom_components.verified_response.core.evidence import Threat
from custom_components.verified_response.core.incident import DeliveryStatus
from custom_components.verified_response.engine import outbox
from tests import builders
from tests.fakes.locks import FakeLock

from .rig import QUICK, Rig

FULL = JournalUnavailableError("journal_disk_full")
LOST = ShareUnknownError("timed_out")
DOWN = ShareRetryableError("unreachable")


# --- alarms -----------------------------------------------------------------------------------


async def test_a_call_for_help_reaches_the_desk_and_is_on_disk_first(rig: Rig):
    create = rig.center.create
    written: list[list[str]] = []

    async def look(*args, **kwargs):
        written.append(rig.journal.kinds)
        return await create(*args, **kwargs)

    rig.center.create = look
    await rig.panic()
    assert rig.delivery.status is DeliveryStatus.DELIVERED
    assert rig.delivery.number == "EX-2026-000001"
    assert "EffectStarted" in written[0]
    assert rig.shares == []


async def test_what_surely_did_not_arrive_is_tried_again_ever_more_slowly(rig: Rig):
    rig.center.fails = [DOWN] * 20
    await rig.panic()
    gaps = []
    for _ in range(7):
        due = rig.shares[0].not_before
        gaps.append((due - rig.clock.now()).total_seconds())
        await rig.wait(gaps[-1])
    assert gaps == [2, 4, 8, 16, 32, 60, 60]
    rig.center.fails = []
    await rig.wait(60)
    assert len(rig.center.created) == 1
    assert rig.delivery.status is DeliveryStatus.DELIVERED


@pytest.mark.parametrize(("asked", "waited"), [(45.0, 45.0), (1.0, 2.0), (86400.0, 600.0)])
async def test_the_desk_says_when_to_come_again(rig: Rig, asked: float, waited: float):
    rig.center.fails = [ShareRetryableError("busy", retry_after_s=asked)]
    await rig.panic()
    assert rig.shares[0].not_before == rig.clock.now() + timedelta(seconds=waited)


async def test_a_lost_answer_is_asked_about_and_never_sent_twice(rig: Rig):
    rig.center.loses_answer = True
    rig.center.fails = [LOST]
    await rig.panic()
    await rig.wait(2)
    assert len(rig.center.created) == 1
    assert rig.center.asked == [rig.incident.id]
    assert rig.delivery.number == "EX-2026-000001"


async def test_a_lost_request_is_sent_again_within_the_same_run(rig: Rig):
    rig.center.fails = [LOST]
    await rig.panic()
    assert rig.center.created == []
    await rig.wait(2)
    assert rig.center.asked == [rig.incident.id]
    assert len(rig.center.created) == 1


async def test_a_refusal_is_final_and_people_are_told(rig: Rig):
    rig.center.fails = [ShareRejectedError("refused")]
    await rig.panic()
    await rig.wait(3600)
    assert rig.center.created == []
    assert rig.delivery.status is DeliveryStatus.REJECTED
    assert ("owner", "not_delivered") in rig.contacts.prompts


async def test_a_desk_that_never_answers_is_a_lost_answer(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
):
    async def hang(*_: object, **__: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(outbox, "TIMEOUT_S", 0.01)
    monkeypatch.setattr(rig.center, "create", hang)
    await rig.panic()
    await asyncio.sleep(0.05)
    assert rig.shares[0].last_error == "timed_out"
    monkeypatch.undo()
    await rig.wait(2)
    assert rig.center.asked == [rig.incident.id]


async def test_a_bug_in_one_connector_does_not_stop_the_others(rig: Rig, caplog):
    rig.contacts.deaf["owner"] = ValueError("a bug")
    rig.center.fails = [RuntimeError("another")]
    await rig.panic()
    assert rig.contacts.sirens == [True]
    assert rig.shares[0].last_error == "unexpected"
    assert "a bug" in caplog.text or "another" in caplog.text
    await rig.wait(2)
    assert rig.delivery.status is DeliveryStatus.DELIVERED


async def test_news_waits_behind_the_alarm_it_is_about(rig: Rig):
    rig.center.fails = [DOWN]
    await rig.panic()
    await rig.confirm()
    assert [item.effect.action for item in rig.shares] == ["create", "update"]
    assert rig.center.updated == []
    await rig.wait(2)
    assert len(rig.center.created) == 1
    assert [number for _, number, _ in rig.center.updated] == ["EX-2026-000001"]
    assert rig.shares == []


async def test_news_whose_alarm_got_no_answer_finds_its_number(rig: Rig):
    """Delivered by word of `find()`: the number is learnt before anything else is said."""
    await rig.panic()
    await rig.do(cmd.EffectDone(effect_id="none"))
    rig.center.fails = [DOWN]
    await rig.confirm()
    await rig.wait(2)
    assert [number for _, number, _ in rig.center.updated] == ["EX-2026-000001"]


async def test_two_responders_do_not_wait_for_each_other():
    rig = Rig(
        builders.premises(
            policy=builders.policy(**QUICK),
            responders=builders.by_id([builders.responder("desk"), builders.responder("other")]),
        )
    )
    await rig.start()
    rig.center.fails = [DOWN]
    await rig.panic()
    assert [responder for responder, _ in rig.center.created] == ["other"]
    await rig.stop()


# --- restarts ---------------------------------------------------------------------------------


async def test_what_an_earlier_run_began_is_asked_about_not_repeated(rig: Rig):
    rig.center.fails = [LOST]
    await rig.panic()
    await rig.restart()
    await rig.wait(60)
    assert rig.center.asked == [rig.incident.id]
    assert rig.center.created == []
    assert rig.delivery.status is DeliveryStatus.HELD
    await rig.wait(7200)
    assert rig.center.created == []


async def test_what_an_earlier_run_began_and_which_arrived_is_delivered(rig: Rig):
    rig.center.loses_answer = True
    rig.center.fails = [LOST]
    await rig.panic()
    await rig.restart()
    await rig.wait(60)
    assert rig.delivery.status is DeliveryStatus.DELIVERED
    assert len(rig.center.created) == 1


async def test_a_desk_that_cannot_be_asked_at_first_is_asked_again_and_gets_nothing_sent(rig: Rig):
    """The race of two failures: an attempt of an earlier run, and a question that fails."""
    rig.center.fails = [LOST]
    await rig.panic()
    rig.center.fails = [DOWN, LOST]
    await rig.restart()
    await rig.wait(60)
    assert len(rig.center.asked) == 3
    assert rig.center.created == []
    assert rig.delivery.status is DeliveryStatus.HELD


async def test_a_person_releases_what_was_held(rig: Rig):
    rig.center.fails = [LOST]
    await rig.panic()
    await rig.restart()
    await rig.wait(60)
    await rig.do(
        cmd.ShareWith(
            incident_id=rig.incident.id, responder_id="desk", ground="consent", by="owner"
        )
    )
    assert len(rig.center.created) == 1
    assert len(rig.center.asked) == 2  # first whether the old one arrived after all


async def test_a_configuration_taken_anew_goes_on_where_it_was(rig: Rig):
    rig.center.fails = [LOST]
    await rig.panic()
    await rig.restart(resumed=True)
    await rig.wait(60)
    assert rig.center.asked == [rig.incident.id]
    assert len(rig.center.created) == 1


async def test_stopped_in_the_middle_of_sending(rig: Rig):
    """Stop while the create is under way: nobody knows, so the next run asks."""
    hanging = asyncio.Event()
    create = rig.center.create

    async def arrive_and_hang(*args, **kwargs):
        await create(*args, **kwargs)
        await hanging.wait()

    rig.center.create = arrive_and_hang
    await rig.panic()
    assert rig.delivery.status is DeliveryStatus.STARTED
    rig.center.create = create
    await rig.restart()
    assert len(rig.center.created) == 1
    assert rig.delivery.status is DeliveryStatus.DELIVERED


# --- recalls ----------------------------------------------------------------------------------


async def test_a_false_alarm_is_recalled_until_the_desk_took_it(rig: Rig):
    await rig.panic()
    rig.center.fails = [DOWN, LOST, RuntimeError("a bug"), ShareRejectedError("not_now")]
    await rig.dismiss()
    assert rig.delivery.status is DeliveryStatus.CANCELLING
    await rig.wait(3600)
    assert rig.cancelled == ["EX-2026-000001"]
    assert rig.delivery.status is DeliveryStatus.CANCELLED


async def test_a_recall_survives_a_restart(rig: Rig):
    await rig.panic()
    rig.center.fails = [DOWN]
    await rig.dismiss()
    await rig.restart()
    await rig.wait(60)
    assert rig.cancelled == ["EX-2026-000001"]


async def test_dismissed_before_a_lost_answer_is_known(rig: Rig):
    rig.center.loses_answer = True
    rig.center.fails = [LOST]
    await rig.panic()
    await rig.dismiss()
    await rig.wait(3600)
    assert rig.cancelled == ["EX-2026-000001"]
    assert rig.delivery.status is DeliveryStatus.CANCELLED
    assert rig.shares == []


async def test_dismissed_while_a_retry_is_waited_for_is_recalled_at_once(rig: Rig):
    rig.center.loses_answer = True
    rig.center.fails = [LOST]
    await rig.panic()
    rig.center.fails = [ShareRetryableError("busy", retry_after_s=600)]
    await rig.wait(2)
    await rig.dismiss()
    assert rig.cancelled == ["EX-2026-000001"]


async def test_dismissed_after_a_lost_request_leaves_nothing(rig: Rig):
    rig.center.fails = [LOST]
    await rig.panic()
    await rig.dismiss()
    await rig.wait(3600)
    assert rig.center.created == []
    assert rig.cancelled == []
    assert rig.delivery.status is DeliveryStatus.WITHDRAWN
    assert rig.shares == []


async def test_dismissed_before_anything_was_tried(rig: Rig):
    rig.journal.fail_with = FULL
    await rig.panic()
    await rig.dismiss()
    rig.journal.fail_with = None
    await rig.wait(3600)
    assert rig.center.created == []
    assert rig.delivery.status is DeliveryStatus.WITHDRAWN


async def test_dismissed_while_the_alarm_is_on_its_way(rig: Rig):
    """The race of a dismissal and an answer: what arrives after the end is recalled at once."""
    answer = asyncio.Event()
    create = rig.center.create

    async def slowly(*args, **kwargs):
        receipt = await create(*args, **kwargs)
        await answer.wait()
        return receipt

    rig.center.create = slowly
    await rig.panic()
    await rig.dismiss()
    assert rig.cancelled == []
    answer.set()
    await rig.settle()
    assert rig.cancelled == ["EX-2026-000001"]


async def test_news_of_a_recalled_alarm_is_not_sent(rig: Rig):
    await rig.arm()
    await rig.trip()
    await rig.do(
        cmd.ShareWith(
            incident_id=rig.incident.id, responder_id="desk", ground="consent", by="owner"
        )
    )
    rig.center.fails = [DOWN]
    await rig.trip("study")  # the level rises: news
    assert [item.effect.action for item in rig.shares] == ["update"]
    await rig.dismiss()
    await rig.wait(60)
    assert rig.center.updated == []
    assert rig.cancelled == ["EX-2026-000001"]


async def test_what_a_human_confirmed_is_not_recalled_but_told_to_be_over(rig: Rig):
    await rig.panic()
    await rig.confirm()
    await rig.dismiss()
    await rig.wait(60)
    assert rig.cancelled == []
    [*_, (_, number, record)] = rig.center.updated
    assert (number, record.incident.stage) == ("EX-2026-000001", "closed")


# --- people, siren ----------------------------------------------------------------------------


async def test_patience_with_a_siren_ends(rig: Rig):
    tried = 0

    async def fail(*, on: bool) -> None:
        nonlocal tried
        tried += 1
        raise WorkFailedError("siren_missing")

    rig.contacts.siren = fail
    await rig.panic()
    await rig.wait(3600)
    assert tried == outbox.PATIENCE
    assert not any(isinstance(item.effect, Siren) for item in rig.desk.state.effects.values())


async def test_patience_with_a_contact_ends_and_others_are_reached(rig: Rig):
    rig.contacts.deaf["owner"] = WorkFailedError("channel_missing")
    rig.center.fails = [ShareRejectedError("refused")]
    await rig.panic()
    await rig.wait(3600)
    assert {contact_id for contact_id, _ in rig.contacts.prompts} == {"neighbour"}
    assert rig.desk.state.effects == {}


async def test_a_push_carries_its_incident(rig: Rig):
    rig.center.fails = [ShareRejectedError("refused")]
    await rig.panic()
    contact_id, prompt = rig.contacts.sent[0]
    pushes = [event.effect for event in rig.news if isinstance(event, ev.EffectRequested)]
    push = next(item for item in pushes if isinstance(item, Push))
    assert (contact_id, prompt.key, prompt.actions) == (
        push.contact_id,
        push.prompt,
        push.actions,
    )
    assert prompt.incident is not None
    assert prompt.incident.id == rig.incident.id
    assert prompt.premises is rig.premises


# --- locks ------------------------------------------------------------------------------------


def credential(rig: Rig, door: str = "front") -> CredentialStatus:
    return next(iter(rig.desk.state.grants.values())).credentials[door].status


async def test_a_code_that_was_not_taken_is_final_and_cleared(rig: Rig):
    rig.locks.locks["front"].writes_lost = True
    result = await rig.grant("front")
    assert result.locks["front"].reason == "lock_refused_code"
    await rig.settle()
    assert credential(rig) is CredentialStatus.REMOVED
    assert rig.desk.state.effects == {}


async def test_a_removal_is_never_given_up(rig: Rig):
    await rig.grant("front")
    lock = rig.locks.locks["front"]
    lock.unavailable = True
    await rig.do(cmd.RevokeGrant(grant_id=next(iter(rig.desk.state.grants)), by="owner"))
    await rig.wait(24 * 3600)
    [pending] = rig.desk.state.effects.values()
    assert isinstance(pending.effect, ClearCredential)
    assert pending.attempts > 100  # every ten minutes
    await rig.restart(down=3600)
    lock.unavailable = False
    await rig.wait(600)
    assert lock.codes == {}
    assert credential(rig) is CredentialStatus.REMOVED


async def test_a_code_outlives_the_run_that_made_it(rig: Rig):
    """No lost grant: what was written down is set by the next run, and shown there, once."""
    rig.desk._stopping = True  # nothing begins any more
    task = asyncio.create_task(rig.grant("front"))
    await rig.settle()
    task.cancel()
    rig.desk._stopping = False
    await rig.restart(resumed=True)
    [grant] = rig.desk.state.grants.values()
    assert credential(rig) is CredentialStatus.CONFIRMED
    code = await rig.granting.show(grant.id, by="owner")
    assert list(rig.locks.locks["front"].codes.values()) == [code]
    with pytest.raises(InvalidRequestError, match="code_shown_already"):
        await rig.granting.show(grant.id, by="owner")
    await rig.settle()
    assert rig.vault.codes == {}


async def test_a_code_that_was_lost_is_taken_off_the_lock(rig: Rig):
    rig.desk._stopping = True
    task = asyncio.create_task(rig.grant("front"))
    await rig.settle()
    task.cancel()
    rig.desk._stopping = False
    rig.vault.codes.clear()
    await rig.restart(resumed=True)
    assert rig.locks.locks["front"].codes == {}
    assert credential(rig) is CredentialStatus.REMOVED


async def test_one_lock_is_written_by_one_grant_at_a_time(rig: Rig):
    lock = rig.locks.locks["front"]
    at_once, most = 0, 0
    set_code = lock.set_code

    async def counted(*args, **kwargs):
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.01)
        at_once -= 1
        return await set_code(*args, **kwargs)

    lock.set_code = counted
    await asyncio.gather(rig.grant("front"), rig.grant("front"))
    assert most == 1
    assert len(lock.codes) == 2


# --- the record comes first -------------------------------------------------------------------


async def test_nothing_that_needs_a_record_is_done_without_one(rig: Rig):
    rig.journal.fail_with = FULL
    await rig.panic()
    assert rig.contacts.sirens == [True]
    assert rig.center.created == []
    await rig.wait(600)
    assert rig.center.created == []


async def test_disk_full_between_the_decision_and_the_attempt(rig: Rig):
    """The race of a disk that fills: decided on disk, but the attempt cannot be written."""
    append = rig.journal.append

    async def fill(entries):
        if any(entry.kind == "EffectStarted" for entry in entries):
            rig.journal.fail_with = FULL
        return await append(entries)

    rig.journal.append = fill
    await rig.panic()
    assert rig.center.created == []
    rig.journal.append = append
    rig.journal.fail_with = None
    await rig.wait(60)
    assert len(rig.center.created) == 1


async def test_disk_full_between_the_decision_and_a_code(rig: Rig):
    append = rig.journal.append

    async def fill(entries):
        if any(entry.kind == "EffectStarted" for entry in entries):
            rig.journal.fail_with = FULL
        return await append(entries)

    rig.journal.append = fill
    result = await rig.grant("front")
    assert result.locks["front"].status is not CredentialStatus.CONFIRMED
    assert ("set", 10) not in rig.locks.locks["front"].history


# --- the end ----------------------------------------------------------------------------------


async def test_close_leaves_no_timer_and_begins_nothing(rig: Rig):
    rig.center.fails = [DOWN]
    await rig.panic()
    await rig.wait(0)
    assert rig.outbox._wake
    rig.outbox.close()
    timers = list(rig.clock._due)
    rig.desk.run(asyncio.sleep(0), name="nothing")
    await rig.do(
        cmd.Confirm(incident_id=rig.incident.id, threat=Threat.LIFE, by="owner")
    )  # a change that would have been looked at
    rig.outbox.start()
    assert rig.center.created == []
    assert timers == []
    await rig.stop()
    assert rig.clock.next_due() is None


def pending(rig: Rig, effect, attempts: int = 0) -> PendingEffect:
    return PendingEffect(id="gone", effect=effect, requested_at=rig.clock.now(), attempts=attempts)


async def test_an_effect_that_became_pointless_is_not_begun(rig: Rig):
    write = SetCredential(grant_id="none", door_id="front", slot=1)
    await rig.outbox._attempt(pending(rig, write))
    assert "EffectStarted" not in rig.journal.kinds


async def test_the_pace_holds_after_thousands_of_attempts(rig: Rig):
    """A lock that is away for a month: doubling must not run out of numbers."""
    clear = ClearCredential(grant_id="none", door_id="front", slot=1)
    await rig.outbox._failed(pending(rig, clear, attempts=5000), WorkFailedError("away"))


async def test_what_waits_is_not_held_up_by_what_waited_longer_before_it():
    """A relock that was tried for an hour, and then the door is opened anew."""
    doors = builders.by_id([builders.door("front", remote_unlock=True)])
    rig = await Rig(builders.premises(doors=doors)).start()
    lock = rig.locks.locks["front"]

    async def opens(passage_id: str) -> None:
        await rig.do(
            cmd.OpenDoor(
                new_id=passage_id, door_id="front", by="owner", preset=Preset.GUEST, hold_s=60
            )
        )

    await opens("first")
    lock.door = "open"
    await rig.wait(3600)
    await opens("second")
    await rig.wait(61)  # it is still open, and the first attempt fails
    lock.door = "closed"
    await rig.wait(outbox.FIRST_RETRY_S * 2)
    assert lock.bolt == "locked"
    await rig.stop()


async def test_a_code_is_taken_from_the_lock_that_has_it_though_the_door_has_another(rig: Rig):
    doors = builders.by_id([builders.door("front")])
    rig.desk.feed.publish(replace(rig.desk.feed.latest, premises=builders.premises(doors=doors)))
    result = await rig.grant("front")
    [slot] = rig.locks.locks["front"].codes
    old, new = rig.locks.locks["front"], FakeLock()
    new.shows_codes = False
    new.codes[slot] = "918273"
    rig.locks.before[doors["front"].source], rig.locks.locks["front"] = old, new
    await rig.do(cmd.RevokeGrant(grant_id=result.grant_id, by="owner"))
    assert (old.codes, new.codes) == ({}, {slot: "918273"})


async def test_an_unlock_that_arrives_after_it_was_given_up_is_undone():
    doors = builders.by_id([builders.door("front", remote_unlock=True)])
    rig = await Rig(builders.premises(doors=doors)).start()
    lock = rig.locks.locks["front"]
    lock.unlocks_late = True
    await rig.do(cmd.OpenDoor(new_id="p1", door_id="front", by="owner", preset=Preset.GUEST))
    await rig.wait(60)
    assert lock.moves[-1] == "lock"
    assert rig.desk.state.passages == {}
    await rig.stop()
