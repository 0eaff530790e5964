"""A zone that cries wolf: mended and forgiven, confirmed by a second zone, or left by the owner."""

from typing import Any

import voluptuous as vol
from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers import selector

from . import const as c
from .core.commands import ForgetHistory
from .core.premises import ALWAYS_ON, Premises, Zone, ZoneType
from .core.rules.history import tally
from .runtime import VerifiedResponseConfigEntry

MENDED = "mended"
CONFIRM = "confirm"
LEAVE = "leave"
NEVER_WAITS = ALWAYS_ON | {ZoneType.ENTRY_EXIT, ZoneType.OUTDOOR}
"""Dangers do not wait, entry doors have their delay, and outdoors nothing alarms by itself."""


class ZoneFalseAlarmsFlow(RepairsFlow):
    """Offers what can be done about one zone; what is chosen takes effect at once."""

    def __init__(self, entry_id: str, zone_id: str) -> None:
        self._entry_id = entry_id
        self._zone_id = zone_id

    async def async_step_init(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Offer the choices; a partner only where there is one."""
        entry = self._entry()
        if entry is None:
            return self.async_abort(reason="not_loaded")
        return self.async_show_menu(
            step_id="init",
            menu_options=[MENDED, *([CONFIRM] if self._partners(entry) else []), LEAVE],
            description_placeholders=self._placeholders(entry),
        )

    async def async_step_mended(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Forget its false alarms: it was checked or replaced."""
        entry = self._entry()
        if entry is None:
            return self.async_abort(reason="not_loaded")
        command = ForgetHistory(subject_id=self._zone_id, by="owner")
        await entry.runtime_data.desk.submit(command)
        return self.async_create_entry(data={})

    async def async_step_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Ask which zones have to trip, too, before it is an alarm (cross zoning)."""
        entry = self._entry()
        if entry is None:
            return self.async_abort(reason="not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            if user_input[c.CONF_CROSS]:
                self._store(entry, {c.CONF_CROSS: user_input[c.CONF_CROSS]})
                return self.async_create_entry(data={})
            errors[c.CONF_CROSS] = "partner_required"
        return self.async_show_form(
            step_id="confirm",
            data_schema=vol.Schema({vol.Required(c.CONF_CROSS): _choice(self._partners(entry))}),
            errors=errors,
            description_placeholders=self._placeholders(entry),
        )

    async def async_step_leave(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Ask no more until it raised as many again."""
        entry = self._entry()
        if entry is None:
            return self.async_abort(reason="not_loaded")
        self._store(entry, {})
        return self.async_create_entry(data={})

    def _store(self, entry: VerifiedResponseConfigEntry, changes: dict[str, Any]) -> None:
        """Change the zone as configured; what was false until now is answered by that."""
        item = entry.subentries[self._zone_id]
        now = entry.runtime_data.desk.now().isoformat()
        self.hass.config_entries.async_update_subentry(
            entry, item, data={**item.data, c.CONF_LEFT_AT: now, **changes}
        )

    def _partners(self, entry: VerifiedResponseConfigEntry) -> list[Zone]:
        premises = entry.runtime_data.desk.premises
        return partners_of(premises.zones[self._zone_id], premises)

    def _placeholders(self, entry: VerifiedResponseConfigEntry) -> dict[str, str]:
        desk = entry.runtime_data.desk
        policy = desk.premises.policy
        outcomes = desk.state.history.get(self._zone_id, ())
        return {
            "name": desk.premises.zones[self._zone_id].name,
            "count": str(tally(outcomes, policy, desk.now()).false),
            "days": str(policy.false_alarm_days),
        }

    def _entry(self) -> VerifiedResponseConfigEntry | None:
        entry: VerifiedResponseConfigEntry | None = self.hass.config_entries.async_get_entry(
            self._entry_id
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry if self._zone_id in entry.subentries else None


def partners_of(zone: Zone, premises: Premises) -> list[Zone]:
    """Return the zones that could confirm this one: of a common area, and not always on."""
    if zone.type in NEVER_WAITS:
        return []
    return [
        other
        for other in premises.zones.values()
        if other.id != zone.id
        and other.type not in ALWAYS_ON
        and not set(zone.areas).isdisjoint(other.areas)
    ]


def _choice(partners: list[Zone]) -> selector.SelectSelector:
    return selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=[
                selector.SelectOptionDict(value=item.id, label=item.name) for item in partners
            ],
            multiple=True,
            mode=selector.SelectSelectorMode.LIST,
        )
    )
