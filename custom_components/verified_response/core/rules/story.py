"""What a decision tells so far: each event is folded at once, so that the next line sees it."""

from datetime import datetime, timedelta

from .. import events as ev
from ..effects import Effect
from ..errors import InvalidRequestError
from ..folds.evolve import evolve
from ..incident import Incident, IncidentKind
from ..premises import Policy, Premises
from ..state import PremisesState


class Story:
    """The events of one decision, in order, and the state they lead to."""

    def __init__(self, state: PremisesState, premises: Premises, now: datetime) -> None:
        self.state = state
        self.premises = premises
        self.now = now
        self.events: list[ev.Event] = []

    @property
    def policy(self) -> Policy:
        """Return the numbers in force."""
        return self.premises.policy

    def tell(self, event: ev.Event) -> None:
        """Add a fact."""
        self.events.append(event)
        self.state = evolve(self.state, event, self.now)

    def request(self, effect: Effect) -> None:
        """Add an outward act that must happen."""
        self.tell(ev.EffectRequested(effect_id=f"e{self.state.effects_made + 1}", effect=effect))

    def after(self, seconds: float) -> datetime:
        """Return the moment that many seconds from now."""
        return self.now + timedelta(seconds=seconds)

    def incident(self, incident_id: str) -> Incident:
        """Return an open incident; raises InvalidRequestError."""
        incident = self.state.incidents.get(incident_id)
        if incident is None:
            raise InvalidRequestError("incident_unknown")
        if not incident.is_open:
            raise InvalidRequestError("incident_ended")
        return incident

    def open_incident(self, kind: IncidentKind) -> Incident | None:
        """Return the hub's own open incident of a kind; what a person called for stands by itself."""
        return next(
            (
                item
                for item in self.state.open_incidents()
                if item.kind is kind and not item.is_distress
            ),
            None,
        )
