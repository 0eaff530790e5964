"""Blueprints about those who come: the neighbour, the officer's code, the weekly test of the way."""

from typing import Any

import pytest
from homeassistant.components.trace import DATA_TRACE

from tests.fakes.config_entry import PHONE, RESPONDER, part
from tests.scenarios.conftest import House

from .kit import INCIDENT, Automations, break_in, local, responder_says, told

STATUS = "sensor.city_desk_status"
LIVE = {"mode": "live", "live_since": "2026-11-01", "verified_phone": PHONE, "access": "on_tap"}
NEIGHBOUR = "notify.neighbour"


@pytest.fixture
async def live(empty_house: House) -> House:
    """The house with a desk that is live and may have codes that are made at home."""
    await empty_house.set_up(more=[part("responder", "City desk", **RESPONDER | LIVE)])
    return empty_house


async def shared_break_in(house: House) -> None:
    await break_in(house)
    await house.wait(15)
    await house.tap("confirm")
    house.expect_shared()


async def with_neighbour(automations: Automations, **inputs: Any) -> list[Any]:
    sent = automations.heard("notify.send_message")
    await automations.use(
        "neighbour_alert", incident=INCIDENT, responders=[STATUS], tell=[NEIGHBOUR], **inputs
    )
    return sent


async def test_a_neighbour_hears_it_once_and_its_end(live: House, automations: Automations) -> None:
    sent = await with_neighbour(automations, told="Please look.", over="Thank you.")
    await break_in(live)
    assert not sent, "it has not left the house yet"
    await live.wait(15)
    await live.tap("confirm")
    live.expect_shared()
    assert told(sent) == ["Please look."]
    await responder_says(live, "acknowledged")
    assert told(sent) == ["Please look."]
    assert sent[0].data["entity_id"] == [NEIGHBOUR]
    await live.disarm()
    assert told(sent) == ["Please look.", "Thank you."]


async def test_a_neighbour_hears_neither_address_nor_name(
    live: House, automations: Automations
) -> None:
    sent = await with_neighbour(automations)
    await shared_break_in(live)
    (message,) = told(sent)
    assert "do not go in" in message
    for hidden in ("Quiet Lane", "Home", "Ada", "desk", "555"):
        assert hidden not in message


async def test_a_neighbour_is_not_told_of_an_exercise(
    house: House, automations: Automations
) -> None:
    sent = await with_neighbour(automations)
    await shared_break_in(house)
    assert not sent


async def test_a_neighbour_is_not_told_below_the_level(
    live: House, automations: Automations
) -> None:
    sent = await with_neighbour(automations, level=4)
    await shared_break_in(live)
    assert int(live.level) < 4
    assert not sent


async def test_a_neighbour_is_told_of_an_open_call_and_never_of_a_silent_one(
    live: House, automations: Automations
) -> None:
    sent = await with_neighbour(automations, told="Please look.")
    await live.act("report_distress", kind="police", silent=True)
    await live.wait(60)
    assert not sent
    await live.act("report_distress", kind="medical")
    await live.wait(60)
    live.expect_shared(2)
    assert told(sent) == ["Please look."]


def codes(house: House) -> list[str]:
    return list(house.locks.of("front_lock").codes.values())


async def with_code(automations: Automations, **inputs: Any) -> None:
    await automations.use(
        "officers_code", incident=INCIDENT, responder=STATUS, locks=["lock.front"], **inputs
    )


async def test_the_officer_gets_a_code_that_no_trace_and_no_event_holds(
    live: House, automations: Automations, caplog: pytest.LogCaptureFixture
) -> None:
    await with_code(automations)
    heard: list[str] = []
    live.hass.bus.async_listen("*", lambda event: heard.append(str(event.data)))
    await shared_break_in(live)
    assert not codes(live), "nobody comes yet"
    await responder_says(live, "acknowledged")
    await automations.until(lambda: codes(live))
    (code,) = codes(live)
    (grant,) = (await live.act("list_grants"))["grants"]
    assert (grant["responders"], grant["max_uses"]) == (["City desk"], 3)
    traces = [
        str(trace.as_extended_dict())
        for stored in live.hass.data[DATA_TRACE].values()
        for trace in stored.all_traces()
    ]
    assert any("grant_access" in trace for trace in traces), "it is traced"
    for text in (*traces, *heard, caplog.text):
        assert code not in text


async def test_an_exercise_gets_no_code(house: House, automations: Automations) -> None:
    await with_code(automations)
    await shared_break_in(house)
    await responder_says(house, "acknowledged")
    assert house.stage == "acknowledged"
    assert not codes(house)


@pytest.mark.parametrize("access", ["never", "at_acknowledgment"])
async def test_only_where_the_owner_allowed_just_that(
    empty_house: House, automations: Automations, access: str
) -> None:
    more = [part("responder", "City desk", **RESPONDER | LIVE | {"access": access})]
    await empty_house.set_up(more=more)
    await with_code(automations)
    await shared_break_in(empty_house)
    await responder_says(empty_house, "acknowledged")
    if access == "at_acknowledgment":
        await automations.until(lambda: codes(empty_house))
    made = (await empty_house.act("list_grants"))["grants"]
    assert len(made) == (access == "at_acknowledgment"), "that one is the integration's own"


async def test_the_owners_conditions_count(live: House, automations: Automations) -> None:
    live.hass.states.async_set("person.ada", "home")
    away = {"condition": "state", "entity_id": "person.ada", "state": "not_home"}
    await with_code(automations, also_if=[away])
    await shared_break_in(live)
    await responder_says(live, "acknowledged")
    assert not codes(live)


WEEKLY = {
    "button": "button.home_test_chain",
    "chain": "binary_sensor.home_chain_ready",
    "tell": ["notify.ada"],
}


async def test_the_weekly_test_tells_that_the_way_is_closed(
    house: House, automations: Automations
) -> None:
    sent = automations.heard("notify.send_message")
    await automations.use("weekly_chain_test", **WEEKLY, day="wed", at="10:00:00")
    house.center.unreachable = "responder_unreachable"
    await automations.at(local(2027, 1, 5, 10))  # a Tuesday
    assert house.state("binary_sensor.home_chain_ready").state == "on", "not tested yet"
    await automations.at(local(2027, 1, 6, 10))
    assert not sent
    await automations.at(local(2027, 1, 6, 10, 3))
    assert len(sent) == 1
    assert "not ready" in told(sent)[0]


@pytest.mark.parametrize("also_good", [True, False])
async def test_the_weekly_test_of_a_way_that_is_open(
    house: House, automations: Automations, also_good: bool
) -> None:
    sent = automations.heard("notify.send_message")
    await automations.use("weekly_chain_test", **WEEKLY, day="wed", also_good=also_good)
    await automations.at(local(2027, 1, 6, 10))
    await automations.at(local(2027, 1, 6, 10, 3))
    assert len(sent) == also_good
