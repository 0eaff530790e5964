"""What an alarm must do, in dictionaries: written from the standards, not from the rules it judges.

Times are datetimes, everything else is a word. An order returns the reasons to refuse it, of which one
has to be given; an empty set means that it is followed.
"""

from collections.abc import Collection, Iterator
from datetime import datetime, timedelta
from typing import Any

PROTECTING = {"armed", "pending", "triggered"}
IN_ALARM = {"pending", "triggered"}
ALWAYS_ON = {"tamper", "fire", "carbon_monoxide", "water", "panic", "medical"}
LOUD = {"fire", "carbon_monoxide"}
MUST_CLOSE_FIRST = {"perimeter", "day_night"}
MUST_CLOSE = {*MUST_CLOSE_FIRST, "entry_exit"}
EVERY_MODE = {"away", "home", "night", "vacation"}
COUNTS = {"interior": {"away", "vacation"}}
CHATTER = timedelta(seconds=5)
SILENCE = timedelta(minutes=30)
QUIET = timedelta(minutes=1)
PANEL_ENTRY = timedelta(minutes=5)


class Oracle:
    """One house; `zones` are {type, areas, modes, delay, cross}, `numbers` are those of the policy."""

    def __init__(
        self,
        *,
        zones: dict[str, dict[str, Any]],
        areas: Collection[str],
        linked: Collection[str],
        numbers: dict[str, Any],
        now: datetime,
    ) -> None:
        self.zones = zones
        self.linked = set(linked)
        self.numbers = numbers
        self.now = now
        self.areas = {area: self.fresh() for area in areas}
        self.status = dict.fromkeys(zones, "closed")
        self.incidents: dict[str, dict[str, Any]] = {}
        self.heard_at: dict[str, datetime] = {}
        self.spoke: dict[str, datetime] = {}
        self.walking_until: datetime | None = None

    @staticmethod
    def fresh() -> dict[str, Any]:
        return {
            "phase": "disarmed",
            "mode": None,
            "until": None,
            "bypassed": set(),
            "raised": {},
            "failure": set(),
            "may_stay": False,
            "left": False,
            "restarted": False,
        }

    # --- time ----------------------------------------------------------------------------

    def deadlines(self) -> Iterator[datetime]:
        for area in self.areas.values():
            if area["until"]:
                yield area["until"]
        for incident in self.incidents.values():
            if incident["until"]:
                yield incident["until"]
        if self.walking_until:
            yield self.walking_until

    def wait(self, until: datetime) -> None:
        while due := [at for at in self.deadlines() if at <= until]:
            self.is_now(max(self.now, min(due)))
            self.settle()
        self.now = until

    def is_now(self, now: datetime) -> None:
        """Whatever was due happened before anything else does."""
        self.now = now
        for name, area in self.areas.items():
            if area["until"] and area["until"] <= now:
                self.end_exit(name)
        if self.walking_until and self.walking_until <= now:
            self.walking_until = None

    def settle(self) -> None:
        """What was due in an incident is done after what was asked at the same moment."""
        for incident in self.incidents.values():
            while incident["until"] and incident["until"] <= self.now:
                if incident["stage"] == "entry":
                    self.alarm(incident)
                else:
                    incident.update(stage="open", until=None)

    def in_(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)

    def clock_is_set(self, now: datetime) -> None:
        """What waits goes on waiting for as long as it would have; what was written down stays."""
        by = now - self.now
        for thing in (*self.areas.values(), *self.incidents.values()):
            if thing["until"]:
                thing["until"] += by
        if self.walking_until:
            self.walking_until += by
        if not self.burglary():
            self.spoke = {zone: at + by for zone, at in self.spoke.items()}
        self.now = now

    def restart(self, now: datetime) -> None:
        """The sensors have a minute to report again; who left meanwhile, nobody saw."""
        for area in self.areas.values():
            if area["until"]:
                area["may_stay"] = False
                area["until"] = max(area["until"], now + QUIET)
        self.is_now(now)
        self.settle()

    # --- arming --------------------------------------------------------------------------

    def counts(self, zone: str, mode: str) -> bool:
        about = self.zones[zone]
        modes = about["modes"]
        return mode in (COUNTS.get(about["type"], EVERY_MODE) if modes is None else modes)

    def not_closed(self, name: str, mode: str, kinds: Collection[str]) -> set[str]:
        return {
            zone
            for zone, about in self.zones.items()
            if name in about["areas"]
            and about["type"] in kinds
            and self.counts(zone, mode)
            and self.status[zone] != "closed"
        }

    def no_bypass(self, name: str, zones: Collection[str]) -> set[str]:
        refusals = set()
        for zone in zones:
            if zone not in self.zones:
                refusals.add("zone_unknown")
            elif self.zones[zone]["type"] in ALWAYS_ON:
                refusals.add("zone_always_on")
            elif name not in self.zones[zone]["areas"]:
                refusals.add("zone_not_in_area")
        return refusals

    def doors(self, name: str) -> list[str]:
        return [
            zone
            for zone, about in self.zones.items()
            if about["type"] == "entry_exit" and name in about["areas"]
        ]

    def arm(
        self,
        name: str,
        mode: str,
        *,
        attended: bool = False,
        at_once: bool = False,
        bypass: Collection[str] = (),
    ) -> set[str]:
        if name not in self.areas:
            return {"area_unknown"}
        area = self.areas[name]
        refusals = self.no_bypass(name, bypass)
        if name in self.linked:
            refusals.add("area_is_linked")
        if self.walking_until:
            refusals.add("walk_test_running")
        if area["phase"] in IN_ALARM:
            refusals.add("area_in_alarm")
        bypassed = set(bypass) | area["bypassed"]
        at_once = at_once or not self.numbers["exit_delay"] or area["phase"] == "armed"
        kinds = MUST_CLOSE if at_once else MUST_CLOSE_FIRST
        hindering = self.not_closed(name, mode, kinds) - bypassed
        fails = hindering and not self.numbers["auto_bypass"]
        if fails and attended:
            refusals.add("area_not_ready")
        if refusals:
            return refusals
        if fails:  # nobody stands there to be told
            if area["phase"] != "armed":
                area.update(self.fresh())
            area["failure"] = hindering
            return set()
        bypassed |= hindering
        raised = area["raised"] if area["phase"] == "armed" else {}
        area.update(self.fresh(), mode=mode, bypassed=bypassed, raised=raised)
        if at_once:
            area.update(phase="armed")
            return set()
        doors = self.doors(name)
        known = all(self.status[door] == "closed" for door in doors)
        area.update(
            phase="arming",
            until=self.in_(self.numbers["exit_delay"]),
            may_stay=attended and mode == "away" and bool(doors) and known,
        )
        return set()

    def end_exit(self, name: str) -> None:
        area = self.areas[name]
        mode = area["mode"]
        unknown = any(self.status[door] != "closed" for door in self.doors(name))
        if area["may_stay"] and not area["left"] and not unknown and self.numbers["auto_stay"]:
            mode = "home"
        hindering = self.not_closed(name, mode, MUST_CLOSE) - area["bypassed"]
        if hindering and not self.numbers["auto_bypass"]:
            area.update(self.fresh(), failure=hindering)
            return
        bypassed = area["bypassed"] | hindering
        area.update(self.fresh(), phase="armed", mode=mode, bypassed=bypassed)

    def disarm(self, name: str) -> set[str]:
        if name not in self.areas:
            return {"area_unknown"}
        if name in self.linked:
            return {"area_is_linked"}
        self.stand_down(name, ends=True)
        return set()

    def stand_down(self, name: str, *, ends: bool) -> None:
        self.areas[name] = self.fresh()
        incident = self.burglary()
        if ends and incident and name in incident["areas"] and not self.in_alarm():
            self.end(incident)
        if not any(area["phase"] in PROTECTING for area in self.areas.values()):
            self.spoke, self.heard_at = {}, {}

    def in_alarm(self) -> list[str]:
        return [name for name, area in self.areas.items() if area["phase"] in IN_ALARM]

    def end(self, incident: dict[str, Any]) -> None:
        incident.update(stage="ended", until=None)
        if incident["kind"] == "burglary":
            self.spoke, self.heard_at = {}, {}

    def bypass(self, name: str, zone: str, *, on: bool) -> set[str]:
        if name not in self.areas:
            return {"area_unknown"}
        refusals = self.no_bypass(name, [zone])
        area = self.areas[name]
        if area["phase"] == "disarmed":
            refusals.add("area_not_armed")
        if not refusals:
            (area["bypassed"].add if on else area["bypassed"].discard)(zone)
        return refusals

    def acknowledge(self, name: str) -> set[str]:
        if name not in self.areas:
            return {"area_unknown"}
        if not self.areas[name]["failure"]:
            return {"no_failure"}
        self.areas[name]["failure"] = set()
        return set()

    # --- what zones do -------------------------------------------------------------------

    def closes(self, zone: str) -> None:
        self.status[zone] = "closed"
        if self.zones[zone]["type"] == "entry_exit":
            for name in self.zones[zone]["areas"]:
                self.areas[name]["left"] |= self.is_leaving(name)

    def goes_silent(self, zone: str) -> None:
        self.status[zone] = "silent"

    def is_found_open(self, zone: str) -> None:
        """Nobody saw it open: told, and never an alarm."""
        self.status[zone] = "open"

    def is_leaving(self, name: str) -> bool:
        return name not in self.linked and self.areas[name]["phase"] == "arming"

    def opens(self, zone: str, new_id: str) -> None:
        self.status[zone] = "open"
        about = self.zones[zone]
        if about["type"] == "entry_exit":
            for name in about["areas"]:
                self.somebody_passes(name)
        if self.walking_until:
            return
        if about["type"] in ALWAYS_ON:
            self.always_on(about["type"], new_id)
            return
        heard = [name for name in about["areas"] if self.speaks_in(zone, name)]
        touched = [name for name in heard if name not in self.linked]
        anew = bool(heard) and self.is_news_again()
        if not heard or about["type"] == "outdoor":
            return
        spoke_before = dict(self.spoke)
        before = self.heard_at.get(zone)
        if not (self.burglary() and before and abs(self.now - before) < CHATTER):
            self.heard_at[zone] = max(self.now, before or self.now)
            if touched:
                self.spoke[zone] = self.now
        if not touched:
            return
        if all(self.is_shut_down(zone, name) for name in touched):
            return
        if about["cross"] and not self.has_partner(zone, spoke_before):
            return
        self.raise_by(zone, touched, new_id)
        if anew:
            self.count(zone, touched)

    def somebody_passes(self, name: str) -> None:
        """The first opening in an exit delay is somebody leaving, the second gives the time anew, once."""
        area = self.areas[name]
        if not self.is_leaving(name):
            return
        if area["left"] and not area["restarted"]:
            area.update(restarted=True, until=self.in_(self.numbers["exit_delay"]))
        area["left"] = True

    def speaks_in(self, zone: str, name: str) -> bool:
        area = self.areas[name]
        return (
            area["phase"] in PROTECTING
            and self.counts(zone, area["mode"])
            and zone not in area["bypassed"]
        )

    def is_shut_down(self, zone: str, name: str) -> bool:
        return self.areas[name]["raised"].get(zone, 0) >= self.numbers["swinger_trips"]

    def is_news_again(self) -> bool:
        """After a long silence a trip is an alarm again, though nobody ended the old one."""
        incident = self.burglary()
        if incident is None:
            return False
        last, incident["last_trip"] = incident["last_trip"], self.now
        return incident["stage"] == "open" and self.now - last >= SILENCE

    def count(self, zone: str, names: Collection[str]) -> None:
        for name in names:
            raised = self.areas[name]["raised"]
            raised[zone] = raised.get(zone, 0) + 1

    def has_partner(self, zone: str, spoke: dict[str, datetime]) -> bool:
        """Say whether a partner tripped in time, or none could."""
        able = [
            partner
            for partner in self.zones[zone]["cross"]
            if partner in self.zones and self.status[partner] != "silent" and self.is_able(partner)
        ]
        window = timedelta(seconds=self.numbers["cross_window"])
        heard = [key for key in able if key in spoke and abs(self.now - spoke[key]) <= window]
        return bool(heard) or not able

    def is_able(self, partner: str) -> bool:
        names = [name for name in self.zones[partner]["areas"] if self.speaks_in(partner, name)]
        return not all(self.is_shut_down(partner, name) for name in names)

    def burglary(self) -> dict[str, Any] | None:
        found = [item for item in self.incidents.values() if self.is_open(item, "burglary")]
        return found[0] if found else None

    @staticmethod
    def is_open(incident: dict[str, Any], kind: str) -> bool:
        return incident["stage"] != "ended" and incident["kind"] == kind

    def raise_by(self, zone: str, touched: list[str], new_id: str) -> None:
        about = self.zones[zone]
        incident = self.burglary()
        delay = None
        follows = False
        if incident is None or incident["stage"] == "entry":
            if about["type"] == "entry_exit":
                delay = self.numbers["entry_delay"] if about["delay"] is None else about["delay"]
            pending = any(self.areas[name]["phase"] == "pending" for name in touched)
            follows = about["type"] == "interior" and pending
        if incident is None:
            incident = self.open(new_id, "burglary", stage="entry")
        incident["areas"].update(touched)
        for name in touched:
            if self.areas[name]["phase"] == "armed":
                self.areas[name]["phase"] = "pending" if delay or follows else "triggered"
        if delay:
            until = self.in_(delay)
            incident["until"] = min(incident["until"] or until, until)
        elif not follows and incident["stage"] == "entry":
            self.alarm(incident)

    def open(self, new_id: str, kind: str, *, stage: str) -> dict[str, Any]:
        self.incidents[new_id] = {
            "kind": kind,
            "areas": set(),
            "stage": stage,
            "until": None,
            "opened": self.now,
            "last_trip": self.now,
            "confirmed": False,
        }
        return self.incidents[new_id]

    def alarm(self, incident: dict[str, Any]) -> None:
        """The entry delay is over, or there was none."""
        incident.update(stage="abort", until=self.in_(self.numbers["abort_window"]))
        for name in self.in_alarm():
            self.areas[name]["phase"] = "triggered"
        led = [key for key, at in self.heard_at.items() if at >= incident["opened"]]
        for zone in led:
            self.count(zone, incident["areas"].intersection(self.zones[zone]["areas"]))

    def always_on(self, kind: str, new_id: str) -> None:
        if not any(self.is_open(item, kind) for item in self.incidents.values()):
            incident = self.open(new_id, kind, stage="abort")
            incident["until"] = self.in_(self.numbers["abort_window"])

    # --- people and panels ---------------------------------------------------------------

    def confirm(self, incident_id: str) -> None:
        incident = self.incidents.get(incident_id)
        if incident and incident["stage"] != "ended":
            incident["confirmed"] = True
            if incident["stage"] == "entry":
                self.alarm(incident)

    def dismiss(self, incident_id: str) -> None:
        """It ends, unless a human confirmed it and an area is still in alarm; the areas protect on."""
        incident = self.incidents.get(incident_id)
        if incident is None or incident["stage"] == "ended":
            return
        areas = [name for name in self.in_alarm() if name in incident["areas"]]
        if incident["confirmed"] and areas:
            return
        self.end(incident)
        for name in areas:
            self.areas[name]["phase"] = "armed"

    def panel(self, name: str, phase: str, mode: str | None, *, person: bool, new_id: str) -> None:
        """Another panel changed; when it forgets its alarm by itself, nobody has ended the incident."""
        area = self.areas[name]
        incident = self.burglary()
        if phase != "disarmed":
            self.walking_until = None
        if phase == "disarmed":
            told = incident is not None and name in incident["areas"]
            by_itself = told and incident["stage"] == "open" and not incident["confirmed"]
            if area["phase"] != "disarmed":
                self.stand_down(name, ends=person or not by_itself)
            return
        if phase not in IN_ALARM:
            if area["phase"] == "disarmed" or (phase == "armed" and area["phase"] not in IN_ALARM):
                area.update(phase=phase, mode=mode)
            return
        if phase == "pending" and area["phase"] not in PROTECTING:
            return  # an exit delay, as some panels call it
        if area["phase"] not in IN_ALARM:
            known = area["mode"] if area["phase"] == "armed" else mode
            area.update(phase="armed", mode=known or area["mode"] or "away")
        if phase == "pending":
            if incident is None:  # else it is evidence of what is open
                incident = self.open(new_id, "burglary", stage="entry")
                incident["areas"].add(name)
                incident["until"] = self.now + PANEL_ENTRY
                area["phase"] = "pending"
            return
        if incident is None:
            incident = self.open(new_id, "burglary", stage="entry")
        incident["areas"].add(name)
        area["phase"] = "triggered"
        if incident["stage"] == "entry":
            self.alarm(incident)

    def start_walk_test(self) -> set[str]:
        busy = any(area["phase"] != "disarmed" for area in self.areas.values())
        if busy or any(incident["stage"] != "ended" for incident in self.incidents.values()):
            return {"walk_test_needs_disarmed"}
        self.walking_until = self.in_(self.numbers["walk_test"])
        return set()

    def end_walk_test(self) -> set[str]:
        if not self.walking_until:
            return {"no_walk_test"}
        self.walking_until = None
        return set()

    # --- what follows --------------------------------------------------------------------

    @property
    def siren(self) -> bool:
        """It sounds from the end of the entry delay until a person ends the alarm."""
        return any(
            incident["stage"] in {"abort", "open"} and incident["kind"] in {"burglary", *LOUD}
            for incident in self.incidents.values()
        )
