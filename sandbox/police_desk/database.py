"""The desk's SQLite file: one connection, one writer at a time, on disk before anybody is told."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS incidents (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT UNIQUE,
  client_id TEXT NOT NULL,
  reference TEXT NOT NULL,
  mode TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  sequence INTEGER NOT NULL,
  received_at TEXT NOT NULL,
  updated_at TEXT NOT NULL,
  picture TEXT NOT NULL,
  cancel_requested_at TEXT,
  cancel TEXT,
  UNIQUE (client_id, reference)
);
CREATE TABLE IF NOT EXISTS history (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  number TEXT NOT NULL REFERENCES incidents (number),
  at TEXT NOT NULL,
  what TEXT NOT NULL,
  note TEXT,
  disposition TEXT,
  document TEXT
);
CREATE INDEX IF NOT EXISTS history_number ON history (number);
CREATE TABLE IF NOT EXISTS answers (
  client_id TEXT NOT NULL,
  key TEXT NOT NULL,
  request TEXT NOT NULL,
  answer TEXT NOT NULL,
  PRIMARY KEY (client_id, key)
);
CREATE TABLE IF NOT EXISTS webhooks (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  event_id TEXT NOT NULL UNIQUE,
  number TEXT NOT NULL,
  url TEXT NOT NULL,
  secret_id TEXT NOT NULL,
  body TEXT NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  next_at REAL NOT NULL,
  outcome TEXT
);
CREATE INDEX IF NOT EXISTS webhooks_open ON webhooks (number, id) WHERE outcome IS NULL;
"""


class Database:
    """Transactions of one connection; safe to call from any thread."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False, autocommit=True)
        self._connection.row_factory = sqlite3.Row
        # FULL: a commit is on the disk, so an accepted incident survives kill -9 and a power cut.
        self._connection.executescript(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;" + _SCHEMA
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing; committed when the block ends well."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._connection.close()
