"""Locks of Schlage's cloud: codes by name."""

from typing import override

from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from custom_components.verified_response.core.premises import LockFamily

from .keypad import AlreadyThereError, EntityRig


class SchlageMethods:
    """The entity methods that the services of schlage call."""

    def __init__(self, keypad):
        self.keypad = keypad

    async def add_code(self, name, code, notify_on_use=True):
        if name in self.keypad.names.values():
            raise ServiceValidationError(
                translation_domain="schlage", translation_key="schlage_name_exists"
            )
        slot = next(n for n in range(99) if n not in self.keypad.codes)
        try:
            await self.keypad.write(slot, code, name)
        except AlreadyThereError:
            raise ServiceValidationError(
                translation_domain="schlage", translation_key="schlage_code_exists"
            ) from None
        except HomeAssistantError:
            raise HomeAssistantError(
                translation_domain="schlage", translation_key="schlage_add_code_failed"
            ) from None

    async def delete_code(self, name):
        for slot, held in list(self.keypad.names.items()):
            if held.lower().strip() == name.lower().strip():
                await self.keypad.write(slot, None)
                return

    async def get_codes(self):
        return {
            f"id-{slot}": {
                "name": self.keypad.names.get(slot, "?"),
                "code": self.keypad.mask or f"{int(code):04}",
            }
            for slot, code in self.keypad.seen().items()
        }


class SchlageRig(EntityRig):
    """The entity's own methods."""

    platform = "schlage"
    family = LockFamily.SCHLAGE
    prefix = ""
    numbered = False
    spot = 0

    @override
    def far_end(self):
        return SchlageMethods(self.keypad)


class SchlageServiceRig(SchlageRig):
    """Another release: only the services are left."""

    by_service = True
