"""Which of the news the incident's event entity tells, by which names and with which facts."""

from collections.abc import Iterator
from typing import Any

from .core import events as ev
from .core.calls import CryEnd
from .core.evidence import DevicesLost, Verdict, ZoneTrip
from .core.incident import Incident, Stage
from .core.rules.dispatch import is_on_screens
from .engine.feed import Snapshot
from .serialize import name_of, zone_names

type Told = tuple[str, dict[str, Any]]

STAGE_EVENTS = {
    Stage.ABORT_WINDOW: "opened",
    Stage.SHARED: "shared",
    Stage.ACKNOWLEDGED: "acknowledged",
}
OF_INCIDENTS = (
    "opened",
    "level_raised",
    "level_lowered",
    "confirmed",
    "denied",
    "answers_differ",
    "shared",
    "acknowledged",
    "responder_update",
    "cancelled",
    "closed",
)
OF_THE_HOUSE = (
    "cry_for_help",
    "cry_unanswered",
    "early_warning",
    "loitering",
    "door_attempted",
    "arm_failed",
    "armed_home",
    "zone_shut_down",
    "zone_waits",
    "zone_found_open",
    "sensors_lost",
)


class Teller:
    """Turns news into what is told; remembers the levels, so that only a change is one."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._levels = {
            item.id: item.assessment.level or 0 for item in snapshot.state.open_incidents()
        }
        self._cry = snapshot.state.cry.id if snapshot.state.cry is not None else ""

    def tell(self, event: ev.Event, snapshot: Snapshot) -> Iterator[Told]:
        """Yield what an event means to people; nothing of what may not appear by itself."""
        if isinstance(event, ev.CryHeard):  # once, however often it is asked about or heard better
            known, self._cry = self._cry, event.cry.id
            if known == event.cry.id:
                return
        incident_id = getattr(event, "incident_id", None)
        incident = snapshot.state.incidents.get(incident_id or "")
        if incident_id is not None and (incident is None or not is_on_screens(incident)):
            return
        facts = _facts(incident) if incident is not None else {}
        if (told := _of_the_house(event, snapshot)) is not None:
            yield told[0], facts | told[1]
        elif incident is not None:
            yield from self._of_an_incident(event, incident, facts)

    def _of_an_incident(
        self, event: ev.Event, incident: Incident, facts: dict[str, Any]
    ) -> Iterator[Told]:
        match event:
            case ev.IncidentOpened(stage=stage) if stage is not Stage.ENTRY_DELAY:
                yield "opened", facts
            case ev.StageChanged(stage=stage) if stage in STAGE_EVENTS:
                yield STAGE_EVENTS[stage], facts
            case ev.Assessed(assessment=assessment):
                before = self._levels.get(incident.id, 0)
                level = self._levels[incident.id] = assessment.level or 0
                if level != before and incident.stage is not Stage.ENTRY_DELAY:
                    yield "level_raised" if level > before else "level_lowered", facts
            case ev.VerdictGiven(verdict=verdict):
                yield "confirmed" if verdict.threat is not None else "denied", facts
                if _is_first_contrary(verdict, incident):
                    yield "answers_differ", facts
            case ev.ResponderReported(status=status):
                yield "responder_update", facts | {"status": status}
            case ev.IncidentEnded(stage=stage):
                self._levels.pop(incident.id, None)
                yield stage.value, facts


def _facts(incident: Incident) -> dict[str, Any]:
    return {
        "incident_id": incident.id,
        "kind": incident.kind,
        "level": incident.assessment.level,
        "stage": incident.stage,
    }


def _of_the_house(event: ev.Event, snapshot: Snapshot) -> Told | None:
    """Return what an event tells that needs no incident, though one may be open."""
    premises = snapshot.premises
    match event:
        case ev.CryHeard() | ev.CryEnded():
            return _of_a_cry(event)
        case ev.PersonOutside(dwell_s=dwell_s):
            loiters = dwell_s >= premises.policy.loiter_s
            return "loitering" if loiters else "early_warning", _outside(event, snapshot)
        case ev.DoorAttempted(door_id=door_id):
            door = premises.doors.get(door_id)
            return "door_attempted", {
                "lock": door.source if door else None,  # or at the keypad of an area
                "name": name_of({**premises.areas, **premises.doors}, door_id),
            }
        case ev.ArmingFailed(area_id=area_id, mode=mode, zones=zones):
            return "arm_failed", {
                "area": name_of(premises.areas, area_id),
                "mode": mode,
                "zones": zone_names(premises, zones),
            }
        case ev.AreaArmed(area_id=area_id, reason="nobody_left"):
            return "armed_home", {"area": name_of(premises.areas, area_id)}
        case ev.ZoneAlarmed(area_id=area_id, zone_id=zone_id, shut_down=True):
            return "zone_shut_down", {
                "area": name_of(premises.areas, area_id),
                "zones": zone_names(premises, [zone_id]),
            }
        case ev.EvidenceNoted(item=ZoneTrip(zone_id=zone_id), waits=True):
            return "zone_waits", {"zones": zone_names(premises, [zone_id])}
        case (
            ev.EvidenceNoted(item=ZoneTrip(zone_id=zone_id, observed=False))
            | ev.EvidenceAdded(item=ZoneTrip(zone_id=zone_id, observed=False))
        ):
            return "zone_found_open", {"zones": zone_names(premises, [zone_id])}
        case (
            ev.EvidenceNoted(item=DevicesLost(zones=zones))
            | ev.EvidenceAdded(item=DevicesLost(zones=zones))
        ):
            return "sensors_lost", {"zones": zone_names(premises, zones)}
    return None


def _of_a_cry(event: ev.CryHeard | ev.CryEnded) -> Told | None:
    match event:
        case ev.CryHeard(cry=cry):
            return "cry_for_help", {"call": cry.call, "place": cry.heard.place or None}
        case ev.CryEnded(end=CryEnd.NO_ANSWER | CryEnd.TOO_OLD):
            return "cry_unanswered", {}
    return None


def _outside(event: ev.PersonOutside, snapshot: Snapshot) -> dict[str, Any]:
    camera = snapshot.premises.cameras.get(event.camera_id)
    return {
        "camera": camera.source if camera else None,
        "name": camera.name if camera else None,
        "people": event.count,
        "dwell_s": round(event.dwell_s, 1),
        "direction": event.direction or None,
    }


def _is_first_contrary(verdict: Verdict, incident: Incident) -> bool:
    """Say whether people agreed until this word."""
    before = incident.verdicts[: incident.verdicts.index(verdict)]
    words = {item.threat is not None for item in before}
    return len(words) == 1 and (verdict.threat is not None) not in words
