"""The code tables inside the house's keypad locks, kept in a private file as a real lock keeps its own."""

import json
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """One code of a keypad."""

    code: str
    name: str


class KeypadTable:
    """Codes by lock and slot; survives restarts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._locks: dict[str, dict[int, Slot]] = {}

    def load(self) -> None:
        """Read the file, if there is one; blocking."""
        if not self._path.exists():
            return
        stored = json.loads(self._path.read_text(encoding="utf-8"))
        self._locks = {
            lock: {int(slot): Slot(**entry) for slot, entry in slots.items()}
            for lock, slots in stored.items()
        }

    def save(self) -> None:
        """Write the file whole or not at all; blocking."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        new = self._path.with_suffix(".new")
        new.touch(mode=0o600)
        new.write_text(json.dumps({lock: self.slots(lock) for lock in self._locks}))
        new.replace(self._path)

    def slots(self, lock: str) -> dict[str, dict[str, str]]:
        """Return a lock's table, slot numbers as text."""
        table = self._locks.get(lock, {})
        return {str(slot): {"code": it.code, "name": it.name} for slot, it in table.items()}

    def put(self, lock: str, slot: int, code: str, name: str) -> None:
        """Set a slot; the code must not stand in another slot of that lock."""
        table = self._locks.setdefault(lock, {})
        if any(it.code == code for number, it in table.items() if number != slot):
            raise ValueError("the code stands in another slot")
        table[slot] = Slot(code=code, name=name)

    def drop(self, lock: str, slot: int) -> None:
        """Clear a slot; an empty one stays empty."""
        self._locks.setdefault(lock, {}).pop(slot, None)

    def find(self, lock: str, code: str) -> tuple[int, Slot] | None:
        """Return the slot that holds the code."""
        for slot, entry in self._locks.get(lock, {}).items():
            if entry.code == code:
                return slot, entry
        return None
