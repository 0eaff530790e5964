"""How a responder is told to get in: the code once, and never a door that takes it no more."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from custom_components.verified_response.adapters.police_api import documents
from custom_components.verified_response.adapters.wording import ROOT, HomeWording
from custom_components.verified_response.core.access import CredentialStatus
from custom_components.verified_response.core.premises import LockFamily
from custom_components.verified_response.engine.ports import DoorAccess, IncidentRecord
from custom_components.verified_response.public_safety import schema as wire
from tests import builders

from .test_police_api import NOW, record

ENGLISH = Path(__file__).parents[2] / "custom_components/verified_response/translations/en.json"
CODE = "274913"


@pytest.fixture
def wording() -> HomeWording:
    said = json.loads(ENGLISH.read_text())["config_panel"]["sentences"]
    return HomeWording(
        {
            f"{ROOT}.{group}.{key}": text
            for group, texts in said.items()
            for key, text in texts.items()
        }
    )


def with_access(**changes: object) -> IncidentRecord:
    line = DoorAccess(
        grant_id="g1",
        door_id="front",
        status=CredentialStatus.CONFIRMED,
        expires_at=NOW + timedelta(minutes=30),
        uses_left=3,
        code=CODE,
    )
    known = record()
    door = builders.door("front", name="Front door", family=LockFamily.ZWAVE_JS)
    premises = replace(known.premises, doors={"front": door})
    return replace(known, premises=premises, access=(replace(line, **changes),))


def told(made: IncidentRecord, wording: HomeWording) -> str | None:
    return documents.update_document(made, "desk", wording).entry_instructions


def test_the_code_is_told_with_its_door_its_end_and_its_uses(wording: HomeWording):
    said = told(with_access(), wording)
    assert said == f"Front door: code {CODE}, until 03:42 UTC, 3 times."
    assert "times" not in (told(with_access(uses_left=None), wording) or "")


def test_a_lock_that_proves_nothing_is_called_so(wording: HomeWording):
    said = told(with_access(status=CredentialStatus.UNVERIFIED), wording)
    assert said is not None
    assert said.endswith("The lock cannot say whether it took the code.")


def test_later_news_leave_what_the_desk_has(wording: HomeWording):
    assert told(with_access(code=None), wording) is None
    assert told(record(), wording) is None


@pytest.mark.parametrize("status", [CredentialStatus.REMOVING, CredentialStatus.FAILED])
def test_a_door_that_takes_it_no_more_is_told(status: CredentialStatus, wording: HomeWording):
    assert told(with_access(code=None, status=status), wording) == "Front door: no code is good."


def test_no_code_shows_in_a_repr(wording: HomeWording):
    made = with_access()
    assert CODE not in repr(made)
    document = documents.update_document(made, "desk", wording)
    assert CODE not in repr(document)
    assert wire.UpdateDocument.from_json(document.to_json()) == document
