"""Signals in: what a zone says twice counts once, what nobody saw open is no trip."""

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.evidence import ZoneTrip
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.signals import Signal, SignalKind, ZoneStatus

from .rig import Rig


async def says(rig: Rig, zone_id: str, kind: SignalKind) -> None:
    rig.intake.accept(Signal(zone_id=zone_id, kind=kind, at=rig.clock.now()))
    await rig.settle()


@pytest.fixture
async def armed(rig: Rig) -> Rig:
    rig.intake.learn(dict.fromkeys(rig.premises.zones, ZoneStatus.CLOSED))
    await rig.arm()
    return rig


async def test_a_trip_opens_an_incident(armed: Rig):
    await says(armed, "kitchen_window", SignalKind.TRIPPED)
    assert armed.intake.zones["kitchen_window"] is ZoneStatus.OPEN
    assert [type(item) for item in armed.incident.evidence] == [ZoneTrip]


async def test_the_same_opening_told_twice_counts_once(armed: Rig):
    await says(armed, "kitchen_window", SignalKind.TRIPPED)
    await says(armed, "kitchen_window", SignalKind.TRIPPED)
    assert armed.intake.dropped == 1
    assert len(armed.incident.evidence) == 1


async def test_closed_and_opened_again_is_a_trip(armed: Rig):
    await says(armed, "kitchen_window", SignalKind.TRIPPED)
    rows = len(armed.journal.rows)
    await says(armed, "kitchen_window", SignalKind.RESTORED)
    assert armed.intake.zones["kitchen_window"] is ZoneStatus.CLOSED
    assert len(armed.journal.rows) == rows
    armed.clock.tick(6)
    await says(armed, "kitchen_window", SignalKind.TRIPPED)
    assert len(armed.incident.evidence) == 2


async def test_zones_that_nobody_configured_are_counted_and_dropped(armed: Rig):
    await says(armed, "shed", SignalKind.TRIPPED)
    assert armed.intake.dropped == 1
    assert "shed" not in armed.intake.zones
    assert armed.desk.state.incidents == {}


async def test_a_zone_never_heard_before_did_not_open_now(rig: Rig):
    await rig.arm()
    await says(rig, "kitchen_window", SignalKind.TRIPPED)
    assert rig.desk.state.incidents == {}
    assert rig.intake.zones["kitchen_window"] is ZoneStatus.OPEN
    assert ("owner", "zone_found_open") in rig.contacts.prompts


async def test_smoke_that_was_there_before_the_hub_is_still_smoke_once_settled(rig: Rig):
    await says(rig, "smoke", SignalKind.REPORTED_OPEN)
    assert rig.desk.state.incidents == {}
    await rig.wait(rig.premises.policy.startup_quiet_s)
    await says(rig, "smoke", SignalKind.REPORTED_OPEN)
    assert rig.incident.kind is IncidentKind.FIRE


async def test_a_hub_that_never_started_is_settled(rig: Rig):
    object.__setattr__(rig.desk.state, "quiet_until", None)
    await says(rig, "smoke", SignalKind.REPORTED_OPEN)
    assert rig.incident.kind is IncidentKind.FIRE


async def test_a_zone_that_falls_silent_is_evidence(armed: Rig):
    await says(armed, "kitchen_window", SignalKind.TRIPPED)
    await says(armed, "study", SignalKind.UNAVAILABLE)
    assert armed.intake.zones["study"] is ZoneStatus.UNAVAILABLE
    assert type(armed.incident.evidence[-1]).__name__ == "ZoneLost"


async def test_states_found_at_start_are_no_signals(rig: Rig):
    heard = len(rig.news)
    rig.intake.learn({"kitchen_window": ZoneStatus.OPEN})
    rig.intake.learn({"study": ZoneStatus.CLOSED})
    assert rig.intake.zones == {
        "kitchen_window": ZoneStatus.OPEN,
        "study": ZoneStatus.CLOSED,
    }
    assert len(rig.news) == heard


async def test_what_is_not_known_to_be_closed(rig: Rig):
    rig.intake.learn(dict.fromkeys(rig.premises.zones, ZoneStatus.CLOSED))
    rig.intake.learn({"study": ZoneStatus.UNAVAILABLE, "smoke": ZoneStatus.OPEN})
    assert rig.intake.not_closed() == {"study", "smoke"}


async def test_each_opening_has_its_own_id(armed: Rig):
    await says(armed, "smoke", SignalKind.TRIPPED)
    await says(armed, "gas", SignalKind.TRIPPED)
    opened = [event for event in armed.news if isinstance(event, ev.IncidentOpened)]
    assert len({event.incident_id for event in opened}) == 2
