"""The desk: one incident per key, nothing accepted is lost, the page is safe, homes are told."""

import asyncio
import json
import re
import signal
import sys
import time
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from custom_components.verified_response.public_safety.answers import StatusEvent
from custom_components.verified_response.public_safety.client import PoliceApiClient
from custom_components.verified_response.public_safety.errors import RejectedError
from custom_components.verified_response.public_safety.schema import Webhook
from custom_components.verified_response.public_safety.signing import SIGNATURE_HEADER, verify
from sandbox.police_desk.validation import validator
from tests.public_safety.faulty_desk import CONFIG, running_desk
from tests.public_safety.samples import REFERENCE, cancel, incident, situation, update

ROOT = Path(__file__).parents[2]
LOGIN = {"Authorization": aiohttp.encode_basic_auth("dispatcher", "p4ssword")}
pytestmark = pytest.mark.usefixtures("socket_enabled")


@asynccontextmanager
async def at(url):
    """A home's client and a dispatcher's session at one desk."""
    async with aiohttp.ClientSession() as session:
        yield (
            PoliceApiClient(
                session, base_url=url, client_id="home", client_secret="s3cret-of-the-home"
            ),
            session,
        )


class Home:
    """A home's webhook that refuses the first requests."""

    def __init__(self, refusals=0) -> None:
        self.refusals, self.tried, self.events = refusals, [], []
        self.arrived = asyncio.Event()

    async def take(self, request):
        body = await request.read()
        header = request.headers[SIGNATURE_HEADER]
        assert verify("webhook-secret", header, body, time.time())
        assert not verify("webhook-secret", header, body + b" ", time.time())
        event = json.loads(body)
        validator("StatusEvent").validate(event)
        self.tried.append(event["event_id"])
        if self.refusals:
            self.refusals -= 1
            return web.Response(status=503)
        self.events.append(StatusEvent.from_json(event))
        self.arrived.set()
        return web.Response(status=204)

    @asynccontextmanager
    async def listening(self):
        app = web.Application()
        app.router.add_post("/hook", self.take)
        async with TestServer(app, host="127.0.0.1") as server:
            yield Webhook(url=str(server.make_url("/hook")), secret_id="k1")

    async def has(self, count):
        async with asyncio.timeout(10):
            while len(self.events) < count:
                self.arrived.clear()
                await self.arrived.wait()


async def set_status(session, url, number, expected=200, **change):
    async with session.post(
        f"{url}/desk/api/incidents/{number}/status", json=change, headers=LOGIN
    ) as response:
        assert response.status == expected
        return await response.json(content_type=None)


async def page(session, url):
    async with session.get(url, headers=LOGIN) as response:
        assert response.status == 200
        return await response.text(), response.headers


async def test_concurrent_duplicates_create_one_incident():
    async with running_desk() as desk, at(desk.url) as (client, _):
        made = await asyncio.gather(*(client.create(incident(), "k:1") for _ in range(12)))
        assert len({receipt.number for receipt in made}) == 1
        assert [receipt.replayed for receipt in made].count(False) == 1
        raced = await asyncio.gather(
            *(client.create(incident(reference="other"), f"o:{i}") for i in range(8)),
            return_exceptions=True,
        )
        assert sum(not isinstance(result, RejectedError) for result in raced) == 1


async def test_the_replayed_answer_is_the_first_one_even_later():
    async with running_desk() as desk, at(desk.url) as (client, session):
        made = await client.create(incident(), "k:1")
        await set_status(session, desk.url, made.number, status="acknowledged")
        again = await client.create(incident(), "k:1")
        assert (again.status, again.replayed) == ("received", True)
        assert (await client.find(REFERENCE)).status == "acknowledged"


async def test_an_older_update_does_not_replace_a_newer_picture():
    async with running_desk() as desk, at(desk.url) as (client, session):
        made = await client.create(incident(), "k:1")
        newer = update(sequence=5, situation=situation(summary="Newer picture."))
        older = update(sequence=4, situation=situation(summary="Older picture."))
        await client.update(made.number, newer, "k:5")
        await client.update(made.number, older, "k:4")
        html, _ = await page(session, desk.url)
        assert "Newer picture." in html
        assert "Older picture." not in html
        assert html.count("updated") >= 2


async def test_recall_is_the_dispatchers_decision():
    async with running_desk() as desk, at(desk.url) as (client, session):
        made = await client.create(incident(), "k:1")
        await set_status(session, desk.url, made.number, status="dispatched")
        assert (await client.cancel(made.number, cancel(), "k:3")).status == "dispatched"
        assert (await client.cancel(made.number, cancel(sequence=4), "k:4")).status == "dispatched"
        html, _ = await page(session, desk.url)
        assert html.count("The home asked to cancel") == 1
        await set_status(session, desk.url, made.number, status="cancelled")
        assert (await client.cancel(made.number, cancel(sequence=5), "k:5")).status == "cancelled"
        assert (await client.update(made.number, update(sequence=6), "k:6")).status == "cancelled"


async def test_another_client_sees_nothing():
    clients = {**CONFIG.clients, "neighbour": "other-secret"}
    async with running_desk(clients=clients) as desk, at(desk.url) as (client, session):
        made = await client.create(incident(), "k:1")
        other = PoliceApiClient(
            session, base_url=desk.url, client_id="neighbour", client_secret="other-secret"
        )
        assert await other.find(REFERENCE) is None
        with pytest.raises(RejectedError) as refused:
            await other.cancel(made.number, cancel(), "n:1")
        assert refused.value.code == "not_found"
        assert not (await other.create(incident(), "k:1")).replayed


async def test_a_full_desk_says_so():
    async with running_desk(max_incidents=1) as desk, at(desk.url) as (client, _):
        await client.create(incident(), "k:1")
        with pytest.raises(Exception, match="unavailable"):
            await client.create(incident(reference="r2"), "k:2")


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"status": "received"}, 422),
        ({"status": "lost"}, 422),
        ({"status": "closed", "disposition": "shrug"}, 422),
        ({"status": "closed", "extra": 1}, 422),
        ({"status": "acknowledged", "note": "\x00"}, 422),
        ({"status": "acknowledged"}, 409),
    ],
)
async def test_dispatchers_do_only_what_is_possible(change, status):
    async with running_desk() as desk, at(desk.url) as (client, session):
        made = await client.create(incident(), "k:1")
        await set_status(session, desk.url, made.number, status="dispatched")
        await set_status(session, desk.url, made.number, status, **change)
        await set_status(session, desk.url, "EX-2026-999999", 404, status="closed")


async def test_the_page_escapes_everything_and_loads_nothing():
    bad = "<script>alert(1)</script>\"'&"
    wire = {
        **incident().to_json(),
        "summary": bad,
        "unknowns": [bad],
        "premises": {"name": bad, "address": bad},
    }
    wire["reasons"] = [{"rule": "r", "sentence": bad}]
    wire["timeline"] = [{"at": wire["timeline"][0]["at"], "place": bad, "what": bad}]
    wire["premises"]["entry_instructions"] = bad
    async with running_desk(name=bad) as desk, at(desk.url) as (client, session):
        document = type("Raw", (), {"to_json": lambda self: wire})()
        made = await client.create(document, "k:1")
        await set_status(session, desk.url, made.number, status="acknowledged", note=bad)
        html, headers = await page(session, desk.url)
        assert "<script>alert" not in html
        assert html.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;") >= 9
        [nonce] = set(re.findall(r'nonce="([^"]+)"', html))
        assert f"script-src 'nonce-{nonce}'" in headers["Content-Security-Policy"]
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert not re.search(r'(?:src|href)="', html)
        second, _ = await page(session, desk.url)
        assert nonce not in second


async def test_the_page_shows_what_a_dispatcher_needs():
    async with running_desk() as desk, at(desk.url) as (client, session):
        assert "No incidents." in (await page(session, desk.url))[0]
        made = await client.create(incident(), "k:1")
        html, _ = await page(session, desk.url)
        for shown in (
            'role="status">EXERCISE<',
            made.number,
            "Level 2 of 4, proposed by automation, modelled on ANSI/TMA-AVS-01 levels",
            "A person was seen in the hall after the front door opened.",
            "Whether the person is still inside is not known.",
            "Front door · door opened",
            "1 Example Street, Example Town",
            "Side gate, then the green door.",
            "+1 555 010 0199",
            "Acknowledge",
            "Cancel (recall)",
        ):
            assert shown in html


@pytest.mark.parametrize(
    "auth", [None, ("dispatcher", "wrong"), ("home", "s3cret-of-the-home"), ("", "")]
)
async def test_dispatchers_must_log_in(auth):
    async with running_desk() as desk, at(desk.url) as (client, session):
        made = await client.create(incident(), "k:1")
        login = auth and {"Authorization": aiohttp.encode_basic_auth(*auth)}
        path = f"incidents/{made.number}/status"
        for method, where in [("GET", ""), ("POST", f"desk/{path}"), ("POST", f"desk/api/{path}")]:
            request = session.request(
                method, f"{desk.url}/{where}", headers=login, json={"status": "closed"}
            )
            async with request as response:
                assert response.status == 401
                assert response.headers["WWW-Authenticate"].startswith("Basic")
        assert (await client.find(REFERENCE)).status == "received"


async def test_buttons_work_and_forged_forms_do_not():
    async with running_desk() as desk, at(desk.url) as (client, session):
        made = await client.create(incident(), "k:1")
        html, _ = await page(session, desk.url)
        [action] = re.findall(r'action="([^"]+)"', html)
        [token] = re.findall(r'name="form_token" value="([^"]+)"', html)
        form = {"status": "acknowledged", "note": "", "disposition": "", "form_token": token}

        async def press(form, **headers):
            async with session.post(
                desk.url + action, data=form, headers=LOGIN | headers, allow_redirects=False
            ) as response:
                return response.status

        assert await press({**form, "form_token": ""}) == 403
        assert await press({**form, "form_token": "0" * 64}) == 403
        assert await press(form, Origin="https://evil.example") == 403
        assert await press(form, **{"Sec-Fetch-Site": "cross-site"}) == 403
        api = f"{desk.url}/desk/api/incidents/{made.number}/status"
        for headers in ({"Origin": "https://evil.example"}, {"Content-Type": "text/plain"}):
            async with session.post(
                api, data=b'{"status": "closed"}', headers=LOGIN | headers
            ) as response:
                assert response.status in {403, 415}
        assert (await client.find(REFERENCE)).status == "received"
        assert await press(form, Origin=desk.url) == 303
        assert (await client.find(REFERENCE)).status == "acknowledged"
        assert await press({**form, "status": "closed", "disposition": "false_alarm"}) == 303
        html, _ = await page(session, desk.url)
        assert "closed · false_alarm" in html
        assert "<form" not in html


async def test_webhooks_are_repeated_until_taken_and_stay_in_order():
    home = Home(refusals=4)
    async with (
        home.listening() as webhook,
        running_desk() as desk,
        at(desk.url) as (client, session),
    ):
        made = await client.create(incident(webhook=webhook), "k:1")
        await set_status(session, desk.url, made.number, status="acknowledged", note="On it.")
        await set_status(session, desk.url, made.number, status="dispatched")
        await set_status(
            session, desk.url, made.number, status="closed", disposition="no_crime_found"
        )
        await home.has(3)
        assert [e.status for e in home.events] == ["acknowledged", "dispatched", "closed"]
        assert (home.events[0].note, home.events[2].disposition) == ("On it.", "no_crime_found")
        assert {e.incident_reference for e in home.events} == {REFERENCE}
        assert len(home.tried) == 7
        assert len(set(home.tried)) == 3, "a repeat keeps its event id"


async def test_webhooks_stop_at_their_bound_and_others_go_on():
    home = Home(refusals=3)
    async with (
        home.listening() as webhook,
        running_desk(webhook_attempts=3) as desk,
        at(desk.url) as (client, session),
    ):
        made = await client.create(incident(webhook=webhook), "k:1")
        await set_status(session, desk.url, made.number, status="acknowledged")
        await set_status(session, desk.url, made.number, status="dispatched")
        await home.has(1)
        assert [e.status for e in home.events] == ["dispatched"]


async def test_webhooks_survive_a_restart(tmp_path):
    home = Home()
    db = str(tmp_path / "desk.db")
    async with home.listening() as webhook:
        async with running_desk(db=db) as desk, at(desk.url) as (client, session):
            made = await client.create(incident(webhook=webhook), "k:1")
            home.refusals = 10**6
            await set_status(session, desk.url, made.number, status="acknowledged")
        home.refusals = 0
        tried = len(home.tried)
        async with running_desk(db=db):
            await home.has(1)
        assert len(home.tried) > tried


@pytest.mark.parametrize(
    "webhook",
    [
        {"url": "http://127.0.0.1:1/x", "secret_id": "unknown"},
        {"url": "https://home.example/x", "secret_id": "k1"},
        {"url": "https://169.254.169.254/x", "secret_id": "k1"},
        {"url": "http://127.0.0.1:99999/x", "secret_id": "k1"},
    ],
)
async def test_the_desk_calls_only_homes_that_were_agreed(webhook):
    wire = {**incident().to_json(), "webhook": webhook}
    async with running_desk() as desk, at(desk.url) as (client, _):
        with pytest.raises(RejectedError) as refused:
            await client.create(type("Raw", (), {"to_json": lambda self: wire})(), "k:1")
        assert refused.value.code == "webhook_refused"
        assert await client.find(REFERENCE) is None


@asynccontextmanager
async def desk_process(folder, *more):
    """A real desk in its own process; ended for sure."""
    ready = folder / "ready.json"
    ready.unlink(missing_ok=True)
    command = [
        *(sys.executable, "-m", "sandbox.police_desk", "--port", "0"),
        *("--db", str(folder / "desk.db"), "--ready-file", str(ready)),
        *("--client-id", "home", "--client-secret", "s3cret-of-the-home"),
        *("--desk-password", "p4ssword", "--webhook-secret", "k1=webhook-secret", *more),
    ]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(30):
            while not ready.exists():
                assert process.returncode is None, await process.stderr.read()
                await asyncio.sleep(0.02)
        yield process, json.loads(ready.read_text())["url"]
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


@pytest.mark.real
async def test_kill_9_loses_nothing_that_was_accepted(tmp_path):
    accepted = []
    async with desk_process(tmp_path) as (process, url), at(url) as (client, session):

        async def report(i):
            made = await client.create(incident(reference=f"r{i}"), f"r{i}:1")
            accepted.append((f"r{i}", made.number))
            if len(accepted) == 20:
                process.send_signal(signal.SIGKILL)

        await set_status(session, url, "EX-2026-000001", 404, status="closed")
        await asyncio.gather(*(report(i) for i in range(60)), return_exceptions=True)
        assert await process.wait() == -signal.SIGKILL
    assert 20 <= len(accepted) <= 60
    async with desk_process(tmp_path) as (_, url), at(url) as (client, _):
        for reference, number in accepted:
            assert (await client.find(reference)).number == number
            again = await client.create(incident(reference=reference), f"{reference}:1")
            assert (again.number, again.replayed) == (number, True)


@pytest.mark.real
async def test_sigterm_ends_the_desk_and_the_line_on_stdout_is_its_address(tmp_path):
    async with desk_process(tmp_path, "--accept-live") as (process, url):
        said = json.loads(await process.stdout.readline())
        assert said == {"url": url, "pid": process.pid}
        assert url.startswith("http://127.0.0.1:")
        async with at(url) as (client, _):
            assert len((await client.ping()).modes) == 2
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
        assert await process.stderr.read() == b""


@pytest.mark.real
@pytest.mark.slow
async def test_schemathesis_finds_no_difference_between_desk_and_specification(tmp_path):
    pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    async with desk_process(tmp_path, "--accept-live") as (_, url):
        form = {"grant_type": "client_credentials", "client_id": "home"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(
                f"{url}/oauth/token", data={**form, "client_secret": "s3cret-of-the-home"}
            ) as response,
        ):
            token = (await response.json())["access_token"]
        checks = (
            "not_a_server_error,status_code_conformance,content_type_conformance,"
            "response_schema_conformance,negative_data_rejection"
        )
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "schemathesis.cli", "run", str(ROOT / "docs/police-api.yaml")),
            *("--url", url, "--header", f"Authorization: Bearer {token}", "--checks", checks),
            *("--max-examples", "40", "--seed", "1", "--request-timeout", "10", "--no-color"),
            *("--exclude-operation-id", "issueToken"),
            cwd=tmp_path,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        try:
            async with asyncio.timeout(240):
                output, _ = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        assert process.returncode == 0, output.decode()[-6000:]
