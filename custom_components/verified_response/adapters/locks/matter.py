"""Matter locks: the lock makes a user for each credential, and the user gets our label.

A place is a credential index. The lock tells whether one is taken and by whom, never with which code.
"""

import asyncio
from collections.abc import Collection, Iterator, Mapping
from typing import Any, ClassVar, Final, override

from ...engine.lock_ports import LockCapabilities
from .entity_calls import Written
from .labelled import EMPTY, UNKNOWN, Holder, LabelledLock, Occupancy

PIN: Final = "pin"
SHORTEST, LONGEST = 4, 8  # what keypads of all makers take, where the lock tells no bounds
RESOURCE_EXHAUSTED: Final = 137  # Matter's status for "no room"


class MatterLock(LabelledLock):
    """A lock with the Matter door lock's user feature."""

    domain: ClassVar[str] = "matter"
    responding: ClassVar[frozenset[str]] = frozenset({"set_lock_credential"})
    reasons: ClassVar[Mapping[str, str]] = {
        "set_credential_failed.duplicate": "lock_code_duplicate",
        "set_credential_failed.occupied": "lock_slot_taken",
        f"set_credential_failed.unknown({RESOURCE_EXHAUSTED})": "lock_full",
        "invalid_credential_data": "lock_refused_code",
        "credential_type_not_supported": "lock_cannot_take_codes",
    }

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return the bounds that the lock tells; it does not tell with which code it was opened."""
        info = await self._info()
        return LockCapabilities(
            slots=self._last(info),
            min_length=info.get("min_pin_length") or SHORTEST,
            max_length=info.get("max_pin_length") or LONGEST,
            read_back=True,
        )

    @override
    async def _places(self) -> tuple[int, Collection[int]]:
        last = self._last(await self._info())
        try:
            return last, {index for user in await self._users() for index in _pins(user)}
        except Exception as error:  # noqa: BLE001 - a private method of a lock that may not answer
            self._note("get_lock_users", error)
            raise self._failed("lock_unreadable") from None

    @override
    async def _holder(self, slot: int) -> Holder:
        if not self._available():
            return UNKNOWN
        try:
            async with asyncio.timeout(self._patience.read_s):
                status = await self._call(
                    "get_lock_credential_status", credential_type=PIN, credential_index=slot
                )
            index = status["user_index"]
            if not status["credential_exists"]:
                return EMPTY
            user = await self._user(index) if index is not None else {}
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing is known
            self._note("reading", error)
            return UNKNOWN
        if index is not None and not user:
            return UNKNOWN  # the lock contradicts itself
        return Holder(
            occupancy=Occupancy.HELD,
            user=index,
            name=user.get("user_name") or "",
            alone=len(user.get("credentials") or ()) <= 1,
        )

    @override
    async def _put(self, slot: int, code: str, name: str) -> Written:
        return await self._write(
            "set_lock_credential", credential_type=PIN, credential_data=code, credential_index=slot
        )

    @override
    async def _label(self, holder: Holder, name: str) -> Written:
        return await self._write("set_lock_user", user_index=holder.user, user_name=name)

    @override
    async def _take(self, slot: int, holder: Holder) -> Written:
        return await self._write(
            "clear_lock_credential", credential_type=PIN, credential_index=slot
        )

    @override
    async def _tidy(self, holder: Holder, name: str) -> None:
        """Most locks remove the user with the last credential; where one is left, it goes as well."""
        try:
            user = await self._user(holder.user) if holder.user is not None else None
        except Exception as error:  # noqa: BLE001 - an empty user opens nothing
            self._note("get_lock_users", error)
            return
        if user and not user.get("credentials") and (user.get("user_name") or "") in {"", name}:
            await self._write("clear_lock_user", user_index=holder.user)

    async def _info(self) -> Mapping[str, Any]:
        """Return what the lock says of itself; raises lock_unreadable, lock_cannot_take_codes."""
        self._require_ready()
        try:
            async with asyncio.timeout(self._patience.read_s):
                info: Mapping[str, Any] = await self._call("get_lock_info")
            takes = info["supports_user_management"] and PIN in info["supported_credential_types"]
        except Exception as error:  # noqa: BLE001 - a private method
            self._note("get_lock_info", error)
            raise self._failed("lock_unreadable") from None
        if not takes:
            raise self._failed("lock_cannot_take_codes")
        return info

    def _last(self, info: Mapping[str, Any]) -> int:
        last = info.get("max_pin_users")
        if not isinstance(last, int):
            raise self._failed("lock_unreadable")
        return last

    async def _users(self) -> list[Mapping[str, Any]]:
        async with asyncio.timeout(self._patience.list_s):
            answer = await self._call("get_lock_users")
        return list(answer["users"])

    async def _user(self, index: int | None) -> Mapping[str, Any]:
        """Return the user, an empty mapping for none."""
        users = await self._users()
        return next((user for user in users if user["user_index"] == index), {})


def _pins(user: Mapping[str, Any]) -> Iterator[int]:
    for credential in user.get("credentials") or ():
        if credential["type"] == PIN and isinstance(credential["index"], int):
            yield credential["index"]
