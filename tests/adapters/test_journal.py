"""The journal keeps what it acknowledged, says when it cannot, and shows what was touched."""

import asyncio
import errno
import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from custom_components.verified_response.adapters import journal as module
from custom_components.verified_response.adapters.journal import SqliteJournal
from custom_components.verified_response.adapters.journal_schema import unavailable
from custom_components.verified_response.core.errors import JournalUnavailableError
from custom_components.verified_response.core.journal import GENESIS, seal
from custom_components.verified_response.engine.ports import Entry, Verification
from tests.fakes.journal import FakeJournal

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
REPOSITORY = Path(__file__).parents[2]


def entry(number: int, subject: str | None = None, **payload) -> Entry:
    return Entry(
        at=AT + timedelta(seconds=number),
        kind="noted",
        subject=subject,
        payload={"mark": f"mark-{number:05}", **payload},
    )


def entries(count: int, start: int = 1, **payload) -> list[Entry]:
    return [entry(number, **payload) for number in range(start, start + count)]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "verified_response" / "journal.db"


@pytest.fixture(params=["sqlite", "fake"])
async def journal(request, path):
    made = SqliteJournal(path) if request.param == "sqlite" else FakeJournal()
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def sqlite(path):
    made = SqliteJournal(path)
    await made.open()
    yield made
    await made.close()


@contextmanager
def unprivileged():
    """Be somebody whom file permissions stop."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


async def fails(awaitable, code: str) -> None:
    with pytest.raises(JournalUnavailableError) as raised:
        await awaitable
    assert raised.value.code == code


# The port, by both.


async def test_records_come_back_as_written(journal):
    written = Entry(at=AT, kind="opened", subject="i1", payload={"b": ["Tür", 1.5], "a": None})
    assert await journal.append([written]) == 1
    (record,) = await journal.read()
    assert (record.seq, record.at, record.kind, record.subject) == (1, AT, "opened", "i1")
    assert record.at.tzinfo is not None
    assert record.payload == written.payload
    assert record.previous == GENESIS.digest
    assert record.digest == seal(written, 1, GENESIS.digest).digest


async def test_records_are_chained_across_appends(journal):
    assert await journal.append(entries(3)) == 3
    assert await journal.append([]) == 3
    assert await journal.append(entries(2, start=4)) == 5
    records = await journal.read()
    assert [record.seq for record in records] == [1, 2, 3, 4, 5]
    assert [record.previous for record in records[1:]] == [item.digest for item in records[:-1]]
    assert await journal.verify() == Verification(records=5, intact=True, first_broken=None)


async def test_reading_is_filtered(journal):
    count = 2 * module.STEP + 7
    await journal.append([entry(n, subject="even" if n % 2 == 0 else None) for n in range(count)])
    every = range(1, count + 1)

    async def seqs(**wanted):
        return [record.seq for record in await journal.read(**wanted)]

    assert await seqs() == list(every)
    assert await seqs(after=count - 2) == [count - 1, count]
    assert await seqs(subject="even") == list(every[::2])
    assert await seqs(subject="even", after=3, limit=2) == [5, 7]
    assert await seqs(limit=module.STEP + 3) == list(every[: module.STEP + 3])
    assert await seqs(limit=0) == []
    assert await seqs(subject="odd") == []


async def test_append_is_all_or_nothing(journal):
    await journal.append(entries(2))
    with pytest.raises((TypeError, ValueError)):
        await journal.append([entry(3), entry(4, bad=AT)])
    assert len(await journal.read()) == 2
    assert await journal.append([entry(3)]) == 3
    assert (await journal.verify()).intact


async def test_snapshot_is_the_newest(journal):
    assert await journal.load_snapshot() is None
    await journal.save_snapshot(0, "{}")
    assert await journal.load_snapshot() == (0, "{}")
    await journal.append(entries(3))
    await journal.save_snapshot(2, '{"areas":"Tür"}')
    assert await journal.load_snapshot() == (2, '{"areas":"Tür"}')
    with pytest.raises(ValueError, match="no record 4"):
        await journal.save_snapshot(4, "{}")
    assert await journal.load_snapshot() == (2, '{"areas":"Tür"}')


async def test_closed_journal_says_so(journal):
    await journal.close()
    await journal.close()
    await fails(journal.append([entry(1)]), "journal_unavailable")
    await fails(journal.read(), "journal_unavailable")
    await journal.open()
    assert await journal.append([entry(1)]) == 1


async def test_empty_chain_is_intact(journal):
    assert await journal.verify() == Verification(records=0, intact=True, first_broken=None)


async def test_fake_fails_on_demand():
    fake = FakeJournal()
    await fake.open()
    fake.fail_with = JournalUnavailableError("journal_disk_full")
    await fails(fake.append([entry(1)]), "journal_disk_full")
    fake.fail_with = None
    assert await fake.append([entry(1)]) == 1


# The file.


async def test_everything_is_there_after_a_restart(path):
    for turn in range(3):
        journal = SqliteJournal(path)
        await journal.open()
        assert await journal.append(entries(2)) == 2 * turn + 2
        await journal.save_snapshot(2 * turn + 1, str(turn))
        await journal.close()
    journal = SqliteJournal(path)
    await journal.open()
    assert await journal.load_snapshot() == (5, "2")
    assert (await journal.verify()) == Verification(records=6, intact=True, first_broken=None)
    await journal.close()


async def test_nobody_else_may_read_the_file(path):
    old = os.umask(0)
    try:
        journal = SqliteJournal(path)
        await journal.open()
        await journal.append([entry(1)])
        modes = {item.name: stat.S_IMODE(item.stat().st_mode) for item in path.parent.iterdir()}
        await journal.close()
    finally:
        os.umask(old)
    assert set(modes) == {"journal.db", "journal.db-wal", "journal.db-shm", "journal.db.lock"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_file_that_was_open_to_others_is_closed_to_them(path):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.close()
    path.parent.chmod(0o755)
    path.chmod(0o644)
    await journal.open()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    await journal.close()


async def test_close_leaves_one_file_and_no_thread(path):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.append([entry(1)])
    await journal.close()
    assert sorted(item.name for item in path.parent.iterdir()) == ["journal.db", "journal.db.lock"]
    assert not [item for item in threading.enumerate() if "verified_response" in item.name]


async def test_work_is_done_in_one_thread_of_its_own(sqlite):
    seen = set()

    def note(*args):
        seen.add(threading.current_thread().name)
        return seal(*args)

    with patch.object(module, "seal", note):
        await asyncio.gather(*(sqlite.append([entry(n)]) for n in range(10)))
    assert seen == {"verified_response_journal_0"}


async def test_writes_are_durable_and_others_may_read_meanwhile(sqlite, path):
    await sqlite.append(entries(3))
    mode = await sqlite._run(lambda: sqlite._db.execute("PRAGMA synchronous").fetchone()[0])
    assert mode == 2
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as reader:
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM records").fetchone() == (3,)
        await sqlite.append(entries(3, start=4))
        assert reader.execute("SELECT count(*) FROM records").fetchone() == (3,)
        assert reader.execute("PRAGMA journal_mode").fetchone() == ("wal",)


async def test_an_alarm_does_not_wait_for_a_long_read(sqlite):
    await sqlite.append(entries(5 * module.STEP))
    order = []

    async def long():
        await sqlite.verify()
        order.append("verified")

    async def short():
        await asyncio.sleep(0)
        await sqlite.append([entry(1)])
        order.append("appended")

    await asyncio.gather(long(), short())
    assert order == ["appended", "verified"]


async def test_a_cancelled_append_leaves_the_chain_whole(sqlite):
    task = asyncio.create_task(sqlite.append(entries(50)))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    last = await sqlite.append([entry(1)])
    assert await sqlite.verify() == Verification(records=last, intact=True, first_broken=None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE records SET kind = 'x' WHERE seq = 2",
        "DELETE FROM records WHERE seq = 2",
        "DELETE FROM records",
        "INSERT OR REPLACE INTO records SELECT seq, at, 'x', subject, payload, previous, digest FROM records WHERE seq = 2",
    ],
)
async def test_records_cannot_be_changed_through_sql(sqlite, path, statement):
    await sqlite.append(entries(3))
    with (
        closing(sqlite3.connect(path)) as other,
        pytest.raises(sqlite3.IntegrityError, match="append-only"),
    ):
        other.execute(statement)
    assert (await sqlite.verify()).records == 3


# What was touched.


def tamper(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as other, other:
        for (name,) in other.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            other.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            other.execute(statement)


@pytest.mark.parametrize(
    ("statement", "records", "broken"),
    [
        ("UPDATE records SET subject = 'x' WHERE seq = 700", 1200, 700),
        ("UPDATE records SET digest = previous WHERE seq = 501", 1200, 501),
        ("DELETE FROM records WHERE seq = 500", 1199, 500),
        ("DELETE FROM records WHERE seq = 1", 1199, 1),
        ("DELETE FROM records WHERE seq > 1100", 1100, 1101),
        ("DELETE FROM records", 0, 1),
    ],
)
@pytest.mark.parametrize("reopened", [False, True])
async def test_verify_names_the_first_broken_record(path, statement, records, broken, reopened):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.append(entries(1200))
    if reopened:
        await journal.close()
    tamper(path, statement)
    await journal.open()
    expected = Verification(records=records, intact=False, first_broken=broken)
    assert await journal.verify() == expected
    await journal.append([entry(1)])
    assert (await journal.verify()).first_broken == broken
    await journal.close()


async def test_a_chain_written_anew_is_noticed_while_it_is_held(sqlite, path):
    await sqlite.append(entries(2))
    one = seal(entry(8), 1, GENESIS.digest)
    two = seal(entry(9), 2, one.digest)
    changes = [
        f"UPDATE records SET at='{row.at}', payload='{row.payload}', previous='{row.previous}', "
        f"digest='{row.digest}' WHERE seq={row.seq}"
        for row in (one, two)
    ]
    tamper(path, *changes)
    assert await sqlite.verify() == Verification(records=2, intact=False, first_broken=2)


@pytest.mark.parametrize("damage", [b"\x00\xff\xfe", b"xyz"])
async def test_damaged_bytes_in_the_middle_are_found_exactly(path, damage):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.append(entries(800))
    await journal.close()
    content = path.read_bytes()
    at = content.index(b"mark-00421")
    path.write_bytes(content[:at] + damage + content[at + len(damage) :])
    await journal.open()
    assert await journal.verify() == Verification(records=800, intact=False, first_broken=421)
    await journal.append([entry(801)])
    await journal.close()


async def test_a_page_lost_while_in_use_breaks_the_chain_not_the_reader(path):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.append(entries(1000, filler="x" * 3000))
    await journal.close()
    await journal.open()
    page, size = 4096, path.stat().st_size
    with path.open("r+b") as file:
        file.seek(size // page // 2 * page)
        file.write(b"\xa5" * page * 8)
    found = await journal.verify()
    assert not found.intact
    assert 1 < found.first_broken < 1000
    await journal.close()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE snapshot SET payload = payload || ' '",
        "UPDATE snapshot SET seq = 1",
        "UPDATE snapshot SET seq = 99",
        "UPDATE snapshot SET digest = sha256",
        "UPDATE records SET digest = previous WHERE seq = 2",
        "UPDATE snapshot SET payload = CAST(x'ff' AS TEXT)",
    ],
)
async def test_a_snapshot_that_does_not_fit_is_ignored(sqlite, path, change):
    await sqlite.append(entries(3))
    await sqlite.save_snapshot(2, "{}")
    tamper(path, change)
    assert await sqlite.load_snapshot() is None


# Failures.


@pytest.mark.parametrize("content", [b"no database at all" * 500, "torn", "page"])
async def test_a_damaged_file_is_set_aside_and_the_new_chain_says_so(path, content):
    journal = SqliteJournal(path, now=lambda: AT)
    await journal.open()
    await journal.append(entries(400))
    await journal.close()
    if content == "torn":
        whole = path.read_bytes()
        content = whole[: len(whole) // 3]
    if content == "page":
        whole, middle = path.read_bytes(), path.stat().st_size // 8192 * 4096
        content = whole[:middle] + b"\xa5" * 4096 + whole[middle + 4096 :]
    path.write_bytes(content)
    os.utime(path, (0, AT.timestamp()))
    await journal.open()
    (record,) = await journal.read()
    name = "journal.db.damaged-20261101T120000Z"
    assert (record.seq, record.kind, record.at) == (1, "chain_started", AT)
    assert record.payload == {"reason": "journal_damaged", "file": name}
    assert path.with_name(name).read_bytes() == content
    assert (await journal.verify()).intact
    await journal.close()

    path.write_bytes(b"again" * 1000)
    os.utime(path, (0, AT.timestamp()))
    await journal.open()
    (record,) = await journal.read()
    assert record.payload["file"] == f"{name}-1"
    assert path.with_name(name).read_bytes() == content
    await journal.append([entry(2)])
    await journal.close()
    await journal.open()
    assert [item.kind for item in await journal.read()] == ["chain_started", "noted"]
    await journal.close()


async def test_a_damaged_file_keeps_its_log_beside_it(path, tmp_path):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.append(entries(400))
    await journal.close()
    await journal.open()
    await journal.append([entry(401)])
    whole, log = path.read_bytes(), path.with_name("journal.db-wal").read_bytes()
    await journal.close()
    other = tmp_path / "other" / "journal.db"
    other.parent.mkdir()
    middle = len(whole) // 8192 * 4096
    torn = whole[:middle] + b"\xa5" * 4096 + whole[middle + 4096 :]
    other.write_bytes(torn)
    other.with_name("journal.db-wal").write_bytes(log)
    second = SqliteJournal(other)
    await second.open()
    (record,) = await second.read()
    await second.close()
    aside = record.payload["file"]
    assert other.with_name(aside).read_bytes() == torn
    assert other.with_name(f"{aside}-wal").read_bytes() == log


async def test_a_torn_log_loses_its_tail_but_never_the_chain(path, tmp_path):
    journal = SqliteJournal(path)
    await journal.open()
    for number in range(40):
        await journal.append([entry(number)])
    copy = tmp_path / "copy" / "journal.db"
    copy.parent.mkdir()
    log = path.with_name("journal.db-wal").read_bytes()
    copy.write_bytes(path.read_bytes())
    copy.with_name("journal.db-wal").write_bytes(log[: len(log) * 2 // 3])
    await journal.close()
    other = SqliteJournal(copy)
    await other.open()
    found = await other.verify()
    assert found.intact
    assert 0 < found.records < 40
    assert await other.append([entry(1)]) == found.records + 1
    assert (await other.verify()).intact
    await other.close()


async def test_a_full_disk_is_said_and_survived(sqlite):
    await sqlite.append(entries(3))
    before = await sqlite.read()
    limit = "PRAGMA max_page_count = {}"
    pages = await sqlite._run(lambda: sqlite._db.execute("PRAGMA page_count").fetchone()[0])
    await sqlite._run(lambda: sqlite._db.execute(limit.format(pages)).fetchall())
    await fails(sqlite.append(entries(200, start=4)), "journal_disk_full")
    assert await sqlite.read() == before
    await sqlite._run(lambda: sqlite._db.execute(limit.format(1_000_000)).fetchall())
    assert await sqlite.append(entries(200, start=4)) == 203
    assert (await sqlite.verify()).intact


async def test_a_read_only_folder_is_said(path):
    path.parent.mkdir(mode=0o500)
    journal = SqliteJournal(path / "deeper" / "journal.db")
    with unprivileged():
        await fails(journal.open(), "journal_unavailable")
    await fails(journal.append([entry(1)]), "journal_unavailable")


async def test_a_file_in_the_way_of_the_folder_is_said(path):
    path.parent.write_text("not a folder")
    await fails(SqliteJournal(path).open(), "journal_unavailable")


async def test_a_database_that_turned_read_only_is_said(sqlite):
    await sqlite.append([entry(1)])
    await sqlite._run(lambda: sqlite._db.execute("PRAGMA query_only = ON"))
    await fails(sqlite.append([entry(2)]), "journal_unavailable")
    await sqlite._run(lambda: sqlite._db.execute("PRAGMA query_only = OFF"))
    assert await sqlite.append([entry(2)]) == 2


async def test_a_foreign_writer_is_not_waited_for_long(sqlite, path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        await fails(sqlite.append([entry(1)]), "journal_locked")
    assert await sqlite.append([entry(1)]) == 1


async def test_two_never_hold_one_journal(sqlite, path):
    second = SqliteJournal(path)
    await fails(second.open(), "journal_locked")
    assert await sqlite.append([entry(1)]) == 1
    await sqlite.close()
    await second.open()
    assert await second.append([entry(2)]) == 2
    await second.close()


async def test_nothing_is_written_to_a_file_that_was_taken_away(sqlite, path):
    await sqlite.append([entry(1)])
    path.rename(path.with_name("moved.db"))
    await fails(sqlite.append([entry(2)]), "journal_unavailable")
    path.write_bytes(b"")
    await fails(sqlite.append([entry(2)]), "journal_unavailable")


async def test_a_newer_schema_is_left_alone(path):
    journal = SqliteJournal(path)
    await journal.open()
    await journal.append([entry(1)])
    await journal.close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    await fails(journal.open(), "journal_unavailable")
    assert path.read_bytes() == before


def test_operating_system_errors_have_their_codes():
    assert unavailable(OSError(errno.ENOSPC, "full")).code == "journal_disk_full"
    assert unavailable(OSError(errno.EDQUOT, "quota")).code == "journal_disk_full"
    assert unavailable(OSError(errno.EIO, "io")).code == "journal_unavailable"
    assert unavailable(OSError(errno.EIO, "io", "/secret")).placeholders == {"detail": "io"}


CHILD = """
import asyncio, sys
from pathlib import Path
from tests.adapters.test_journal import SqliteJournal, entry

async def main():
    journal = SqliteJournal(Path(sys.argv[1]))
    await journal.open()
    number = 0
    while True:
        number += 1
        print(await journal.append([entry(number), entry(number)]), flush=True)

asyncio.run(main())
"""


@pytest.mark.real
@pytest.mark.slow
async def test_what_was_acknowledged_survives_kill_9(path):
    written = 0
    for turn in range(3):
        child = subprocess.Popen(  # noqa: ASYNC220 - nothing else runs here meanwhile
            [sys.executable, "-c", CHILD, str(path)],
            cwd=REPOSITORY,
            stdout=subprocess.PIPE,
            text=True,
        )
        acknowledged = [int(child.stdout.readline()) for _ in range(40 + 25 * turn)]
        journal = SqliteJournal(path)
        await fails(journal.open(), "journal_locked")
        child.kill()
        acknowledged += [int(line) for line in child.stdout.read().splitlines()]
        child.wait()
        child.stdout.close()
        assert acknowledged[0] == written + 2
        await journal.open()
        found = await journal.verify()
        assert found.intact
        assert found.records % 2 == 0
        assert acknowledged[-1] <= found.records <= acknowledged[-1] + 2
        written = found.records
        await journal.close()
