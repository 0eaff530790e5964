"""Where nothing may ever be sent: emergency numbers, telephone schemes, unsafe addresses.

Checked when something is configured; the wire room checks again, by itself, before it sends.
"""

import ipaddress
import re
import unicodedata
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

EMERGENCY_NUMBER = "target_emergency_number"
SCHEME = "target_scheme"
CREDENTIALS = "target_credentials"
INSECURE = "target_insecure"
MALFORMED = "target_malformed"
PHONE_MALFORMED = "phone_malformed"

# Emergency and help numbers in use anywhere; none of them has a subscriber.
_SHORT_CODES = """
911 112 999 000 110 111 119 933 15 16 17 18 100 101 102 103 104 105 106 107 108 113 114
115 117 118 120 122 123 127 129 133 140 144 150 155 156 158 166 180 190 191 192 193 194
197 198 199 061 062 066 080 085 088 091 092 0800 990 991 992 993 994 995 996 997 998 1122
10111 10177
"""
_NUMBERS = frozenset(_SHORT_CODES.split())
_WORLDWIDE = ("911", "112", "999")
# Words of emergency call routing, as labels of a host name.
_ROUTING = frozenset(
    ["psap", "esinet", "esrp", "e911", "e112", "ng911", "ng112", "ng999", "911", "112", "999"]
)
_TELEPHONE = frozenset(
    ["tel", "sip", "sips", "sms", "smsto", "mms", "mmsto", "callto", "urn", "xmpp", "mailto"]
)
_DIALLED = re.compile(r"[\s0-9+\-().*#/,;pwx~]+")
_PAUSE = re.compile(r"[,;pwx~]+")
_PHONE = re.compile(r"[+(]?[0-9][0-9 ()./\-]*")
_UNSEEN = re.compile(r"[\s\\\x00-\x1f\x7f]")
# No subscriber anywhere has fewer digits with area code; short codes do.
_SHORTEST_SUBSCRIBER = 7
_LONGEST_SUBSCRIBER = 15
_DECODE_ROUNDS = 3


def refuse_emergency_target(text: str) -> str | None:
    """Return the translation key of why this may never be a target, None when it may."""
    plain = _plain(text)
    if not plain:
        return MALFORMED
    if _DIALLED.fullmatch(plain):
        return EMERGENCY_NUMBER if _dials_emergency(plain) else None
    scheme = re.match(r"([a-z][a-z0-9+.\-]*):", plain)
    if "service:sos" in plain or (scheme and scheme[1] not in {"http", "https"}):
        return SCHEME
    return _refuse_url(plain) if scheme else MALFORMED


def refuse_endpoint(url: str) -> str | None:
    """Return why a responder's address is refused, None when requests may go below it."""
    if (refusal := refuse_emergency_target(url)) is not None:
        return refusal
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or parts.query or parts.fragment or url.endswith("?"):
        return MALFORMED
    return None


def refuse_phone(number: str) -> str | None:
    """Return why nobody could be called back on this number, None when it looks whole."""
    if refuse_emergency_target(number) == EMERGENCY_NUMBER:
        return EMERGENCY_NUMBER
    digits = sum(character.isdigit() for character in number)
    if not _PHONE.fullmatch(number) or not _SHORTEST_SUBSCRIBER <= digits <= _LONGEST_SUBSCRIBER:
        return PHONE_MALFORMED
    return None


def refuse_notify_service(name: str) -> str | None:
    """Return why a message service may not be used, None when it may."""
    words = set(re.split(r"[._\-]", _plain(name)))
    return None if words.isdisjoint(_WORLDWIDE) else EMERGENCY_NUMBER


def _plain(raw: str) -> str:
    """Undo what hides a number: percent-encoding, other scripts' digits, invisible characters."""
    for _ in range(_DECODE_ROUNDS):
        raw = unquote(raw)
    shown = (
        str(unicodedata.digit(character)) if character.isdigit() else character
        for character in unicodedata.normalize("NFKC", raw)
        if unicodedata.category(character) != "Cf"
    )
    return "".join(shown).strip().casefold()


def _dials_emergency(dialled: str) -> bool:
    """Say whether any part that would be dialled is a short code, with or without prefixes."""
    first, *after_pause = (re.sub(r"[^0-9]", "", part) for part in _PAUSE.split(dialled))
    for prefix in ("011", "00"):
        if first.startswith(prefix) and len(first) > len(prefix) + 1:
            first = first.removeprefix(prefix)
            break
    return len(first) < _SHORTEST_SUBSCRIBER or not _NUMBERS.isdisjoint(after_pause)


def _refuse_url(text: str) -> str | None:
    try:
        url = urlsplit(text)
        host, port = url.hostname or "", url.port
    except ValueError:
        return MALFORMED
    if not host or port == 0 or _UNSEEN.search(text):
        return MALFORMED
    if "@" in url.netloc:
        return CREDENTIALS
    if _names_answering_point(host) or _tells_gateway(url):
        return EMERGENCY_NUMBER
    if url.scheme == "http" and not _is_loopback(host):
        return INSECURE
    return None


def _names_answering_point(host: str) -> bool:
    return not _is_ip(host) and not _ROUTING.isdisjoint(re.split(r"[.\-_]", host))


def _tells_gateway(url: SplitResult) -> bool:
    """Say whether a gateway behind the address would be told to call an emergency number."""
    values = [value for _, value in parse_qsl(url.query)]
    for piece in (*url.path.split("/"), *values, *url.fragment.split("/")):
        digits = re.sub(r"[\s+\-().]", "", piece)
        is_short = digits.isdigit() and len(digits) < _SHORTEST_SUBSCRIBER
        if digits in _NUMBERS or (is_short and digits.endswith(_WORLDWIDE)):
            return True
        if not _TELEPHONE.isdisjoint(piece.split(":")[:-1]):
            return True
    return False


def _is_ip(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (_is_ip(host) and ipaddress.ip_address(host).is_loopback)
