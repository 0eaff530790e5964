"""Choosing a door code: within every lock's bounds, not to be guessed, far from every known code."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

from ..core.access import AccessGrant
from ..core.codes import choose_code, far_enough, neighbours, weak
from ..core.errors import InvalidRequestError
from .lock_ports import LockCapabilities
from .ports import CodeBook, IdSource

SHORTEST, LONGEST = 4, 8
"""Where no lock could tell its bounds."""
REDRAWS = 5
"""An alarm code drawn by chance: one in 10 000 at the worst, so a second draw is enough."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What was found at a door: a free place (0: places have no numbers), or why there is none."""

    door_id: str
    slot: int | None = None
    reason: str = ""
    bounds: LockCapabilities | None = None
    standing: str | None = field(default=None, repr=False)
    known: frozenset[str] = field(default=frozenset(), repr=False)


class Chooser:
    """Knows what nobody may be given: the household's numbers, and its alarm codes."""

    def __init__(
        self, ids: IdSource, codes: CodeBook | None = None, personal: Collection[str] = ()
    ) -> None:
        self._ids = ids
        self._codes = codes
        self._personal = frozenset(personal)

    async def choose(
        self,
        asked: str | None,
        found: Sequence[Found],
        grants: Iterable[AccessGrant],
        fingerprint: Callable[[str], str],
    ) -> str:
        """Return the code that was asked for, or a drawn one; raises InvalidRequestError.

        code_bad_length, code_weak, code_too_close, code_is_alarm_code, locks_want_different_lengths,
        locks_want_different_codes, no_good_code.
        """
        bounds = [item.bounds for item in found if item.bounds is not None]
        least = max((item.min_length for item in bounds), default=SHORTEST)
        most = min((item.max_length for item in bounds), default=LONGEST)
        if least > most:
            raise InvalidRequestError("locks_want_different_lengths")
        if (standing := _standing(found, asked)) is not None:
            return standing
        known = frozenset[str]().union(*(item.known for item in found))
        ours = frozenset(grant.fingerprint for grant in grants if not grant.is_gone)

        def is_near(code: str) -> bool:
            return any(fingerprint(other) in ours for other in neighbours(code)) if ours else False

        if asked is not None:
            self._refuse(asked, least, most)
            if not far_enough(asked, known) or is_near(asked):
                raise InvalidRequestError("code_too_close")
            if await self._is_alarm_code(asked):
                raise InvalidRequestError("code_is_alarm_code")
            return asked
        for _ in range(REDRAWS):
            code = choose_code(
                self._ids.digits,
                min_length=least,
                max_length=most,
                avoid=known,
                personal=self._personal,
                is_near=is_near,
            )
            if not await self._is_alarm_code(code):
                return code
        raise InvalidRequestError("no_good_code")

    def _refuse(self, code: str, least: int, most: int) -> None:
        if not (code.isascii() and code.isdigit() and least <= len(code) <= most):
            raise InvalidRequestError("code_bad_length", minimum=str(least), maximum=str(most))
        if weak(code, self._personal):
            raise InvalidRequestError("code_weak")

    async def _is_alarm_code(self, code: str) -> bool:
        """Say whether somebody disarms with it: only this very code can be tried, they are hashed."""
        if self._codes is None or not self._codes.has_codes():
            return False
        return await self._codes.verify(code) is not None


def _standing(found: Sequence[Found], asked: str | None) -> str | None:
    """Return the only code that some lock can enable."""
    codes = {item.standing for item in found if item.standing is not None}
    others = any(item.slot is not None and item.standing is None for item in found)
    if not codes:
        return None
    if len(codes) > 1 or others or (asked is not None and asked not in codes):
        raise InvalidRequestError("locks_want_different_codes")
    return codes.pop()
