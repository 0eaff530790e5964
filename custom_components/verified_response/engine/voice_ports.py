"""Port of voice satellites: they ask, they announce."""

from typing import Protocol


class Satellites(Protocol):
    """The voice satellites of a home, by entity."""

    def can_ask(self, satellite: str) -> bool:
        """Say whether it is there now and can be asked by: speaks, then listens."""
        ...

    async def ask(self, satellite: str, question: str) -> str:
        """Ask aloud, once whatever it is saying is over, and return the answer; raises WorkFailedError.

        satellite_missing, satellite_failed (busy, gone, or nothing was answered).
        """
        ...

    async def announce(self, satellite: str, text: str) -> None:
        """Say it; raises WorkFailedError as ask does."""
        ...
