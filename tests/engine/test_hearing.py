"""A cry that is asked back about aloud: answers, codes, silence, restarts; what is said is true."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from custom_components.verified_response.core.calls import Call, Heard
from custom_components.verified_response.core.errors import (
    JournalUnavailableError,
    ShareRejectedError,
)
from custom_components.verified_response.core.incident import DeliveryStatus, IncidentKind, Stage
from custom_components.verified_response.core.premises import ResponderMode
from custom_components.verified_response.engine.hearing import Hearing
from custom_components.verified_response.engine.keypad import Keypad
from custom_components.verified_response.engine.ports import CodeVerdict
from custom_components.verified_response.voice.language import Reply, Say
from tests import builders
from tests.fakes.satellites import FakeSatellites

from .rig import QUICK, Rig
from .test_keypad import Codes

KITCHEN = "assist_satellite.kitchen"
HEARD = Heard(device="Kitchen speaker", place="Kitchen", satellite=KITCHEN, language="en-GB")
PHONE = Heard(device="Ada's phone", language="en")
CODES = Codes(
    c4711=CodeVerdict(contact_id="owner", duress=False),
    c9999=CodeVerdict(contact_id="owner", duress=True),
)


class Home:
    """A rig that hears, with one satellite."""

    def __init__(self, rig: Rig, codes: Codes = CODES) -> None:
        self.rig = rig
        self.codes = codes
        self.satellites = FakeSatellites(KITCHEN)
        self.connect()

    def connect(self) -> None:
        keypad = Keypad(self.rig.desk, self.rig.ids, self.codes)
        self.hearing = Hearing(self.rig.desk, self.rig.clock, self.rig.ids, keypad, self.satellites)

    async def cry(self, call: Call | None = None, *, heard: Heard = HEARD, bare: bool = False):
        reply = await self.hearing.cry(call, bare=bare, heard=heard, at_home=True)
        await self.rig.settle()
        return reply

    async def says(self, text: str) -> None:
        self.satellites.answer(text)
        await self.rig.settle()

    @property
    def kinds(self) -> list[IncidentKind]:
        return [item.kind for item in self.rig.desk.state.incidents.values()]


@pytest.fixture
async def home() -> AsyncIterator[Home]:
    responders = builders.by_id([builders.responder("desk", mode=ResponderMode.LIVE)])
    premises = builders.premises(policy=builders.policy(**QUICK), responders=responders)
    home = Home(await Rig(premises).start())
    yield home
    await home.rig.stop()


async def test_the_satellite_asks_by_itself(home: Home):
    assert await home.cry() is None
    assert home.satellites.questions == [
        "Shall I send help? Say stop or your code. If I hear nothing, help is called in 20 seconds."
    ]
    assert home.kinds == []


async def test_silence_calls_and_says_so(home: Home):
    await home.cry(Call.MEDICAL)
    await home.rig.wait(20)
    assert home.kinds == [IncidentKind.MEDICAL]
    assert home.satellites.announced == ["Help is being called."]


async def test_stop_is_enough_while_nothing_is_sent(home: Home):
    await home.cry()
    await home.says("Stop!")
    await home.rig.wait(60)
    assert home.kinds == []
    assert home.satellites.announced == ["All right, nothing is sent."]


async def test_yes_calls_whom_they_say(home: Home):
    await home.cry()
    await home.says("yes, an ambulance please")
    assert home.kinds == [IncidentKind.MEDICAL]
    assert home.satellites.announced == ["Help is being called."]


async def test_a_code_takes_it_back_and_one_of_duress_only_looks_so(home: Home):
    await home.cry()
    await home.says("four seven one one")
    assert home.kinds == []
    [calm] = home.satellites.announced
    await home.cry()
    await home.says("9 9 9 9")
    assert home.kinds == [IncidentKind.DURESS]
    assert home.satellites.announced == [calm, calm]
    [incident] = home.rig.desk.state.incidents.values()
    assert (incident.covert, incident.ha_area) == (True, "Kitchen")


async def test_a_wrong_code_is_asked_again_and_counts_at_the_keypad(home: Home):
    await home.cry()
    await home.says("one two three four")
    assert home.satellites.questions[1].startswith("That code is not right. Shall I send help?")
    assert home.rig.desk.state.wrong_codes == 1
    for _ in range(4):
        await home.says("one two three four")
    await home.says("four seven one one")
    assert home.satellites.questions[-1].startswith("There were too many wrong codes.")
    await home.rig.wait(20)
    assert home.kinds == [IncidentKind.PANIC]


async def test_what_is_not_understood_is_asked_again(home: Home):
    await home.cry()
    await home.says("what is the weather")
    assert len(home.satellites.questions) == 2
    home.satellites.hear_nothing()
    await home.rig.settle()
    await home.rig.wait(3)
    assert len(home.satellites.questions) == 3
    assert "in 18 seconds" in home.satellites.questions[2]


async def test_one_word_is_asked_for_a_yes_and_told_when_none_comes(home: Home):
    await home.cry(bare=True)
    assert home.satellites.questions == ["Shall I send help? Say yes, or stop."]
    await home.rig.wait(20)
    assert home.kinds == []
    assert home.satellites.announced == [
        "I heard no answer. Nothing is sent; your contacts are told."
    ]


async def test_a_satellite_that_comes_back_late_still_asks(home: Home):
    home.satellites.there.clear()
    reply = await home.cry()
    assert reply is not None
    assert reply.say is Say.ASK
    await home.rig.wait(5)
    home.satellites.there.add(KITCHEN)
    await home.rig.wait(2)
    assert len(home.satellites.questions) == 1


async def test_where_nothing_can_ask_the_question_is_the_reply(home: Home):
    assert await home.cry(heard=PHONE) == Reply(Say.ASK, {"seconds": "20"})
    assert home.hearing.awaits("Stop!", "en")
    assert not home.hearing.awaits("turn on the light", "en")
    assert await home.hearing.answer("stop", "en") == Reply(Say.STOPPED)
    assert not home.hearing.awaits("stop", "en")


@pytest.mark.parametrize("live", [True, False])
async def test_what_is_said_is_true(live: bool):
    mode = ResponderMode.LIVE if live else ResponderMode.EXERCISE
    responders = builders.by_id([builders.responder("desk", mode=mode)])
    premises = builders.premises(policy=builders.policy(**QUICK), responders=responders)
    home = Home(await Rig(premises).start())
    await home.cry(heard=PHONE)
    said = await home.hearing.answer("yes", "en")
    assert said.say is (Say.CALLED if live else Say.PEOPLE_TOLD)
    await home.rig.stop()


async def test_who_refused_it_is_not_said_to_be_called(home: Home):
    home.rig.center.fails = [ShareRejectedError("refused")]
    await home.rig.panic()
    await home.rig.settle()
    [delivery] = home.rig.incident.deliveries.values()
    assert delivery.status is DeliveryStatus.REJECTED
    assert await home.cry(heard=PHONE) == Reply(Say.PEOPLE_TOLD)


async def test_a_stop_in_the_language_of_the_cry_stops(home: Home):
    """Whoever is asked in German answers in German, whatever language the ear says it heard."""
    await home.cry(heard=Heard(device="Phone", language="de"))
    assert home.hearing.awaits("Nein, danke", "en")
    assert await home.hearing.answer("Nein, danke", "en") == Reply(Say.STOPPED)


async def test_a_second_cry_answers_the_question(home: Home):
    await home.cry()
    await home.rig.wait(6)
    assert await home.cry(Call.FIRE) == Reply(Say.CALLED)
    assert home.kinds == [IncidentKind.FIRE]
    assert home.satellites.announced == [], "the reply says it"


async def test_a_restart_asks_again(home: Home):
    await home.cry()
    await home.rig.wait(15)
    await home.rig.restart(down=10)
    home.satellites.questions.clear()
    home.connect()
    home.hearing.begin()
    await home.rig.settle()
    assert "in 20 seconds" in home.satellites.questions[0]
    await home.rig.wait(19)
    assert home.kinds == []
    await home.says("stop")
    await home.rig.wait(60)
    assert home.kinds == []


# --- cancelling ------------------------------------------------------------------------------


async def test_an_open_call_is_cancelled_with_a_code_only(home: Home):
    await home.rig.panic()
    assert await home.hearing.cancel(None, "en", HEARD) == Reply(Say.CODE_NEEDED)
    assert await home.hearing.cancel("1234", "en", HEARD) == Reply(Say.CODE_WRONG)
    assert home.rig.incident.is_open
    assert await home.hearing.cancel("4711", "en", HEARD) == Reply(Say.CANCELLED)
    assert home.rig.incident.stage is Stage.CANCELLED
    assert home.rig.incident.verdicts[-1].by == "contact:owner"


async def test_cancelled_under_duress_looks_the_same_and_recalls_nobody(home: Home):
    await home.rig.panic()
    called = home.rig.incident.id
    assert await home.hearing.cancel("9999", "en", HEARD) == Reply(Say.CANCELLED)
    assert home.kinds == [IncidentKind.PANIC, IncidentKind.DURESS]
    assert not home.rig.desk.state.incidents[called].recall
    assert home.rig.center.cancelled == []


async def test_a_hidden_call_cannot_be_found_by_cancelling(home: Home):
    await home.rig.panic(silent=True)
    assert await home.hearing.cancel("4711", "en", HEARD) == Reply(Say.NOTHING_TO_CANCEL)
    assert home.rig.incident.is_open


async def test_where_there_are_no_codes_nothing_is_cancelled_aloud(home: Home):
    home = Home(home.rig, Codes())
    await home.rig.panic()
    assert await home.hearing.cancel("4711", "en", HEARD) == Reply(Say.CANCEL_IN_APP)
    assert home.rig.incident.is_open


async def test_a_burglar_alarm_is_cancelled_too(home: Home):
    await home.rig.arm()
    await home.rig.trip()
    assert await home.hearing.cancel("4711", "en", HEARD) == Reply(Say.CANCELLED)


async def test_cancelling_while_asked_stops_without_a_code(home: Home):
    await home.cry(heard=PHONE)
    assert await home.hearing.cancel(None, "en", HEARD) == Reply(Say.STOPPED)
    assert await home.hearing.cancel(None, "en", HEARD) == Reply(Say.NOTHING_TO_CANCEL)


async def test_a_covert_phrase_asks_nothing_and_shows_nothing(home: Home):
    await home.hearing.duress("owner", HEARD)
    await home.hearing.duress("owner", HEARD)
    await home.rig.wait(60)
    assert home.kinds == [IncidentKind.DURESS]
    assert (home.satellites.questions, home.satellites.announced) == ([], [])
    assert home.rig.contacts.sent == []
    assert home.rig.desk.state.cry is None
    assert await home.hearing.cancel("4711", "en", HEARD) == Reply(Say.NOTHING_TO_CANCEL)


async def test_a_cry_after_a_cry_under_threat_is_heard_as_any(home: Home):
    await home.hearing.duress("owner", HEARD)
    assert await home.cry() is None
    assert len(home.satellites.questions) == 1


async def test_a_duress_code_calls_though_there_is_nothing_to_cancel(home: Home):
    assert await home.hearing.cancel("4711", "en", HEARD) == Reply(Say.NOTHING_TO_CANCEL)
    assert await home.hearing.cancel("1234", "en", HEARD) == Reply(Say.NOTHING_TO_CANCEL)
    assert home.kinds == []
    assert home.rig.desk.state.wrong_codes == 0
    assert await home.hearing.cancel("9999", "en", HEARD) == Reply(Say.NOTHING_TO_CANCEL)
    [incident] = home.rig.desk.state.incidents.values()
    assert (incident.kind, incident.ha_area) == (IncidentKind.DURESS, "Kitchen")


async def test_silence_that_decides_while_a_code_is_looked_at_is_told(home: Home):
    slow = asyncio.Event()
    verify = home.codes.verify

    async def slowly(code: str) -> CodeVerdict | None:
        await slow.wait()
        return await verify(code)

    home.codes.verify = slowly
    await home.cry()
    await home.says("one two three four")
    await home.rig.wait(20)
    assert home.kinds == [IncidentKind.PANIC]
    assert home.satellites.announced == ["Help is being called."]
    home.codes.verify = verify
    slow.set()


async def test_an_answer_on_the_phone_ends_the_satellites_question(home: Home):
    await home.cry()
    assert await home.hearing.answer("stop", "en") == Reply(Say.STOPPED)
    await home.rig.settle()
    assert home.satellites.asking == 0


async def test_what_is_not_on_record_leaves_nothing_and_is_not_promised(home: Home):
    home.rig.journal.fail_with = JournalUnavailableError("journal_unavailable", detail="disk full")
    assert await home.cry(heard=PHONE) == Reply(Say.ASK, {"seconds": "20"})
    assert await home.hearing.answer("yes", "en") == Reply(Say.PEOPLE_TOLD)
    assert home.kinds == [IncidentKind.PANIC]
    assert home.rig.center.created == []
    home.rig.journal.fail_with = None
