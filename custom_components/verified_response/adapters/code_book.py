"""Alarm codes of the premises, compared in an executor and always against every stored code."""

from collections.abc import Sequence
from typing import override

from homeassistant.core import HomeAssistant

from ..core.alarm_codes import StoredCode, is_well_formed, matching
from ..engine.ports import CodeBook, CodeVerdict


class HashedCodeBook(CodeBook):
    """The codes as configured when it was made; a changed configuration makes a new book."""

    def __init__(self, hass: HomeAssistant, codes: Sequence[StoredCode]) -> None:
        self._hass = hass
        # Should one ever answer as both, the cry for help must win.
        self._codes = tuple(sorted(codes, key=lambda stored: not stored.duress))

    @override
    def has_codes(self) -> bool:
        """Say whether any code exists at all."""
        return bool(self._codes)

    @override
    async def verify(self, code: str) -> CodeVerdict | None:
        """Return whose code it is, None for nobody's; takes the same time whoever's it is."""
        if not self._codes or not is_well_formed(code):
            return None
        hits = await self._hass.async_add_executor_job(
            matching, code, [stored.hashed for stored in self._codes]
        )
        verdicts = [
            CodeVerdict(
                contact_id=stored.contact_id,
                duress=stored.duress,
                code_id=stored.code_id,
                once=stored.once,
                expires_at=stored.expires_at,
            )
            for stored, hit in zip(self._codes, hits, strict=True)
            if hit
        ]
        return verdicts[0] if verdicts else None
