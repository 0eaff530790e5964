"""The house with Assist set up: a satellite in the kitchen, a phone, an agent that would talk to a model."""

import asyncio
from typing import Any, override

from homeassistant.components import conversation
from homeassistant.components.assist_satellite import (
    AssistSatelliteAnnouncement,
    AssistSatelliteConfiguration,
    AssistSatelliteEntity,
    AssistSatelliteEntityFeature,
)
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.const import Platform
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import chat_session, intent
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    mock_config_flow,
    mock_integration,
    mock_platform,
    setup_test_component_platform,
)

from tests.fakes.config_entry import part
from tests.scenarios.conftest import House

from .conftest import SATELLITE


class Satellite(AssistSatelliteEntity):
    """Says what it is told to say, and hears what the test puts into its ear."""

    _attr_has_entity_name = True
    _attr_name = None
    _attr_unique_id = "kitchen"
    _attr_supported_features = (
        AssistSatelliteEntityFeature.ANNOUNCE | AssistSatelliteEntityFeature.START_CONVERSATION
    )

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.asks = asyncio.Event()
        self.announced: list[str] = []

    @override
    def async_get_configuration(self) -> AssistSatelliteConfiguration:
        return AssistSatelliteConfiguration([], [], 0)

    @override
    async def async_set_configuration(self, config: AssistSatelliteConfiguration) -> None:
        """Nothing can be set."""

    @override
    def on_pipeline_event(self, event: Any) -> None:
        """Nothing is played."""

    @override
    async def _resolve_announcement_media_id(
        self, message: str, media_id: str | None, preannounce_media_id: str | None = None
    ) -> AssistSatelliteAnnouncement:
        return AssistSatelliteAnnouncement(
            message=message,
            media_id="",
            original_media_id="",
            tts_token=None,
            media_id_source="tts",
        )

    @override
    async def async_announce(self, announcement: AssistSatelliteAnnouncement) -> None:
        self.announced.append(announcement.message)

    @override
    async def async_start_conversation(
        self, start_announcement: AssistSatelliteAnnouncement
    ) -> None:
        self.asked.append(start_announcement.message)
        self.asks.set()

    def hear(self, text: str) -> None:
        """Let speech to text end with this answer to the open question."""
        assert self._ask_question_future is not None, "nothing is being asked"
        self._ask_question_future.set_result(text)


class Agent(conversation.ConversationEntity):
    """An agent such as a language model: it answers whatever reaches it, and remembers it."""

    _attr_has_entity_name = True
    _attr_name = "Model"
    _attr_unique_id = "model"

    def __init__(self) -> None:
        self.heard: list[str] = []

    @property
    @override
    def supported_languages(self) -> str:
        return "*"

    @override
    async def _async_handle_message(
        self, user_input: conversation.ConversationInput, chat_log: conversation.ChatLog
    ) -> conversation.ConversationResult:
        self.heard.append(user_input.text)
        response = intent.IntentResponse(language=user_input.language)
        response.async_set_speech("as you like")
        return conversation.ConversationResult(
            response=response, conversation_id=chat_log.conversation_id
        )


class Assist:
    """Verbs for what is said, and nouns for what is answered."""

    def __init__(self, house: House, satellite: Satellite, agent: Agent) -> None:
        self.house = house
        self.hass = house.hass
        self.satellite = satellite
        self.agent = agent

    async def say(
        self, text: str, *, language: str = "en", satellite: str | None = None, **more: Any
    ) -> str:
        """Say it to Assist, by a satellite or typed, and return the answer."""
        result = await conversation.async_converse(
            self.hass,
            text,
            None,
            Context(),
            language=language,
            satellite_id=satellite,
            device_id=self.device_id if satellite else None,
            **more,
        )
        await self.house.settle()
        return str(result.response.speech.get("plain", {}).get("speech", ""))

    async def agent_says(self, text: str, *, language: str = "en") -> None:
        """Say it to the pipeline's own agent, after the sentences had their turn as in a pipeline."""
        user_input = conversation.ConversationInput(
            text=text,
            context=Context(),
            conversation_id=None,
            device_id=None,
            satellite_id=None,
            language=language,
            agent_id=self.agent.entity_id,
        )
        with (
            chat_session.async_get_chat_session(self.hass) as session,
            conversation.async_get_chat_log(self.hass, session, user_input) as chat_log,
        ):
            taken = await conversation.async_handle_sentence_triggers(
                self.hass, user_input, chat_log
            )
        if taken is None:
            await conversation.async_converse(
                self.hass, text, None, Context(), language, self.agent.entity_id
            )

    @property
    def device_id(self) -> str:
        entry = er.async_get(self.hass).async_get(SATELLITE)
        assert entry is not None
        assert entry.device_id is not None
        return entry.device_id

    async def hear(self, text: str) -> None:
        """Answer the question of the satellite."""
        self.satellite.hear(text)
        await asyncio.sleep(0.3)  # a code is compared slowly, by design
        await self.house.settle()

    @property
    def desk(self) -> Any:
        assert self.house.entry is not None
        return self.house.entry.runtime_data.desk

    @property
    def incidents(self) -> list[Any]:
        return list(self.desk.state.incidents.values())


async def _others(hass: HomeAssistant, *entities: tuple[str, Any]) -> None:
    """Bring up entities of another integration, on a device in the kitchen."""

    async def set_up(hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(
            entry, [Platform(domain) for domain, _ in entities]
        )
        return True

    class Flow(ConfigFlow):
        """Never run."""

    mock_integration(hass, MockModule("speaker", async_setup_entry=set_up))
    mock_platform(hass, "speaker.config_flow")
    for domain, entity in entities:
        setup_test_component_platform(
            hass, domain, [entity], from_config_entry=True, built_in=False
        )
        platform = hass.data["components"].pop(f"test.{domain}")
        mock_platform(hass, f"speaker.{domain}", platform)
    entry = MockConfigEntry(domain="speaker", title="Speaker")
    entry.add_to_hass(hass)
    with mock_config_flow("speaker", Flow):
        assert await hass.config_entries.async_setup(entry.entry_id)
    kitchen = ar.async_get(hass).async_get_or_create("Kitchen")
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={("speaker", "kitchen")}, name="Kitchen speaker"
    )
    dr.async_get(hass).async_update_device(device.id, area_id=kitchen.id)
    er.async_get(hass).async_update_entity(SATELLITE, device_id=device.id)


def phrase(digest: str, *, reply: str = "") -> Any:
    """Bea, who has a covert phrase."""
    data: dict[str, Any] = {"role": "household", "phrase_digests": [digest]}
    return part("contact", "Bea", **data | ({"sealed_reply": reply} if reply else {}))


async def assist_in(house: House) -> Assist:
    """Return Assist, with a satellite in the kitchen and an agent, around a house that is not set up yet."""
    hass = house.hass
    for component in ("conversation", "assist_pipeline", "assist_satellite"):
        assert await async_setup_component(hass, component, {})
    satellite, agent = Satellite(), Agent()
    satellite.entity_id, agent.entity_id = SATELLITE, "conversation.model"
    await _others(hass, ("assist_satellite", satellite), ("conversation", agent))
    return Assist(house, satellite, agent)


async def make_pipeline(client: Any, agent: str) -> str:
    """Return the id of a new pipeline with this agent, text only."""
    await client.send_json_auto_id(
        {
            "type": "assist_pipeline/pipeline/create",
            "name": agent,
            "language": "en",
            "conversation_engine": agent,
            "conversation_language": "en",
            **dict.fromkeys(("stt_engine", "stt_language", "wake_word_entity", "wake_word_id")),
            **dict.fromkeys(("tts_engine", "tts_language", "tts_voice")),
        }
    )
    return str((await client.receive_json())["result"]["id"])


async def run_pipeline(
    assist: Assist, client: Any, text: str, *, pipeline: str
) -> tuple[str, bool]:
    """Run the text stage of a pipeline; return the answer, and whether it was processed locally."""
    await client.send_json_auto_id(
        {
            "type": "assist_pipeline/run",
            "start_stage": "intent",
            "end_stage": "intent",
            "input": {"text": text},
            "pipeline": pipeline,
            "device_id": assist.device_id,
        }
    )
    while True:
        message = await client.receive_json()
        event = message.get("event") or {}
        if event.get("type") == "intent-end":
            output = event["data"]["intent_output"]
            await assist.house.settle()
            speech = output["response"]["speech"]["plain"]["speech"]
            return speech, event["data"]["processed_locally"]
        assert event.get("type") != "error", event
