"""Which door codes nobody is given: the household's numbers, and an alarm code."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from custom_components.verified_response.core.access import (
    AccessGrant,
    Credential,
    CredentialStatus,
)
from custom_components.verified_response.core.codes import neighbours, personal_numbers, weak
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.engine.choosing import Chooser, Found
from custom_components.verified_response.engine.lock_ports import LockCapabilities
from custom_components.verified_response.engine.ports import CodeVerdict
from tests.engine.rig import CODES, START, FakeIds

BOUNDS = LockCapabilities(slots=10, min_length=4, max_length=8, read_back=True)
DOOR = Found(door_id="front", slot=5, bounds=BOUNDS)


class Book:
    """One alarm code."""

    def has_codes(self) -> bool:
        return True

    async def verify(self, code: str) -> CodeVerdict | None:
        return CodeVerdict(contact_id="ada", duress=False) if code == CODES[0] else None


async def choose(chooser: Chooser, asked: str | None = None) -> str:
    return await chooser.choose(asked, [DOOR], (), lambda code: code)


async def test_nobody_is_given_an_alarm_code():
    chooser = Chooser(FakeIds(), Book())
    assert await choose(chooser) == CODES[1]
    with pytest.raises(InvalidRequestError, match="code_is_alarm_code"):
        await choose(chooser, CODES[0])


@pytest.mark.parametrize("code", ["471120", "904711", "5550100", "311020"])
async def test_nobody_is_given_the_address_or_the_telephone(code: str):
    numbers = personal_numbers("4711 Example Lane, 1000 AA 31102", "+31 20 555 0100")
    with pytest.raises(InvalidRequestError, match="code_weak"):
        await choose(Chooser(FakeIds(), None, numbers), code)


def test_short_house_numbers_forbid_nothing():
    assert personal_numbers("12 Lane") == frozenset()
    assert not weak("912503", personal_numbers("12 Lane"))


def test_neighbours_are_one_slip_away():
    near = neighbours("4711")
    assert {"4711", "4712", "0711", "471", "47110"} <= near
    assert not near & {"4722", "1147", "47"}
    assert len(near) == 4 * 9 + 1 + 1 + 10


def at(door_id: str, shortest: int = 4, longest: int = 8, **more: Any) -> Found:
    bounds = LockCapabilities(slots=10, min_length=shortest, max_length=longest, read_back=True)
    return Found(**{"door_id": door_id, "slot": 5, "bounds": bounds} | more)


def granted(code: str, status: CredentialStatus, end_reason: str | None = None) -> AccessGrant:
    """Return a grant whose fingerprint is its code: the digest of these tests hides nothing."""
    return AccessGrant(
        id="g1",
        recipient="officer",
        by="owner",
        created_at=START,
        expires_at=START,
        fingerprint=code,
        end_reason=end_reason,
        credentials={"front": Credential(door_id="front", slot=1, status=status)},
    )


async def picked(
    *found: Found, asked: str | None = None, grants: Iterable[AccessGrant] = (), **more: Any
) -> str:
    return await Chooser(FakeIds(), **more).choose(asked, found, grants, lambda code: code)


@pytest.mark.parametrize("known", [CODES[0], CODES[0][:-1] + "8", CODES[0][:-1]])
async def test_codes_that_any_of_the_locks_shows_are_one_slip_away_at_least(known: str):
    shown = at("back", known=frozenset({known}))
    assert await picked(at("front"), shown) == CODES[1]
    with pytest.raises(InvalidRequestError, match="code_too_close"):
        await picked(at("front"), shown, asked=CODES[0])


@pytest.mark.parametrize(
    ("status", "end_reason", "near"),
    [
        (CredentialStatus.CONFIRMED, None, True),
        (CredentialStatus.REQUESTED, None, True),
        (CredentialStatus.REMOVING, "expired", True),
        (CredentialStatus.REMOVED, "expired", False),
    ],
)
async def test_our_own_codes_count_until_they_are_gone(
    status: CredentialStatus, end_reason: str | None, near: bool
):
    other = granted(CODES[0][:-1] + "8", status, end_reason)
    assert await picked(at("front"), grants=[other]) == CODES[1 if near else 0]
    if near:
        with pytest.raises(InvalidRequestError, match="code_too_close"):
            await picked(at("front"), asked=CODES[0], grants=[other])
    else:
        assert await picked(at("front"), asked=CODES[0], grants=[other]) == CODES[0]


async def test_a_household_whose_alarm_codes_are_drawn_each_time_gets_none():
    class All(Book):
        async def verify(self, code: str) -> CodeVerdict | None:
            return CodeVerdict(contact_id="ada", duress=False)

    with pytest.raises(InvalidRequestError, match="no_good_code"):
        await picked(at("front"), codes=All())


async def test_a_code_of_duress_is_an_alarm_code():
    class Duress(Book):
        async def verify(self, code: str) -> CodeVerdict | None:
            return CodeVerdict(contact_id="ada", duress=True) if code == CODES[0] else None

    assert await picked(at("front"), codes=Duress()) == CODES[1]


@pytest.mark.parametrize(
    ("asked", "code"),
    [("274", "code_bad_length"), ("274913", None), ("2749138", "code_bad_length")],
)
async def test_a_wish_must_fit_every_lock(asked: str, code: str | None):
    locks = at("front", 4, 6), at("back", 6, 8)
    if code is None:
        assert await picked(*locks, asked=asked) == asked
    else:
        with pytest.raises(InvalidRequestError, match=code):
            await picked(*locks, asked=asked)


async def test_a_lock_that_could_not_be_asked_does_not_count():
    away = Found(door_id="back", reason="lock_unavailable", bounds=None)
    assert await picked(at("front", 4, 4), away) == CODES[0][:4]
    assert await picked(away) == CODES[0]


STANDS = "471186"


@pytest.mark.parametrize(
    ("others", "asked"),
    [
        ((), None),
        ((), STANDS),
        ((Found(door_id="back", reason="lock_unavailable"),), None),
        ((at("back", 6, 6, standing=STANDS),), None),
    ],
)
async def test_the_code_that_stands_on_a_lock_is_taken(others: Sequence[Found], asked: str | None):
    assert await picked(at("front", 6, 6, standing=STANDS), *others, asked=asked) == STANDS


@pytest.mark.parametrize(
    ("others", "asked"),
    [
        ((), CODES[0]),
        ((at("back"),), None),
        ((at("back", 6, 6, standing="930572"),), None),
    ],
)
async def test_no_other_code_goes_where_one_stands(others: Sequence[Found], asked: str | None):
    with pytest.raises(InvalidRequestError, match="locks_want_different_codes"):
        await picked(at("front", 6, 6, standing=STANDS), *others, asked=asked)


def test_what_was_found_shows_no_code():
    found = at("front", standing=STANDS, known=frozenset({CODES[0]}))
    assert STANDS not in repr(found)
    assert CODES[0] not in repr(found)
