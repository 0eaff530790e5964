"""Nothing may ever dial, text or signal an emergency number or a public answering point."""

import ipaddress
import re
import unicodedata
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit


class TargetRefusal(StrEnum):
    """Why a target is refused; each member is a translated error."""

    EMERGENCY_NUMBER = "emergency_number"
    TELEPHONE_SCHEME = "telephone_scheme"
    ANSWERING_POINT = "answering_point"
    PLAIN_HTTP = "plain_http"
    CREDENTIALS_IN_URL = "credentials_in_url"
    MALFORMED_TARGET = "malformed_target"


_EMERGENCY_NUMBERS: Final = frozenset(
    re.findall(
        r"\d+",
        """000 061 062 066 080 085 088 091 092 100 101 102 103 104 105 106 107 108 110 111 112 113
        114 115 117 118 119 120 122 123 127 129 133 140 144 15 150 155 156 158 16 166 17 18 180 190
        191 192 193 194 197 198 199 911 990 991 992 993 994 995 996 997 998 999 1122 10111 10177""",
    )
)
# Words of emergency call routing that stand alone as a label of a host name.
_ANSWERING_POINT_LABELS: Final = frozenset(
    {"psap", "esinet", "esrp", "e911", "e112", "ng911", "ng112", "ng999", "911", "112", "999"}
)
_TELEPHONE_SCHEMES: Final = frozenset(
    re.findall(
        r"[a-z0-9-]+",
        """tel sip sips sms smsto mms mmsto callto facetime facetime-audio im h323 xmpp skype fax
        modem whatsapp signal sgnl tg mailto""",
    )
)
_LOOPBACK_NAMES: Final = frozenset({"localhost"})
_DIALLED: Final = re.compile(r"[\s\d+\-().*#/,;pwx~]+", re.ASCII | re.IGNORECASE)
_SCHEME: Final = re.compile(r"([a-z][a-z0-9+.\-]*):", re.ASCII | re.IGNORECASE)
_PAUSES: Final = re.compile(r"[,;pwx~]+", re.IGNORECASE)
# No national or international subscriber number has fewer digits; short codes have.
_SHORTEST_SUBSCRIBER_DIGITS: Final = 7
_DECODE_ROUNDS: Final = 3


def refuse_emergency_target(url_or_number: str) -> TargetRefusal | None:
    """Why this may never be a target, or None; for addresses and for call-back numbers alike."""
    text = _plain(url_or_number)
    if not text:
        return TargetRefusal.MALFORMED_TARGET
    if _DIALLED.fullmatch(text):
        return TargetRefusal.EMERGENCY_NUMBER if _is_emergency_number(text) else None
    if "service:sos" in text or text.startswith("urn:"):
        return TargetRefusal.ANSWERING_POINT
    scheme = _SCHEME.match(text)
    if scheme and scheme[1] in _TELEPHONE_SCHEMES:
        return TargetRefusal.TELEPHONE_SCHEME
    return _refuse_url(text)


def _plain(raw: str) -> str:
    """Undo what hides a number: percent-encoding, other scripts' digits, invisible characters."""
    for _ in range(_DECODE_ROUNDS):
        raw = unquote(raw)
    text = unicodedata.normalize("NFKC", raw)
    kept = (
        str(unicodedata.digit(c)) if c.isdigit() else c
        for c in text
        if unicodedata.category(c) != "Cf"
    )
    return "".join(kept).strip().casefold()


def _is_emergency_number(text: str) -> bool:
    """Whether any part that would be dialled is a short code, with or without prefixes."""
    dialled, *after_pause = (re.sub(r"\D", "", part) for part in _PAUSES.split(text))
    for prefix in ("011", "00"):
        if dialled.startswith(prefix) and len(dialled) > len(prefix) + 1:
            dialled = dialled.removeprefix(prefix)
            break
    if len(dialled) < _SHORTEST_SUBSCRIBER_DIGITS:
        return True
    return any(part in _EMERGENCY_NUMBERS for part in after_pause)


def _refuse_url(text: str) -> TargetRefusal | None:
    """Rules for addresses; the host may be anything that the owner's agency runs over https."""
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        return TargetRefusal.MALFORMED_TARGET
    if url.scheme not in {"http", "https"} or not host or port == 0 or re.search(r"[\s\\]", text):
        return TargetRefusal.MALFORMED_TARGET
    if "@" in url.netloc:
        return TargetRefusal.CREDENTIALS_IN_URL
    if _is_answering_point(host) or _mentions_emergency_number(url.path, url.query, url.fragment):
        return TargetRefusal.ANSWERING_POINT
    if url.scheme == "http" and not is_loopback(host):
        return TargetRefusal.PLAIN_HTTP
    return None


def _is_answering_point(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not _ANSWERING_POINT_LABELS.isdisjoint(re.split(r"[.\-_]", host))
    return False


def _mentions_emergency_number(path: str, query: str, fragment: str) -> bool:
    """Whether a gateway would be told to call an emergency number."""
    pieces = [*path.split("/"), *(value for _, value in parse_qsl(query)), *fragment.split("/")]
    for piece in pieces:
        digits = re.sub(r"[\s+\-().]", "", piece)
        prefixed = len(digits) < _SHORTEST_SUBSCRIBER_DIGITS and digits.isdigit()
        if digits in _EMERGENCY_NUMBERS or (prefixed and digits.endswith(("911", "112", "999"))):
            return True
        if _TELEPHONE_SCHEMES & set(piece.split(":")[:-1]):
            return True
    return False


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by literal address or by its own name."""
    if host in _LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
