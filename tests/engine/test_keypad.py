"""Codes at the desk's door: whose it is, and nothing of what was typed is kept."""

import asyncio

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.engine.keypad import Keypad
from custom_components.verified_response.engine.ports import CodeVerdict

from .rig import Rig

OWNER = CodeVerdict(contact_id="owner", duress=False)


class Codes:
    """A code book in memory."""

    def __init__(self, **codes: CodeVerdict) -> None:
        self.codes = {key.removeprefix("c"): verdict for key, verdict in codes.items()}

    def has_codes(self) -> bool:
        return bool(self.codes)

    async def verify(self, code: str) -> CodeVerdict | None:
        return self.codes.get(code)


async def test_where_no_code_exists_none_is_needed(rig: Rig):
    keypad = Keypad(rig.desk, Codes())
    assert not keypad.needs_code
    assert await keypad.check(None, area_id="house", by="x") is None
    assert await keypad.check("1234", area_id="house", by="x") is None


async def test_a_code_says_who_acts(rig: Rig):
    keypad = Keypad(rig.desk, Codes(c4711=OWNER))
    assert keypad.needs_code
    assert await keypad.check("4711", area_id="house", by="x") is OWNER


@pytest.mark.parametrize("code", [None, ""])
async def test_no_code_where_one_is_needed(rig: Rig, code: str | None):
    rows = len(rig.journal.rows)
    with pytest.raises(InvalidRequestError, match="code_required"):
        await Keypad(rig.desk, Codes(c4711=OWNER)).check(code, area_id="house", by="x")
    assert len(rig.journal.rows) == rows


async def test_a_wrong_code_is_written_down_without_the_code(rig: Rig):
    with pytest.raises(InvalidRequestError, match="code_wrong"):
        await Keypad(rig.desk, Codes(c4711=OWNER)).check("9083", area_id="house", by="x")
    assert rig.news[-1] == ev.WrongCode(area_id="house", by="x")
    assert "9083" not in repr(rig.journal.rows)


async def test_guesses_side_by_side_cost_as_much_as_one_by_one(rig: Rig):
    """The race of many calls: all were compared before the first wrong one was written down."""
    book = SlowBook()
    keypad = Keypad(rig.desk, book)
    guesses = [keypad.check(f"{n:04}", area_id=None, by="tablet") for n in range(50)]
    refused = await asyncio.gather(*guesses, return_exceptions=True)
    assert book.compared == 5
    assert [err.code for err in refused] == ["code_wrong"] * 5 + ["keypad_locked"] * 45


class SlowBook:
    def __init__(self) -> None:
        self.compared = 0

    def has_codes(self) -> bool:
        return True

    async def verify(self, code: str) -> None:
        self.compared += 1
        await asyncio.sleep(0.001)
