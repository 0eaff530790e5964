"""Responders at the door: who is let in, who is sent the code, and when they have left."""

from collections.abc import Collection

from ... import commands as cmd
from ... import events as ev
from ...effects import GiveAccess, PendingEffect, Share, ShareAction
from ...incident import Incident
from ...premises import Premises, Responder, ResponderAccess, ResponderMode
from ...state import PremisesState
from ..asking import UNLOCK_NOW, tell_contact, tell_people
from ..dispatch import TAKES_NEWS, is_on_screens, responder_says
from ..story import Story

COMING = frozenset({"acknowledged", "dispatched", "arrived"})
LEFT = frozenset({"closed", "cancelled"})
RESPONDER_COMING = "responder_coming"
LET_IN = "let_in"


def hear_responder(story: Story, command: cmd.RespondersSay) -> None:
    """Keep a responder's word; whoever takes on the incident is let in, where the owner allowed it."""
    before = story.state.incidents.get(command.incident_id)
    told = len(story.events)
    responder_says(story, command)
    incident = story.state.incidents.get(command.incident_id)
    heard = any(isinstance(event, ev.ResponderReported) for event in story.events[told:])
    if not heard or before is None or incident is None or command.status not in COMING:
        return
    _tell_coming(story, before, incident)
    if _is_let_in(story, incident, command.responder_id):
        story.request(GiveAccess(incident_id=incident.id, responder_id=command.responder_id))


def _tell_coming(story: Story, before: Incident, incident: Incident) -> None:
    """Offer the household to let them in: once, when the first of them comes."""
    if not incident.is_open or not is_on_screens(incident):
        return
    if any(item.responder_status in COMING for item in before.deliveries.values()):
        return
    actions = tuple(_offers(story))
    if actions:
        tell_people(story, RESPONDER_COMING, incident_id=incident.id, actions=actions, groups=2)


def _offers(story: Story) -> list[str]:
    doors = [door for door in story.premises.doors.values() if door.for_responders]
    offers = [LET_IN] if any(door.takes_codes for door in doors) else []
    return [*offers, UNLOCK_NOW] if any(door.remote_unlock for door in doors) else offers


def _is_let_in(story: Story, incident: Incident, responder_id: str) -> bool:
    """Say whether a code is to be made now: the owner allowed it, live, and it was not done before."""
    responder = story.premises.responders.get(responder_id)
    if responder is None or responder.access is not ResponderAccess.AT_ACKNOWLEDGMENT:
        return False
    if responder.mode is not ResponderMode.LIVE or not incident.is_open:
        return False
    if not is_on_screens(incident):
        return False  # a lock that takes a code could tell whoever stands beside it
    before = any(
        grant.incident_id == incident.id and responder_id in grant.responders
        for grant in story.state.grants.values()
    )
    asked = any(
        isinstance(pending.effect, GiveAccess)
        and pending.effect.responder_id == responder_id
        and pending.effect.incident_id == incident.id
        for pending in story.state.effects.values()
    )
    return not before and not asked


def still_to_be_let_in(story: Story, effect: GiveAccess) -> bool:
    """Say whether that code is still to be made: the incident is open, and they have not left."""
    incident = story.state.incidents.get(effect.incident_id)
    return (
        incident is not None
        and incident.is_open
        and not have_left(incident, (effect.responder_id,))
    )


def access_not_given(story: Story, effect: GiveAccess) -> None:
    """Tell people that a responder has no code, so that somebody else opens the door."""
    tell_people(story, "access_not_given", incident_id=effect.incident_id, actions=(LET_IN,))


def tell_unopened(story: Story, grant_id: str) -> None:
    """Tell people, too, when the code was made and no lock took it; call it once per answer."""
    grant = story.state.grants[grant_id]
    incident = story.state.incidents.get(grant.incident_id or "")
    if not grant.request or not grant.is_active or not grant.is_answered or grant.opens:
        return
    if incident is not None:
        code_not_sent(story, incident.id)


def code_not_sent(story: Story, incident_id: str) -> None:
    """Tell people that whoever comes has no code, as far as a screen may show it."""
    incident = story.state.incidents[incident_id]
    if incident.is_open and is_on_screens(incident):
        tell_people(story, "access_not_given", incident_id=incident.id, actions=(LET_IN,))


def tell_not_let_in(story: Story, command: cmd.TellNotLetIn) -> None:
    """Tell whoever tapped that nothing came of it; where the incident still is, they may try again."""
    contact = story.premises.contacts.get(command.contact_id)
    if contact is None:
        return
    incident = story.state.incidents.get(command.incident_id)
    stands = incident is not None and incident.is_open and is_on_screens(incident)
    incident_id = command.incident_id if stands else None
    again = UNLOCK_NOW if command.doors else LET_IN
    actions = (again,) if stands else ()
    if command.doors:
        tell_contact(
            story,
            contact,
            "door_not_unlocked",
            incident_id=incident_id,
            about=command.doors,
            actions=actions,
        )
    else:
        tell_contact(story, contact, "access_not_given", incident_id=incident_id, actions=actions)


def have_left(incident: Incident | None, responders: Collection[str]) -> bool:
    """Say whether every responder who was let in is done with the incident."""
    if incident is None or not responders:
        return False
    deliveries = [incident.deliveries.get(key) for key in responders]
    return all(item is not None and item.responder_status in LEFT for item in deliveries)


def send_codes(story: Story) -> None:
    """Send each code to the responders it is for, once the locks have answered."""
    for grant in list(story.state.grants.values()):
        incident = story.state.incidents.get(grant.incident_id or "")
        if grant.sent or not grant.responders or incident is None or not incident.is_open:
            continue
        if not grant.opens or not grant.is_answered:
            continue
        story.tell(ev.CodeSendingAsked(grant_id=grant.id))
        for responder_id in grant.responders:
            delivery = incident.deliveries.get(responder_id)
            responder = story.premises.responders.get(responder_id)
            if delivery is None or responder is None or delivery.status not in TAKES_NEWS:
                continue
            if not _may_have_codes(responder):
                continue
            story.request(
                Share(
                    incident_id=incident.id,
                    responder_id=responder_id,
                    action=ShareAction.UPDATE,
                    sequence=story.state.effects_made + 1,
                    codes=(grant.id,),
                )
            )


def carries(pending: PendingEffect, grant_id: str) -> bool:
    """Say whether an effect is still to send the grant's code."""
    return isinstance(pending.effect, Share) and grant_id in pending.effect.codes


def who_is_let_in(state: PremisesState, premises: Premises, incident_id: str) -> tuple[str, ...]:
    """Return the responders that come and may be sent a code that somebody of the household makes."""
    incident = state.incidents.get(incident_id)
    if incident is None:
        return ()
    return tuple(
        key
        for key, delivery in incident.deliveries.items()
        if delivery.responder_status in COMING
        and (responder := premises.responders.get(key)) is not None
        and _may_have_codes(responder)
    )


def _may_have_codes(responder: Responder) -> bool:
    """Say whether a code may be sent there: never in an exercise, it would open a real door."""
    allowed = responder.access is not ResponderAccess.NEVER
    return allowed and responder.mode is ResponderMode.LIVE
