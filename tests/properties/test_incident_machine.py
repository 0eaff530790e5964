"""Random days of a house: whatever is pressed, trips, fails or restarts, the invariants hold."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.codec import from_plain, to_plain
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.effects import PendingEffect
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import (
    DetectedKind,
    HouseholdPresent,
    LockReported,
    LockSign,
    Noted,
    PowerReturned,
    SoundHeard,
    StormReported,
    Threat,
    VehicleReported,
)
from custom_components.verified_response.core.folds.evolve import evolve
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import (
    SOUNDS,
    ArmMode,
    Release,
    ResponderKind,
    ResponderMode,
    ZoneType,
)
from custom_components.verified_response.core.signals import Signal, SignalKind, TroubleKind
from custom_components.verified_response.core.state import KEPT_PER_SOURCE, Phase, PremisesState
from tests import builders
from tests.core.house import House

from .invariants import Invariants

ZONES = (
    *builders.zones(),
    builders.zone("attic_east", ZoneType.INTERIOR, cross=("attic_west",)),
    builders.zone("attic_west", ZoneType.INTERIOR, cross=("attic_east",)),
    builders.zone("annex_window", ZoneType.PERIMETER, "annex"),
    builders.zone("bridge", ZoneType.INTERIOR, areas=("garage", "annex")),
)
INSIDE = ("front_door", "hall", "kitchen_window", "kitchen_glass", "attic_east", "attic_west")
ZONE = st.sampled_from([item.id for item in ZONES])
AREA = st.sampled_from(["house", "house", "garage", "annex"])
BY = st.sampled_from(["owner", "contact:owner", "contact:neighbour"])
SOME = st.one_of(st.just(frozenset()), st.just(frozenset()), st.frozensets(ZONE, max_size=2))
OPENED = st.sampled_from(
    [frozenset(names) for names in ((), (), ("kitchen_window",), ("front_door", "study"))]
)
DURESS = st.sampled_from([False, False, False, True])
PRESENT = st.frozensets(st.sampled_from(["owner", "cleaner"]), max_size=2)
NOTED: Mapping[str, Callable[[datetime, str], Noted]] = {
    **{
        sound: lambda at, key, sound=sound: SoundHeard(at=at, sign_id=key, kind=sound)
        for sound in sorted(SOUNDS)
    },
    **{
        sign: lambda at, key, sign=sign: LockReported(at=at, door_id=key, kind=sign)
        for sign in LockSign
    },
    "vehicle": lambda at, key: VehicleReported(at=at, sign_id=key),
    "household": lambda at, key: HouseholdPresent(at=at, who=key),
    "storm": lambda at, key: StormReported(at=at, sign_id=key),
    "power": lambda at, key: PowerReturned(at=at, sign_id=key),
}
ABOUT_THINGS: st.SearchStrategy[cmd.Command] = st.one_of(
    st.builds(
        cmd.ReportLost, zones=st.frozensets(ZONE, min_size=1, max_size=4), new_id=st.just("")
    ),
    st.builds(cmd.ReportTrouble, zone_id=ZONE, kind=st.sampled_from(TroubleKind), on=st.booleans()),
    st.builds(cmd.NoteWrongCode, area_id=st.sampled_from(["house", None]), by=st.just("keypad")),
    st.builds(cmd.SpendCode, code_id=st.sampled_from(["c1", "c2"]), contact_id=st.just("owner")),
    st.builds(
        cmd.ForgetHistory,
        subject_id=st.sampled_from(["front_door", "kitchen_window", "hall", "attic"]),
        by=st.just("owner"),
    ),
)
NUMBER = st.integers(0, 997)
SECONDS = st.sampled_from([0, 1, 5, 29, 30, 31, 60, 61, 300, 1801, 7200])


class IncidentMachine(Invariants, RuleBasedStateMachine):
    """One house, and everything that can be asked of it."""

    @initialize(
        exit_delay=st.sampled_from([0, 60]),
        entry_delay=st.sampled_from([0, 30]),
        people=st.booleans(),
        siren=st.booleans(),
        auto_bypass=st.booleans(),
    )
    def move_in(
        self, exit_delay: int, entry_delay: int, people: bool, siren: bool, auto_bypass: bool
    ) -> None:
        policy = builders.policy(
            auto_bypass=auto_bypass,
            exit_delay_s=exit_delay,
            entry_delay_s=entry_delay,
            siren="siren.house" if siren else None,
        )
        center = builders.responder(
            "center", kind=ResponderKind.MONITORING_CENTER, release=Release.UNANSWERED
        )
        annex = builders.area("annex", panel="alarm_control_panel.annex")
        premises = builders.premises(
            policy=policy,
            areas=builders.by_id([builders.area("house"), builders.area("garage"), annex]),
            zones=builders.by_id(ZONES),
            responders=builders.by_id([builders.responder("desk"), center]),
        )
        self.house = House(premises if people else replace(premises, contacts={}))

    # --- doing, with every step looked at --------------------------------------------------

    def do(self, command: cmd.Command) -> None:
        before, at = self.house.state, self.house.now
        try:
            events = self.house.do(command)
        except InvalidRequestError:
            assert self.house.state is before
            return
        if getattr(command, "duress", False):
            self.look_at_duress(before, events, command)
        state = before
        for event in events:
            self.look_at_event(state, event, command)
            state = evolve(state, event, at)
        assert state == self.house.state
        self.look_at_step(before, events, command)
        self.look_at_state()

    # --- the alarm ---------------------------------------------------------------------------

    @rule(
        area=AREA,
        mode=st.sampled_from(ArmMode),
        opened=OPENED,
        bypass=SOME,
        at_once=st.booleans(),
        attended=st.booleans(),
    )
    def arm(
        self,
        area: str,
        mode: ArmMode,
        opened: frozenset[str],
        bypass: frozenset[str],
        at_once: bool,
        attended: bool,
    ) -> None:
        self.do(
            cmd.Arm(
                area_id=area,
                mode=mode,
                by="owner",
                open_zones=opened,
                bypass=bypass,
                at_once=at_once,
                attended=attended,
            )
        )

    @rule(area=st.sampled_from(["house", "garage"]), mode=st.sampled_from(ArmMode))
    def arm_plainly(self, area: str, mode: ArmMode) -> None:
        self.do(cmd.Arm(area_id=area, mode=mode, by="owner", at_once=True))

    @rule(
        zones=st.lists(st.sampled_from(INSIDE), min_size=1, max_size=3),
        pause=st.sampled_from([0, 10, 31]),
    )
    def somebody_breaks_in(self, zones: list[str], pause: float) -> None:
        self.arm_plainly("house", ArmMode.AWAY)
        for zone in zones:
            self.signal(zone, SignalKind.TRIPPED, frozenset(), frozenset())
            self.time_passes(pause)

    @precondition(lambda self: self.phases() - {Phase.DISARMED})
    @rule(area=AREA, zone=ZONE, on=st.booleans())
    def bypass(self, area: str, zone: str, on: bool) -> None:
        self.do(cmd.Bypass(area_id=area, zone_id=zone, on=on, by="owner"))

    @precondition(
        lambda self: any(item.failure is not None for item in self.house.state.areas.values())
    )
    @rule(area=AREA)
    def acknowledge(self, area: str) -> None:
        self.do(cmd.AcknowledgeFailure(area_id=area, by="owner"))

    @rule(
        phase=st.sampled_from(Phase),
        mode=st.sampled_from([None, *ArmMode]),
        person=st.booleans(),
        present=PRESENT,
    )
    def panel(
        self, phase: Phase, mode: ArmMode | None, person: bool, present: frozenset[str]
    ) -> None:
        self.do(
            cmd.SeePanel(
                area_id="annex",
                phase=phase,
                mode=mode,
                by="panel",
                new_id=self.house.new_id(),
                person=person,
                present=present,
            )
        )

    def phases(self) -> set[Phase]:
        return {area.phase for area in self.house.state.areas.values()}

    @rule()
    def walk_test(self) -> None:
        ends = self.house.state.walk_test is not None
        self.do(cmd.EndWalkTest(by="owner") if ends else cmd.StartWalkTest(by="owner"))

    @rule(area=AREA, duress=DURESS)
    def disarm(self, area: str, duress: bool) -> None:
        self.do(cmd.Disarm(area_id=area, by="owner", duress=duress, new_id=self.house.new_id()))

    @rule(
        zone=ZONE,
        kind=st.sampled_from(
            [SignalKind.TRIPPED] * 4
            + [SignalKind.RESTORED, SignalKind.UNAVAILABLE, SignalKind.REPORTED_OPEN]
        ),
        lost=SOME,
        present=PRESENT,
    )
    def signal(
        self, zone: str, kind: SignalKind, lost: frozenset[str], present: frozenset[str]
    ) -> None:
        signal = Signal(zone_id=zone, kind=kind, at=self.house.now)
        phases = {key: area.phase for key, area in self.house.state.areas.items()}
        opened = set(self.house.state.incidents)
        self.do(
            cmd.SeeSignal(
                signal=signal, new_id=self.house.new_id(), lost=lost - {zone}, present=present
            )
        )
        if kind is SignalKind.UNAVAILABLE:
            assert {key: area.phase for key, area in self.house.state.areas.items()} == phases
            assert set(self.house.state.incidents) == opened

    @precondition(lambda self: self.house.state.open_incidents())
    @rule(zone=ZONE, pause=st.sampled_from([6, 61]))
    def chatter(self, zone: str, pause: float) -> None:
        """A loose contact, for as long as it takes to fill its portion of the evidence."""
        for _ in range(KEPT_PER_SOURCE + 5):
            self.time_passes(pause)
            signal = Signal(zone_id=zone, kind=SignalKind.TRIPPED, at=self.house.now)
            self.do(cmd.SeeSignal(signal=signal, new_id=self.house.new_id()))

    @rule(
        kind=st.sampled_from(sorted(NOTED)), ago=st.sampled_from([0, 0, 20]), who=st.integers(0, 2)
    )
    def note(self, kind: str, ago: float, who: int) -> None:
        at = self.house.now - timedelta(seconds=ago)
        self.do(cmd.NoteEvidence(item=NOTED[kind](at, f"n{who}")))

    @rule(command=ABOUT_THINGS)
    def thing(self, command: cmd.Command) -> None:
        if isinstance(command, cmd.ReportLost | cmd.ReportTrouble):
            command = replace(command, new_id=self.house.new_id())
        self.do(command)

    @rule(kind=st.sampled_from(["panic", "medical", "fire"]), silent=st.booleans())
    def call_for_help(self, kind: str, silent: bool) -> None:
        self.do(
            cmd.ReportDistress(
                new_id=self.house.new_id(), kind=IncidentKind(kind), silent=silent, by="owner"
            )
        )

    @rule()
    def duress_code_elsewhere(self) -> None:
        self.do(cmd.ReportDuress(new_id=self.house.new_id(), by="owner"))

    def some_incident(self, number: int) -> str:
        known = list(self.house.state.incidents)
        return known[-1 - number % min(3, len(known))] if known else "nothing"

    @precondition(lambda self: self.house.state.incidents)
    @rule(number=NUMBER, threat=st.sampled_from(Threat), by=BY)
    def confirm(self, number: int, threat: Threat, by: str) -> None:
        self.do(cmd.Confirm(incident_id=self.some_incident(number), threat=threat, by=by))

    @precondition(lambda self: self.house.state.incidents)
    @rule(number=NUMBER, by=BY, duress=DURESS)
    def dismiss(self, number: int, by: str, duress: bool) -> None:
        self.do(
            cmd.Dismiss(
                incident_id=self.some_incident(number),
                by=by,
                duress=duress,
                new_id=self.house.new_id(),
            )
        )

    @precondition(lambda self: self.house.state.incidents)
    @rule(number=NUMBER, by=BY)
    def cannot_see(self, number: int, by: str) -> None:
        self.do(cmd.CannotSee(incident_id=self.some_incident(number), by=by))

    @rule(number=NUMBER, responder=st.sampled_from(["desk", "center", "nobody"]))
    def share(self, number: int, responder: str) -> None:
        self.do(
            cmd.ShareWith(
                incident_id=self.some_incident(number),
                responder_id=responder,
                ground="consent",
                by="owner",
            )
        )

    @rule(number=NUMBER, camera=st.sampled_from(["hall", "porch"]), trust=st.sampled_from(Trust))
    def person(self, number: int, camera: str, trust: Trust) -> None:
        self.do(
            cmd.ReportPerson(
                incident_id=self.some_incident(number),
                camera_id=camera,
                trust=trust,
                engine="nano",
                scores=(0.9,),
                box=None,
            )
        )

    @rule(camera=st.sampled_from(["hall", "porch", "moon"]), trust=st.sampled_from(Trust))
    def outside(self, camera: str, trust: Trust) -> None:
        self.do(
            cmd.ReportOutside(
                camera_id=camera, trust=trust, engine="nano", scores=(0.9,), box=None, count=2
            )
        )

    @rule(
        camera=st.sampled_from(["hall", "porch", "moon"]),
        kind=st.sampled_from(DetectedKind),
        family=st.sampled_from(["frigate", "reolink"]),
        ago=st.sampled_from([-1, 0, 29, 31, 3600]),
        place=st.sampled_from([(), ("attic",), ("place-kitchen_window",)]),
    )
    def detect(
        self, camera: str, kind: DetectedKind, family: str, ago: float, place: tuple[str, ...]
    ) -> None:
        self.do(
            cmd.ReportDetection(
                camera_id=camera,
                kind=kind,
                at=self.house.now - timedelta(seconds=ago),
                source_family=family,
                devices=(f"camera-{camera}",),
                places=place,
            )
        )

    @rule(number=NUMBER)
    def blind(self, number: int) -> None:
        self.do(
            cmd.ReportBlind(
                incident_id=self.some_incident(number), camera_id="hall", reason="timed_out"
            )
        )

    @rule(number=NUMBER, status=st.sampled_from(["received", "dispatched"]))
    def responder_says(self, number: int, status: str) -> None:
        self.do(
            cmd.RespondersSay(
                responder_id="desk",
                incident_id=self.some_incident(number),
                status=status,
                number="N1",
                event_id=f"w{number}",
            )
        )

    @rule(mode=st.sampled_from(ResponderMode))
    def reconfigure(self, mode: ResponderMode) -> None:
        premises = self.house.premises
        desk = replace(premises.responders["desk"], mode=mode)
        self.house.premises = replace(premises, responders={**premises.responders, "desk": desk})

    # --- the outside ---------------------------------------------------------------------------

    def some_effect(self, number: int) -> PendingEffect:
        effects = list(self.house.state.effects.values())
        return effects[number % len(effects)]

    @precondition(lambda self: self.house.state.effects)
    @rule(
        number=NUMBER,
        ends=st.sampled_from(["started", "done", "done", "delayed", "failed", "not_arrived"]),
    )
    def effect(self, number: int, ends: str) -> None:
        pending = self.some_effect(number)
        if pending.started_at is None:
            self.do(cmd.EffectStarts(effect_id=pending.id))
        if pending.id not in self.house.state.effects or ends == "started":
            return
        if ends == "done":
            outcome = "confirmed" if number % 2 else "unverified"
            self.do(cmd.EffectDone(effect_id=pending.id, outcome=outcome, number=f"N{number}"))
            return
        self.do(
            cmd.EffectFailed(
                effect_id=pending.id,
                code="not_arrived" if ends == "not_arrived" else "timed_out",
                final=ends != "delayed",
                retry_at=self.house.now + timedelta(seconds=30),
            )
        )

    # --- doors ---------------------------------------------------------------------------------

    @rule(
        number=NUMBER,
        slot=st.integers(1, 3),
        lasts=st.sampled_from([0, 60, 3600]),
        uses=st.sampled_from([None, 1]),
    )
    def grant(self, number: int, slot: int, lasts: int, uses: int | None) -> None:
        self.do(
            cmd.RequestGrant(
                new_id=self.house.new_id(),
                recipient="officer",
                by="owner",
                expires_at=self.house.now + timedelta(seconds=lasts),
                fingerprint="f00d",
                slots={"front": slot},
                failed={"back": "lock_unavailable"},
                incident_id=self.some_incident(number) if number % 2 else None,
                max_uses=uses,
            )
        )

    @rule(number=NUMBER)
    def revoke(self, number: int) -> None:
        known = list(self.house.state.grants) or ["nothing"]
        self.do(cmd.RevokeGrant(grant_id=known[number % len(known)], by="owner"))

    @rule(slot=st.integers(1, 3))
    def code_used(self, slot: int) -> None:
        self.do(builders.opened("front", slot=slot, at=self.house.now))

    # --- time ------------------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        until = self.house.now + timedelta(seconds=seconds)
        while (due := self.house.deadline) is not None and due <= until:
            self.house.now = max(self.house.now, due)
            self.do(cmd.TimePassed())
        self.house.now = until

    @rule(seconds=st.sampled_from([-3600, -1, 90, 40000]), noticed=st.booleans())
    def clock_jumps(self, seconds: float, noticed: bool) -> None:
        self.house.now += timedelta(seconds=seconds)
        self.do(cmd.NoteJump(by_s=seconds) if noticed else cmd.TimePassed())

    @rule(away=SECONDS)
    def hub_restarts(self, away: float) -> None:
        self.fold_again()
        last_alive = self.house.state.last_alive
        self.house.now += timedelta(seconds=away)
        self.do(cmd.HubStarted(last_alive=last_alive))

    def fold_again(self) -> None:
        assert self.house.replayed() == self.house.state
        assert from_plain(PremisesState, to_plain(self.house.state)) == self.house.state

    def teardown(self) -> None:
        if hasattr(self, "house"):
            self.fold_again()


IncidentMachine.TestCase.settings = settings(
    max_examples=100,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestIncidentMachine = IncidentMachine.TestCase
