"""The companion app's own fields, as its documentation has them: how a message comes through, how buttons look.

For this app only: other services give the same names another meaning. What one phone does not know it leaves out,
so Android's and iOS's fields travel together.
"""

from enum import StrEnum
from typing import Any, Final

from ...core.rules.dispatch import is_on_screens
from ...engine.ports import Prompt
from .sentences import ASKS, Sentences

COMPANION: Final = "notify.mobile_app_"
CALLS_FOR_HELP: Final = frozenset({"help_called", "cry_unanswered"})
"""What tells that somebody called for help, though nothing is asked."""
FINAL: Final = frozenset({"false_alarm", "let_in", "unlock_now"})
"""Buttons that end an alarm or open a door: iOS writes them in red."""
ICON: Final = "mdi:shield-alert"


class Urgency(StrEnum):
    """How far a message may go to be noticed."""

    NEWS = "news"
    AT_ONCE = "at_once"
    """Shows at once, also on a sleeping phone."""
    CRITICAL = "critical"
    """Sounds though the phone is muted, because its owner chose that."""


def is_companion(service: str) -> bool:
    """Say whether a notify service is the companion app's."""
    return service.startswith(COMPANION)


def urgency(prompt: Prompt, *, buttons: bool, critical: bool) -> Urgency:
    """Return how far a message may go; `critical` is the choice of whoever gets it."""
    calls = prompt.key in CALLS_FOR_HELP
    quiet = prompt.incident is not None and not is_on_screens(prompt.incident)
    if critical and not quiet and (calls or ASKS in prompt.actions):
        return Urgency.CRITICAL
    return Urgency.AT_ONCE if calls or buttons else Urgency.NEWS


def fields(prompt: Prompt, how: Urgency, sentences: Sentences) -> dict[str, Any]:
    """Return what the app needs beside text, picture and buttons."""
    return {
        "group": f"verified_response_{prompt.premises.id}",
        "notification_icon": ICON,
        "visibility": "private",  # on a locked phone its owner decides what others can read
        **_way(how, sentences),
    }


def _way(how: Urgency, sentences: Sentences) -> dict[str, Any]:
    """Return the fields of one urgency: `push` is iOS's, the others are Android's."""
    if how is Urgency.NEWS:
        return {"channel": sentences.channel(how)}
    wakes = {"ttl": 0, "priority": "high", "importance": "high"}
    if how is Urgency.AT_ONCE:
        push: dict[str, Any] = {"interruption-level": "time-sensitive"}
        return {**wakes, "channel": sentences.channel(how), "push": push}
    sound = {"name": "default", "critical": 1, "volume": 1.0}
    return {
        **wakes,
        "channel": "alarm_stream",  # the app's own name: it rings like an alarm clock
        "push": {"interruption-level": "critical", "sound": sound},
    }


def look(action: str) -> dict[str, Any]:
    """Return how a button looks and acts on iOS: an answer does not open the app."""
    shown: dict[str, Any] = {"activationMode": "background"}
    return {**shown, "destructive": True} if action in FINAL else shown
