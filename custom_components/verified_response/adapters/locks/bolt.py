"""The bolt of any lock: moved through Home Assistant, believed when the lock itself says so.

A bolt is never thrown at a door whose sensor says open, or says nothing. Where there is no sensor
nobody can tell, and it is thrown: an unlocked door is the greater harm.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from homeassistant.components.lock import DOMAIN as LOCK_DOMAIN
from homeassistant.components.lock import LockState
from homeassistant.const import (
    ATTR_ASSUMED_STATE,
    SERVICE_LOCK,
    SERVICE_UNLOCK,
    STATE_OFF,
    STATE_ON,
    STATE_UNAVAILABLE,
)
from homeassistant.core import Context, Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.event import async_track_state_change_event

from ...core.errors import LockFailedError
from ...core.premises import Door
from ...engine.lock_ports import WriteOutcome

LOGGER = logging.getLogger(__name__)
OPENED: Final = frozenset({LockState.UNLOCKED, LockState.OPEN})


class Bolt:
    """One door's bolt; `failed` makes the error for a code."""

    def __init__(
        self,
        hass: HomeAssistant,
        door: Door,
        *,
        patience_s: float,
        failed: Callable[[str], LockFailedError],
    ) -> None:
        self._hass = hass
        self._door = door
        self._patience_s = patience_s
        self._failed = failed

    async def unlock(self) -> WriteOutcome:
        """Return what is known afterwards; raises LockFailedError as LockControl says."""
        return await self._move(SERVICE_UNLOCK, OPENED)

    async def lock(self, *, surely: bool) -> WriteOutcome:
        """Return what is known afterwards; raises LockFailedError as LockControl says."""
        return await self._move(SERVICE_LOCK, frozenset({LockState.LOCKED}), surely=surely)

    async def _move(
        self, service: str, wanted: frozenset[str], *, surely: bool = False
    ) -> WriteOutcome:
        state = self._hass.states.get(self._door.source)
        if state is None or state.state == STATE_UNAVAILABLE:
            raise self._failed("lock_unavailable")
        assumed = bool(state.attributes.get(ATTR_ASSUMED_STATE))
        if self._is(wanted) and not assumed and not surely:
            return WriteOutcome.CONFIRMED
        if service == SERVICE_LOCK:
            self._require_closed()
        arrived, jammed = asyncio.Event(), asyncio.Event()

        @callback
        def changed(event: Event[EventStateChangedData]) -> None:
            before, after = event.data["old_state"], event.data["new_state"]
            again = before is not None and before.state == LockState.JAMMED
            if after is not None and after.state in wanted:
                arrived.set()
            elif after is not None and after.state == LockState.JAMMED and not again:
                jammed.set()
                arrived.set()

        stop = async_track_state_change_event(self._hass, [self._door.source], changed)
        try:
            async with asyncio.timeout(self._patience_s):
                await self._call(service)
                if assumed:
                    return WriteOutcome.UNVERIFIED
                if not self._is(wanted):
                    await arrived.wait()
        except TimeoutError:
            if self._is(frozenset({LockState.JAMMED})):
                raise self._failed("lock_jammed") from None
            raise self._failed("lock_move_unknown") from None
        finally:
            stop()
        if jammed.is_set() and not self._is(wanted):
            raise self._failed("lock_jammed")
        return WriteOutcome.CONFIRMED

    async def _call(self, service: str) -> None:
        try:
            await self._hass.services.async_call(
                LOCK_DOMAIN,
                service,
                {},
                blocking=True,
                context=Context(),
                target={"entity_id": self._door.source},
            )
        except ServiceValidationError:
            raise self._failed("lock_needs_code") from None  # the entity wants one, none is stored
        except TimeoutError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nobody knows where the bolt is
            LOGGER.debug("%s of %s failed: %s", service, self._door.source, type(error).__name__)
            raise self._failed("lock_move_unknown") from None

    def _require_closed(self) -> None:
        if self._door.contact is None:
            return
        state = self._hass.states.get(self._door.contact)
        if state is not None and state.state == STATE_ON:
            raise self._failed("door_open")
        if state is None or state.state != STATE_OFF:
            raise self._failed("door_unknown")

    def _is(self, wanted: frozenset[str]) -> bool:
        state = self._hass.states.get(self._door.source)
        return state is not None and state.state in wanted
