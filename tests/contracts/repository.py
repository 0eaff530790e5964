"""The checkout as the contract tests read it: files, parsed modules, catalogues."""

import ast
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ROOT / "custom_components" / "verified_response"
PURE_ROOMS = ("core", "voice", "engine", "vision", "public_safety")


@dataclass(frozen=True)
class Module:
    """One Python file and its syntax tree."""

    path: Path
    tree: ast.Module

    @property
    def name(self) -> str:
        """Path as people write it in a failure message."""
        return self.path.relative_to(ROOT).as_posix()


@cache
def parse(path: Path) -> Module:
    return Module(path, ast.parse(path.read_text(encoding="utf-8")))


def modules(folder: Path = PRODUCT) -> list[Module]:
    """Every module below a folder, compiled leftovers excluded."""
    return [parse(path) for path in sorted(folder.rglob("*.py")) if "__pycache__" not in path.parts]


def text(*parts: str) -> str:
    """A file of the checkout; its absence is a failure that names it."""
    path = ROOT.joinpath(*parts)
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing"
    return path.read_text(encoding="utf-8")


def catalogue(name: str) -> dict[str, Any]:
    """A JSON or YAML file of the integration."""
    content = text("custom_components", "verified_response", name)
    return json.loads(content) if name.endswith(".json") else yaml.safe_load(content)


def english() -> dict[str, Any]:
    return catalogue("translations/en.json")


def worded(part: str) -> dict[str, Any]:
    """One part of the English texts; its absence is a failure that names it."""
    texts = english()
    assert part in texts, f"translations/en.json has no {part!r}"
    return texts[part]


def leaves(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """(dotted key, text) of every string in a nested catalogue."""
    if isinstance(tree, dict):
        for key, value in tree.items():
            yield from leaves(value, (*path, str(key)))
    elif isinstance(tree, str):
        yield ".".join(path), tree


def literal(node: ast.expr | None) -> str | None:
    """The text of a string literal, None for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def called(node: ast.Call) -> str:
    """Last part of the name that is called."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def tracked_files() -> list[Path]:
    """Files that git tracks or would track; every file where this is not a git checkout."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    if listing.returncode == 0:
        names = listing.stdout.decode().split("\0")
        return [ROOT / name for name in names if name and (ROOT / name).is_file()]
    hidden = {".venv", ".cache", ".git", ".develop", ".demo", "node_modules", "__pycache__"}
    return [p for p in ROOT.rglob("*") if p.is_file() and not hidden & set(p.parts)]
