"""Alarm codes at the desk's door: whose code it is decides who acted; the code itself is dropped."""

import asyncio

from ..core.calls import Heard
from ..core.commands import NoteWrongCode, ReportDuress, SpendCode
from ..core.errors import InvalidRequestError
from .desk import Desk
from .ports import CodeBook, CodeVerdict, IdSource


class Keypad:
    """Checks codes before commands that need one."""

    def __init__(self, desk: Desk, ids: IdSource, codes: CodeBook) -> None:
        self._desk = desk
        self._ids = ids
        self._codes = codes
        self._turn = asyncio.Lock()

    @property
    def needs_code(self) -> bool:
        """Say whether any code exists, so that one is needed."""
        return self._codes.has_codes()

    async def check(self, code: str | None, *, area_id: str | None, by: str) -> CodeVerdict | None:
        """Return whose code it is, None when no code exists; raises InvalidRequestError.

        A code that is good once is crossed out before this returns; one that is not good any more is
        answered like anybody's guess, and only the journal says whose it was. After several wrong
        codes in a row every code is refused for a growing while, restarts included.
        """
        if not self._codes.has_codes():
            return None
        if not code:
            raise InvalidRequestError("code_required")
        async with self._turn:  # side by side, guesses would all pass the gate before it shuts
            locked_until = self._desk.state.keypad_locked_until
            if locked_until is not None and self._desk.now() < locked_until:
                await self.believe_the_threatened(code)
                raise InvalidRequestError("keypad_locked")
            verdict = await self._codes.verify(code)
            reason = self._no_longer_good(verdict) if verdict is not None else ""
            if verdict is None or reason:
                contact_id = verdict.contact_id if verdict else None
                await self._desk.submit(
                    NoteWrongCode(area_id=area_id, by=by, contact_id=contact_id, reason=reason)
                )
                raise InvalidRequestError("code_wrong")
            if verdict.once and not verdict.duress:
                await self._desk.submit(
                    SpendCode(code_id=verdict.code_id, contact_id=verdict.contact_id)
                )
            return verdict

    async def believe_the_threatened(self, code: str, heard: Heard | None = None) -> None:
        """Call for help if it is a duress code, where a code can do nothing else; spends and counts none."""
        verdict = await self._codes.verify(code)
        if verdict is not None and verdict.duress:
            await self._desk.submit(
                ReportDuress(
                    new_id=self._ids.new_id(), by=f"contact:{verdict.contact_id}", heard=heard
                )
            )

    def _no_longer_good(self, verdict: CodeVerdict) -> str:
        """Return why a known code is refused, "" when it is good; who is threatened is always believed."""
        if verdict.duress:
            return ""
        if verdict.expires_at is not None and self._desk.now() >= verdict.expires_at:
            return "expired"
        return "spent" if verdict.code_id in self._desk.state.spent_codes else ""
