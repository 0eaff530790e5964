"""What one reading of a user-code slot proves: empty, a code, something hidden, or nothing at all."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any


class SlotState(StrEnum):
    """What is known about a slot."""

    EMPTY = "empty"
    HELD = "held"
    HIDDEN = "hidden"
    """Something is there and cannot be read."""
    UNKNOWN = "unknown"


class UserIdStatus(IntEnum):
    """User Code CC: status of a user id (disabled, messaging and passage are in use as well)."""

    AVAILABLE = 0
    ENABLED = 1
    NOT_AVAILABLE = 254


@dataclass(frozen=True, kw_only=True, slots=True)
class Reading:
    """One answer; the code never shows in a repr."""

    state: SlotState
    code: str | None = field(default=None, repr=False)

    def holds(self, code: str) -> bool:
        """Say whether the slot shows exactly this code."""
        return self.state is SlotState.HELD and self.code == code

    @property
    def maybe_empty(self) -> bool:
        """Say whether the lock is worth asking: a slot that shows or hides a code is not."""
        return self.state in {SlotState.EMPTY, SlotState.UNKNOWN}


UNKNOWN = Reading(state=SlotState.UNKNOWN)
EMPTY = Reading(state=SlotState.EMPTY)
HIDDEN = Reading(state=SlotState.HIDDEN)


def from_lock(report: Mapping[str, Any] | None) -> Reading:
    """Read a report of the lock itself, whose status names every case; no report is unknown."""
    if not report:
        return UNKNOWN
    status, code = report.get("userIdStatus"), report.get("userCode")
    if status == UserIdStatus.AVAILABLE:
        # The CC writes an available slot as zeros; any other code beside the status contradicts it.
        return EMPTY if not code or (isinstance(code, str) and set(code) <= {"0", "\0"}) else HIDDEN
    if status is None or status == UserIdStatus.NOT_AVAILABLE:
        return UNKNOWN
    return _in_use(code)


def from_memory(entry: Mapping[str, Any]) -> Reading:
    """Read the driver's memory, where "not in use" may also mean disabled or not available."""
    in_use, code = entry.get("in_use"), entry.get("usercode")
    if in_use is None:
        return UNKNOWN
    if in_use:
        return _in_use(code)
    return EMPTY if not code else UNKNOWN


def _in_use(code: object) -> Reading:
    """Masks, and the "0000" that some locks answer for every code, hide it."""
    if isinstance(code, str) and code.isascii() and code.isdigit() and set(code) != {"0"}:
        return Reading(state=SlotState.HELD, code=code)
    return HIDDEN
