"""What holds at every step of a random day, whatever is pressed, trips, fails or restarts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import GONE, AccessGrant
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.effects import (
    ClearCredential,
    Push,
    SetCredential,
    Share,
    ShareAction,
)
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import (
    AGAINST,
    DetectedKind,
    EvidenceItem,
    LockReported,
    LockSign,
    PersonReported,
    Threat,
    ZoneTrip,
)
from custom_components.verified_response.core.incident import (
    BEFORE_SENDING,
    HAS_LEVEL,
    STAYS_AT_HOME,
    DeliveryStatus,
    Incident,
    IncidentKind,
    Stage,
)
from custom_components.verified_response.core.premises import Release, ResponderMode
from custom_components.verified_response.core.rules.decide import decide
from custom_components.verified_response.core.rules.validation.assess import HUMAN_LEVEL
from custom_components.verified_response.core.state import (
    KEPT_ATTEMPTS,
    KEPT_OUTCOMES,
    KEPT_PER_SOURCE,
    KEPT_RECENT,
    KEPT_SPENT,
    PROTECTING,
    Phase,
    PremisesState,
)
from tests.core.house import House

MAY_BE_SENT_AGAIN = {
    DeliveryStatus.HELD,
    DeliveryStatus.REJECTED,
    DeliveryStatus.WITHDRAWN,
}
TRIED = (cmd.SeeSignal, cmd.ReportLost, cmd.ReportTrouble, cmd.NoteEvidence, cmd.ReportOutside)
"""What comes from sensors, and means nothing in a walk test."""
PORTION = (
    "zone_id",
    "camera_id",
    "sign_id",
    "door_id",
    "kind",
    "trust",
    "outdoor",
    "observed",
    "forced_entry",
)
"""What shares one portion of the evidence: one source that says one thing."""
IN_ALARM = {Phase.PENDING, Phase.TRIGGERED}


def speaks_against(item: EvidenceItem) -> bool:
    """Say whether it may lower and never raise; a code that somebody was given is one of them."""
    used = isinstance(item, LockReported) and item.kind is LockSign.CREDENTIAL_USED
    return used or isinstance(item, AGAINST)


def seen(events: Sequence[ev.Event], covert_id: str) -> list[ev.Event]:
    """Return what the house shows of a decision: all but the silent call, and what responders get."""
    shown: list[ev.Event] = []
    for event in events:
        match event:
            case ev.EffectRequested(effect=Share()) | ev.ShareRequested() | ev.DeliveryChanged():
                continue
            case ev.EffectRequested(effect=effect):
                shown.append(ev.EffectRequested(effect_id="", effect=effect))
            case ev.IncidentEnded():
                shown.append(replace(event, recall=True))
            case _ if getattr(event, "incident_id", None) != covert_id:
                shown.append(event)
    return shown


class Invariants:
    """Looks at one house; subclasses let it live."""

    house: House

    @staticmethod
    def look_at_trial(state: PremisesState, event: ev.Event, command: cmd.Command) -> None:
        """In a walk test nothing that a sensor says opens an incident or leaves the house."""
        if state.walk_test is None or not isinstance(command, TRIED):
            return
        assert not isinstance(event, ev.IncidentOpened)
        if isinstance(event, ev.EffectRequested):  # but a silent call goes on
            assert isinstance(event.effect, Share)
            assert state.incidents[event.effect.incident_id].is_distress

    def look_at_event(self, state: PremisesState, event: ev.Event, command: cmd.Command) -> None:
        self.look_at_trial(state, event, command)
        match event:
            case ev.AreaDisarmed(area_id=area_id):
                assert self.is_disarmed_by(command, area_id)
            case ev.IncidentEnded():
                self.look_at_end(state, event, command)
            case ev.IncidentOpened():
                assert not isinstance(command, cmd.NoteEvidence), "a sign never alarms"
            case ev.PersonOutside(camera_id=camera_id, at=at):
                assert isinstance(command, cmd.ReportOutside)
                assert any(area.phase is Phase.ARMED for area in state.areas.values())
                assert not self.burglaries(state), "in a burglary it is evidence"
                last = state.outside_at.get(camera_id)
                assert last is None or abs((at - last).total_seconds()) >= 10
            case ev.EvidenceAdded(incident_id=incident_id, item=PersonReported() as report):
                incident = state.incidents[incident_id]
                trips = [item.at for item in incident.evidence if isinstance(item, ZoneTrip)]
                newest = max(trips, default=incident.opened_at)
                assert report.at >= newest - timedelta(seconds=30)
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
                ends = isinstance(command, cmd.Dismiss | cmd.Disarm | cmd.SeePanel)
                recalls = share.action is ShareAction.CANCEL and ends
                assert not (recalls and incident.confirmed), "a confirmation was called back"
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

    def is_disarmed_by(self, command: cmd.Command, area_id: str) -> bool:
        """Say whether a person did it; a linked panel speaks for one in its own area."""
        linked = self.house.premises.areas[area_id].panel is not None
        match command:
            case cmd.Disarm():
                return command.area_id == area_id and not linked
            case cmd.SeePanel():
                return command.area_id == area_id and linked and command.phase is Phase.DISARMED
        return False

    @staticmethod
    def look_at_end(state: PremisesState, event: ev.IncidentEnded, command: cmd.Command) -> None:
        incident = state.incidents[event.incident_id]
        in_alarm = [area for area in incident.areas if state.area(area).phase in IN_ALARM]
        if incident.confirmed:
            assert event.stage is Stage.CLOSED, "confirmed, and ended as false"
        match command:
            case cmd.Dismiss(incident_id=incident_id):
                assert incident_id == event.incident_id
                assert not (incident.confirmed and in_alarm), "a denial undid another's word"
            case cmd.Disarm(area_id=area_id):
                assert area_id in incident.areas
                assert not in_alarm
            case cmd.SeePanel(area_id=area_id, phase=Phase.DISARMED, person=person):
                assert area_id in incident.areas
                assert not in_alarm
                assert person or incident.confirmed or incident.stage in BEFORE_SENDING
            case _:
                raise AssertionError(f"{command} ended an incident")

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
        if isinstance(command, cmd.ReportOutside | cmd.ReportDetection | cmd.NoteEvidence):
            assert set(after.incidents) == set(before.incidents), "seeing opens nothing"
        finished = {item.effect_id for item in events if isinstance(item, ev.EffectFinished)}
        assert set(before.effects) - set(after.effects) <= finished
        for area_id in before.areas:
            if before.area(area_id).phase in PROTECTING:
                protects = after.area(area_id).phase in PROTECTING
                assert protects or self.is_disarmed_by(command, area_id)
        for incident_id, incident in after.incidents.items():
            leveled = incident.kind in HAS_LEVEL and incident.is_open
            if incident_id in before.incidents and leveled:
                self.look_at_level(before.incidents[incident_id], incident, events)
        if isinstance(command, cmd.TimePassed):
            due = self.house.deadline
            assert due is None or due > self.house.now, "busy loop"

    def look_at_duress(
        self, before: PremisesState, events: Sequence[ev.Event], command: cmd.Disarm | cmd.Dismiss
    ) -> None:
        """Whoever stands beside sees, hears and finds on a phone what a free person's code does."""
        try:
            plain = decide(
                before, self.house.premises, replace(command, duress=False), self.house.now
            )
        except InvalidRequestError:
            assert isinstance(command, cmd.Disarm), "a linked area: heard all the same"
            return
        assert seen(events, command.new_id) == seen(plain, command.new_id)

    @staticmethod
    def look_at_level(before: Incident, after: Incident, events: Sequence[ev.Event]) -> None:
        """Evidence for never lowers, evidence against never raises, and nothing changes by itself."""
        if after.stage is Stage.CANCELLED:  # cleared by whoever may
            assert after.assessment.level in {None, 0}
            return
        said = {type(event) for event in events}
        if said & {ev.VerdictGiven, ev.PolicySet} or before.assessment.level is None:
            return
        items = [
            event.item
            for event in events
            if isinstance(event, ev.EvidenceAdded) and event.incident_id == after.id
        ]
        against = [speaks_against(item) for item in items]
        was, now = before.assessment.level, after.assessment.level or 0
        assert any(against) or now >= was, f"{items} lowered"
        assert not all(against) or now <= was, f"{items} raised"

    def look_at_memory(self) -> None:
        """Whatever goes on for days, what is remembered stays small."""
        state = self.house.state
        assert len(state.recent) <= KEPT_RECENT
        assert len(state.spent_codes) <= KEPT_SPENT
        assert all(len(item) <= KEPT_OUTCOMES for item in state.history.values())
        for incident in state.incidents.values():
            assert len(incident.attempts) <= KEPT_ATTEMPTS
            portions = Counter(
                (type(item), *(str(getattr(item, name, "")) for name in PORTION))
                for item in incident.evidence
            )
            assert max(portions.values(), default=0) <= KEPT_PER_SOURCE

    def look_at_state(self) -> None:
        state, now = self.house.state, self.house.now
        self.look_at_memory()
        for area in state.areas.values():
            assert (area.exit is None) or area.phase is Phase.ARMING
            assert area.phase is not Phase.DISARMED or not (area.bypassed or area.alarms)
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
