"""The figures that are promised of seeing people, on the labelled material beside the checkout."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

pytestmark = [pytest.mark.shared, pytest.mark.slow, pytest.mark.real]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, shared: Path) -> dict[str, float]:
    """Measure the default model through the real worker, once."""
    out = tmp_path_factory.mktemp("figures") / "figures.json"
    command = [
        sys.executable,
        "-m",
        "sandbox.evaluation",
        str(shared / "images"),
        str(shared / "clips"),
    ]
    chosen = [
        "--engine",
        "onnx",
        "--model",
        "nanodet-plus-m-416",
        "--models",
        str(shared / "models"),
    ]
    subprocess.run([*command, *chosen, "--json", str(out)], cwd=ROOT, check=True, timeout=500)
    (figures,) = json.loads(out.read_text())
    return figures


def test_people_are_found_where_one_empty_picture_in_a_hundred_would_alarm(
    told: dict[str, float],
) -> None:
    assert told["pictures"] >= 240
    assert told["pictures_refused"] == 0
    assert told["recall_at_1_percent"] >= 0.96


def test_at_the_raise_score_hardly_an_empty_picture_alarms(told: dict[str, float]) -> None:
    assert told["recall_when_raising"] >= 0.9
    assert told["false_per_1000_when_raising"] <= 10


def test_empty_clips_alarm_nobody(told: dict[str, float]) -> None:
    assert told["empty_s"] >= 55
    assert told["false_alerts"] == 0


def test_every_visit_is_found_in_time(told: dict[str, float]) -> None:
    assert told["visits"] >= 7
    assert told["visits_missed_of_40_px"] == 0
    assert told["visits_found"] == told["visits"]
    assert told["found_after_most_s"] <= 1.2
