"""Fourteen locks of seventy places each: what one grant on all of them costs the hub, and the radio."""

import asyncio
import time
from collections import Counter
from types import SimpleNamespace

import pytest
from homeassistant.components.lock import LockEntity
from homeassistant.const import MATCH_ALL
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockEntityPlatform

from custom_components.verified_response.const import DOMAIN
from tests.fakes.config_entry import part

from .test_bench_vision import beating

pytestmark = pytest.mark.bench

LOCKS, PLACES = 14, 70
RADIO_S = 0.02
"""A listening node answers within tens of milliseconds; 14 mains-powered ones share the air."""
EVENTS_PER_LOCK = 4
"""granted, revoked, and what the premises' own sensors add to them."""
READS_PER_LOCK = 12
"""Twice in a row before and after each of two writes, and the choice of the place."""
RECORDS_PER_LOCK = 12
HOLD_MS = 20


class Lock(LockEntity):
    """A Z-Wave lock with many places, whose radio is counted."""

    _attr_should_poll = False
    _attr_is_locked = True

    def __init__(self, number: int, radio: Counter[str]) -> None:
        self._attr_unique_id = f"home.{number}.lock"
        self._attr_name = f"Lock {number}"
        self._radio = radio
        self.codes = {place: f"{number:02}{place:02}57" for place in range(1, PLACES - 10)}
        self.info = SimpleNamespace(
            node=SimpleNamespace(status=4, async_invoke_cc_api=self._over_the_radio)
        )

    async def _over_the_radio(self, _command_class, _method, slot, *, wait_for_result):
        self._radio["read"] += 1
        await asyncio.sleep(RADIO_S)
        code = self.codes.get(slot, "")
        return {"userIdStatus": int(bool(code)), "userCode": code}

    async def async_get_lock_usercode(self, code_slot=None):
        """Answer from the driver's memory: no radio."""
        asked = range(1, PLACES + 1) if code_slot is None else [code_slot]
        return {
            str(slot): {"in_use": slot in self.codes, "usercode": self.codes.get(slot, "")}
            for slot in asked
        }

    async def async_set_lock_usercode(self, code_slot, usercode):
        """Write."""
        self._radio["write"] += 1
        await asyncio.sleep(RADIO_S)
        self.codes[code_slot] = usercode

    async def async_clear_lock_usercode(self, code_slot):
        """Clear."""
        self._radio["write"] += 1
        await asyncio.sleep(RADIO_S)
        self.codes.pop(code_slot, None)


async def test_a_grant_on_every_lock(hass: HomeAssistant) -> None:
    radio: Counter[str] = Counter()
    locks = [Lock(number, radio) for number in range(1, LOCKS + 1)]
    assert await async_setup_component(hass, "lock", {})
    platform = MockEntityPlatform(hass, domain="lock", platform_name="zwave_js")
    await platform.async_add_entities(locks)
    owned = [dict(lock.codes) for lock in locks]
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        data={"name": "Home", "address": "12 Lane", "callback_phone": "+1 202 555 0142"},
        subentries_data=[
            part("lock", lock.name, entity_id=lock.entity_id, adapter="zwave_js") for lock in locks
        ],
    )
    entry.add_to_hass(hass)
    assert await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done()
    journal = entry.runtime_data.journal
    before = (await journal.verify()).records
    events: Counter[str] = Counter()
    stop = hass.bus.async_listen(MATCH_ALL, lambda event: events.update([event.event_type]))

    async with beating() as holds:
        began = time.perf_counter()
        answer = await hass.services.async_call(
            DOMAIN,
            "grant_access",
            {"lock": [lock.entity_id for lock in locks], "recipient": "Engine 5"},
            blocking=True,
            return_response=True,
        )
        granted_s = time.perf_counter() - began
        await hass.services.async_call(
            DOMAIN, "revoke_access", {"grant_id": answer["grant_id"]}, blocking=True
        )
        gone_s = time.perf_counter() - began - granted_s
    stop()
    assert {item["outcome"] for item in answer["locks"]} == {"confirmed"}
    assert [lock.codes for lock in locks] == owned
    records = (await journal.verify()).records - before
    told = sum(events.values()) - events["call_service"]
    print(
        f"\nBENCH {LOCKS} locks x {PLACES} places: granted in {granted_s:.1f} s, gone in {gone_s:.1f} s; "
        f"{told} events ({dict(events)}), {radio['read']} reads, {radio['write']} writes over the radio, "
        f"{records} records, longest hold {max(holds):.1f} ms (budget {HOLD_MS})"
    )
    assert told <= EVENTS_PER_LOCK * LOCKS + 10
    assert radio["read"] <= READS_PER_LOCK * LOCKS
    assert radio["write"] == 2 * LOCKS
    assert records <= RECORDS_PER_LOCK * LOCKS
    assert max(holds) <= HOLD_MS
    await hass.config_entries.async_unload(entry.entry_id)
