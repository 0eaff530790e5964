"""False alarms of a camera: asked about with the effect of each change, accepted or left."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from homeassistant.components.repairs import DOMAIN as REPAIRS
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import get_schema_suggested_value

from custom_components.verified_response.camera_data import MOST_MASKS
from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.detection import Box, PersonBox
from custom_components.verified_response.core.sight.feedback import ProposalKind
from custom_components.verified_response.engine.feed import CameraLook
from custom_components.verified_response.repairs import LEAVE
from tests.fakes.config_entry import OWNER_CODE, as_seen
from tests.fakes.person_detector import detection
from tests.scenarios.conftest import House

STATUE = PersonBox(
    score=0.605,
    box=Box(x=0.6, y=0.3, width=0.1, height=0.3),
    patch=bytes((n * 37) % 256 for n in range(128)),
)
KINDS = {
    ProposalKind.STILL_THING: "still_things",
    ProposalKind.LEAST_HEIGHT: "least_height",
    ProposalKind.THRESHOLD: "score_offset",
    ProposalKind.MASK: "masks",
}


async def alarm(house: House, person: PersonBox = STATUE) -> None:
    await house.arm()
    await house.trip("hall_motion")
    house.clock.tick(1)
    look = CameraLook(
        at=house.clock.now(),
        detection=replace(detection(), people=(person,)),
        reason=None,
        picture=b"still",
        people=(person,),
        person=True,
    )
    house.entry.runtime_data.desk.show(cameras={"hall": look})
    await house.settle()


async def learnt(house: House) -> None:
    tasks = [task for task in asyncio.all_tasks() if task.get_name().endswith(" learning")]
    await asyncio.gather(*tasks)
    await house.settle()


async def restart(house: House) -> None:
    await house.restart()
    await learnt(house)
    assert house.entry.runtime_data.learning.ready


async def end(house: House, action: str, **data: Any) -> None:
    await house.act(action, **data)
    await house.disarm()
    await learnt(house)
    await house.clear("hall_motion")
    house.clock.tick(60)


async def false_alarms(house: House, times: int) -> None:
    for _ in range(times):
        await alarm(house)
        await end(house, "dismiss_incident", code=OWNER_CODE)


@pytest.fixture
async def asked(house: House) -> House:
    """A house whose owner is asked about two false alarms of the camera in the hall."""
    assert await async_setup_component(house.hass, REPAIRS, {})
    await false_alarms(house, 2)
    assert "camera_false_alarms" in house.issues
    return house


def issue(house: House) -> ir.IssueEntry:
    [found] = [
        item
        for item in ir.async_get(house.hass).issues.values()
        if item.translation_key == "camera_false_alarms"
    ]
    return found


async def open_flow(house: House) -> Any:
    manager = house.hass.data[REPAIRS]["flow_manager"]
    return await manager.async_init(DOMAIN, context={"issue_id": issue(house).issue_id})


async def choose(house: House, form: Any, choice: str) -> Any:
    manager = house.hass.data[REPAIRS]["flow_manager"]
    result = await manager.async_configure(form["flow_id"], {"choice": choice})
    await house.settle()
    await learnt(house)
    return result


def choice_of(house: House, kind: ProposalKind) -> str:
    lesson = house.entry.runtime_data.desk.feed.latest.lessons["hall"]
    return str([item.kind for item in lesson.proposals].index(kind))


async def test_one_false_alarm_asks_nothing(house: House) -> None:
    await false_alarms(house, 1)
    assert "camera_false_alarms" not in house.issues


async def test_the_issue_names_camera_and_number(asked: House) -> None:
    found = issue(asked)
    assert found.is_fixable
    assert found.translation_placeholders == {"name": "Hall", "count": "2"}


async def test_a_question_survives_a_restart_and_stays_ignored(asked: House) -> None:
    issue_id = issue(asked).issue_id
    ir.async_ignore_issue(asked.hass, DOMAIN, issue_id, True)
    await restart(asked)
    assert issue(asked).dismissed_version is not None


async def test_the_form_shows_what_each_change_would_have_done(asked: House) -> None:
    form = await open_flow(asked)
    assert (form["type"], form["step_id"]) == (FlowResultType.FORM, "choose")
    assert form["description_placeholders"] == {"name": "Hall", "count": "2", "picture": ""}
    shown = as_seen(form)
    assert "Treat what stands there as a thing" in shown
    assert "Avoids 2 of 2 false alarms, loses 0 of 0 true sightings." in shown
    assert "Leave it as it is" in shown
    assert get_schema_suggested_value(form["data_schema"].schema, "choice") is None


@pytest.mark.parametrize("kind", KINDS)
async def test_an_accepted_change_takes_effect_and_survives(
    asked: House, kind: ProposalKind
) -> None:
    form = await open_flow(asked)
    result = await choose(asked, form, choice_of(asked, kind))
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert asked.entry.subentries["hall"].data[KINDS[kind]]
    assert "camera_false_alarms" not in asked.issues
    await restart(asked)
    view = asked.entry.runtime_data.desk.premises.cameras["hall"]
    assert view.still_things or view.masks or view.least_height > 0.3 or view.score_offset > 0.1
    assert "camera_false_alarms" not in asked.issues


async def test_what_is_left_is_not_asked_again(asked: House) -> None:
    form = await open_flow(asked)
    result = await choose(asked, form, LEAVE)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert "camera_false_alarms" not in asked.issues
    assert "masks" not in asked.entry.subentries["hall"].data
    await restart(asked)
    assert "camera_false_alarms" not in asked.issues
    await false_alarms(asked, 1)
    assert "camera_false_alarms" not in asked.issues


async def test_what_was_seen_rightly_is_counted_as_lost(asked: House) -> None:
    burglar = PersonBox(score=0.9, box=Box(x=0.3, y=0.2, width=0.1, height=0.25))
    await alarm(asked, burglar)
    await end(asked, "confirm_incident", threat="property")
    asked.shares_expected = len(asked.center.created)
    shown = as_seen(await open_flow(asked))
    assert "loses 0 of 1 true sightings" in shown
    assert "loses 1 of 1" not in shown


async def test_a_full_disk_is_said(asked: House) -> None:
    form = await open_flow(asked)
    learning = asked.entry.runtime_data.learning

    async def fail(*_: Any) -> None:
        from custom_components.verified_response.core.errors import WorkFailedError

        raise WorkFailedError("sightings_not_kept")

    learning._sightings.save = fail
    result = await choose(asked, form, LEAVE)
    assert result["errors"] == {"base": "sightings_not_kept"}


async def test_a_question_that_is_settled_elsewhere_ends(asked: House) -> None:
    form = await open_flow(asked)
    await asked.entry.runtime_data.learning.forget("hall")
    manager = asked.hass.data[REPAIRS]["flow_manager"]
    result = await manager.async_configure(form["flow_id"])
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "nothing_left")


async def test_nothing_is_asked_while_the_premises_are_not_loaded(asked: House) -> None:
    form = await open_flow(asked)
    await asked.hass.config_entries.async_unload(asked.entry.entry_id)
    result = await choose(asked, form, "0")
    assert (result["type"], result["reason"]) == (FlowResultType.ABORT, "not_loaded")


async def test_a_removed_camera_takes_what_was_kept_along(asked: House) -> None:
    asked.hass.config_entries.async_remove_subentry(asked.entry, "hall")
    await asked.settle()
    assert "camera_false_alarms" not in asked.issues
    loaded = await asked.entry.runtime_data.learning._sightings.load()
    assert loaded == {}


async def test_no_mask_of_the_owners_gives_way_to_a_proposed_one(asked: House) -> None:
    """More than the worker takes would make the camera blind; one less would show what was hidden."""
    hall = asked.entry.subentries["hall"]
    own = [[[0, 0], [0.01 + n / 1000, 0], [0, 0.01]] for n in range(MOST_MASKS)]
    asked.hass.config_entries.async_update_subentry(
        asked.entry, hall, data={**hall.data, "masks": own}
    )
    await asked.settle()
    await learnt(asked)
    form = await open_flow(asked)
    result = await choose(asked, form, choice_of(asked, ProposalKind.MASK))
    assert result["errors"] == {"base": "too_many_shapes"}
    assert asked.entry.subentries["hall"].data["masks"] == own
    result = await choose(asked, result, LEAVE)
    assert result["type"] is FlowResultType.CREATE_ENTRY
