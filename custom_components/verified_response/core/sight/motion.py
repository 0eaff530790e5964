"""Whether anything moves: the gate before the detector while a quiet camera is watched."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sumprod
from typing import Final

from ..detection import Glance
from .grey import correlation, edges, mean

LEAST_CHANGE: Final = 5.0
"""Grey levels of one cell that are never noise."""
TIMES_NOISE: Final = 4.0
FIRST_NOISE: Final = 1.0
"""How much a cell is believed to tremble before it was watched."""
UNEVEN: Final = 0.2
"""Share of a change of light that may stay in single cells: light never changes evenly."""
WHOLE: Final = 0.5
"""Share of the cells from which it is the whole picture that changed."""
PART: Final = 0.2
"""Share of them that light must leave unexplained for that."""
SAME_VIEW: Final = 0.6
"""Likeness of edges from which a change of the whole picture is one of light (night vision)."""
QUIET_RATE: Final = 0.1
BUSY_RATE: Final = 0.02
STILL_RATE: Final = 0.15
"""How fast the background follows a frame: where nothing is, where something moves, where it stands."""
STILL: Final = 3
"""Grey levels between two frames within which what is there stands still."""
EXPLAINED: Final = 0.5
"""Light explains what changed where it leaves at most this share of the cells unexplained."""
SAME_LIGHT: Final = (1.0, 0.0, 0.0)
LEAST_GAIN: Final = 0.25
MOST_GAIN: Final = 4.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Gate:
    """What the picture looks like when nothing moves, and how much each cell trembles by itself."""

    background: tuple[float, ...] = field(default=(), repr=False)
    noise: tuple[float, ...] = field(default=(), repr=False)
    last: bytes = field(default=b"", repr=False)


def step(gate: Gate, glance: Glance) -> tuple[Gate, bool]:
    """Return the gate after one more frame, and whether it is open: something moved, look for people.

    The first frame opens it: whoever is there already is not known to the background. A change of
    light over the whole frame does not. What changes the whole picture becomes the new background, and
    opens it unless the same view is just lit in another way.
    """
    luma = glance.luma
    if len(gate.background) != len(luma):
        background = tuple(map(float, luma))
        return Gate(background=background, noise=(FIRST_NOISE,) * len(luma), last=luma), True
    seen, busy = _changed(gate, luma, SAME_LIGHT)
    whole = sum(busy) > WHOLE * len(luma)
    if not any(busy):
        return _followed(gate, luma, seen), False
    relit = _changed(gate, luma, _light(gate.background, luma))
    if sum(relit[1]) <= EXPLAINED * sum(busy):
        seen, busy = relit
    if whole and sum(busy) > PART * len(luma):
        same_view = correlation(edges(gate.background), edges(luma)) >= SAME_VIEW
        background = tuple(map(float, luma))
        return Gate(background=background, noise=gate.noise, last=luma), not same_view
    return _followed(gate, luma, seen, busy), any(busy)


def _followed(
    gate: Gate, luma: bytes, seen: Sequence[float], busy: Sequence[bool] | None = None
) -> Gate:
    """Return the gate, a little more like the frame."""
    if busy is None:  # nearly always, and so worth being quick
        background = [was + QUIET_RATE * (now - was) for now, was in zip(luma, seen, strict=True)]
        noise = [
            trembling + QUIET_RATE * (abs(now - was) - trembling)
            for now, was, trembling in zip(luma, seen, gate.noise, strict=True)
        ]
        return Gate(background=tuple(background), noise=tuple(noise), last=luma)
    rates = [
        QUIET_RATE if not is_busy else STILL_RATE if abs(now - before) <= STILL else BUSY_RATE
        for is_busy, now, before in zip(busy, luma, gate.last, strict=True)
    ]
    background = [
        was + rate * (now - was) for now, was, rate in zip(luma, seen, rates, strict=True)
    ]
    noise = [
        trembling + (BUSY_RATE if is_busy else QUIET_RATE) * (abs(now - was) - trembling)
        for now, was, trembling, is_busy in zip(luma, seen, gate.noise, busy, strict=True)
    ]
    return Gate(background=tuple(background), noise=tuple(noise), last=luma)


def _changed(
    gate: Gate, luma: bytes, light: tuple[float, float, float]
) -> tuple[Sequence[float], list[bool]]:
    """Return the background in the light of now, and which cells differ from it."""
    gain, offset, shift = light
    seen: Sequence[float] = gate.background
    if light != SAME_LIGHT:
        seen = [gain * was + offset for was in seen]
    least = LEAST_CHANGE + UNEVEN * shift
    return seen, [
        abs(now - was) > least + TIMES_NOISE * trembling
        for now, was, trembling in zip(luma, seen, gate.noise, strict=True)
    ]


def _light(background: tuple[float, ...], luma: bytes) -> tuple[float, float, float]:
    """Return gain and offset that make the background most like the frame, and how much they change it."""
    count = len(luma)
    was, now = mean(background), mean(luma)
    varied = sumprod(background, background) / count - was * was
    gain = 1.0
    if varied >= 1.0:
        gain = (sumprod(background, luma) / count - was * now) / varied
        gain = min(max(gain, LEAST_GAIN), MOST_GAIN)
    shift = abs(now - was) + abs(gain - 1.0) * max(varied, 0.0) ** 0.5
    return gain, now - gain * was, shift
