"""The pure rooms import without Home Assistant, and with nothing but what their contract allows."""

import ast
import subprocess
import sys

import pytest

from .repository import PRODUCT, PURE_ROOMS, ROOT, modules

ALLOWED = {"core": [], "voice": [], "engine": [], "vision": [], "public_safety": ["aiohttp"]}
# What core may not even take from the standard library: clocks, chance, input and output, concurrency.
IMPURE = {
    *("asyncio", "concurrent", "multiprocessing", "queue", "threading", "subprocess", "select"),
    *("io", "os", "pathlib", "shutil", "sqlite3", "sys", "tempfile", "logging"),
    *("socket", "ssl", "http", "urllib.request", "random", "secrets", "time"),
}

PROBE = """
import importlib, sys, types
root, room, names, allowed = sys.argv[1], sys.argv[2], sys.argv[3].split(","), sys.argv[4].split(",")

class Wall:
    def find_spec(self, name, path=None, target=None):
        top = name.partition(".")[0]
        if top in ("homeassistant", "voluptuous", "probatio"):
            raise ImportError(f"{name} is Home Assistant's, and {room} knows nothing of it")
        if allowed == [""] and top not in sys.stdlib_module_names and top != "custom_components":
            raise ImportError(f"{name} is not in the standard library, and {room} imports nothing else when it is loaded")
        return None

sys.meta_path.insert(0, Wall())
for name, folder in (("custom_components", ""), ("custom_components.verified_response", "/verified_response")):
    package = types.ModuleType(name)
    package.__path__ = [root + "/custom_components" + folder]
    sys.modules[name] = package
for name in names:
    importlib.import_module(name)
print(len(names))
"""


def names_of(room: str) -> list[str]:
    names = []
    for module in modules(PRODUCT / room):
        parts = module.path.relative_to(ROOT).with_suffix("").parts
        # A __main__ is started, never imported.
        if parts[-1] != "__main__":
            names.append(".".join(parts).removesuffix(".__init__"))
    return names


def probe(room: str, names: list[str], root: str = str(ROOT)) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", PROBE, root, room, ",".join(names), ",".join(ALLOWED[room])]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)


@pytest.mark.parametrize("room", PURE_ROOMS)
def test_room_imports_alone(room: str) -> None:
    names = names_of(room)
    assert names, f"{room} has no module"
    result = probe(room, names)
    assert result.returncode == 0, result.stderr[-2000:]
    assert result.stdout.strip() == str(len(names))


@pytest.mark.parametrize("line", ["import homeassistant.core", "import voluptuous", "import numpy"])
def test_probe_sees_a_planted_violation(tmp_path, line: str) -> None:
    room = tmp_path / "custom_components" / "verified_response" / "core"
    room.mkdir(parents=True)
    (room / "planted.py").write_text(line)
    result = probe("core", ["custom_components.verified_response.core.planted"], str(tmp_path))
    assert result.returncode != 0
    assert "core" in result.stderr


def imports_of(tree: ast.Module) -> set[str]:
    """Names of the absolute imports anywhere in a module, each with its top-level package."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found | {name.partition(".")[0] for name in found}


def test_core_takes_no_clock_chance_or_io() -> None:
    wrong = {
        module.name: sorted(bad)
        for module in modules(PRODUCT / "core")
        if (bad := imports_of(module.tree) & IMPURE)
    }
    assert not wrong, f"core gets time, randomness and input passed in: {wrong}"


def test_engine_reaches_the_world_through_its_ports() -> None:
    io = {"http", "shutil", "socket", "sqlite3", "ssl", "subprocess", "tempfile", "urllib.request"}
    for module in modules(PRODUCT / "engine"):
        found = imports_of(module.tree)
        outside = {
            name for name in found if name.partition(".")[0] not in sys.stdlib_module_names
        } | (found & io)
        assert not outside, f"{module.name} imports {sorted(outside)}"
