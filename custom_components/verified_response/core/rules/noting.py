"""Sounds, locks, vehicles, weather and people at home: evidence of what is open, or kept for what may come."""

from datetime import timedelta

from .. import commands as cmd
from .. import events as ev
from ..evidence import EvidenceItem, HouseholdPresent, LockReported, LockSign, Noted
from ..incident import IncidentKind
from ..state import PROTECTING
from .asking import tell_people
from .story import Story
from .trips import add_evidence, nobody_expected

AGAIN_S = 10
"""The same said again within this time is the same."""
ATTEMPT_AGAIN_S = 300
"""An attempt at one door is told at most this often."""


def note_evidence(story: Story, command: cmd.NoteEvidence) -> None:
    """Follow what an entity told."""
    note(story, command.item)


def note(story: Story, item: Noted) -> None:
    """Keep it with the open burglary, else for the next one; never an alarm by itself."""
    if not any(area.phase in PROTECTING for area in story.state.areas.values()):
        return
    current = story.open_incident(IncidentKind.BURGLARY)
    if current is None:
        if not _said(story, item, tuple(story.state.recent)):
            story.tell(ev.EvidenceNoted(item=item))
            _tell_attempt(story, item)
        return
    if isinstance(item, HouseholdPresent) and not nobody_expected(story, current):
        return
    if not _said(story, item, current.evidence):
        add_evidence(story, current.id, item)


def _said(story: Story, item: Noted, known: tuple[EvidenceItem, ...]) -> bool:
    span = timedelta(seconds=AGAIN_S)
    return any(
        type(other) is type(item)
        and all(
            getattr(other, name, None) == getattr(item, name, None)
            for name in ("sign_id", "door_id", "kind", "who", "plate")
        )
        and (isinstance(item, HouseholdPresent) or abs(story.now - other.at) < span)
        for other in known
    )


def _tell_attempt(story: Story, item: Noted) -> None:
    """Announce wrong codes in a row at a lock: somebody tries to get in."""
    if not isinstance(item, LockReported) or item.kind is not LockSign.WRONG_CODES:
        return
    told = story.state.door_attempts.get(item.door_id)
    if told is not None and abs(story.now - told) < timedelta(seconds=ATTEMPT_AGAIN_S):
        return
    story.tell(ev.DoorAttempted(door_id=item.door_id))
    tell_people(story, "door_attempted", about=(item.door_id,))
