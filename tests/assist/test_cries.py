"""A cry for help through Assist: asked back by the satellite, silence, answers, and the room as evidence."""

from typing import TYPE_CHECKING

from homeassistant.core import Event, callback

from custom_components.verified_response.core.incident import IncidentKind
from tests.fakes.config_entry import OWNER_CODE
from tests.scenarios.conftest import DURESS_CODE

from .conftest import SATELLITE

if TYPE_CHECKING:
    from .kit import Assist


async def test_the_satellite_asks_back_and_silence_calls(assist: Assist):
    assert await assist.say("Help me!", satellite=SATELLITE) == ""
    assert assist.satellite.asked == [
        "Shall I send help? Say stop or your code. If I hear nothing, help is called in 20 seconds."
    ]
    await assist.house.wait(19)
    assert assist.incidents == []
    await assist.house.wait(1)
    [incident] = assist.incidents
    assert (incident.kind, incident.ha_area) == (IncidentKind.PANIC, "Kitchen")
    assert incident.evidence[0].device == "Kitchen speaker"
    assert len(assist.satellite.announced) == 1
    assist.house.expect_shared()


async def test_a_cry_in_the_turn_of_a_model_is_heard(assist: Assist):
    """A follow-up turn of a conversation goes to the agent alone: no trigger is asked."""
    assert await assist.say("Call an ambulance!", agent_id="conversation.model") == "as you like"
    for _ in range(30):
        await assist.house.settle()
    assert assist.desk.state.cry is not None
    assert not assist.desk.state.cry.bare


async def test_stop_said_to_the_satellite(assist: Assist):
    await assist.say("call an ambulance", satellite=SATELLITE)
    await assist.hear("Stop.")
    await assist.house.wait(60)
    assert assist.incidents == []
    assert assist.satellite.announced == ["All right, nothing is sent."]


async def test_a_code_said_to_the_satellite(assist: Assist):
    await assist.say("call the police", satellite=SATELLITE)
    await assist.hear(" ".join(OWNER_CODE))
    await assist.house.wait(60)
    assert assist.incidents == []


async def test_a_duress_code_said_to_the_satellite_only_looks_like_a_stop(assist: Assist):
    await assist.say("call the police", satellite=SATELLITE)
    await assist.hear(DURESS_CODE)
    assert assist.satellite.announced == ["All right, nothing is sent."]
    [incident] = assist.incidents
    assert incident.kind is IncidentKind.DURESS
    assist.house.expect_shared()


async def test_typed_on_a_phone_the_question_is_the_answer(assist: Assist):
    assert "Say stop or your code" in await assist.say("I need help")
    assert await assist.say("stop") == "All right, nothing is sent."
    await assist.house.wait(60)
    assert assist.incidents == []
    said = await assist.say("stop")
    assert "nothing is sent" not in said  # it is not ours any more


async def test_typed_yes_calls(assist: Assist):
    await assist.say("help")
    await assist.say("yes please")
    assert [item.kind for item in assist.incidents] == [IncidentKind.PANIC]
    assist.house.expect_shared()


async def test_false_alarm_while_it_is_asked(assist: Assist):
    await assist.say("the kitchen is on fire")
    assert await assist.say("false alarm") == "All right, nothing is sent."
    assert await assist.say("false alarm") == "There is nothing to cancel."


async def test_an_open_call_is_cancelled_with_the_code_only(assist: Assist):
    await assist.house.act("report_distress", kind="medical")
    assist.house.expect_shared()
    assert "Cancelling needs your code" in await assist.say("cancel the emergency")
    assert await assist.say("cancel the emergency code 0000") == "That code is not right."
    assert assist.incidents[0].is_open
    assert await assist.say(f"cancel the emergency code {OWNER_CODE}") == "The alarm is cancelled."
    assert not assist.incidents[0].is_open


async def test_two_satellites_that_hear_one_cry_ask_once(assist: Assist):
    await assist.say("help me", satellite=SATELLITE)
    await assist.say("help me")
    assert len(assist.satellite.asked) == 1
    assert assist.incidents == []


async def test_an_area_is_not_disarmed_and_a_door_not_opened_by_words(assist: Assist):
    await assist.house.arm()
    for text in ("disarm the alarm", "disarm house", "turn off the alarm", "unlock the front door"):
        await assist.say(text)
    assert assist.house.panel == "armed_away"
    assert assist.hass.states.get("lock.front").state == "locked"


async def test_a_restart_while_it_is_asked_asks_again(assist: Assist):
    await assist.say("help me", satellite=SATELLITE)
    await assist.house.wait(15)
    await assist.house.restart(down=20)
    assert len(assist.satellite.asked) == 2
    await assist.house.wait(19)
    assert assist.incidents == []
    await assist.hear("stop")
    await assist.house.wait(60)
    assert assist.incidents == []


async def test_after_a_long_pause_people_decide(assist: Assist):
    await assist.say("help me", satellite=SATELLITE)
    await assist.house.restart(down=300)
    await assist.house.wait(600)
    assert assist.incidents == []
    assert "cried for help" in assist.house.pushes[-1].data["title"]
    await assist.house.tap("call_help")
    assert [item.kind for item in assist.incidents] == [IncidentKind.PANIC]
    assist.house.expect_shared()


async def test_automations_hear_of_a_cry_once_and_of_one_that_nobody_answered(assist: Assist):
    told: list[tuple[str, str | None]] = []

    @callback
    def changed(event: Event) -> None:
        new = event.data["new_state"]
        if event.data["entity_id"] == "event.home_incident" and new is not None:
            told.append((new.attributes["event_type"], new.attributes.get("place")))

    assist.hass.bus.async_listen("state_changed", changed)
    await assist.say("help", satellite=SATELLITE)
    await assist.say("call the fire brigade", satellite=SATELLITE)  # a second ear, and a better one
    assert told == [("cry_for_help", "Kitchen")]
    await assist.hear("no")
    await assist.say("help", satellite=SATELLITE)
    await assist.house.wait(60)
    assert [kind for kind, _ in told] == ["cry_for_help", "cry_for_help", "cry_unanswered"]
