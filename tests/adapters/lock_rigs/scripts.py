"""Scripts of the owner's: real ones, which call a service of the owner's."""

from typing import override

from homeassistant.setup import async_setup_component

from custom_components.verified_response.adapters.locks import HomeLocks
from custom_components.verified_response.core.premises import Door, LockFamily

from .keypad import HASTE, KEY, LOCK, PIN, Keypad, Rig


class ManualRig(Rig):
    """Two real scripts that call a service of the owner's."""

    reads_back = False
    mode = "single"

    @override
    async def start(self, hass):
        self.hass = hass
        self.keypad = Keypad()

        async def own_write(call):
            await self.keypad.write(int(call.data["slot"]), str(call.data["code"]) or None)

        hass.services.async_register("owners_lock", "write", own_write)
        step = {
            "action": "owners_lock.write",
            "data": {"slot": "{{ slot }}", "code": "{{ code ~ '' }}"},
        }
        stop = {"stop": "the door is open", "error": True}
        scripts = {
            "shed_set": {"sequence": [step], "mode": self.mode},
            "shed_clear": {"sequence": [{**step, "data": {"slot": "{{ slot }}", "code": ""}}]},
            "gives_up": {"sequence": [stop]},
        }
        assert await async_setup_component(hass, "script", {"script": scripts})
        hass.states.async_set(LOCK, "locked")
        door = Door(
            id="shed",
            name="Shed",
            source=LOCK,
            family=LockFamily.MANUAL,
            set_script="script.shed_set",
            clear_script="script.shed_clear",
        )
        self.doors = {"shed": door}
        self.locks = HomeLocks(hass, self.doors, key=KEY, patience=HASTE)

    @override
    def go_unavailable(self):
        self.hass.states.async_set(LOCK, "unavailable")


class StandingRig(Rig):
    """Two real scripts that enable and disable the one code that stands on the lock."""

    reads_back = False
    spot = 1

    @override
    async def start(self, hass):
        self.hass = hass
        self.keypad = Keypad(slots=1)
        self.given = []

        async def enable(call):
            self.given.append(dict(call.data))
            await self.keypad.write(int(call.data["slot"]), PIN if call.data["on"] else None)

        hass.services.async_register("owners_lock", "enable", enable)
        data = {"slot": "{{ slot }}", "name": "{{ name }}", "code": "{{ code | default('') ~ '' }}"}

        def script(on):
            return {
                "sequence": [{"action": "owners_lock.enable", "data": {**data, "on": on}}],
                "mode": "single",
            }

        scripts = {"shed_on": script(on=True), "shed_off": script(on=False)}
        assert await async_setup_component(hass, "script", {"script": scripts})
        hass.states.async_set(LOCK, "locked")
        self.doors = {
            "shed": Door(
                id="shed",
                name="Shed",
                source=LOCK,
                family=LockFamily.STANDING,
                set_script="script.shed_on",
                clear_script="script.shed_off",
                standing_code="sealed",
            )
        }
        self.locks = HomeLocks(
            hass, self.doors, key=KEY, patience=HASTE, unseal={"sealed": PIN}.get
        )

    @override
    def go_unavailable(self):
        self.hass.states.async_set(LOCK, "unavailable")
