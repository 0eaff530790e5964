"""scripts/replay: reads what people have in hand, shows what would differ, and never stumbles."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from sandbox.replay import UnreadableError, main, records_of

RECORDED = Path(__file__).parents[1] / "recordings"
BURGLARY = RECORDED / "burglary.json"
OLDER = RECORDED / "older_policy.jsonl"


def exported() -> dict[str, Any]:
    return json.loads(BURGLARY.read_text(encoding="utf-8"))


def test_a_recorded_burglary(capsys: pytest.CaptureFixture[str]) -> None:
    """The file stays as it was written; reasons may change with the rules, what a human said may not."""
    assert main(["--numbers", "recorded", str(BURGLARY)]) == 0
    shown = capsys.readouterr().out
    assert "1 incident" in shown
    assert "level" not in shown
    assert "stages: entry_delay" in shown
    assert "Verdict property" in shown
    assert "numbers:" not in shown


def test_levels_of_an_older_policy_are_shown_beside_those_of_today(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main([str(OLDER)]) == 0
    shown = capsys.readouterr().out
    assert "corroboration_window_s 10 → 1800" in shown
    [line] = [line for line in shown.splitlines() if "ZoneTrip hall_motion" in line]
    assert "1 (2026.05-1)" in line
    assert "level 1 → 2; raised +two_independent_detectors" in line
    assert "of 3 steps would differ" in shown
    assert main(["--numbers", "recorded", str(OLDER)]) == 0
    shown = capsys.readouterr().out
    assert "numbers:" not in shown
    assert "level 1 →" not in shown, "by the numbers of its time two trips far apart are one"


def written(records: list[Any], way: str) -> str:
    """Return an export as people may have it."""
    match way:
        case "answer":
            return json.dumps({"incident_id": "i", "records": records})
        case "rest":
            return json.dumps({"changed_states": [], "service_response": {"records": records}})
        case "websocket":
            return json.dumps({"context": {}, "response": {"records": records}})
        case "list":
            return json.dumps(records)
        case "lines":
            return "\n".join(json.dumps(item) for item in records) + "\n\n"
        case "one line":
            return json.dumps(records[0])
        case "answers":
            return "\n".join(json.dumps({"records": [item]}) for item in records)
    return yaml.safe_dump({"incident_id": "i", "records": records})


@pytest.mark.parametrize("way", ["answer", "rest", "websocket", "list", "lines", "answers", "yaml"])
def test_every_way_to_have_an_export(way: str) -> None:
    records = exported()["records"]
    assert records_of(written(records, way)) == records


def test_one_record_alone() -> None:
    records = exported()["records"]
    assert records_of(written(records, "one line")) == records[:1]


def test_moments_stay_as_they_are_written_in_yaml() -> None:
    text = "records:\n  - at: 2026-11-20 22:00:00+00:00\n    kind: x\n    payload: {}\n"
    assert records_of(text)[0]["at"] == "2026-11-20 22:00:00+00:00"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello",
        "{",
        "[]",
        "7",
        "null",
        "a: [",
        '{"incident_id": "i", "timeline": []}',
        '{"records": 7}',
        "!!python/object/apply:os.system ['true']",
        "[" * 5000,
        "\t- x",
    ],
)
def test_what_is_no_export_is_said(text: str) -> None:
    with pytest.raises(UnreadableError):
        records_of(text)


def test_unreadable_files_are_named_and_the_others_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    picture = tmp_path / "picture.json"
    picture.write_bytes(b"\xff\xd8\xff\xe0")
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    assert main([str(tmp_path / "gone"), str(picture), str(wrong), str(BURGLARY)]) == 2
    shown = capsys.readouterr()
    for path in (tmp_path / "gone", picture, wrong):
        assert f"{path}: " in shown.err
    assert f"{BURGLARY}: 1 incident" in shown.out


def test_what_another_version_wrote_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = exported()["records"]
    records[1]["payload"]["mood"] = "grim"
    dragons = [{"at": records[0]["at"], "kind": "DragonSeen", "payload": {}}] * 2
    path = tmp_path / "newer.json"
    path.write_text(json.dumps({"records": [*records, *dragons, 7]}))
    assert main(["--numbers", "recorded", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "left out: 2 records DragonSeen" in shown
    assert "left out: 1 record unreadable" in shown
    assert "left out: 1 field of another version" in shown
    assert "Verdict property" in shown


def test_an_export_without_an_incident(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "policy.jsonl"
    path.write_text(OLDER.read_text(encoding="utf-8").splitlines()[0])
    assert main([str(path)]) == 0
    assert "0 incidents" in capsys.readouterr().out


def test_numbers_that_are_not_known_are_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "cut.jsonl"
    path.write_text("\n".join(OLDER.read_text(encoding="utf-8").splitlines()[1:]))
    assert main([str(path)]) == 0
    assert "those of its time are not known" in capsys.readouterr().out
