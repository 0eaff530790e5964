"""Repair issues appear with a trouble and go with it."""

# ruff: noqa: F811 - the fixtures are imported, and named as arguments

import pytest
from homeassistant.helpers import issue_registry as ir

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.detection import DetectorInfo, Trust
from custom_components.verified_response.core.signals import TroubleKind
from tests.fakes.config_entry import part
from tests.fakes.news import tell
from tests.fakes.person_detector import detection
from tests.scenarios.conftest import House, empty_house, house  # noqa: F401 - fixtures

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


async def test_trouble_of_a_removed_zone_is_nobodys(house: House) -> None:
    await tell(house, ev.TroubleChanged(zone_id="gone", kind=TroubleKind.OFFLINE, on=True))
    assert house.issues == set()
