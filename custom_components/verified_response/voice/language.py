"""What every language brings: the sentences that are listened for, and what is said in return."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Topic(StrEnum):
    """What a sentence is about; each has its templates in every language."""

    HELP = "help"
    """A cry for help that leaves no doubt but does not say who shall come."""
    BARE_HELP = "bare_help"
    """One word, as a television or a wake word that misfired says it, too."""
    POLICE = "police"
    FIRE = "fire"
    MEDICAL = "medical"
    CANCEL = "cancel"
    """Takes a call for help back, without a code."""
    CANCEL_WITH_CODE = "cancel_with_code"
    """The same, with `{code}` after the word for code."""
    ALL_WELL = "all_well"
    WHAT_HAPPENED = "what_happened"
    WHO_IS_THERE = "who_is_there"


CRIES = frozenset({Topic.HELP, Topic.BARE_HELP, Topic.POLICE, Topic.FIRE, Topic.MEDICAL})


class Say(StrEnum):
    """What is said in return; the placeholders in its comment must all appear."""

    ASK = "ask"
    """{seconds}. Silence means yes: say stop or your code."""
    ASK_TO_SAY_YES = "ask_to_say_yes"
    """Silence means no: say yes, or stop."""
    CALLED = "called"
    """Help is being called."""
    PEOPLE_TOLD = "people_told"
    """Only the people of the household are told, nobody else is set up: dial the emergency number yourself."""
    ALREADY_CALLED = "already_called"
    STOPPED = "stopped"
    """Nothing is sent."""
    NOT_SENT = "not_sent"
    """No answer came: nothing is sent, the people of the household are told."""
    CANCELLED = "cancelled"
    NOTHING_TO_CANCEL = "nothing_to_cancel"
    CODE_NEEDED = "code_needed"
    """How to cancel: the sentence with the code."""
    CODE_WRONG = "code_wrong"
    CODE_LOCKED = "code_locked"
    """Too many wrong codes: wait."""
    CANCEL_IN_APP = "cancel_in_app"
    """There are no codes here: cancel it in the app."""
    FAILED = "failed"
    """It did not work: dial the emergency number yourself."""
    HARMLESS = "harmless"
    """The answer to a covert phrase: like to any small talk; means nothing."""
    ALL_WELL = "all_well"
    ARMED = "armed"
    """{areas} is armed (one or several names)."""
    NOTHING_ARMED = "nothing_armed"
    ALARM_OPEN = "alarm_open"
    """{kind}, {time}: an alarm is open."""
    NOT_SEEN = "not_seen"
    """{names}: devices that say nothing now."""
    LOOK_IN_APP = "look_in_app"
    """Something else needs attention."""
    NOTHING_HAPPENED = "nothing_happened"
    HAPPENED = "happened"
    """{kind}, {time}, {end}: the last alarm."""
    STILL_OPEN = "still_open"
    """As {end}."""
    WAS_FALSE = "was_false"
    """As {end}."""
    WAS_DEALT_WITH = "was_dealt_with"
    """As {end}."""
    ONE_PERSON_AT = "one_person_at"
    """{camera}."""
    PEOPLE_AT = "people_at"
    """{count}, {camera}."""
    NOBODY_AT = "nobody_at"
    """{camera}: nobody is to be seen there now."""
    CANNOT_SEE_AT = "cannot_see_at"
    """{camera}."""
    NO_CAMERA = "no_camera"
    """No camera looks at the door."""
    AND = "and"
    """Between the last two of several names."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One thing to be said, and what it names."""

    say: Say
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Language:
    """One language; `code` as in BCP 47, without region."""

    code: str
    sentences: Mapping[Topic, tuple[str, ...]]
    """Templates of hassil, lower case, without punctuation: [optional], (this|that)."""
    says: Mapping[Say, str]
    kinds: Mapping[str, str]
    """Names of `IncidentKind`, as they stand in the middle of a sentence."""
    stop: tuple[str, ...]
    """Words and phrases by which somebody who is asked back says no; an answer must be nothing else.

    None that a "no" before it turns around: "no estoy bien" is "no, I am fine" and "I am not well".
    """
    turned: tuple[str, ...]
    """What sounds like a stop and may mean its contrary: it stops nothing, they are asked again.

    "No, es una falsa alarma" is one by its comma alone; what lies between commas counts by itself.
    """
    yes: tuple[str, ...]
    """And by which they say yes."""
    police: tuple[str, ...]
    fire: tuple[str, ...]
    medical: tuple[str, ...]
    """Words in an answer that say who shall come."""
    digits: Mapping[str, str]
    """Digits as they are spoken, to the digit."""
    fillers: tuple[str, ...]
    """Words in an answer that change nothing: please, thanks, it was a, my code is."""

    def text(self, *replies: Reply) -> str:
        """Return what is said, one sentence after the other."""
        return " ".join(self.says[reply.say].format_map(reply.facts) for reply in replies)
