"""Prints what happens, with the seconds since the play began."""

import sys
import time
from typing import TextIO


class Timeline:
    """Lines of three columns: time, who, what."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out = out
        self._began: float | None = None

    def title(self, text: str) -> None:
        """Begin a chapter; its clock starts at zero."""
        self._began = time.monotonic()
        print(f"\n{text}\n{'─' * len(text)}", file=self._out, flush=True)

    def progress(self, text: str) -> None:
        """Say what is being prepared."""
        print(f"  … {text}", file=self._out, flush=True)

    def tell(self, who: str, what: str) -> None:
        """Print one line."""
        passed = 0.0 if self._began is None else time.monotonic() - self._began
        print(f"  {passed:5.1f} s  {who:<9} {what}", file=self._out, flush=True)

    def plain(self, text: str) -> None:
        """Print text as it is."""
        print(text, file=self._out, flush=True)

    @property
    def seconds(self) -> float:
        """Return the seconds since the chapter began."""
        return 0.0 if self._began is None else time.monotonic() - self._began
