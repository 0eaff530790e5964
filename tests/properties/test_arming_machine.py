"""Random days of an alarm: after every step it stands where the plain oracle says."""

from collections.abc import Callable, Collection, Mapping
from datetime import timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import Threat
from custom_components.verified_response.core.incident import Incident, Stage
from custom_components.verified_response.core.premises import ArmMode
from custom_components.verified_response.core.signals import Signal, SignalKind
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.core.house import House
from tests.properties.arming_oracle import Oracle

AREAS = ("house", "garage", "annex")
ZONES = tuple(item.id for item in builders.estate_zones())
AREA = st.sampled_from(["house", "house", "house", "garage", "garage", "annex", "cellar"])
MODE = st.sampled_from([ArmMode.AWAY, ArmMode.AWAY, *ArmMode])
ZONE = st.sampled_from(ZONES)
BYPASS = st.frozensets(st.sampled_from([*ZONES, "nothing"]), max_size=2)
SECONDS = st.sampled_from([0, 1, 4, 6, 10, 14, 15, 29, 30, 31, 45, 59, 60, 61, 300, 1801, 7200])
ONE = st.sampled_from(["house", "house", "garage"])
PAUSE = st.sampled_from([0, 4, 10, 29, 30, 45, 61])
HOW = st.sampled_from(["open and shut"] * 5 + ["open", "silent"])
STORY = st.lists(st.tuples(ZONE, HOW, PAUSE), min_size=1, max_size=4)
type Story = list[tuple[str, str, float]]
STAGES = {Stage.ENTRY_DELAY: "entry", Stage.ABORT_WINDOW: "abort"}


class ArmingMachine(RuleBasedStateMachine):
    """The rules and the oracle are asked the same."""

    @initialize(
        exit_delay=st.sampled_from([60, 60, 0]),
        auto_stay=st.booleans(),
        auto_bypass=st.booleans(),
        swinger_trips=st.sampled_from([1, 2]),
    )
    def move_in(
        self, exit_delay: int, auto_stay: bool, auto_bypass: bool, swinger_trips: int
    ) -> None:
        premises = builders.estate(
            exit_delay_s=exit_delay,
            auto_stay=auto_stay,
            auto_bypass=auto_bypass,
            swinger_trips=swinger_trips,
        )
        self.house = House(premises)
        self.oracle = Oracle(
            zones={
                zone.id: {
                    "type": zone.type,
                    "areas": zone.areas,
                    "modes": zone.modes,
                    "delay": zone.entry_delay_s,
                    "cross": zone.cross,
                }
                for zone in premises.zones.values()
            },
            areas=AREAS,
            linked={"annex"},
            numbers={
                "exit_delay": exit_delay,
                "entry_delay": premises.policy.entry_delay_s,
                "abort_window": premises.policy.abort_window_s,
                "auto_stay": auto_stay,
                "auto_bypass": auto_bypass,
                "swinger_trips": swinger_trips,
                "cross_window": premises.policy.cross_window_s,
                "walk_test": premises.policy.walk_test_s,
            },
            now=self.house.now,
        )

    def ask(
        self, command: cmd.Command, judge: Callable[[], Collection[str] | None] = lambda: None
    ) -> None:
        """Ask both; they have to agree on whether, and why not."""
        self.oracle.is_now(self.house.now)
        refusals = judge() or set()
        self.oracle.settle()
        answer = None
        try:
            self.house.do(command)
        except InvalidRequestError as refused:
            answer = refused.code
        assert answer in (refusals or {None})
        self.compare()

    # --- people --------------------------------------------------------------------------

    @rule(area=AREA, mode=MODE, attended=st.booleans(), at_once=st.booleans(), bypass=BYPASS)
    def arms(
        self, area: str, mode: ArmMode, attended: bool, at_once: bool, bypass: frozenset[str]
    ) -> None:
        opened = {zone for zone, status in self.oracle.status.items() if status != "closed"}
        self.ask(
            cmd.Arm(
                area_id=area,
                mode=mode,
                by="owner",
                open_zones=frozenset(opened),
                bypass=bypass,
                at_once=at_once,
                attended=attended,
            ),
            lambda: self.oracle.arm(area, mode, attended=attended, at_once=at_once, bypass=bypass),
        )

    def arms_a_quiet_house(self, area: str, mode: ArmMode, *, at_once: bool) -> None:
        for zone, status in list(self.oracle.status.items()):
            if status != "closed":
                self.closes(zone)
        self.arms(area, mode, True, at_once, frozenset())

    def live(self, story: Story) -> None:
        for zone, how, pause in story:
            if how == "silent":
                self.is_not_known(zone, False)
            else:
                self.opens(zone, how == "open and shut")
            self.time_passes(pause)

    @rule(area=ONE, mode=MODE, story=STORY)
    def somebody_leaves(self, area: str, mode: ArmMode, story: Story) -> None:
        self.arms_a_quiet_house(area, mode, at_once=False)
        self.live(story)

    @rule(areas=st.lists(ONE, min_size=1, max_size=2, unique=True), mode=MODE, story=STORY)
    def somebody_comes(self, areas: list[str], mode: ArmMode, story: Story) -> None:
        for area in areas:
            self.arms_a_quiet_house(area, mode, at_once=True)
        self.live(story)

    @precondition(lambda self: self.oracle.in_alarm())
    @rule(story=STORY)
    def goes_on(self, story: Story) -> None:
        self.live(story)

    @rule(area=ONE, zone=ZONE, pause=PAUSE)
    def is_a_false_alarm_again_and_again(self, area: str, zone: str, pause: float) -> None:
        self.arms_a_quiet_house(area, ArmMode.AWAY, at_once=True)
        for _ in range(2):
            self.live([(zone, "open and shut", pause)])
            for incident in self.alarms():
                self.dismiss(incident.id, duress=False)

    @rule(area=AREA, duress=st.booleans())
    def disarms(self, area: str, duress: bool) -> None:
        if area == "annex":
            duress = False  # nothing to disarm here: the code is heard, see test_panels
        self.ask(
            cmd.Disarm(area_id=area, by="owner", duress=duress, new_id=self.house.new_id()),
            lambda: self.oracle.disarm(area),
        )

    @precondition(
        lambda self: any(area["phase"] != "disarmed" for area in self.oracle.areas.values())
    )
    @rule(area=AREA, zone=st.sampled_from([*ZONES, "nothing"]), on=st.booleans())
    def bypasses(self, area: str, zone: str, on: bool) -> None:
        self.ask(
            cmd.Bypass(area_id=area, zone_id=zone, on=on, by="owner"),
            lambda: self.oracle.bypass(area, zone, on=on),
        )

    @precondition(lambda self: any(area["failure"] for area in self.oracle.areas.values()))
    @rule(area=AREA)
    def acknowledges(self, area: str) -> None:
        self.ask(
            cmd.AcknowledgeFailure(area_id=area, by="owner"), lambda: self.oracle.acknowledge(area)
        )

    def alarms(self) -> list[Incident]:
        return [item for item in self.house.state.open_incidents() if not item.is_distress]

    @precondition(lambda self: self.alarms())
    @rule(threat=st.sampled_from(Threat), number=st.integers(0, 2))
    def confirms(self, threat: Threat, number: int) -> None:
        incident_id = self.alarms()[number % len(self.alarms())].id
        self.ask(
            cmd.Confirm(incident_id=incident_id, threat=threat, by="owner"),
            lambda: self.oracle.confirm(incident_id),
        )

    @precondition(lambda self: self.alarms())
    @rule(number=st.integers(0, 2), duress=st.booleans())
    def dismisses(self, number: int, duress: bool) -> None:
        self.dismiss(self.alarms()[number % len(self.alarms())].id, duress=duress)

    def dismiss(self, incident_id: str, *, duress: bool) -> None:
        self.ask(
            cmd.Dismiss(
                incident_id=incident_id, by="owner", duress=duress, new_id=self.house.new_id()
            ),
            lambda: self.oracle.dismiss(incident_id),
        )

    @rule(ends=st.booleans(), story=STORY)
    def walk_test(self, ends: bool, story: Story) -> None:
        if ends or self.oracle.walking_until:
            self.ask(cmd.EndWalkTest(by="owner"), self.oracle.end_walk_test)
        else:
            self.ask(cmd.StartWalkTest(by="owner"), self.oracle.start_walk_test)
            self.live(story)

    # --- zones and panels ----------------------------------------------------------------

    def signal(self, zone: str, kind: SignalKind, judge: Callable[[str], None]) -> None:
        lost = {key for key, status in self.oracle.status.items() if status == "silent"}
        new_id = self.house.new_id()
        self.ask(
            cmd.SeeSignal(
                signal=Signal(zone_id=zone, kind=kind, at=self.house.now),
                new_id=new_id,
                lost=frozenset(lost - {zone}),
            ),
            lambda: judge(new_id),
        )

    @rule(zone=ZONE, closed_again=st.sampled_from([True, True, False]))
    def opens(self, zone: str, closed_again: bool) -> None:
        if self.oracle.status[zone] != "closed":
            self.closes(zone)
        self.signal(zone, SignalKind.TRIPPED, lambda new_id: self.oracle.opens(zone, new_id))
        if closed_again:
            self.closes(zone)

    @rule(zone=ZONE)
    def closes(self, zone: str) -> None:
        self.signal(zone, SignalKind.RESTORED, lambda _: self.oracle.closes(zone))

    @rule(zone=ZONE, found_open=st.booleans())
    def is_not_known(self, zone: str, found_open: bool) -> None:
        """It goes silent, and perhaps it is open when it reports again."""
        self.signal(zone, SignalKind.UNAVAILABLE, lambda _: self.oracle.goes_silent(zone))
        if found_open:
            self.signal(zone, SignalKind.REPORTED_OPEN, lambda _: self.oracle.is_found_open(zone))

    @rule(phase=st.sampled_from(Phase), mode=st.sampled_from(ArmMode), person=st.booleans())
    def panel_changes(self, phase: Phase, mode: ArmMode, person: bool) -> None:
        known = None if phase is Phase.DISARMED else mode
        new_id = self.house.new_id()
        self.ask(
            cmd.SeePanel(
                area_id="annex", phase=phase, mode=known, by="panel", new_id=new_id, person=person
            ),
            lambda: self.oracle.panel("annex", phase, known, person=person, new_id=new_id),
        )

    @rule(
        days=st.lists(
            st.tuples(st.sampled_from([*Phase, "annex_door", "annex_window"]), PAUSE),
            min_size=2,
            max_size=5,
        ),
        person=st.booleans(),
    )
    def the_annex_lives_by_itself(
        self, days: list[tuple[Phase | str, float]], person: bool
    ) -> None:
        for what, pause in days:
            if isinstance(what, Phase):
                self.panel_changes(what, ArmMode.AWAY, person)
            else:
                self.opens(what, True)
            self.time_passes(pause)

    # --- time ----------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        self.oracle.wait(self.house.now + timedelta(seconds=seconds))
        self.house.wait(seconds)
        self.compare()

    @rule(seconds=st.sampled_from([-3600, -30, -1, 90, 40000]), noticed=st.booleans())
    def clock_jumps(self, seconds: float, noticed: bool) -> None:
        self.house.now += timedelta(seconds=seconds)
        if noticed:
            self.oracle.clock_is_set(self.house.now)
        self.ask(cmd.NoteJump(by_s=seconds) if noticed else cmd.TimePassed())

    @rule(away=SECONDS)
    def hub_restarts(self, away: float) -> None:
        assert self.house.replayed() == self.house.state
        self.house.restart(after=away)
        self.oracle.restart(self.house.now)
        self.compare()
        self.ask(cmd.HubStarted(last_alive=self.house.state.last_alive, resumed=True))

    # --- the comparison ------------------------------------------------------------------

    def compare(self) -> None:
        """After every step it stands where the oracle says."""
        assert self.seen() == self.predicted()

    def seen(self) -> dict[str, Any]:
        state = self.house.state
        areas = {
            name: {
                "phase": area.phase.value,
                "mode": area.mode and area.mode.value,
                "until": area.until,
                "bypassed": set(area.bypassed),
                "failure": set(area.failure.zones) if area.failure else set(),
                "shut down": self.shut_down(name, area.alarms),
            }
            for name in AREAS
            for area in [state.area(name)]
        }
        incidents = {
            item.id: {
                "kind": item.kind.value,
                "stage": STAGES.get(item.stage, "open"),
                "until": item.until,
                "confirmed": item.confirmed,
            }
            for item in self.alarms()
        }
        return {
            "areas": areas,
            "incidents": incidents,
            "siren": self.house.siren()[-1:] == [True],
            "walking": state.walk_test and state.walk_test.until,
        }

    def shut_down(self, name: str, alarms: Mapping[str, int]) -> set[str]:
        most = self.house.premises.policy.swinger_trips
        if name == "annex":
            return set()  # its zones raise none
        return {zone for zone, times in alarms.items() if times >= most}

    def predicted(self) -> dict[str, Any]:
        oracle = self.oracle
        areas = {
            name: {
                **{key: area[key] for key in ("phase", "mode", "until", "bypassed", "failure")},
                "shut down": self.shut_down(name, area["raised"]),
            }
            for name, area in oracle.areas.items()
        }
        incidents = {
            key: {name: item[name] for name in ("kind", "stage", "until", "confirmed")}
            for key, item in oracle.incidents.items()
            if item["stage"] != "ended"
        }
        return {
            "areas": areas,
            "incidents": incidents,
            "siren": oracle.siren,
            "walking": oracle.walking_until,
        }


ArmingMachine.TestCase.settings = settings(
    max_examples=250,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestArmingMachine = ArmingMachine.TestCase
