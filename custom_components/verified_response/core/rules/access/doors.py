"""What locks say: uses of our codes are counted, wrong ones in a row are an attempt, all is kept."""

from datetime import timedelta

from ... import commands as cmd
from ... import events as ev
from ...access import GONE, AccessGrant, Credential
from ...entries import DoorAct, DoorReport, EntryMethod
from ...evidence import LockReported, LockSign
from ..noting import note, note_evidence
from ..story import Story
from .passages import door_locked, tell_desks_of

AGAIN_S = 2
"""The same said again within this time is the same."""
BY_CODE = frozenset({EntryMethod.KEYPAD, EntryMethod.UNKNOWN})
"""How our codes are used; with anything else a lock names users, too, and some name one for nobody."""


def hear_evidence(story: Story, command: cmd.NoteEvidence) -> None:
    """Follow what an entity told; a lock that jams is news for those who wait before its door."""
    note_evidence(story, command)
    item = command.item
    if isinstance(item, LockReported) and item.kind is LockSign.JAMMED:
        tell_desks_of(story, item.door_id)


def report_door(story: Story, command: cmd.ReportDoor) -> None:
    """Keep the entry; a use of our own code counts, anybody else's is not our business."""
    report = command.report
    if report.door_id not in story.premises.doors or _was_said(story, report):
        return
    found = _ours(story, report) if report.act is not DoorAct.REFUSED else None
    story.tell(
        ev.DoorReported(
            report=report,
            grant_id=found[0].id if found else None,
            proven=found is not None and found[1].proved,
        )
    )
    match report.act:
        case DoorAct.UNLOCKED if found is not None:
            _used(story, found[0], report)
        case DoorAct.LOCKED:
            door_locked(story, report.door_id)
        case DoorAct.REFUSED:
            _refused(story, report.door_id)
        case DoorAct.LOCKED_OUT:
            _note(story, report.door_id, LockSign.WRONG_CODES)


def _was_said(story: Story, report: DoorReport) -> bool:
    if report.act is DoorAct.REFUSED:
        return False  # each wrong code counts
    said = story.state.door_said.get(report.door_id)
    return (
        said is not None
        and abs(report.at - said.at) < timedelta(seconds=AGAIN_S)
        and (said.act, said.method, said.slot, said.name)
        == (report.act, report.method, report.slot, report.name)
    )


def _ours(story: Story, report: DoorReport) -> tuple[AccessGrant, Credential] | None:
    """Return whose code it was, by the place or the label that the lock itself named."""
    if report.method not in BY_CODE:
        return None
    for grant in story.state.grants.values():
        credential = grant.credentials.get(report.door_id)
        if credential is None or credential.status in GONE:
            continue
        by_place = credential.slot > 0 and report.slot == credential.slot
        if by_place or (report.name and report.name == grant.label):
            return grant, credential
    return None


def _used(story: Story, grant: AccessGrant, report: DoorReport) -> None:
    story.tell(ev.GrantUsed(grant_id=grant.id, door_id=report.door_id, method=report.method))
    note(
        story,
        LockReported(
            at=story.now,
            door_id=report.door_id,
            kind=LockSign.CREDENTIAL_USED,
            who=grant.id,
        ),
    )


def _refused(story: Story, door_id: str) -> None:
    """Take enough wrong codes in a row for an attempt."""
    row = story.state.refused.get(door_id, ())
    if row and len(row) % story.policy.lock_attempts == 0:
        _note(story, door_id, LockSign.WRONG_CODES)


def _note(story: Story, door_id: str, kind: LockSign) -> None:
    note(story, LockReported(at=story.now, door_id=door_id, kind=kind))
