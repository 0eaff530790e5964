"""What another integration's panel says is handed on once, with the mode and who did it."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from homeassistant.core import Context, HomeAssistant

from custom_components.verified_response.adapters.linked_panels import LinkedPanels, PanelSays
from custom_components.verified_response.core.premises import ArmMode, Premises
from custom_components.verified_response.core.state import Phase
from tests import builders
from tests.fakes.clock import HandClock

PANEL = "alarm_control_panel.alarmo"
HOUSE = builders.premises(
    areas=builders.by_id([builders.area("house", panel=PANEL), builders.area("garage")])
)


class Ear:
    """What was said of the linked areas, and the clock by which it was said."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.clock = HandClock()
        self.said: list[PanelSays] = []
        self.end = lambda: None
        self.panels: LinkedPanels | None = None

    def close(self) -> None:
        self.end()
        self.end = lambda: None

    def listen(
        self, premises: Premises = HOUSE, *, quiet_s: float = -600, told: Any = None
    ) -> None:
        self.close()
        self.panels = LinkedPanels(
            self.hass,
            premises,
            self.said.append,
            clock=self.clock,
            quiet_until=self.clock.now() + timedelta(seconds=quiet_s),
            told=told,
        )
        self.end = self.panels.listen()

    async def state(self, *states: str, by: str | None = None, **attributes: Any) -> None:
        for state in states:
            self.hass.states.async_set(
                PANEL,
                state,
                attributes,
                context=Context(user_id=by) if by else None,
            )
            await self.hass.async_block_till_done()

    @property
    def phases(self) -> list[tuple[Phase, ArmMode | None]]:
        return [(item.phase, item.mode) for item in self.said]


@pytest.fixture
def ear(hass: HomeAssistant) -> Iterator[Ear]:
    made = Ear(hass)
    yield made
    made.close()


async def test_an_evening_with_a_panel(ear: Ear) -> None:
    await ear.state("disarmed")
    ear.listen()
    await ear.state("arming", next_state="armed_night")
    await ear.state("armed_night", "pending", "triggered", "disarming", "disarmed")
    assert ear.phases == [
        (Phase.DISARMED, None),
        (Phase.ARMING, ArmMode.NIGHT),
        (Phase.ARMED, ArmMode.NIGHT),
        (Phase.PENDING, ArmMode.NIGHT),
        (Phase.TRIGGERED, ArmMode.NIGHT),
        (Phase.DISARMED, None),
    ]
    assert {(item.area_id, item.by) for item in ear.said} == {("house", f"panel:{PANEL}")}


@pytest.mark.parametrize(
    ("state", "mode"),
    [
        ("armed_away", ArmMode.AWAY),
        ("armed_home", ArmMode.HOME),
        ("armed_night", ArmMode.NIGHT),
        ("armed_vacation", ArmMode.VACATION),
        ("armed_custom_bypass", ArmMode.HOME),
    ],
)
async def test_every_way_of_being_armed(ear: Ear, state: str, mode: ArmMode) -> None:
    await ear.state("disarmed")
    ear.listen()
    await ear.state(state)
    assert ear.phases[1:] == [(Phase.ARMED, mode)]


@pytest.mark.parametrize(
    ("attributes", "mode"),
    [
        ({"arm_mode": "armed_home"}, ArmMode.HOME),
        ({"previous_state": "armed_night", "next_state": "triggered"}, ArmMode.NIGHT),
        ({"previous_state": None}, ArmMode.AWAY),
        ({}, ArmMode.AWAY),
    ],
)
async def test_an_alarm_of_a_panel_that_was_never_heard_armed(
    ear: Ear, attributes: dict[str, Any], mode: ArmMode
) -> None:
    await ear.state("triggered", **attributes)
    ear.listen()
    assert ear.phases == [(Phase.TRIGGERED, mode)]


async def test_the_same_again_is_told_once(ear: Ear) -> None:
    await ear.state("armed_away")
    ear.listen()
    await ear.state("armed_away", open_sensors="door")
    await ear.state("disarming", "armed_away")
    assert ear.phases == [(Phase.ARMED, ArmMode.AWAY)]


async def test_class_4_a_panel_that_flaps_changes_nothing(
    ear: Ear, caplog: pytest.LogCaptureFixture
) -> None:
    """Peers' failure class 4: unavailable is no state of an alarm; said once in the log."""
    caplog.set_level(logging.INFO, "custom_components.verified_response")
    await ear.state("armed_away")
    ear.listen()
    await ear.state("unavailable", "unknown", "unavailable")
    await ear.state("disarmed", "armed_away")
    ear.clock.tick(5)
    assert ear.phases == [(Phase.ARMED, ArmMode.AWAY)]
    told = [record.getMessage() for record in caplog.records if PANEL in record.getMessage()]
    assert [("does not report" in text, "reports again" in text) for text in told] == [
        (True, False),
        (False, True),
    ]


async def test_class_4_what_a_panel_says_after_a_silence_counts_once_it_stays(ear: Ear) -> None:
    """Peers' failure class 4: a panel that starts up says "disarmed" before it knows better."""
    await ear.state("armed_away")
    ear.listen()
    await ear.state("unavailable", "disarmed")
    ear.clock.tick(4)
    await ear.state("armed_home")
    assert len(ear.said) == 1
    ear.clock.tick(1)
    assert ear.phases[1:] == [(Phase.ARMED, ArmMode.HOME)]
    await ear.state("unavailable", "disarmed", "unavailable")
    ear.clock.tick(60)
    assert len(ear.said) == 2
    await ear.state("disarmed")
    ear.clock.tick(5)
    assert ear.phases[2:] == [(Phase.DISARMED, None)]


async def test_an_alarm_that_began_in_a_silence_is_told(ear: Ear) -> None:
    await ear.state("armed_away")
    ear.listen()
    await ear.state("unavailable", "triggered")
    ear.clock.tick(5)
    assert ear.phases[1:] == [(Phase.TRIGGERED, ArmMode.AWAY)]


@pytest.mark.parametrize("state", ["triggered", "pending"])
async def test_class_1_an_alarm_found_at_the_start_waits_for_the_quiet_time(
    ear: Ear, state: str
) -> None:
    """Peers' failure class 1: it may be old news, or over in a moment."""
    await ear.state(state, previous_state="armed_away")
    ear.listen(quiet_s=60)
    await ear.state(state, previous_state="armed_away", sensors="door")
    ear.clock.tick(59)
    assert ear.said == []
    ear.clock.tick(1)
    assert ear.phases == [(Phase(state), ArmMode.AWAY)]


@pytest.mark.parametrize("back", [3600, -3600])
async def test_a_clock_that_is_set_does_not_stretch_the_quiet_time(ear: Ear, back: float) -> None:
    await ear.state("triggered")
    ear.listen(quiet_s=60)
    ear.clock.set_back(back)
    ear.clock.tick(59)
    assert ear.said == []
    ear.clock.tick(1)
    assert len(ear.said) == 1


async def test_class_1_an_alarm_that_is_over_before_the_quiet_time_was_none(ear: Ear) -> None:
    """Peers' failure class 1: what the panel then says is told at once."""
    await ear.state("triggered")
    ear.listen(quiet_s=60)
    await ear.state("disarmed")
    assert ear.phases == [(Phase.DISARMED, None)]
    ear.clock.tick(60)
    assert len(ear.said) == 1


async def test_class_1_a_panel_that_comes_up_late_waits_for_the_quiet_time_too(ear: Ear) -> None:
    """Peers' failure class 1: its integration starts after ours."""
    ear.listen(quiet_s=60)
    await ear.state("triggered", arm_mode="armed_home")
    ear.clock.tick(5)
    assert ear.said == []
    ear.clock.tick(55)
    assert ear.phases == [(Phase.TRIGGERED, ArmMode.HOME)]


async def test_an_alarm_that_this_hub_saw_begin_counts_at_once(ear: Ear) -> None:
    await ear.state("armed_away")
    ear.listen(quiet_s=60)
    await ear.state("triggered")
    assert ear.phases == [(Phase.ARMED, ArmMode.AWAY), (Phase.TRIGGERED, ArmMode.AWAY)]


@pytest.mark.parametrize(
    ("before", "after", "by", "person"),
    [
        (None, "Ada", None, True),
        ("Ada", "Ben", None, True),
        ("Ada", "Ada", None, False),
        ("Ada", None, None, False),
        (None, None, None, False),
        (None, None, "a user", True),
    ],
)
async def test_who_disarmed_is_known_only_when_this_change_names_somebody(
    ear: Ear, before: str | None, after: str | None, by: str | None, person: bool
) -> None:
    await ear.state("triggered", changed_by=before)
    ear.listen()
    await ear.state("disarmed", changed_by=after, by=by)
    assert ear.said[-1].phase is Phase.DISARMED
    assert ear.said[-1].person is person


async def test_a_configuration_taken_anew_tells_only_what_changed(ear: Ear) -> None:
    """An alarm that was dismissed here while the panel still shows it must not come again."""
    await ear.state("armed_away")
    ear.listen()
    await ear.state("triggered")
    assert ear.panels is not None
    told = ear.panels.told
    ear.listen(told=told)
    assert len(ear.said) == 2
    ear.close()
    await ear.state("disarmed")
    ear.listen(told=told)
    assert ear.phases[2:] == [(Phase.DISARMED, None)]
    both = builders.premises(
        areas=builders.by_id([builders.area(name, panel=PANEL) for name in ("house", "garage")])
    )
    ear.listen(both, told=ear.panels.told)
    assert [item.area_id for item in ear.said[3:]] == ["garage"], "an area that was linked just now"


async def test_nothing_is_said_after_the_end(ear: Ear) -> None:
    await ear.state("triggered")
    ear.listen(quiet_s=60)
    ear.close()
    ear.clock.tick(60)
    await ear.state("disarmed")
    assert ear.said == []
    assert ear.clock.next_due() is None
