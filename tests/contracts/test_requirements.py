"""What is installed at run time exists as wheels for every machine that it is asked for on, within Home Assistant's limits."""

import subprocess
import sys
from functools import cache
from pathlib import Path

import homeassistant
import pytest

from custom_components.verified_response.adapters.models.packages import NEEDS
from custom_components.verified_response.vision.plan import EngineKind

pytestmark = [pytest.mark.slow, pytest.mark.real]

MUSL = ("x86_64-unknown-linux-musl", "aarch64-unknown-linux-musl")
GLIBC = ("x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu")
LIMITS = Path(homeassistant.__file__).with_name("package_constraints.txt")
CANNOT = "No solution found"
NO_NETWORK = (
    "dns error",
    "Connection refused",
    "Network is unreachable",
    "error sending request",
    "timed out",
    "Failed to fetch",
)


def resolve(requirements: tuple[str, ...], platform: str) -> subprocess.CompletedProcess[str]:
    """Ask uv, which is what Home Assistant installs with; wheels only, nothing is downloaded but their indexes."""
    return subprocess.run(
        [
            *(sys.executable, "-m", "uv", "pip", "compile", "-"),
            *("--python", sys.executable, "--no-python-downloads"),
            *("--python-version", "3.14", "--python-platform", platform),
            *("--only-binary", ":all:", "--constraint", str(LIMITS), "--no-header"),
        ],
        input="\n".join(requirements),
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@cache
def without_network() -> str | None:
    """Say why no index can be asked, None when one answers."""
    tried = resolve(("packaging",), GLIBC[0])
    if tried.returncode == 0:
        return None
    if CANNOT not in tried.stderr and any(sign in tried.stderr for sign in NO_NETWORK):
        return "no package index can be reached from here"
    raise AssertionError(f"asking for a package fails for another reason:\n{tried.stderr}")


@pytest.fixture(autouse=True)
def _index() -> None:
    if (reason := without_network()) is not None:
        pytest.skip(reason)


@pytest.mark.parametrize("platform", [*MUSL, *GLIBC])
@pytest.mark.parametrize("kind", list(EngineKind))
def test_what_is_asked_for_exists_as_wheels(kind: EngineKind, platform: str) -> None:
    """And where it does not, nothing is asked for: that is why there is an engine on ncnn."""
    needs = NEEDS[kind]
    tried = resolve(needs.requirements, platform)
    if platform in GLIBC or needs.on_musl:
        assert tried.returncode == 0, tried.stderr
        pinned = set(tried.stdout.splitlines())
        assert set(needs.requirements) <= pinned
    else:
        assert tried.returncode != 0, "it exists by now: it may be asked for on musl, too"
        assert CANNOT in tried.stderr, tried.stderr
        assert "wheels" in tried.stderr, tried.stderr


@pytest.mark.parametrize("platform", MUSL)
def test_nothing_but_ncnn_would_do_on_musl(platform: str) -> None:
    """Each package of the other engines lacks wheels by itself; a newer pin alone would not help."""
    for requirement in (*NEEDS[EngineKind.ONNX].requirements,):
        tried = resolve((requirement,), platform)
        assert tried.returncode != 0
        assert CANNOT in tried.stderr
