"""Journal: one append-only, hash-chained SQLite table, written by one thread of its own.

Long reads go in steps, so that an alarm waits for one step at most and never for the whole read.
"""

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import override

from ..core.errors import JournalUnavailableError
from ..core.journal import GENESIS, Link, RawRow, canonical, seal, verify_chain
from ..engine.ports import Entry, Journal, Record, Verification
from .journal_schema import connect, hold, is_damage, newest_aside, set_aside, unavailable

STEP = 500
"""Records read at once: some milliseconds."""
COLUMNS = "seq, at, kind, subject, payload, previous, digest"


class SqliteJournal(Journal):
    """The journal in one file, held by this process alone."""

    def __init__(self, path: Path, *, now: Callable[[], datetime] | None = None) -> None:
        self._path = path
        self._now = now or partial(datetime.now, UTC)
        self._executor: ThreadPoolExecutor | None = None
        # Below: touched by the journal's own thread only.
        self._db: sqlite3.Connection | None = None
        self._lock: int | None = None
        self._inode = 0
        self._head = GENESIS

    @override
    async def open(self) -> None:
        if self._executor is None:
            self._executor = ThreadPoolExecutor(1, thread_name_prefix="verified_response_journal")
        try:
            await self._run(self._open)
        except JournalUnavailableError:
            await self.close()
            raise

    @override
    async def append(self, entries: Sequence[Entry]) -> int:
        return await self._run(partial(self._append, tuple(entries)))

    @override
    async def read(
        self, *, after: int = 0, subject: str | None = None, limit: int | None = None
    ) -> Sequence[Record]:
        records: list[Record] = []
        while limit is None or len(records) < limit:
            step = STEP if limit is None else min(STEP, limit - len(records))
            found = await self._run(partial(self._records, after, subject, step))
            records.extend(found)
            if len(found) < step:
                break
            after = found[-1].seq
        return records

    @override
    async def save_snapshot(self, seq: int, payload: str) -> None:
        await self._run(partial(self._save_snapshot, seq, payload))

    @override
    async def load_snapshot(self) -> tuple[int, str] | None:
        return await self._run(self._load_snapshot)

    @override
    async def verify(self) -> Verification:
        reached = GENESIS
        while True:
            before = reached
            reached, broken = await self._run(partial(self._verify_step, before))
            if broken is not None:
                total = await self._run(partial(self._count, reached.seq))
                return Verification(records=total, intact=False, first_broken=broken)
            if reached == before:
                return Verification(records=reached.seq, intact=True, first_broken=None)

    @override
    async def close(self) -> None:
        executor, self._executor = self._executor, None
        if executor is None:
            return
        try:
            await asyncio.get_running_loop().run_in_executor(executor, self._close)
        finally:
            executor.shutdown()  # the thread is idle by now

    async def _run[T](self, work: Callable[[], T]) -> T:
        if self._executor is None:
            raise JournalUnavailableError("journal_unavailable", detail="closed")
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, work)
        except (sqlite3.Error, OSError) as err:
            raise unavailable(err) from err

    def _open(self) -> None:
        if self._db is not None:
            return
        self._lock = hold(self._path)
        try:
            self._db, self._head = self._load()
        except sqlite3.Error as err:
            if not is_damage(err):
                raise
            set_aside(self._path)
            self._db, self._head = self._load()
        self._inode = self._path.stat().st_ino
        if self._head == GENESIS and (name := newest_aside(self._path)):
            payload = {"reason": "journal_damaged", "file": name}
            start = Entry(at=self._now(), kind="chain_started", subject=None, payload=payload)
            self._append((start,))

    def _load(self) -> tuple[sqlite3.Connection, Link]:
        db = connect(self._path)
        try:
            last = "SELECT seq, digest FROM records ORDER BY seq DESC LIMIT 1"
            seq, digest = db.execute(last).fetchone() or GENESIS
            # A tail cut off stays visible: its numbers are never given again.
            given = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'records'").fetchone()
            return db, Link(max(seq, given[0] if given else 0), digest)
        except BaseException:
            db.close()
            raise

    def _close(self) -> None:
        if self._db is not None:
            with suppress(sqlite3.Error):  # what is not checkpointed stays safe in the WAL
                self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            self._db.close()
            self._db = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _held(self) -> sqlite3.Connection:
        if self._db is None:
            raise JournalUnavailableError("journal_unavailable", detail="closed")
        return self._db

    def _append(self, entries: tuple[Entry, ...]) -> int:
        db, head = self._held(), self._head
        if self._path.stat().st_ino != self._inode:
            raise JournalUnavailableError("journal_unavailable", detail="the file was replaced")
        rows = []
        for entry in entries:
            row = seal(entry, head.seq + 1, head.digest)
            rows.append(row)
            head = Link(row.seq, row.digest)
        if rows:
            with db:
                db.execute("BEGIN IMMEDIATE")
                db.executemany(f"INSERT INTO records ({COLUMNS}) VALUES (?,?,?,?,?,?,?)", rows)  # noqa: S608 - a constant
            self._head = head
        return head.seq

    def _rows(self, after: int, subject: str | None, limit: int) -> sqlite3.Cursor:
        wanted = "" if subject is None else "AND subject = :subject "
        query = (
            f"SELECT {COLUMNS} FROM records WHERE seq > :after {wanted}ORDER BY seq LIMIT :limit"  # noqa: S608 - constants
        )
        return self._held().execute(query, {"after": after, "subject": subject, "limit": limit})

    def _records(self, after: int, subject: str | None, limit: int) -> list[Record]:
        try:
            return [record_of(row) for row in self._rows(after, subject, limit)]
        except (TypeError, ValueError) as err:
            raise JournalUnavailableError("journal_damaged", detail="unreadable record") from err

    def _verify_step(self, after: Link) -> tuple[Link, int | None]:
        rows: list[RawRow] = []
        damaged = False
        try:
            rows.extend(self._rows(after.seq, None, STEP))
        except sqlite3.Error as err:
            if not is_damage(err):
                raise
            damaged = True
        reached, holds = verify_chain(rows, after)
        if damaged or not holds:
            return reached, reached.seq + 1
        if len(rows) < STEP and reached != self._head:  # cut off, or written anew behind our back
            return reached, min(reached.seq + 1, self._head.seq)
        return reached, None

    def _count(self, at_least: int) -> int:
        try:
            return int(self._held().execute("SELECT count(*) FROM records").fetchone()[0])
        except sqlite3.Error as err:
            if not is_damage(err):
                raise
            return at_least

    def _digest_at(self, seq: int) -> str | None:
        if seq == GENESIS.seq:
            return GENESIS.digest
        found = self._held().execute("SELECT digest FROM records WHERE seq = ?", (seq,)).fetchone()
        return None if found is None else str(found[0])

    def _save_snapshot(self, seq: int, payload: str) -> None:
        digest = self._digest_at(seq)
        if digest is None:
            raise ValueError(f"no record {seq}")
        row = (seq, digest, payload, _seal_of(seq, digest, payload))
        self._held().execute("INSERT OR REPLACE INTO snapshot VALUES (1, ?, ?, ?, ?)", row)

    def _load_snapshot(self) -> tuple[int, str] | None:
        query = "SELECT seq, digest, payload, sha256 FROM snapshot"
        found = self._held().execute(query).fetchone()
        if found is None:
            return None
        seq, digest, payload, seal_found = found
        with suppress(TypeError, ValueError):  # bytes that are no text any more
            if self._digest_at(seq) == digest and _seal_of(seq, digest, payload) == seal_found:
                return int(seq), str(payload)
        return None


def record_of(row: RawRow) -> Record:
    """Return a record as people and the engine read it; raises ValueError when it is no record."""
    seq, at, kind, subject, payload, previous, digest = row
    return Record(
        seq=seq,
        at=datetime.fromisoformat(at),
        kind=kind,
        subject=subject,
        payload=json.loads(payload),
        previous=previous,
        digest=digest,
    )


def _seal_of(seq: int, digest: str, payload: str) -> str:
    return sha256(canonical([seq, digest, payload]).encode()).hexdigest()
