"""What is heard aloud, connected to the desk for as long as the entry is loaded."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import replace

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .. import const as c
from ..adapters.sealing import Sealing
from ..adapters.voice import overhearing, sentences
from ..adapters.voice.places import anybody_home, area_of, heard_at
from ..adapters.voice.recognising import Recogniser
from ..adapters.voice.sentences import Utterance
from ..config_values import CovertPhrase, covert_phrases
from ..core.calls import Call, Heard
from ..core.errors import VerifiedResponseError
from ..core.rules.dispatch import is_on_screens
from ..engine.desk import Desk
from ..runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime
from ..voice.language import CRIES, Reply, Say, Topic
from ..voice.languages import language_of
from ..voice.phrases import digest
from .speaking import tell

_LOGGER = logging.getLogger(__name__)

CALLS = {Topic.POLICE: Call.POLICE, Topic.FIRE: Call.FIRE, Topic.MEDICAL: Call.MEDICAL}
CLAIMED_WITHIN_S = 0.05
"""A sentence of ours that says the same is followed before what is only overheard."""


def covert_replies(key: bytes) -> Sealing:
    """Return what seals the answers to covert phrases before they are stored."""
    return Sealing(key, "verified_response covert replies")


def hear(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    runtime: VerifiedResponseRuntime,
    key: bytes,
) -> None:
    """Listen until the entry is unloaded, unless the owner wants nothing to be listened for."""
    if not entry.options.get(c.CONF_VOICE_CALLS, True):
        return
    ear = Ear(hass, entry, runtime, key)
    entry.async_on_unload(sentences.listen(hass, c.DOMAIN, ear.hear, ear.learn))
    entry.async_on_unload(overhearing.listen(hass, ear.known))


class Ear:
    """Sorts what is said: sentences of a topic, covert phrases, answers to an open question."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: VerifiedResponseConfigEntry,
        runtime: VerifiedResponseRuntime,
        key: bytes,
    ) -> None:
        self._hass = hass
        self._entry = entry
        self._runtime = runtime
        self._hearing = runtime.hearing
        self._key = key
        self._phrases = covert_phrases(entry)
        self._recognisers: tuple[Recogniser, ...] = ()
        self._claimed = ""

    async def hear(self, topic: Topic, said: Utterance) -> str | None:
        """Follow a sentence and return what is answered; None where other premises are meant."""
        takes_back = topic in {Topic.CANCEL, Topic.CANCEL_WITH_CODE}
        if not self._is_meant(said, has_something_open if takes_back else None):
            return None
        self._claimed = said.text
        language = language_of(said.language)
        try:
            if topic in CRIES:
                reply = await self._cry(topic, said)
            elif takes_back:
                reply = await self._hearing.cancel(said.code, said.language, self._heard(said))
            else:
                return await tell(self._runtime, topic, language)
        except VerifiedResponseError as err:
            _LOGGER.warning("A call by voice failed (%s)", err.code)
            reply = Reply(Say.FAILED)
        return language.text(reply) if reply is not None else ""

    async def _cry(self, topic: Topic, said: Utterance) -> Reply | None:
        return await self._hearing.cry(
            CALLS.get(topic),
            bare=topic is Topic.BARE_HELP,
            heard=self._heard(said),
            at_home=anybody_home(self._hass, self._runtime.desk.premises),
        )

    def learn(self, others: Recogniser, cries: Recogniser) -> None:
        """Take over what recognises languages without sentence triggers, and cries in those with them.

        A model that asked something gets the next turn alone, and no trigger is asked then.
        """
        self._recognisers = (others, cries)

    def known(self, text: str) -> overhearing.Handler | None:
        """Return what follows a text that is in no trigger.

        A covert phrase, an answer that is due, a sentence in a language that is not in use here, or a
        cry, should no trigger be asked about it.
        """
        self._claimed = ""
        if self._phrases and (phrase := self._phrases.get(digest(text, self._key))) is not None:
            return lambda said: self._threatened(phrase, said)
        if self._hearing.awaits(text, self._hass.config.language):
            return self._answer
        found = next(filter(None, (item.topic_of(text) for item in self._recognisers)), None)
        if found is not None:
            topic, code = found
            return lambda said: self._unless_claimed(topic, replace(said, code=code))
        return None

    async def _unless_claimed(self, topic: Topic, said: Utterance) -> str | None:
        await asyncio.sleep(CLAIMED_WITHIN_S)
        return None if self._claimed == said.text else await self.hear(topic, said)

    async def _threatened(self, phrase: CovertPhrase, said: Utterance) -> str:
        """Call for help, and answer as if nothing had been said."""
        try:
            await self._hearing.duress(phrase.contact_id, self._heard(said))
        except VerifiedResponseError as err:
            _LOGGER.debug("A call failed (%s)", err.code)
        harmless = language_of(said.language or self._hass.config.language).says[Say.HARMLESS]
        reply = self._runtime.unseal_reply(phrase.reply) if phrase.reply else None
        return reply or harmless

    async def _answer(self, said: Utterance) -> str | None:
        await asyncio.sleep(CLAIMED_WITHIN_S)
        if self._claimed == said.text or not self._is_meant(said, is_asking):
            return None
        tag = said.language or self._hass.config.language
        return language_of(tag).text(await self._hearing.answer(said.text, tag))

    def _heard(self, said: Utterance) -> Heard:
        return heard_at(
            self._hass,
            device_id=said.device_id,
            satellite_id=said.satellite_id,
            language=said.language,
        )

    def _is_meant(self, said: Utterance, concerned: Callable[[Desk], bool] | None = None) -> bool:
        """Say whether these premises are meant: those that it concerns, with a zone in that room, else the first."""
        loaded: list[VerifiedResponseConfigEntry] = [
            item
            for item in self._hass.config_entries.async_entries(c.DOMAIN)
            if item.state is ConfigEntryState.LOADED
        ]
        if concerned is not None:
            loaded = [item for item in loaded if concerned(item.runtime_data.desk)] or loaded
        area_id = area_of(self._hass, said.device_id, said.satellite_id)
        near = [item for item in loaded if _has_zone_in(item.runtime_data.desk, area_id)]
        return (near or loaded or [self._entry])[0] is self._entry


def _has_zone_in(desk: Desk, area_id: str | None) -> bool:
    return any(zone.place == area_id for zone in desk.premises.zones.values())


def is_asking(desk: Desk) -> bool:
    """Say whether a cry is being asked back about."""
    return desk.state.cry is not None


def has_something_open(desk: Desk) -> bool:
    """Say whether there is anything that could be taken back, as far as anybody may know."""
    return is_asking(desk) or any(is_on_screens(item) for item in desk.state.open_incidents())
