"""The client against a real desk that fails on purpose: create at most once, say what is unknown."""

import asyncio
import logging
import socket

import pytest
from aiohttp import web

from custom_components.verified_response.public_safety.answers import DeskStatus
from custom_components.verified_response.public_safety.client import ANSWER_MAX_BYTES, Timeouts
from custom_components.verified_response.public_safety.errors import (
    AuthError,
    PublicSafetyError,
    RejectedError,
    RetryableError,
    UnknownOutcomeError,
)
from custom_components.verified_response.public_safety.schema import Mode

from .faulty_desk import accepted_but, answer, cut_before, lost_answer, running_desk, slow
from .samples import REFERENCE, cancel, incident, update

QUICK = Timeouts(connect_s=0.3, total_s=0.3)
SECRET = "s3cret-of-the-home"


def problem(code: str) -> bytes:
    return f'{{"type": "urn:verified-response:problem:{code}", "title": "t", "status": 1}}'.encode()


async def test_the_whole_life_of_an_incident(client):
    assert await client.find(REFERENCE) is None
    made = await client.create(incident(), "k:1")
    assert (made.status, made.replayed) == (DeskStatus.RECEIVED, False)
    assert made.number.startswith("EX-")
    assert (await client.find(REFERENCE)).number == made.number
    assert (await client.update(made.number, update(), "k:2")).number == made.number
    assert (await client.cancel(made.number, cancel(), "k:3")).status is DeskStatus.RECEIVED


async def test_ping_tells_the_modes(client, make_client):
    assert (await client.ping()).modes == {Mode.EXERCISE}
    async with running_desk(accept_live=True) as live:
        assert (await (await make_client(live.url)).ping()).modes == set(Mode)


async def test_one_token_for_many_requests_at_once(desk, client):
    await asyncio.gather(*(client.ping() for _ in range(5)))
    assert desk.asked.count("POST /oauth/token") == 1


async def test_a_repeat_is_replayed(client):
    first = await client.create(incident(), "k:1")
    again = await client.create(incident(), "k:1")
    assert (again.number, again.replayed) == (first.number, True)


async def test_lost_answer_then_find(desk, client):
    desk.faults = [lost_answer]
    with pytest.raises(UnknownOutcomeError) as lost:
        await client.create(incident(), "k:1")
    assert lost.value.code == "connection_lost"
    assert desk.asked.count("POST /v1/incidents") == 1, "a create is never sent twice by itself"
    found = await client.find(REFERENCE)
    assert found is not None
    assert found.status is DeskStatus.RECEIVED


async def test_cut_before_storing_is_unknown_and_find_says_none(desk, client):
    desk.faults = [cut_before]
    with pytest.raises(UnknownOutcomeError):
        await client.create(incident(), "k:1")
    assert await client.find(REFERENCE) is None


async def test_slow_desk_is_unknown(desk, make_client):
    client = await make_client(desk.url, timeouts=QUICK)
    await client.ping()
    desk.faults = [slow(2)]
    with pytest.raises(UnknownOutcomeError) as late:
        await client.create(incident(), "k:1")
    assert late.value.code == "timeout"
    assert await client.find(REFERENCE) is not None


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (accepted_but(201, b"<html>"), "bad_answer"),
        (accepted_but(201, b'{"number": "1", "status": "received"}'), "bad_answer"),
        (accepted_but(201, b"[" * 60_000), "bad_answer"),
        (accepted_but(201, b"{" + b" " * ANSWER_MAX_BYTES), "answer_too_large"),
        (accepted_but(200, b"{}"), "http_200"),
        (accepted_but(500, b"oops"), "http_500"),
        (accepted_but(502, b""), "http_502"),
        (accepted_but(408, b""), "http_408"),
    ],
)
async def test_unreadable_answers_to_a_create_are_unknown(desk, client, fault, code):
    desk.faults = [fault]
    with pytest.raises(UnknownOutcomeError) as unknown:
        await client.create(incident(), "k:1")
    assert unknown.value.code == code
    assert await client.find(REFERENCE) is not None


@pytest.mark.parametrize(
    "fault",
    [
        answer(200, b"not json"),
        answer(200, b"{" + b" " * ANSWER_MAX_BYTES),
        answer(
            200,
            b'{"incidents": [{"reference": "other", "number": "EX-2026-000001",'
            b' "status": "received"}]}',
        ),
        answer(200, b'{"incidents": null}'),
        answer(500),
        cut_before,
    ],
)
async def test_a_find_that_fails_is_never_taken_for_none(desk, client, fault):
    desk.faults = [fault, fault]
    with pytest.raises(RetryableError):
        await client.find(REFERENCE)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("999999", 3600), ("soon", None), ("", None), ("-1", None)]
)
@pytest.mark.parametrize("status", [429, 503])
async def test_not_now(desk, client, status, header, seconds):
    desk.faults = [answer(status, problem("unavailable"), Retry_After=header)]
    with pytest.raises(RetryableError) as busy:
        await client.create(incident(), "k:1")
    assert (busy.value.code, busy.value.retry_after) == ("unavailable", seconds)


async def test_absent_desk_accepted_nothing(socket_enabled, make_client):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = await make_client(f"http://127.0.0.1:{taken.getsockname()[1]}")
        with pytest.raises(RetryableError) as absent:
            await client.create(incident(), "k:1")
    assert absent.value.code == "unreachable"


async def test_desk_gone_after_the_token_accepted_nothing(make_client):
    async with running_desk() as desk:
        client = await make_client(desk.url)
        await client.ping()
    with pytest.raises((RetryableError, UnknownOutcomeError)):
        await client.create(incident(), "k:1")


async def test_a_refused_token_is_renewed_once(desk, client):
    await client.ping()
    desk.faults = [answer(401, problem("unauthorized"))]
    await client.create(incident(), "k:1")
    assert desk.asked.count("POST /oauth/token") == 2
    assert desk.asked.count("POST /v1/incidents") == 2


async def test_a_token_refused_twice_suspends(desk, client):
    desk.faults = [answer(401), answer(401)]
    with pytest.raises(AuthError) as refused:
        await client.create(incident(), "k:1")
    assert refused.value.code == "unauthorized"
    assert desk.asked.count("POST /v1/incidents") == 2


async def test_an_ending_token_is_renewed_before(desk, make_client):
    now = [0.0]
    client = await make_client(desk.url, monotonic=lambda: now[0])
    await client.ping()
    now[0] = 869.0
    await client.ping()
    assert desk.asked.count("POST /oauth/token") == 1
    now[0] = 871.0
    await client.ping()
    assert desk.asked.count("POST /oauth/token") == 2


async def test_wrong_credentials_suspend(desk, make_client):
    client = await make_client(desk.url, client_secret="wrong")
    with pytest.raises(AuthError) as refused:
        await client.create(incident(), "k:1")
    assert refused.value.code == "invalid_client"
    assert "POST /v1/incidents" not in desk.asked


@pytest.mark.parametrize(
    "fault",
    [
        answer(500),
        answer(503),
        cut_before,
        answer(200, b"<html>captive portal</html>"),
        answer(200, b'{"access_token": "a\\r\\nb", "token_type": "Bearer", "expires_in": 9}'),
        answer(200, b'{"access_token": "a", "token_type": "mac", "expires_in": 9}'),
    ],
)
async def test_no_token_means_nothing_was_sent(desk, client, fault):
    desk.token_faults = [fault]
    with pytest.raises(RetryableError):
        await client.create(incident(), "k:1")
    assert "POST /v1/incidents" not in desk.asked


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_redirects_are_refused(desk, client, status):
    desk.faults = [answer(status, Location=f"{desk.url}/v1/elsewhere")]
    with pytest.raises(RejectedError) as refused:
        await client.create(incident(), "k:1")
    assert refused.value.code == "redirect_refused"
    assert not any("elsewhere" in asked for asked in desk.asked)


@pytest.mark.parametrize("change", [{"sequence": 5}, {"callback_phone": "+1 555 010 0100"}])
async def test_a_key_cannot_be_used_for_another_body(client, change):
    await client.create(incident(), "k:1")
    with pytest.raises(RejectedError) as refused:
        await client.create(incident(**change), "k:1")
    assert refused.value.code == "idempotency_key_reused"


async def test_the_desks_refusals_are_sorted(client):
    made = await client.create(incident(), "k:1")
    for send, kind, code in [
        (client.create(incident(), "k:2"), RejectedError, "reference_exists"),
        (
            client.create(incident(mode=Mode.LIVE, reference="r2"), "k:3"),
            AuthError,
            "live_not_agreed",
        ),
        (client.update("EX-2026-999999", update(), "k:4"), RejectedError, "not_found"),
        (client.update("../../ping", update(), "k:4"), RejectedError, "not_found"),
        (
            client.cancel(made.number, cancel(mode=Mode.LIVE), "k:5"),
            RejectedError,
            "reference_mismatch",
        ),
        (client.create(incident(), "a b"), RejectedError, "missing_idempotency_key"),
    ]:
        with pytest.raises(PublicSafetyError) as refused:
            await send
        assert (type(refused.value), refused.value.code) == (kind, code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b'"x"',
        b'{"type": 7}',
        problem("<script>"),
        problem("A" * 99),
        b'{"type": "urn:x"}',
    ],
)
async def test_codes_come_only_from_our_own_list_of_forms(desk, client, body):
    desk.faults = [answer(422, body)]
    with pytest.raises(RejectedError) as refused:
        await client.create(incident(), "k:1")
    assert refused.value.code == "http_422"


async def test_nothing_private_in_errors_or_logs(desk, client, caplog):
    caplog.set_level(logging.DEBUG)
    faults = [lost_answer, answer(422, b"1 Example Street " + SECRET.encode()), answer(500)]
    said = []
    for fault in faults:
        desk.faults = [fault]
        with pytest.raises(PublicSafetyError) as raised:
            await client.create(incident(), "k:1")
        assert raised.value.__cause__ is None
        assert raised.value.__suppress_context__ or raised.value.__context__ is None
        said.append(f"{raised.value!r} {raised.value} {vars(raised.value)}")
    shown = " ".join(said) + caplog.text + repr(client)
    for private in (SECRET, "Example", "555", "hall", "Bearer"):
        assert private not in shown


async def test_only_the_documented_requests_are_sent(client, socket_enabled):
    """The create's body, key and token arrive as they were given."""
    seen = {}

    async def record(request: web.Request, handler):
        seen["key"] = request.headers["Idempotency-Key"]
        seen["auth"] = request.headers["Authorization"]
        seen["body"] = await request.json()
        return await handler(request)

    async with running_desk() as desk:
        desk.faults = [record]
        client._base_url = desk.url
        await client.create(incident(), "k:1")
    assert seen["key"] == "k:1"
    assert seen["auth"].startswith("Bearer ")
    assert seen["body"] == incident().to_json()
