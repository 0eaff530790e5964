"""Waiting by the engine's own clock, which tests can move."""

import asyncio
from datetime import timedelta

from .ports import Clock


async def pause(clock: Clock, seconds: float) -> None:
    """Return after that long; leaves no timer behind when cancelled."""
    woken = asyncio.Event()
    cancel = clock.call_at(clock.now() + timedelta(seconds=seconds), woken.set)
    try:
        await woken.wait()
    finally:
        cancel()
