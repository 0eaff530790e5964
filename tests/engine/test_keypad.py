"""Codes at the desk's door: whose it is, and nothing of what was typed is kept."""

import asyncio
from datetime import timedelta

import pytest

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.engine.keypad import Keypad
from custom_components.verified_response.engine.ports import CodeVerdict

from .rig import START, Rig

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
    keypad = Keypad(rig.desk, rig.ids, Codes())
    assert not keypad.needs_code
    assert await keypad.check(None, area_id="house", by="x") is None
    assert await keypad.check("1234", area_id="house", by="x") is None


async def test_a_code_says_who_acts(rig: Rig):
    keypad = Keypad(rig.desk, rig.ids, Codes(c4711=OWNER))
    assert keypad.needs_code
    assert await keypad.check("4711", area_id="house", by="x") is OWNER


@pytest.mark.parametrize("code", [None, ""])
async def test_no_code_where_one_is_needed(rig: Rig, code: str | None):
    rows = len(rig.journal.rows)
    with pytest.raises(InvalidRequestError, match="code_required"):
        await Keypad(rig.desk, rig.ids, Codes(c4711=OWNER)).check(code, area_id="house", by="x")
    assert len(rig.journal.rows) == rows


async def test_a_wrong_code_is_written_down_without_the_code(rig: Rig):
    with pytest.raises(InvalidRequestError, match="code_wrong"):
        await Keypad(rig.desk, rig.ids, Codes(c4711=OWNER)).check("9083", area_id="house", by="x")
    assert rig.news[-1] == ev.WrongCode(area_id="house", by="x")
    assert not [row for row in rig.journal.rows if "9083" in row.payload]


async def test_guesses_side_by_side_cost_as_much_as_one_by_one(rig: Rig):
    """The race of many calls: all were compared before the first wrong one was written down."""
    book = SlowBook()
    keypad = Keypad(rig.desk, rig.ids, book)
    guesses = [keypad.check(f"{n:04}", area_id=None, by="tablet") for n in range(50)]
    refused = await asyncio.gather(*guesses, return_exceptions=True)
    assert book.compared == 50  # for a code under threat; the answer says nothing of it
    assert [err.code for err in refused] == ["code_wrong"] * 5 + ["keypad_locked"] * 45


# Codes that end


GUEST = CodeVerdict(contact_id="guest", duress=False, code_id="g1", once=True)
CLEANER = CodeVerdict(
    contact_id="cleaner", duress=False, code_id="c1", expires_at=START + timedelta(hours=1)
)
THREATENED = CodeVerdict(
    contact_id="guest", duress=True, code_id="g1", once=True, expires_at=START - timedelta(days=1)
)


async def refused(keypad: Keypad, code: str) -> str:
    with pytest.raises(InvalidRequestError) as answer:
        await keypad.check(code, area_id="house", by="tablet")
    return answer.value.code


async def test_a_code_that_is_good_once_is_crossed_out_before_anything_follows(rig: Rig):
    keypad = Keypad(rig.desk, rig.ids, Codes(c4711=GUEST))
    assert await keypad.check("4711", area_id="house", by="tablet") is GUEST
    assert rig.journal.rows[-1].kind == "CodeSpent"
    assert rig.news[-1] == ev.CodeSpent(code_id="g1", contact_id="guest")
    assert await refused(keypad, "4711") == "code_wrong"
    assert rig.news[-1] == ev.WrongCode(
        area_id="house", by="tablet", contact_id="guest", reason="spent"
    )


async def test_a_spent_code_stays_spent_in_another_run(rig: Rig):
    await Keypad(rig.desk, rig.ids, Codes(c4711=GUEST)).check("4711", area_id=None, by="tablet")
    await rig.restart()
    assert await refused(Keypad(rig.desk, rig.ids, Codes(c4711=GUEST)), "4711") == "code_wrong"
    lasting = CodeVerdict(contact_id="guest", duress=False, code_id="g1")
    assert await refused(Keypad(rig.desk, rig.ids, Codes(c4711=lasting)), "4711") == "code_wrong"
    anew = CodeVerdict(contact_id="guest", duress=False, code_id="g2", once=True)
    assert (
        await Keypad(rig.desk, rig.ids, Codes(c4711=anew)).check("4711", area_id=None, by="x")
        is anew
    )


async def test_two_uses_at_the_same_moment_are_one(rig: Rig):
    keypad = Keypad(rig.desk, rig.ids, Codes(c4711=GUEST))
    answers = await asyncio.gather(
        *(keypad.check("4711", area_id="house", by=f"tablet {n}") for n in range(2)),
        return_exceptions=True,
    )
    assert [answer for answer in answers if not isinstance(answer, Exception)] == [GUEST]
    assert [type(event) for event in rig.news[-2:]] == [ev.CodeSpent, ev.WrongCode]


async def test_a_code_ends_at_its_moment(rig: Rig):
    keypad = Keypad(rig.desk, rig.ids, Codes(c4711=CLEANER))
    await rig.wait(3599)
    assert await keypad.check("4711", area_id="house", by="tablet") is CLEANER
    assert await keypad.check("4711", area_id="house", by="tablet") is CLEANER
    await rig.wait(1)
    assert await refused(keypad, "4711") == "code_wrong"
    assert rig.news[-1] == ev.WrongCode(
        area_id="house", by="tablet", contact_id="cleaner", reason="expired"
    )
    assert "4711" not in repr(rig.journal.rows)


async def test_whoever_types_an_old_code_learns_no_more_than_from_a_guess(rig: Rig):
    """The same sentence, the same pause: a found note with an old code is worth nothing."""
    past = CodeVerdict(contact_id="x", duress=False, code_id="x1", expires_at=START)
    keypad = Keypad(rig.desk, rig.ids, Codes(c4711=past, c1290=OWNER))
    codes = ["4711", "0815", "4711", "4711", "0815"]
    assert [await refused(keypad, code) for code in codes] == ["code_wrong"] * 5
    assert await refused(keypad, "4711") == "keypad_locked"
    assert await refused(keypad, "1290") == "keypad_locked"
    assert rig.desk.state.wrong_codes == 5


async def test_who_is_threatened_is_believed_whatever_became_of_the_code(rig: Rig):
    await Keypad(rig.desk, rig.ids, Codes(c4711=GUEST)).check("4711", area_id=None, by="tablet")
    keypad = Keypad(rig.desk, rig.ids, Codes(c8365=THREATENED))
    rows = len(rig.journal.rows)
    for _ in range(2):
        assert await keypad.check("8365", area_id="house", by="tablet") is THREATENED
    assert len(rig.journal.rows) == rows


class SlowBook:
    def __init__(self) -> None:
        self.compared = 0

    def has_codes(self) -> bool:
        return True

    async def verify(self, code: str) -> None:
        self.compared += 1
        await asyncio.sleep(0.001)


async def test_a_duress_code_calls_for_help_though_the_pad_is_locked(rig: Rig):
    """Whoever guessed five times and then forces somebody gets the same answer, and the desk hears."""
    keypad = Keypad(rig.desk, rig.ids, Codes(c4711=CodeVerdict(contact_id="ada", duress=True)))
    for guess in ("0815", "0816", "0817", "0818", "0819"):
        assert await refused(keypad, guess) == "code_wrong"
    assert await refused(keypad, "0820") == "keypad_locked"
    assert await refused(keypad, "4711") == "keypad_locked"
    assert await refused(keypad, "4711") == "keypad_locked"
    [incident] = rig.desk.state.incidents.values()
    assert (incident.kind, incident.covert, incident.by) == ("duress", True, "contact:ada")
