"""Values as dictionaries: what people and automations read of an incident."""

from datetime import UTC, datetime

from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.incident import Incident, IncidentKind, Stage
from custom_components.verified_response.serialize import incident_summary
from tests import builders


def test_an_assessment_says_what_raised_held_and_lowered_it_and_what_is_not_known() -> None:
    incident = Incident(
        id="i1",
        kind=IncidentKind.BURGLARY,
        opened_at=datetime(2026, 11, 20, tzinfo=UTC),
        stage=Stage.VERIFYING,
        assessment=Assessment(
            level=1,
            raised_by=("detector_tripped",),
            held_by=("person_seen",),
            lowered_by=("household_present",),
            unknowns=(
                "could_not_look:hall",
                "hub_was_blind",
                "person_cannot_tell:contact:owner",
                "person_cannot_tell:gone",
                "zone_lost:study",
            ),
            policy_version="x",
        ),
    )
    told = incident_summary(incident, builders.premises())["assessment"]
    assert told == {
        "level": 1,
        "raised_by": ["detector_tripped"],
        "held_by": ["person_seen"],
        "lowered_by": ["household_present"],
        "unknowns": [
            {"what": "could_not_look", "where": "Hall"},
            {"what": "hub_was_blind", "where": ""},
            {"what": "person_cannot_tell", "where": "Owner"},
            {"what": "person_cannot_tell", "where": "gone"},
            {"what": "zone_lost", "where": "Study"},
        ],
        "proposed_by": "hub",
        "policy_version": "x",
    }
