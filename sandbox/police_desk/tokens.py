"""Short-lived bearer tokens, held in memory as digests; a restart makes clients ask again."""

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Final

_MAX_TOKENS: Final = 1000


def same_secret(given: str, expected: str) -> bool:
    """Compare without telling by time how much was right."""
    digests = (
        hashlib.sha256(text.encode("utf-8", "replace")).digest() for text in (given, expected)
    )
    return hmac.compare_digest(*digests)


class Tokens:
    """Issues tokens to known clients and says whose a token is."""

    def __init__(
        self,
        clients: Mapping[str, str],
        lifetime_s: int,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clients = clients
        self.lifetime_s = lifetime_s
        self._monotonic = monotonic
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, client_id: str, client_secret: str) -> str | None:
        """Return a new token, or None for a client that is not known."""
        known = same_secret(client_secret, self._clients.get(client_id, secrets.token_hex()))
        if not known:
            return None
        while len(self._issued) >= _MAX_TOKENS:
            del self._issued[next(iter(self._issued))]
        token = secrets.token_urlsafe(32)
        self._issued[_digest(token)] = (client_id, self._monotonic() + self.lifetime_s)
        return token

    def owner(self, token: str) -> str | None:
        """Return the client whose token this is, while it lasts."""
        digest = _digest(token)
        client_id, ends = self._issued.get(digest, (None, 0.0))
        if client_id is not None and self._monotonic() >= ends:
            del self._issued[digest]
            return None
        return client_id


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
