"""Every blueprint can be imported: its form, its inputs, its place in the documentation."""

from pathlib import Path
from typing import Any

import pytest
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.importer import _get_github_import_url
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.util import yaml as yaml_util

from tests.contracts.repository import catalogue, text

from .kit import FILES

by_name = pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)


def loaded(path: Path) -> Blueprint:
    """Load it as Home Assistant's importer does."""
    return Blueprint(
        yaml_util.parse_yaml(path.read_text(encoding="utf-8")),
        expected_domain="automation",
        path=path.name,
        schema=AUTOMATION_BLUEPRINT_SCHEMA,
    )


def body(blueprint: Blueprint) -> dict[str, Any]:
    return {key: value for key, value in blueprint.data.items() if key != "blueprint"}


def test_there_are_some() -> None:
    assert len(FILES) >= 10


@by_name
def test_it_says_what_it_is(path: Path) -> None:
    told = loaded(path).metadata
    assert told["name"].startswith("Verified Response: ")
    assert "Needs " in told["description"]
    assert told["author"] == "Verified Response"
    assert told["homeassistant"]["min_version"] == "2026.10.0"
    assert loaded(path).validate() is None


@by_name
def test_its_address_is_its_own(path: Path) -> None:
    home = catalogue("manifest.json")["documentation"]
    address = loaded(path).metadata["source_url"]
    assert address == f"{home}/blob/main/blueprints/automation/verified_response/{path.name}"
    assert _get_github_import_url(address).endswith(f"/{path.name}")


@by_name
def test_it_survives_the_import(path: Path) -> None:
    """What is imported is written anew, without comments and anchors."""
    blueprint = loaded(path)
    assert yaml_util.parse_yaml(blueprint.yaml()) == blueprint.data


@by_name
def test_every_input_is_explained_and_used(path: Path) -> None:
    blueprint = loaded(path)
    assert yaml_util.extract_inputs(body(blueprint)) == set(blueprint.inputs)
    for key, asked in blueprint.inputs.items():
        assert asked["name"], key
        assert asked["selector"], key
    for key, asked in blueprint.metadata["input"].items():
        assert asked["name"], key
        if "input" in asked:  # what is folded away must not have to be filled in
            assert asked["collapsed"] is True
            assert all("default" in item for item in asked["input"].values()), key


@by_name
def test_what_is_ours_is_offered_as_ours(path: Path) -> None:
    ours = {"event", "binary_sensor", "button", "alarm_control_panel", "sensor"}
    for key, asked in loaded(path).inputs.items():
        for kind in asked["selector"].get("entity", {}).get("filter", []):
            if ours & set(kind.get("domain", [])):
                assert kind["integration"] == "verified_response", key


@by_name
def test_it_takes_no_code_and_no_answer(path: Path) -> None:
    """What an automation takes into a variable is in its trace."""
    written = path.read_text(encoding="utf-8")
    assert "response_variable" not in written
    assert "code:" not in written


@by_name
def test_it_is_in_the_table(path: Path) -> None:
    page = text("docs", "blueprints.md")
    address = loaded(path).metadata["source_url"]
    assert f"`{path.stem}`" in page
    assert f"?blueprint_url={address}" in page
