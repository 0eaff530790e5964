"""The journal's file: its tables, who may hold it, and what its failures mean.

Records are append-only by triggers: UPDATE, DELETE and replacing INSERT are refused. AUTOINCREMENT
remembers the highest number ever given, so that a cut-off tail does not go unnoticed.
"""

import errno
import fcntl
import glob
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

from ..core.errors import JournalUnavailableError

VERSION = 1
BUSY_TIMEOUT_S = 1.0
"""A person waits for the answer; whoever else holds the file this long is not just reading."""

SCHEMA = """
BEGIN IMMEDIATE;
CREATE TABLE records (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT,
    payload TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL
) STRICT;
CREATE INDEX records_by_subject ON records (subject, seq) WHERE subject IS NOT NULL;
CREATE TRIGGER records_keep BEFORE DELETE ON records
    BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER records_stay BEFORE UPDATE ON records
    BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TRIGGER records_follow BEFORE INSERT ON records
    WHEN NEW.seq <= (SELECT max(seq) FROM records)
    BEGIN SELECT RAISE(ABORT, 'records are append-only'); END;
CREATE TABLE snapshot (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seq INTEGER NOT NULL,
    digest TEXT NOT NULL,
    payload TEXT NOT NULL,
    sha256 TEXT NOT NULL
) STRICT;
PRAGMA user_version = 1;
COMMIT;
"""

_CODES = {
    sqlite3.SQLITE_FULL: "journal_disk_full",
    sqlite3.SQLITE_BUSY: "journal_locked",
    sqlite3.SQLITE_LOCKED: "journal_locked",
    sqlite3.SQLITE_CORRUPT: "journal_damaged",
    sqlite3.SQLITE_NOTADB: "journal_damaged",
}


def unavailable(error: sqlite3.Error | OSError) -> JournalUnavailableError:
    """Return what a failure of the file means to the caller."""
    if isinstance(error, OSError):
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        code = "journal_disk_full" if full else "journal_unavailable"
        return JournalUnavailableError(code, detail=error.strerror or type(error).__name__)
    primary = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return JournalUnavailableError(_CODES.get(primary, "journal_unavailable"), detail=str(error))


def is_damage(error: sqlite3.Error) -> bool:
    """Say whether the bytes in the file are no journal any more."""
    return unavailable(error).code == "journal_damaged"


def hold(path: Path) -> int:
    """Take the file for this process alone; the kernel lets go when the process ends."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.parent.chmod(0o700)
    lock = os.open(_beside(path, ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as err:
        os.close(lock)
        raise JournalUnavailableError("journal_locked", detail="another process has it") from err
    except OSError:
        os.close(lock)
        raise
    return lock


def connect(path: Path) -> sqlite3.Connection:
    """Open or create the database, checked and with the schema of today; raises sqlite3.Error."""
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    path.chmod(0o600)  # SQLite gives its side files the mode of the database
    db = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S, isolation_level=None)
    try:
        # Bytes that are no UTF-8 must reach the digest check instead of stopping the reader.
        db.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
        # Until it is known to be whole, closing must not write the log into a damaged file.
        db.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, True)
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("PRAGMA synchronous=FULL")
        _check(db)
        db.setconfig(sqlite3.SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, False)
        _migrate(db)
    except BaseException:
        db.close()
        raise
    return db


def _check(db: sqlite3.Connection) -> None:
    found = db.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        error = sqlite3.DatabaseError("quick_check failed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error


def _migrate(db: sqlite3.Connection) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > VERSION:
        raise JournalUnavailableError("journal_unavailable", detail=f"schema {version} is newer")
    if version == 0:
        db.executescript(SCHEMA)


def set_aside(path: Path) -> None:
    """Rename a damaged file and its side files, overwriting nothing."""
    changed = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    base = f".damaged-{changed:%Y%m%dT%H%M%SZ}"
    suffix, number = base, 1
    while _beside(path, suffix).exists():
        suffix, number = f"{base}-{number}", number + 1
    for side in ("-wal", "-shm", ""):  # the database last: until then the next start tries again
        old = _beside(path, side)
        if old.exists():
            old.rename(_beside(path, suffix + side))


def newest_aside(path: Path) -> str | None:
    """Return the name of the damaged file that was set aside last, None when there is none."""
    found = path.parent.glob(f"{glob.escape(path.name)}.damaged-*Z*")
    names = [(item.stat().st_ctime_ns, item.name) for item in found]
    return max(
        (item for item in names if not item[1].endswith(("-wal", "-shm"))), default=(0, None)
    )[1]


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
