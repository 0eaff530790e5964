"""Strict reading of requests against docs/police-api.yaml, the one place where the schema lives."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final, cast

import yaml
from aiohttp import web
from jsonschema import Draft202012Validator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .problems import Problem

SPECIFICATION: Final = Path(__file__).parents[2] / "docs" / "police-api.yaml"
_URI: Final = "urn:police-api"
_ERRORS_SHOWN: Final = 20


@cache
def validator(schema: str) -> Draft202012Validator:
    """Return the validator of one named schema of the specification."""
    document = yaml.safe_load(SPECIFICATION.read_text(encoding="utf-8"))
    resource = DRAFT202012.create_resource(document)
    registry: Registry[object] = Registry().with_resource(_URI, resource)
    return Draft202012Validator({"$ref": f"{_URI}#/components/schemas/{schema}"}, registry=registry)


def check(document: object, schema: str, code: str = "invalid_document") -> None:
    """Refuse a document that breaks the schema; says where, never with what value."""
    errors = [
        {"pointer": "".join(f"/{_escape(part)}" for part in error.absolute_path), "rule": rule}
        for error in validator(schema).iter_errors(document)
        if isinstance(rule := error.validator, str)
    ]
    if errors:
        raise Problem(code, errors=errors[:_ERRORS_SHOWN])


async def read_document(request: web.Request, schema: str) -> Mapping[str, object]:
    """Return the body as a JSON object that keeps the schema."""
    if request.content_type != "application/json":
        raise Problem("unsupported_media_type")
    try:
        raw = (await request.read()).decode("utf-8")
        document: object = json.loads(
            raw, parse_constant=_refuse_constant, object_pairs_hook=_unique
        )
        # A lone surrogate can be written in JSON, but not stored.
        json.dumps(document, ensure_ascii=False).encode("utf-8")
    except ValueError, RecursionError:
        raise Problem("malformed_json") from None
    check(document, schema)
    return cast("Mapping[str, object]", document)


def canonical(document: Mapping[str, object]) -> str:
    """Return one spelling for equal documents."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse an object that says one thing twice; readers would differ on what it means."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("duplicate name")
    return made


def _escape(part: object) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
