"""Measures the journal's budgets (design, section 10); prints, asserts nothing about time."""

import time
from datetime import UTC, datetime
from statistics import quantiles

import pytest

from custom_components.verified_response.adapters.journal import SqliteJournal
from custom_components.verified_response.engine.ports import Entry

pytestmark = pytest.mark.bench

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
RECORDS, TAIL = 100_000, 200
ENTRY = Entry(
    at=AT,
    kind="EvidenceAdded",
    subject="01JBKQ4T2V8W6Y3Z5N7M9P1R0S",
    payload={
        "incident_id": "01JBKQ4T2V8W6Y3Z5N7M9P1R0S",
        "item": {"type": "ZoneTrip", "zone_id": "hall", "device": "d1", "place": "hall"},
        "areas": ["house"],
        "look_until": "2026-11-01T12:00:12+00:00",
    },
)


async def test_append(tmp_path):
    journal = SqliteJournal(tmp_path / "vr" / "journal.db")
    await journal.open()
    took = []
    for _ in range(2000):
        start = time.perf_counter()
        await journal.append([ENTRY, ENTRY, ENTRY])
        took.append((time.perf_counter() - start) * 1000)
    await journal.close()
    cuts = quantiles(took, n=100)
    print(
        f"\nappend of 3 records: p50 {cuts[49]:.2f} ms, p95 {cuts[94]:.2f} ms, p99 {cuts[98]:.2f} ms"
    )


async def test_start_and_verify(tmp_path):
    path = tmp_path / "vr" / "journal.db"
    journal = SqliteJournal(path)
    await journal.open()
    for _ in range(RECORDS // 1000):
        await journal.append([ENTRY] * 1000)
    await journal.save_snapshot(RECORDS - TAIL, "x" * 200_000)
    await journal.close()
    for _ in range(3):
        start = time.perf_counter()
        await journal.open()
        opened = time.perf_counter()
        seq, _payload = await journal.load_snapshot()
        rest = await journal.read(after=seq)
        ready = time.perf_counter()
        assert len(rest) == TAIL
        found = await journal.verify()
        verified = time.perf_counter()
        assert (found.records, found.intact) == (RECORDS, True)
        await journal.close()
        print(
            f"\n{path.stat().st_size / 1e6:.0f} MB, {RECORDS} records: start-up {ready - start:.3f} s"
            f" (open {opened - start:.3f} s), verify {verified - ready:.2f} s"
        )
