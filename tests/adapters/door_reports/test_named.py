"""Locks that tell by their state, and by `changed_by` beside it."""

from datetime import timedelta

import pytest
from homeassistant.util import dt as dt_util
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.verified_response.adapters.door_reports.named import MOMENT
from custom_components.verified_response.core.entries import DoorAct, EntryMethod

from .kit import CODE, Ear

LOCKED, UNLOCKED = DoorAct.LOCKED, DoorAct.UNLOCKED
KEYPAD, MANUAL, REMOTE = EntryMethod.KEYPAD, EntryMethod.MANUAL, EntryMethod.REMOTE
TAG, BIOMETRIC, AUTO = EntryMethod.TAG, EntryMethod.BIOMETRIC, EntryMethod.AUTO
UNKNOWN = EntryMethod.UNKNOWN


async def a_moment_later(ear: Ear) -> None:
    async_fire_time_changed(ear.hass, dt_util.utcnow() + MOMENT + timedelta(seconds=1))
    await ear.hass.async_block_till_done()


@pytest.mark.parametrize(
    ("platform", "by", "method", "name"),
    [
        ("schlage", "keypad - VR ABC123", KEYPAD, "VR ABC123"),
        ("schlage", "keypad - Ada - guest", KEYPAD, "Ada - guest"),
        ("schlage", "thumbturn", MANUAL, ""),
        ("schlage", "1-touch locking", MANUAL, ""),
        ("schlage", "apple nfc device - Ada", TAG, "Ada"),
        ("schlage", "apple nfc device", TAG, ""),
        ("schlage", "mobile device - Ada", REMOTE, "Ada"),
        ("schlage", "unknown", UNKNOWN, ""),
        ("homee", "user-Ada", REMOTE, "Ada"),
        ("homee", "user-Unknown", REMOTE, ""),
        ("homee", "itself-0", AUTO, ""),
        ("loqed", "KeyID 4", UNKNOWN, "KeyID 4"),
        ("xiaomi_aqara", "65", UNKNOWN, "65"),
        ("demo", "VR ABC123", UNKNOWN, "VR ABC123"),
        ("demo", "VR 012345", UNKNOWN, "VR 012345"),
        ("demo", None, UNKNOWN, ""),
        ("demo", "", UNKNOWN, ""),
    ],
)
async def test_by_what_and_by_whom(
    ear: Ear, platform: str, by: str | None, method: EntryMethod, name: str
) -> None:
    ear.add(platform)
    await ear.state("locked", "somebody else")
    ear.listen()
    await ear.state("unlocked", by)
    assert ear.told == [(UNLOCKED, method, None, name)]
    assert ear.said[0].at == ear.clock.now()
    assert ear.said[0].raw == {"state": "unlocked"} | ({"changed_by": by} if by else {})


@pytest.mark.parametrize(
    ("by", "method"),
    [
        ("Keypad", KEYPAD),
        ("Manual", MANUAL),
        ("Remote", REMOTE),
        ("Proprietary Remote", REMOTE),
        ("RFID", TAG),
        ("Aliro", TAG),
        ("Biometric", BIOMETRIC),
        ("Auto", AUTO),
        ("Schedule", AUTO),
        ("Button", MANUAL),
        ("Unspecified", UNKNOWN),
        ("Unknown", UNKNOWN),
    ],
)
async def test_matter_tells_by_what_a_moment_after_the_state(
    ear: Ear, by: str, method: EntryMethod
) -> None:
    ear.add("matter")
    await ear.state("locked", "of long ago")
    ear.listen()
    await ear.state("unlocked", "of long ago")
    at = ear.clock.now()
    assert ear.said == []
    await ear.state("unlocked", by)
    await a_moment_later(ear)
    assert ear.told == [(UNLOCKED, method, None, "")]
    assert ear.said[0].at == at, "told late, but of then"


async def test_matter_by_the_same_as_before(ear: Ear) -> None:
    """A state that does not change is not written again: the source stays as it was."""
    ear.add("matter")
    await ear.state("locked", "Keypad")
    ear.listen()
    await ear.state("unlocked", "Keypad")
    await a_moment_later(ear)
    await a_moment_later(ear)
    assert ear.told == [(UNLOCKED, KEYPAD, None, "")]


async def test_what_is_held_is_told_before_what_comes_next_and_nothing_after_the_end(
    ear: Ear,
) -> None:
    ear.add("matter")
    await ear.state("locked", "Auto")
    ear.listen()
    await ear.state("unlocked", "Keypad")
    await ear.state("locked", "Auto")
    assert ear.told == [(UNLOCKED, KEYPAD, None, "")]
    ear.end()
    await a_moment_later(ear)
    assert len(ear.told) == 1


@pytest.mark.parametrize("platform", ["august", "yale"])
@pytest.mark.parametrize(
    ("operator", "method", "told"),
    [
        ("Ada Lovelace", "keypad", KEYPAD),
        ("Ada Lovelace", "tag", TAG),
        ("Ada Lovelace", "mobile", REMOTE),
        ("Ada Lovelace", "autorelock", AUTO),
        ("Ada Lovelace", "something new", UNKNOWN),
        ("Grace Hopper", "keypad", UNKNOWN),
    ],
)
async def test_august_tells_by_what_in_the_sensor_beside_the_lock(
    ear: Ear, platform: str, operator: str, method: str, told: EntryMethod
) -> None:
    ear.add(platform)
    ear.add(platform, "front_operator", domain="sensor")
    ear.hass.states.async_set("sensor.front_operator", "Grace Hopper", {"method": "remote"})
    await ear.state("locked", "Grace Hopper")
    ear.listen()
    await ear.state("unlocked", "Ada Lovelace")
    ear.hass.states.async_set("sensor.front_operator", operator, {"method": method})
    await a_moment_later(ear)
    assert ear.told == [(UNLOCKED, told, None, "Ada Lovelace")]


@pytest.mark.parametrize(
    ("method", "told"),
    [("CODE", KEYPAD), ("TAG", TAG), ("THUMB", MANUAL), ("STAR", MANUAL), (None, UNKNOWN)],
)
async def test_verisure_tells_by_what_beside_the_name(
    ear: Ear, method: str | None, told: EntryMethod
) -> None:
    ear.add("verisure")
    await ear.state("locked", "Grace")
    ear.listen()
    await ear.state("unlocked", "Ada", method=method)
    assert ear.told == [(UNLOCKED, told, None, "Ada")]


@pytest.mark.parametrize(
    ("platform", "by"),
    [
        ("demo", CODE),
        ("demo", "4829"),
        ("demo", "#48 29 15*"),
        ("schlage", f"keypad - {CODE}"),
        ("homee", f"user-{CODE}"),
    ],
)
async def test_what_could_be_a_code_is_never_told(ear: Ear, platform: str, by: str) -> None:
    ear.add(platform)
    await ear.state("locked")
    ear.listen()
    await ear.state("unlocked", by, code=CODE)
    assert ear.told == [(UNLOCKED, UNKNOWN, None, "")]
    assert ear.said[0].raw == {"state": "unlocked"}


async def test_a_lock_that_no_registry_knows(ear: Ear) -> None:
    await ear.state("locked")
    ear.listen()
    await ear.state("unlocked", "Ada")
    assert ear.told == [(UNLOCKED, UNKNOWN, None, "Ada")]


async def test_only_what_is_done_is_told_and_each_once(ear: Ear) -> None:
    await ear.state("locked")
    ear.listen()
    for state in ("unlocking", "unlocked", "opening", "open", "unlocked"):
        await ear.state(state, "Ada")
    assert [told[0] for told in ear.told] == [UNLOCKED]
    for state in ("locking", "unlocked", "locking", "jammed", "unlocked"):
        await ear.state(state, "Ada")
    assert len(ear.told) == 1, "it never was locked"
    await ear.state("unlocked", "Grace")
    assert len(ear.told) == 1, "a name is no act"
    await ear.state("locking", "Ada")
    await ear.state("locked", "Ada")
    assert [told[0] for told in ear.told] == [UNLOCKED, LOCKED]


@pytest.mark.parametrize("silence", ["unavailable", "unknown"])
async def test_class_4_what_happened_in_a_silence_is_no_entry(ear: Ear, silence: str) -> None:
    """Peers' failure class 4: what comes back was so before."""
    await ear.state("locked")
    ear.listen()
    await ear.state(silence)
    await ear.state("unlocked", "Ada")
    await ear.state("locked", "Ada")
    assert ear.said == [], "it settles"
    ear.clock.tick(6)
    await ear.state("unlocked", "Ada")
    assert len(ear.told) == 1


async def test_class_4_what_moved_in_a_silence_is_not_known_to_have_been_otherwise(
    ear: Ear,
) -> None:
    """Peers' failure class 4: it may have been unlocked all along."""
    await ear.state("locked")
    ear.listen()
    await ear.state("unavailable")
    await ear.state("unlocking")
    ear.clock.tick(6)
    await ear.state("unlocked", "Ada")
    assert ear.said == []


async def test_class_1_a_lock_first_heard_after_the_start_is_no_entry(ear: Ear) -> None:
    """Peers' failure class 1: what is restored is not now."""
    ear.listen()
    await ear.state("locked")
    await ear.state("unlocked", "Ada")
    assert ear.said == []
    ear.hass.states.async_remove("lock.front")
    await ear.hass.async_block_till_done()
    ear.clock.tick(60)
    await ear.state("locked")
    assert ear.said == []


async def test_after_the_end_nothing_is_told(ear: Ear) -> None:
    await ear.state("locked")
    ear.listen()
    ear.end()
    await ear.state("unlocked", "Ada")
    assert ear.said == []
