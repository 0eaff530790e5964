"""Signals in: what a zone says twice counts once, what nobody saw open is no trip."""

import asyncio
from collections.abc import Sequence
from itertools import count

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.evidence import ZoneTrip
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.signals import Signal, SignalKind, ZoneStatus
from custom_components.verified_response.core.state import Phase
from custom_components.verified_response.engine.intake import Intake

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
    assert len(armed.journal.rows) == rows, "a window that closes is nothing to write down"
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


@pytest.fixture
def told(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> list[cmd.SeeSignal]:
    """What the desk is told of signals from here on."""
    heard: list[cmd.SeeSignal] = []
    submit = rig.desk.submit

    async def listening(command: cmd.Command) -> Sequence[ev.Event]:
        if isinstance(command, cmd.SeeSignal):
            heard.append(command)
        return await submit(command)

    monkeypatch.setattr(rig.desk, "submit", listening)
    return heard


async def test_closing_is_handed_on(armed: Rig, told: list[cmd.SeeSignal]):
    for kind in (SignalKind.TRIPPED, SignalKind.RESTORED, SignalKind.UNAVAILABLE):
        await says(armed, "front_door", kind)
    assert [item.signal.kind for item in told] == [
        SignalKind.TRIPPED,
        SignalKind.RESTORED,
        SignalKind.UNAVAILABLE,
    ]


async def test_who_leaves_is_seen_by_the_door_that_closes():
    rig = await Rig(exit_delay_s=60).start()
    await rig.wait(rig.premises.policy.startup_quiet_s)
    rig.intake.learn(dict.fromkeys(rig.premises.zones, ZoneStatus.CLOSED))
    await says(rig, "front_door", SignalKind.TRIPPED)
    await rig.do(
        cmd.Arm(
            area_id="house",
            mode=ArmMode.AWAY,
            by="owner",
            attended=True,
            open_zones=rig.intake.not_closed(),
        )
    )
    await says(rig, "front_door", SignalKind.RESTORED)
    await rig.wait(60)
    assert rig.desk.state.area("house").phase is Phase.ARMED
    await rig.stop()


async def test_what_closes_while_a_trip_is_on_its_way_hides_no_trip(
    armed: Rig, monkeypatch: pytest.MonkeyPatch
):
    """A configuration taken anew must still notice what the desk was never told."""
    submit, trips, free = armed.desk.submit, count(1), asyncio.Event()

    async def slow(command: cmd.SeeSignal) -> Sequence[ev.Event]:
        if command.signal.kind is SignalKind.TRIPPED and next(trips) == 2:
            await free.wait()
        return await submit(command)

    monkeypatch.setattr(armed.desk, "submit", slow)
    await says(armed, "study", SignalKind.TRIPPED)
    for kind in (SignalKind.RESTORED, SignalKind.TRIPPED):
        armed.intake.accept(Signal(zone_id="study", kind=kind, at=armed.clock.now()))
    await armed.settle()
    assert armed.intake.heard["study"] is ZoneStatus.CLOSED
    free.set()
    await armed.settle()
    assert armed.intake.heard["study"] is ZoneStatus.OPEN


async def test_class_4_who_is_missed_comes_with_every_signal(armed: Rig, told: list[cmd.SeeSignal]):
    """Peers' failure class 4: an unavailable zone is neither open nor closed; the rules know of it."""
    await says(armed, "kitchen_window", SignalKind.TRIPPED)
    await says(armed, "study", SignalKind.UNAVAILABLE)
    await says(armed, "hall", SignalKind.TRIPPED)
    await says(armed, "study", SignalKind.RESTORED)
    assert [item.lost for item in told] == [frozenset(), {"study"}, {"study"}, frozenset()]


async def test_who_is_at_home_comes_with_every_signal(rig: Rig, told: list[cmd.SeeSignal]):
    at_home = {"owner"}
    intake = Intake(rig.desk, rig.ids, present=lambda: frozenset(at_home))
    intake.learn(dict.fromkeys(rig.premises.zones, ZoneStatus.CLOSED))
    intake.accept(Signal(zone_id="hall", kind=SignalKind.TRIPPED, at=rig.clock.now()))
    at_home.clear()
    intake.accept(Signal(zone_id="hall", kind=SignalKind.RESTORED, at=rig.clock.now()))
    await rig.settle()
    assert [item.present for item in told] == [{"owner"}, frozenset()]
