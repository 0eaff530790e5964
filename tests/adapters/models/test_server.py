"""An inference server is asked whether it is one, is ready, and has the model."""

import socket

import pytest
from aiohttp import web

from custom_components.verified_response.adapters.models.server import refuse_server

from .conftest import Host

pytestmark = pytest.mark.real


def says(host: Host, path: str, status: int) -> None:
    async def answer(_: web.Request) -> web.Response:
        headers = {"Location": f"{host.url}/v2/health/ready"} if status == 302 else {}
        return web.Response(status=status, headers=headers)

    host.serves(path, answer)


async def test_a_ready_one(hass, host) -> None:
    says(host, "/base/v2/health/ready", 200)
    says(host, "/base/v2/models/people/ready", 200)
    assert await refuse_server(hass, f"{host.url}/base/", "people") is None


async def test_the_name_cannot_lead_elsewhere(hass, host) -> None:
    says(host, "/v2/health/ready", 200)
    await refuse_server(hass, host.url, "../../admin?x=1#")
    assert host.requests[-1].raw_path == "/v2/models/..%2F..%2Fadmin%3Fx=1%23/ready"


@pytest.mark.parametrize("status", [302, 401, 404, 500, 503])
async def test_what_is_no_ready_server(hass, host, status) -> None:
    says(host, "/v2/health/ready", status)
    assert await refuse_server(hass, host.url, "people") == "server_not_ready"


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "server_model_unknown"), (400, "server_model_unknown"), (503, "server_not_ready")],
)
async def test_a_server_without_the_model(hass, host, status, code) -> None:
    says(host, "/v2/health/ready", 200)
    says(host, "/v2/models/people/ready", status)
    assert await refuse_server(hass, host.url, "people") == code


async def test_nobody_there(hass) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    assert await refuse_server(hass, f"http://127.0.0.1:{port}", "m") == "server_unreachable"
    assert await refuse_server(hass, "http://", "m") == "server_unreachable"
