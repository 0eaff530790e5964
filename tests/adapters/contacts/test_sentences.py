"""Every prompt has its words, and no word says where the house is, what a code is, or who comes."""

import ast
from dataclasses import replace
from typing import Any

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.contacts.sentences import Sentences
from custom_components.verified_response.adapters.wording import load_wording
from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.evidence import Threat, Verdict
from custom_components.verified_response.core.incident import (
    Delivery,
    DeliveryStatus,
    Incident,
    IncidentKind,
)
from custom_components.verified_response.engine.ports import Prompt
from tests import builders
from tests.contracts.repository import PRODUCT, called, english, modules
from tests.fakes.config_entry import ADDRESS, OWNER_CODE
from tests.fakes.config_entry import PHONE as CALLBACK

from .kit import ASK, NOW, contacts, incident, person
from .ways import EVERY, Ways

ABOUT_INCIDENTS = (
    "ask_confirmation",
    "not_delivered",
    "help_called",
    "answers_differ",
    "panel_disarmed",
    "responder_coming",
    "access_not_given",
    "door_not_unlocked",
)
NEWS = (
    "zone_found_open",
    "arm_failed",
    "armed_home",
    "zone_shut_down",
    "zone_bypassed",
    "zone_silent",
    "suspected_jamming",
    "loitering",
    "door_attempted",
    "hub_was_blind",
    "lock_jammed",
    "door_left_open",
    "cry_unanswered",
)
PROMPTS = (*ABOUT_INCIDENTS, *NEWS)
RESPONDER = "Precinct Nine"
ROOM = "Blue bedroom"
TOLD = f"I am at {ADDRESS}, the code is {OWNER_CODE}, call {CALLBACK} or {RESPONDER}"


def sentences() -> dict[str, str]:
    """Return the sentences of prompts as they are stored."""
    return english()["config_panel"]["sentences"]["prompt"]


def talkative() -> Incident:
    """An incident that holds everything that must not be said."""
    delivery = Delivery(
        responder_id=RESPONDER,
        status=DeliveryStatus.DELIVERED,
        ground="consent",
        by="Ada",
        sequence=1,
        number=TOLD,
        reason=TOLD,
    )
    return incident(
        message=TOLD,
        ha_area=ROOM,
        verdicts=(Verdict(at=NOW, by="Ada", threat=Threat.LIFE, note=TOLD),),
        deliveries={RESPONDER: delivery},
    )


def every_prompt(key: str, channel: str = "") -> Prompt:
    """Return a prompt with all that it may carry."""
    about_incident = key in ABOUT_INCIDENTS
    people = builders.by_id([person(*EVERY)])
    return Prompt(
        key=key,
        incident=talkative() if about_incident else None,
        premises=builders.premises(
            contacts=people,
            responders=builders.by_id([builders.responder(RESPONDER)]),
        ),
        actions=ASK if about_incident else ("acknowledge",),
        channel=channel,
        about=("house", "kitchen_window", "front", "gone"),
    )


def test_every_prompt_that_a_rule_sends_is_among_these() -> None:
    sent = {
        argument.value
        for module in modules(PRODUCT / "core" / "rules")
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and called(node) in {"tell_people", "tell_everybody"}
        for argument in node.args
        if isinstance(argument, ast.Constant)
    }
    assert {"ask_confirmation", "arm_failed"} <= sent
    assert sent <= set(PROMPTS)


@pytest.mark.parametrize("key", PROMPTS)
async def test_every_prompt_is_worded_without_gaps(hass: HomeAssistant, key: str) -> None:
    words = Sentences(await load_wording(hass, DOMAIN, "en"))
    about = every_prompt(key)
    assert {key, f"{key}_title"} <= set(sentences())
    said = (words.title(about), words.text(about), words.plain(about), words.spoken(about))
    for text in said:
        assert "{" not in text
        assert "  " not in text
        assert text[0].isupper(), text
    assert len(words.title(about)) <= 60, "fits a lock screen"
    assert len(words.text(about)) <= 300, "is read at a glance"


@pytest.mark.parametrize("kind", IncidentKind)
@pytest.mark.parametrize("key", ABOUT_INCIDENTS)
async def test_every_kind_of_incident_reads_well(
    hass: HomeAssistant, key: str, kind: IncidentKind
) -> None:
    words = Sentences(await load_wording(hass, DOMAIN, "en"))
    about = Prompt(key=key, incident=incident(kind=kind, evidence=()), premises=builders.premises())
    for text in (words.text(about), words.spoken(about)):
        assert "None" not in text
        assert "–" not in text


async def test_what_lowered_the_level_is_told_but_not_aloud(hass: HomeAssistant) -> None:
    """Whoever is asked should know that it may be somebody of the house; whoever is inside should not."""
    words = Sentences(await load_wording(hass, DOMAIN, "en"))
    found = Assessment(
        level=1,
        raised_by=("detector_tripped",),
        lowered_by=("household_present",),
        held_by=("same_device_or_place",),
    )
    about = Prompt(
        key="ask_confirmation",
        incident=incident(assessment=found),
        premises=builders.premises(),
        actions=ASK,
    )
    at_home = "Somebody who lives here or was let in is at home, and it could be them."
    assert at_home in words.text(about)
    assert at_home in words.plain(about)
    assert "at home" not in words.spoken(about)
    assert "share a device" not in words.text(about)


def test_what_is_said_aloud_names_neither_the_premises_nor_an_area_in_their_place() -> None:
    """Everybody in earshot hears it; owners name their premises after the street."""
    texts = sentences()
    for key in PROMPTS:
        aloud = texts.get(f"{key}_spoken", texts[key])
        assert "{premises}" not in aloud, key
        assert "{area}" not in aloud, key
        assert "tap" not in aloud.lower().split(), key


async def test_names_are_those_of_what_it_is_about(hass: HomeAssistant) -> None:
    words = Sentences(await load_wording(hass, DOMAIN, "en"))

    def text(*about: str) -> str:
        premises = builders.premises()
        return words.text(
            Prompt(key="zone_bypassed", incident=None, premises=premises, about=about)
        )

    start = "Left out for as long as it is armed:"
    assert text("front", "house", "smoke") == f"{start} Front door, Smoke."
    assert text("house", "garage") == f"{start} House, Garage."
    assert text("gone") == text() == f"{start} unknown."


@pytest.mark.parametrize("key", PROMPTS)
async def test_nothing_that_leaves_holds_an_address_a_code_or_a_responder(
    hass: HomeAssistant, ways: Ways, key: str
) -> None:
    people = builders.by_id([person(*EVERY)])
    adapter = await contacts(hass, people)
    for channel in EVERY:
        await adapter.send("ada", every_prompt(key, channel.key))
    left: list[Any] = [
        got for way in (ways.phone, ways.mail, ways.loudspeaker, ways.satellite) for got in way.got
    ]
    assert len(left) == len(EVERY)
    for secret in (ADDRESS, OWNER_CODE, CALLBACK, RESPONDER):
        assert secret not in str(left)
    aloud = str([ways.loudspeaker.got, ways.satellite.got])
    assert "Ada" not in aloud
    assert "Home" not in aloud


async def test_what_was_lowered_is_told_beside_what_lowered_it(hass: HomeAssistant) -> None:
    words = Sentences(await load_wording(hass, DOMAIN, "en"))
    lowered = Assessment(
        level=1,
        raised_by=("detector_tripped",),
        held_by=("person_seen", "zone_cries_wolf"),
        lowered_by=("household_present",),
    )
    about = Prompt(
        key="ask_confirmation",
        incident=incident(assessment=lowered),
        premises=builders.premises(),
    )
    told = words.text(about)
    assert "Level 1" in told
    for sentence in ("A detector tripped", "A person was seen inside", "Somebody who lives here"):
        assert sentence in told
    assert "false alarms lately" not in told
    aloud = words.spoken(about)
    assert "A detector tripped" in aloud
    assert "lives here" not in aloud, "a burglar in earshot need not know who is at home"


async def test_where_somebody_called_is_written_and_never_said_aloud(hass: HomeAssistant) -> None:
    words = Sentences(await load_wording(hass, DOMAIN, "en"))
    for about in (
        every_prompt("help_called"),
        replace(every_prompt("cry_unanswered"), place=ROOM),
    ):
        assert ROOM in words.text(about)
        assert ROOM not in words.spoken(about)
