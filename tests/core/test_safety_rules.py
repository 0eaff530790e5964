"""The rules of design, section 2, that the core can show; each test is named after what must never be."""

from contextlib import suppress
from itertools import permutations

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import GONE, CredentialStatus
from custom_components.verified_response.core.effects import (
    ClearCredential,
    Push,
    SetCredential,
    Share,
    ShareAction,
    Siren,
)
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import Threat
from custom_components.verified_response.core.incident import DeliveryStatus, Stage
from custom_components.verified_response.core.premises import (
    ENTRY_PLUS_ABORT_MAX_S,
    Policy,
    ResponderMode,
)
from custom_components.verified_response.core.rules.dispatch import as_shown, is_visible
from custom_components.verified_response.core.signals import SignalKind
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House
from tests.core.test_dispatch import confirmed, handed_over, verifying


def tried(action) -> None:
    """Do what may be refused."""
    with suppress(InvalidRequestError):
        action()


def test_rule_2_a_responder_that_is_off_gets_nothing():
    off = builders.responder("desk", mode=ResponderMode.OFF)
    house = House(builders.premises(responders=builders.by_id([off])))
    house.distress()
    house.disarm(duress=True)
    confirmed(house)
    tried(house.share)
    assert not house.asked(Share)


IN_THE_WINDOW = {
    "confirm": lambda house: house.confirm(Threat.LIFE),
    "person": lambda house: house.person(),
    "window": lambda house: house.trip("kitchen_glass"),
    "share": lambda house: house.share(),
    "restart": lambda house: house.restart(after=2),
    "time": lambda house: house.wait(5),
}


@pytest.mark.parametrize("order", list(permutations(IN_THE_WINDOW, 4)), ids=" ".join)
def test_rule_3_nothing_leaves_before_the_abort_window_ends(order: tuple[str, ...]):
    house = House()
    house.arm()
    house.trip("front_door")
    for step in order:
        tried(lambda step=step: IN_THE_WINDOW[step](house))
    assert house.incident.stage in {Stage.ENTRY_DELAY, Stage.ABORT_WINDOW}
    assert not house.asked(Share)
    house.disarm()
    house.wait(3600)
    assert not house.asked(Share)


def test_rule_3_entry_delay_and_abort_window_end_within_a_minute():
    house = House(entry_delay_s=30, abort_window_s=30)
    house.arm()
    house.trip("front_door")
    house.confirm()
    house.wait(ENTRY_PLUS_ABORT_MAX_S)
    assert house.shares()
    with pytest.raises(InvalidRequestError, match="entry_and_abort_too_long"):
        Policy(entry_delay_s=45, abort_window_s=30)


@pytest.mark.parametrize("how", ["panic", "silent", "duress", "button"])
def test_rule_3_distress_is_sent_at_once(how: str):
    house = House()
    if how == "duress":
        house.disarm(duress=True)
    elif how == "button":
        house.trip("panic_button")
    else:
        house.distress(silent=how == "silent")
    assert {item.effect.responder_id for item in house.shares()} == {"desk", "center"}
    if how in {"silent", "duress"}:
        assert not house.siren()
        assert not house.asked(Push)


def test_rule_4_a_create_leaves_at_most_once():
    house = confirmed()
    house.deliver("desk")
    house.confirm(Threat.LIFE)
    house.person()
    house.wait(3600)
    tried(house.share)
    house.restart(after=600)
    house.confirm()
    creates = [
        share
        for share in house.asked(Share)
        if share.action is ShareAction.CREATE and share.responder_id == "desk"
    ]
    assert len(creates) == 1


def test_rule_4_the_sequence_is_known_before_the_attempt_and_only_grows():
    house = confirmed()
    house.deliver("desk")
    house.confirm(Threat.LIFE)
    house.dismiss()
    sequences = [share.sequence for share in house.asked(Share) if share.responder_id == "desk"]
    assert sequences == sorted(set(sequences))
    assert house.told(ev.ShareRequested)[0].sequence == sequences[0]


@pytest.mark.parametrize("answer", ["before", "after", "lost"])
def test_rule_4_everybody_who_may_have_it_is_recalled(answer: str):
    house = handed_over()
    [create] = house.shares("desk")
    house.start(create)
    if answer == "before":
        house.done(create, number="N1")
        house.dismiss()
    elif answer == "after":
        house.dismiss()
        assert not house.shares("desk", ShareAction.CANCEL)  # the answer decides
        house.done(create, number="N1")
    else:
        house.dismiss()
        house.fail(create)
        house.start(create)
    [cancel] = house.shares("desk", ShareAction.CANCEL)
    for _ in range(20):
        house.start(cancel)
        house.fail(cancel)
    assert house.shares("desk", ShareAction.CANCEL)
    house.start(cancel)
    house.done(cancel)
    assert house.delivery().status is DeliveryStatus.CANCELLED


@pytest.mark.parametrize("after", [1, 119, 7200])
def test_rule_5_after_a_restart_the_unsent_is_shown_and_never_sent_by_itself(after: float):
    house = confirmed()
    house.restart(after=after)
    assert [item.status for item in house.incident.deliveries.values()] == [
        DeliveryStatus.HELD,
        DeliveryStatus.HELD,
    ]
    assert ("owner", "not_delivered") in house.prompts()
    house.wait(24 * 3600)
    assert not house.shares()
    house.confirm()
    assert len(house.shares()) == 2


def test_rule_5_a_zone_that_is_only_now_reporting_raises_no_alarm():
    house = House()
    house.arm()
    house.restart(after=300)
    house.signal("kitchen_window", SignalKind.REPORTED_OPEN)
    assert house.phase() is Phase.ARMED
    assert house.prompts()


def test_rule_6_level_4_comes_only_from_a_human():
    house = verifying()
    for step in ("kitchen_glass", "hall", "front_door", "porch"):
        house.trip(step)
        house.person()
        house.person("porch")
    assert house.incident.assessment.level == 3
    assert house.incident.assessment.proposed_by == "hub"
    house.confirm(Threat.LIFE)
    assert house.incident.assessment.level == 4
    assert house.incident.assessment.proposed_by == "person"


def test_rule_6_panic_is_not_a_level():
    house = House()
    house.distress()
    house.wait(60)
    assert house.incident.assessment.level is None


def test_section_6_no_rule_and_no_person_lowers_a_human_verdict():
    house = verifying()
    house.confirm(Threat.LIFE)
    house.confirm(Threat.NONE)
    house.nobody()
    house.blind("porch")
    house.wait(7200)
    assert house.incident.assessment.level == 4


@pytest.mark.parametrize("phase", [Phase.ARMED, Phase.PENDING, Phase.TRIGGERED])
def test_rule_8_everything_unavailable_at_once_is_neither_alarm_nor_calm(phase: Phase):
    house = House()
    house.arm()
    if phase is not Phase.ARMED:
        house.trip("front_door" if phase is Phase.PENDING else "kitchen_window")
    incidents = len(house.state.incidents)
    for zone in house.premises.zones:
        house.signal(zone, SignalKind.UNAVAILABLE)
    assert house.phase() is phase
    assert len(house.state.incidents) == incidents


def test_rule_8_a_blind_camera_is_never_nobody():
    house = verifying()
    house.person()
    level = house.incident.assessment.level
    house.blind("hall")
    assert house.incident.assessment.level == level
    assert house.incident.assessment.unknowns == ("could_not_look:hall",)
    assert "nobody_seen" not in house.incident.assessment.held_by


def test_rule_9_a_grant_is_written_before_any_lock_is_touched():
    house = House()
    house.grant("front", "back")
    kinds = [type(event) for event, _ in house.log]
    assert kinds.index(ev.GrantWritten) < kinds.index(ev.EffectRequested)
    [written] = house.told(ev.GrantWritten)
    assert {door: item.slot for door, item in written.grant.credentials.items()} == {
        "front": 5,
        "back": 5,
    }
    assert written.grant.expires_at > house.now


def test_rule_9_removal_is_never_given_up():
    house = House()
    grant = house.grant(lasts=600)
    [write] = house.pending(SetCredential)
    house.start(write)
    house.done(write, "confirmed")
    house.restart(after=3600)  # expired while the hub was off
    for final in (False, True) * 5:
        [clear] = house.pending(ClearCredential)
        house.start(clear)
        house.fail(clear, "lock_unavailable", final=final)
        assert house.pending(ClearCredential)[0].not_before > house.now
        house.restart(after=7200)
    status = house.state.grants[grant.id].credentials["front"].status
    assert status is CredentialStatus.REMOVING
    [clear] = house.pending(ClearCredential)
    house.start(clear)
    house.done(clear, "confirmed")
    assert house.state.grants[grant.id].credentials["front"].status in GONE


def test_rule_10_no_effect_and_no_event_carries_a_code():
    house = House()
    house.grant("front")
    house.do(cmd.NoteWrongCode(area_id="house", by="keypad"))
    assert not {
        name
        for event, _ in house.log
        for name in type(event).__dataclass_fields__
        if name in {"pin", "secret", "user_code"}
    }
    [write] = house.asked(SetCredential)
    assert set(type(write).__dataclass_fields__) == {"grant_id", "door_id", "slot"}


@pytest.mark.parametrize("stage", ["entry", "abort", "verifying", "shared"])
def test_rule_11_an_alarm_never_ends_by_itself(stage: str):
    house = House()
    house.arm()
    house.trip("front_door" if stage == "entry" else "kitchen_window")
    if stage in {"verifying", "shared"}:
        house.wait(30)
    if stage == "shared":
        house.confirm()
        house.deliver()
    for _ in range(3):
        house.wait(7 * 24 * 3600)
        house.signal("kitchen_window", SignalKind.RESTORED)
        house.restart(after=3600)
    assert house.phase() is Phase.TRIGGERED
    assert house.incident.is_open
    assert not house.told(ev.AreaDisarmed)


def test_rule_12_whatever_leaves_is_in_the_journal_with_who_asked_and_why():
    house = confirmed()
    requests = {event.responder_id: event for event in house.told(ev.ShareRequested)}
    for share in house.asked(Share):
        request = requests[share.responder_id]
        assert (request.by, request.ground) == ("owner", "consent")
    order = [
        event
        for event, _ in house.log
        if isinstance(event, ev.ShareRequested)
        or (isinstance(event, ev.EffectRequested) and isinstance(event.effect, Share))
    ]
    assert isinstance(order[0], ev.ShareRequested)
    with pytest.raises(InvalidRequestError, match="ground_unknown"):
        house.share(ground="because")


def seen_by_anybody(house: House) -> object:
    """Return what a person standing in the house could see."""
    return (
        house.state.areas,
        {key: as_shown(item) for key, item in house.state.incidents.items() if is_visible(item)},
        [
            item.effect
            for item in house.state.effects.values()
            if isinstance(item.effect, Push | Siren)
        ],
    )


@pytest.mark.parametrize("moment", ["calm", "entry", "abort", "confirmed", "delivered", "shared"])
def test_duress_looks_like_a_disarm_reports_at_once_and_recalls_nobody(moment: str):
    houses = House(), House()
    for house in houses:
        house.arm()
        if moment != "calm":
            house.trip("front_door" if moment == "entry" else "kitchen_window")
        if moment in {"confirmed", "delivered", "shared"}:
            house.wait(30)
            if moment == "shared":
                house.share("desk")
            else:
                house.confirm()
            if moment != "confirmed":
                house.deliver("desk")
    plain, forced = houses
    plain.disarm()
    if moment == "shared":
        [cancel] = plain.shares("desk", ShareAction.CANCEL)
        plain.done(cancel)
    had = len(forced.asked(Share))
    forced.disarm(duress=True)
    assert seen_by_anybody(plain) == seen_by_anybody(forced)
    new = forced.asked(Share)[had:]
    assert {share.action for share in new if share.incident_id == forced.incident.id} == {
        ShareAction.CREATE
    }
    forced.wait(3600)
    assert not any(share.action is ShareAction.CANCEL for share in forced.asked(Share))


def test_duress_while_an_alarm_is_being_sent_does_not_call_it_back_when_it_arrives():
    house = verifying()
    house.share("desk")
    [create] = house.shares("desk")
    house.start(create)
    house.disarm(duress=True)
    house.done(create, number="N1")
    assert not any(share.action is ShareAction.CANCEL for share in house.asked(Share))


def test_an_ordinary_disarm_does_not_end_a_call_under_duress():
    house = House()
    house.arm()
    house.disarm(duress=True)
    house.disarm()
    assert house.incident.is_open
