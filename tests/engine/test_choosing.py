"""Which door codes nobody is given: the household's numbers, and an alarm code."""

import pytest

from custom_components.verified_response.core.codes import neighbours, personal_numbers, weak
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.engine.choosing import Chooser, Found
from custom_components.verified_response.engine.lock_ports import LockCapabilities
from custom_components.verified_response.engine.ports import CodeVerdict
from tests.engine.rig import CODES, FakeIds

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
