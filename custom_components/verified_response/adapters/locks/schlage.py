"""Schlage locks: codes go by name, through the maker's cloud, which lags and may mask them.

Places have no numbers. A code is ours when it bears our label and, where the cloud shows it, is the code
that we wrote. The cloud keeps codes as numbers: those of more than four digits lose their leading zeros.
"""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, override

from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .entity_calls import EntityLock, Heard

NOWHERE: Final = 0
SHORTEST, LONGEST = 4, 8


@dataclass(frozen=True, kw_only=True, slots=True)
class _Codes:
    """One answer: names with their codes, which never show in a repr; None for no answer."""

    by_name: Mapping[str, str] | None = field(default=None, repr=False)

    @property
    def is_known(self) -> bool:
        return self.by_name is not None

    def has(self, name: str) -> bool:
        return name in (self.by_name or {})

    def shown(self, name: str) -> str | None:
        """Return the code under a name, None where it is masked or missing."""
        code = (self.by_name or {}).get(name, "")
        return code if code.isascii() and code.isdigit() and set(code) != {"0"} else None

    def holds(self, name: str, code: str) -> bool:
        """Say whether the name is there, with this code or a masked one."""
        shown = self.shown(name)
        return self.has(name) and (shown is None or _same(shown, code))


UNKNOWN: Final = _Codes()


class SchlageLock(EntityLock):
    """A lock of Schlage's cloud."""

    domain: ClassVar[str] = "schlage"
    prefix: ClassVar[str] = ""
    reasons: ClassVar[Mapping[str, str]] = {
        "schlage_code_exists": "lock_code_duplicate",
        "schlage_name_exists": "lock_slot_taken",
    }

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return bounds: all codes of one lock have one length, told by those that are shown."""
        lengths = [len(code) for code in await self.known_codes()]
        told = min(max(lengths, default=0), LONGEST)
        return LockCapabilities(
            slots=None,
            min_length=told or SHORTEST,
            max_length=told or LONGEST,
            read_back=True,
            names_user=True,
        )

    @override
    async def known_codes(self) -> frozenset[str]:
        """Return the codes that the cloud does not mask."""
        codes = await self._known()
        return frozenset(code for name in codes.by_name or {} if (code := codes.shown(name)))

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return 0: only the cloud knows whether there is room for one more."""
        await self._known()
        return NOWHERE

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Add under the label and read back."""
        self._require_ready()
        before = await self._settled(lambda codes: codes.is_known)
        if not before.is_known:
            raise self._failed("lock_unreadable")
        if before.has(name):
            if before.holds(name, code):
                return WriteOutcome.CONFIRMED
            raise self._failed("lock_slot_taken")
        written = await self._write("add_code", name=name, code=code, notify_on_use=True)
        after = await self._settled(
            lambda codes: codes.has(name) or (codes.is_known and written.reason is not None)
        )
        if after.holds(name, code):
            return WriteOutcome.CONFIRMED
        if written.reason is not None:
            raise self._failed(written.reason)
        if after.has(name):
            raise self._failed("lock_slot_taken")
        if after.is_known and written.heard is not Heard.LATE:
            raise self._failed("lock_refused_code")
        if written.heard is Heard.ACCEPTED:
            return WriteOutcome.UNVERIFIED
        raise self._failed("lock_write_unknown")

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Delete what bears our label, unless it shows another's code."""
        self._require_ready()

        def gone(codes: _Codes) -> bool:
            return codes.is_known and not self._is_ours(codes, name, fingerprint)

        before = await self._settled(lambda codes: codes.is_known)
        if not before.is_known:
            raise self._failed("lock_unreadable")
        if gone(before):
            return WriteOutcome.CONFIRMED
        written = await self._write("delete_code", name=name)
        after = await self._settled(gone)
        if gone(after):
            return WriteOutcome.CONFIRMED
        unknown = not after.is_known or written.heard is Heard.LATE
        raise self._failed("lock_write_unknown" if unknown else "lock_kept_code")

    def _is_ours(self, codes: _Codes, name: str, fingerprint: str | None) -> bool:
        if not name or not codes.has(name):
            return False
        shown = codes.shown(name)
        if shown is None or fingerprint is None:
            return True
        return any(
            hmac.compare_digest(self._fingerprint(shown.zfill(length)), fingerprint)
            for length in range(len(shown), LONGEST + 1)
        )

    async def _known(self) -> _Codes:
        """Return one answer; raises lock_unreadable."""
        self._require_ready()
        codes = await self._read()
        if not codes.is_known:
            raise self._failed("lock_unreadable")
        return codes

    async def _settled(self, wanted: Callable[[_Codes], bool]) -> _Codes:
        return await self._settle(self._read, wanted, unknown=UNKNOWN)

    async def _read(self) -> _Codes:
        """Ask the cloud; a failure is UNKNOWN."""
        if not self._available():
            return UNKNOWN
        try:
            async with asyncio.timeout(self._patience.read_s):
                answer: Mapping[str, Any] = await self._call("get_codes")
            return _Codes(
                by_name={str(item["name"]): str(item["code"]) for item in answer.values()}
            )
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing is known
            self._note("get_codes", error)
            return UNKNOWN


def _same(shown: str, code: str) -> bool:
    """Say whether two codes are one number."""
    return hmac.compare_digest(shown.lstrip("0"), code.lstrip("0"))
