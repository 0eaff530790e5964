"""What the desk knows of incidents; every change is one transaction with its answer in it."""

import json
import sqlite3
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, cast

from .database import Database
from .problems import Problem
from .validation import canonical

type Document = Mapping[str, object]
type Answer = dict[str, object]

RECALL: Final = "Recall is the dispatcher's decision."
_PICTURE: Final = (
    *("level", "level_proposed_by", "level_basis", "summary"),
    *("reasons", "unknowns", "timeline", "confirmations"),
)
# A dispatcher may skip a step, never go back, and end from anywhere.
_NEXT: Final[Mapping[str, frozenset[str]]] = {
    "received": frozenset({"acknowledged", "dispatched", "arrived", "closed", "cancelled"}),
    "acknowledged": frozenset({"dispatched", "arrived", "closed", "cancelled"}),
    "dispatched": frozenset({"arrived", "closed", "cancelled"}),
    "arrived": frozenset({"closed", "cancelled"}),
    "closed": frozenset(),
    "cancelled": frozenset(),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sent:
    """Who sent what under which key."""

    client_id: str
    key: str
    operation: str
    document: Document


class Store:
    """Incidents of all clients; raises Problem for what a client or dispatcher did wrong."""

    def __init__(self, database: Database, max_incidents: int) -> None:
        self._database = database
        self._max_incidents = max_incidents

    def create(self, sent: Sent) -> tuple[Answer, bool]:
        """Store a new incident once; return its answer and whether it was given before."""
        return self._once(sent, lambda db: self._insert(db, sent))

    def update(self, number: str, sent: Sent) -> tuple[Answer, bool]:
        """Store an update, and take it as the picture unless a newer one is there."""
        return self._once(sent, lambda db: _apply_update(db, number, sent))

    def cancel(self, number: str, sent: Sent) -> tuple[Answer, bool]:
        """Store the wish to cancel; the status stays the dispatcher's."""
        return self._once(sent, lambda db: _apply_cancel(db, number, sent))

    def find(self, client_id: str, reference: str) -> list[Answer]:
        """Return the client's incident with this reference, if any."""
        query = "SELECT * FROM incidents WHERE client_id = ? AND reference = ?"
        with self._database.transaction() as db:
            return [_view(db, row) for row in db.execute(query, (client_id, reference))]

    def get(self, client_id: str, number: str) -> Answer:
        """Return the client's incident with this number."""
        with self._database.transaction() as db:
            return _view(db, _own(db, client_id, number))

    def recent(self, limit: int) -> Sequence[Mapping[str, object]]:
        """Return incidents for the dispatcher's page, open ones first, newest first."""
        query = (
            "SELECT * FROM incidents ORDER BY status IN ('closed', 'cancelled'), id DESC LIMIT ?"
        )
        with self._database.transaction() as db:
            return [
                {**dict(row), "picture": json.loads(row["picture"]), "history": _history(db, row)}
                for row in db.execute(query, (limit,))
            ]

    def set_status(
        self, number: str, status: str, *, note: str | None, disposition: str | None
    ) -> Answer:
        """Store what a dispatcher did, together with the webhook that tells the home."""
        at = now()
        with self._database.transaction() as db:
            row = db.execute("SELECT * FROM incidents WHERE number = ?", (number,)).fetchone()
            if row is None:
                raise Problem("not_found")
            if status not in _NEXT[row["status"]]:
                raise Problem("illegal_transition")
            db.execute(
                "UPDATE incidents SET status = ?, updated_at = ? WHERE number = ?",
                (status, at, number),
            )
            _remember(db, number, at, status, note=note, disposition=disposition)
            _queue_webhook(db, row, status, at, note=note, disposition=disposition)
        return {"number": number, "status": status, "at": at}

    def _once(self, sent: Sent, act: Callable[[sqlite3.Connection], Answer]) -> tuple[Answer, bool]:
        """Act once per key; the answer is stored in the same transaction as the act."""
        request = f"{sent.operation}\n{canonical(sent.document)}"
        query = "SELECT request, answer FROM answers WHERE client_id = ? AND key = ?"
        with self._database.transaction() as db:
            known = db.execute(query, (sent.client_id, sent.key)).fetchone()
            if known is not None:
                if known["request"] != request:
                    raise Problem("idempotency_key_reused")
                return json.loads(known["answer"]), True
            answer = act(db)
            db.execute(
                "INSERT INTO answers VALUES (?, ?, ?, ?)",
                (sent.client_id, sent.key, request, json.dumps(answer)),
            )
            return answer, False

    def _insert(self, db: sqlite3.Connection, sent: Sent) -> Answer:
        document = sent.document
        known = db.execute(
            "SELECT number FROM incidents WHERE client_id = ? AND reference = ?",
            (sent.client_id, document["reference"]),
        ).fetchone()
        if known is not None:
            raise Problem("reference_exists", number=known["number"])
        if db.execute("SELECT count(*) FROM incidents").fetchone()[0] >= self._max_incidents:
            raise Problem("unavailable", headers={"Retry-After": "60"})
        at = now()
        made = db.execute(
            "INSERT INTO incidents (client_id, reference, mode, kind, status, sequence,"
            " received_at, updated_at, picture) VALUES (?, ?, ?, ?, 'received', ?, ?, ?, ?)",
            (
                *(sent.client_id, document["reference"], document["mode"], document["kind"]),
                *(_sequence(document), at, at, json.dumps(document)),
            ),
        )
        prefix = "EX" if document["mode"] == "exercise" else "IN"
        number = f"{prefix}-{at[:4]}-{made.lastrowid:06d}"
        db.execute("UPDATE incidents SET number = ? WHERE id = ?", (number, made.lastrowid))
        _remember(db, number, at, "received", document=document)
        return {"number": number, "status": "received", "received_at": at}


def now() -> str:
    """Return the desk's time as it is written on the wire."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _sequence(document: Document) -> int:
    """Return the sequence as an integer; in JSON 1.0 is one too."""
    return int(cast("float", document["sequence"]))


def _apply_update(db: sqlite3.Connection, number: str, sent: Sent) -> Answer:
    row = _same_incident(db, number, sent)
    at = now()
    sequence = _sequence(sent.document)
    _remember(db, number, at, "updated", document=sent.document)
    if sequence > row["sequence"]:
        picture = json.loads(row["picture"])
        picture.update({name: sent.document[name] for name in _PICTURE})
        if "entry_instructions" in sent.document:
            picture["premises"]["entry_instructions"] = sent.document["entry_instructions"]
        db.execute(
            "UPDATE incidents SET picture = ?, sequence = ?, updated_at = ? WHERE number = ?",
            (json.dumps(picture), sequence, at, number),
        )
    return {"number": number, "status": row["status"], "received_at": at}


def _apply_cancel(db: sqlite3.Connection, number: str, sent: Sent) -> Answer:
    row = _same_incident(db, number, sent)
    at = now()
    first = row["cancel_requested_at"]
    if first is None:
        _remember(db, number, at, "cancel_requested", document=sent.document)
        db.execute(
            "UPDATE incidents SET cancel_requested_at = ?, cancel = ?, updated_at = ?"
            " WHERE number = ?",
            (at, json.dumps(sent.document), at, number),
        )
    return {
        "number": number,
        "status": row["status"],
        "received_at": at,
        "cancel_requested_at": first or at,
        "message": RECALL,
    }


def _own(db: sqlite3.Connection, client_id: str, number: str) -> sqlite3.Row:
    query = "SELECT * FROM incidents WHERE client_id = ? AND number = ?"
    row: sqlite3.Row | None = db.execute(query, (client_id, number)).fetchone()
    if row is None:
        raise Problem("not_found")
    return row


def _same_incident(db: sqlite3.Connection, number: str, sent: Sent) -> sqlite3.Row:
    """Return the incident if the message is about it; an exercise never turns live."""
    row = _own(db, sent.client_id, number)
    for name in ("reference", "mode", "kind"):
        if sent.document.get(name, row[name]) != row[name]:
            raise Problem("reference_mismatch")
    return row


def _remember(
    db: sqlite3.Connection,
    number: str,
    at: str,
    what: str,
    *,
    note: str | None = None,
    disposition: str | None = None,
    document: Document | None = None,
) -> None:
    db.execute(
        "INSERT INTO history (number, at, what, note, disposition, document)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (number, at, what, note, disposition, document and json.dumps(document)),
    )


def _queue_webhook(
    db: sqlite3.Connection,
    row: sqlite3.Row,
    status: str,
    at: str,
    *,
    note: str | None,
    disposition: str | None,
) -> None:
    webhook = json.loads(row["picture"]).get("webhook")
    if webhook is None:
        return
    event_id = uuid.uuid4().hex
    event = {
        "event_id": event_id,
        "incident_reference": row["reference"],
        "number": row["number"],
        "status": status,
        "at": at,
        "note": note,
        "disposition": disposition,
    }
    body = json.dumps({name: value for name, value in event.items() if value is not None})
    db.execute(
        "INSERT INTO webhooks (event_id, number, url, secret_id, body, next_at)"
        " VALUES (?, ?, ?, ?, ?, 0)",
        (event_id, row["number"], webhook["url"], webhook["secret_id"], body),
    )


def _history(db: sqlite3.Connection, row: sqlite3.Row) -> list[Answer]:
    query = "SELECT at, what, note, disposition FROM history WHERE number = ? ORDER BY id"
    return [
        {name: value for name, value in dict(entry).items() if value is not None}
        for entry in db.execute(query, (row["number"],))
    ]


def _view(db: sqlite3.Connection, row: sqlite3.Row) -> Answer:
    names = "number reference mode kind status sequence received_at updated_at cancel_requested_at"
    return {name: row[name] for name in names.split()} | {"history": _history(db, row)}
