"""Matter locks."""

from typing import override

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.verified_response.core.premises import LockFamily

from .keypad import AlreadyThereError, EntityRig, taking

FIRST_USER = 40  # the lock numbers its users otherwise than its credentials


def refused(status):
    return HomeAssistantError(
        translation_domain="matter",
        translation_key="set_credential_failed",
        translation_placeholders={"status": status},
    )


class MatterMethods:
    """The entity methods that the services of matter call."""

    def __init__(self, keypad):
        self.keypad = keypad
        self.info = {
            "supports_user_management": True,
            "supported_credential_types": ["pin", "rfid"],
            "max_users": 20,
            "max_pin_users": keypad.slots,
            "max_credentials_per_user": 3,
            "min_pin_length": 5,
            "max_pin_length": 7,
        }
        self.status = None
        """Of a refused write."""
        self.removes_users = True
        """Clearing the last credential removes its user."""
        self.others = {}
        """More credentials of a user, by user index."""
        self.asked = []

    async def async_get_lock_info(self):
        if self.keypad.reads_fail:
            raise HomeAssistantError("no answer")
        return self.info

    async def async_get_lock_users(self):
        if not self.info["supports_user_management"]:
            raise ServiceValidationError("Lock does not support user/credential management")
        codes = self.keypad.seen()
        users = {FIRST_USER + slot: self.keypad.names.get(slot, "") for slot in codes}
        users |= self.keypad.empty_users
        users |= {index: "Anna" for index in self.others if index not in users}
        return {
            "max_users": 20,
            "users": [
                {
                    "user_index": index,
                    "user_name": name,
                    "user_status": "occupied_enabled",
                    "credentials": [
                        *(
                            [{"type": "pin", "index": index - FIRST_USER}]
                            if index - FIRST_USER in codes
                            else []
                        ),
                        *self.others.get(index, []),
                    ],
                }
                for index, name in users.items()
            ],
        }

    @taking("credential_type", "credential_index")
    async def async_get_lock_credential_status(self, **kwargs):
        assert kwargs["credential_type"] == "pin"
        slot = kwargs["credential_index"]
        self.asked.append(slot)
        there = slot in self.keypad.seen()
        return {
            "credential_exists": there,
            "user_index": FIRST_USER + slot if there else None,
            "next_credential_index": None,
        }

    @taking(
        "credential_type",
        "credential_data",
        "credential_index",
        "user_index",
        "user_status",
        "user_type",
    )
    async def async_set_lock_credential(self, **kwargs):
        assert kwargs["credential_type"] == "pin"
        assert "user_index" not in kwargs, "the lock makes the user"
        slot = kwargs["credential_index"]
        if self.status:
            raise refused(self.status)
        try:
            await self.keypad.write(slot, kwargs["credential_data"])
        except AlreadyThereError:
            raise refused("duplicate") from None
        return {
            "credential_index": slot,
            "user_index": FIRST_USER + slot,
            "next_credential_index": None,
        }

    @taking("user_index", "user_name", "user_type", "credential_rule")
    async def async_set_lock_user(self, **kwargs):
        self.keypad.call(kwargs["user_index"] - FIRST_USER, kwargs["user_name"])

    @taking("credential_type", "credential_index")
    async def async_clear_lock_credential(self, **kwargs):
        slot = kwargs["credential_index"]
        name = self.keypad.names.get(slot, "")
        await self.keypad.write(slot, None)
        if not self.removes_users:
            self.keypad.empty_users[FIRST_USER + slot] = name

    @taking("user_index")
    async def async_clear_lock_user(self, **kwargs):
        del self.keypad.empty_users[kwargs["user_index"]]


class MatterRig(EntityRig):
    """The entity's own methods."""

    platform = "matter"
    family = LockFamily.MATTER
    responding = frozenset({"set_lock_credential"})

    @override
    def far_end(self):
        return MatterMethods(self.keypad)


class MatterServiceRig(MatterRig):
    """Another release: only the services are left."""

    by_service = True
