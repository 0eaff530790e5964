"""Which door codes are good: not guessable, and not reachable from another code by one slip."""

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


def weak(code: str) -> bool:
    """Say whether people would guess the code: repeats, runs, years, mirrors, or not digits."""
    if len(code) < SHORTEST or not (code.isascii() and code.isdigit()):
        return True
    return (
        len(set(code)) < FEWEST_DISTINCT
        or code == code[::-1]
        or _repeats_a_block(code)
        or _has_run(code)
        or _has_year(code)
    )


def far_enough(code: str, known: Collection[str]) -> bool:
    """Say whether at least two digits differ from every known code; a missing digit differs."""
    return all(_differences(code, other) >= FEWEST_DIFFERENCES for other in known)


def choose_code(
    draw: Callable[[int], str], *, min_length: int, max_length: int, avoid: Collection[str]
) -> str:
    """Draw until a code is good; raises InvalidRequestError("no_good_code")."""
    length = max(min_length, min(PREFERRED_LENGTH, max_length))
    if SHORTEST <= length <= max_length:
        for _ in range(ATTEMPTS):
            code = draw(length)
            if len(code) == length and not weak(code) and far_enough(code, avoid):
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
