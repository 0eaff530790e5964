"""Cries for help: asked back about before anybody is called; silence decides as the owner said."""

from dataclasses import replace
from datetime import datetime, timedelta

from .. import commands as cmd
from .. import events as ev
from ..calls import Call, Cry, CryEnd, Heard, Silence
from ..errors import InvalidRequestError
from ..incident import KIND_OF, call_of
from ..premises import NOBODY_HOME
from ..state import PROTECTING
from .asking import tell_everybody
from .distress import open_call, open_duress, report_distress, was_lately
from .story import Story

ECHO_S = 4
"""Two satellites hear the same cry; what comes later is a second one."""
PAUSE_S = 120
"""A cry from before a longer pause of the hub is history: people hear of it and decide."""
MOST_ASKED = 3
"""A hub that restarts again and again must not ask for ever."""
CALL_HELP = "call_help"
"""Button of a message about a cry that nobody answered."""
BY_VOICE = "voice"


def cry_for_help(story: Story, command: cmd.CryForHelp) -> None:
    """Ask back; a cry that goes on after the question is the answer, and no open call waits for one."""
    current = story.state.cry
    if current is not None:
        _cry_again(story, current, command)
    elif (call := _called_just_now(story, command.call)) is not None:
        _call(story, command.new_id, call, command.heard, by=BY_VOICE)
    else:
        cry = Cry(
            id=command.new_id,
            call=command.call or story.policy.cry_call,
            heard=command.heard,
            heard_at=story.now,
            until=story.after(story.policy.cry_countdown_s),
            bare=command.bare,
            silence_calls=not command.bare and _silence_calls(story, command.at_home),
        )
        story.tell(ev.CryHeard(cry=cry))


def _silence_calls(story: Story, at_home: bool | None) -> bool:
    match story.policy.cry_silence:
        case Silence.CALLS:
            return True
        case Silence.CALLS_NOBODY:
            return False
    return not _everybody_left(story) if at_home is None else at_home


def _everybody_left(story: Story) -> bool:
    """Say whether all areas are armed for nobody at home: what is heard then is a television."""
    areas = [story.state.area(area_id) for area_id in story.premises.areas]
    return bool(areas) and all(
        area.phase in PROTECTING and area.mode in NOBODY_HOME for area in areas
    )


def _cry_again(story: Story, cry: Cry, command: cmd.CryForHelp) -> None:
    if story.now - cry.heard_at < timedelta(seconds=ECHO_S):
        if command.call not in {None, cry.call} or (cry.bare and not command.bare):
            _hear_better(story, cry, command)
    elif cry.bare and command.bare:
        _hear_better(story, cry, replace(command, bare=False))
    else:
        _send(story, cry, command.call, by=BY_VOICE)


def _hear_better(story: Story, cry: Cry, command: cmd.CryForHelp) -> None:
    """Take over what the second ear understood and the first did not."""
    bare = cry.bare and command.bare
    calls = not bare and _silence_calls(story, command.at_home)
    cry = replace(cry, call=command.call or cry.call, bare=bare, silence_calls=calls)
    story.tell(ev.CryHeard(cry=cry))


def answer_cry(story: Story, command: cmd.AnswerCry) -> None:
    """Follow the answer; raises InvalidRequestError when nothing is asked about any more."""
    cry = story.state.cry
    if cry is None or cry.id != command.cry_id:
        raise InvalidRequestError("cry_over")
    if command.send:
        _send(story, cry, command.call, by=command.by)
        return
    story.tell(ev.CryEnded(cry_id=cry.id, end=CryEnd.STOPPED, by=command.by))
    if command.duress:
        open_duress(story, command.new_id, by=command.by, heard=cry.heard)


def finish_cry(story: Story) -> None:
    """Let silence decide once the time for an answer is over."""
    cry = story.state.cry
    if cry is None or story.now < cry.until:
        return
    if cry.silence_calls:
        _send(story, cry, None, by=BY_VOICE)
    else:
        _leave_to_people(story, cry, CryEnd.NO_ANSWER)


def _send(story: Story, cry: Cry, call: Call | None, *, by: str) -> None:
    story.tell(ev.CryEnded(cry_id=cry.id, end=CryEnd.CALLED, by=by))
    _call(story, cry.id, call or cry.call, cry.heard, by=by)


def _call(story: Story, new_id: str, call: Call, heard: Heard, *, by: str) -> None:
    report_distress(
        story,
        cmd.ReportDistress(
            new_id=new_id,
            kind=KIND_OF[call],
            silent=False,
            by=by,
            ha_area=heard.place or None,
            heard=heard,
        ),
    )


def _called_just_now(story: Story, call: Call | None) -> Call | None:
    """Return for whom a cry counts without a question, because help was called for openly a moment ago.

    One that does not say who shall come is the same call.
    """
    kind = KIND_OF[call or story.policy.cry_call]
    current = open_call(story, kind, silent=False)
    if current is None or not was_lately(story, current):
        return None
    return call or call_of(current.kind)


def _leave_to_people(story: Story, cry: Cry, end: CryEnd) -> None:
    """Call nobody, and let everybody of the household know that somebody cried."""
    story.tell(ev.CryEnded(cry_id=cry.id, end=end))
    tell_everybody(
        story,
        "cry_unanswered",
        about=(cry.call.value,),
        actions=(CALL_HELP,),
        place=cry.heard.place or cry.heard.device,
    )


def ask_again(story: Story, since: datetime | None) -> None:
    """After a pause of the hub: ask anew, with the whole time to answer; a late call helps nobody."""
    cry = story.state.cry
    if cry is None:
        return
    too_old = since is None or story.now - since > timedelta(seconds=PAUSE_S)
    if too_old or cry.asked >= MOST_ASKED:
        _leave_to_people(story, cry, CryEnd.TOO_OLD)
        return
    until = story.after(story.policy.cry_countdown_s)
    story.tell(ev.CryHeard(cry=replace(cry, until=until, asked=cry.asked + 1)))
