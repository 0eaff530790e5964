"""Voice satellites in memory: what they asked, and what somebody answers."""

import asyncio
from typing import override

from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.engine.voice_ports import Satellites


class FakeSatellites(Satellites):
    """Answers are given one by one; without one a question stays open."""

    def __init__(self, *there: str) -> None:
        self.there = set(there)
        self.questions: list[str] = []
        self.announced: list[str] = []
        self.asking = 0
        self._answers: asyncio.Queue[str | WorkFailedError] = asyncio.Queue()

    def answer(self, text: str) -> None:
        """Say this to the question that is open, or to the next one."""
        self._answers.put_nowait(text)

    def hear_nothing(self) -> None:
        """Let the satellite give up listening."""
        self._answers.put_nowait(WorkFailedError("satellite_failed"))

    @override
    def can_ask(self, satellite: str) -> bool:
        return satellite in self.there

    @override
    async def ask(self, satellite: str, question: str) -> str:
        if satellite not in self.there:
            raise WorkFailedError("satellite_missing")
        self.questions.append(question)
        self.asking += 1
        try:
            answer = await self._answers.get()
        finally:
            self.asking -= 1
        if isinstance(answer, WorkFailedError):
            raise answer
        return answer

    @override
    async def announce(self, satellite: str, text: str) -> None:
        if satellite not in self.there:
            raise WorkFailedError("satellite_missing")
        self.announced.append(text)
