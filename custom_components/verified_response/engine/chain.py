"""Heartbeat of the sharing chain: whether the way to every responder is open."""

import asyncio
import logging

from ..core.errors import VerifiedResponseError
from ..core.premises import ResponderMode
from .desk import Desk
from .ports import Clock, EmergencyCenter
from .waiting import pause

_LOGGER = logging.getLogger(__name__)

EVERY_S = 900
"""Four times an hour: a dead way is known well before a night, at 96 small requests a day."""
TIMEOUT_S = 20.0


class ChainCheck:
    """Tests every responder that is not off; says so once when it breaks and once when it is back."""

    def __init__(self, desk: Desk, clock: Clock, center: EmergencyCenter) -> None:
        self._desk = desk
        self._clock = clock
        self._center = center

    async def run(self) -> None:
        """Test now and then, until cancelled."""
        while True:
            await self.test()
            await pause(self._clock, EVERY_S)

    async def test(self) -> None:
        """Test every responder once, side by side."""
        active = [
            responder.id
            for responder in self._desk.premises.responders.values()
            if responder.mode is not ResponderMode.OFF
        ]
        results = await asyncio.gather(*(self._ping(item) for item in active))
        chain = dict(zip(active, results, strict=True))
        before = self._desk.feed.latest.chain
        for responder_id, error in chain.items():
            if error and not before.get(responder_id):
                _LOGGER.warning("A responder cannot be reached: %s", error)
            elif error is None and before.get(responder_id):
                _LOGGER.warning("A responder can be reached again")
        self._desk.show(chain=chain)

    async def _ping(self, responder_id: str) -> str | None:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._center.ping(responder_id)
        except VerifiedResponseError as err:
            return err.code
        except TimeoutError:
            return "timed_out"
        except Exception:  # a bug in one connector must not end the heartbeat
            _LOGGER.exception("Testing the way to a responder failed")
            return "unexpected"
        return None
