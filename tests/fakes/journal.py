"""A journal in memory, with the same chain as the real one."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import override

from custom_components.verified_response.core.errors import JournalUnavailableError
from custom_components.verified_response.core.journal import GENESIS, Row, seal, verify_chain
from custom_components.verified_response.engine.ports import Entry, Journal, Record, Verification


class FakeJournal(Journal):
    """Every method raises `fail_with` while it is set; `rows` may be tampered with."""

    def __init__(self, *, fail_with: JournalUnavailableError | None = None) -> None:
        self.fail_with = fail_with
        self.rows: list[Row] = []
        self.snapshot: tuple[int, str, str] | None = None
        self.is_open = False

    @property
    def kinds(self) -> list[str]:
        """The kinds written so far, in order."""
        return [row.kind for row in self.rows]

    def survivor(self) -> FakeJournal:
        """Return what is on disk after a power cut; this one writes nothing any more."""
        kept = FakeJournal()
        kept.rows, kept.snapshot = list(self.rows), self.snapshot
        self.fail_with = JournalUnavailableError("journal_unavailable", detail="gone")
        return kept

    @override
    async def open(self) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        self.is_open = True

    @override
    async def append(self, entries: Sequence[Entry]) -> int:
        self._ready()
        rows = list(self.rows)
        for entry in entries:
            rows.append(seal(entry, len(rows) + 1, rows[-1].digest if rows else GENESIS.digest))
        self.rows = rows
        return len(rows)

    @override
    async def read(
        self, *, after: int = 0, subject: str | None = None, limit: int | None = None
    ) -> Sequence[Record]:
        self._ready()
        found = [row for row in self.rows if row.seq > after and subject in {None, row.subject}]
        return [_record(row) for row in found[:limit]]

    @override
    async def save_snapshot(self, seq: int, payload: str) -> None:
        self._ready()
        digest = self._digest_at(seq)
        if digest is None:
            raise ValueError(f"no record {seq}")
        self.snapshot = (seq, digest, payload)

    @override
    async def load_snapshot(self) -> tuple[int, str] | None:
        self._ready()
        if self.snapshot is None or self._digest_at(self.snapshot[0]) != self.snapshot[1]:
            return None
        return self.snapshot[0], self.snapshot[2]

    @override
    async def verify(self) -> Verification:
        self._ready()
        reached, holds = verify_chain(self.rows)
        broken = None if holds else reached.seq + 1
        return Verification(records=len(self.rows), intact=holds, first_broken=broken)

    @override
    async def close(self) -> None:
        self.is_open = False

    def _ready(self) -> None:
        if self.fail_with is not None:
            raise self.fail_with
        if not self.is_open:
            raise JournalUnavailableError("journal_unavailable", detail="closed")

    def _digest_at(self, seq: int) -> str | None:
        if seq == 0:
            return GENESIS.digest
        return self.rows[seq - 1].digest if 0 < seq <= len(self.rows) else None


def _record(row: Row) -> Record:
    return Record(
        seq=row.seq,
        at=datetime.fromisoformat(row.at),
        kind=row.kind,
        subject=row.subject,
        payload=json.loads(row.payload),
        previous=row.previous,
        digest=row.digest,
    )
