"""The memory: what is folded, what is kept, what is forgotten, and what belongs to what."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.codec import from_plain, to_plain
from custom_components.verified_response.core.effects import (
    ClearCredential,
    SetCredential,
    Siren,
)
from custom_components.verified_response.core.errors import (
    InvalidRequestError,
    ShareRetryableError,
    VerifiedResponseError,
)
from custom_components.verified_response.core.events import subject_of
from custom_components.verified_response.core.folds import evolve as evolve_module
from custom_components.verified_response.core.folds.evolve import evolve
from custom_components.verified_response.core.folds.fold import fold
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import Policy
from custom_components.verified_response.core.state import (
    KEPT_ENDED,
    KEPT_REPORTS,
    AreaState,
    Phase,
    PremisesState,
)
from tests.core.house import START, House
from tests.core.test_dispatch import confirmed, handed_over


def test_an_area_nobody_touched_is_disarmed():
    assert PremisesState().area("house") == AreaState()
    assert AreaState().phase is Phase.DISARMED


def test_every_event_tells_when_the_hub_was_last_alive():
    state = evolve(PremisesState(), ev.PolicySet(policy=Policy()), START)
    assert state == PremisesState(policy=Policy(), last_alive=START)


def wrong(state: PremisesState, times: int, at: datetime = START) -> PremisesState:
    for _ in range(times):
        state = evolve(state, ev.WrongCode(area_id=None, by="keypad"), at)
    return state


@pytest.mark.parametrize(
    ("times", "pause_s"), [(5, 60), (10, 120), (15, 240), (20, 480), (25, 900), (100, 900)]
)
def test_wrong_codes_in_a_row_cost_more_and_more_time(times: int, pause_s: int):
    assert wrong(PremisesState(), 4).keypad_locked_until is None
    locked = wrong(PremisesState(), times)
    assert locked.keypad_locked_until == START + timedelta(seconds=pause_s)


def test_a_good_code_ends_the_row():
    state = evolve(wrong(PremisesState(), 4), ev.AreaDisarmed(area_id="house", by="owner"), START)
    assert wrong(state, 4).keypad_locked_until is None


def test_ended_incidents_are_forgotten_oldest_first_and_open_ones_never():
    house = House()
    house.trip("leak")
    leak = house.incident.id
    house.premises = house.premises
    for _ in range(KEPT_ENDED + 10):
        house.distress(IncidentKind.MEDICAL)
        house.dismiss()
        house.state = _all_effects_done(house)
    assert leak in house.state.incidents
    assert len(house.state.incidents) == KEPT_ENDED + 1
    assert house.incident.id in house.state.incidents


def _all_effects_done(house: House) -> PremisesState:
    for effect_id in list(house.state.effects):
        house.do(cmd.EffectStarts(effect_id=effect_id))
        house.do(cmd.EffectDone(effect_id=effect_id))
    return house.state


def test_an_incident_somebody_must_still_be_told_about_is_kept():
    house = handed_over()
    house.deliver()
    house.dismiss()
    first = house.incident.id
    for _ in range(KEPT_ENDED + 5):
        house.distress(IncidentKind.MEDICAL)
        house.dismiss()
    assert first in house.state.incidents
    [cancel] = house.shares("desk", action="cancel")
    house.start(cancel)
    house.done(cancel)
    assert house.state.incidents[first].deliveries["desk"].status == "cancelled"


def test_gone_grants_are_forgotten_and_those_on_a_lock_never():
    house = House()
    kept = house.grant("back")
    for _ in range(KEPT_ENDED + 10):
        house.grant("front")
        [write] = [item for item in house.pending(SetCredential) if item.effect.door_id == "front"]
        house.start(write)
        house.fail(write, "lock_full", final=True)
    assert kept.id in house.state.grants
    assert len(house.state.grants) == KEPT_ENDED + 1


def test_a_gone_grant_with_a_write_under_way_is_kept():
    house = House()
    grant = house.grant("back")
    [write] = house.pending(SetCredential)
    house.start(write)
    house.do(cmd.RevokeGrant(grant_id=grant.id, by="owner"))
    [clear] = house.pending(ClearCredential)
    house.done(clear, "confirmed")
    for number in range(KEPT_ENDED + 5):
        house.grant(slots={}, failed={f"door{number}": "lock_full"})
    assert grant.id in house.state.grants
    house.done(write, "confirmed")
    assert len(house.pending(ClearCredential)) == 1


def test_webhook_ids_are_remembered_within_bounds():
    house = confirmed()
    for number in range(KEPT_REPORTS + 5):
        house.do(
            cmd.RespondersSay(
                responder_id="desk",
                incident_id=house.incident.id,
                status="received",
                number="N",
                event_id=f"w{number}",
            )
        )
    assert len(house.state.reports_seen) == KEPT_REPORTS
    assert house.state.reports_seen[-1] == f"w{KEPT_REPORTS + 4}"


def test_folding_again_and_storing_give_the_same_state():
    house = confirmed()
    house.deliver()
    house.grant("front")
    house.person()
    house.blind("porch")
    house.restart(after=30)
    assert house.replayed() == house.state
    assert from_plain(PremisesState, to_plain(house.state)) == house.state


@pytest.mark.parametrize(
    ("event", "subject"),
    [
        (ev.AreaDisarmed(area_id="house", by="owner"), None),
        (ev.PeopleAsked(incident_id="i1", round=1), "i1"),
        (ev.GrantEnded(grant_id="g1", reason="expired", by="hub"), "g1"),
        (ev.EffectRequested(effect_id="e1", effect=Siren(on=True)), None),
        (
            ev.EffectRequested(
                effect_id="e1", effect=ClearCredential(grant_id="g1", door_id="front", slot=1)
            ),
            "g1",
        ),
    ],
)
def test_events_belong_to_their_incident_or_grant(event: ev.Event, subject: str | None):
    assert subject_of(event) == subject


def test_a_written_grant_belongs_to_itself():
    house = House()
    grant = house.grant()
    assert subject_of(ev.GrantWritten(grant=grant)) == grant.id


def test_errors_carry_their_key_and_what_fills_the_sentence():
    refused = InvalidRequestError("responder_off", responder="Desk")
    assert isinstance(refused, VerifiedResponseError)
    assert (refused.code, refused.placeholders) == ("responder_off", {"responder": "Desk"})
    assert ShareRetryableError("busy", retry_after_s=3.0).retry_after_s == 3.0
    assert ShareRetryableError("busy").retry_after_s is None


def test_every_fold_is_registered():
    """A module that nobody imports folds nothing, and no rule would notice."""
    folder = Path(evolve_module.__file__).parent
    written = {
        kind
        for path in folder.glob("*.py")
        for kind in re.findall(r"^def _\(event: ev\.(\w+),", path.read_text("utf-8"), re.MULTILINE)
    }
    assert {"DoorReported", "GrantWritten", "PassageAsked"} <= written
    assert written <= {kind.__name__ for kind in fold.registry}
