"""The port's contract, for the adapter over Home Assistant's real services and for the fake alike."""

from typing import Protocol

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.core.premises import Channel, ChannelKind, Contact
from custom_components.verified_response.engine.ports import Contacts
from tests import builders
from tests.fakes.outside import FakeContacts

from .kit import contacts, incident, person, prompt
from .ways import EVERY, LOUDSPEAKER, MAIL, PHONE, SATELLITE, Ways

PEOPLE = builders.by_id(
    [
        person(*EVERY),
        person(LOUDSPEAKER, SATELLITE, contact_id="ben"),
        person(contact_id="child"),
    ]
)
ENTITIES = (MAIL, LOUDSPEAKER, SATELLITE)
by_channel = pytest.mark.parametrize("channel", EVERY, ids=lambda item: item.kind)
by_entity = pytest.mark.parametrize("channel", ENTITIES, ids=lambda item: item.kind)


class Kit(Protocol):
    """Contacts, and what becomes of their channels."""

    people: Contacts

    def heard(self, channel: Channel) -> int: ...
    async def take_away(self, channel: Channel) -> None: ...
    async def switch_off(self, channel: Channel) -> None: ...
    async def fail(self, channel: Channel) -> None: ...
    async def mute(self) -> None: ...


class HomeKit:
    """The adapter."""

    def __init__(self, people: Contacts, ways: Ways) -> None:
        self.people = people
        self._ways = ways
        self.take_away = ways.take_away
        self.switch_off = ways.switch_off
        self.fail = ways.fail
        self.mute = ways.mute

    def heard(self, channel: Channel) -> int:
        return len(self._ways.texts(channel))


class FakeKit:
    """The fake."""

    def __init__(self) -> None:
        self.people = self._fake = FakeContacts()

    def heard(self, channel: Channel) -> int:
        return sum(key == channel.key for _, key, _ in self._fake.by_channel)

    async def take_away(self, channel: Channel) -> None:
        self._fake.broken[channel.key] = "channel_missing"

    async def switch_off(self, channel: Channel) -> None:
        self._fake.broken[channel.key] = "channel_unavailable"

    async def fail(self, channel: Channel) -> None:
        self._fake.broken[channel.key] = "channel_failed"

    async def mute(self) -> None:
        self._fake.voice = False


class PortTests:
    """What both must do."""

    @by_channel
    async def test_a_question_goes_by_the_channel_that_it_names(
        self, kit: Kit, channel: Channel
    ) -> None:
        await kit.people.send("ada", prompt(PEOPLE, of=incident(), channel=channel))
        assert [item for item in EVERY if kit.heard(item)] == [channel]
        assert kit.heard(channel) == 1

    @pytest.mark.parametrize(("contact_id", "first"), [("ada", PHONE), ("ben", LOUDSPEAKER)])
    async def test_without_a_name_it_is_the_first_one(
        self, kit: Kit, contact_id: str, first: Channel
    ) -> None:
        """Records of earlier versions name none."""
        await kit.people.send(contact_id, prompt(PEOPLE, of=incident()))
        assert [item for item in EVERY if kit.heard(item)] == [first]

    @pytest.mark.parametrize("contact_id", ["child", "stranger"])
    async def test_somebody_who_cannot_be_reached(self, kit: Kit, contact_id: str) -> None:
        with pytest.raises(WorkFailedError, match="contact_without_channel"):
            await kit.people.send(contact_id, prompt(PEOPLE, of=incident()))

    async def test_a_channel_that_this_person_does_not_have(self, kit: Kit) -> None:
        with pytest.raises(WorkFailedError, match="channel_missing"):
            await kit.people.send("ben", prompt(PEOPLE, of=incident(), channel=PHONE))
        assert not kit.heard(PHONE)

    @by_channel
    async def test_a_channel_that_is_gone(self, kit: Kit, channel: Channel) -> None:
        await kit.take_away(channel)
        with pytest.raises(WorkFailedError, match="channel_missing"):
            await kit.people.send("ada", prompt(PEOPLE, of=incident(), channel=channel))
        assert not kit.heard(channel)

    @by_entity
    async def test_a_channel_that_is_not_available(self, kit: Kit, channel: Channel) -> None:
        """Home Assistant calls nobody then, and reports success."""
        await kit.switch_off(channel)
        with pytest.raises(WorkFailedError, match="channel_unavailable"):
            await kit.people.send("ada", prompt(PEOPLE, of=incident(), channel=channel))
        assert not kit.heard(channel)

    @by_channel
    async def test_a_channel_that_fails(self, kit: Kit, channel: Channel) -> None:
        await kit.fail(channel)
        with pytest.raises(WorkFailedError, match="channel_failed"):
            await kit.people.send("ada", prompt(PEOPLE, of=incident(), channel=channel))

    async def test_nobody_to_speak(self, kit: Kit) -> None:
        await kit.mute()
        with pytest.raises(WorkFailedError, match="no_voice"):
            await kit.people.send("ada", prompt(PEOPLE, of=incident(), channel=LOUDSPEAKER))
        await kit.people.send("ada", prompt(PEOPLE, of=incident(), channel=PHONE))

    @by_channel
    async def test_one_failing_channel_says_nothing_about_the_others(
        self, kit: Kit, channel: Channel
    ) -> None:
        await kit.fail(channel)
        for other in EVERY:
            if other is not channel:
                await kit.people.send("ada", prompt(PEOPLE, of=incident(), channel=other))
        assert [kit.heard(item) for item in EVERY] == [int(item is not channel) for item in EVERY]


class TestAdapter(PortTests):
    """Over Home Assistant's services."""

    @pytest.fixture
    async def kit(self, hass: HomeAssistant, ways: Ways) -> Kit:
        return HomeKit(await contacts(hass, PEOPLE), ways)


class TestFake(PortTests):
    """In memory."""

    @pytest.fixture
    def kit(self) -> Kit:
        return FakeKit()


def test_the_people_of_these_tests_have_every_kind_of_channel() -> None:
    ada: Contact = PEOPLE["ada"]
    assert {item.kind for item in ada.channels} == set(ChannelKind)
