"""Alarm codes: which are fit, how they are kept, and which are too alike to be told apart under stress."""

import hashlib
import hmac
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from .codes import weak

MIN_LENGTH = 4
MAX_LENGTH = 12
SALT_BYTES = 16
_COST = 2**14  # 16 MiB and some 50 ms per guess: bearable at a keypad, also on a small computer
_BLOCK_SIZE = 8
_PARALLEL = 1
_DIGEST_BYTES = 32
_MAX_MEMORY = 64 * 2**20
_STORED = re.compile(r"scrypt\$([0-9]{1,6})\$([0-9]{1,2})\$([0-9])\$([0-9a-f]{32})\$([0-9a-f]{64})")

type _Recipe = tuple[int, int, int, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCode:
    """One code of a person, as it is kept."""

    contact_id: str
    hashed: str
    duress: bool = False
    code_id: str = ""
    """Names the code without telling it, so that one that is good once can be crossed out."""
    once: bool = False
    expires_at: datetime | None = None

    @property
    def lasts(self) -> bool:
        """Say whether it is an alarm code that stays good."""
        return not (self.duress or self.once or self.expires_at)


def is_well_formed(code: str) -> bool:
    """Say whether this could be an alarm code at all."""
    return re.fullmatch(rf"[0-9]{{{MIN_LENGTH},{MAX_LENGTH}}}", code) is not None


def refuse_code(code: str) -> str | None:
    """Return the translation key of why this must not become a code, None when it may."""
    if not is_well_formed(code):
        return "code_malformed"
    if weak(code):
        return "code_weak"
    return None


def lookalikes(code: str) -> frozenset[str]:
    """Return every code that is too close to this one, itself included.

    Close is: one digit differs, one digit more or fewer at the end, or the number next to it
    ("one plus" duress codes are forbidden in several places).
    """
    one_differs = {
        code[:i] + digit + code[i + 1 :] for i in range(len(code)) for digit in "0123456789"
    }
    one_more = {code + digit for digit in "0123456789"}
    neighbours = {str((int(code) + step) % 10 ** len(code)).zfill(len(code)) for step in (1, -1)}
    return frozenset(one_differs | one_more | neighbours | {code[:-1]})


def too_close(duress: str, code: str) -> bool:
    """Say whether a slip of the finger could turn one into the other."""
    return code in lookalikes(duress)


def hash_code(code: str, *, salt: bytes) -> str:
    """Return a string that says how it was made; slow by design, never on an event loop."""
    digest = _derive(code, (_COST, _BLOCK_SIZE, _PARALLEL, salt))
    return f"scrypt${_COST}${_BLOCK_SIZE}${_PARALLEL}${salt.hex()}${digest.hex()}"


def salt_of(hashed: str) -> bytes | None:
    """Return the salt of a stored code, None when it cannot be read."""
    parsed = _parse(hashed)
    return parsed[0][3] if parsed else None


def matches(code: str, hashed: str) -> bool:
    """Say whether this is the code behind the stored string; slow by design."""
    return matching(code, (hashed,))[0]


def matching(code: str, hashed: Sequence[str]) -> tuple[bool, ...]:
    """Compare with every stored string, whatever the first ones said; one derivation per salt."""
    parsed = [_parse(item) for item in hashed]
    derived = {recipe: _derive(code, recipe) for recipe in {item[0] for item in parsed if item}}
    return tuple(
        item is not None and hmac.compare_digest(derived[item[0]], item[1]) for item in parsed
    )


def any_matches(codes: frozenset[str], hashed: Sequence[str]) -> bool:
    """Say whether any of these codes is behind any stored string."""
    return bool(hashed) and any(any(matching(code, hashed)) for code in codes)


def _parse(hashed: str) -> tuple[_Recipe, bytes] | None:
    if (parts := _STORED.fullmatch(hashed)) is None:
        return None
    cost, block_size, parallel, salt, digest = parts.groups()
    return (int(cost), int(block_size), int(parallel), bytes.fromhex(salt)), bytes.fromhex(digest)


def _derive(code: str, recipe: _Recipe) -> bytes:
    cost, block_size, parallel, salt = recipe
    return hashlib.scrypt(
        code.encode(),
        salt=salt,
        n=cost,
        r=block_size,
        p=parallel,
        maxmem=_MAX_MEMORY,
        dklen=_DIGEST_BYTES,
    )
