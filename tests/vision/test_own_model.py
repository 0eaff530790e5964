"""A model of the owner's: told by its shape, tried on drawings, described by a card of its own."""

import json
from pathlib import Path

import pytest

from custom_components.verified_response.vision import own_model
from custom_components.verified_response.vision.card import digest_of, load_card
from custom_components.verified_response.vision.onnx_file import read_onnx
from custom_components.verified_response.vision.own_model import Refused, examine, recognise
from tests import onnx_files as written

ROWS = written.YOLOX_ROWS
NANODET_ROWS = ROWS + 2 * 2


def refusal(tmp_path: Path, content: bytes, person: int | None = None) -> str:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)
    with pytest.raises(Refused) as caught:
        examine(path, person=person)
    assert caught.value.code in own_model.REFUSALS
    return caught.value.code


@pytest.mark.parametrize(
    "shape",
    [
        ("batch", 3, 96, 96),
        (2, 3, 96, 96),
        (1, 1, 96, 96),
        (1, 96, 96, 3),
        (1, 3, 96, "wide"),
        (1, 3, 100, 96),
        (1, 3, 64, 64),
        (1, 3, 96, 1312),
        (3, 96, 96),
        (),
    ],
)
def test_inputs_that_do_not_fit(tmp_path, shape) -> None:
    assert refusal(tmp_path, written.blind(shape)) == "own_wrong_input"


def test_bytes_as_input_do_not_fit(tmp_path) -> None:
    assert refusal(tmp_path, written.blind(element=written.UINT8)) == "own_wrong_input"


def test_two_inputs_do_not_fit(tmp_path) -> None:
    ends = [written.end(name, (1, 3, 96, 96)) for name in ("a", "b")]
    content = written.model(
        written.graph(
            [written.node("Add", ["a", "b"], ["output"])], ends, [written.end("output", (1,))]
        )
    )
    assert refusal(tmp_path, content) == "own_wrong_input"


@pytest.mark.parametrize(
    "output",
    [
        (1, ROWS + 1, 85),
        (1, ROWS, 5),
        (1, ROWS, 5 + 1001),
        (1, NANODET_ROWS, 32),
        (2, ROWS, 85),
        (1, 85, 12, 12),
        (1, ROWS, "wide"),
        (85,),
    ],
)
def test_outputs_that_do_not_fit(tmp_path, output) -> None:
    assert refusal(tmp_path, written.blind(output=output)) == "own_wrong_output"


def test_no_onnx_file(tmp_path) -> None:
    assert refusal(tmp_path, b"no model") == "own_not_onnx"


def test_weights_elsewhere(tmp_path) -> None:
    content = written.model(
        written.graph(
            [written.node("Add", ["images", "w"], ["output"])],
            [written.end("images", (1, 3, 96, 96))],
            [written.end("output", (1, ROWS, 85))],
            [written.elsewhere("w", (1,), "/etc/passwd")],
        )
    )
    assert refusal(tmp_path, content) == "own_external_weights"


def test_too_large(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(own_model, "MAX_BYTES", 100)
    assert refusal(tmp_path, written.blind()) == "own_too_large"


@pytest.mark.parametrize("person", [-1, 80])
def test_a_class_that_is_none(tmp_path, person) -> None:
    assert refusal(tmp_path, written.blind(), person) == "own_wrong_class"


@pytest.mark.parametrize(
    ("rows", "columns"),
    [(ROWS, 5 + 3), (NANODET_ROWS, 32 + 3), ("open", 5 + 3)],
    ids=["yolox", "nanodet", "open"],
)
def test_other_classes_are_asked_about(tmp_path, rows, columns) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(written.blind(output=(1, rows, columns)))
    assert examine(path, person=None) == {"classes": 3}


def test_open_rows_that_fit_both_families_are_refused(tmp_path) -> None:
    assert refusal(tmp_path, written.blind(output=(1, "open", 40))) == "own_wrong_output"


@pytest.mark.parametrize(("columns", "decoder"), [(85, "yolox"), (112, "nanodet_plus")])
def test_open_rows_of_the_usual_networks_are_told_apart(columns, decoder) -> None:
    found = read_onnx(written.blind(output=(1, "open", columns)))
    assert recognise(found).family.decoder == decoder


def test_who_never_sees_anybody_fails(tmp_path) -> None:
    assert refusal(tmp_path, written.blind()) == "own_self_test_failed"


def test_what_the_runtime_does_not_know_is_refused(tmp_path) -> None:
    content = written.model(
        written.graph(
            [written.node("Conjure", ["images"], ["output"], domain="strange")],
            [written.end("images", (1, 3, 96, 96))],
            [written.end("output", (1, ROWS, 85))],
        )
    )
    assert refusal(tmp_path, content) == "own_not_loaded"


# Real networks


@pytest.mark.shared
@pytest.mark.parametrize("name", ["nanodet_plus_m_416", "yolox_nano_416"])
def test_both_families_are_taken(shared, tmp_path, name) -> None:
    path = shared / "models" / f"{name}.onnx"
    found = examine(path, person=None)
    assert found["classes"] == 80
    (tmp_path / "own.json").write_text(json.dumps(found["card"]))
    card = load_card(tmp_path / "own.json")
    assert card.name == "own"
    assert card.labels[card.person] == "person"
    assert "dog" in {card.labels[each] for each in card.rivals}
    (form,) = card.forms
    (file,) = form.files
    assert file.names == ("own.onnx",)
    assert file.variant_of(digest_of([path.read_bytes()])) is not None
    assert file.official is None


@pytest.mark.shared
@pytest.mark.parametrize("name", ["picodet_s_416", "fastestdet_352", "person_detection_0200"])
def test_other_families_are_refused(shared, name) -> None:
    with pytest.raises(Refused) as caught:
        examine(shared / "models" / f"{name}.onnx", person=0)
    assert caught.value.code == "own_wrong_output"


@pytest.mark.shared
def test_the_class_of_a_person_decides(shared, tmp_path) -> None:
    """Dog, person, cat: with the right number it sees the drawn person, with another it does not."""
    whole = (shared / "models" / "yolox_nano_416.onnx").read_bytes()
    path = tmp_path / "model.onnx"
    path.write_bytes(written.with_classes(whole, [16, 0, 15]))
    assert examine(path, person=None) == {"classes": 3}
    found = examine(path, person=1)
    assert found["card"]["labels"] == ["class 0", "person", "class 2"]
    assert found["card"]["rivals"] == []
    with pytest.raises(Refused) as caught:
        examine(path, person=0)
    assert caught.value.code == "own_self_test_failed"


@pytest.mark.shared
def test_a_single_class_is_a_person(shared, tmp_path) -> None:
    whole = (shared / "models" / "yolox_nano_416.onnx").read_bytes()
    path = tmp_path / "model.onnx"
    path.write_bytes(written.with_classes(whole, [0]))
    assert examine(path, person=None)["card"]["labels"] == ["person"]


def test_one_that_needs_too_much_memory_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(own_model, "MEMORY_MB", 5)
    with pytest.raises(Refused) as caught:
        own_model.refuse_hungry()
    assert caught.value.code == "own_too_hungry"
    monkeypatch.setattr(own_model, "MEMORY_MB", 1_000_000)
    own_model.refuse_hungry()
