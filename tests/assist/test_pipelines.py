"""The text stage of real pipelines: with Home Assistant's own agent, and with one that is a language model."""

from typing import TYPE_CHECKING, Any

import pytest

from custom_components.verified_response.core.incident import IncidentKind

if TYPE_CHECKING:
    from .kit import Assist

AGENTS = ["conversation.home_assistant", "conversation.model"]


@pytest.mark.parametrize("agent", AGENTS)
async def test_a_cry_is_ours_whichever_agent_runs(
    assist: Assist, hass_ws_client: Any, agent: str
) -> None:
    from .kit import make_pipeline, run_pipeline

    client = await hass_ws_client(assist.hass)
    pipeline = await make_pipeline(client, agent)
    answer, local = await run_pipeline(assist, client, "Call an ambulance!", pipeline=pipeline)
    assert local
    assert "Shall I send help?" in answer
    assert assist.agent.heard == []
    answer, local = await run_pipeline(assist, client, "yes", pipeline=pipeline)
    assert local
    assert [item.kind for item in assist.incidents] == [IncidentKind.MEDICAL]
    assert assist.incidents[0].ha_area == "Kitchen"
    assert assist.agent.heard == []
    assist.house.expect_shared()


@pytest.mark.parametrize("agent", AGENTS)
async def test_what_is_no_cry_goes_to_the_agent(
    assist: Assist, hass_ws_client: Any, agent: str
) -> None:
    from .kit import make_pipeline, run_pipeline

    client = await hass_ws_client(assist.hass)
    pipeline = await make_pipeline(client, agent)
    await run_pipeline(assist, client, "help me find my keys", pipeline=pipeline)
    assert assist.desk.state.cry is None
    assert assist.agent.heard == (["help me find my keys"] if agent.endswith("model") else [])
