"""Locks whose integration has methods for codes: called on the entity, else as services of the same names.

The methods keep codes off the event bus, but are private to Home Assistant: where a release has changed
one, the service of that name is called instead. What counts is what the lock itself answers afterwards.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Final

from homeassistant.components.lock.const import DATA_COMPONENT
from homeassistant.core import Context

from .base import HomeLock

LOGGER = logging.getLogger(__name__)
NO_SERVICE: Final = "service_not_found"  # the integration is not loaded: nothing was sent
SECRETS: Final = frozenset({"usercode", "user_code", "credential_data", "code"})


class Heard(StrEnum):
    """How a write was answered; the lock itself is asked afterwards."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATE = "late"


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """What was said to a write; `reason` is our word for a refusal that was explained."""

    heard: Heard
    reason: str | None = None


class EntityLock(HomeLock):
    """A lock reached by the methods of its entity."""

    domain: ClassVar[str]
    prefix: ClassVar[str] = "async_"
    """What the entity's method has before the name of the service."""
    responding: ClassVar[frozenset[str]] = frozenset()
    """Services that answer with data, beside those whose name begins with get_."""
    reasons: ClassVar[Mapping[str, str]] = {}
    """The integration's translation key, with its status where it has one → our code."""

    def _require_ready(self) -> None:
        """Raise before anything is sent to a lock that cannot take it now."""
        self._require_available()

    async def _call(self, service: str, **data: object) -> Any:
        """Call the entity's method of that name, else the service; raises whatever those raise."""
        method = getattr(self._entity(), f"{self.prefix}{service}", None)
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
        if not SECRETS.isdisjoint(data):
            LOGGER.warning("%s must be called as a service: the code is on the bus", service)
        entity_id = self._door.source
        answer = await self._hass.services.async_call(
            self.domain,
            service,
            data,
            blocking=True,
            context=Context(),
            target={"entity_id": entity_id},
            return_response=service.startswith("get_") or service in self.responding,
        )
        return answer[entity_id] if answer else None

    async def _write(self, service: str, **data: object) -> Written:
        """Call and keep what was said; never raises."""
        try:
            async with asyncio.timeout(self._patience.write_s):
                await self._call(service, **data)
        except TimeoutError:
            return Written(heard=Heard.LATE)
        except Exception as error:  # noqa: BLE001 - its text may quote the code; reading back decides
            self._note(service, error)
            return Written(heard=Heard.REFUSED, reason=self._reason(error))
        return Written(heard=Heard.ACCEPTED)

    async def _settle[T](
        self, read: Callable[[], Awaitable[T]], wanted: Callable[[T], bool], *, unknown: T
    ) -> T:
        """Read until two readings in a row agree on what is wanted; at the end, on anything."""
        loop = self._hass.loop
        deadline = loop.time() + self._patience.settle_s
        previous = await read()
        while True:
            await asyncio.sleep(self._patience.poll_s)
            reading = await read()
            if reading == previous and wanted(reading):
                return reading
            if loop.time() >= deadline:
                return reading if reading == previous else unknown
            previous = reading

    def _reason(self, error: Exception) -> str | None:
        key = getattr(error, "translation_key", None)
        status = (getattr(error, "translation_placeholders", None) or {}).get("status")
        if key == NO_SERVICE:
            return "lock_unavailable"
        return self.reasons.get(f"{key}.{status}") or self.reasons.get(str(key))

    def _entity(self) -> Any | None:
        component = self._hass.data.get(DATA_COMPONENT)
        return component.get_entity(self._door.source) if component else None

    def _note(self, what: str, error: Exception) -> None:
        LOGGER.debug("%s of %s failed: %s", what, self._door.source, type(error).__name__)
