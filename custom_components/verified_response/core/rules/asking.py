"""People: who is asked for their word, in which order and how often, and who is told what."""

from datetime import UTC, datetime, timedelta

from .. import events as ev
from ..effects import Push
from ..incident import Incident, IncidentKind, Stage
from ..premises import Contact, Policy, Premises
from .story import Story

ASK_ACTIONS = ("confirm", "false_alarm", "cannot_see")
UNLOCK_NOW = "unlock_now"
IN_A_FIRE = ("confirm", "false_alarm", UNLOCK_NOW)
"""Where a door may be unlocked; Android shows three buttons and no more."""
MAX_ASKS = 5
AT_ONCE = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any clock that was ever set."""
RANKS = {"owner": 1, "household": 2}
OTHER_RANK = 3
"""Asked in the order of their numbers; whoever has none by role, as here."""


def groups_of(premises: Premises) -> list[list[Contact]]:
    """Return who can be reached, in the order of asking; those of one rank are asked together."""
    ranked: dict[int, list[Contact]] = {}
    for contact in premises.contacts.values():
        if contact.channels:
            rank = contact.order or RANKS.get(contact.role, OTHER_RANK)
            ranked.setdefault(rank, []).append(contact)
    return [ranked[rank] for rank in sorted(ranked)]


def tell_people(
    story: Story,
    prompt: str,
    *,
    incident_id: str | None = None,
    about: tuple[str, ...] = (),
    actions: tuple[str, ...] = (),
    groups: int = 1,
    place: str = "",
) -> None:
    """Send to the first groups by every channel they have."""
    for group in groups_of(story.premises)[:groups]:
        for contact in group:
            tell_contact(
                story,
                contact,
                prompt,
                incident_id=incident_id,
                about=about,
                actions=actions,
                place=place,
            )


def tell_contact(
    story: Story,
    contact: Contact,
    prompt: str,
    *,
    incident_id: str | None = None,
    about: tuple[str, ...] = (),
    actions: tuple[str, ...] = (),
    place: str = "",
) -> None:
    """Send to one person by every channel they have."""
    for channel in contact.channels:
        story.request(
            Push(
                incident_id=incident_id,
                contact_id=contact.id,
                prompt=prompt,
                actions=actions,
                channel=channel.key,
                about=about,
                place=place,
            )
        )


def tell_everybody(
    story: Story,
    prompt: str,
    *,
    incident_id: str | None = None,
    about: tuple[str, ...] = (),
    actions: tuple[str, ...] = (),
    place: str = "",
) -> None:
    """Send to every contact."""
    everybody = len(story.premises.contacts)
    tell_people(
        story,
        prompt,
        incident_id=incident_id,
        about=about,
        actions=actions,
        groups=everybody,
        place=place,
    )


def ask_people(story: Story, incident_id: str, *, anew: bool = False) -> None:
    """Ask one more group with every round, everybody in the last one (two-call verification)."""
    rounds = 1 if anew else story.state.incidents[incident_id].asks + 1
    story.tell(ev.PeopleAsked(incident_id=incident_id, round=rounds))
    everybody = len(story.premises.contacts)
    groups = everybody if rounds >= MAX_ASKS else rounds
    kind = story.state.incidents[incident_id].kind
    actions = IN_A_FIRE if unlocks_in(kind, story.premises) else ASK_ACTIONS
    tell_people(story, "ask_confirmation", incident_id=incident_id, actions=actions, groups=groups)


def unlocks_in(kind: IncidentKind, premises: Premises) -> bool:
    """Say whether people are offered to unlock: in a fire, where the owner allowed it for a door."""
    return kind is IncidentKind.FIRE and any(door.fire_unlock for door in premises.doors.values())


def next_ask(incident: Incident, policy: Policy) -> datetime | None:
    """Return when people are asked next (maybe past), None when nobody needs to be asked."""
    if incident.verdicts or incident.covert or incident.silent or incident.is_distress:
        return None
    if incident.stage not in {Stage.VERIFYING, Stage.AWAITING_CONFIRMATION}:
        return None
    if incident.asked_at is None:
        return AT_ONCE
    if incident.asks >= MAX_ASKS:
        return None
    return incident.asked_at + timedelta(seconds=policy.confirmation_window_s)


def ask_people_when_due(story: Story, incident_id: str) -> None:
    """Ask at the end of the abort window, and again while nobody answers."""
    due = next_ask(story.state.incidents[incident_id], story.policy)
    if due is not None and story.now >= due:
        ask_people(story, incident_id)


def note_answer(story: Story, incident_id: str, by: str, outcome: str) -> None:
    """Keep who answered what among the attempts to reach people."""
    contact_id = by.removeprefix("contact:")
    incident = story.state.incidents[incident_id]
    if contact_id in story.premises.contacts:
        story.tell(
            ev.AttemptMade(
                incident_id=incident_id,
                contact_id=contact_id,
                channel="",
                round=incident.asks,
                outcome=outcome,
            )
        )
