"""One alarm panel per area; what is pressed becomes a command."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.components.alarm_control_panel import (
    AlarmControlPanelEntity,
    AlarmControlPanelEntityFeature,
    AlarmControlPanelState,
    CodeFormat,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .action_call import actor, is_attended, refuse_failed, refuse_linked
from .core.commands import Arm, Disarm
from .core.premises import Area, ArmMode
from .core.state import AreaState, Phase
from .entity import PartEntity
from .ha_errors import translated
from .runtime import VerifiedResponseConfigEntry
from .serialize import zone_names

PARALLEL_UPDATES = 0

ARMED = {
    ArmMode.AWAY: AlarmControlPanelState.ARMED_AWAY,
    ArmMode.HOME: AlarmControlPanelState.ARMED_HOME,
    ArmMode.NIGHT: AlarmControlPanelState.ARMED_NIGHT,
    ArmMode.VACATION: AlarmControlPanelState.ARMED_VACATION,
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
        | AlarmControlPanelEntityFeature.ARM_VACATION
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

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        area, premises = self._area, self.snapshot.premises
        shown: dict[str, Any] = {
            "bypassed": zone_names(premises, area.bypassed),
            "arm_failed": zone_names(premises, area.failure.zones) if area.failure else None,
        }
        configured = premises.areas.get(self._part_id)
        if configured is not None and configured.panel is not None:
            shown["linked_panel"] = configured.panel
        return shown

    @override
    async def async_alarm_disarm(self, code: str | None = None) -> None:
        with translated():
            verdict = await self._runtime.keypad.check(
                code, area_id=self._part_id, by=actor(self._context)
            )
            await self._runtime.desk.submit(
                Disarm(
                    area_id=self._part_id,
                    by=f"contact:{verdict.contact_id}" if verdict else actor(self._context),
                    duress=bool(verdict and verdict.duress),
                    new_id=self._runtime.ids.new_id(),
                )
            )
            refuse_linked(self.snapshot.premises, self._part_id)  # under duress it looks the same

    @override
    async def async_alarm_arm_away(self, code: str | None = None) -> None:
        await self._arm(ArmMode.AWAY)

    @override
    async def async_alarm_arm_home(self, code: str | None = None) -> None:
        await self._arm(ArmMode.HOME)

    @override
    async def async_alarm_arm_night(self, code: str | None = None) -> None:
        await self._arm(ArmMode.NIGHT)

    @override
    async def async_alarm_arm_vacation(self, code: str | None = None) -> None:
        await self._arm(ArmMode.VACATION)

    async def _arm(self, mode: ArmMode) -> None:
        with translated():
            events = await self._runtime.desk.submit(
                Arm(
                    area_id=self._part_id,
                    mode=mode,
                    by=actor(self._context),
                    open_zones=self._runtime.intake.not_closed(),
                    attended=is_attended(self._context),
                )
            )
            refuse_failed(events, self.snapshot.premises)
