"""Random flaps of many sensors: whoever was away for too long is told once, and nobody else ever."""

from collections.abc import Coroutine
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.signals import TroubleKind, ZoneStatus
from custom_components.verified_response.core.state import AreaState, Phase, PremisesState
from custom_components.verified_response.engine.feed import Feed, Snapshot
from custom_components.verified_response.engine.supervision import Supervision
from tests import builders
from tests.fakes.clock import HandClock

ZONES = ("front_door", "hall", "study", "smoke")
LOST_AFTER_S = 60
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("gone"), st.sampled_from(ZONES)),
        st.tuples(st.just("back"), st.sampled_from(ZONES)),
        st.tuples(st.just("wait"), st.sampled_from([1, 10, 29, 30, 31, 59, 60, 61, 200])),
        st.tuples(st.just("armed"), st.booleans()),
    ),
    max_size=60,
)


class RecordingDesk:
    """Keeps what it is told, at once, and the state that a test gives it."""

    def __init__(self, clock: HandClock, quiet_until: datetime) -> None:
        self.clock = clock
        self.premises = builders.premises(policy=builders.policy(lost_after_s=LOST_AFTER_S))
        state = PremisesState(quiet_until=quiet_until)
        self.feed = Feed(Snapshot(premises=self.premises, state=state))
        self.told: list[tuple[datetime, cmd.Command]] = []

    @property
    def state(self) -> PremisesState:
        return self.feed.latest.state

    def run(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        try:
            work.send(None)
        except StopIteration:
            return
        raise AssertionError(f"{name} waits for something")

    async def submit(self, command: cmd.Command) -> None:
        self.told.append((self.clock.now(), command))

    def zone(self, zone_id: str, status: ZoneStatus) -> None:
        latest = self.feed.latest
        self.feed.publish(replace(latest, zones={**latest.zones, zone_id: status}))

    def arm(self, *, on: bool) -> None:
        area = AreaState(phase=Phase.ARMED, mode=ArmMode.AWAY) if on else AreaState()
        state = replace(self.state, areas={"house": area})
        self.feed.publish(replace(self.feed.latest, state=state))


class Sensors:
    """The plain oracle: when each sensor was away, from the start's quiet time on."""

    def __init__(self, quiet_until: datetime) -> None:
        self.quiet_until = quiet_until
        self.away: dict[str, datetime] = {}
        self.outages: list[tuple[str, datetime, datetime | None]] = []

    def gone(self, zone_id: str, now: datetime) -> None:
        self.away.setdefault(zone_id, max(now, self.quiet_until))

    def back(self, zone_id: str, now: datetime) -> None:
        since = self.away.pop(zone_id, None)
        if since is not None:
            self.outages.append((zone_id, since, now))

    def end(self) -> None:
        self.outages += [(zone_id, since, None) for zone_id, since in self.away.items()]


def reports(desk: RecordingDesk, zone_id: str) -> list[datetime]:
    """Return when a zone was told to be away, by either command."""
    return [
        at
        for at, command in desk.told
        if (isinstance(command, cmd.ReportLost) and zone_id in command.zones)
        or (
            isinstance(command, cmd.ReportTrouble)
            and command.kind is TroubleKind.OFFLINE
            and command.on
            and command.zone_id == zone_id
        )
    ]


def returns(desk: RecordingDesk, zone_id: str) -> list[datetime]:
    """Return when a zone was told to be there again."""
    return [
        at
        for at, command in desk.told
        if isinstance(command, cmd.ReportTrouble) and not command.on and command.zone_id == zone_id
    ]


class Ids:
    def new_id(self) -> str:
        return "id"

    def digits(self, length: int) -> str:
        return "0" * length


def live(steps: list[tuple[str, Any]]) -> tuple[RecordingDesk, Sensors, datetime]:
    """Let one evening pass; return what was told, what was, and when it ended."""
    clock = HandClock(datetime.fromisoformat("2026-11-20T22:00:00+00:00"))
    quiet_until = clock.now() + timedelta(seconds=30)
    desk, sensors = RecordingDesk(clock, quiet_until), Sensors(quiet_until)
    supervision = Supervision(desk, clock, Ids())  # type: ignore[arg-type]  # all it needs of a desk
    for zone_id in ZONES:
        desk.zone(zone_id, ZoneStatus.CLOSED)
    for what, value in steps:
        match what:
            case "gone":
                desk.zone(value, ZoneStatus.UNAVAILABLE)
                sensors.gone(value, clock.now())
            case "back":
                desk.zone(value, ZoneStatus.CLOSED)
                sensors.back(value, clock.now())
            case "armed":
                desk.arm(on=value)
            case "wait":
                end = clock.now() + timedelta(seconds=value)
                while (due := clock.next_due()) is not None and due <= end:
                    clock.advance(due)
                clock.advance(end)
    sensors.end()
    now = clock.now()
    supervision.close()
    return desk, sensors, now


@given(steps=STEPS)
def test_an_outage_is_told_once_when_it_was_too_long_and_never_before(
    steps: list[tuple[str, Any]],
) -> None:
    desk, sensors, now = live(steps)
    long_enough = timedelta(seconds=LOST_AFTER_S)
    for zone_id in ZONES:
        told = reports(desk, zone_id)
        for name, since, until in sensors.outages:
            if name != zone_id:
                continue
            here = [at for at in told if since <= at <= (until or now)]
            told = [at for at in told if at not in here]
            lasted = (until or now) - since
            if until is not None and lasted < long_enough:
                assert not here, f"{zone_id} was away for {lasted} only"
            assert all(at - since >= long_enough for at in here)
            assert len(here) <= 1
            if (until is not None and lasted >= long_enough) or lasted >= 2 * long_enough:
                assert here, f"{zone_id} was away for {lasted} and nobody was told"
        assert not told, "told though it was not away"


@given(steps=STEPS)
def test_every_report_ends_with_the_outage(steps: list[tuple[str, Any]]) -> None:
    desk, sensors, _ = live(steps)
    for zone_id in ZONES:
        missing = len(reports(desk, zone_id)) - len(returns(desk, zone_id))
        assert missing in ({0, 1} if zone_id in sensors.away else {0})


@given(steps=STEPS)
def test_lost_is_said_only_while_anything_protects(steps: list[tuple[str, Any]]) -> None:
    armed = [("armed", True), *(step for step in steps if step[0] != "armed")]
    desk, _, _ = live(armed)
    assert all(
        isinstance(command, cmd.ReportLost) or not command.on
        for _, command in desk.told
        if isinstance(command, cmd.ReportLost | cmd.ReportTrouble)
    )
    disarmed = [("armed", False), *armed[1:]]
    desk, _, _ = live(disarmed)
    assert not [command for _, command in desk.told if isinstance(command, cmd.ReportLost)]


@given(steps=STEPS)
def test_those_that_vanish_together_are_told_together(steps: list[tuple[str, Any]]) -> None:
    """Zones that vanish within the time of the first and stay away are in one report."""
    steps = [("armed", True), ("wait", 61), *(step for step in steps if step[0] == "wait")]
    together = [*steps, ("gone", "hall"), ("wait", 59), ("gone", "study"), ("wait", 200)]
    desk, _, _ = live(together)
    lost = [command.zones for _, command in desk.told if isinstance(command, cmd.ReportLost)]
    assert lost == [{"hall", "study"}]
