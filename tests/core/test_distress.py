"""Calls for help: at once, with their words, and once per call."""

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.incident import IncidentKind
from tests.core.house import House


@pytest.mark.parametrize(
    ("zone", "kind"),
    [("panic_button", IncidentKind.PANIC), ("medical_button", IncidentKind.MEDICAL)],
)
def test_buttons_call_for_help(zone: str, kind: IncidentKind):
    house = House()
    house.trip(zone)
    assert house.incident.kind is kind
    assert house.incident.by == f"zone:{zone}"
    assert house.incident.is_distress
    assert house.siren() == [True]


def test_a_call_for_help_carries_its_words():
    house = House()
    house.do(
        cmd.ReportDistress(
            new_id="d1",
            kind=IncidentKind.MEDICAL,
            silent=True,
            by="owner",
            message="fell",
            ha_area="bath",
        )
    )
    assert (house.incident.message, house.incident.ha_area) == ("fell", "bath")
    assert not house.siren()


@pytest.mark.parametrize(
    ("first", "seconds", "incidents"),
    [
        (IncidentKind.PANIC, 10, 1),
        (IncidentKind.PANIC, 299, 1),
        (IncidentKind.PANIC, 300, 2),
        (IncidentKind.FIRE, 10, 2),
    ],
)
def test_a_second_call_soon_after_is_the_same_call(
    first: IncidentKind, seconds: float, incidents: int
):
    house = House()
    house.distress(first)
    house.wait(seconds)
    house.distress(IncidentKind.PANIC)
    assert len(house.state.incidents) == incidents


def test_a_call_after_a_restart_is_a_new_call():
    house = House()
    house.distress()
    house.restart(after=20)
    house.distress()
    assert len(house.state.incidents) == 2
    assert len(house.shares()) == 2


def test_a_person_calling_fire_twice_joins_their_own_call_and_not_the_smoke():
    house = House()
    house.trip("smoke")
    house.distress(IncidentKind.FIRE)
    house.distress(IncidentKind.FIRE)
    assert len(house.state.incidents) == 2
