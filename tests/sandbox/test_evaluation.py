"""The figures of scripts/evaluate are right where they can be counted by hand."""

import json
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from custom_components.verified_response.core.detection import Box
from sandbox.evaluation import metrics
from sandbox.evaluation.labels import LabelsUnreadableError, read_folders
from sandbox.evaluation.metrics import Found, Judged, Moment
from tests import drawn

ROOT = Path(__file__).resolve().parents[2]

LEFT = Box(x=0.1, y=0.1, width=0.2, height=0.5)
RIGHT = Box(x=0.6, y=0.1, width=0.2, height=0.5)
SHIFTED = Box(x=0.12, y=0.1, width=0.2, height=0.5)  # IoU 0.82 with LEFT
HALF = Box(x=0.2, y=0.1, width=0.2, height=0.5)  # IoU 0.33 with LEFT


def judged(
    *found: tuple[float, Box], labelled: tuple[Box, ...] | None = None, person: bool | None = None
) -> Judged:
    return Judged(
        person=bool(labelled) if person is None else person,
        labelled=labelled,
        found=tuple(Found(*each) for each in found),
    )


def scored(score: float, *, person: bool) -> Judged:
    return judged(*([(score, LEFT)] if score else []), person=person)


def test_every_person_found_and_nothing_else_is_ap_one() -> None:
    pictures = [judged((0.9, SHIFTED), (0.8, RIGHT), labelled=(LEFT, RIGHT)), judged(labelled=())]
    assert metrics.ap50(pictures) == pytest.approx(1.0)


def test_a_box_beside_the_person_finds_nobody() -> None:
    assert metrics.ap50([judged((0.9, HALF), labelled=(LEFT,))]) == 0.0


def test_second_box_on_one_person_is_a_mistake() -> None:
    marks, total = metrics.matches([judged((0.9, LEFT), (0.8, SHIFTED), labelled=(LEFT,))])
    assert (marks, total) == ([(0.9, True), (0.8, False)], 1)


def test_ap_of_one_right_then_one_wrong_then_one_right() -> None:
    # Precision 1 up to recall 1/2 (51 of 101 levels), 2/3 above it (50 levels).
    pictures = [
        judged((0.9, LEFT), (0.5, RIGHT), labelled=(LEFT, RIGHT)),
        judged((0.7, LEFT), labelled=()),
    ]
    assert metrics.ap50(pictures) == pytest.approx((51 * 1 + 50 * 2 / 3) / 101)


def test_without_labelled_boxes_there_is_no_ap() -> None:
    assert metrics.ap50([scored(0.9, person=True)]) is None


def test_recall_where_one_percent_of_the_empty_pictures_alarms() -> None:
    # 200 empty pictures: two may alarm; the third best empty score is 0.5.
    empty = [scored(score, person=False) for score in (0.9, 0.8, 0.5, *([0.0] * 197))]
    people = [scored(score, person=True) for score in (0.95, 0.6, 0.51, 0.5, 0.4, 0.0)]
    point = metrics.at_false_share([*empty, *people], 0.01)
    assert point is not None
    assert (point.threshold, point.recall, point.false_share) == (0.51, 3 / 6, 0.01)


def test_nobody_found_is_never_a_person() -> None:
    pictures = [scored(0.0, person=True), scored(0.4, person=True), scored(0.0, person=False)]
    point = metrics.at_false_share(pictures, 0.01)
    assert point is not None
    assert (point.recall, point.false_share) == (0.5, 0.0)


@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=40),
    st.lists(st.floats(0, 1), min_size=1, max_size=40),
)
def test_the_share_of_false_pictures_is_kept_and_no_threshold_is_better(
    people: list[float], empty: list[float]
) -> None:
    pictures = [scored(each, person=True) for each in people]
    pictures += [scored(each, person=False) for each in empty]
    point = metrics.at_false_share(pictures, 0.1)
    assert point is not None
    assert point.false_share <= 0.1
    for other in metrics.curve(pictures):
        assert other.false_share > 0.1 or other.recall <= point.recall


def moments(*alerts: bool, step: float = 0.5) -> list[Moment]:
    return [
        Moment(at_s=number * step, score=0.9 * alert, tallest_px=100.0 * alert, alert=alert)
        for number, alert in enumerate(alerts)
    ]


def test_visit_is_found_from_its_first_moment_and_a_late_vote_still_counts() -> None:
    seen = moments(False, False, False, True, True, False, False, False, True)
    first, second, third = metrics.visits_found(
        seen, [(0.5, 2.5), (3.0, 3.5), (9.0, 10.0)], grace_s=0.6
    )
    assert (first.after_s, first.tallest_px) == (1.0, 100.0)
    assert second.after_s == pytest.approx(1.0)
    assert (third.after_s, third.tallest_px) == (None, 0.0)


def test_false_alert_counts_once_however_long_it_lasts() -> None:
    seen = moments(True, True, False, True, False, True, True)
    assert metrics.false_alerts(seen, [(1.4, 1.6)], grace_s=0.1) == 2


def test_every_layout_is_read(tmp_path: Path) -> None:
    boxes = tmp_path / "boxes"
    (boxes / "images").mkdir(parents=True)
    (boxes / "images" / "a.jpg").write_bytes(b"-")
    (boxes / "annotations.json").write_text(
        json.dumps(
            {"boxes": True, "images": [{"file": "a.jpg", "person": True, "boxes": [[1, 2, 3, 4]]}]}
        )
    )
    for name in ("person", "empty"):
        (tmp_path / "plain" / name).mkdir(parents=True)
        (tmp_path / "plain" / name / "b.png").write_bytes(b"-")
    clips = tmp_path / "clips"
    clips.mkdir()
    for name in ("one.mp4", "two.mp4"):
        (clips / name).write_bytes(b"-")
    (clips / "annotations.json").write_text('{"one.mp4": {"fps": 10, "person": [[0, 9]]}}')
    (clips / "two.txt").write_text("1.5 2\n\n")
    labelled = read_folders([tmp_path])
    assert [(p.path.name, p.person, p.boxes) for p in labelled.pictures] == [
        ("a.jpg", True, ((1, 2, 3, 4),)),
        ("b.png", False, None),
        ("b.png", True, None),
    ]
    assert [(c.path.name, c.visits) for c in labelled.clips] == [
        ("one.mp4", ((0.0, 1.0),)),
        ("two.mp4", ((1.5, 2.0),)),
    ]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("annotations.json", "{"),
        ("annotations.json", "[]"),
        ("annotations.json", '{"boxes": true, "images": [{"file": "gone.jpg"}]}'),
        ("annotations.json", '{"gone.mp4": {"fps": 10, "person": []}}'),
    ],
)
def test_labels_that_cannot_be_understood_are_named(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(LabelsUnreadableError, match=r"annotations\.json|gone"):
        read_folders([tmp_path])


def test_an_empty_folder_is_no_result(tmp_path: Path) -> None:
    with pytest.raises(LabelsUnreadableError, match="nothing labelled"):
        read_folders([tmp_path])


def drawn_set(folder: Path) -> None:
    """Draw pictures with and without a person, and a clip with one visit."""
    import av

    for name, pictures in {
        "person": [drawn.person_on_porch(left=left) for left in (300, 350, 400)],
        "empty": [drawn.empty_porch()],
    }.items():
        (folder / name).mkdir(parents=True)
        for number, picture in enumerate(pictures):
            (folder / name / f"{number}.jpg").write_bytes(picture)
    with av.open(str(folder / "yard.mp4"), "w") as container:
        stream = container.add_stream("mpeg4", rate=5)
        stream.width, stream.height, stream.pix_fmt = 640, 480, "yuv420p"
        for number in range(25):
            there = 10 <= number < 20
            picture = (
                drawn.person_on_porch(left=250 + 10 * number) if there else drawn.empty_porch()
            )
            container.mux(stream.encode(av.VideoFrame.from_image(Image.open(BytesIO(picture)))))
        container.mux(stream.encode(None))
    (folder / "yard.txt").write_text("2.0 4.0\n")


@pytest.mark.real
def test_drawn_pictures_and_a_clip_through_the_real_worker(tmp_path: Path) -> None:
    drawn_set(tmp_path / "set")
    run = subprocess.run(
        [
            sys.executable, "-m", "sandbox.evaluation", str(tmp_path / "set"),
            "--engine", "basic", "--json", str(tmp_path / "out.json"), "--plot", str(tmp_path / "out.png"),
        ],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    (told,) = json.loads((tmp_path / "out.json").read_text())
    assert (told["engine"], told["model"], told["pictures"]) == ("basic", "opencv-hog", 4)
    assert told["recall_at_1_percent"] == 1.0
    assert told["false_per_1000_when_raising"] == 0.0
    assert (told["visits"], told["visits_found"], told["false_alerts"]) == (1, 1, 0)
    assert 0.2 <= told["found_after_most_s"] <= 1.2
    assert told["ap50"] is None
    assert "| basic, opencv-hog |" in run.stdout
    with Image.open(tmp_path / "out.png") as plot:
        assert min(plot.size) > 300


@pytest.mark.real
def test_an_engine_that_does_not_run_here_is_named_and_is_no_success(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "a.jpg").write_bytes(drawn.empty_porch())
    run = subprocess.run(
        [sys.executable, "-m", "sandbox.evaluation", str(tmp_path), "--engine", "onnx", "--models", str(tmp_path)],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 1
    assert "nothing to measure" in run.stderr


def test_bad_folder_is_told_in_one_line() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "sandbox.evaluation", "no-such-folder"],
        cwd=ROOT, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 2
    assert run.stderr.strip() == "no-such-folder is not a folder"
