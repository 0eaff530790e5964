"""Locks of ZHA: written, never read."""

from typing import override

from custom_components.verified_response.core.premises import LockFamily

from .keypad import EntityRig


class ZhaMethods:
    """The entity methods that the services of zha call."""

    def __init__(self, keypad):
        self.keypad = keypad

    async def async_set_lock_user_code(self, code_slot, user_code):
        await self.keypad.write(code_slot, user_code)

    async def async_clear_lock_user_code(self, code_slot):
        await self.keypad.write(code_slot, None)


class ZhaRig(EntityRig):
    """The entity's own methods, and places that the owner set apart."""

    platform = "zha"
    family = LockFamily.ZHA
    reads_back = False
    places = tuple(range(1, 11))

    @override
    def far_end(self):
        return ZhaMethods(self.keypad)


class ZhaServiceRig(ZhaRig):
    """Another release: only the services are left."""

    by_service = True
