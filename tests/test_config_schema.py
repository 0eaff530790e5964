"""The forms: every part and every error has words, and every word an error."""

import ast
import re

import pytest

from custom_components.verified_response import const

from .contracts.repository import PRODUCT, english, literal, parse

FLOWS = (
    "config_flow",
    "config_schema",
    "config_values",
    "subentry_flow",
    "contact_flow",
    "responder_flow",
)
OPTIONS_FLOWS = ("options_flow", "options_schema", "detection_flow")
MODEL_FILES = (
    *(f"adapters/models/{name}" for name in ("examine", "fetch", "owner", "server")),
    "vision/own_model",
)
CAMERA_FLOWS = ("camera_change", "camera_data", "camera_flow", "adapters/sightings")


def texts(*names: str) -> set[str]:
    """Every literal in these modules that could be a key of an error or of an abort."""
    trees = [parse(PRODUCT / f"{name}.py").tree for name in names]
    found = {literal(node) for tree in trees for node in ast.walk(tree)}
    return {text for text in found if text and re.fullmatch(r"[a-z]+(_[a-z]+)+", text)}


def worded() -> set[str]:
    words = english()
    flows = [words["config"], words["options"], *words["config_subentries"].values()]
    return {key for flow in flows for part in ("error", "abort") for key in flow.get(part, {})}


def test_every_error_has_words_and_every_word_an_error() -> None:
    errors = texts("core/targets", *FLOWS, *OPTIONS_FLOWS, *CAMERA_FLOWS)
    errors |= const.RESPONDER_ERRORS
    begin = ("fetch_", "own_", "server_", "upload_")
    errors |= {text for text in texts(*MODEL_FILES) if text.startswith(begin)}
    errors |= {text for text in texts("core/alarm_codes") if text.startswith("code_")}
    fields = {value for name, value in vars(const).items() if name.startswith("CONF_")}
    others = {
        "send_message",
        "zone_type",
        "zone_without_area",
        "binary_sensor",
        "not_seen",
        "try_it",
        "unit_of_measurement",
    }
    assert errors - fields - others - worded() == set()
    # Home Assistant itself aborts with this one.
    assert worded() - errors == {"already_configured"}


@pytest.mark.parametrize("kind", ["area", "zone", "camera", "lock", "contact", "responder"])
def test_every_part_is_worded(kind: str) -> None:
    words = english()["config_subentries"][kind]
    assert words["entry_type"]
    assert set(words["initiate_flow"]) == {"user", "reconfigure"}
    assert set(words["step"]) >= {"user", "reconfigure"}
