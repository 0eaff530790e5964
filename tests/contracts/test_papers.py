"""What is written about the repository is true: glossary, tree, pins, manifest, quality scale, no secrets."""

import ast
import re
import struct
import tomllib
from pathlib import Path

import pytest

from .repository import PRODUCT, ROOT, catalogue, modules, text, tracked_files


def words(line: str) -> list[str]:
    return line.split()


# The rules of Home Assistant's integration quality scale, by tier.
BRONZE = words(
    "action-setup appropriate-polling brands common-modules config-flow config-flow-test-coverage dependency-transparency docs-actions "
    "docs-conditions docs-high-level-description docs-installation-instructions docs-removal-instructions docs-triggers "
    "entity-event-setup entity-unique-id has-entity-name runtime-data test-before-configure test-before-setup unique-config-entry"
)
SILVER = words(
    "action-exceptions config-entry-unloading docs-configuration-parameters docs-installation-parameters entity-unavailable "
    "integration-owner log-when-unavailable parallel-updates reauthentication-flow test-coverage"
)
GOLD = words(
    "devices diagnostics discovery discovery-update-info docs-data-update docs-examples docs-known-limitations docs-supported-devices "
    "docs-supported-functions docs-troubleshooting docs-use-cases dynamic-devices entity-category entity-device-class "
    "entity-disabled-by-default entity-translations exception-translations icon-translations reconfiguration-flow repair-issues "
    "stale-devices"
)
PLATINUM = ["async-dependency", "inject-websession", "strict-typing"]

# The brackets keep this file from naming what it forbids.
FORBIDDEN = {
    "a path of one machine": r"(?<![\w.])/([r]oot|[w]ork|[t]mp/boot|[h]ome/\w+|[U]sers/\w+)/\w",
    "a package registry's host": r"\b([p]ypi\.org|[p]ythonhosted|deb\.[d]ebian|[r]egistry\.npmjs|[p]orts\.ubuntu)",
    "a private key": r"-----BEGIN [A-Z ]*[P]RIVATE KEY-----",
    "an access token": r"\b(gh[pousr]_[A-Za-z0-9]{30}|[A]KIA[0-9A-Z]{16}|xox[bp]-[\w-]{20}|eyJ[\w-]{20,}\.eyJ[\w-]{20,})",
}


def pyproject() -> dict:
    return tomllib.loads(text("pyproject.toml"))


def test_glossary_names_every_public_class_of_core() -> None:
    glossary = set(re.findall(r"\w+", text("docs", "glossary.md")))
    public = {
        node.name: module.name
        for module in modules(PRODUCT / "core")
        for node in module.tree.body
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    }
    missing = {name: where for name, where in public.items() if name not in glossary}
    assert not missing, f"docs/glossary.md does not explain: {missing}"


def drawn_tree(page: str) -> set[str]:
    """Modules in the fenced block that draws `verified_response/`: one folder a line, its modules below or behind it.

    Text after `#` or `—` is a remark; indentation says which folder a line belongs to.
    """
    block = next(
        (b for b in re.findall(r"```\w*\n(.*?)```", page, re.DOTALL) if "verified_response/" in b),
        "",
    )
    found: set[str] = set()
    folders: list[tuple[int, str]] = []
    for line in block.splitlines():
        drawn = re.split(r"[#—]", line, maxsplit=1)[0]
        start = re.search(r"[\w.]", drawn)
        if start is None:
            continue
        while folders and folders[-1][0] >= start.start():
            folders.pop()
        folder = re.match(r"([\w./]+)/(?=\s|$|,|·)", drawn[start.start() :])
        if folder:
            folders.append((start.start(), folder[1]))
        path = "/".join(name for _, name in folders)
        found |= {f"{path}/{name}" for name in re.findall(r"\b(\w+\.py)\b", drawn)}
    return {
        name.rpartition("verified_response/")[2] for name in found if "verified_response/" in name
    }


def test_drawn_tree_is_read_as_people_read_it() -> None:
    page = "```\ncustom_components/verified_response/\n├─ a.py · b.py  # like c.py\n├─ core/\n│  └─ d.py\n├─ adapters/ e.py\n└─ __init__.py\n```"
    assert drawn_tree(page) == {"a.py", "b.py", "core/d.py", "adapters/e.py", "__init__.py"}


def test_drawn_tree_is_the_real_tree() -> None:
    drawn = {
        name
        for name in drawn_tree(text("docs", "architecture.md"))
        if not name.endswith("__init__.py")
    }
    real = {module.path.relative_to(PRODUCT).as_posix() for module in modules()}
    real = {name for name in real if not name.endswith("__init__.py")}
    assert real - drawn == set(), "modules that docs/architecture.md does not draw"
    assert drawn - real == set(), "modules that docs/architecture.md draws but that do not exist"


def test_versions_installed_at_run_time_are_the_tested_ones() -> None:
    pinned = set(pyproject()["dependency-groups"]["run"])
    groups: dict[str, list[str]] = {}
    for module in modules():
        for node in module.tree.body:
            target = (
                node.target
                if isinstance(node, ast.AnnAssign)
                else node.targets[0]
                if isinstance(node, ast.Assign)
                else None
            )
            if (
                isinstance(target, ast.Name)
                and target.id.startswith("REQUIREMENTS")
                and node.value is not None
            ):
                groups[target.id] = [
                    n.value for n in ast.walk(node.value) if isinstance(n, ast.Constant)
                ]
    assert "REQUIREMENTS_ONNX" in groups, (
        "const.py names what is installed at run time: REQUIREMENTS_ONNX"
    )
    for name, requirements in groups.items():
        assert all("==" in requirement for requirement in requirements), (
            f"{name} is not pinned exactly"
        )
    assert groups["REQUIREMENTS_ONNX"]
    assert set(groups["REQUIREMENTS_ONNX"]) <= pinned, (
        f"{groups['REQUIREMENTS_ONNX']} are not the pins of pyproject.toml"
    )


def test_everything_installed_is_pinned() -> None:
    loose = [
        pin
        for group in pyproject()["dependency-groups"].values()
        for pin in group
        if "==" not in pin
    ]
    assert not loose


def test_manifest_is_what_home_assistant_and_hacs_want() -> None:
    manifest = catalogue("manifest.json")
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(keys[2:])]
    assert manifest["domain"] == PRODUCT.name
    assert manifest["requirements"] == [], (
        "the alarm starts without the internet: nothing is installed before it"
    )
    assert manifest["version"] == pyproject()["project"]["version"]
    assert {
        "codeowners",
        "documentation",
        "issue_tracker",
        "integration_type",
        "iot_class",
    } <= manifest.keys()
    assert f"## {manifest['version']}" in text("CHANGELOG.md")


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("icon.png", (256, 256)),
        ("icon@2x.png", (512, 512)),
        ("logo.png", None),
        ("logo@2x.png", None),
    ],
)
@pytest.mark.parametrize("prefix", ["", "dark_"])
def test_brand_pictures_have_their_size(
    prefix: str, name: str, size: tuple[int, int] | None
) -> None:
    header = (PRODUCT / "brand" / f"{prefix}{name}").read_bytes()[:24]
    assert header.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", header[16:24])
    assert (
        (width, height) == size if size else min(width, height) == (256 if "@2x" in name else 128)
    )


def test_quality_scale_answers_every_rule() -> None:
    rules = catalogue("quality_scale.yaml")["rules"]
    assert len({*BRONZE, *SILVER, *GOLD, *PLATINUM}) == 54
    assert set(rules) == {*BRONZE, *SILVER, *GOLD, *PLATINUM}
    for rule, answer in rules.items():
        status = answer if isinstance(answer, str) else answer["status"]
        assert status in {"done", "todo", "exempt"}, rule
        if status != "done":
            assert isinstance(answer, dict), f"{rule}: {status} needs a comment"
            assert answer["comment"].strip(), f"{rule}: {status} needs a comment"


def test_no_secret_and_no_address_of_a_machine_is_written_down() -> None:
    found = []
    for path in tracked_files():
        try:
            content = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for what, pattern in FORBIDDEN.items():
            found += [
                f"{path.relative_to(ROOT)}: {what}: {hit[0]}"
                for hit in re.finditer(pattern, content)
            ]
    assert not found, "\n".join(found)


def test_the_secret_check_sees_what_it_forbids() -> None:
    planted = {
        "a path of one machine": "open('/wo" + "rk/main/x')",
        "a package registry's host": "https://py" + "pi.org/simple",
        "a private key": "-----BEGIN PRIVATE " + "KEY-----",
        "an access token": "gh" + "p_" + "a" * 36,
    }
    for what, line in planted.items():
        assert re.search(FORBIDDEN[what], line), what


def test_scripts_can_be_run() -> None:
    scripts = [
        ROOT / ".ci" / "run",
        *(p for p in (ROOT / "scripts").iterdir() if p.is_file() and not p.suffix),
    ]
    assert len(scripts) > 5
    plain = [str(Path(p).relative_to(ROOT)) for p in scripts if not p.stat().st_mode & 0o111]
    assert not plain, f"not executable: {plain}"
