"""Contacts port: each person by each of its channels, and the siren."""

from collections.abc import Mapping
from typing import override

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ...core.errors import WorkFailedError
from ...core.premises import Channel, ChannelKind, Contact
from ...core.targets import refuse_notify_service
from ...engine.ports import Contacts, Prompt, Wording
from .calling import call
from .message import message
from .push import push
from .sentences import Sentences
from .spoken import Voices


class HomeContacts(Contacts):
    """People as configured; `voice` is the text-to-speech entity that speaks, None: any."""

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        domain: str,
        entry_id: str,
        people: Mapping[str, Contact],
        voice: str | None,
        siren: str | None,
        wording: Wording,
    ) -> None:
        self._hass = hass
        self._domain = domain
        self._entry_id = entry_id
        self._people = people
        self._voices = Voices(hass, voice=voice)
        self._siren = siren
        self._sentences = Sentences(wording)

    @override
    async def send(self, contact_id: str, prompt: Prompt) -> None:
        channel = self._channel(contact_id, prompt.channel)
        if refuse_notify_service(channel.target) is not None:
            raise WorkFailedError("emergency_number_refused")
        match channel.kind:
            case ChannelKind.PUSH:
                await push(
                    self._hass,
                    channel.target,
                    prompt,
                    contact_id=contact_id,
                    sentences=self._sentences,
                    picture=self._picture(),
                    critical=self._people[contact_id].critical_alerts,
                )
            case ChannelKind.MESSAGE:
                await message(self._hass, channel.target, prompt, sentences=self._sentences)
            case ChannelKind.SPEECH:
                await self._voices.speak(channel.target, self._sentences.spoken(prompt))
            case ChannelKind.SATELLITE:
                await self._voices.announce(channel.target, self._sentences.spoken(prompt))

    def _channel(self, contact_id: str, key: str) -> Channel:
        """Return the channel of this key, the first one for records that name none."""
        person = self._people.get(contact_id)
        if person is None or not person.channels:
            raise WorkFailedError("contact_without_channel")
        for channel in person.channels:
            if key in {"", channel.key}:
                return channel
        raise WorkFailedError("channel_missing")  # taken from this person meanwhile

    def _picture(self) -> str | None:
        image = er.async_get(self._hass).async_get_entity_id(
            "image", self._domain, f"{self._entry_id}_evidence"
        )
        return f"/api/image_proxy/{image}" if image is not None else None

    def missing(self) -> Mapping[str, tuple[Channel, ...]]:
        """Return the channels whose service or entity is not there, by contact."""
        gone = {
            contact_id: tuple(item for item in person.channels if not self._is_there(item))
            for contact_id, person in self._people.items()
        }
        return {contact_id: channels for contact_id, channels in gone.items() if channels}

    def _is_there(self, channel: Channel) -> bool:
        if channel.kind is ChannelKind.PUSH:
            domain, _, service = channel.target.partition(".")
            return self._hass.services.has_service(domain, service)
        return self._hass.states.get(channel.target) is not None

    @override
    async def siren(self, *, on: bool) -> None:
        if self._siren is None:
            return
        try:
            await call(
                self._hass,
                "siren.turn_on" if on else "siren.turn_off",
                {ATTR_ENTITY_ID: self._siren},
            )
        except WorkFailedError as err:
            raise WorkFailedError("siren_failed") from err
