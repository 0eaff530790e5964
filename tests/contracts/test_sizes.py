"""Walls on size: what outgrows them is two things."""

import ast
import re

import pytest

from .repository import PRODUCT, ROOT, Module, modules

FILE_LINES = 400
FUNCTION_LINES = 60
PUBLIC_METHODS = 14
PROTOCOL_METHODS = 8
ROOM_MODULES = 20
ROOMS = (
    "core",
    "core/events",
    "core/folds",
    "core/rules",
    "core/rules/validation",
    "core/sight",
    "engine",
    "engine/looking",
    "vision",
    "vision/remote",
    "public_safety",
    "adapters",
    "adapters/cameras",
    "adapters/locks",
    "adapters/models",
    "adapters/person_detector",
    "adapters/police_api",
)
FORBIDDEN = re.compile(r"(^|_)(managers?|helpers?|utils?|utilities|common|misc)(_|$)")

CODE = [
    *modules(),
    *modules(ROOT / "sandbox"),
    *modules(ROOT / "scripts"),
    *modules(ROOT / "tests" / "scenarios" / "play"),
]
by_name = pytest.mark.parametrize("module", CODE, ids=lambda module: module.name)


@by_name
def test_file_is_within_the_wall(module: Module) -> None:
    lines = len(module.path.read_text(encoding="utf-8").splitlines())
    assert lines <= FILE_LINES, (
        f"{module.name} has {lines} lines; the wall is {FILE_LINES}: which two things is it?"
    )


@by_name
def test_functions_are_within_the_wall(module: Module) -> None:
    functions = [
        n for n in ast.walk(module.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    long = {
        f.name: f.end_lineno - f.lineno + 1
        for f in functions
        if f.end_lineno - f.lineno + 1 > FUNCTION_LINES
    }
    assert not long, f"longer than {FUNCTION_LINES} lines in {module.name}: {long}"


@by_name
def test_classes_offer_few_methods(module: Module) -> None:
    for node in ast.walk(module.tree):
        if not isinstance(node, ast.ClassDef):
            continue
        methods = [
            f.name
            for f in node.body
            if isinstance(f, ast.FunctionDef | ast.AsyncFunctionDef) and not f.name.startswith("_")
        ]
        is_protocol = any("Protocol" in ast.unparse(base) for base in node.bases)
        wall = PROTOCOL_METHODS if is_protocol else PUBLIC_METHODS
        assert len(methods) <= wall, (
            f"{node.name} in {module.name} has {len(methods)} public methods; the wall is {wall}"
        )


@by_name
def test_no_module_is_named_after_nothing(module: Module) -> None:
    names = [part.removesuffix(".py") for part in module.path.relative_to(ROOT).parts]
    bad = [name for name in names if FORBIDDEN.search(name)]
    assert not bad, f"{module.name}: name it after what it is about, not {bad}"


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_stay_small(room: str) -> None:
    count = len([path for path in (PRODUCT / room).glob("*.py") if path.name != "__init__.py"])
    assert count <= ROOM_MODULES, f"{room} has {count} modules; the wall is {ROOM_MODULES}"
