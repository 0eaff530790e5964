"""Which adapter speaks to a lock, how it is found, and the key by which codes are recognised."""

import asyncio
import stat
from dataclasses import replace

import pytest
from homeassistant.helpers import entity_registry as er

from custom_components.verified_response.adapters.locks import (
    FAMILIES,
    PLATFORMS,
    HomeLocks,
    family_of,
    load_key,
)
from custom_components.verified_response.adapters.locks.none import NoCodesLock
from custom_components.verified_response.core.access import LockRef
from custom_components.verified_response.core.premises import Door, LockFamily

from .lock_rigs import (
    FOREIGN,
    KEY,
    LOCK,
    PIN,
    MatterRig,
    SchlageRig,
    ZhaRig,
    ZwaveRig,
    ZwaveServiceRig,
    ZwaveUsersRig,
    fails,
    started,
)


async def test_a_lock_of_no_family_refuses_everything(hass):
    door = Door(id="shed", name="Shed", source=LOCK, family=LockFamily.NONE)
    control = HomeLocks(hass, {"shed": door}, key=KEY).of("shed")
    for work in (
        control.capabilities(),
        control.free_slot(frozenset()),
        control.set_code(1, PIN, name="x"),
        control.clear_code(1, fingerprint=None),
    ):
        await fails(work, "lock_cannot_take_codes")


async def test_an_entity_of_another_integration_is_not_spoken_to_as_zwave(hass):
    er.async_get(hass).async_get_or_create("lock", "demo", "1", suggested_object_id="shed")
    hass.states.async_set(LOCK, "locked")
    door = Door(id="shed", name="Shed", source=LOCK, family=LockFamily.ZWAVE_JS)
    control = HomeLocks(hass, {"shed": door}, key=KEY).of("shed")
    await fails(control.set_code(1, PIN, name="x"), "lock_cannot_take_codes")
    assert family_of(hass, LOCK) is LockFamily.NONE


async def test_the_family_is_known_by_the_registry_platform(hass):
    await started(ZwaveServiceRig, hass)
    assert family_of(hass, LOCK) is LockFamily.ZWAVE_JS
    assert family_of(hass, "lock.elsewhere") is LockFamily.NONE


def test_fingerprints_need_the_key(hass):
    one, other = HomeLocks(hass, {}, key=KEY), HomeLocks(hass, {}, key=b"o" * 32)
    assert one.fingerprint(PIN) == HomeLocks(hass, {}, key=KEY).fingerprint(PIN)
    assert len({one.fingerprint(PIN), one.fingerprint(FOREIGN), other.fingerprint(PIN)}) == 3
    assert len(bytes.fromhex(one.fingerprint(PIN))) == 16


async def test_the_key_is_made_once_and_only_the_owner_reads_it(hass, tmp_path):
    path = tmp_path / "deep" / "lock.key"
    key = await load_key(hass, path)
    assert len(key) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert await load_key(hass, path) == key
    assert [file.name for file in path.parent.iterdir()] == ["lock.key"]
    assert await load_key(hass, tmp_path / "other.key") != key


async def test_two_starts_at_once_agree_on_one_key(hass, tmp_path):
    path = tmp_path / "lock.key"
    assert len(set(await asyncio.gather(*(load_key(hass, path) for _ in range(8))))) == 1


async def test_a_damaged_key_is_told_and_never_replaced(hass, tmp_path):
    path = tmp_path / "lock.key"
    path.write_bytes(b"short")
    with pytest.raises(ValueError, match="damaged"):
        await load_key(hass, path)
    assert path.read_bytes() == b"short"


# --- the entity behind a door


@pytest.mark.parametrize(
    "now",
    [
        {"source": "lock.new", "registry_id": "r2"},
        {"source": "lock.new", "registry_id": "r2", "family": LockFamily.ZHA},
        {"family": LockFamily.ZHA},
    ],
)
async def test_a_door_that_has_another_lock_now_is_cleared_at_the_one_before(hass, now):
    """What a grant has written down counts, not what the door was changed to meanwhile."""
    before = replace(door(LockFamily.MANUAL), registry_id="r1", clear_script="script.before")
    written = LockRef(
        name="Shed",
        source=before.source,
        family=before.family,
        registry_id="r1",
        clear_script="script.before",
    )
    locks = HomeLocks(hass, {"shed": replace(before, **now)}, key=KEY)
    hass.states.async_set(LOCK, "locked")
    control = locks.of("shed", written)
    assert type(control) is FAMILIES[LockFamily.MANUAL]
    assert control._door.source == LOCK
    await fails(control.clear_code(1, fingerprint=None), "lock_script_missing")


async def test_a_lock_whose_scripts_were_replaced_is_cleared_by_the_new_ones(hass):
    before = replace(door(LockFamily.MANUAL), registry_id="r1", clear_script="script.old")
    written = LockRef(
        name="Shed", source=LOCK, family=before.family, registry_id="r1", clear_script="script.old"
    )
    locks = HomeLocks(hass, {"shed": replace(before, clear_script="script.new")}, key=KEY)
    assert locks.of("shed", written)._door.clear_script == "script.new"


@pytest.mark.parametrize("family", PLATFORMS.values())
async def test_a_family_speaks_only_to_entities_of_its_own_integration(hass, family):
    er.async_get(hass).async_get_or_create("lock", "demo", "1", suggested_object_id="shed")
    hass.states.async_set(LOCK, "locked")
    control = HomeLocks(hass, {"shed": door(family)}, key=KEY).of("shed")
    await fails(control.set_code(1, PIN, name="x"), "lock_cannot_take_codes")


@pytest.mark.parametrize("family", [LockFamily.MANUAL, LockFamily.STANDING])
async def test_scripts_serve_locks_of_any_integration(hass, family):
    er.async_get(hass).async_get_or_create("lock", "demo", "1", suggested_object_id="shed")
    control = HomeLocks(hass, {"shed": door(family)}, key=KEY).of("shed")
    assert type(control) is FAMILIES[family]


@pytest.mark.parametrize("family", PLATFORMS.values())
async def test_an_entity_that_is_not_registered_is_believed_to_be_what_it_was_configured_as(
    hass, family
):
    control = HomeLocks(hass, {"shed": door(family)}, key=KEY).of("shed")
    assert type(control) is FAMILIES[family]


@pytest.mark.parametrize("make", [ZwaveRig, ZwaveUsersRig, MatterRig, ZhaRig, SchlageRig])
async def test_each_platform_has_its_family(hass, make):
    rig = await started(make, hass)
    assert family_of(hass, LOCK) is rig.family


def test_a_family_that_nobody_speaks_for_takes_no_codes(hass, monkeypatch):
    monkeypatch.setattr("custom_components.verified_response.adapters.locks.FAMILIES", {})
    control = HomeLocks(hass, {"shed": door(LockFamily.MANUAL)}, key=KEY).of("shed")
    assert isinstance(control, NoCodesLock)


@pytest.mark.parametrize("make", [MatterRig, ZhaRig, SchlageRig, ZwaveRig])
async def test_a_renamed_entity_is_still_found(hass, make):
    rig = await started(make, hass)
    registry = er.async_get(hass)
    entry = registry.async_get(LOCK)
    rig.doors["shed"] = replace(rig.doors["shed"], registry_id=entry.id)
    registry.async_update_entity(LOCK, new_entity_id="lock.barn")
    await hass.async_block_till_done()
    assert hass.states.get(LOCK) is None
    await rig.write()
    assert rig.keypad.codes == {rig.spot: PIN}


async def test_a_removed_entity_is_told_as_gone(hass):
    rig = await started(MatterRig, hass)
    registry = er.async_get(hass)
    rig.doors["shed"] = replace(rig.doors["shed"], registry_id=registry.async_get(LOCK).id)
    registry.async_remove(LOCK)
    await hass.async_block_till_done()
    control = rig.control
    for work in (
        control.capabilities(),
        control.known_codes(),
        control.standing_code(),
        control.free_slot(frozenset()),
        control.set_code(1, PIN, name="x"),
        control.clear_code(1, fingerprint=None),
        control.unlock(),
        control.lock(),
    ):
        await fails(work, "lock_gone")
    assert rig.keypad.history == []


async def test_an_entity_that_came_back_under_its_name_is_not_gone(hass):
    rig = await started(MatterRig, hass)
    rig.doors["shed"] = replace(rig.doors["shed"], registry_id="of the one that was removed")
    await rig.write()
    assert rig.keypad.codes == {3: PIN}


async def test_an_entity_that_was_never_registered_is_not_gone_but_unavailable(hass):
    control = HomeLocks(hass, {"shed": door(LockFamily.ZHA)}, key=KEY).of("shed")
    await fails(control.set_code(1, PIN, name="x"), "lock_unavailable")


def door(family):
    return Door(id="shed", name="Shed", source=LOCK, family=family)
