"""Repair issues appear with a trouble and go with it."""

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.detection import DetectorInfo, Trust
from custom_components.verified_response.core.signals import TroubleKind
from tests.fakes.config_entry import part
from tests.fakes.news import tell
from tests.fakes.person_detector import detection
from tests.scenarios.conftest import House

LOST = part(
    "zone",
    "Cellar",
    entity_id="binary_sensor.cellar",
    type="perimeter",
    areas=["gone"],
    cameras=[],
    forced_entry=False,
)


async def test_a_quiet_house_has_no_issues(house: House) -> None:
    assert house.issues == set()


async def test_an_issue_goes_with_the_configuration_that_caused_it(
    empty_house: House,
) -> None:
    await empty_house.set_up(more=[LOST])
    assert empty_house.issues == {"zone_without_area"}
    assert empty_house.entry is not None
    empty_house.hass.config_entries.async_remove_subentry(empty_house.entry, "cellar")
    await empty_house.settle()
    assert empty_house.issues == set()


async def test_an_issue_that_nobody_can_judge_yet_survives_a_reload(
    empty_house: House,
) -> None:
    house = empty_house
    house.detector.otherwise = detection(trust=Trust.LOW)
    await house.set_up()
    assert house.issues == {"detector_model_missing"}
    registry = ir.async_get(house.hass)
    ((_, issue_id),) = [key for key in registry.issues if key[0] == DOMAIN]
    ir.async_ignore_issue(house.hass, DOMAIN, issue_id, True)
    assert house.entry is not None
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()
    issue = registry.async_get_issue(DOMAIN, issue_id)
    assert issue is not None
    assert issue.dismissed_version is not None
    house.detector.otherwise = detection()
    await house.hass.config_entries.async_reload(house.entry.entry_id)
    await house.settle()
    assert house.issues == set()


@pytest.mark.parametrize(
    ("engine", "reason", "issue"),
    [
        ("basic", "packages_missing", "detector_packages_missing"),
        ("none", "packages_missing", "detector_packages_missing"),
        ("basic", "model_missing", "detector_model_missing"),
        ("basic", "model_refused", "detector_model_refused"),
        ("basic", "self_test_failed", "detector_self_test_failed"),
        ("onnx", "server_unreachable", "detector_server_unreachable"),
        ("basic", "some_new_reason", "detector_basic"),
        ("none", "some_new_reason", "detector_unable"),
        ("basic", "model_fetching", None),
        ("onnx", None, None),
    ],
)
async def test_each_reason_of_the_detector_has_its_issue(
    house: House, engine: str, reason: str | None, issue: str | None
) -> None:
    assert house.entry is not None
    info = DetectorInfo(engine=engine, model="m", trust=Trust.FULL, reason=reason)
    house.entry.runtime_data.desk.show(detector=info)
    await house.settle()
    assert house.issues == ({issue} if issue else set())
    if issue is not None:
        ((_, issue_id),) = [key for key in ir.async_get(house.hass).issues if key[0] == DOMAIN]
        shown = ir.async_get(house.hass).async_get_issue(DOMAIN, issue_id)
        assert shown is not None
        assert shown.translation_placeholders == {"engine": engine, "reason": reason}
        severe = ir.IssueSeverity.ERROR if engine == "none" else ir.IssueSeverity.WARNING
        assert shown.severity is severe


async def test_every_shown_issue_is_translated(house: House) -> None:
    import json
    from pathlib import Path

    import custom_components.verified_response as package

    texts = json.loads(
        (Path(package.__file__).parent / "translations" / "en.json").read_text(encoding="utf-8")
    )["issues"]
    await house.arm()
    assert house.entry is not None
    house.center.unreachable = "unreachable"
    await house.entry.runtime_data.chain.test()
    assert house.issues == {"responder_unreachable"}
    assert house.issues <= set(texts)


async def test_an_issue_stays_ignored_while_another_try_is_on_its_way(house: House) -> None:
    """Where fetching fails it is tried every hour: that is no news, in either direction."""
    assert house.entry is not None
    registry = ir.async_get(house.hass)
    desk = house.entry.runtime_data.desk

    async def shown(engine: str, reason: str | None) -> list[ir.IssueEntry]:
        desk.show(detector=DetectorInfo(engine=engine, model="m", trust=Trust.FULL, reason=reason))
        await house.settle()
        return [item for (domain, _), item in registry.issues.items() if domain == DOMAIN]

    [issue] = await shown("basic", "model_missing")
    ir.async_ignore_issue(house.hass, DOMAIN, issue.issue_id, True)
    for reason in ("model_fetching", "model_missing", "model_fetching"):
        [issue] = await shown("basic", reason)
        assert issue.dismissed_version is not None, reason
    assert await shown("onnx", None) == []


def told(house: House, key: str) -> ir.IssueEntry:
    [found] = [
        item
        for (domain, _), item in ir.async_get(house.hass).issues.items()
        if domain == DOMAIN and item.translation_key == key
    ]
    return found


async def test_delays_of_an_older_configuration_are_told_until_they_are_stored_anew(
    empty_house: House,
) -> None:
    back = part(
        "zone",
        "Back door",
        entity_id="binary_sensor.back",
        type="entry_exit",
        areas=["house"],
        cameras=[],
        forced_entry=False,
        entry_delay=10,
    )
    house = empty_house
    house.hass.states.async_set("binary_sensor.back", "off")
    await house.set_up({"exit_delay": 10, "entry_delay": 20, "abort_window": 5}, more=[back])
    assert house.issues == {"delay_changed"}
    assert told(house, "delay_changed").translation_placeholders == {
        "exit_delay": "10 → 45 s",
        "entry_delay": "20 → 30 s",
        "abort_window": "5 → 15 s",
        "zones": "Back door 10 → 30 s",
    }
    await house.arm()
    assert house.panel == "armed_away"
    await house.disarm()
    assert house.entry is not None
    house.hass.config_entries.async_update_entry(
        house.entry,
        options={**house.entry.options, "exit_delay": 45, "entry_delay": 30, "abort_window": 15},
    )
    await house.settle()
    assert told(house, "delay_changed").translation_placeholders["zones"] == "Back door 10 → 30 s"
    item = house.entry.subentries["back_door"]
    house.hass.config_entries.async_update_subentry(
        house.entry, item, data={**item.data, "entry_delay": 30}
    )
    await house.settle()
    assert house.issues == set()


async def test_somebody_needs_a_code_that_lasts(empty_house: House) -> None:
    house = empty_house
    guest = part("contact", "Gil", role="household", code_hash="scrypt$", code_once=True)
    await house.set_up(more=[guest])
    assert house.issues == set()
    assert house.entry is not None
    house.hass.config_entries.async_remove_subentry(house.entry, "ada")
    await house.settle()
    assert "no_lasting_code" in house.issues


async def test_whoever_can_be_told_in_any_way_is_somebody_to_ask(empty_house: House) -> None:
    house = empty_house
    ada = part("contact", "Ada", role="owner", satellites=["assist_satellite.kitchen"])
    await house.set_up(more=[ada])
    assert "nobody_to_ask" not in house.issues
    assert house.entry is not None
    item = house.entry.subentries["ada"]
    house.hass.config_entries.async_update_subentry(
        house.entry, item, data={"name": "Ada", "role": "owner"}
    )
    await house.settle()
    assert "nobody_to_ask" in house.issues


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        (TroubleKind.OFFLINE, "zone_offline"),
        (TroubleKind.LOW_BATTERY, "zone_battery_low"),
        (TroubleKind.TAMPER, "zone_tamper"),
    ],
)
async def test_each_trouble_of_a_sensor_has_its_issue(
    house: House, kind: TroubleKind, key: str
) -> None:
    await tell(house, ev.TroubleChanged(zone_id="kitchen_window", kind=kind, on=True))
    assert house.issues == {key}
    [shown] = [item for item in ir.async_get(house.hass).issues.values() if item.domain == DOMAIN]
    assert shown.translation_placeholders == {"name": "Kitchen window"}
    assert shown.severity is ir.IssueSeverity.WARNING
    assert shown.is_fixable is False
    await tell(house, ev.TroubleChanged(zone_id="kitchen_window", kind=kind, on=False))
    assert house.issues == set()


@pytest.mark.parametrize(
    ("kind", "key", "severity"),
    [
        (TroubleKind.OFFLINE, "lock_unreachable", ir.IssueSeverity.ERROR),
        (TroubleKind.JAMMED, "lock_jammed", ir.IssueSeverity.ERROR),
        (TroubleKind.LOW_BATTERY, "lock_battery_low", ir.IssueSeverity.WARNING),
        (TroubleKind.FIRMWARE, "lock_firmware", ir.IssueSeverity.WARNING),
    ],
)
async def test_each_trouble_of_a_lock_has_its_issue(
    house: House, kind: TroubleKind, key: str, severity: ir.IssueSeverity
) -> None:
    await tell(house, ev.TroubleChanged(zone_id="front_lock", kind=kind, on=True))
    assert house.issues == {key}
    shown = told(house, key)
    assert shown.translation_placeholders == {"name": "Front lock"}
    assert (shown.severity, shown.is_fixable) == (severity, False)
    assert house.state("binary_sensor.home_sensor_trouble").state == "off", "locks are no sensors"
    await tell(house, ev.TroubleChanged(zone_id="front_lock", kind=kind, on=False))
    assert house.issues == set()


@pytest.mark.parametrize(
    ("part_id", "kind"),
    [
        ("front_lock", TroubleKind.TAMPER),
        ("kitchen_window", TroubleKind.JAMMED),
        ("kitchen_window", TroubleKind.FIRMWARE),
        ("gone", TroubleKind.JAMMED),
    ],
)
async def test_a_trouble_that_is_none_of_that_part_is_no_issue(
    house: House, part_id: str, kind: TroubleKind
) -> None:
    await tell(house, ev.TroubleChanged(zone_id=part_id, kind=kind, on=True))
    assert house.issues == set()


async def test_the_issues_of_a_lock_go_with_it(house: House) -> None:
    await tell(house, ev.TroubleChanged(zone_id="front_lock", kind=TroubleKind.JAMMED, on=True))
    assert house.issues == {"lock_jammed"}
    assert house.entry is not None
    house.hass.config_entries.async_remove_subentry(house.entry, "front_lock")
    await house.settle()
    assert "lock_jammed" not in house.issues


async def test_a_lock_that_is_away_for_too_long_and_one_that_jams(house: House) -> None:
    """From the lock's own state to the issue, and in agreement with the sensor beside it."""
    await house.wait(120)
    unreachable = "binary_sensor.front_lock_unreachable"
    house.hass.states.async_set("lock.front", "unavailable")
    await house.wait(59)
    assert (house.state(unreachable).state, house.issues) == ("on", set())
    await house.wait(2)
    assert house.issues == {"lock_unreachable"}
    house.hass.states.async_set("lock.front", "unknown")
    await house.settle()
    assert (house.state(unreachable).state, house.issues) == ("unknown", {"lock_unreachable"})
    house.hass.states.async_set("lock.front", "jammed")
    await house.settle()
    assert (house.state(unreachable).state, house.issues) == ("off", {"lock_jammed"})
    await house.restart()
    assert house.issues == {"lock_jammed"}
    house.hass.states.async_set("lock.front", "locked")
    await house.settle()
    assert house.issues == set()


async def test_trouble_of_a_removed_zone_is_nobodys(house: House) -> None:
    await tell(house, ev.TroubleChanged(zone_id="gone", kind=TroubleKind.OFFLINE, on=True))
    assert house.issues == set()
