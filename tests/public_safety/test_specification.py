"""docs/police-api.yaml is valid, and what the desk answers is what it says."""

import re

import aiohttp
import pytest
import yaml

from custom_components.verified_response.public_safety import answers, http_errors, schema
from sandbox.police_desk import problems
from sandbox.police_desk.validation import SPECIFICATION, validator

from .samples import REFERENCE, cancel, incident, update

SPEC = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))
SCHEMAS = SPEC["components"]["schemas"]


def test_the_document_is_valid_openapi():
    pytest.importorskip("openapi_spec_validator").validate(SPEC)


def test_every_schema_is_a_schema():
    for name in SCHEMAS:
        validator(name).check_schema(SCHEMAS[name])
        validator(name).is_valid({})  # every reference can be followed


def test_the_example_is_valid():
    example = SCHEMAS["IncidentCreate"]["example"]
    validator("IncidentCreate").validate(example)
    schema.IncidentDocument.from_json(example)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        (schema.Mode, "Mode"),
        (schema.Kind, "Kind"),
        (schema.Ground, "Ground"),
        (answers.DeskStatus, "Status"),
        (answers.Disposition, "Disposition"),
    ],
)
def test_closed_sets_agree(kind, name):
    assert list(kind) == SCHEMAS[name]["enum"]


def test_closed_sets_inside_documents_agree():
    assert list(schema.Role) == SCHEMAS["Confirmation"]["properties"]["by_role"]["enum"]
    assert list(schema.Role) == SCHEMAS["IncidentCancel"]["properties"]["by_role"]["enum"]
    assert list(schema.Verdict) == SCHEMAS["Confirmation"]["properties"]["verdict"]["enum"]
    assert list(schema.CancelReason) == SCHEMAS["IncidentCancel"]["properties"]["reason"]["enum"]
    assert SCHEMAS["LevelBasis"]["const"] == schema.LEVEL_BASIS
    assert [*schema.ProposedBy, None] == SCHEMAS["LevelProposedBy"]["enum"]


def test_problem_codes_agree():
    listed = {
        kind.removeprefix(problems.PREFIX)
        for kind in SCHEMAS["Problem"]["properties"]["type"]["enum"]
    }
    # rate_limited is what a gateway in front of a desk says.
    assert listed == {*problems._STATUS, "rate_limited"}
    assert problems._STATUS.keys() == problems._TITLE.keys()
    assert problems.PREFIX == http_errors.PROBLEM_PREFIX


LEVELS = [
    ("burglary", 0, "automation", True),
    ("burglary", 4, "human", True),
    ("burglary", 4, "automation", False),
    ("burglary", None, None, False),
    ("burglary", 2, None, False),
    ("panic_police", None, None, True),
    ("panic_police", 2, "automation", False),
    ("fire", None, None, True),
    ("medical", 1, "human", False),
]


@pytest.mark.parametrize(("kind", "level", "by", "valid"), LEVELS)
def test_level_rules(kind, level, by, valid):
    wire = {**incident().to_json(), "kind": kind, "level": level, "level_proposed_by": by}
    assert validator("IncidentCreate").is_valid(wire) is valid


class Asker:
    """Asks the desk and checks every answer against the operation's documented response."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self.session, self.url, self.headers = session, url, {}

    async def __call__(self, method, path, template, status, **request):
        headers = {**self.headers, **request.pop("headers", {})}
        async with self.session.request(
            method, self.url + path, headers=headers, **request
        ) as response:
            assert response.status == status
            body = await response.json(content_type=None)
            documented = SPEC["paths"][template][method.lower()]["responses"][str(status)]
            if ref := documented.get("$ref"):
                documented = SPEC["components"]["responses"][ref.rpartition("/")[2]]
            [(media, shape)] = documented["content"].items()
            assert response.content_type == media
            validator(shape["schema"]["$ref"].rpartition("/")[2]).validate(body)
            if status >= 400:
                assert body["status"] == status
            return body


async def test_every_answer_of_the_desk_is_documented(desk, socket_enabled):
    async with aiohttp.ClientSession() as session:
        ask = Asker(session, desk.url)
        form = {"grant_type": "client_credentials", "client_id": "home", "client_secret": "x"}
        token, incidents = "/oauth/token", "/v1/incidents"
        refused = await ask("POST", token, token, 401, data=form)
        assert refused["error"] == "invalid_client"
        await ask("POST", token, token, 400, data={**form, "grant_type": "password"})
        await ask("POST", token, token, 415, json=form)
        for path in ("/v1/ping", f"{incidents}?reference=x"):
            await ask("GET", path, re.sub(r"\?.*", "", path), 401)
        form["client_secret"] = "s3cret-of-the-home"
        granted = await ask("POST", token, token, 200, data=form)
        ask.headers = {"Authorization": f"Bearer {granted['access_token']}"}
        await ask("GET", "/v1/ping", "/v1/ping", 200)
        await ask("POST", incidents, incidents, 400, json=incident().to_json())

        async def create(status, document=None, key="k1", **request):
            if not request:
                request = {"json": document or incident().to_json()}
            headers = {"Idempotency-Key": key, **request.pop("headers", {})}
            return await ask("POST", incidents, incidents, status, headers=headers, **request)

        plain = {"headers": {"Content-Type": "application/json"}}
        for raw in (b"{", b'{"a": NaN}', b"\xff", b'"\\ud800"', b'{"a": 1, "a": 2}', b"[" * 9999):
            assert (await create(400, data=raw, **plain))["type"].endswith("malformed_json")
        await create(415, data=b"{}", headers={"Content-Type": "text/plain"})
        await create(413, data=b" " * 600_000, **plain)
        await create(403, incident(mode=schema.Mode.LIVE).to_json())
        wrong = await create(422, {**incident().to_json(), "premises": {"name": "secret place"}})
        assert wrong["errors"] == [{"pointer": "/premises", "rule": "required"}]
        assert "secret place" not in str(wrong)
        number = (await create(201))["number"]
        assert (await create(409, key="k2"))["number"] == number
        await ask("GET", incidents, incidents, 400)
        await ask("GET", f"{incidents}?reference=a%20b", incidents, 400)
        assert await ask("GET", f"{incidents}?reference=nobody", incidents, 200) == {
            "incidents": []
        }
        found = await ask("GET", f"{incidents}?reference={REFERENCE}", incidents, 200)
        one = incidents + "/{number}"
        assert found["incidents"] == [await ask("GET", f"{incidents}/{number}", one, 200)]
        await ask("GET", f"{incidents}/EX-2026-999999", one, 404)
        for what, document, key in (("updates", update(), "k3"), ("cancel", cancel(), "k4")):
            template, path = f"{one}/{what}", f"{incidents}/{number}/{what}"
            key_header = {"headers": {"Idempotency-Key": key}}
            wire = document.to_json()
            await ask("POST", path, template, 400, json=wire)
            await ask("POST", path, template, 422, json={}, **key_header)
            await ask(
                "POST", path, template, 409, json={**wire, "reference": "other"}, **key_header
            )
            await ask("POST", path, template, 200, json=wire, **key_header)
        history = (await ask("GET", f"{incidents}/{number}", one, 200))["history"]
        assert [entry["what"] for entry in history] == ["received", "updated", "cancel_requested"]
