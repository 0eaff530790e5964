"""Which door codes are good: not guessable, and not reachable from another code by one slip."""

import re
from collections.abc import Callable, Collection
from itertools import pairwise, zip_longest

from .errors import InvalidRequestError

PREFERRED_LENGTH = 6
SHORTEST = 4
ATTEMPTS = 500  # about half of all four-digit draws pass, so a good one is missed practically never
RUN = 4
FEWEST_DISTINCT = 3
FEWEST_DIFFERENCES = 2
YEARS = range(1900, 2100)
DIGITS = "0123456789"


def weak(code: str, personal: Collection[str] = ()) -> bool:
    """Say whether people would guess the code: repeats, runs, years, mirrors, or not digits.

    `personal` are numbers that belong to the household, as personal_numbers() finds them.
    """
    if len(code) < SHORTEST or not (code.isascii() and code.isdigit()):
        return True
    if any(number in code or code in number for number in personal):
        return True
    return (
        len(set(code)) < FEWEST_DISTINCT
        or code == code[::-1]
        or _repeats_a_block(code)
        or _has_run(code)
        or _has_year(code)
    )


def personal_numbers(*texts: str) -> frozenset[str]:
    """Return the numbers of an address or telephone that somebody might try; runs of three digits and more."""
    joined = (re.sub(r"(?<=\d)[ ()/.-]+(?=\d)", "", text) for text in texts)
    found = (*texts, *joined)
    return frozenset(number for text in found for number in re.findall(r"[0-9]{3,}", text))


def neighbours(code: str) -> frozenset[str]:
    """Return the code itself and every other that fewer than two digits set apart from it."""
    swapped = {code[:at] + digit + code[at + 1 :] for at in range(len(code)) for digit in DIGITS}
    return frozenset({code, code[:-1], *(code + digit for digit in DIGITS), *swapped})


def far_enough(code: str, known: Collection[str]) -> bool:
    """Say whether at least two digits differ from every known code; a missing digit differs."""
    return all(_differences(code, other) >= FEWEST_DIFFERENCES for other in known)


def choose_code(
    draw: Callable[[int], str],
    *,
    min_length: int,
    max_length: int,
    avoid: Collection[str],
    personal: Collection[str] = (),
    is_near: Callable[[str], bool] = lambda _: False,
) -> str:
    """Draw until a code is good; raises InvalidRequestError("no_good_code").

    `avoid` are known codes; `is_near` says it of those that are only known by their digests.
    """
    length = max(min_length, min(PREFERRED_LENGTH, max_length))
    if SHORTEST <= length <= max_length:
        for _ in range(ATTEMPTS):
            code = draw(length)
            if len(code) != length or weak(code, personal):
                continue
            if far_enough(code, avoid) and not is_near(code):
                return code
    raise InvalidRequestError("no_good_code")


def _differences(one: str, other: str) -> int:
    return sum(a != b for a, b in zip_longest(one, other))


def _repeats_a_block(code: str) -> bool:
    """Say whether the code is one shorter block written again and again."""
    return code in (code + code)[1:-1]


def _has_run(code: str) -> bool:
    """Say whether four digits in a row are equal, count up or count down, through 0 as well."""
    steps = [(int(b) - int(a)) % 10 for a, b in pairwise(code)]
    windows = (steps[at : at + RUN - 1] for at in range(len(steps) - RUN + 2))
    return any(set(window) in ({0}, {1}, {9}) for window in windows)


def _has_year(code: str) -> bool:
    return any(int(code[at : at + 4]) in YEARS for at in range(len(code) - 3))
