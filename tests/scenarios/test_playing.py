"""The player says what does not hold, the command prints it, and docs/scenarios.md explains every key."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import fields
from pathlib import Path

import pytest

from custom_components.verified_response.engine.intake import Intake
from tests.scenarios.play.expectations import Expectation
from tests.scenarios.play.fields import key
from tests.scenarios.play.happenings import HAPPENINGS, Picture
from tests.scenarios.play.house import PARTS, household, option_keys
from tests.scenarios.play.outside import StageClock
from tests.scenarios.play.player import play
from tests.scenarios.play.scenario import BEGINS, SCENARIO_KEYS, STEP_KEYS, scenarios
from tests.scenarios.play.table import clock_of, plain, table

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs" / "scenarios.md"
CALM = """
name: A calm evening
why: Nothing has to happen.
timeline:
  - arm: {mode: away, at_once: yes}
  - at: 1:00
    expect: {area: armed, stage: none, pushed: none, siren: never}
"""


def played(tmp_path: Path, text: str):
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    [scenario] = scenarios(path)
    return play(scenario)


def sentences(tmp_path: Path, expect: str, *, before: str = "opens: kitchen window") -> list[str]:
    """What is said about one expectation after a window opened in an armed house."""
    text = f"""
name: A
why: b
timeline:
  - arm: {{mode: away, at_once: yes}}
  - at: 1:00
    {before}
    expect: {{{expect}}}
"""
    return [item.sentence for item in played(tmp_path, text).failures]


def test_a_calm_evening_is_one(tmp_path: Path) -> None:
    assert not played(tmp_path, CALM).failures


WRONG = [
    ("area: armed", "area: armed was expected, it is triggered"),
    ("mode: night", "mode: night was expected, it is away"),
    ("mode: none", "mode: none was expected, it is away"),
    ("areas: {garage: armed}", "area garage: armed was expected, it is disarmed"),
    ("stage: none", "stage: none was expected, it is abort_window"),
    ("level: 2", "level: 2 was expected, it is 1"),
    ("level: none", "level: none was expected, it is 1"),
    ("proposed_by: person", "proposed by: person was expected, it is hub"),
    ("raised: [person_seen]", "raised: person_seen was expected, it is detector_tripped"),
    (
        "raised: [no detector_tripped]",
        "raised: detector_tripped was not expected, it is detector_tripped",
    ),
    ("raised: none", "raised: nothing was expected, it is detector_tripped"),
    ("held: [found_open]", "held: found_open was expected, it is nothing"),
    (
        "unknown: [zone_lost of front door]",
        "unknown: zone_lost of front_door was expected, it is nothing",
    ),
    ("order: [front door]", "order: front_door was expected, it is kitchen_window"),
    (
        "evidence: [storm_reported]",
        "evidence: storm_reported was expected, it is zone_trip of kitchen_window",
    ),
    ("evidence_at_most: 0", "evidence at most: 0 was expected, it is 1"),
    (
        "noted: [sound_heard of kitchen microphone]",
        "noted: sound_heard of kitchen_microphone was expected, it is nothing",
    ),
    ("answers: [Ada life]", "answers: ada life was expected, it is nothing"),
    ("attempts: [Ada by push]", "attempts: ada by push was expected, it is nothing"),
    ("contradicted: yes", "contradicted: yes was expected, it is no"),
    ("waits_for_person: yes", "waits for person: yes was expected, it is no"),
    ("deliveries: {City desk: held}", "delivery to city_desk: held was expected, it is none"),
    ("shown: none", "shown: nothing was expected, it is burglary"),
    ("pushed: [loitering to Ada]", "pushed: loitering to ada was expected, it is nothing"),
    ("shared: [create]", "shared: create was expected, it is nothing"),
    ("warned: [porch camera]", "warned: porch_camera was expected, it is nothing"),
    ("tried: [front lock]", "tried: front_lock was expected, it is nothing"),
    ("siren: off", "siren: off was expected, it is on"),
    ("siren: never", "siren: never was expected, it is on"),
    ("nothing_leaves: no", "nothing leaves: no was expected, it is yes"),
    ("bypassed: [hall motion]", "bypassed: hall_motion was expected, it is nothing"),
    ("shut_down: [hall motion]", "shut down: hall_motion was expected, it is nothing"),
    ("failed_to_arm: yes", "failed to arm: yes was expected, it is no"),
    ("refused: code_wrong", "refused: code_wrong was expected, it is nothing"),
    ("incident: fire", "incident: a fire was expected, there is none"),
    (
        "troubles: {front door: offline}",
        "troubles: front_door: offline was expected, it is nothing",
    ),
    ("keypad: locked", "keypad: locked was expected, it is open"),
    ("blind: yes", "blind: yes was expected, it is no"),
    ("false_alarms: {hall motion: 2}", "false alarms of hall_motion: 2 was expected, it is 0"),
    ("walk_test: {hall motion: fire}", "walk test: hall_motion: fire was expected, it is off"),
]


@pytest.mark.parametrize(("expect", "sentence"), WRONG, ids=[item[0] for item in WRONG])
def test_what_does_not_hold_is_said(tmp_path: Path, expect: str, sentence: str) -> None:
    assert sentence in sentences(tmp_path, expect)


def test_every_expectation_can_fail() -> None:
    tried = {re.match(r"\w+", expect)[0] for expect, _ in WRONG}
    assert {item.name for item in fields(Expectation)} - tried == {"lowered"}, "held is like it"


def test_a_refusal_that_nobody_expected_is_a_failure(tmp_path: Path) -> None:
    found = sentences(tmp_path, "area: armed", before='disarm: {by: Ada, code: "1"}')
    assert found == ["refused: nothing was expected, it is code_wrong"]


def test_a_step_before_the_one_before_is_said(tmp_path: Path) -> None:
    text = CALM + "  - power_cut: 5 min\n  - at: 2:00\n    opens: kitchen window\n"
    [failure] = played(tmp_path, text).failures
    assert "earlier than the step before has ended" in failure.sentence


def test_a_bug_of_the_engine_never_passes_for_a_calm_house(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(Intake, "_submit", broken)
    text = CALM + "  - opens: kitchen window\n    expect: {area: armed}\n"
    assert any("the engine crashed" in item.sentence for item in played(tmp_path, text).failures)


def test_the_table_and_json_tell_the_same(tmp_path: Path) -> None:
    text = CALM + (
        "  - at: 2:00\n    opens: kitchen window\n    note: by force\n    expect: {level: 3}\n"
    )
    done = played(tmp_path, text)
    shown, told = table(done), plain(done)
    assert "A calm evening  [FAILED]" in shown
    assert "opens kitchen window" in shown
    assert "(by force)" in shown
    assert "+ detector_tripped" in shown
    assert "siren on" in shown
    assert "[no]" in shown
    assert "a.yaml:11: level: 3 was expected, it is 1" in shown
    last = told["timeline"][-1]
    assert not told["holds"]
    assert (last["level"], last["raised"], last["effects"]) == (
        1,
        ["detector_tripped"],
        ["siren on"],
    )
    assert last["failed"][0]["line"] == 11
    assert json.loads(json.dumps(told)) == told


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "tests.scenarios.play", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_the_command_plays_files_of_any_folder(tmp_path: Path) -> None:
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "__init__.py").touch()  # a folder that has its own
    (tmp_path / "calm.yaml").write_text(CALM, encoding="utf-8")
    done = run(tmp_path, "calm.yaml")
    assert done.returncode == 0, done.stderr
    assert "1 of 1 scenarios went as expected." in done.stdout
    (tmp_path / "calm.yaml").write_text(CALM.replace("area: armed", "area: triggered"))
    done = run(tmp_path, ".", "--json")
    assert done.returncode == 1
    assert [item["holds"] for item in json.loads(done.stdout)] == [False]
    (tmp_path / "calm.yaml").write_text(CALM.replace("arm:", "ram:"))
    done = run(tmp_path, "calm.yaml")
    assert done.returncode == 2
    assert "calm.yaml:5: nothing is called 'ram' here; did you mean 'arm'?" in done.stderr


def test_the_script_starts_the_player() -> None:
    script = (ROOT / "scripts" / "scenarios").read_text()
    assert '-P -m tests.scenarios.play "$@"' in script


def test_time_is_written_as_people_do() -> None:
    assert [clock_of(seconds) for seconds in (0, 5.2, 90, 3725, 90061)] == [
        "0:00",
        "0:05.2",
        "1:30",
        "1:02:05",
        "1d 1:01:01",
    ]


@pytest.mark.parametrize("seconds", [-30, 3600])
def test_who_waits_waits_as_long_however_the_clock_is_set(seconds: float) -> None:
    clock, rang = StageClock(BEGINS), []
    clock.call_at(BEGINS.replace(minute=1), lambda: rang.append(clock.passed))
    clock.set_by(seconds)
    assert clock.next_due() == 60
    clock.advance(60)
    assert rang == [60]


# --- the documentation -------------------------------------------------------------------


def rows(section: str) -> dict[str, str]:
    """Rows of the tables below a heading, by each key in their first cell."""
    page = DOCS.read_text(encoding="utf-8")
    [part] = re.findall(rf"^## {section}\n(.*?)(?=^## |\Z)", page, re.MULTILINE | re.DOTALL)
    found = {}
    for line in part.splitlines():
        if line.startswith("| `"):
            first = line.split("|")[1]
            found |= dict.fromkeys(re.findall(r"`(\w+)`", first), line)
    return found


def words(line: str) -> set[str]:
    return set(re.findall(r"\w+", line))


def missing(known: Iterable[str], documented: Iterable[str]) -> set[str]:
    return set(known) ^ set(documented)


def test_every_key_of_a_scenario_is_documented() -> None:
    assert not missing(SCENARIO_KEYS, rows("A whole one"))
    assert set(STEP_KEYS) <= set(rows("Steps"))


def test_every_happening_and_its_details_are_documented() -> None:
    documented = rows("What can happen")
    assert not missing(HAPPENINGS, documented)
    for name, kind in HAPPENINGS.items():
        lacking = {key(item) for item in fields(kind)} - words(documented[name])
        assert not lacking, f"{name}: {lacking}"
    assert {item.value for item in Picture} <= words(documented["camera"])


def test_every_expectation_is_documented() -> None:
    assert not missing((item.name for item in fields(Expectation)), rows("What can be expected"))


def test_every_part_of_a_house_is_documented() -> None:
    documented = rows("The house")
    assert not missing((*PARTS, "without", "options"), documented)
    for name, (_, kind) in PARTS.items():
        lacking = {key(item) for item in fields(kind)} - words(documented[name])
        assert not lacking, f"{name}: {lacking}"
    lacking = set(option_keys()) - {"version"} - words(documented["options"])
    assert not lacking, lacking


def test_the_examples_of_the_documentation_are_right(tmp_path: Path) -> None:
    page = DOCS.read_text(encoding="utf-8")
    whole, house = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    (tmp_path / "whole.yaml").write_text(whole, encoding="utf-8")
    [scenario] = scenarios(tmp_path / "whole.yaml")
    assert not play(scenario).failures
    (tmp_path / "house.yaml").write_text(f"{house}{CALM}", encoding="utf-8")
    [scenario] = scenarios(tmp_path / "house.yaml")
    assert "attic_hatch" in scenario.house.premises.zones


def test_the_usual_house_has_all_that_the_documentation_says() -> None:
    premises = household(None).premises
    assert set(premises.areas) == {"house", "garage"}
    assert {item.name for item in premises.contacts.values()} == {"Ada", "Ben", "Mia", "Nora"}
    assert len(premises.cameras) == 3
