"""Weather, power and people at home, told as adapters/signs.py tells them: edges, and a storm while it lasts."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.evidence import (
    HouseholdPresent,
    Noted,
    PowerReturned,
    StormReported,
)
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import SignKind
from custom_components.verified_response.engine.feed import Snapshot

from .house import Household

ONCE: Final = timedelta(seconds=10)
"""The same told again this soon is the same."""


class Surroundings:
    """What the signs of a house say now; it outlives a run of the hub."""

    def __init__(
        self, household: Household, now: Callable[[], datetime], say: Callable[[Noted], None]
    ) -> None:
        self._now = now
        self._say = say
        signs = household.parts["sign"]
        people = household.parts["person"]
        self._on = {key for key, part in signs.items() if part.on}
        self._kinds = {key: part.kind for key, part in signs.items()}
        self._home = {key for key, part in people.items() if part.home}
        self._stormed_at: dict[str, datetime] = {}

    def present(self) -> frozenset[str]:
        """Return who is known to be at home."""
        helpers = {key for key in self._on if self._kinds[key] is SignKind.PRESENCE}
        return frozenset(self._home | helpers)

    def begin(self) -> None:
        """Tell what lasts, as a hub finds it when it starts."""
        self._stormed_at.clear()
        self._storms()

    def follow(self, snapshot: Snapshot) -> None:
        """Tell of the storm again when an alarm opens in it."""
        for event in snapshot.news:
            if isinstance(event, ev.IncidentOpened) and event.kind is IncidentKind.BURGLARY:
                self._storms()

    def turn(self, sign_id: str, *, on: bool) -> None:
        """Let a sign change."""
        was = sign_id in self._on
        (self._on.add if on else self._on.discard)(sign_id)
        if not on or was:
            return
        match self._kinds[sign_id]:
            case SignKind.STORM:
                self._storms()
            case SignKind.POWER:
                self._say(PowerReturned(at=self._now(), sign_id=sign_id))
            case SignKind.PRESENCE:
                self._say(HouseholdPresent(at=self._now(), who=sign_id))

    def move(self, person: str, *, home: bool) -> None:
        """Let a person come home, or leave."""
        was = person in self._home
        (self._home.add if home else self._home.discard)(person)
        if home and not was:
            self._say(HouseholdPresent(at=self._now(), who=person))

    def _storms(self) -> None:
        for sign_id in sorted(self._on):
            told = self._stormed_at.get(sign_id)
            if self._kinds[sign_id] is not SignKind.STORM or (
                told is not None and self._now() - told < ONCE
            ):
                continue
            self._stormed_at[sign_id] = self._now()
            self._say(StormReported(at=self._now(), sign_id=sign_id))
