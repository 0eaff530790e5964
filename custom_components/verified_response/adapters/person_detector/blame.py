"""Cameras whose frames end the worker: what one of them sends must not blind the others."""

from dataclasses import dataclass
from typing import Final

from .turns import NOBODY

CHANCES: Final = 3  # ends in a row; fewer than those that make the whole detector rest
SHUNNED_S: Final = 60.0
MAX_REMEMBERED: Final = 256  # cameras


@dataclass(slots=True)
class _Record:
    """How often in a row a camera's frame ended the worker, and when it last did."""

    ends: int = 0
    last: float = 0.0


class Blame:
    """Counts ends by the camera whose frame was being judged; one frame that went well clears it."""

    def __init__(self) -> None:
        self._records: dict[str, _Record] = {}

    def note(self, camera: str, now: float) -> None:
        """Count an end; frames of nobody in particular have nobody to blame."""
        if camera == NOBODY:
            return
        if camera not in self._records and len(self._records) >= MAX_REMEMBERED:
            del self._records[next(iter(self._records))]
        record = self._records.setdefault(camera, _Record())
        record.ends, record.last = record.ends + 1, now

    def clear(self, camera: str) -> None:
        """Forget what was held against a camera."""
        self._records.pop(camera, None)

    def shuns(self, camera: str, now: float) -> bool:
        """Say whether a camera's frames are not to be judged now; after a while one is tried again."""
        record = self._records.get(camera)
        return record is not None and record.ends >= CHANCES and now < record.last + SHUNNED_S
