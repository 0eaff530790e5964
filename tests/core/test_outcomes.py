"""What became of effects, and what a restart makes of the unfinished ones."""

from dataclasses import replace

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import CredentialStatus
from custom_components.verified_response.core.effects import (
    ClearCredential,
    PendingEffect,
    Push,
    SetCredential,
    ShareAction,
    Siren,
)
from custom_components.verified_response.core.folds.evolve import evolve
from custom_components.verified_response.core.incident import DeliveryStatus, Stage
from custom_components.verified_response.core.premises import ArmMode, Channel, ChannelKind, Contact
from custom_components.verified_response.core.rules import outcomes
from custom_components.verified_response.core.signals import SignalKind
from tests import builders
from tests.core.house import House
from tests.core.test_dispatch import confirmed, handed_over, verifying


def sending(house: House | None = None) -> House:
    """The create to the desk is under way."""
    house = house or confirmed()
    house.start(house.shares("desk")[0])
    return house


def test_an_attempt_is_written_down():
    house = sending()
    [create] = house.shares("desk")
    assert (create.attempts, create.started_at) == (1, house.now)
    assert house.delivery().status is DeliveryStatus.STARTED


@pytest.mark.parametrize(
    "command",
    [
        cmd.EffectStarts(effect_id="e99"),
        cmd.EffectDone(effect_id="e99"),
        cmd.EffectFailed(effect_id="e99", code="timed_out", final=True),
    ],
)
def test_an_effect_nobody_waits_for_means_nothing(command: cmd.Command):
    house = sending()
    assert not house.do(command)


def test_a_failed_attempt_is_tried_later():
    house = sending()
    house.fail(house.shares("desk")[0])
    [create] = house.shares("desk")
    assert create.started_at is None
    assert create.last_error == "timed_out"
    assert create.not_before > house.now
    house.start(create)
    assert house.shares("desk")[0].attempts == 2


def failing(house: House, times: int, *, every: float) -> None:
    """The create fails again and again."""
    for _ in range(times):
        [create] = house.shares("desk", ShareAction.CREATE)
        house.start(create)
        house.fail(create)
        house.wait(every)


def test_people_are_told_when_the_third_attempt_failed():
    house = confirmed()
    failing(house, 2, every=5)
    assert ("owner", "not_delivered") not in house.prompts()
    failing(house, 3, every=5)
    assert house.prompts().count(("owner", "not_delivered")) == 1
    assert house.delivery().status is DeliveryStatus.STARTED


def test_an_alarm_is_not_sent_late():
    house = confirmed()
    failing(house, 3, every=outcomes.GIVE_UP_S / 2)
    assert not house.shares("desk", ShareAction.CREATE)
    assert (house.delivery().status, house.delivery().reason) == (DeliveryStatus.HELD, "gave_up")
    house.confirm()
    [create] = house.shares("desk", ShareAction.CREATE)
    assert not create.effect.fresh, "an earlier attempt may have arrived"


def test_what_was_given_up_may_have_arrived_and_is_recalled():
    house = handed_over()
    failing(house, 3, every=outcomes.GIVE_UP_S / 2)
    house.dismiss()
    assert house.shares("desk", ShareAction.CANCEL)


def test_a_refused_create_is_told_to_people():
    house = sending()
    house.fail(house.shares("desk")[0], "rejected", final=True)
    assert (house.delivery().status, house.delivery().reason) == (
        DeliveryStatus.REJECTED,
        "rejected",
    )
    assert house.prompts()[-2:] == [("owner", "not_delivered"), ("neighbour", "not_delivered")]


def test_a_create_that_never_arrived_waits_for_a_person():
    house = sending()
    house.fail(house.shares("desk")[0], "not_arrived", final=True)
    assert house.delivery().status is DeliveryStatus.HELD
    house.confirm()
    assert len(house.shares("desk", ShareAction.CREATE)) == 1


def test_people_without_a_channel_are_not_pushed():
    people = builders.by_id([builders.contact("owner"), builders.contact("child", notify=None)])
    house = confirmed(House(builders.premises(contacts=people)))
    house.restart()
    house.arm("garage")
    house.signal("garage_window", SignalKind.REPORTED_OPEN)
    assert {whom for whom, _ in house.prompts()} == {"owner"}
    assert {what for _, what in house.prompts()} >= {"not_delivered", "zone_found_open"}


def test_a_failure_of_a_silent_call_lights_no_screen():
    house = House()
    house.distress(silent=True)
    [create] = house.shares("desk")
    house.start(create)
    house.fail(create, "rejected", final=True)
    assert not house.prompts()


def test_a_create_that_fails_after_the_end_is_withdrawn_quietly():
    house = sending(handed_over())
    house.dismiss()
    pushes = len(house.prompts())
    house.fail(house.shares("desk")[0], "rejected", final=True)
    assert house.delivery().status is DeliveryStatus.WITHDRAWN
    assert len(house.prompts()) == pushes


def test_an_update_that_fails_changes_nothing():
    house = sending()
    house.done(house.shares("desk")[0], number="N")
    house.confirm()
    [update] = house.shares("desk", ShareAction.UPDATE)
    house.start(update)
    house.fail(update, "rejected", final=True)
    assert house.delivery().status is DeliveryStatus.DELIVERED


def test_an_attempt_that_may_have_arrived_is_recalled_when_the_incident_ended_before_the_next():
    house = sending(handed_over())
    house.fail(house.shares("desk")[0])
    house.dismiss()
    assert not house.shares("desk", ShareAction.CANCEL)
    house.start(house.shares("desk", ShareAction.CREATE)[0])
    assert not house.shares("desk", ShareAction.CREATE)
    [cancel] = house.shares("desk", ShareAction.CANCEL)
    assert house.delivery().status is DeliveryStatus.CANCELLING
    house.start(cancel)
    house.fail(cancel, "not_arrived", final=True)
    assert house.delivery().status is DeliveryStatus.WITHDRAWN


def test_the_same_after_a_real_incident_informs():
    house = sending()
    house.fail(house.shares("desk")[0])
    house.disarm()
    assert house.incident.stage is Stage.CLOSED
    house.start(house.shares("desk", ShareAction.CREATE)[0])
    [update] = house.shares("desk")
    assert update.effect.action is ShareAction.UPDATE
    house.start(update)
    house.done(update, number="N9")
    assert (house.delivery().status, house.delivery().number) == (DeliveryStatus.DELIVERED, "N9")


def test_a_refused_recall_stays_visible():
    house = sending(handed_over())
    house.done(house.shares("desk")[0], number="N")
    house.dismiss()
    [cancel] = house.shares("desk", ShareAction.CANCEL)
    house.start(cancel)
    house.fail(cancel, "rejected", final=True)
    assert (house.delivery().status, house.delivery().reason) == (
        DeliveryStatus.CANCELLING,
        "rejected",
    )


@pytest.mark.parametrize("action", [ShareAction.CREATE, ShareAction.UPDATE])
def test_effects_of_an_incident_that_is_no_longer_known_are_dropped(action: ShareAction):
    house = sending()
    if action is ShareAction.UPDATE:
        house.done(house.shares("desk")[0], number="N")
        house.confirm()
    house.state = replace(house.state, incidents={})
    [pending] = house.shares("desk", action)
    house.start(pending)
    assert pending.id not in house.state.effects


def test_a_message_and_the_siren_are_simply_done():
    house = verifying()
    for kind in (Push, Siren):
        for pending in house.pending(kind):
            house.start(pending)
            house.done(pending)
    assert not house.state.effects


def test_a_message_that_cannot_be_sent_is_given_up():
    house = verifying()
    [push] = house.pending(Push)
    house.start(push)
    house.fail(push, final=True)
    assert not house.pending(Push)


# --- attempts to reach a person for their word -------------------------------------------------

SPEAKER = Channel(kind=ChannelKind.SPEECH, target="media_player.kitchen")


def asked() -> tuple[House, PendingEffect]:
    """The owner is being asked by push."""
    house = verifying()
    push = house.pending(Push)[0]
    assert push.effect.prompt == "ask_confirmation"
    house.start(push)
    return house, push


def attempts(house: House) -> list[tuple[str, str, int, str]]:
    """Return the attempts that the incident keeps."""
    return [
        (item.contact_id, item.channel, item.round, item.outcome)
        for item in house.incident.attempts
    ]


def test_a_question_that_was_sent_is_an_attempt():
    house, push = asked()
    house.done(push)
    assert attempts(house) == [("owner", "push:notify.owner", 1, "sent")]
    assert house.incident.attempts[0].at == house.now


def test_a_question_that_will_be_tried_again_is_not_over():
    house, push = asked()
    house.fail(push, "channel_failed")
    assert not attempts(house)
    house.start(push)
    house.fail(push, "channel_unavailable", final=True)
    assert attempts(house) == [("owner", "push:notify.owner", 1, "channel_unavailable")]


def test_the_channel_is_the_one_that_was_used():
    house = verifying()
    incident_id = house.incident.id
    effect = Push(
        incident_id=incident_id,
        contact_id="owner",
        prompt="ask_confirmation",
        channel=SPEAKER.key,
    )
    pending = PendingEffect(id="e99", effect=effect, requested_at=house.now)
    house.state = replace(house.state, effects={"e99": pending})
    house.start(pending)
    house.done(pending)
    assert attempts(house) == [("owner", "speech:media_player.kitchen", 1, "sent")]


def test_the_round_is_the_one_people_are_in():
    house = verifying()
    house.wait(house.premises.policy.confirmation_window_s)
    newest = house.pending(Push)[-1]
    house.start(newest)
    house.done(newest)
    assert attempts(house)[-1][2:] == (2, "sent")


@pytest.mark.parametrize("tried", [True, False])
def test_nobody_is_asked_about_what_is_over(tried: bool):
    """A loudspeaker that comes back must not ask whether it is real when everybody went to bed."""
    house = verifying()
    push = house.pending(Push)[0]
    if tried:
        house.start(push)
        house.fail(push, "channel_unavailable")
    house.dismiss()
    house.start(push)
    assert push.id not in house.state.effects
    kept = [item for item in attempts(house) if item[3] != "denied"]
    assert kept == [("owner", "push:notify.owner", 1, "channel_unavailable")] * tried


def test_telling_is_no_attempt_to_get_an_answer():
    house = sending()
    house.fail(house.shares("desk")[0], "rejected", final=True)
    told = [item for item in house.pending(Push) if item.effect.prompt == "not_delivered"]
    assert told
    before = attempts(house)
    for push in told:
        house.start(push)
        house.done(push)
    assert attempts(house) == before


def test_an_attempt_about_what_nobody_knows_any_more_is_dropped():
    house, push = asked()
    house.state = replace(house.state, incidents={})
    house.done(push)
    assert not house.told(ev.AttemptMade)


@pytest.mark.parametrize(
    ("contacts", "channel"),
    [([builders.contact("owner")], "push:notify.owner"), ([], "")],
    ids=["there", "removed meanwhile"],
)
def test_an_older_question_names_no_channel_and_went_by_the_first(
    contacts: list[Contact], channel: str
):
    house, push = asked()
    older = replace(push, effect=replace(push.effect, channel=""))
    house.state = replace(house.state, effects={push.id: older})
    house.premises = replace(house.premises, contacts=builders.by_id(contacts))
    house.done(push)
    assert attempts(house) == [("owner", channel, 1, "sent")]


def test_attempts_are_the_same_when_folded_anew():
    house, push = asked()
    house.done(push)
    assert house.replayed() == house.state


def test_everybody_hears_by_every_channel_that_nobody_was_reached():
    owner = builders.contact("owner", more=(SPEAKER,))
    house = confirmed(House(builders.premises(contacts=builders.by_id([owner]))))
    house.start(house.shares("desk")[0])
    house.fail(house.shares("desk")[0], "rejected", final=True)
    channels = [push.channel for push in house.asked(Push) if push.prompt == "not_delivered"]
    assert channels == ["push:notify.owner", SPEAKER.key]


# --- restart ----------------------------------------------------------------------------------


def test_a_restart_keeps_the_blind_interval():
    house = House()
    house.arm()
    stopped = house.now
    house.restart(after=500)
    assert house.state.blind_since == stopped
    assert (house.state.quiet_until - house.now).total_seconds() == 60


def test_taking_a_new_configuration_is_no_restart():
    house = confirmed()
    before = house.state
    house.do(cmd.HubStarted(last_alive=None, resumed=True))
    assert house.state == before


def test_the_exit_delay_goes_on_over_a_restart():
    house = House()
    house.do(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    house.restart(after=600)
    assert house.state.area("house").phase == "arming"  # the sensors have yet to report again
    house.wait(60)
    assert house.state.area("house").phase == "armed"


@pytest.mark.parametrize(("after", "kept"), [(120, True), (121, False)])
def test_old_messages_are_history(after: float, kept: bool):
    house = verifying()
    pending = house.pending(Push)
    house.restart(after=after)
    assert (pending[0].id in house.state.effects) is kept


def test_the_siren_sounds_again_while_an_area_is_in_alarm():
    house = verifying()
    [siren] = house.pending(Siren)
    house.start(siren)
    house.done(siren)
    house.restart(after=600)
    assert [item.effect.on for item in house.pending(Siren)] == [True]


@pytest.mark.parametrize("after", [10, 600])
def test_an_unfinished_siren_is_ordered_once_after_a_restart(after: float):
    house = verifying()
    house.restart(after=after)
    assert [item.effect.on for item in house.pending(Siren)] == [True]


def test_silencing_the_siren_survives_a_restart():
    house = verifying()
    [siren] = house.pending(Siren)
    house.done(siren)
    house.disarm()
    house.restart(after=3600)
    assert [item.effect.on for item in house.pending(Siren)] == [False]


def test_the_siren_for_smoke_survives_a_restart():
    house = House()
    house.trip("smoke")
    house.restart(after=20)
    assert [item.effect.on for item in house.pending(Siren)] == [True]


def test_what_a_person_confirmed_in_the_abort_window_is_shown_after_a_restart():
    house = House()
    house.arm()
    house.trip("kitchen_window")
    house.confirm()
    house.restart(after=60)
    assert ("owner", "not_delivered") in house.prompts()
    assert not house.shares()
    house.confirm()
    assert len(house.shares()) == 2


def test_a_confirmed_leak_is_not_called_undelivered():
    house = House()
    house.trip("leak")
    house.confirm()
    house.restart()
    assert not house.prompts()


def test_a_create_withdrawn_before_the_restart_is_not_held_by_it():
    house = handed_over()
    house.dismiss()
    pushes = len(house.prompts())
    house.restart(after=20)
    assert house.delivery().status is DeliveryStatus.WITHDRAWN
    assert len(house.prompts()) == pushes


def test_an_attempt_that_had_begun_is_left_to_be_asked_about():
    house = sending()
    house.restart(after=20)
    assert len(house.shares("desk", ShareAction.CREATE)) == 1
    assert house.delivery("desk").status is DeliveryStatus.STARTED
    assert house.delivery("center").status is DeliveryStatus.HELD


@pytest.mark.parametrize(("after", "kept"), [(20, True), (121, False)])
@pytest.mark.parametrize("call", ["duress", "silent"])
def test_a_call_nobody_may_see_is_still_sent_while_it_is_news(call: str, after: float, kept: bool):
    house = House()
    if call == "duress":
        house.disarm(duress=True)
    else:
        house.distress(silent=True)
    house.restart(after=after)
    assert bool(house.shares("desk", ShareAction.CREATE)) is kept
    assert not house.prompts()


def test_a_loud_call_that_was_not_sent_is_shown_to_people():
    house = House()
    house.distress()
    house.restart(after=20)
    assert not house.shares()
    assert ("owner", "not_delivered") in house.prompts()


def test_recalls_survive_a_restart():
    house = sending(handed_over())
    house.done(house.shares("desk")[0], number="N")
    house.dismiss()
    house.restart(after=7200)
    assert len(house.shares("desk", ShareAction.CANCEL)) == 1


def test_a_write_goes_on_over_a_restart():
    house = House()
    grant = house.grant("front")
    [pending] = house.pending(SetCredential)
    house.start(pending)
    house.restart(after=5)
    assert len(house.pending(SetCredential)) == 1
    assert house.state.grants[grant.id].credentials["front"].status is CredentialStatus.REQUESTED


def test_a_code_that_was_lost_over_a_restart_is_removed_from_the_lock():
    house = House()
    grant = house.grant("front")
    [pending] = house.pending(SetCredential)
    house.start(pending)
    house.restart(after=5)
    house.fail(pending, "code_forgotten", final=True)
    credential = house.state.grants[grant.id].credentials["front"]
    assert (credential.status, credential.reason) == (CredentialStatus.REMOVING, "code_forgotten")
    assert not house.pending(SetCredential)
    assert len(house.pending(ClearCredential)) == 1


def test_late_words_about_finished_effects_change_nothing():
    house = sending()
    before = house.state
    for event in (
        ev.EffectStarted(effect_id="e99"),
        ev.EffectDelayed(effect_id="e99", code="timed_out", retry_at=None),
        ev.EffectFinished(effect_id="e99"),
        ev.DeliveryChanged(
            incident_id=house.incident.id,
            responder_id="stranger",
            status=DeliveryStatus.DELIVERED,
        ),
    ):
        assert replace(evolve(before, event, house.now)) == before


def test_a_refusal_after_a_lost_answer_does_not_mean_that_nothing_arrived():
    house = sending(handed_over())
    house.fail(house.shares("desk")[0])
    house.start(house.shares("desk")[0])
    house.fail(house.shares("desk")[0], "unauthorized", final=True)
    assert (house.delivery().status, house.delivery().reason) == (DeliveryStatus.HELD, "gave_up")
    house.dismiss()
    assert house.shares("desk", ShareAction.CANCEL)


def test_a_refusal_after_a_lost_answer_is_recalled_when_it_is_over():
    house = sending(handed_over())
    house.fail(house.shares("desk")[0])
    house.start(house.shares("desk")[0])
    house.dismiss()
    house.fail(house.shares("desk", ShareAction.CREATE)[0], "unauthorized", final=True)
    assert house.shares("desk", ShareAction.CANCEL)


@pytest.mark.parametrize("attempts", [0, 1])
def test_what_could_not_even_begin_in_time_is_not_begun_late(attempts: int):
    house = confirmed()
    for _ in range(attempts):
        house.start(house.shares("desk")[0])
        house.fail(house.shares("desk")[0])
    house.wait(outcomes.GIVE_UP_S)
    house.start(house.shares("desk", ShareAction.CREATE)[0])
    assert not house.shares("desk", ShareAction.CREATE)
    reason = "gave_up" if attempts else "too_late"
    assert (house.delivery().status, house.delivery().reason) == (DeliveryStatus.HELD, reason)
    assert ("owner", "not_delivered") in house.prompts()
