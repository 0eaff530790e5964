"""A card's network on an inference server: fed and read here, run there, several frames at a time."""

import time
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from ..card import Drawn, ModelCard, Thresholds
from ..decode import Person, decode
from ..pixels.feed import Feed
from ..self_test import measure
from .exchange import Exchange, ServerUnreachable, ServerWrong, address_of
from .protocol import Served, as_text, describe, infer

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    type Pixels = NDArray[np.uint8]

PATIENCE_S: Final = 5.0  # where nobody says how long anybody waits
PROOF_S: Final = 15.0  # for the self-test at the start, which is given 30 s with everything


class RemoteEngine:
    """One model on one server; asked what it has, and tested, before it is believed."""

    name: Final = "remote"
    trust: Final = "full"

    def __init__(self, url: str, model: str, card: ModelCard) -> None:
        """Prepare; nothing is asked yet. Raises ValueError for an address that is none."""
        self._exchange = Exchange(address_of(url))
        self._called = model
        self._card = card
        self._feed = Feed(card)
        self._served: Served | None = None
        self._proven = False

    @property
    def model(self) -> str:
        """Return the card's name."""
        return self._card.name

    @property
    def enough(self) -> int:
        """Return how many pixels of the longer side the network can use."""
        return max(self._card.width, self._card.height)

    @property
    def at_once(self) -> int:
        """Return how many frames the server takes together, as far as is known."""
        return self._served.at_once if self._served is not None else 1

    @property
    def thresholds(self) -> Thresholds:
        """Return what was measured for the model."""
        return self._card.thresholds

    @property
    def drawn(self) -> Sequence[Drawn]:
        """Return what the model is known to find in drawings."""
        return self._card.drawn

    def prove(self) -> float:
        """Return milliseconds per frame once the self-test is passed; raises ServerUnreachable, ServerWrong."""
        self._served = None
        return self._prove(time.monotonic() + PROOF_S)

    def _prove(self, until: float) -> float:
        """Pass the self-test by a deadline: a hub that waits longer takes the worker for hung."""
        if (frame_ms := measure(_Unproven(self, until))) is None:
            raise ServerWrong("it does not see the drawn person, or sees one where nobody is")
        self._proven = True
        return frame_ms

    def look(self, frames: Sequence[Pixels], *, until: float | None = None) -> list[list[Person]]:
        """Return the people in each BGR frame; `until` is when nobody waits any more.

        Raises ServerUnreachable, ServerWrong, OutputUnreadable.
        """
        until = time.monotonic() + PATIENCE_S if until is None else until
        try:
            if not self._proven:
                self._prove(until)
            return self._asked(frames, until)
        except ServerUnreachable as error:
            if error.gone:
                # What comes back may be another server, or another model.
                self._served, self._proven = None, False
            raise

    def _asked(self, frames: Sequence[Pixels], until: float) -> list[list[Person]]:
        """Ask, in as many requests as the server needs."""
        if self._served is None:
            self._served = describe(self._exchange, self._called, self._card, until=until)
        if self._served.binary is None:
            self._served = self._try_binary(self._served, frames[:1], until)
        people: list[list[Person]] = []
        for first in range(0, len(frames), self._served.at_once):
            group = frames[first : first + self._served.at_once]
            blob, placed = self._feed(group)
            output = infer(self._exchange, self._served, blob, self._card, until=until)
            people += [
                decode(row, self._card, place, frame=(pixels.shape[1], pixels.shape[0]))
                for row, place, pixels in zip(output, placed, group, strict=True)
            ]
        return people

    def _try_binary(self, served: Served, frames: Sequence[Pixels], until: float) -> Served:
        """Find out whether a server that does not say so takes tensors as bytes: some do, as text costs ten times as much."""
        blob, _ = self._feed(frames)
        try:
            infer(self._exchange, replace(served, binary=True), blob, self._card, until=until)
        except ServerWrong, ServerUnreachable:
            return as_text(served)
        return replace(served, binary=True)


class _Unproven:
    """The engine as the self-test sees it."""

    def __init__(self, engine: RemoteEngine, until: float) -> None:
        self._engine = engine
        self._until = until
        self.drawn = engine.drawn

    def look(self, frames: Sequence[Pixels]) -> list[list[Person]]:
        """Look without a test before it."""
        return self._engine._asked(frames, min(time.monotonic() + PATIENCE_S, self._until))
