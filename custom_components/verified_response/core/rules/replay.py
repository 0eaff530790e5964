"""A recorded incident through the rules of today: what they say at each step, and what differs.

Reads the journal's records as plain values, whoever wrote them: what this version does not understand
is left out and counted. The stages are reported as recorded; only the assessment is made anew.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime
from typing import Any

from .. import events as ev
from ..assessment import Assessment
from ..codec import from_plain, to_plain
from ..evidence import EvidenceItem, Verdict
from ..folds.incidents import bounded, source_of
from ..incident import HAS_LEVEL, IncidentKind, Stage
from ..premises import Policy
from .validation.assess import assess

READ = (
    ev.PolicySet,
    ev.IncidentOpened,
    ev.EvidenceAdded,
    ev.Assessed,
    ev.VerdictGiven,
    ev.StageChanged,
    ev.IncidentEnded,
)
UNREADABLE = "unreadable"
COMPARED = ("level", "raised_by", "held_by", "lowered_by", "unknowns")


@dataclass(frozen=True, kw_only=True, slots=True)
class Recording:
    """One incident as it was written down; `policy` None when the numbers of its time are not known."""

    incident_id: str
    kind: IncidentKind
    opened_at: datetime
    policy: Policy | None
    told: tuple[tuple[datetime, ev.Event], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """What an export holds, and how much of it could not be understood."""

    recordings: tuple[Recording, ...]
    skipped: Mapping[str, int] = field(default_factory=dict)
    """Records left out, by their kind."""
    unknown_fields: int = 0
    """Fields that another version wrote and this one does not know."""


@dataclass(frozen=True, kw_only=True, slots=True)
class What:
    """What became known in a step: kind of evidence or word, and whom or what it is about."""

    kind: str
    subject: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """What became known at one moment, and what was and would be made of it."""

    at: datetime
    what: tuple[What, ...]
    recorded: Assessment | None
    """None: nothing readable was recorded, so nothing can be said to differ."""
    present: Assessment
    differs: tuple[str, ...]
    """Fields of the assessment that are not the same."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Replay:
    """An incident step by step; `numbers` are those of the policy that changed, then and now."""

    recording: Recording
    steps: tuple[Step, ...]
    stages: tuple[tuple[datetime, Stage], ...]
    policy: Policy
    numbers: Mapping[str, tuple[object, object]]

    @property
    def differs(self) -> bool:
        """Say whether the rules of today would have said anything else."""
        return any(step.differs for step in self.steps)


def read(records: Iterable[object]) -> Reading:
    """Return the incidents of an export, in order; records are `{at, kind, payload}` at least."""
    skipped: Counter[str] = Counter()
    unknown_fields = 0
    policy: Policy | None = None
    opened: dict[str, tuple[ev.IncidentOpened, datetime, Policy | None]] = {}
    told: dict[str, list[tuple[datetime, ev.Event]]] = {}
    for record in records:
        found = _event_of(record)
        if found is None:
            skipped[_kind_of(record)] += 1
            continue
        at, event, unknown = found
        unknown_fields += unknown
        if isinstance(event, ev.PolicySet):
            policy = event.policy
            for entries in told.values():
                entries.append((at, event))
        elif isinstance(event, ev.IncidentOpened):
            opened[event.incident_id] = (event, at, policy)
            told[event.incident_id] = [(at, event)]
        elif isinstance(event, READ) and event.incident_id in told:
            told[event.incident_id].append((at, event))
    return Reading(
        recordings=tuple(
            Recording(
                incident_id=key, kind=first.kind, opened_at=at, policy=known, told=tuple(told[key])
            )
            for key, (first, at, known) in opened.items()
        ),
        skipped=dict(skipped),
        unknown_fields=unknown_fields,
    )


def _kind_of(record: object) -> str:
    kind = record.get("kind") if isinstance(record, Mapping) else None
    return kind if isinstance(kind, str) and kind else UNREADABLE


def _event_of(record: object) -> tuple[datetime, ev.Event, int] | None:
    """Return when, what, and how many fields are unknown; None for what cannot be understood."""
    cls = ev.EVENT_TYPES.get(_kind_of(record))
    if cls is None or not isinstance(record, Mapping):
        return None
    try:
        at = from_plain(datetime, record.get("at"))
        event: ev.Event = from_plain(cls, record.get("payload"))
    except ValueError:
        return None
    return at, event, _unknown(record.get("payload"), to_plain(event))


def _unknown(given: object, kept: object) -> int:
    """Count the fields that reading left out."""
    if isinstance(given, Mapping) and isinstance(kept, Mapping):
        return sum(_unknown(item, kept[key]) if key in kept else 1 for key, item in given.items())
    if isinstance(given, list) and isinstance(kept, list):
        return sum(_unknown(one, other) for one, other in zip(given, kept, strict=False))
    return 0


def replay(recording: Recording, policy: Policy | None = None) -> Replay:
    """Return the incident step by step, by these numbers; by those of its time where none are given."""
    version = Policy().version
    used = policy or replace(recording.policy or Policy(), version=version)
    course = _Course(recording.kind, used)
    stages: list[tuple[datetime, Stage]] = []
    for at, event in recording.told:
        match event:
            case ev.PolicySet(policy=later):
                course.close()  # new numbers come first in a decision
                if policy is None:
                    course.policy = replace(later, version=version)
            case ev.IncidentOpened(stage=stage) | ev.StageChanged(stage=stage):
                stages.append((at, stage))
            case ev.IncidentEnded(stage=stage):
                stages.append((at, stage))
                course.end(at)
            case ev.EvidenceAdded(item=item):
                course.learn(at, item)
            case ev.VerdictGiven(verdict=verdict):
                course.learn(at, verdict)
            case ev.Assessed(assessment=assessment):
                course.compare(at, assessment)
    course.close()
    return Replay(
        recording=recording,
        steps=tuple(course.steps),
        stages=tuple(stages),
        policy=used,
        numbers=_changed(recording.policy, used),
    )


class _Course:
    """Gathers what one decision made known, since it is assessed once, and compares."""

    def __init__(self, kind: IncidentKind, policy: Policy) -> None:
        self.policy = policy
        self.steps: list[Step] = []
        self._has_level = kind in HAS_LEVEL
        self._evidence: tuple[EvidenceItem, ...] = ()
        self._verdicts: tuple[Verdict, ...] = ()
        self._recorded: Assessment | None = None
        self._present = Assessment(level=None)
        self._at: datetime | None = None
        self._what: list[What] = []
        self._assessed = False
        self._ended = False

    def learn(self, at: datetime, known: EvidenceItem | Verdict) -> None:
        """Take what became known."""
        if self._assessed or at != self._at:
            self.close()
        self._at = at
        if isinstance(known, Verdict):
            self._verdicts = (*self._verdicts, known)
            word = known.threat.value if known.threat is not None else "false_alarm"
            self._what.append(What(kind="Verdict", subject=word))
        else:
            self._evidence = bounded((*self._evidence, known))
            kind, subject = source_of(known)
            self._what.append(What(kind=kind, subject=subject))

    def compare(self, at: datetime, recorded: Assessment) -> None:
        """Take what was made of it; without anything new, the numbers had changed."""
        if self._at is None:
            self._at = at
        self._recorded = recorded
        self._assessed = True

    def end(self, at: datetime) -> None:
        """Assess no more: nobody did, once a person had ended it, not even the word that ended it."""
        if self._at != at or self._assessed:
            self.close()
        self._ended = True

    def close(self) -> None:
        """End the step that is open, if any."""
        if self._at is None:
            return
        if self._has_level and not self._ended:
            self._present = assess(
                self._evidence, self._verdicts, self.policy, already=self._present.raised_by
            )
        self.steps.append(
            Step(
                at=self._at,
                what=tuple(self._what),
                recorded=self._recorded,
                present=self._present,
                differs=() if self._ended else _differences(self._recorded, self._present),
            )
        )
        self._at, self._what, self._assessed = None, [], False


def _differences(recorded: Assessment | None, present: Assessment) -> tuple[str, ...]:
    """Name what is not the same; the order of reasons is none of it."""
    if recorded is None:
        return ()
    return tuple(
        name
        for name in COMPARED
        if _comparable(getattr(recorded, name)) != _comparable(getattr(present, name))
    )


def _comparable(value: Any) -> Any:
    return sorted(value) if isinstance(value, tuple) else value


def _changed(then: Policy | None, now: Policy) -> dict[str, tuple[object, object]]:
    if then is None:
        return {}
    names = (item.name for item in fields(Policy) if item.name != "version")
    return {
        name: (getattr(then, name), getattr(now, name))
        for name in names
        if getattr(then, name) != getattr(now, name)
    }
