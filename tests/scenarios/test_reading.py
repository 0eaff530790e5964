"""Scenario files as people write them: what they mean, and the sentence for what they cannot mean."""

from pathlib import Path

import pytest

from custom_components.verified_response.core.premises import ArmMode, ZoneType
from custom_components.verified_response.core.signals import ZoneStatus
from tests.scenarios.play import happenings as h
from tests.scenarios.play.fields import Names, Seconds, seconds
from tests.scenarios.play.scenario import Scenario, files, scenarios
from tests.scenarios.play.tree import Place, ScenarioError, Word

HEAD = "name: A\nwhy: b\n"


def one(tmp_path: Path, text: str) -> Scenario:
    path = tmp_path / "a.yaml"
    path.write_text(text, encoding="utf-8")
    [scenario] = scenarios(path)
    return scenario


def step(tmp_path: Path, line: str):
    return one(tmp_path, f"{HEAD}timeline:\n  - {line}\n").steps[0]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("90", 90),
        ("90 s", 90),
        ("2 min", 120),
        ("1 h 30 min", 5400),
        ("3 days", 3 * 86400),
        ("0:35", 35),
        ("00:35", 35),
        ("10:35", 635),
        ("1:00:05", 3605),
        ("-1 h", -3600),
        ("0.5s", 0.5),
    ],
)
def test_durations(written: str, meant: float) -> None:
    assert seconds(Word(place=Place(file="a", line=1), text=written), what="at") == meant


@pytest.mark.parametrize("written", ["soon", "5 parsecs", "", "1:75x", "s"])
def test_what_is_no_duration(written: str) -> None:
    with pytest.raises(ScenarioError, match="'at' has to be a duration"):
        seconds(Word(place=Place(file="a", line=1), text=written), what="at")


def test_a_step_may_be_written_short_or_long(tmp_path: Path) -> None:
    assert step(tmp_path, "opens: front door").happening == h.Opens(zone=("front_door",))
    assert step(tmp_path, "opens: [Front Door, hall_motion]").happening == h.Opens(
        zone=("front_door", "hall_motion")
    )
    assert step(tmp_path, "arm: night").happening == h.Arm(mode=ArmMode.NIGHT)
    assert step(tmp_path, "arm: {mode: away, by: Ben, at_once: yes}").happening == h.Arm(
        mode=ArmMode.AWAY, by="ben", at_once=True
    )
    assert step(tmp_path, "comes_back: {zone: front door, as: open}").happening == h.ComesBack(
        zone=("front_door",), as_=ZoneStatus.OPEN
    )
    assert step(tmp_path, "power_cut: {lasts: 45 s, found: {front door: open}}").happening == (
        h.PowerCut(lasts=Seconds(45), found={"front_door": ZoneStatus.OPEN})
    )
    assert step(tmp_path, "arm: {mode: away, by: automation}").happening == h.Arm(
        mode=ArmMode.AWAY, by="automation"
    )


def test_words_that_yaml_would_turn_into_something_else_stay_words(tmp_path: Path) -> None:
    scenario = one(
        tmp_path,
        f"{HEAD}house: {{people: {{Ada: {{code: 0491727}}}}}}\n"
        "timeline:\n  - {at: 10:35, storm: on}\n  - {at: 11:00, storm: off}\n",
    )
    assert [item.at for item in scenario.steps] == [635, 660]
    assert [item.happening for item in scenario.steps] == [h.Storm(on=True), h.Storm(on=False)]
    assert scenario.house.parts["person"]["ada"].code == "0491727"


def test_a_house_is_changed_and_not_written_anew(tmp_path: Path) -> None:
    house = one(
        tmp_path,
        HEAD
        + """
house:
  options: {exit_delay: 45 s, siren: none}
  zones:
    Front Door: {place: porch}
    attic hatch: {type: perimeter, modes: [night, away]}
  without: [cellar leak, Nora]
timeline:
  - opens: attic hatch
""",
    ).house
    zones = house.premises.zones
    assert zones["front_door"].type is ZoneType.ENTRY_EXIT
    assert zones["front_door"].place == "porch"
    assert zones["front_door"].cameras == ("hall_camera", "porch_camera")
    assert zones["attic_hatch"].areas == ("house",)
    assert zones["attic_hatch"].modes == {ArmMode.NIGHT, ArmMode.AWAY}
    assert "cellar_leak" not in zones
    assert "nora" not in house.premises.contacts
    assert house.premises.policy.exit_delay_s == 45
    assert house.premises.policy.siren is None


TIMELINE = "timeline:\n  - opens: front door\n"
MISTAKES = [
    ("name: A\n" + TIMELINE, 1, "a scenario needs 'why'."),
    (HEAD, 1, "a scenario needs a 'timeline'."),
    (HEAD + "timeline: soon\n", 3, "the 'timeline' has to be a list of steps."),
    (HEAD + "tmeline: []\n", 3, "a scenario has no 'tmeline'; did you mean 'timeline'?"),
    (
        HEAD + "timeline:\n  - opens: front dor\n",
        4,
        "'front dor' is no zone of this house; did you mean 'front door'?",
    ),
    (
        HEAD + "timeline:\n  - opnes: front door\n",
        4,
        "nothing is called 'opnes' here; did you mean 'opens'?",
    ),
    (
        HEAD + "timeline:\n  - opens: front door\n    closes: back door\n",
        5,
        "one thing happens at a step, not 'opens' and 'closes'.",
    ),
    (
        HEAD + "timeline:\n  - at: 5\n    after: 5\n    opens: front door\n",
        5,
        "a step has 'at' or 'after', not both.",
    ),
    (
        HEAD + "timeline:\n  - at: -5\n    opens: front door\n",
        4,
        "'at' cannot be before the beginning.",
    ),
    (
        HEAD + "timeline:\n  - note: quiet\n",
        4,
        "nothing happens at this step and nothing is expected.",
    ),
    (
        HEAD + "timeline:\n  - arm: {mode: awy}\n",
        4,
        "'awy' is no mode; did you mean 'away'?",
    ),
    (
        HEAD + "timeline:\n  - arm: {by: Ada}\n",
        4,
        "arm needs 'mode'.",
    ),
    (
        HEAD + "timeline:\n  - arm: {mode: away, bye: Ada}\n",
        4,
        "arm has no 'bye'; did you mean 'by'?",
    ),
    (
        HEAD + TIMELINE + "    expect: {lvl: 2}\n",
        5,
        "expect has no 'lvl'; did you mean 'level'?",
    ),
    (
        HEAD + TIMELINE + "    expect: {level: two}\n",
        5,
        "'level' has to be a number, not 'two'.",
    ),
    (
        HEAD + TIMELINE + "    expect: {raised: [person_sen]}\n",
        5,
        "'person_sen' is no reason; did you mean 'person_seen'?",
    ),
    (
        HEAD + TIMELINE + "    expect: {pushed: [ask_confirmation to Adam]}\n",
        5,
        "'Adam' is no person of this house; did you mean 'Ada'?",
    ),
    (
        HEAD + TIMELINE + "    expect: {unknown: [zone_lost of front gate]}\n",
        5,
        "'front gate' is no zone, camera, person, sign, lock or area of this house; "
        "did you mean 'front lock'?",
    ),
    (
        HEAD + TIMELINE + "    expect: {siren: loud}\n",
        5,
        "'siren' has to be one of on, off, never, not 'loud'.",
    ),
    (
        HEAD + "house: {zones: {front door: {colour: red}}}\n" + TIMELINE,
        3,
        "front door has no 'colour'",
    ),
    (
        HEAD + "house: {options: {entry_delay: 40 s, abort_window: 30 s}}\n" + TIMELINE,
        3,
        "these options are refused: entry_and_abort_too_long.",
    ),
    (
        HEAD + "house: {options: {entry_dealy: 40 s}}\n" + TIMELINE,
        3,
        "there is no option 'entry_dealy'; did you mean 'entry_delay'?",
    ),
    (
        HEAD + "house: {without: [swimming pool]}\n" + TIMELINE,
        3,
        "'swimming pool' is no part of this house",
    ),
    (HEAD + "time_zone: Europe/Berlni\n" + TIMELINE, 3, "'Europe/Berlni' is no time zone"),
    (HEAD + "begins: tonight\n" + TIMELINE, 3, "'begins' has to be a date and time"),
    ("name: A\nname: B\n", 2, "'name' is written twice; the first is in {file}:1."),
    ("name: [a\n", 2, "this is not YAML:"),
    ("- 1\n", 1, "a scenario has to be a mapping, not a list."),
    ("", 1, "there is no scenario in this file."),
]


@pytest.mark.parametrize(("text", "line", "sentence"), MISTAKES, ids=[m[2][:40] for m in MISTAKES])
def test_a_mistake_is_shown_where_it_was_made(
    tmp_path: Path, text: str, line: int, sentence: str
) -> None:
    path = tmp_path / "a.yaml"
    with pytest.raises(ScenarioError) as caught:
        one(tmp_path, text)
    expected = sentence.format(file=path)
    assert str(caught.value).startswith(f"{path}:{line}: {expected}"), caught.value


def test_two_scenarios_of_one_name_are_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="is the name of the scenario in"):
        one(tmp_path, f"{HEAD}{TIMELINE}---\n{HEAD}{TIMELINE}")


def test_a_file_may_hold_several_and_a_folder_many(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    second = HEAD.replace("A", "B")
    (tmp_path / "b" / "c.yml").write_text(f"{HEAD}{TIMELINE}---\n{second}{TIMELINE}")
    (tmp_path / "d.yaml").write_text(f"{HEAD}{TIMELINE}")
    (tmp_path / "notes.txt").write_text("nothing")
    found = [item.name for path in files([tmp_path]) for item in scenarios(path)]
    assert found == ["A", "B", "A"]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="cannot be read"):
        scenarios(tmp_path / "none.yaml")
    (tmp_path / "latin.yaml").write_bytes(b"name: caf\xe9\n")
    with pytest.raises(ScenarioError, match="UTF-8"):
        scenarios(tmp_path / "latin.yaml")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ScenarioError, match=r"no \.yaml file"):
        list(files([tmp_path / "empty"]))


def test_names_are_found_however_they_are_written() -> None:
    names = Names({"zone": {"Front door": "front_door"}})
    assert names.written("front_door") == "Front door"
    assert names.written("gone") == "gone"
