"""Z-Wave locks with the User Credential command class: named users with a code each.

The lock tells which user holds which place, never with which code. A place is a user id and a credential
slot of the same number: a lock reports uses by user id. Without the lock's own name for a user only our
record of the place is left.
"""

import asyncio
from collections.abc import Collection, Mapping
from contextlib import suppress
from typing import Any, ClassVar, Final, override

from ...engine.lock_ports import LockCapabilities
from .entity_calls import Heard, Written
from .labelled import EMPTY, UNKNOWN, Holder, LabelledLock, Occupancy
from .zwave_node import is_asleep, node_of

PIN: Final = "pin_code"


class ZwaveCredentialsLock(LabelledLock):
    """A lock whose users and codes are two things."""

    domain: ClassVar[str] = "zwave_js"
    responding: ClassVar[frozenset[str]] = frozenset({"set_user"})
    reasons: ClassVar[Mapping[str, str]] = {
        "credential_rejected_duplicate": "lock_code_duplicate",
        "credential_rejected_manufacturer_rules": "lock_refused_code",
        "credential_data_invalid_length": "lock_refused_code",
        "credential_data_pin_not_digits": "lock_refused_code",
        "credential_rejected_add_occupied": "lock_slot_taken",
        "user_rejected_add_occupied": "lock_slot_taken",
        "no_available_user_slots": "lock_full",
        "no_available_credential_slots": "lock_full",
        "access_control_not_supported": "lock_cannot_take_codes",
        "credential_type_not_supported": "lock_cannot_take_codes",
    }

    @override
    async def capabilities(self) -> LockCapabilities:
        """Return the bounds that the lock told the driver."""
        told = await self._told()
        pin = told["supported_credential_types"][PIN]
        return LockCapabilities(
            slots=_last(told),
            min_length=int(pin["min_length"]),
            max_length=int(pin["max_length"]),
            read_back=True,
            names_user=True,
        )

    @override
    async def _places(self) -> tuple[int, Collection[int]]:
        last = _last(await self._told())
        try:
            users = await self._users()
        except Exception as error:  # noqa: BLE001 - a private method
            self._note("get_users", error)
            raise self._failed("lock_unreadable") from None
        ids = {user["user_id"] for user in users}
        return last, ids | {
            item["slot"] for user in users for item in user["credentials"] if item["type"] == PIN
        }

    @override
    async def _holder(self, slot: int) -> Holder:
        if not self._available():
            return UNKNOWN
        try:
            async with asyncio.timeout(self._patience.read_s):
                with suppress(ImportError, AttributeError, TypeError):  # another release
                    await self._refresh(slot)
            users = await self._users()
            wanted = {"type": PIN, "slot": slot}
            for user in users:
                if wanted in user["credentials"]:
                    return _holder_of(user, Occupancy.HELD)
            named = [user for user in users if user["user_id"] == slot]
        except Exception as error:  # noqa: BLE001 - whatever went wrong, nothing is known
            self._note("reading", error)
            return UNKNOWN
        return _holder_of(named[0], Occupancy.EMPTY) if named else EMPTY

    @override
    async def _put(self, slot: int, code: str, name: str) -> Written:
        told = await self._told()
        named = {"user_name": name} if len(name) <= int(told["max_user_name_length"]) else {}
        return await self._write(
            "set_user",
            user_id=slot,
            credential_type=PIN,
            credential_data=code,
            credential_slot=slot,
            **named,
        )

    @override
    async def _label(self, holder: Holder, name: str) -> Written:
        """Do nothing: the name went with the code, or the lock keeps none so long."""
        return Written(heard=Heard.REFUSED)

    @override
    async def _take(self, slot: int, holder: Holder) -> Written:
        if holder.alone and holder.user == slot:
            return await self._write("delete_user", user_id=slot)
        return await self._write(
            "delete_credential", user_id=holder.user, credential_type=PIN, credential_slot=slot
        )

    @override
    async def _tidy(self, holder: Holder, name: str) -> None:
        """A write that failed halfway leaves our user without a code."""
        if holder.is_empty and holder.user is not None and holder.name == name and holder.alone:
            await self._write("delete_user", user_id=holder.user)

    @override
    def _require_ready(self) -> None:
        super()._require_ready()
        if is_asleep(node_of(self._entity())):
            raise self._failed("lock_asleep")

    async def _told(self) -> Mapping[str, Any]:
        """Return what the lock said of itself; raises lock_unreadable, lock_cannot_take_codes."""
        self._require_ready()
        try:
            async with asyncio.timeout(self._patience.read_s):
                told: Mapping[str, Any] = await self._call("get_credential_capabilities")
            takes = PIN in told["supported_credential_types"]
        except Exception as error:  # noqa: BLE001 - a private method
            self._note("get_credential_capabilities", error)
            raise self._failed(self._reason(error) or "lock_unreadable") from None
        if not takes:
            raise self._failed("lock_cannot_take_codes")
        return told

    async def _users(self) -> list[Mapping[str, Any]]:
        async with asyncio.timeout(self._patience.list_s):
            answer = await self._call("get_users")
        return list(answer["users"])

    async def _refresh(self, slot: int) -> None:
        """Have the lock asked: get_users tells what the driver remembers of its answers."""
        access = getattr(node_of(self._entity()), "access_control", None)
        if access is None:
            return
        from zwave_js_server.const.command_class.access_control import UserCredentialType

        credential = await access.get_credential(UserCredentialType.PIN_CODE, slot)
        await access.get_user(slot if credential is None else credential.user_id)


def _last(told: Mapping[str, Any]) -> int:
    """Return the highest number that is a user id as well as a credential slot."""
    slots = int(told["supported_credential_types"][PIN]["num_slots"])
    return min(slots, int(told["max_users"]))


def _holder_of(user: Mapping[str, Any], occupancy: Occupancy) -> Holder:
    others = len(user["credentials"]) - (occupancy is Occupancy.HELD)
    return Holder(
        occupancy=occupancy,
        user=user["user_id"],
        name=user["user_name"] or "",
        alone=others <= 0,
    )
