"""Locks that the owner's own scripts write: nothing can be read back, so nothing is confirmed.

The script is run as an object, not through the service: our part then leaves the code neither on the
event bus nor in a stored trace. What the owner's script calls with the code is outside our reach.
"""

import asyncio
import contextvars
import logging
from typing import Any, Final, override

from homeassistant.components.script.const import DOMAIN as SCRIPT_DOMAIN
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Context
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.script import Script
from homeassistant.helpers.trace import script_execution_get, trace_clear

from ...core.errors import LockFailedError
from ...engine.lock_ports import LockCapabilities, WriteOutcome
from .base import HomeLock

LOGGER = logging.getLogger(__name__)
SLOTS: Final = range(1, 11)  # ten codes at once; the script maps numbers to places of its lock
SHORTEST, LONGEST = 4, 8  # what keypads of all makers take
FINISHED: Final = "finished"
NOT_STARTED: Final = frozenset({None, "failed_single", "failed_max_runs"})


class ManualLock(HomeLock):
    """A lock behind a set script and a clear script; outcomes are always unverified."""

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return cautious bounds; a keypad of unknown make tells none."""
        return LockCapabilities(
            slots=len(SLOTS), min_length=SHORTEST, max_length=LONGEST, read_back=False
        )

    @override
    async def free_slot(self, avoid: frozenset[int]) -> int:
        """Return the first of our numbers that is not in use; the numbers belong to us alone."""
        for slot in SLOTS:
            if slot not in avoid:
                return slot
        raise self._failed("lock_full")

    @override
    async def set_code(self, slot: int, code: str, *, name: str) -> WriteOutcome:
        """Run the set script with `slot`, `code` and `name`."""
        await self._run(self._door.set_script, {"slot": slot, "code": code, "name": name})
        return WriteOutcome.UNVERIFIED

    @override
    async def clear_code(
        self, slot: int, *, fingerprint: str | None, name: str = ""
    ) -> WriteOutcome:
        """Run the clear script with `slot`; an empty `code` and `name` go along."""
        await self._run(self._door.clear_script, {"slot": slot, "code": "", "name": ""})
        return WriteOutcome.UNVERIFIED

    async def _run(self, entity_id: str | None, variables: dict[str, Any]) -> None:
        """Run to the end; raises LockFailedError unless the script says that it finished."""
        if entity_id is None:
            raise self._failed("lock_cannot_take_codes")
        self._require_available()
        state = self._hass.states.get(entity_id)
        if state is None or state.state == STATE_UNAVAILABLE:
            raise self._failed("lock_script_missing")
        try:
            async with asyncio.timeout(self._patience.script_s):
                await self._start(entity_id, variables)
        except LockFailedError:
            raise
        except Exception as error:  # noqa: BLE001 - the owner's script may raise anything, and quote the code
            LOGGER.debug("%s ended with %s", entity_id, type(error).__name__)
            raise self._failed("lock_write_unknown") from None

    async def _start(self, entity_id: str, variables: dict[str, Any]) -> None:
        script = self._script(entity_id)
        if script is None:
            await self._call_service(entity_id, variables)
            return
        # An empty context: a trace of the caller (an automation, say) must not receive our variables.
        ended = await self._hass.loop.create_task(
            _run_untraced(script, variables), context=contextvars.Context()
        )
        if ended in NOT_STARTED:
            raise self._failed("lock_script_busy")
        if ended != FINISHED:
            raise self._failed("lock_write_unknown")

    def _script(self, entity_id: str) -> Script | None:
        """Return the script behind the entity; None where Home Assistant keeps it elsewhere."""
        component = self._hass.data.get(SCRIPT_DOMAIN)
        find = getattr(component, "get_entity", None)
        script = getattr(find(entity_id), "script", None) if find else None
        return script if isinstance(script, Script) else None

    async def _call_service(self, entity_id: str, variables: dict[str, Any]) -> None:
        LOGGER.warning("%s can only be run by its service: codes will be on the bus", entity_id)
        entry = er.async_get(self._hass).async_get(entity_id)
        name = entry.unique_id if entry else entity_id.partition(".")[2]
        await self._hass.services.async_call(
            SCRIPT_DOMAIN, name, variables, blocking=True, context=Context()
        )


async def _run_untraced(script: Script, variables: dict[str, Any]) -> str | None:
    """Return how the run ended; None when it never began."""
    trace_clear()
    await script.async_run({"this": None, **variables}, Context())
    return script_execution_get()
