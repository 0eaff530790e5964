"""Locks behind scripts of the owner's."""

import asyncio
import logging
from dataclasses import replace

import pytest

from custom_components.verified_response.core.premises import Door, LockFamily

from .lock_rigs import FOREIGN, LOCK, PIN, ManualRig, StandingRig, fails, started


@pytest.fixture
async def manual(hass):
    return await started(ManualRig, hass)


@pytest.fixture
async def standing(hass):
    return await started(StandingRig, hass)


@pytest.mark.parametrize("script", [None, "script.nowhere"])
async def test_without_a_script_nothing_is_called(manual, script):
    manual.doors["shed"] = _with_scripts(manual, script)
    code = "lock_script_missing" if script else "lock_cannot_take_codes"
    await fails(manual.control.set_code(3, PIN, name="x"), code)
    await fails(manual.control.clear_code(3, fingerprint=None), code)


async def test_a_script_that_fails_or_gives_up_leaves_the_outcome_unknown(manual, caplog):
    manual.keypad.write_error = "rejected"
    caplog.set_level(logging.CRITICAL, "homeassistant.components.script")
    failed = await fails(manual.control.set_code(3, PIN, name="x"), "lock_write_unknown")
    assert failed.__suppress_context__
    assert failed.__cause__ is None
    manual.doors["shed"] = _with_scripts(manual, "script.gives_up")
    await fails(manual.control.set_code(3, PIN, name="x"), "lock_write_unknown")


async def test_a_script_that_hangs_is_stopped_in_time(manual):
    manual.keypad.hang_s = 60
    await fails(manual.control.set_code(3, PIN, name="x"), "lock_write_unknown")
    assert manual.hass.states.get("script.shed_set").state == "off"


async def test_a_script_that_is_running_already_was_not_run(manual):
    manual.keypad.hang_s = 0.1
    first = asyncio.create_task(manual.control.set_code(3, PIN, name="x"))
    await asyncio.sleep(0.02)
    await fails(manual.control.set_code(4, FOREIGN, name="y"), "lock_script_busy")
    await first
    assert manual.keypad.codes == {3: PIN}


def _with_scripts(rig, script):
    return Door(
        id="shed",
        name="Shed",
        source=LOCK,
        family=LockFamily.MANUAL,
        set_script=script,
        clear_script=script,
    )


async def test_run_by_an_automation_its_trace_holds_no_code_either(hass):
    """Set from inside a traced run: the caller's trace must not collect our script's steps."""
    from homeassistant.helpers.trace import trace_get

    rig = await started(ManualRig, hass)
    trace = trace_get(clear=True)
    await rig.control.set_code(3, PIN, name="x")
    assert rig.keypad.codes == {3: PIN}
    assert trace == {}


# --- one code that stands on the lock


async def test_the_scripts_are_not_given_the_standing_code(standing):
    await standing.write()
    await standing.clear()
    given = [(call["on"], call["slot"], call["name"], call["code"]) for call in standing.given]
    assert given == [(True, 1, "VR 4f2a9c", ""), (False, 1, "VR 4f2a9c", "")]


async def test_only_the_standing_code_can_be_enabled(standing):
    await fails(standing.control.set_code(1, FOREIGN, name="x"), "lock_refused_code")
    assert standing.keypad.history == []


async def test_its_bounds_are_those_of_the_standing_code(standing):
    bounds = await standing.control.capabilities()
    assert (bounds.slots, bounds.min_length, bounds.max_length) == (1, 6, 6)


@pytest.mark.parametrize("sealed", [None, "sealed with another key"])
async def test_a_standing_code_that_cannot_be_unsealed_can_still_be_disabled(standing, sealed):
    await standing.write()
    standing.doors["shed"] = replace(standing.doors["shed"], standing_code=sealed)
    for work in (
        standing.control.capabilities(),
        standing.control.standing_code(),
        standing.control.free_slot(frozenset()),
        standing.write(),
    ):
        await fails(work, "lock_cannot_take_codes")
    await standing.clear()
    assert standing.keypad.codes == {}
