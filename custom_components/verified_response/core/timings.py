"""Delays as ANSI/SIA CP-01 has them (standards 1.2): ranges in seconds; a delay of 0 is none at all."""

from typing import Final

EXIT_S: Final = range(45, 256)
"""45–255 s; none when arming from outside."""
ENTRY_S: Final = range(30, 241)
"""30 s to 4 min, less what the abort window takes of the sum; none for an instant zone."""
ABORT_S: Final = range(46)
"""15–45 s in most panels, 0–45 s in a later one; the forms offer ABORT_OFFERED_S."""
ABORT_OFFERED_S: Final = range(15, 46)
ENTRY_PLUS_ABORT_MAX_S: Final = 60


def refuse_exit_delay(seconds: int) -> str | None:
    """Return the translation key of why this can be no exit delay, None when it can."""
    return None if seconds == 0 or seconds in EXIT_S else "exit_delay_range"


def refuse_entry_delay(seconds: int, *, abort_window_s: int) -> str | None:
    """Return why this can be no entry delay together with that abort window, None when it can."""
    if seconds and seconds + abort_window_s > ENTRY_PLUS_ABORT_MAX_S:
        return "entry_and_abort_too_long"
    return None if seconds == 0 or seconds in ENTRY_S else "entry_delay_range"


def refuse_abort_window(seconds: int) -> str | None:
    """Return why this can be no abort window, None when it can."""
    return None if seconds in ABORT_S else "abort_window_range"
