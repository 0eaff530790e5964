"""A responder takes on the incident: a code is made, set, and sent to exactly that desk."""

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.premises import ResponderAccess, ResponderMode
from tests import builders

from .rig import QUICK, Rig


def let_in(access: ResponderAccess = ResponderAccess.AT_ACKNOWLEDGMENT) -> Rig:
    desks = [
        builders.responder("desk", mode=ResponderMode.LIVE, access=access),
        builders.responder("other", mode=ResponderMode.LIVE),
    ]
    return Rig(
        builders.premises(
            policy=builders.policy(**QUICK),
            doors=builders.by_id([builders.door("front")]),
            responders=builders.by_id(desks),
        )
    )


async def acknowledged(rig: Rig) -> None:
    await rig.start()
    await rig.panic()
    await rig.wait(1)
    await rig.do(
        cmd.RespondersSay(
            responder_id="desk",
            incident_id=rig.incident.id,
            status="acknowledged",
            number="N",
            event_id="e1",
        )
    )
    await rig.wait(1)


def sent(rig: Rig, responder_id: str) -> list[str]:
    """Return the codes that went to a responder."""
    return [
        line.code
        for to, _, record in rig.center.updated
        if to == responder_id
        for line in record.access
        if line.code is not None
    ]


async def test_the_code_goes_to_who_acknowledged_and_to_nobody_else():
    rig = let_in()
    await acknowledged(rig)
    [code] = rig.locks.locks["front"].codes.values()
    assert sent(rig, "desk") == [code]
    assert sent(rig, "other") == []
    assert not [row for row in rig.journal.rows if code in row.payload]
    [grant] = rig.desk.state.grants.values()
    assert (grant.by, grant.responders) == ("responder:desk", ("desk",))
    assert await rig.granting.show(grant.id, by="owner") == code
    await rig.settle()
    assert rig.vault.codes == {}


async def test_a_second_word_and_a_restart_make_no_second_code():
    rig = let_in()
    await acknowledged(rig)
    await rig.restart()
    await rig.do(
        cmd.RespondersSay(
            responder_id="desk",
            incident_id=rig.incident.id,
            status="arrived",
            number="N",
            event_id="e2",
        )
    )
    await rig.wait(5)
    assert len(rig.desk.state.grants) == 1
    assert len(rig.locks.locks["front"].codes) == 1


async def test_a_hub_that_dies_between_grant_and_outcome_makes_no_second_one():
    rig = let_in()
    await acknowledged(rig)
    [request] = {grant.request for grant in rig.desk.state.grants.values()}
    effect = next(
        event.effect
        for event in rig.news
        if getattr(event, "effect_id", "") == request and hasattr(event, "effect")
    )
    await rig.granting.give(request, effect)
    assert len(rig.desk.state.grants) == 1


async def test_without_the_owners_word_no_code_is_made():
    for access in (ResponderAccess.NEVER, ResponderAccess.ON_TAP):
        rig = let_in(access)
        await acknowledged(rig)
        assert rig.desk.state.grants == {}
        assert rig.locks.locks["front"].history == []
