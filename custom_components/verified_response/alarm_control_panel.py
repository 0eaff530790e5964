"""One alarm panel per area; what is pressed becomes a command."""

from typing import override

from homeassistant.components.alarm_control_panel import (
    AlarmControlPanelEntity,
    AlarmControlPanelEntityFeature,
    AlarmControlPanelState,
    CodeFormat,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .core.commands import Arm, Disarm
from .core.premises import Area, ArmMode
from .core.state import AreaState, Phase
from .entity import PartEntity
from .ha_errors import translated
from .runtime import VerifiedResponseConfigEntry

PARALLEL_UPDATES = 0

ARMED = {
    ArmMode.AWAY: AlarmControlPanelState.ARMED_AWAY,
    ArmMode.HOME: AlarmControlPanelState.ARMED_HOME,
    ArmMode.NIGHT: AlarmControlPanelState.ARMED_NIGHT,
}
PHASES = {
    Phase.DISARMED: AlarmControlPanelState.DISARMED,
    Phase.ARMING: AlarmControlPanelState.ARMING,
    Phase.PENDING: AlarmControlPanelState.PENDING,
    Phase.TRIGGERED: AlarmControlPanelState.TRIGGERED,
}


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the areas."""
    for area in entry.runtime_data.desk.premises.areas.values():
        async_add_entities([AreaPanel(entry, area)], config_subentry_id=area.id)


class AreaPanel(PartEntity, AlarmControlPanelEntity):
    """An area; triggered stays until a person ends it."""

    _attr_name = None
    _attr_translation_key = "area"
    _attr_code_arm_required = False
    _attr_supported_features = (
        AlarmControlPanelEntityFeature.ARM_AWAY
        | AlarmControlPanelEntityFeature.ARM_HOME
        | AlarmControlPanelEntityFeature.ARM_NIGHT
    )

    def __init__(self, entry: VerifiedResponseConfigEntry, area: Area) -> None:
        super().__init__(entry, area.id, key="panel", name=area.name, model="Area")

    @property
    def _area(self) -> AreaState:
        return self.snapshot.state.area(self._part_id)

    @property
    @override
    def alarm_state(self) -> AlarmControlPanelState:
        area = self._area
        if area.phase is Phase.ARMED and area.mode is not None:
            return ARMED[area.mode]
        return PHASES[area.phase]

    @property
    @override
    def code_format(self) -> CodeFormat | None:
        return CodeFormat.NUMBER if self._runtime.keypad.needs_code else None

    @property
    @override
    def changed_by(self) -> str | None:
        by = self._area.changed_by or ""
        contact = self.snapshot.premises.contacts.get(by.removeprefix("contact:"))
        return contact.name if contact else None

    def _actor(self) -> str:
        user = self._context.user_id if self._context else None
        return f"user:{user}" if user else "automation"

    @override
    async def async_alarm_disarm(self, code: str | None = None) -> None:
        with translated():
            verdict = await self._runtime.keypad.check(
                code, area_id=self._part_id, by=self._actor()
            )
            await self._runtime.desk.submit(
                Disarm(
                    area_id=self._part_id,
                    by=f"contact:{verdict.contact_id}" if verdict else self._actor(),
                    duress=bool(verdict and verdict.duress),
                    new_id=self._runtime.ids.new_id(),
                )
            )

    @override
    async def async_alarm_arm_away(self, code: str | None = None) -> None:
        await self._arm(ArmMode.AWAY)

    @override
    async def async_alarm_arm_home(self, code: str | None = None) -> None:
        await self._arm(ArmMode.HOME)

    @override
    async def async_alarm_arm_night(self, code: str | None = None) -> None:
        await self._arm(ArmMode.NIGHT)

    async def _arm(self, mode: ArmMode) -> None:
        with translated():
            await self._runtime.desk.submit(
                Arm(
                    area_id=self._part_id,
                    mode=mode,
                    by=self._actor(),
                    open_zones=self._runtime.intake.not_closed(),
                )
            )
