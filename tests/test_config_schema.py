"""The forms: every part and every error has words, and every word an error."""

import ast
import re
from enum import StrEnum
from pathlib import Path

import homeassistant.components
import pytest
import voluptuous as vol
from homeassistant.data_entry_flow import section

from custom_components.verified_response import const
from custom_components.verified_response.config_numbers import DELAY_PLACEHOLDERS
from custom_components.verified_response.config_schema import (
    DOOR_CONTACTS,
    SIGN_DOMAINS,
    area_form,
    contact_form,
    lock_form,
    premises_form,
    sign_form,
    zone_form,
)
from custom_components.verified_response.core.premises import (
    ArmMode,
    LockFamily,
    Release,
    ResponderKind,
    ResponderMode,
    SignKind,
    ZoneType,
)
from custom_components.verified_response.options_schema import options_form

from .contracts.repository import PRODUCT, english, leaves, literal, parse
from .fakes.config_entry import house

FLOWS = (
    "config_flow",
    "config_schema",
    "lock_flow",
    "subentry_flow",
    "zone_flow",
    "contact_flow",
    "contact_phrases",
    "voice/phrases",
    "responder_flow",
)
OFFERED_DOMAINS = {
    "alarm_control_panel",
    "assist_satellite",
    "media_player",
    *frozenset[str]().union(*SIGN_DOMAINS.values()),
}
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
    errors = texts("core/targets", "core/timings", *FLOWS, *OPTIONS_FLOWS, *CAMERA_FLOWS)
    errors |= const.RESPONDER_ERRORS
    begin = ("fetch_", "own_", "server_", "upload_")
    errors |= {text for text in texts(*MODEL_FILES) if text.startswith(begin)}
    errors |= {text for text in texts("core/alarm_codes") if text.startswith("code_")}
    fields = {value for name, value in vars(const).items() if name.startswith("CONF_")}
    others = {
        "send_message",
        "not_seen",
        "try_it",
        "unit_of_measurement",
        *english()["selector"],
        *OFFERED_DOMAINS,
        *DOOR_CONTACTS,
        *LockFamily,
    }
    assert errors - fields - others - worded() == set()
    # Home Assistant itself aborts with this one.
    assert worded() - errors == {"already_configured"}


@pytest.mark.parametrize("kind", ["area", "zone", "camera", "lock", "contact", "sign", "responder"])
def test_every_part_is_worded(kind: str) -> None:
    words = english()["config_subentries"][kind]
    assert words["entry_type"]
    assert set(words["initiate_flow"]) == {"user", "reconfigure"}
    assert set(words["step"]) >= {"user", "reconfigure"}


def test_every_kind_of_sign_has_entities_that_tell_it() -> None:
    assert SIGN_DOMAINS.keys() == set(SignKind)
    components = Path(homeassistant.components.__file__).parent
    for domains in SIGN_DOMAINS.values():
        assert {domain for domain in domains if not (components / domain).is_dir()} == set()


@pytest.mark.parametrize(
    ("key", "members"),
    [
        ("zone_type", ZoneType),
        ("arm_mode", ArmMode),
        ("sign_kind", SignKind),
        ("kind", ResponderKind),
        ("release", Release),
        ("mode", ResponderMode),
    ],
)
def test_every_choice_is_worded(key: str, members: type[StrEnum]) -> None:
    assert set(english()["selector"][key]["options"]) == {member.value for member in members}


def test_words_and_rules_name_the_same_placeholders() -> None:
    words = english()
    forms = [words["config"], words["options"], words["config_subentries"]["zone"]]
    told = {
        name
        for form in forms
        for key, text in leaves(form)
        if "delay" in key or "abort" in key
        for name in re.findall(r"{(\w+)}", text)
    }
    assert told == DELAY_PLACEHOLDERS.keys()


def fields(form: vol.Schema) -> set[str]:
    return {str(key) for key, field in form.schema.items() if not isinstance(field, section)}


def test_every_field_of_the_forms_has_a_label_and_an_explanation() -> None:
    words = english()
    parts = words["config_subentries"]
    step = words["options"]["step"]["init"]
    options = options_form(own=True)
    apart = {
        str(key): field.schema
        for key, field in options.schema.items()
        if isinstance(field, section)
    }
    forms = [
        (premises_form(new=True), words["config"]["step"]["user"]),
        (premises_form(new=False), words["config"]["step"]["reconfigure"]),
        (options, step),
        *((form, step["sections"][key]) for key, form in apart.items()),
        (contact_form([], has_codes=False), parts["contact"]["step"]["user"]),
        (
            contact_form([], has_codes=True, has_phrases=True),
            parts["contact"]["step"]["reconfigure"],
        ),
    ]
    for kind, form in (
        ("area", area_form()),
        ("zone", zone_form(house(), but=None)),
        ("lock", lock_form()),
        ("sign", sign_form()),
    ):
        forms += [(form, parts[kind]["step"][name]) for name in ("user", "reconfigure")]
    for form, told in forms:
        assert fields(form) == told["data"].keys() == told["data_description"].keys()
    assert set(apart) == set(step["sections"])
    assert all(told["name"] for told in step["sections"].values())
