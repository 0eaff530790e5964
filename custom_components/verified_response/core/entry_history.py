"""Who came in, and how: a view of what the journal has of doors; it claims no more than was proven."""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from . import events as ev
from .access import Passage, PassageStatus
from .entries import EntryMethod

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A spreadsheet computes what begins like this; names on locks are typed by others."""
PASSAGE_ACTS: Mapping[PassageStatus | None, str] = {
    PassageStatus.OPENING: "unlock_asked",
    PassageStatus.OPEN: "held_unlocked",
    PassageStatus.CLOSING: "relock_asked",
    PassageStatus.FAILED: "not_unlocked",
    None: "relocked",
}
NOT_RELOCKED = "not_relocked"
"""The lock was taken away before its bolt was thrown again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DoorEntry:
    """One line of the history; `who` only where the lock proved whose code it was."""

    at: datetime
    door_id: str
    act: str
    method: EntryMethod
    who: str = ""
    credential: str = ""
    """As the lock named it: its place, its label."""
    proven: bool = False
    grant_id: str | None = None
    """The grant whose code it was, or the passage."""
    raw: Mapping[str, str] = field(default_factory=dict)
    """What the lock said, or what was asked of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryQuery:
    """Which lines are wanted; None and "" leave a question open."""

    since: datetime | None = None
    until: datetime | None = None
    method: EntryMethod | None = None
    who: str = ""
    proven: bool | None = None

    def wants(self, entry: DoorEntry) -> bool:
        """Say whether a line is wanted."""
        return (
            (self.since is None or entry.at >= self.since)
            and (self.until is None or entry.at <= self.until)
            and (self.method is None or entry.method is self.method)
            and (self.proven is None or entry.proven is self.proven)
            and self._names(entry)
        )

    def _names(self, entry: DoorEntry) -> bool:
        wanted = self.who.casefold()
        told = (entry.who, entry.credential, entry.raw.get("recipient", ""))
        return not wanted or any(wanted in text.casefold() for text in told)


def door_entries(
    told: Iterable[tuple[datetime, ev.Event]], recipients: Mapping[str, str]
) -> Iterator[DoorEntry]:
    """Yield a line for each thing that happened at doors; `recipients` says whom each grant is for."""
    passages: dict[str, Passage] = {}
    for at, event in told:
        match event:
            case ev.DoorReported():
                yield _reported(event, recipients)
            case ev.PassageAsked(passage=passage):
                passages[passage.id] = passage
                yield _passed(at, passage, passage.status, by=passage.by)
            case ev.PassageChanged(passage_id=passage_id, status=status):
                asked = passages.get(passage_id)
                if asked is not None:
                    yield _passed(at, asked, status, by=event.by, reason=event.reason)


def _reported(event: ev.DoorReported, recipients: Mapping[str, str]) -> DoorEntry:
    report = event.report
    place = f"place {report.slot}" if report.slot is not None else ""
    return DoorEntry(
        at=report.at,
        door_id=report.door_id,
        act=report.act.value,
        method=report.method,
        who=recipients.get(event.grant_id or "", "") if event.proven else "",
        credential=", ".join(part for part in (place, report.name) if part),
        proven=event.proven,
        grant_id=event.grant_id,
        raw=report.raw,
    )


def _passed(
    at: datetime,
    passage: Passage,
    status: PassageStatus | None,
    *,
    by: str,
    reason: str | None = None,
) -> DoorEntry:
    """Return a line of a door unlocked from afar; who walked in nobody can prove."""
    raw = {
        "by": by,
        "recipient": passage.recipient,
        "preset": passage.preset.value,
        "reason": reason or "",
    }
    return DoorEntry(
        at=at,
        door_id=passage.door_id,
        act=NOT_RELOCKED if status is None and reason else PASSAGE_ACTS[status],
        method=EntryMethod.REMOTE,
        grant_id=passage.id,
        raw={key: text for key, text in raw.items() if text},
    )


class _Written:
    """Takes what the csv module writes."""

    def __init__(self) -> None:
        self.parts: list[str] = []

    def write(self, part: str) -> None:
        self.parts.append(part)


def as_csv(columns: Sequence[str], rows: Iterable[Mapping[str, object]]) -> str:
    """Return the rows as a table for spreadsheets, in which nothing is computed."""
    written = _Written()
    writer = csv.writer(written)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return "".join(written.parts)


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return json.dumps(dict(value), sort_keys=True, ensure_ascii=False) if value else ""
    shown = str(value)
    return f"'{shown}" if shown.startswith(FORMULA_STARTS) else shown
