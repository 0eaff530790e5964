"""Z-Wave locks with user codes: what counts is what the lock answers, twice in a row.

The driver's memory lags behind a write. Home Assistant's newer services for users and credentials reach
these locks as well, but never show a code: reading back would prove less.
"""

import asyncio
import hmac
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, ClassVar, Final, override

from ...core.errors import LockFailedError
from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .entity_calls import EntityLock, Heard
from .zwave_node import is_asleep, node_of
from .zwave_reading import UNKNOWN, Reading, SlotState, from_lock, from_memory

SHORTEST, LONGEST = 4, 8  # User Code CC allows 4-10; 8 is what real keypads take


OCCUPIED: Final = {
    SlotState.UNKNOWN: "lock_unreadable",
    SlotState.HIDDEN: "lock_place_hidden",
    SlotState.HELD: "lock_slot_taken",
}


class ZwaveJsLock(EntityLock):
    """A lock with numbered user codes that can be read back."""

    domain: ClassVar[str] = "zwave_js"

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return slots from the user-code list, lengths from the credential capabilities."""
        slots = await self._slots()
        try:
            async with asyncio.timeout(self._patience.read_s):
                answer = await self._call("get_credential_capabilities")
            pin = answer["supported_credential_types"]["pin_code"]
            shortest, longest = int(pin["min_length"]), int(pin["max_length"])
        except Exception as error:  # noqa: BLE001 - an optional answer of a private method
            self._note("get_credential_capabilities", error)
            shortest, longest = SHORTEST, LONGEST
        return LockCapabilities(
            slots=max(slots),
            min_length=shortest,
            max_length=longest,
            read_back=True,
            names_user=True,
        )

    @override
    async def known_codes(self) -> frozenset[str]:
        """Return what the driver remembers of the codes; it hides none unless the lock does."""
        slots = await self._slots()
        return frozenset(reading.code for reading in slots.values() if reading.code is not None)

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the highest slot that the lock itself calls empty; owners use the low ones."""
        slots = await self._slots()
        maybe = [
            slot for slot, reading in slots.items() if slot not in avoid and reading.maybe_empty
        ]
        maybe.sort(key=lambda slot: (slots[slot].state is SlotState.EMPTY, slot), reverse=True)
        unread = False
        deadline = self._hass.loop.time() + self._patience.settle_s
        for slot in maybe:
            if self._hass.loop.time() >= deadline:
                unread = True
                break
            reading = await self._read(slot)
            if reading.state is SlotState.EMPTY:
                return slot
            unread = unread or reading.state is SlotState.UNKNOWN
        raise self._failed("lock_unreadable" if unread else "lock_full")

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Write into an empty slot and read back; user codes carry no name."""
        self._require_ready()
        before = await self._settled(slot, lambda reading: reading.state is not SlotState.UNKNOWN)
        if before.holds(code):
            return WriteOutcome.CONFIRMED
        if before.state is not SlotState.EMPTY:
            raise self._failed(OCCUPIED[before.state])
        written = await self._write("set_lock_usercode", code_slot=slot, usercode=code)
        after = await self._settled(
            slot, lambda reading: reading.holds(code) or reading.state is SlotState.HIDDEN
        )
        if after.holds(code):
            return WriteOutcome.CONFIRMED
        match after.state:
            case SlotState.EMPTY if written.heard is not Heard.LATE:
                raise self._failed(await self._why_refused(code))
            case SlotState.HELD:
                raise self._failed("lock_slot_taken")
            case SlotState.HIDDEN | SlotState.UNKNOWN if written.heard is Heard.ACCEPTED:
                return WriteOutcome.UNVERIFIED
        raise self._failed("lock_write_unknown")

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Clear unless the slot shows a foreign code; where codes are masked, the record decides."""
        self._require_ready()

        def gone(reading: Reading) -> bool:
            return reading.state is SlotState.EMPTY or self._foreign(reading, fingerprint)

        before = await self._settled(slot, lambda reading: reading.state is not SlotState.UNKNOWN)
        if gone(before):
            return WriteOutcome.CONFIRMED
        if before.state is SlotState.UNKNOWN:
            raise self._failed("lock_unreadable")
        written = await self._write("clear_lock_usercode", code_slot=slot)
        after = await self._settled(slot, gone)
        if gone(after):
            return WriteOutcome.CONFIRMED
        unknown = after.state is SlotState.UNKNOWN or written.heard is Heard.LATE
        raise self._failed("lock_write_unknown" if unknown else "lock_kept_code")

    async def _why_refused(self, code: str) -> str:
        """Return what the lock does not say: most refuse a code that somebody else has already."""
        with suppress(LockFailedError):
            if code in await self.known_codes():
                return "lock_code_duplicate"
        return "lock_refused_code"

    def _foreign(self, reading: Reading, fingerprint: str | None) -> bool:
        if reading.code is None or fingerprint is None:
            return False
        return not hmac.compare_digest(self._fingerprint(reading.code), fingerprint)

    async def _slots(self) -> Mapping[int, Reading]:
        """Return what the driver remembers; raises lock_unreadable, lock_cannot_take_codes."""
        self._require_ready()
        try:
            async with asyncio.timeout(self._patience.read_s):
                answer = await self._call("get_lock_usercode")
            slots = {int(slot): from_memory(entry) for slot, entry in answer.items()}
        except Exception as error:  # noqa: BLE001 - a private method; its errors may quote codes
            self._note("get_lock_usercode", error)
            raise self._failed("lock_unreadable") from None
        if not slots:
            raise self._failed("lock_cannot_take_codes")
        return slots

    async def _settled(self, slot: int, wanted: Callable[[Reading], bool]) -> Reading:
        return await self._settle(lambda: self._read(slot), wanted, unknown=UNKNOWN)

    async def _read(self, slot: int) -> Reading:
        """Ask the lock, or where that way is closed the driver's memory; a failure is UNKNOWN."""
        if not self._available():
            return UNKNOWN
        try:
            async with asyncio.timeout(self._patience.read_s):
                if (node := self._node()) is not None:
                    with suppress(ImportError, AttributeError, TypeError):  # another release
                        return await _ask(node, slot)
                answer = await self._call("get_lock_usercode", code_slot=slot)
                return from_memory(answer[str(slot)])
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing is known
            self._note("reading", error)
            return UNKNOWN

    def _node(self) -> Any | None:
        """Return the driver's node where it can be asked, else None."""
        node = node_of(self._entity())
        return node if hasattr(node, "async_invoke_cc_api") else None

    @override
    def _require_ready(self) -> None:
        super()._require_ready()
        if is_asleep(self._node()):
            raise self._failed("lock_asleep")


async def _ask(node: Any, slot: int) -> Reading:
    """Send a User Code Get over the radio and return the report."""
    from zwave_js_server.const import CommandClass  # installed by Home Assistant with zwave_js

    report = await node.async_invoke_cc_api(
        CommandClass.USER_CODE, "get", slot, wait_for_result=True
    )
    return from_lock(report)
