"""Ways to a person as real parts of Home Assistant: services and entities of a made-up integration."""

from typing import Any, override

from homeassistant.components import assist_satellite, media_player, notify, tts
from homeassistant.components.notify.legacy import BaseNotificationService
from homeassistant.components.tts.media_source import parse_media_source_id
from homeassistant.config_entries import ConfigEntry
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.entity import Entity
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

from custom_components.verified_response.core.premises import Channel, ChannelKind

HOUSE = "ways"
PHONE = Channel(kind=ChannelKind.PUSH, target="notify.ada")
MAIL = Channel(kind=ChannelKind.MESSAGE, target="notify.mail")
LOUDSPEAKER = Channel(kind=ChannelKind.SPEECH, target="media_player.kitchen")
SATELLITE = Channel(kind=ChannelKind.SATELLITE, target="assist_satellite.hall")
EVERY = (PHONE, MAIL, LOUDSPEAKER, SATELLITE)
VOICE = "tts.voice"


class Way:
    """What a way got, and whether it works; a mixin."""

    def __init__(self) -> None:
        self.got: list[dict[str, Any]] = []
        self.fails: Exception | None = None

    def take(self, **got: Any) -> None:
        """Remember, or fail."""
        if self.fails is not None:
            raise self.fails
        self.got.append(got)


class Phone(Way, BaseNotificationService):
    """A notify service."""

    @override
    async def async_send_message(self, message: str = "", **kwargs: Any) -> None:
        self.take(text=message, **kwargs)


class Mail(Way, notify.NotifyEntity):
    """A notify entity."""

    _attr_name = "Mail"
    _attr_unique_id = "mail"
    _attr_supported_features = notify.NotifyEntityFeature.TITLE

    @override
    async def async_send_message(self, message: str, title: str | None = None) -> None:
        self.take(text=message, title=title)


class Loudspeaker(Way, media_player.MediaPlayerEntity):
    """A media player that plays what a voice says."""

    _attr_name = "Kitchen"
    _attr_unique_id = "kitchen"
    _attr_state = media_player.MediaPlayerState.IDLE
    _attr_supported_features = (
        media_player.MediaPlayerEntityFeature.PLAY_MEDIA
        | media_player.MediaPlayerEntityFeature.MEDIA_ANNOUNCE
    )

    @override
    async def async_play_media(self, media_type: str, media_id: str, **kwargs: Any) -> None:
        identifier = media_id.removeprefix("media-source://tts/")
        said = parse_media_source_id(identifier)
        assert "options" in said
        _, audio = await tts.async_get_media_source_audio(self.hass, identifier)
        self.take(
            text=said["message"], engine=said["options"]["engine"], audio=audio, options=kwargs
        )


class Voice(Way, tts.TextToSpeechEntity):
    """A text-to-speech engine whose audio is the text itself."""

    _attr_supported_languages = ["en"]
    _attr_default_language = "en"

    def __init__(self, name: str = "Voice") -> None:
        super().__init__()
        self._attr_name = name
        self._attr_unique_id = name

    @override
    async def async_get_tts_audio(
        self, message: str, language: str, options: dict[str, Any]
    ) -> tuple[str, bytes]:
        self.take(text=message)
        return "mp3", message.encode()


class Satellite(Way, assist_satellite.AssistSatelliteEntity):
    """A voice satellite."""

    _attr_name = "Hall"
    _attr_unique_id = "hall"
    _attr_supported_features = assist_satellite.AssistSatelliteEntityFeature.ANNOUNCE

    @override
    def async_get_configuration(self) -> Any:
        raise NotImplementedError

    @override
    async def async_set_configuration(self, config: Any) -> None:
        raise NotImplementedError

    @override
    def on_pipeline_event(self, event: Any) -> None:
        raise NotImplementedError

    @override
    async def async_announce(
        self, announcement: assist_satellite.AssistSatelliteAnnouncement
    ) -> None:
        self.take(text=announcement.message)


class Ways:
    """One way of each kind, set up through Home Assistant's own components."""

    def __init__(self, hass: HomeAssistant) -> None:
        self.hass = hass
        self.phone = Phone()
        self.mail = Mail()
        self.loudspeaker = Loudspeaker()
        self.satellite = Satellite()
        self.voices = [Voice()]
        self._of = {
            PHONE: self.phone,
            MAIL: self.mail,
            LOUDSPEAKER: self.loudspeaker,
            SATELLITE: self.satellite,
        }

    async def set_up(self) -> Ways:
        """Bring everything up."""
        by_platform: dict[Platform, list[Entity]] = {
            Platform.NOTIFY: [self.mail],
            Platform.MEDIA_PLAYER: [self.loudspeaker],
            Platform.TTS: [*self.voices],
            Platform.ASSIST_SATELLITE: [self.satellite],
        }

        async def load(hass: HomeAssistant, entry: ConfigEntry) -> bool:
            await hass.config_entries.async_forward_entry_setups(entry, list(by_platform))
            return True

        async def phone(*_: Any) -> Phone:
            return self.phone

        mock_integration(self.hass, MockModule(HOUSE, async_setup_entry=load))
        for platform, entities in by_platform.items():
            module = MockPlatform(async_setup_entry=_adds(entities))
            if platform is Platform.NOTIFY:
                module.async_get_service = phone
            mock_platform(self.hass, f"{HOUSE}.{platform}", module)
        mock_platform(self.hass, f"{HOUSE}.config_flow", None)
        self.hass.config.components.add("ffmpeg")  # converts audio for devices that ask for it
        for component in ("homeassistant", "media_source", "assist_satellite"):
            assert await async_setup_component(self.hass, component, {})
        configured = {"notify": [{"platform": HOUSE, "name": "ada"}]}
        assert await async_setup_component(self.hass, "notify", configured)
        entry = MockConfigEntry(domain=HOUSE)
        entry.add_to_hass(self.hass)
        assert await self.hass.config_entries.async_setup(entry.entry_id)
        await self.hass.async_block_till_done()
        return self

    def texts(self, channel: Channel) -> list[str]:
        """Return what arrived by a channel."""
        return [got["text"] for got in self._of[channel].got]

    async def fail(self, channel: Channel, error: Exception | None = None) -> None:
        """Let the next messages fail."""
        self._of[channel].fails = error or HomeAssistantError("no")

    async def switch_off(self, channel: Channel) -> None:
        """Make an entity unavailable."""
        entity = self._of[channel]
        assert isinstance(entity, Entity)
        entity._attr_available = False
        entity.async_write_ha_state()
        await self.hass.async_block_till_done()

    async def take_away(self, channel: Channel) -> None:
        """Remove the service or entity."""
        entity = self._of[channel]
        if isinstance(entity, Entity):
            await entity.async_remove(force_remove=True)
            self.hass.states.async_remove(channel.target)
        else:
            await self.phone.async_unregister_services()
        await self.hass.async_block_till_done()

    async def mute(self) -> None:
        """Remove every voice."""
        for voice in self.voices:
            await voice.async_remove(force_remove=True)
            self.hass.states.async_remove(voice.entity_id)


def _adds(entities: list[Entity]) -> Any:
    async def set_up(_: HomeAssistant, __: ConfigEntry, add: Any) -> None:
        add(entities)

    return set_up
