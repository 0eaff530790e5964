"""One protected point: what its trips mean, when they count, and what has to agree."""

from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol

from . import const as c
from .config_numbers import DELAY_PLACEHOLDERS, numbers_in_force
from .config_schema import zone_form
from .core.premises import ALWAYS_ON, COUNTS_WHEN, ArmMode, ZoneType
from .core.timings import refuse_entry_delay
from .subentry_flow import PartFlow
from .zone_repair import NEVER_WAITS


class ZoneFlow(PartFlow):
    """One protected point."""

    @override
    def form(self) -> vol.Schema:
        return zone_form(self._get_entry(), but=self.own_id)

    @override
    @property
    def placeholders(self) -> Mapping[str, str]:
        return DELAY_PLACEHOLDERS

    @override
    def suggested(self) -> Mapping[str, Any]:
        exists = self._get_entry().subentries.keys() - {self.own_id}
        lists = {
            key: [item for item in self.current[key] if item in exists]
            for key in (c.CONF_AREAS, c.CONF_CAMERAS, c.CONF_CROSS)
            if key in self.current
        }
        return {**self.current, **lists}

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        kind = ZoneType(asked[c.CONF_TYPE])
        errors = self.refuse_source(asked[c.CONF_ENTITY_ID])
        if not asked[c.CONF_AREAS] and kind not in ALWAYS_ON:
            errors[c.CONF_AREAS] = "area_required"
        if asked[c.CONF_MODES] and kind in ALWAYS_ON:
            errors[c.CONF_MODES] = "modes_always_on"
        if (refusal := self._refuse_delay(asked, kind)) is not None:
            errors[c.CONF_ENTRY_DELAY] = refusal
        if asked[c.CONF_CROSS] and (refusal := self._refuse_cross(asked, kind)) is not None:
            errors[c.CONF_CROSS] = refusal
        return errors

    @override
    async def stored(self, asked: Mapping[str, Any]) -> dict[str, Any]:
        """Keep only what differs from the type's own ways, so that those can change with the type."""
        kept = dict(asked)
        kind, modes = ZoneType(kept[c.CONF_TYPE]), frozenset(map(ArmMode, kept[c.CONF_MODES]))
        kept[c.CONF_MODES] = [mode.value for mode in ArmMode if mode in modes]
        if not modes or modes == COUNTS_WHEN.get(kind):
            del kept[c.CONF_MODES]
        if not kept[c.CONF_CROSS]:
            del kept[c.CONF_CROSS]
        if c.CONF_LEFT_AT in self.current:  # what was decided about false alarms is not asked here
            kept[c.CONF_LEFT_AT] = self.current[c.CONF_LEFT_AT]
        return kept

    def _refuse_delay(self, asked: Mapping[str, Any], kind: ZoneType) -> str | None:
        if (seconds := asked.get(c.CONF_ENTRY_DELAY)) is None:
            return None
        if kind is not ZoneType.ENTRY_EXIT:
            return "entry_delay_needs_entry_door"
        abort = numbers_in_force(self._get_entry()).options[c.CONF_ABORT_WINDOW]
        return refuse_entry_delay(seconds, abort_window_s=abort)

    def _refuse_cross(self, asked: Mapping[str, Any], kind: ZoneType) -> str | None:
        if kind in NEVER_WAITS:
            return "cross_not_for_type"
        partners = [self._get_entry().subentries[zone].data for zone in asked[c.CONF_CROSS]]
        if any(ZoneType(partner[c.CONF_TYPE]) in ALWAYS_ON for partner in partners):
            return "cross_partner_always_on"
        if any(set(asked[c.CONF_AREAS]).isdisjoint(partner[c.CONF_AREAS]) for partner in partners):
            return "cross_other_area"
        return None
