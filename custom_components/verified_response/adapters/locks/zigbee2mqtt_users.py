"""What one state message of Zigbee2MQTT says about the users of a lock."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from homeassistant.util.json import json_loads

BLANK: Final = frozenset("0\0\ufffd")
"""Zeros, nulls and undecodable bytes are how locks fill a PIN that is none."""


class UserStatus(StrEnum):
    """Status of a user, in the words of Zigbee2MQTT."""

    AVAILABLE = "available"
    ENABLED = "enabled"
    DISABLED = "disabled"
    UNKNOWN = "unknown"
    """No answer, or a status that Zigbee2MQTT does not know ("not_supported_255")."""


@dataclass(frozen=True, kw_only=True, slots=True)
class UserReading:
    """One user as the lock told it; a PIN never shows in a repr."""

    status: UserStatus
    shown: str = field(default="", repr=False)
    """What is told as its PIN; empty where PINs are hidden."""

    @property
    def code(self) -> str | None:
        """The PIN where it can be read."""
        return self.shown if self.shown.isascii() and self.shown.isdigit() else None

    @property
    def is_free(self) -> bool:
        """Say whether the user is empty; one that is called so beside a PIN is not."""
        return self.status is UserStatus.AVAILABLE and not self.shown

    def holds(self, code: str) -> bool:
        """Say whether this code, and it alone, opens here."""
        return self.status is UserStatus.ENABLED and self.code == code


UNKNOWN: Final = UserReading(status=UserStatus.UNKNOWN)


def users_in(payload: str | bytes | bytearray) -> Mapping[str, UserReading] | None:
    """Return the users that the message names, None for one that cannot be an answer.

    Zigbee2MQTT adds what it remembers to each message, so that the news of an opened door (`action`)
    carries old users. Never raises: Home Assistant would log the payload.
    """
    try:
        state = json_loads(payload)
    except ValueError:
        return None
    users = state.get("users") if isinstance(state, dict) and not state.get("action") else None
    if not isinstance(users, dict):
        return None
    return {number: _reading(user) for number, user in users.items() if isinstance(user, dict)}


def _reading(user: Mapping[str, object]) -> UserReading:
    status, shown = str(user.get("status")), user.get("pin_code")
    return UserReading(
        status=UserStatus(status) if status in UserStatus else UserStatus.UNKNOWN,
        shown=shown if isinstance(shown, str) and set(shown) - BLANK else "",
    )
