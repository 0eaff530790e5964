"""What the engine needs of locks, and of the place that keeps codes: each method says what it raises."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ..core.access import LockRef


class WriteOutcome(StrEnum):
    """What is known after a write to a lock, or after its bolt was moved."""

    CONFIRMED = "confirmed"
    """The lock itself said so afterwards."""
    UNVERIFIED = "unverified"


@dataclass(frozen=True, kw_only=True, slots=True)
class LockCapabilities:
    """Bounds of a lock, as it tells them itself; `slots` None when it has no numbered places."""

    slots: int | None
    min_length: int
    max_length: int
    read_back: bool
    """Whether it can be asked afterwards which code, or at least whose, is where."""
    names_user: bool = False
    """Whether it tells with which code it was opened."""


class LockControl(Protocol):
    """One lock; every method raises LockFailedError, whose text and cause hold no code.

    A failed read is never "empty"; what cannot be shown to be ours is foreign and left alone. Any
    method: lock_unavailable, lock_asleep, lock_gone (its entity was removed), lock_cannot_take_codes.
    """

    async def capabilities(self) -> LockCapabilities:
        """Return the lock's own bounds; raises lock_unreadable."""
        ...

    async def known_codes(self) -> frozenset[str]:
        """Return the codes that the lock shows, empty where it shows none; raises lock_unreadable."""
        ...

    async def standing_code(self) -> str | None:
        """Return the one code that the lock can enable, None where any can be written."""
        ...

    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return a place that is provably empty and not in `avoid`, 0 where places have no numbers.

        lock_full, lock_unreadable, lock_places_needed (nothing can be read, and the owner set no
        places apart).
        """
        ...

    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Write under the label `name` and read back; the same code there already is confirmed.

        Surely unwritten: lock_full, lock_slot_taken, lock_place_hidden (taken, and nobody can tell by
        whom), lock_unreadable, lock_code_duplicate, lock_script_missing. lock_refused_code: accepted or
        not, it is not there now. Anything else, lock_write_unknown, may have been written.
        """
        ...

    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Remove what we wrote; whose code or label is another's is left alone and counts as removed.

        lock_unreadable, lock_kept_code, lock_write_unknown, lock_script_missing.
        """
        ...

    async def unlock(self) -> WriteOutcome:
        """Draw the bolt; an open lock is confirmed. lock_jammed, lock_needs_code, lock_move_unknown."""
        ...

    async def lock(self, *, surely: bool = False) -> WriteOutcome:
        """Throw the bolt, never at a door that its sensor does not call closed; a locked lock is confirmed.

        `surely`: thrown though the lock says locked, which may be old.
        lock_jammed, lock_needs_code, lock_move_unknown, door_open, door_unknown.
        """
        ...


class Locks(Protocol):
    """The locks of the premises, by door id; also those that grants remember and nobody configures."""

    def of(self, door_id: str, written: LockRef | None = None) -> LockControl:
        """Return the lock's adapter; raises LockFailedError("lock_unknown") for an unknown door.

        `written` is the lock that a grant has written down: that one, whichever the door has now.
        """
        ...

    def fingerprint(self, code: str) -> str:
        """Return a keyed digest by which our own code is recognised, useless without the key."""
        ...


class CodeVault(Protocol):
    """Codes at rest, encrypted, for as long as they must be shown or sent; raises WorkFailedError."""

    async def keep(self, grant_id: str, code: str) -> None:
        """Keep a code durably; code_not_kept."""
        ...

    async def code_of(self, grant_id: str) -> str | None:
        """Return the code while it is kept; None also for what cannot be decrypted."""
        ...

    async def drop(self, grant_id: str) -> None:
        """Forget a code; idempotent."""
        ...

    async def kept(self) -> frozenset[str]:
        """Return whose codes are kept."""
        ...
