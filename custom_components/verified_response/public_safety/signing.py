"""Signatures of webhooks: HMAC-SHA256 over time and raw body, compared in constant time."""

import hashlib
import hmac
import re
from typing import Final

SIGNATURE_HEADER: Final = "VR-Signature"
REPLAY_WINDOW_S: Final = 300
_HEADER: Final = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def sign(secret: str, body: bytes, now: float) -> str:
    """Header value for these raw bytes at this Unix time."""
    if not secret:
        raise ValueError("a signature needs a secret")
    stamp = str(int(now))
    return f"t={stamp},v1={_digest(secret, stamp, body)}"


def verify(
    secret: str, header: str, body: bytes, now: float, *, window_s: int = REPLAY_WINDOW_S
) -> bool:
    """Whether the header was made with the secret over these raw bytes, and recently."""
    match = _HEADER.fullmatch(header)
    if not secret or match is None:
        return False
    stamp, claimed = match.groups()
    genuine = hmac.compare_digest(claimed, _digest(secret, stamp, body))
    return genuine and abs(now - int(stamp)) <= window_s


def _digest(secret: str, stamp: str, body: bytes) -> str:
    message = stamp.encode("ascii") + b"." + body
    return hmac.new(secret.encode("utf-8"), message, hashlib.sha256).hexdigest()
