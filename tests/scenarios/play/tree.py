"""YAML in, with the file and line of every part, so that a mistake is shown where it was made.

Scalars stay the words that were written: `00:35`, `on` and `4917` mean what their reader makes of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where something was written."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class ScenarioError(Exception):
    """What has to be mended in a file, in one sentence."""

    def __init__(self, place: Place, sentence: str) -> None:
        self.place = place
        self.sentence = sentence.replace("?.", "?")
        super().__init__(f"{place}: {self.sentence}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Word:
    """One scalar, as it was written."""

    place: Place
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A list."""

    place: Place
    items: Sequence[Node]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """A mapping; `keys` says where each key stands."""

    place: Place
    parts: Mapping[str, Node]
    keys: Mapping[str, Place]


type Node = Word | Row | Sheet


def documents(path: Path) -> Iterator[Node]:
    """Return the documents of a file; raises ScenarioError."""
    whole = Place(file=str(path), line=1)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as err:
        raise ScenarioError(whole, f"the file cannot be read ({err.strerror}).") from err
    except UnicodeDecodeError as err:
        raise ScenarioError(whole, "the file is not text in UTF-8.") from err
    try:
        for node in yaml.compose_all(text, Loader=yaml.SafeLoader):
            if node is not None and not _is_nothing(node):
                yield _plain(node, str(path), ())
    except yaml.MarkedYAMLError as err:
        mark = err.problem_mark or err.context_mark
        line = mark.line + 1 if mark else 1
        problem = err.problem or err.context or ""
        hint = "; a text with a colon in it needs quotes" if "mapping values" in problem else ""
        raise ScenarioError(
            Place(file=str(path), line=line), f"this is not YAML: {problem}{hint}."
        ) from err
    except yaml.YAMLError as err:
        raise ScenarioError(whole, f"this is not YAML: {err}.") from err


def _is_nothing(node: yaml.Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.style is None and node.value == ""


def _plain(node: yaml.Node, file: str, above: tuple[int, ...]) -> Node:
    place = Place(file=file, line=node.start_mark.line + 1)
    if id(node) in above:
        raise ScenarioError(place, "this part contains itself.")
    inside = (*above, id(node))
    if isinstance(node, yaml.ScalarNode):
        return Word(place=place, text=str(node.value).strip())
    if isinstance(node, yaml.SequenceNode):
        return Row(place=place, items=tuple(_plain(item, file, inside) for item in node.value))
    parts: dict[str, Node] = {}
    keys: dict[str, Place] = {}
    for key, value in node.value:
        at = Place(file=file, line=key.start_mark.line + 1)
        if not isinstance(key, yaml.ScalarNode):
            raise ScenarioError(at, "a key has to be a plain word.")
        name = str(key.value).strip()
        if name in parts:
            raise ScenarioError(at, f"{name!r} is written twice; the first is in {keys[name]}.")
        parts[name], keys[name] = _plain(value, file, inside), at
    return Sheet(place=place, parts=parts, keys=keys)


def described(node: Node) -> str:
    """Return what kind of thing this is, for a sentence."""
    match node:
        case Word(text=text):
            return f"{text!r}"
        case Row():
            return "a list"
    return "a mapping"
