"""Locks behind scripts of the owner's: nothing can be read back, so nothing is confirmed.

The script is run as an object, not through the service: our part then leaves the code neither on the
event bus nor in a stored trace. What the owner's script calls with the code is outside our reach.
"""

import asyncio
import contextvars
import logging
from abc import ABC
from typing import Any, Final

from homeassistant.components.script.const import DOMAIN as SCRIPT_DOMAIN
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import Context
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.script import Script
from homeassistant.helpers.trace import script_execution_get, trace_clear

from ...core.errors import LockFailedError
from .base import HomeLock

LOGGER = logging.getLogger(__name__)
FINISHED: Final = "finished"
NOT_STARTED: Final = frozenset({None, "failed_single", "failed_max_runs"})


class ScriptedLock(HomeLock, ABC):
    """A lock that the owner's scripts write."""

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
