"""Random days of a house: whatever is pressed, trips, fails or restarts, the invariants hold."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import GONE, AccessGrant
from custom_components.verified_response.core.codec import from_plain, to_plain
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.effects import (
    ClearCredential,
    PendingEffect,
    Push,
    SetCredential,
    Share,
    ShareAction,
)
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import (
    DetectedKind,
    PersonReported,
    Threat,
    ZoneTrip,
)
from custom_components.verified_response.core.folds.evolve import evolve
from custom_components.verified_response.core.incident import (
    BEFORE_SENDING,
    HAS_LEVEL,
    STAYS_AT_HOME,
    DeliveryStatus,
    Incident,
    IncidentKind,
    Stage,
)
from custom_components.verified_response.core.premises import (
    ArmMode,
    Release,
    ResponderKind,
    ResponderMode,
)
from custom_components.verified_response.core.rules.validation.assess import HUMAN_LEVEL
from custom_components.verified_response.core.signals import Signal, SignalKind
from custom_components.verified_response.core.state import Phase, PremisesState
from tests import builders
from tests.core.house import House

MAY_BE_SENT_AGAIN = {
    DeliveryStatus.HELD,
    DeliveryStatus.REJECTED,
    DeliveryStatus.WITHDRAWN,
}
NUMBER = st.integers(0, 997)
SECONDS = st.sampled_from([0, 1, 5, 29, 30, 31, 60, 61, 300, 1801, 7200])


class IncidentMachine(RuleBasedStateMachine):
    """One house, and everything that can be asked of it."""

    @initialize(
        exit_delay=st.sampled_from([0, 60]),
        entry_delay=st.sampled_from([0, 30]),
        people=st.booleans(),
        siren=st.booleans(),
    )
    def move_in(self, exit_delay: int, entry_delay: int, people: bool, siren: bool) -> None:
        policy = builders.policy(
            exit_delay_s=exit_delay,
            entry_delay_s=entry_delay,
            siren="siren.house" if siren else None,
        )
        center = builders.responder(
            "center", kind=ResponderKind.MONITORING_CENTER, release=Release.UNANSWERED
        )
        premises = builders.premises(
            policy=policy, responders=builders.by_id([builders.responder("desk"), center])
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
        state = before
        for event in events:
            self.look_at_event(state, event, command)
            state = evolve(state, event, at)
        assert state == self.house.state
        self.look_at_step(before, events, command)
        self.look_at_state()

    def look_at_event(self, state: PremisesState, event: ev.Event, command: cmd.Command) -> None:
        match event:
            case ev.AreaDisarmed(area_id=area_id):
                assert isinstance(command, cmd.Disarm)
                assert command.area_id == area_id
            case ev.IncidentEnded():
                assert isinstance(command, cmd.Disarm | cmd.Dismiss)
            case ev.PersonOutside(camera_id=camera_id, at=at):
                assert isinstance(command, cmd.ReportOutside)
                assert any(area.phase is Phase.ARMED for area in state.areas.values())
                assert not self.burglaries(state), "in a burglary it is evidence"
                last = state.outside_at.get(camera_id)
                assert last is None or abs((at - last).total_seconds()) >= 10
            case ev.EvidenceAdded(incident_id=incident_id, item=PersonReported() as report):
                incident = state.incidents[incident_id]
                trips = [item.at for item in incident.evidence if isinstance(item, ZoneTrip)]
                assert report.at >= max(trips) - timedelta(seconds=30)
                assert report.trust is Trust.LOW
                assert incident.is_open
                assert not incident.is_distress
            case ev.ShareRequested(incident_id=incident_id, responder_id=responder_id):
                incident = state.incidents[incident_id]
                delivery = incident.deliveries.get(responder_id)
                assert delivery is None or delivery.status in MAY_BE_SENT_AGAIN
                self.look_at_release(incident, responder_id, command)
            case ev.EffectRequested(effect=Share() as share):
                incident = state.incidents[share.incident_id]
                assert incident.is_distress or incident.stage not in BEFORE_SENDING
                assert incident.kind not in STAYS_AT_HOME
                assert share.action is not ShareAction.CANCEL or incident.recall
                same = [
                    item
                    for item in state.effects.values()
                    if isinstance(item.effect, Share)
                    and (item.effect.incident_id, item.effect.responder_id, item.effect.action)
                    == (share.incident_id, share.responder_id, ShareAction.CREATE)
                ]
                assert share.action is not ShareAction.CREATE or not same, "two creates under way"
            case ev.EffectRequested(effect=Push(incident_id=str(incident_id))):
                incident = state.incidents[incident_id]
                assert not incident.covert
                assert not incident.silent
            case ev.EffectRequested(effect=SetCredential(grant_id=grant_id, door_id=door_id)):
                assert door_id in state.grants[grant_id].credentials

    @staticmethod
    def burglaries(state: PremisesState) -> list[Incident]:
        return [
            item
            for item in state.open_incidents()
            if item.kind is IncidentKind.BURGLARY and not item.is_distress
        ]

    def look_at_release(self, incident: Incident, responder_id: str, command: cmd.Command) -> None:
        if isinstance(command, cmd.ShareWith):
            return
        assert not incident.held
        responder = self.house.premises.responders[responder_id]
        assert responder.mode is not ResponderMode.OFF
        if not incident.confirmed and not incident.is_distress:
            assert responder.release is Release.UNANSWERED
            assert incident.asks >= 2
            assert not incident.verdicts
            assert (incident.assessment.level or 0) >= 2

    def look_at_step(
        self, before: PremisesState, events: Sequence[ev.Event], command: cmd.Command
    ) -> None:
        after = self.house.state
        if isinstance(command, cmd.ReportOutside | cmd.ReportDetection):
            assert set(after.incidents) == set(before.incidents), "seeing opens nothing"
        finished = {item.effect_id for item in events if isinstance(item, ev.EffectFinished)}
        assert set(before.effects) - set(after.effects) <= finished
        for area_id in set(before.areas) | set(after.areas):
            if after.area(area_id).phase is Phase.DISARMED and not isinstance(command, cmd.Disarm):
                assert before.area(area_id).phase is Phase.DISARMED
        if isinstance(command, cmd.TimePassed):
            due = self.house.deadline
            assert due is None or due > self.house.now, "busy loop"

    def look_at_state(self) -> None:
        state, now = self.house.state, self.house.now
        for area in state.areas.values():
            assert (area.mode is None) == (area.phase is Phase.DISARMED)
            if area.phase in {Phase.PENDING, Phase.TRIGGERED}:
                incident = state.incidents[area.incident_id or ""]
                assert incident.is_open
                assert incident.kind is IncidentKind.BURGLARY
                assert (area.phase is Phase.PENDING) == (incident.stage is Stage.ENTRY_DELAY)
        for incident in state.incidents.values():
            self.look_at_incident(incident)
        for grant in state.grants.values():
            assert not (grant.is_active and now >= grant.expires_at)
            self.look_at_removals(grant)

    def look_at_incident(self, incident: Incident) -> None:
        level = incident.assessment.level or 0
        words = [verdict.threat for verdict in incident.verdicts if verdict.threat is not None]
        assert level < 4 or Threat.LIFE in words
        if "person_reported_and_detector" in incident.assessment.raised_by:
            assert any(isinstance(item, ZoneTrip) and item.observed for item in incident.evidence)
            assert any(
                isinstance(item, PersonReported)
                and item.kind is DetectedKind.PERSON
                and not item.outdoor
                for item in incident.evidence
            )
        if incident.kind in HAS_LEVEL and incident.is_open:
            assert all(level >= HUMAN_LEVEL[word][0] for word in words)
        if incident.is_open or not incident.recall:
            return
        for delivery in incident.deliveries.values():
            pending = {
                share.effect.action
                for share in self.house.shares(delivery.responder_id)
                if isinstance(share.effect, Share) and share.effect.incident_id == incident.id
            }
            if delivery.status is DeliveryStatus.CANCELLING:
                assert ShareAction.CANCEL in pending or delivery.reason is not None
            elif delivery.status is DeliveryStatus.STARTED:
                assert pending or incident.stage is Stage.CLOSED
            elif delivery.status is DeliveryStatus.DELIVERED:
                assert incident.stage is Stage.CLOSED, "got it, and was never called back"
            else:
                assert delivery.status in MAY_BE_SENT_AGAIN | {DeliveryStatus.CANCELLED}
                assert delivery.status is not DeliveryStatus.HELD

    def look_at_removals(self, grant: AccessGrant) -> None:
        if grant.is_active:
            return
        being_cleared = {
            item.effect.door_id
            for item in self.house.pending(ClearCredential)
            if isinstance(item.effect, ClearCredential) and item.effect.grant_id == grant.id
        }
        for credential in grant.credentials.values():
            assert credential.status in GONE or credential.door_id in being_cleared

    # --- the alarm ---------------------------------------------------------------------------

    @rule(area=st.sampled_from(["house", "garage"]), mode=st.sampled_from(ArmMode))
    def arm(self, area: str, mode: ArmMode) -> None:
        self.do(cmd.Arm(area_id=area, mode=mode, by="owner"))

    @rule(area=st.sampled_from(["house", "garage"]), duress=st.booleans())
    def disarm(self, area: str, duress: bool) -> None:
        self.do(cmd.Disarm(area_id=area, by="owner", duress=duress, new_id=self.house.new_id()))

    @rule(
        zone=st.sampled_from([item.id for item in builders.zones()]),
        kind=st.sampled_from(
            [SignalKind.TRIPPED] * 4
            + [SignalKind.RESTORED, SignalKind.UNAVAILABLE, SignalKind.REPORTED_OPEN]
        ),
    )
    def signal(self, zone: str, kind: SignalKind) -> None:
        signal = Signal(zone_id=zone, kind=kind, at=self.house.now)
        phases = {key: area.phase for key, area in self.house.state.areas.items()}
        opened = set(self.house.state.incidents)
        self.do(cmd.SeeSignal(signal=signal, new_id=self.house.new_id()))
        if kind is SignalKind.UNAVAILABLE:
            assert {key: area.phase for key, area in self.house.state.areas.items()} == phases
            assert set(self.house.state.incidents) == opened

    @rule(kind=st.sampled_from(["panic", "medical", "fire"]), silent=st.booleans())
    def call_for_help(self, kind: str, silent: bool) -> None:
        self.do(
            cmd.ReportDistress(
                new_id=self.house.new_id(), kind=IncidentKind(kind), silent=silent, by="owner"
            )
        )

    def some_incident(self, number: int) -> str:
        known = list(self.house.state.incidents)
        return known[-1 - number % min(3, len(known))] if known else "nothing"

    @rule(number=NUMBER, threat=st.sampled_from(Threat))
    def confirm(self, number: int, threat: Threat) -> None:
        self.do(cmd.Confirm(incident_id=self.some_incident(number), threat=threat, by="owner"))

    @rule(number=NUMBER)
    def dismiss(self, number: int) -> None:
        self.do(cmd.Dismiss(incident_id=self.some_incident(number), by="owner"))

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
        self.do(cmd.CredentialSeen(door_id="front", slot=slot))

    # --- time ------------------------------------------------------------------------------------

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: float) -> None:
        until = self.house.now + timedelta(seconds=seconds)
        while (due := self.house.deadline) is not None and due <= until:
            self.house.now = max(self.house.now, due)
            self.do(cmd.TimePassed())
        self.house.now = until

    @rule(seconds=st.sampled_from([-3600, -1, 90, 40000]))
    def clock_jumps(self, seconds: float) -> None:
        self.house.now += timedelta(seconds=seconds)
        self.do(cmd.TimePassed())

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
    max_examples=60,
    stateful_step_count=50,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TestIncidentMachine = IncidentMachine.TestCase
