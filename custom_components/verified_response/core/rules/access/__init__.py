"""Codes on locks and doors that are opened: written down first, ended, proved gone."""

from ..story import Story
from .codes import forget_codes
from .grants import end_due_grants
from .passages import close_due_passages, relock_after_grants
from .responders import send_codes

__all__ = ["follow_up"]


def follow_up(story: Story) -> None:
    """Do what is due after every decision."""
    end_due_grants(story)
    send_codes(story)
    close_due_passages(story)
    relock_after_grants(story)
    forget_codes(story)
