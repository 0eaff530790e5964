"""What can be expected at a step or at the end: one field each, all of them left open unless written.

Lists name what must be there; a name after `no` must not, and `none` means that nothing may be there.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import custom_components.verified_response as product
from custom_components.verified_response.core import evidence
from custom_components.verified_response.core.effects import ShareAction
from custom_components.verified_response.core.incident import DeliveryStatus, IncidentKind, Stage
from custom_components.verified_response.core.premises import ArmMode, ChannelKind
from custom_components.verified_response.core.signals import TroubleKind
from custom_components.verified_response.core.state import Phase

from .fields import Named, Names, key_of, meant
from .house import AreaName, CameraName, LockName, ResponderName, ZoneName
from .tree import Place, ScenarioError, Word

TEXTS: Final = Path(product.__file__).parent / "translations" / "en.json"
PARTS: Final = Named(("zone", "camera", "person", "sign", "lock", "area"))
EVIDENCE: Final = tuple(
    re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower()
    for kind in evidence.EvidenceItem.__value__.__args__
)


@cache
def worded(group: str) -> tuple[str, ...]:
    """Return the names that the product has sentences for: what cannot be said cannot be expected."""
    texts: Mapping[str, Any] = json.loads(TEXTS.read_text(encoding="utf-8"))
    return tuple(texts["config_panel"]["sentences"][group])


def _known(text: str, known: Iterable[str], place: Place, what: str) -> str:
    names = tuple(known)
    if key_of(text) in names:
        return key_of(text)
    raise ScenarioError(place, f"{text!r} is no {what}{meant(text, names)}.")


def _split(word: Word, *joints: str) -> tuple[bool, list[str]]:
    """Return whether it begins with `no`, and the parts between these words, "" for missing ones."""
    text = word.text
    absent = text.startswith("no ")
    rest = text.removeprefix("no ")
    parts = []
    for joint in reversed(joints):
        head, found, tail = rest.partition(f" {joint} ")
        parts.append(tail.strip() if found else "")
        rest = head
    return absent, [rest.strip(), *reversed(parts)]


def _joined(first: str, **more: str) -> str:
    return " ".join([first, *(f"{joint} {name}" for joint, name in more.items() if name)])


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    """A rule's name: `person_seen`, `no person_seen`."""

    name: str
    absent: bool = False

    def __str__(self) -> str:
        return self.name

    @classmethod
    def parse(cls, word: Word, _names: Names) -> Reason:
        """Read it; raises ScenarioError."""
        absent, (name,) = _split(word)
        return cls(name=_known(name, worded("reason"), word.place, "reason"), absent=absent)


@dataclass(frozen=True, kw_only=True, slots=True)
class Unknown:
    """What could not be known, and of whom: `zone_lost of kitchen window`."""

    name: str
    of: str = ""
    absent: bool = False

    def __str__(self) -> str:
        return _joined(self.name, of=self.of)

    @classmethod
    def parse(cls, word: Word, names: Names) -> Unknown:
        """Read it; raises ScenarioError."""
        absent, (name, of) = _split(word, "of")
        return cls(
            name=_known(name, worded("unknown"), word.place, "unknown"),
            of=names.find(Word(place=word.place, text=of), PARTS) if of else "",
            absent=absent,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """A piece of evidence: `person_seen of hall camera`, `no storm_reported`."""

    name: str
    of: str = ""
    absent: bool = False

    def __str__(self) -> str:
        return _joined(self.name, of=self.of)

    @classmethod
    def parse(cls, word: Word, names: Names) -> Item:
        """Read it; raises ScenarioError."""
        absent, (name, of) = _split(word, "of")
        return cls(
            name=_known(name, EVIDENCE, word.place, "evidence"),
            of=names.find(Word(place=word.place, text=of), PARTS) if of else "",
            absent=absent,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Pushed:
    """What reached a person: `ask_confirmation to Ada by satellite`; person and channel may be left out."""

    prompt: str
    person: str = ""
    channel: str = ""
    absent: bool = False

    def __str__(self) -> str:
        return _joined(self.prompt, to=self.person, by=self.channel)

    @classmethod
    def parse(cls, word: Word, names: Names) -> Pushed:
        """Read it; raises ScenarioError."""
        absent, (prompt, person, channel) = _split(word, "to", "by")
        prompts = [name for name in worded("prompt") if f"{name}_title" in worded("prompt")]
        channels = [kind.value for kind in ChannelKind]
        who = Word(place=word.place, text=person)
        return cls(
            prompt=_known(prompt, prompts, word.place, "prompt"),
            person=names.find(who, Named(("person",))) if person else "",
            channel=_known(channel, channels, word.place, "channel") if channel else "",
            absent=absent,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What reached a responder: `create to City desk`; the responder may be left out."""

    action: str
    responder: str = ""
    absent: bool = False

    def __str__(self) -> str:
        return _joined(self.action, to=self.responder)

    @classmethod
    def parse(cls, word: Word, names: Names) -> Shared:
        """Read it; raises ScenarioError."""
        absent, (action, responder) = _split(word, "to")
        actions = [item.value for item in ShareAction]
        who = Word(place=word.place, text=responder)
        return cls(
            action=_known(action, actions, word.place, "act of sharing"),
            responder=names.find(who, Named(("responder",))) if responder else "",
            absent=absent,
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """A person's kept word: `Ada false_alarm`, `Ben property`."""

    person: str
    says: str

    def __str__(self) -> str:
        return f"{self.person} {self.says}"

    @classmethod
    def parse(cls, word: Word, names: Names) -> Answer:
        """Read it; raises ScenarioError."""
        who, _, says = word.text.rpartition(" ")
        known = ["false_alarm", *(threat.value for threat in evidence.Threat)]
        return cls(
            person=names.find(Word(place=word.place, text=who), Named(("person",))),
            says=_known(says, known, word.place, "answer"),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A recorded attempt to reach somebody for their word: `Ada by push`."""

    person: str
    channel: str = ""

    def __str__(self) -> str:
        return _joined(self.person, by=self.channel)

    @classmethod
    def parse(cls, word: Word, names: Names) -> Asked:
        """Read it; raises ScenarioError."""
        _, (who, channel) = _split(word, "by")
        channels = [kind.value for kind in ChannelKind]
        return cls(
            person=names.find(Word(place=word.place, text=who), Named(("person",))),
            channel=_known(channel, channels, word.place, "channel") if channel else "",
        )


type Subject = Annotated[str, Named(("zone", "camera"))]


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """All that may be expected."""

    # areas
    area: Phase | None = None
    """Phase of the first area."""
    mode: ArmMode | Literal["none"] | None = None
    """Mode of the first area."""
    areas: Mapping[AreaName, Phase] | None = None
    """Phases of several areas."""
    bypassed: tuple[ZoneName, ...] | None = None
    """Exactly these zones are left out, in any area."""
    shut_down: tuple[ZoneName, ...] | None = None
    """Exactly these zones raise no further alarm in this armed period (swinger)."""
    failed_to_arm: bool | None = None
    """An attempt to arm failed and nobody has acknowledged it."""
    refused: str | None = None
    """The happening was refused, with this error key. Without it a refusal is a mistake."""
    # the incident
    incident: IncidentKind | None = None
    """Which incident the others mean: the newest of this kind; else the newest that may be seen."""
    stage: Stage | Literal["none"] | None = None
    """Its stage; none: none is open."""
    level: int | Literal["none"] | None = None
    """Its level; none: it has none (only burglary and tamper have), or nothing ever happened."""
    proposed_by: Literal["hub", "person"] | None = None
    raised: tuple[Reason, ...] | None = None
    held: tuple[Reason, ...] | None = None
    lowered: tuple[Reason, ...] | None = None
    unknown: tuple[Unknown, ...] | None = None
    order: tuple[ZoneName, ...] | None = None
    """Exactly these zones tripped, in this order (the first trip of each counts)."""
    evidence: tuple[Item, ...] | None = None
    evidence_at_most: int | None = None
    """It holds no more pieces of evidence than this."""
    noted: tuple[Item, ...] | None = None
    """What is kept for the next incident while none is open."""
    answers: tuple[Answer, ...] | None = None
    """Exactly these answers are kept, in this order."""
    attempts: tuple[Asked, ...] | None = None
    """These attempts to reach people are recorded, among others."""
    contradicted: bool | None = None
    """People answered differently."""
    waits_for_person: bool | None = None
    """A restart holds it: nothing goes by itself until a person answers."""
    deliveries: Mapping[ResponderName, DeliveryStatus] | None = None
    """What is known of each responder having it; `none` when nobody was ever to get it."""
    shown: tuple[IncidentKind, ...] | None = None
    """Exactly these incidents are open for everybody to see; duress never is."""
    # effects since the step before
    pushed: tuple[Pushed, ...] | None = None
    shared: tuple[Shared, ...] | None = None
    warned: tuple[CameraName, ...] | None = None
    """Exactly these cameras warned early."""
    tried: tuple[LockName, ...] | None = None
    """Exactly these locks reported an attempt."""
    # effects so far
    siren: Literal["on", "off", "never"] | None = None
    """What it was told last; never: it has not sounded since the beginning."""
    nothing_leaves: bool | None = None
    """No responder has been sent anything since the beginning."""
    # the house
    troubles: Mapping[ZoneName, tuple[TroubleKind, ...]] | None = None
    """Exactly these troubles are known."""
    keypad: Literal["open", "locked"] | None = None
    blind: bool | None = None
    """A blind interval of the hub is shown."""
    false_alarms: Mapping[Subject, int] | None = None
    """How often these zones and cameras spoke in incidents that were false."""
    walk_test: Mapping[ZoneName, str] | Literal["off"] | None = None
    """What each tried sensor would have done; off: no walk test runs."""
