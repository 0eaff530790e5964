"""Z-Wave locks: user codes through the entity's own methods, which keep them off the event bus.

Those methods are private to Home Assistant; where a release has changed them, the services of the same
names are called instead. What counts is always what the lock itself answers, twice in a row: the
driver's memory lags behind a write.
"""

import asyncio
import hmac
import logging
from collections.abc import Callable, Mapping
from contextlib import suppress
from enum import StrEnum
from typing import Any, Final, override

from homeassistant.components.lock.const import DATA_COMPONENT
from homeassistant.core import Context

from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .base import HomeLock
from .zwave_reading import UNKNOWN, Reading, SlotState, from_lock, from_memory

LOGGER = logging.getLogger(__name__)
DOMAIN: Final = "zwave_js"
SHORTEST, LONGEST = 4, 8  # User Code CC allows 4-10; 8 is what real keypads take
ASLEEP: Final = 1  # NodeStatus of the driver: what is sent now waits for hours


class _Write(StrEnum):
    """What the driver said to a write; the lock's own answer comes afterwards."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATE = "late"


class ZwaveJsLock(HomeLock):
    """A lock with numbered user codes that can be read back."""

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
        self._require_awake()
        before = await self._settle(slot, lambda reading: reading.state is not SlotState.UNKNOWN)
        if before.holds(code):
            return WriteOutcome.CONFIRMED
        if before.state is not SlotState.EMPTY:
            unread = before.state is SlotState.UNKNOWN
            raise self._failed("lock_unreadable" if unread else "lock_slot_taken")
        written = await self._write("set_lock_usercode", code_slot=slot, usercode=code)
        after = await self._settle(
            slot, lambda reading: reading.holds(code) or reading.state is SlotState.HIDDEN
        )
        if after.holds(code):
            return WriteOutcome.CONFIRMED
        match after.state:
            case SlotState.EMPTY if written is not _Write.LATE:
                raise self._failed("lock_refused_code")
            case SlotState.HELD:
                raise self._failed("lock_slot_taken")
            case SlotState.HIDDEN | SlotState.UNKNOWN if written is _Write.ACCEPTED:
                return WriteOutcome.UNVERIFIED
        raise self._failed("lock_write_unknown")

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Clear unless the slot shows a foreign code; where codes are masked, the record decides."""
        self._require_awake()

        def gone(reading: Reading) -> bool:
            return reading.state is SlotState.EMPTY or self._foreign(reading, fingerprint)

        before = await self._settle(slot, lambda reading: reading.state is not SlotState.UNKNOWN)
        if gone(before):
            return WriteOutcome.CONFIRMED
        if before.state is SlotState.UNKNOWN:
            raise self._failed("lock_unreadable")
        written = await self._write("clear_lock_usercode", code_slot=slot)
        after = await self._settle(slot, gone)
        if gone(after):
            return WriteOutcome.CONFIRMED
        unknown = after.state is SlotState.UNKNOWN or written is _Write.LATE
        raise self._failed("lock_write_unknown" if unknown else "lock_kept_code")

    def _foreign(self, reading: Reading, fingerprint: str | None) -> bool:
        if reading.code is None or fingerprint is None:
            return False
        return not hmac.compare_digest(self._fingerprint(reading.code), fingerprint)

    async def _slots(self) -> Mapping[int, Reading]:
        """Return what the driver remembers; raises lock_unreadable, lock_cannot_take_codes."""
        self._require_awake()
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

    async def _settle(self, slot: int, wanted: Callable[[Reading], bool]) -> Reading:
        """Read until two readings in a row agree on what is wanted; at the end, on anything."""
        loop = self._hass.loop
        deadline = loop.time() + self._patience.settle_s
        previous = await self._read(slot)
        while True:
            await asyncio.sleep(self._patience.poll_s)
            reading = await self._read(slot)
            if reading == previous and wanted(reading):
                return reading
            if loop.time() >= deadline:
                return reading if reading == previous else UNKNOWN
            previous = reading

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

    async def _write(self, service: str, **data: object) -> _Write:
        try:
            async with asyncio.timeout(self._patience.write_s):
                await self._call(service, **data)
        except TimeoutError:
            return _Write.LATE
        except Exception as error:  # noqa: BLE001 - its text may quote the code; reading back decides
            self._note(service, error)
            return _Write.REFUSED
        return _Write.ACCEPTED

    async def _call(self, service: str, **data: object) -> Any:
        """Call the entity's method of that name, else the service."""
        method = getattr(self._entity(), f"async_{service}", None)
        if method is not None:
            try:
                work = method(
                    **data
                )  # binds only: a changed signature shows before anything is sent
            except TypeError:
                LOGGER.debug("%s takes other arguments in this release", service)
            else:
                return await work
        return await self._call_service(service, data)

    async def _call_service(self, service: str, data: dict[str, object]) -> object:
        if "usercode" in data:
            LOGGER.warning("%s must be called as a service: the code is on the bus", service)
        reads = service.startswith("get_")
        entity_id = self._door.source
        answer = await self._hass.services.async_call(
            DOMAIN,
            service,
            data,
            blocking=True,
            context=Context(),
            target={"entity_id": entity_id},
            return_response=reads,
        )
        return answer[entity_id] if answer else None

    def _entity(self) -> object | None:
        component = self._hass.data.get(DATA_COMPONENT)
        return component.get_entity(self._door.source) if component else None

    def _node(self) -> Any | None:
        """Return the driver's node where it can be asked, else None."""
        node = getattr(getattr(self._entity(), "info", None), "node", None)
        return node if hasattr(node, "async_invoke_cc_api") else None

    def _require_awake(self) -> None:
        self._require_available()
        if getattr(self._node(), "status", None) == ASLEEP:
            raise self._failed("lock_asleep")

    def _note(self, what: str, error: Exception) -> None:
        LOGGER.debug("%s of %s failed: %s", what, self._door.source, type(error).__name__)


async def _ask(node: Any, slot: int) -> Reading:
    """Send a User Code Get over the radio and return the report."""
    from zwave_js_server.const import CommandClass  # installed by Home Assistant with zwave_js

    report = await node.async_invoke_cc_api(
        CommandClass.USER_CODE, "get", slot, wait_for_result=True
    )
    return from_lock(report)
