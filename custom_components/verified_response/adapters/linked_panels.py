"""Alarm panels of other integrations in: what they say arms, triggers and disarms the linked areas.

A change that this hub saw counts at once. What a panel says after a silence counts once it has said
it for a moment: one that starts up may show "disarmed" before it knows better. An alarm that is only
found at a start waits for the quiet time to pass.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.components.alarm_control_panel import (
    ATTR_CHANGED_BY,
    AlarmControlPanelState,
)
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, State, callback
from homeassistant.helpers.event import async_track_state_change_event

from ..core.premises import ArmMode, Premises
from ..core.state import Phase
from ..engine.ports import Clock
from .edges import SETTLE, is_known

_LOGGER = logging.getLogger(__name__)

MODES: Final[Mapping[str, ArmMode]] = {
    AlarmControlPanelState.ARMED_AWAY: ArmMode.AWAY,
    AlarmControlPanelState.ARMED_HOME: ArmMode.HOME,
    AlarmControlPanelState.ARMED_NIGHT: ArmMode.NIGHT,
    AlarmControlPanelState.ARMED_VACATION: ArmMode.VACATION,
    AlarmControlPanelState.ARMED_CUSTOM_BYPASS: ArmMode.HOME,
}
PHASES: Final[Mapping[str, Phase]] = {
    AlarmControlPanelState.DISARMED: Phase.DISARMED,
    AlarmControlPanelState.ARMING: Phase.ARMING,
    AlarmControlPanelState.PENDING: Phase.PENDING,
    AlarmControlPanelState.TRIGGERED: Phase.TRIGGERED,
    **dict.fromkeys(MODES, Phase.ARMED),
}
"""Disarming is not among them: nothing is decided yet."""
MODE_ATTRIBUTES: Final = ("arm_mode", "next_state", "previous_state")
"""Where panels tell the mode while they are arming, pending or triggered (alarmo, manual)."""
WAITS: Final = frozenset({Phase.PENDING, Phase.TRIGGERED})
"""What may be old news when it is only found."""

type Told = Mapping[str, tuple[str, Phase, ArmMode | None]]
"""By area: which panel said what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PanelSays:
    """What a panel says of a linked area; `person`: it names who did it."""

    area_id: str
    phase: Phase
    mode: ArmMode | None
    by: str
    person: bool


class LinkedPanels:
    """Follows the panels of the linked areas."""

    def __init__(
        self,
        hass: HomeAssistant,
        premises: Premises,
        say: Callable[[PanelSays], None],
        *,
        clock: Clock,
        quiet_until: datetime | None,
        told: Told | None = None,
    ) -> None:
        """`told`: what was said before, when the configuration is taken anew in one run."""
        self._hass = hass
        self._say = say
        self._clock = clock
        quiet_s = (quiet_until - clock.now()).total_seconds() if quiet_until else 0.0
        self._quiet_until_s = clock.elapsed() + quiet_s  # a clock may be set meanwhile
        self._areas: dict[str, list[str]] = {}
        for area in premises.areas.values():
            if area.panel is not None:
                self._areas.setdefault(area.panel, []).append(area.id)
        self._told = dict(told or {})
        self._silent: set[str] = set()
        self._settling: set[str] = set()
        self._waits: dict[str, Callable[[], None]] = {}

    @property
    def told(self) -> Told:
        """Return what was said last."""
        return self._told

    def listen(self) -> Callable[[], None]:
        """Tell what the panels say now, and what they say from here on; return what ends it."""
        for panel in self._areas:
            if is_known(self._hass.states.get(panel)):
                self._look(panel)
            else:
                self._falls_silent(panel)
        stop = async_track_state_change_event(self._hass, list(self._areas), self._changed)

        def end() -> None:
            stop()
            for panel in tuple(self._waits):
                self._waits.pop(panel)()

        return end

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        panel = event.data["entity_id"]
        before, state = event.data["old_state"], event.data["new_state"]
        if not is_known(state):
            self._falls_silent(panel)
        elif panel in self._silent:
            self._silent.discard(panel)
            _LOGGER.info("The alarm panel %s reports again", panel)
            self._settling.add(panel)
            self._wait(panel, SETTLE)
        elif panel in self._settling or (panel in self._waits and _same(before, state)):
            return  # it is looked at when the wait is over
        else:
            self._stop_waiting(panel)
            self._tell(panel, state, person=_names_somebody(before, state))

    def _falls_silent(self, panel: str) -> None:
        self._stop_waiting(panel)
        self._settling.discard(panel)
        if panel not in self._silent:
            self._silent.add(panel)
            _LOGGER.warning(
                "The alarm panel %s does not report; what it said last stays in force", panel
            )

    def _wait(self, panel: str, pause: timedelta) -> None:
        self._stop_waiting(panel)
        due = self._clock.now() + pause
        self._waits[panel] = self._clock.call_at(due, lambda: self._waited(panel))

    def _waited(self, panel: str) -> None:
        self._waits.pop(panel, None)
        self._settling.discard(panel)
        self._look(panel)

    def _stop_waiting(self, panel: str) -> None:
        if panel in self._waits:
            self._waits.pop(panel)()

    def _look(self, panel: str) -> None:
        """Take what is found, an alarm only when the start's quiet time is over."""
        state = self._hass.states.get(panel)
        quiet_s = self._quiet_until_s - self._clock.elapsed()
        found = PHASES.get(state.state) if state is not None else None
        if found in WAITS and quiet_s > 0:
            self._wait(panel, timedelta(seconds=quiet_s))
        else:
            self._tell(panel, state)

    def _tell(self, panel: str, state: State | None, *, person: bool = False) -> None:
        phase = PHASES.get(state.state) if state is not None else None
        if state is None or phase is None:
            return
        for area_id in self._areas[panel]:
            mode = None if phase is Phase.DISARMED else self._mode(area_id, state)
            if self._told.get(area_id) == (panel, phase, mode):
                continue
            self._told[area_id] = (panel, phase, mode)
            self._say(
                PanelSays(
                    area_id=area_id, phase=phase, mode=mode, by=f"panel:{panel}", person=person
                )
            )

    def _mode(self, area_id: str, state: State) -> ArmMode:
        """Return how it is armed; where nobody says it, everything counts."""
        told = [state.state, *(str(state.attributes.get(key, "")) for key in MODE_ATTRIBUTES)]
        for text in told:
            if text in MODES:
                return MODES[text]
        _, _, before = self._told.get(area_id, (None, None, None))
        return before or ArmMode.AWAY


def _same(before: State | None, after: State | None) -> bool:
    """Say whether only attributes changed."""
    return before is not None and after is not None and before.state == after.state


def _names_somebody(before: State | None, after: State | None) -> bool:
    """Say whether this very change has somebody's name: a user of this hub, or a new one of the panel."""
    if before is None or after is None:
        return False
    named = after.attributes.get(ATTR_CHANGED_BY)
    return after.context.user_id is not None or bool(
        named and named != before.attributes.get(ATTR_CHANGED_BY)
    )
