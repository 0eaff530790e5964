"""The demo plays to its end by itself, and fails with one sentence where it cannot."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

pytestmark = [pytest.mark.real, pytest.mark.slow]

ROOT = Path(__file__).resolve().parents[2]
STORY = (
    "An early warning",
    "across the yard",
    "Early warning from Yard: one person outside",
    "Yard motion trips.",
    "The last person in the yard, marked",
    "Yard: blind: covered.",
    "Yard: sees again.",
    "Still armed: no incident",
    "A burglary",
    "Front door trips.",
    r"Level +2 of 4\.",
    "Abort window",
    "Phone ",
    r"Level +3 of 4\.",
    "Delivered, incident EX-",
    "Acknowledged",
    "A code of 6 digits",
    "The code was used",
    "Incident  Closed",
    "no longer has the code",
    "the chain is intact",
    "A false alarm",
    "nobody to be seen",
    "Cancelled as a false alarm",
    "nothing left the house",
    "the chain is intact",
)


def play(
    tmp_path: Path, *options: str, checkout: Path = ROOT, **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "sandbox.demo", "--once", *options],
        cwd=checkout,
        env={**os.environ, "TMPDIR": str(tmp_path), **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def left_behind(tmp_path: Path) -> list[str]:
    """Processes that still run in the play's folder."""
    found = []
    for process in psutil.process_iter(["cmdline"]):
        command = " ".join(process.info["cmdline"] or ())
        if str(tmp_path) in command:
            found.append(command)
    return found


def assert_whole(ended: subprocess.CompletedProcess[str]) -> None:
    """Nothing of the story is missing, and it is told in order."""
    assert ended.returncode == 0, ended.stdout + ended.stderr
    at = 0
    for line in STORY:
        found = re.compile(line).search(ended.stdout, at)
        assert found, f"'{line}' is missing after:\n{ended.stdout[:at]}\nin:\n{ended.stdout}"
        at = found.end()
    before, _, burglary = ended.stdout.partition("A burglary\n")
    assert not re.search(r"Incident|Level|Phone|Desk ", before)
    seen = re.findall(r"Camera +(\w+): \d+ frames, scores [01]\.", burglary)
    assert sorted(seen) == ["Hall", "Porch", "Yard"]  # whoever was in the yard before belongs to it


def test_demo_tells_the_whole_story_and_leaves_nothing(tmp_path: Path) -> None:
    assert_whole(play(tmp_path))
    assert left_behind(tmp_path) == []
    assert list(tmp_path.glob("verified-response-demo-*")) == []


def test_demo_needs_no_model_file(tmp_path: Path) -> None:
    """A checkout without anything beside it, which may not fetch: OpenCV alone looks."""
    checkout = tmp_path / "alone" / "checkout"
    for folder in ("custom_components", "sandbox", "docs"):
        leave = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / folder, checkout / folder, ignore=leave)
    shutil.copy(ROOT / "pyproject.toml", checkout)
    shutil.rmtree(checkout / "custom_components/verified_response/models", ignore_errors=True)
    alone = {"VERIFIED_RESPONSE_OFFLINE": "1", "VERIFIED_RESPONSE_MODELS": ""}
    ended = play(tmp_path, checkout=checkout, **alone)
    assert_whole(ended)
    assert "nobody to be seen (opencv-hog" in ended.stdout
    assert left_behind(tmp_path) == []


def test_demo_fails_with_a_sentence(tmp_path: Path) -> None:
    nothing = tmp_path / "not-a-video.mp4"
    nothing.write_bytes(b"no video")
    ended = play(tmp_path, "--clip", str(nothing))
    assert ended.returncode == 1
    assert "The demo failed: " in ended.stderr
    assert "Traceback" not in ended.stderr + ended.stdout
    assert left_behind(tmp_path) == []
