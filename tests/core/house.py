"""A house that lives by decide() and evolve() alone, with a clock moved by hand and verbs to read by."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.access import AccessGrant, Preset
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.effects import (
    PendingEffect,
    Push,
    Share,
    ShareAction,
    Siren,
)
from custom_components.verified_response.core.evidence import DetectedKind, Noted, Threat
from custom_components.verified_response.core.folds.evolve import evolve
from custom_components.verified_response.core.incident import Delivery, Incident, IncidentKind
from custom_components.verified_response.core.premises import ArmMode, Premises
from custom_components.verified_response.core.rules.decide import decide, next_deadline
from custom_components.verified_response.core.signals import Signal, SignalKind, TroubleKind
from custom_components.verified_response.core.state import Phase, PremisesState
from tests import builders

START = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


class House:
    """Everything that happened stays in `log`, so that it can be folded once more."""

    def __init__(self, premises: Premises | None = None, **policy: Any) -> None:
        self.premises = premises or builders.premises(policy=builders.policy(**policy))
        self.state = PremisesState()
        self.now = START
        self.log: list[tuple[ev.Event, datetime]] = []
        self.ids = 0

    # --- the machine -----------------------------------------------------------------

    def do(self, command: cmd.Command) -> Sequence[ev.Event]:
        """Decide, fold, remember."""
        told = decide(self.state, self.premises, command, self.now)
        for event in told:
            self.state = evolve(self.state, event, self.now)
            self.log.append((event, self.now))
        return told

    def new_id(self) -> str:
        """Return the next id."""
        self.ids += 1
        return f"id{self.ids:06}"

    @property
    def deadline(self) -> datetime | None:
        """Return what the engine would wait for."""
        return next_deadline(self.state, self.premises)

    def wait(self, seconds: float) -> list[ev.Event]:
        """Let time pass, with a TimePassed at every deadline; a deadline that stays is a busy loop."""
        until = self.now + timedelta(seconds=seconds)
        told: list[ev.Event] = []
        while (due := self.deadline) is not None and due <= until:
            self.now = max(self.now, due)
            told += self.do(cmd.TimePassed())
            assert self.deadline is None or self.deadline > self.now, "busy loop"
        self.now = until
        return told

    def restart(self, *, after: float = 0) -> Sequence[ev.Event]:
        """Stop, be away, fold everything again, start."""
        self.state = self.replayed()
        last_alive = self.state.last_alive
        self.now += timedelta(seconds=after)
        return self.do(cmd.HubStarted(last_alive=last_alive))

    def replayed(self) -> PremisesState:
        """Return the state folded anew."""
        state = PremisesState()
        for event, at in self.log:
            state = evolve(state, event, at)
        return state

    # --- people ----------------------------------------------------------------------

    def arm(self, area_id: str = "house", mode: ArmMode = ArmMode.AWAY, **more: Any) -> None:
        """Arm and wait out the exit delay."""
        self.do(cmd.Arm(area_id=area_id, mode=mode, by="owner", **more))
        self.wait(self.premises.policy.exit_delay_s)

    def disarm(self, area_id: str = "house", *, duress: bool = False) -> Sequence[ev.Event]:
        """Disarm with a code."""
        return self.do(cmd.Disarm(area_id=area_id, by="owner", duress=duress, new_id=self.new_id()))

    def confirm(self, threat: Threat = Threat.NONE, *, by: str = "owner") -> Sequence[ev.Event]:
        """Confirm the newest incident."""
        return self.do(cmd.Confirm(incident_id=self.incident.id, threat=threat, by=by))

    def bypass(
        self, zone_id: str, area_id: str = "house", *, on: bool = True
    ) -> Sequence[ev.Event]:
        """Leave a zone out, or let it count again."""
        return self.do(cmd.Bypass(area_id=area_id, zone_id=zone_id, on=on, by="owner"))

    def acknowledge(self, area_id: str = "house") -> Sequence[ev.Event]:
        """Hear that an area could not be armed."""
        return self.do(cmd.AcknowledgeFailure(area_id=area_id, by="owner"))

    def cannot_see(self, *, by: str = "contact:owner") -> Sequence[ev.Event]:
        """Look at the newest incident's pictures and not be able to tell."""
        return self.do(cmd.CannotSee(incident_id=self.incident.id, by=by))

    def walk(self) -> Sequence[ev.Event]:
        """Start a walk test."""
        return self.do(cmd.StartWalkTest(by="owner"))

    def stop_walking(self) -> Sequence[ev.Event]:
        """End it."""
        return self.do(cmd.EndWalkTest(by="owner"))

    def dismiss(self, incident_id: str | None = None) -> Sequence[ev.Event]:
        """Dismiss an incident, the newest unless said."""
        return self.do(cmd.Dismiss(incident_id=incident_id or self.incident.id, by="owner"))

    def share(self, responder_id: str = "desk", ground: str = "consent") -> Sequence[ev.Event]:
        """Share the newest incident by hand."""
        return self.do(
            cmd.ShareWith(
                incident_id=self.incident.id,
                responder_id=responder_id,
                ground=ground,
                by="owner",
            )
        )

    def distress(
        self, kind: IncidentKind = IncidentKind.PANIC, *, silent: bool = False
    ) -> Sequence[ev.Event]:
        """Call for help."""
        return self.do(
            cmd.ReportDistress(new_id=self.new_id(), kind=kind, silent=silent, by="owner")
        )

    def grant(self, *doors: str, lasts: float = 3600, **more: Any) -> AccessGrant:
        """Give a code for some doors."""
        grant_id = self.new_id()
        slots: Mapping[str, int] = more.pop("slots", dict.fromkeys(doors or ("front",), 5))
        self.do(
            cmd.RequestGrant(
                new_id=grant_id,
                recipient="officer",
                by="owner",
                expires_at=self.now + timedelta(seconds=lasts),
                fingerprint="f00d",
                slots=slots,
                **more,
            )
        )
        return self.state.grants[grant_id]

    def says(self, status: str, responder_id: str = "desk") -> Sequence[ev.Event]:
        """Hear from a responder."""
        return self.do(
            cmd.RespondersSay(
                responder_id=responder_id,
                incident_id=self.incident.id,
                status=status,
                number=f"N-{responder_id}",
                event_id=self.new_id(),
            )
        )

    def opens(self, door_id: str = "front", **more: Any) -> Sequence[ev.Event]:
        """Unlock a door from afar."""
        preset = more.pop("preset", Preset.RESPONDER)
        return self.do(
            cmd.OpenDoor(
                new_id=self.new_id(), door_id=door_id, by="contact:owner", preset=preset, **more
            )
        )

    def perform(self, kind: type, outcome: str = "confirmed") -> None:
        """Let everything of a kind that is still to be done happen."""
        for pending in self.pending(kind):
            self.start(pending)
            if pending.id in self.state.effects:
                self.done(pending, outcome)

    # --- the outside -----------------------------------------------------------------

    def signal(self, zone_id: str, kind: SignalKind, **more: Any) -> Sequence[ev.Event]:
        """Report a change of a zone."""
        signal = Signal(zone_id=zone_id, kind=kind, at=self.now)
        return self.do(cmd.SeeSignal(signal=signal, new_id=self.new_id(), **more))

    def trip(self, zone_id: str, **more: Any) -> Sequence[ev.Event]:
        """Open a zone."""
        return self.signal(zone_id, SignalKind.TRIPPED, **more)

    def close(self, zone_id: str) -> Sequence[ev.Event]:
        """Close a zone."""
        return self.signal(zone_id, SignalKind.RESTORED)

    def pass_through(self, zone_id: str) -> None:
        """Open a zone and close it."""
        self.trip(zone_id)
        self.close(zone_id)

    def panel(
        self,
        phase: Phase,
        mode: ArmMode | None = ArmMode.AWAY,
        *,
        person: bool = False,
        **more: Any,
    ) -> Sequence[ev.Event]:
        """Let the linked panel of the annex change."""
        values: dict[str, Any] = {"area_id": "annex", "by": "panel", "new_id": self.new_id()}
        known = None if phase is Phase.DISARMED else mode
        return self.do(cmd.SeePanel(phase=phase, mode=known, person=person, **(values | more)))

    def note(self, item: Noted) -> Sequence[ev.Event]:
        """Let another entity tell something."""
        return self.do(cmd.NoteEvidence(item=item))

    def lose(self, *zones: str) -> Sequence[ev.Event]:
        """Miss zones that have not reported for too long."""
        return self.do(cmd.ReportLost(zones=frozenset(zones), new_id=self.new_id()))

    def trouble(self, zone_id: str, kind: TroubleKind, *, on: bool = True) -> Sequence[ev.Event]:
        """Report what is wrong with a sensor, or that it is no more."""
        return self.do(cmd.ReportTrouble(zone_id=zone_id, kind=kind, on=on, new_id=self.new_id()))

    def person(self, camera_id: str = "hall", trust: Trust = Trust.FULL) -> Sequence[ev.Event]:
        """Show a person."""
        return self.do(
            cmd.ReportPerson(
                incident_id=self.incident.id,
                camera_id=camera_id,
                trust=trust,
                engine="nano",
                scores=(0.8, 0.9),
                box=None,
            )
        )

    def outside(self, camera_id: str = "porch", **more: Any) -> Sequence[ev.Event]:
        """Let the early-warning watch see somebody."""
        return self.do(
            cmd.ReportOutside(
                camera_id=camera_id,
                trust=Trust.FULL,
                engine="nano",
                scores=(0.9,),
                box=None,
                **more,
            )
        )

    def detect(self, camera_id: str = "hall", *, ago: float = 0, **more: Any) -> Sequence[ev.Event]:
        """Let another integration begin to see somebody, or tell now what it saw then."""
        values: dict[str, Any] = {
            "kind": DetectedKind.PERSON,
            "source_family": "frigate",
            "devices": ("frigate-hall", "camera-hall"),
            "places": ("place-hall",),
        }
        at = self.now - timedelta(seconds=ago)
        return self.do(cmd.ReportDetection(camera_id=camera_id, at=at, **(values | more)))

    def nobody(self, camera_id: str = "hall") -> Sequence[ev.Event]:
        """Show an empty room."""
        return self.do(
            cmd.ReportNobody(
                incident_id=self.incident.id, camera_id=camera_id, engine="nano", scores=(0.1,)
            )
        )

    def blind(self, camera_id: str = "hall") -> Sequence[ev.Event]:
        """Show nothing at all."""
        return self.do(
            cmd.ReportBlind(
                incident_id=self.incident.id, camera_id=camera_id, reason="camera_timed_out"
            )
        )

    def start(self, pending: PendingEffect) -> Sequence[ev.Event]:
        """Begin an attempt."""
        return self.do(cmd.EffectStarts(effect_id=pending.id))

    def done(self, pending: PendingEffect, outcome: str = "", number: str | None = None) -> None:
        """Succeed."""
        self.do(cmd.EffectDone(effect_id=pending.id, outcome=outcome, number=number))

    def fail(self, pending: PendingEffect, code: str = "timed_out", *, final: bool = False) -> None:
        """Fail, for good or until half a minute later."""
        retry_at = None if final else self.now + timedelta(seconds=30)
        self.do(cmd.EffectFailed(effect_id=pending.id, code=code, final=final, retry_at=retry_at))

    def deliver(self, responder_id: str = "desk") -> None:
        """Let a responder's pending create arrive."""
        [create] = self.shares(responder_id, ShareAction.CREATE)
        self.start(create)
        self.done(create, number=f"N-{responder_id}")

    # --- what is known -----------------------------------------------------------------

    @property
    def incident(self) -> Incident:
        """Return the newest incident."""
        return list(self.state.incidents.values())[-1]

    def phase(self, area_id: str = "house") -> Phase:
        """Return where an area stands."""
        return self.state.area(area_id).phase

    def delivery(self, responder_id: str = "desk") -> Delivery:
        """Return a responder's copy of the newest incident."""
        return self.incident.deliveries[responder_id]

    def pending(self, kind: type) -> list[PendingEffect]:
        """Return what is still to be done, by kind."""
        return [item for item in self.state.effects.values() if isinstance(item.effect, kind)]

    def shares(
        self, responder_id: str | None = None, action: ShareAction | None = None
    ) -> list[PendingEffect]:
        """Return what is still to be sent."""
        return [
            item
            for item in self.pending(Share)
            if isinstance(item.effect, Share)
            and responder_id in {None, item.effect.responder_id}
            and action in {None, item.effect.action}
        ]

    def asked(self, kind: type) -> list[Any]:
        """Return every effect of a kind that was ever requested."""
        return [
            event.effect
            for event, _ in self.log
            if isinstance(event, ev.EffectRequested) and isinstance(event.effect, kind)
        ]

    def prompts(self) -> list[tuple[str, str]]:
        """Return whom we pushed what, in order."""
        return [(push.contact_id, push.prompt) for push in self.asked(Push)]

    def pushed(self, prompt: str) -> list[str]:
        """Return whom we pushed this, in order."""
        return [contact for contact, sent in self.prompts() if sent == prompt]

    def siren(self) -> list[bool]:
        """Return every order to the siren."""
        return [siren.on for siren in self.asked(Siren)]

    def told(self, kind: type) -> list[Any]:
        """Return every event of a kind."""
        return [event for event, _ in self.log if isinstance(event, kind)]
