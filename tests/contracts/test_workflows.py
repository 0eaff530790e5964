"""What the workflows promise: pinned actions, small rights, and a release archive with verified weights in both formats."""

import re
import shlex

import pytest
import yaml

from custom_components.verified_response.vision.card import (
    DEFAULT_CARD,
    SLOW_HUB_CARD,
    load_card,
    load_cards,
)

from .repository import ROOT

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
# Published as moving references only; they read the checkout and get no secret.
VALIDATORS = {"home-assistant/actions/hassfest@master", "hacs/action@22.5.0"}
RELEASE = ROOT / ".github" / "workflows" / "release.yml"


def steps(path) -> list[dict]:
    jobs = yaml.safe_load(path.read_text("utf-8"))["jobs"]
    return [step for job in jobs.values() for step in job["steps"]]


def position(done: list[dict], part: str) -> int:
    """Where the one step is that runs this."""
    (found,) = [number for number, step in enumerate(done) if part in step.get("run", "")]
    return found


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_to_a_commit(path) -> None:
    used = {step["uses"] for step in steps(path) if "uses" in step} - VALIDATORS
    assert used
    assert all(re.search(r"@[0-9a-f]{40}$", each) for each in used), used


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_may_read_only(path) -> None:
    assert yaml.safe_load(path.read_text("utf-8"))["permissions"] == {"contents": "read"}


def commands(card: str) -> list[list[str]]:
    """The commands of the step that deals with a card, as words, its variables put in."""
    script = steps(RELEASE)[position(steps(RELEASE), card)]["run"]
    known = dict(re.findall(r"^(\w+)=(\S+)$", script, re.MULTILINE))
    for name, value in known.items():
        script = script.replace(f"${name}", value)
    return [shlex.split(line) for line in script.splitlines() if "=" not in line.split()[0]]


MODELS = "custom_components/verified_response/models"


def test_weights_are_put_in_after_the_tests_and_before_the_archive() -> None:
    done = steps(RELEASE)
    order = (".ci/run", "nanodet_plus_m_416.json", "yolox_nano_416.json", "zip -r")
    places = [position(done, part) for part in order]
    assert places == sorted(places)


def test_the_archive_carries_the_default_weights_in_both_formats() -> None:
    (command,) = commands("nanodet_plus_m_416.json")
    assert command[:2] == ["python", "scripts/fetch_model.py"]
    card = load_card(ROOT / command[2])
    assert card.name == DEFAULT_CARD
    assert command[3] == MODELS
    forms = [command[at + 1] for at, word in enumerate(command) if word == "--form"]
    assert sorted(forms) == ["ncnn", "onnx"]
    for name in forms:
        form = card.form(name)
        assert form is not None
        assert all(file.official for file in form.files), f"{name} cannot be fetched"


def test_the_archive_carries_the_weights_for_slow_hubs_in_both_formats() -> None:
    fetched, converted, copied, noticed = commands("yolox_nano_416.json")
    card = load_card(ROOT / fetched[2])
    assert card.name == SLOW_HUB_CARD
    (file,) = card.form("onnx").files
    variant = file.variant_of(fetched[fetched.index("--sha256") + 1])
    assert variant is not None
    assert variant.url is not None
    whole = f"{fetched[3]}/{file.names[0]}"
    assert converted == ["python", "scripts/yolox_to_ncnn.py", whole, fetched[2], MODELS]
    assert copied == ["cp", whole, MODELS]
    assert noticed == ["cat", f"{fetched[3]}/NOTICE", ">>", f"{MODELS}/NOTICE"]


def test_the_archive_carries_licence_and_notice() -> None:
    (command,) = commands("nanodet_plus_m_416.json")
    licence = (ROOT / command[command.index("--licence") + 1]).read_text("utf-8")
    assert "Apache License" in licence
    assert "Version 2.0" in licence
    for card in load_cards().values():
        assert card.licence == "Apache-2.0"
        assert card.notice
    zipped = steps(RELEASE)[position(steps(RELEASE), "zip -r")]["run"]
    assert "cp LICENSE custom_components/verified_response/LICENSE" in zipped


def test_addresses_of_weights_do_not_move() -> None:
    """A release, or a commit: never a branch."""
    for path in sorted((ROOT / "custom_components/verified_response/vision/models").glob("*.json")):
        for form in load_card(path).forms:
            for file in form.files:
                for url in [each.url for each in file.variants if each.url]:
                    assert url.startswith("https://"), url
                    assert re.search(r"/releases/download/[^/]+/|/[0-9a-f]{40}/", url), url
