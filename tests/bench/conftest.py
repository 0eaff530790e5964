"""Measured as in a hub: the test runner's debugging of the event loop costs tens of milliseconds at a time."""

import asyncio

import pytest


@pytest.fixture(autouse=True)
async def as_in_a_hub() -> None:
    asyncio.get_running_loop().set_debug(False)
