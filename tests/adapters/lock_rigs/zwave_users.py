"""Z-Wave locks with the User Credential command class."""

from types import SimpleNamespace
from typing import override

from homeassistant.exceptions import HomeAssistantError

from custom_components.verified_response.core.premises import LockFamily

from .keypad import AlreadyThereError, EntityRig, node, taking

CLASSES = tuple(SimpleNamespace(id=number) for number in (98, 131))


def rejected(key):
    return HomeAssistantError(translation_domain="zwave_js", translation_key=key)


class ZwaveUserMethods:
    """The entity methods that the services of zwave_js call, for users and credentials."""

    def __init__(self, keypad):
        self.keypad = keypad
        self.longest_name = 20
        self.others = {}
        """More credentials of a user, by user id."""

    async def async_get_credential_capabilities(self):
        if self.keypad.reads_fail:
            raise rejected("get_credential_capabilities_failed")
        pin = {"num_slots": self.keypad.slots, "min_length": 5, "max_length": 7}
        return {
            "supports_user_management": True,
            "max_users": self.keypad.slots + 5,
            "supported_user_types": ["general"],
            "max_user_name_length": self.longest_name,
            "supported_credential_rules": ["single"],
            "supported_credential_types": {"pin_code": {**pin, "supports_learn": False}},
        }

    async def async_get_users(self):
        codes = self.keypad.seen()
        numbers = sorted({*codes, *self.keypad.empty_users, *self.others})
        return {
            "max_users": self.keypad.slots + 5,
            "users": [
                {
                    "user_id": number,
                    "user_name": self.keypad.names.get(number)
                    or self.keypad.empty_users.get(number),
                    "active": True,
                    "user_type": "general",
                    "credential_rule": "single",
                    "credentials": [
                        *([{"type": "pin_code", "slot": number}] if number in codes else []),
                        *self.others.get(number, []),
                    ],
                }
                for number in numbers
            ],
        }

    @taking(
        "user_id",
        "user_name",
        "user_type",
        "credential_rule",
        "active",
        "credential_type",
        "credential_slot",
        "credential_data",
    )
    async def async_set_user(self, **kwargs):
        assert kwargs["credential_type"] == "pin_code"
        number = kwargs["user_id"]
        assert number == kwargs["credential_slot"]
        self.keypad.empty_users[number] = kwargs.get("user_name", "")
        try:
            await self.keypad.write(number, kwargs["credential_data"], kwargs.get("user_name", ""))
        except AlreadyThereError:
            raise rejected("credential_rejected_duplicate") from None
        if number in self.keypad.codes:
            self.keypad.empty_users.pop(number, None)
        return {"user_id": number, "credential_slot": number}

    @taking("user_id")
    async def async_delete_user(self, **kwargs):
        if not self.keypad.writes_lost:
            self.keypad.empty_users.pop(kwargs["user_id"], None)
        await self.keypad.write(kwargs["user_id"], None)

    @taking("user_id", "credential_type", "credential_slot")
    async def async_delete_credential(self, **kwargs):
        await self.keypad.write(kwargs["credential_slot"], None)


class ZwaveUsersRig(EntityRig):
    """The entity's own methods, and a node that has the command class."""

    platform = "zwave_js"
    family = LockFamily.ZWAVE_JS
    responding = frozenset({"set_user"})

    @override
    def far_end(self):
        return ZwaveUserMethods(self.keypad)

    @override
    def bare(self):
        entity = super().bare()
        entity.info = node(status=4, command_classes=CLASSES, values={})
        return entity


class ZwaveUsersServiceRig(ZwaveUsersRig):
    """Another release: the node is found, the methods are not."""

    by_service = True
