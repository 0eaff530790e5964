"""IdSource from the operating system's cryptographic randomness."""

import secrets
import time
from typing import override

from ..engine.ports import IdSource

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
TIME_CHARS = 10  # 48 bits of milliseconds
RANDOM_BITS = 80


class SecretIdSource(IdSource):
    """Ids in the form of a ULID: 48 bits of time, then 80 fresh random bits each time."""

    def __init__(self) -> None:
        self._last_ms = 0

    @override
    def new_id(self) -> str:
        """Return 26 characters that sort by time, also within a millisecond or a clock set back."""
        self._last_ms = max(time.time_ns() // 1_000_000, self._last_ms + 1)
        return _base32(self._last_ms, TIME_CHARS) + _base32(
            secrets.randbits(RANDOM_BITS), RANDOM_BITS // 5
        )

    @override
    def digits(self, length: int) -> str:
        """Return random digits from a cryptographic source."""
        return "".join(secrets.choice("0123456789") for _ in range(length))


def _base32(number: int, width: int) -> str:
    return "".join(ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(width)))
