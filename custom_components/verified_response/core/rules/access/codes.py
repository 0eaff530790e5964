"""The codes themselves: shown once, and forgotten as soon as nobody needs them."""

from ... import commands as cmd
from ... import events as ev
from ...access import AccessGrant
from ...errors import InvalidRequestError
from ..story import Story
from .responders import carries


def show_code(story: Story, command: cmd.ShowCode) -> None:
    """Write down that somebody is shown the code; raises InvalidRequestError the second time."""
    grant = story.state.grants.get(command.grant_id)
    if grant is None:
        raise InvalidRequestError("grant_unknown")
    if not grant.is_active:
        raise InvalidRequestError("grant_ended")
    if grant.shown:
        raise InvalidRequestError("code_shown_already")
    story.tell(ev.CodeShown(grant_id=grant.id, by=command.by))


def forget_codes(story: Story) -> None:
    """Forget what is set, shown and sent, and whatever belongs to a grant that ended."""
    for grant in list(story.state.grants.values()):
        if grant.code_kept and not _is_needed(story, grant):
            story.tell(ev.CodeForgotten(grant_id=grant.id))


def _is_needed(story: Story, grant: AccessGrant) -> bool:
    if not grant.is_active:
        return False
    if not grant.is_answered or not grant.shown:
        return True
    return any(carries(pending, grant.id) for pending in story.state.effects.values())
