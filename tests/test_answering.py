"""What people tap becomes commands: whose word it is, what it is about, and when a code is needed."""

import asyncio
from collections.abc import Sequence
from unittest.mock import AsyncMock

import pytest

from custom_components.verified_response.adapters.answers import EVENT
from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.evidence import Threat
from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import DURESS_CODE, House

DELAYS = {"exit_delay": 0, "entry_delay": 30}
BY = "contact:ada"


async def tapped(
    house: House,
    action: str,
    *,
    contact_id: str = "ada",
    typed: str | None = None,
    refused: Exception | None = None,
) -> Sequence[cmd.Command]:
    """Tap a button about `x1` in a house that is set up, and return what the desk was asked."""
    await house.set_up(DELAYS)
    assert house.entry is not None
    desk = house.entry.runtime_data.desk
    asked = AsyncMock(side_effect=refused, return_value=())
    submit, desk.submit = desk.submit, asked
    button = f"VERIFIED_RESPONSE|{action}|x1|{contact_id}"
    data = {"action": button} | ({} if typed is None else {"reply_text": typed})
    house.hass.bus.async_fire(EVENT, data)
    await asyncio.sleep(0)
    answers = [task for task in asyncio.all_tasks() if task.get_name().endswith(" answer")]
    await asyncio.gather(*answers)  # codes are compared slowly, by design
    await house.settle()
    desk.submit = submit
    return [call.args[0] for call in asked.await_args_list]


@pytest.mark.parametrize(
    ("action", "command"),
    [
        ("confirm", cmd.Confirm(incident_id="x1", threat=Threat.PROPERTY, by=BY)),
        ("cannot_see", cmd.CannotSee(incident_id="x1", by=BY)),
        ("acknowledge", cmd.AcknowledgeFailure(area_id="x1", by=BY)),
    ],
)
async def test_answers_that_need_no_code(
    empty_house: House, action: str, command: cmd.Command
) -> None:
    assert await tapped(empty_house, action) == [command]


@pytest.mark.parametrize(("code", "duress"), [(OWNER_CODE, False), (DURESS_CODE, True)])
async def test_denying_needs_a_code_and_says_whose_it_was(
    empty_house: House, code: str, duress: bool
) -> None:
    (dismiss,) = await tapped(empty_house, "false_alarm", typed=code)
    assert isinstance(dismiss, cmd.Dismiss)
    assert (dismiss.incident_id, dismiss.by, dismiss.duress) == ("x1", BY, duress)
    assert dismiss.new_id


@pytest.mark.parametrize("typed", [None, "", "0000"])
async def test_denying_without_a_good_code_denies_nothing(
    empty_house: House, typed: str | None
) -> None:
    asked = await tapped(empty_house, "false_alarm", typed=typed)
    assert [type(item) for item in asked] == ([cmd.NoteWrongCode] if typed else [])


@pytest.mark.parametrize("action", ["confirm", "false_alarm", "cannot_see", "acknowledge"])
async def test_only_configured_people_count(empty_house: House, action: str) -> None:
    assert not await tapped(empty_house, action, contact_id="stranger", typed=OWNER_CODE)


async def test_a_button_of_another_version_means_nothing(empty_house: House) -> None:
    assert not await tapped(empty_house, "open_the_door")


@pytest.mark.parametrize("action", ["confirm", "cannot_see", "acknowledge"])
async def test_an_answer_that_comes_too_late_is_no_fault(
    empty_house: House, action: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert await tapped(empty_house, action, refused=InvalidRequestError("incident_ended"))
    assert "Traceback" not in caplog.text
