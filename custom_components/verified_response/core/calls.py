"""Calls for help by voice: whom they are for, what silence means, and a cry that is asked back about."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Call(StrEnum):
    """Whom a person may call for; the owner says which responder answers which call."""

    POLICE = "police"
    FIRE = "fire"
    MEDICAL = "medical"


class Silence(StrEnum):
    """What it means when nobody answers the question whether help shall be sent."""

    CALLS_AT_HOME = "calls_at_home"
    """Yes, unless nobody is at home as far as anybody can tell."""
    CALLS = "calls"
    CALLS_NOBODY = "calls_nobody"


class CryEnd(StrEnum):
    """What became of a cry."""

    CALLED = "called"
    STOPPED = "stopped"
    NO_ANSWER = "no_answer"
    TOO_OLD = "too_old"
    """The hub did not run for too long while it was asked back about: people decide."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Heard:
    """Where a voice was heard: names for people, ids for the hub; empty ones are not known."""

    device: str = ""
    place: str = ""
    """Name of the area in which the satellite stands."""
    satellite: str = ""
    """Entity that can ask back and announce."""
    language: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cry:
    """An open cry for help: it may be taken back until `until`, then silence decides."""

    id: str
    """Also that of the incident it may become."""
    call: Call
    heard: Heard
    heard_at: datetime
    until: datetime
    bare: bool
    """One word, as a television or a misfired wake word says it: silence calls nobody."""
    silence_calls: bool
    asked: int = 1
    """How often it was asked back about; a restart begins anew."""
