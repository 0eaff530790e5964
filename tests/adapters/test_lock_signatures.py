"""The methods that our rigs imitate are those of the installed Home Assistant: a changed release shows here.

Read as text: the libraries behind most of these integrations are not installed.
"""

import ast
import inspect
from functools import cache
from pathlib import Path

import homeassistant.components
import pytest
import yaml

from custom_components.verified_response.adapters.locks.matter import RESOURCE_EXHAUSTED, MatterLock
from custom_components.verified_response.adapters.locks.schlage import SchlageLock
from custom_components.verified_response.adapters.locks.zwave_credentials import (
    ZwaveCredentialsLock,
)

from .lock_rigs.keypad import methods_of
from .lock_rigs.matter import MatterMethods
from .lock_rigs.schlage import SchlageMethods
from .lock_rigs.zha import ZhaMethods
from .lock_rigs.zwave import ZwaveMethods
from .lock_rigs.zwave_users import ZwaveUserMethods

COMPONENTS = Path(next(iter(homeassistant.components.__path__)))
IMITATED = [
    ("zwave_js", "ZWaveLock", ZwaveMethods, "async_"),
    ("zwave_js", "ZWaveLock", ZwaveUserMethods, "async_"),
    ("matter", "MatterLock", MatterMethods, "async_"),
    ("zha", "ZhaDoorLock", ZhaMethods, "async_"),
    ("schlage", "SchlageLockEntity", SchlageMethods, ""),
]
METHODS = [
    pytest.param(platform, entity, getattr(rig, name), prefix, id=f"{platform}-{name}")
    for platform, entity, rig, prefix in IMITATED
    for name in methods_of(rig)
]


@cache
def tree(platform, module):
    return ast.parse((COMPONENTS / platform / f"{module}.py").read_text(encoding="utf-8"))


def method_of(platform, entity, name):
    (found,) = [
        node
        for cls in ast.walk(tree(platform, "lock"))
        if isinstance(cls, ast.ClassDef) and cls.name == entity
        for node in cls.body
        if isinstance(node, ast.AsyncFunctionDef) and node.name == name
    ]
    return found


def constants(platform):
    return {
        node.targets[0].id: node.value.value
        for node in tree(platform, "const").body
        if isinstance(node, ast.Assign)
        and isinstance(node.targets[0], ast.Name)
        and isinstance(node.value, ast.Constant)
    }


def keys_read(platform, function):
    """Return the keyword arguments that a method with **kwargs reads."""
    known = constants(platform)
    names = [node.id for node in ast.walk(function) if isinstance(node, ast.Name)]
    names += [node.attr for node in ast.walk(function) if isinstance(node, ast.Attribute)]
    return {known[name] for name in names if name.startswith("ATTR_")}


def text_of(*path):
    return COMPONENTS.joinpath(*path).read_text(encoding="utf-8")


@pytest.mark.parametrize(("platform", "entity", "ours", "prefix"), METHODS)
def test_a_method_of_the_entity_takes_what_we_give_it(platform, entity, ours, prefix):
    theirs = method_of(platform, entity, ours.__name__ if not hasattr(ours, "keys") else ours.of)
    if theirs.args.kwarg is not None:
        assert keys_read(platform, theirs) == ours.keys
        return
    parameters = list(inspect.signature(ours).parameters.values())
    assert [arg.arg for arg in theirs.args.args] == [parameter.name for parameter in parameters]
    defaults = [p.default for p in parameters if p.default is not inspect.Parameter.empty]
    assert [ast.literal_eval(default) for default in theirs.args.defaults] == defaults


@pytest.mark.parametrize(("platform", "entity", "ours", "prefix"), METHODS)
def test_a_service_of_the_same_name_takes_the_same(platform, entity, ours, prefix):
    name = ours.__name__ if not hasattr(ours, "keys") else ours.of
    services = yaml.safe_load(text_of(platform, "services.yaml"))
    fields = set(services[name.removeprefix(prefix)].get("fields") or {}) - {"entity_id"}
    takes = getattr(ours, "keys", None) or set(inspect.signature(ours).parameters) - {"self"}
    assert fields == takes


@pytest.mark.parametrize(
    ("adapter", "platform", "modules"),
    [
        (ZwaveCredentialsLock, "zwave_js", ["lock_helpers"]),
        (SchlageLock, "schlage", ["lock"]),
        (MatterLock, "matter", ["lock_helpers"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_reasons_that_we_translate_are_still_given(adapter, platform, modules):
    source = "".join(text_of(platform, f"{module}.py") for module in modules)
    for reason in adapter.reasons:
        key, _, status = reason.partition(".")
        assert f'"{key}"' in source, f"{platform} gives no {key} any more"
        if status and "unknown" not in status:
            assert f'"{status}"' in source
    if adapter is MatterLock:
        assert 'f"unknown({status_code})"' in source
        assert any(f"({RESOURCE_EXHAUSTED})" in reason for reason in adapter.reasons)


def test_answers_have_the_fields_that_we_read():
    matter = text_of("matter", "lock_helpers.py")
    for name in (
        "supports_user_management",
        "supported_credential_types",
        "max_pin_users",
        "min_pin_length",
        "max_pin_length",
        "credential_exists",
        "user_index",
        "user_name",
        "credentials",
        "users",
        "type",
        "index",
    ):
        assert f"    {name}: " in matter, name
    zwave = text_of("zwave_js", "lock_helpers.py")
    for name in (
        "supported_credential_types",
        "max_users",
        "max_user_name_length",
        "num_slots",
        "min_length",
        "max_length",
        "users",
        "user_id",
        "user_name",
        "credentials",
        "type",
        "slot",
    ):
        assert f"    {name}: " in zwave, name
    assert constants("zwave_js")["CREDENTIAL_TYPE_PIN_CODE"] == "pin_code"
    assert constants("matter")["CRED_TYPE_PIN"] == "pin"


def test_the_driver_can_be_asked_as_we_ask():
    from zwave_js_server.model.access_control import AccessControlAPI, CredentialData
    from zwave_js_server.model.node import Node
    from zwave_js_server.model.value import Value

    assert list(inspect.signature(AccessControlAPI.get_credential).parameters) == [
        "self",
        "credential_type",
        "credential_slot",
    ]
    assert list(inspect.signature(AccessControlAPI.get_user).parameters) == ["self", "user_id"]
    assert "user_id" in CredentialData.__dataclass_fields__
    for name in ("access_control", "command_classes", "status"):
        assert isinstance(getattr(Node, name), property), name
    assert "self.values" in inspect.getsource(Node)
    assert isinstance(Value.command_class, property)
