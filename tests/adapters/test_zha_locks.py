"""Locks of ZHA: places that the owner set apart, and nothing that can be read."""

from dataclasses import replace

import pytest

from custom_components.verified_response.engine.lock_ports import WriteOutcome

from .lock_rigs import PIN, ZhaRig, ZhaServiceRig, fails, started


@pytest.fixture(params=[ZhaRig, ZhaServiceRig], ids=lambda make: make.__name__)
async def zha(request, hass):
    return await started(request.param, hass)


def with_places(rig, places):
    rig.doors["shed"] = replace(rig.doors["shed"], places=places)


async def test_only_places_of_the_owners_choice_are_used(zha):
    with_places(zha, (18, 19, 20))
    assert (await zha.control.capabilities()).slots == 20
    assert await zha.control.free_slot(frozenset()) == 18
    assert await zha.control.free_slot(frozenset({18, 20})) == 19
    await fails(zha.control.free_slot(frozenset({18, 19, 20})), "lock_full")


async def test_without_places_nothing_is_written_but_what_is_there_can_go(zha):
    zha.keypad.codes[3] = PIN
    with_places(zha, ())
    await fails(zha.control.free_slot(frozenset()), "lock_places_needed")
    assert (await zha.control.capabilities()).slots is None
    assert await zha.clear() is WriteOutcome.UNVERIFIED
    assert zha.keypad.codes == {}


async def test_bounds_are_cautious(zha):
    bounds = await zha.control.capabilities()
    assert (bounds.min_length, bounds.max_length) == (4, 8)
    assert bounds.names_user
    assert not bounds.read_back


@pytest.mark.parametrize("lost", [True, False])
async def test_without_an_answer_nobody_knows(zha, lost):
    zha.keypad.write_error = "no answer"
    zha.keypad.writes_lost = lost
    await fails(zha.write(), "lock_write_unknown")
    await fails(zha.clear(), "lock_write_unknown")


async def test_a_lock_that_hangs_is_left_in_time(zha):
    zha.keypad.hang_s = 60
    await fails(zha.write(), "lock_write_unknown")
    await fails(zha.clear(), "lock_write_unknown")


async def test_while_zha_is_not_loaded_nothing_is_sent(hass):
    rig = await started(ZhaServiceRig, hass)
    for service in ("set_lock_user_code", "clear_lock_user_code"):
        hass.services.async_remove("zha", service)
    await fails(rig.write(), "lock_unavailable")
    await fails(rig.clear(), "lock_unavailable")
