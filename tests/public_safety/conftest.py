"""A desk on this machine and a client that knows it."""

from contextlib import AsyncExitStack

import aiohttp
import pytest

from custom_components.verified_response.public_safety.client import PoliceApiClient, Timeouts

from .faulty_desk import running_desk


@pytest.fixture
async def desk(socket_enabled):
    async with running_desk() as running:
        yield running


@pytest.fixture
async def make_client(socket_enabled):
    async with AsyncExitStack() as stack:

        async def make(base_url: str, **changes) -> PoliceApiClient:
            session = await stack.enter_async_context(aiohttp.ClientSession())
            values = {
                "client_id": "home",
                "client_secret": "s3cret-of-the-home",
                "timeouts": Timeouts(connect_s=2, total_s=5),
            }
            return PoliceApiClient(session, base_url=base_url, **values | changes)

        yield make


@pytest.fixture
async def client(desk, make_client):
    return await make_client(desk.url)
