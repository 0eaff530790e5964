"""The end of an incident for those who have it, what a restart held, and the responders' words."""

from dataclasses import replace

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.effects import Share, ShareAction
from custom_components.verified_response.core.incident import (
    DeliveryStatus,
    IncidentKind,
    Stage,
)
from custom_components.verified_response.core.premises import (
    ResponderMode,
)
from custom_components.verified_response.core.rules.dispatch import as_shown, is_visible
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House
from tests.core.test_dispatch import confirmed, handed_over, verifying, with_responders

# --- the end --------------------------------------------------------------------------------


def test_a_dismissal_recalls_what_arrived_and_withdraws_what_did_not():
    house = handed_over()
    house.deliver("desk")
    house.dismiss()
    assert house.delivery("desk").status is DeliveryStatus.CANCELLING
    assert house.delivery("center").status is DeliveryStatus.WITHDRAWN
    [create] = house.shares("center")
    house.start(create)
    assert not house.shares("center")
    [cancel] = house.shares("desk", ShareAction.CANCEL)
    house.start(cancel)
    house.done(cancel)
    assert house.delivery("desk").status is DeliveryStatus.CANCELLED


def test_a_copy_that_was_refused_needs_no_recall():
    house = confirmed()
    [create] = house.shares("desk")
    house.start(create)
    house.fail(create, "rejected", final=True)
    house.dismiss()
    assert house.delivery().status is DeliveryStatus.REJECTED
    assert not house.shares("desk")


def test_a_dismissal_leaves_the_area_armed_and_the_siren_silent():
    house = verifying()
    house.dismiss()
    assert house.phase() is Phase.ARMED
    assert house.siren() == [True, False]
    house.trip("kitchen_window")
    assert house.phase() is Phase.TRIGGERED


def test_a_dismissal_does_not_arm_what_a_person_disarmed_meanwhile():
    house = House()
    house.arm("garage")
    verifying(house)
    house.trip("garage_window")
    house.disarm("garage")
    house.dismiss()
    assert (house.phase("house"), house.phase("garage")) == (Phase.ARMED, Phase.DISARMED)


def test_dismissing_one_incident_does_not_silence_another():
    house = verifying()
    house.trip("leak")
    house.dismiss()
    assert house.siren() == [True]
    house.dismiss(next(iter(house.state.incidents)))
    assert house.siren() == [True, False]


@pytest.mark.parametrize(
    ("other", "silenced"),
    [("smoke", False), ("panic", False), ("silent_panic", True), ("entry", True), ("leak", True)],
)
def test_the_siren_stays_on_for_whatever_still_sounds(other: str, silenced: bool):
    house = House()
    house.arm("garage")
    house.trip("gas")
    sounding = house.incident.id
    if other in {"panic", "silent_panic"}:
        house.distress(silent=other == "silent_panic")
    else:
        house.trip("garage_door" if other == "entry" else other)
    house.dismiss(sounding)
    assert (house.siren()[-1] is False) is silenced


def test_closing_a_confirmed_incident_informs_instead_of_recalling():
    house = confirmed()
    house.deliver()
    house.disarm()
    assert house.incident.stage is Stage.CLOSED
    assert [item.effect.action for item in house.shares("desk")] == [ShareAction.UPDATE]
    assert house.delivery().status is DeliveryStatus.DELIVERED


def test_news_that_a_recall_overtook_are_not_sent():
    house = handed_over()
    house.deliver()
    house.trip("study")
    [update] = house.shares("desk", ShareAction.UPDATE)
    house.dismiss()
    house.start(update)
    assert [item.effect.action for item in house.shares("desk")] == [ShareAction.CANCEL]


# --- held -----------------------------------------------------------------------------------


def test_a_confirmation_sends_what_a_restart_held():
    house = confirmed()
    house.restart(after=20)
    assert house.delivery().status is DeliveryStatus.HELD
    assert not house.shares()
    house.confirm()
    assert not house.incident.held
    [create] = house.shares("desk")
    assert not create.effect.fresh


@pytest.mark.parametrize("change", ["off", "gone"])
def test_a_confirmation_does_not_send_to_a_responder_that_is_off_or_gone(change: str):
    house = confirmed(with_responders(builders.responder("desk")))
    house.restart()
    off = {"desk": builders.responder("desk", mode=ResponderMode.OFF)}
    house.premises = replace(house.premises, responders=off if change == "off" else {})
    house.confirm()
    assert not house.shares()
    assert house.delivery().status is DeliveryStatus.HELD


def test_a_confirmation_sends_again_only_what_was_held():
    house = confirmed()
    house.deliver("center")
    house.restart()
    house.confirm()
    assert [item.effect.action for item in house.shares("center")] == [ShareAction.UPDATE]
    assert [item.effect.action for item in house.shares("desk")] == [ShareAction.CREATE]


def test_sharing_by_hand_sends_to_one_and_leaves_the_rest_held():
    house = confirmed()
    house.restart()
    house.share("desk")
    assert len(house.shares("desk")) == 1
    assert house.delivery("center").status is DeliveryStatus.HELD


# --- the responders' words --------------------------------------------------------------------


def says(house: House, status: str = "dispatched", event_id: str = "w1", **changes: str) -> None:
    values = {"responder_id": "desk", "incident_id": house.incident.id, "number": "N"}
    house.do(cmd.RespondersSay(status=status, event_id=event_id, **(values | changes)))


def test_a_responder_acknowledges():
    house = confirmed()
    house.deliver()
    says(house, "received")
    assert house.incident.stage is Stage.SHARED
    says(house, "dispatched", "w2")
    assert house.incident.stage is Stage.ACKNOWLEDGED
    assert house.delivery().responder_status == "dispatched"


@pytest.mark.parametrize(
    "changes",
    [{"event_id": "w1"}, {"incident_id": "nothing"}, {"responder_id": "stranger"}],
)
def test_a_repeated_or_strange_report_counts_for_nothing(changes: dict[str, str]):
    house = confirmed()
    house.deliver()
    says(house, "received")
    before = house.state
    says(house, **({"event_id": "w2"} | changes))
    assert house.state == before


def test_a_report_neither_ends_nor_reopens_nor_sends():
    house = handed_over()
    house.deliver()
    house.dismiss()
    sent = len(house.asked(Share))
    says(house, "closed")
    assert house.incident.stage is Stage.CANCELLED
    assert len(house.asked(Share)) == sent


# --- what the house may show ---------------------------------------------------------------------


def test_duress_is_never_shown():
    house = House()
    house.distress(IncidentKind.DURESS)
    assert not is_visible(house.incident)
    house.distress()
    assert is_visible(house.incident)
    assert not is_visible(replace(house.incident, covert=True))


def test_an_incident_that_ended_under_duress_is_shown_as_recalled():
    house = verifying()
    house.share("desk")
    house.deliver()
    incident_id = house.incident.id
    assert as_shown(house.incident) is house.incident
    house.disarm(duress=True)
    ended = house.state.incidents[incident_id]
    assert ended.deliveries["desk"].status is DeliveryStatus.DELIVERED
    shown = as_shown(ended)
    assert shown.recall
    assert shown.deliveries["desk"].status is DeliveryStatus.CANCELLED


def test_a_confirmed_incident_closed_under_duress_is_shown_as_it_is():
    house = confirmed()
    house.deliver()
    incident_id = house.incident.id
    house.disarm(duress=True)
    shown = as_shown(house.state.incidents[incident_id])
    assert shown.deliveries["desk"].status is DeliveryStatus.DELIVERED
