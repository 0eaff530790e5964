"""The journal as it lies on the disk, read without the product."""

import json
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

from sandbox.demo.house_setup import DOMAIN

type Fact = tuple[int, datetime, str, dict[str, Any]]


def folder_of(config: Path, entry_id: str) -> Path:
    """Return where the premises keep their files."""
    return config / ".storage" / DOMAIN / entry_id


def journal(config: Path, entry_id: str) -> list[Fact]:
    """Every record as it is on disk now: number, time, kind, payload."""
    path = folder_of(config, entry_id) / "journal.db"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as db:
        rows = db.execute("SELECT seq, at, kind, payload FROM records ORDER BY seq").fetchall()
    return [(seq, datetime.fromisoformat(at), kind, json.loads(raw)) for seq, at, kind, raw in rows]
