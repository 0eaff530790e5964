"""What may be tuned: stored or refused, and the steps in which model files are fetched and uploaded."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import FormData
from homeassistant.core import Event, HomeAssistant
from homeassistant.data_entry_flow import (
    EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE,
    FlowResultType,
    InvalidData,
)
from homeassistant.setup import async_setup_component

from custom_components.verified_response import detection_flow, options_schema
from custom_components.verified_response.adapters.models import (
    choose,
    examine,
    fetch,
    files,
    owner,
    server,
)
from custom_components.verified_response.core.errors import InvalidRequestError, WorkFailedError
from custom_components.verified_response.engine.model_files import Examined, Received
from custom_components.verified_response.vision import own_model
from tests import onnx_files as written

from .fakes.config_entry import SetUps, house, replaced_setup
from .fakes.model_files import FakeModelFiles

OPTIONS = {
    "exit_delay": 60,
    "entry_delay": 30,
    "abort_window": 30,
    "confirmation_window": 90,
    "detection": True,
    "early_warning": True,
    "worker_threads": 2,
    "language": "en",
}
ENGLISH = json.loads(
    (Path(options_schema.__file__).parent / "translations" / "en.json").read_text("utf-8")
)["options"]


@pytest.fixture(autouse=True)
def setups() -> Iterator[SetUps]:
    with replaced_setup() as seen:
        yield seen


@pytest.fixture
def models(setups: SetUps) -> FakeModelFiles:
    return setups.trials.models


@pytest.fixture
async def entry(hass: HomeAssistant, setups: SetUps) -> Any:
    entry = house()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    return entry


async def begin(hass: HomeAssistant, entry: Any) -> dict[str, Any]:
    form = await hass.config_entries.options.async_init(entry.entry_id)
    assert form["step_id"] == "init"
    return form


async def tune(hass: HomeAssistant, entry: Any, **changes: Any) -> dict[str, Any]:
    form = await begin(hass, entry)
    return await hass.config_entries.options.async_configure(
        form["flow_id"], {**OPTIONS, **changes}
    )


async def answer(hass: HomeAssistant, form: dict[str, Any], **asked: Any) -> dict[str, Any]:
    return await hass.config_entries.options.async_configure(form["flow_id"], asked)


async def result_of(hass: HomeAssistant, shown: dict[str, Any]) -> dict[str, Any]:
    """What a dialog shows once the work behind its progress is done."""
    assert shown["type"] is FlowResultType.SHOW_PROGRESS
    assert shown["progress_action"] in ENGLISH["progress"]
    await hass.async_block_till_done()
    return await hass.config_entries.options.async_configure(shown["flow_id"])


# The form


async def test_options_are_stored_and_take_effect_at_once(
    hass: HomeAssistant, entry: Any, setups: SetUps, tmp_path: Path
) -> None:
    hass.states.async_set("siren.hall", "off")
    result = await tune(
        hass, entry, models_path=f" {tmp_path} ", siren="siren.hall", detection=False
    )
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == {
        **OPTIONS,
        "models_path": str(tmp_path),
        "siren": "siren.hall",
        "detection": False,
    }
    assert all(isinstance(entry.options[key], int) for key in ("exit_delay", "worker_threads"))
    assert setups.count == 2


async def test_options_can_be_emptied(hass: HomeAssistant, tmp_path: Path) -> None:
    entry = house(
        models_path=str(tmp_path), siren="siren.hall", engine="ncnn", model="yolox-nano-416",
        server_url="http://10.0.0.2:8000", server_model="people",
    )  # fmt: skip
    entry.add_to_hass(hass)
    await tune(hass, entry, models_path="  ", engine="auto", model="auto", server_url=" ")
    assert dict(entry.options) == OPTIONS


async def test_what_is_stored_is_shown(hass: HomeAssistant, entry: Any) -> None:
    await tune(hass, entry, engine="ncnn", model="yolox-nano-416", worker_threads=4)
    assert (entry.options["engine"], entry.options["model"]) == ("ncnn", "yolox-nano-416")
    form = await begin(hass, entry)
    shown = {
        str(key): (key.description or {}).get("suggested_value")
        for key in form["data_schema"].schema
    }
    assert (shown["engine"], shown["model"], shown["worker_threads"]) == (
        "ncnn", "yolox-nano-416", 4,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"entry_delay": 31}, {"abort_window": "entry_and_abort_too_long"}),
        ({"models_path": "/nowhere/at/all"}, {"models_path": "folder_missing"}),
        ({"siren": "siren.gone"}, {"siren": "entity_unknown"}),
        (
            {"engine": "remote"},
            {"server_url": "value_required", "server_model": "value_required"},
        ),
        (
            {"engine": "remote", "server_url": "10.0.0.2:8000", "server_model": "people"},
            {"server_url": "server_url_malformed"},
        ),
        (
            {"server_url": "http://me:secret@10.0.0.2"},
            {"server_url": "server_url_credentials"},
        ),
    ],
)
async def test_options_that_cannot_work_are_refused(
    hass: HomeAssistant, changes: dict[str, Any], errors: dict[str, str]
) -> None:
    entry = house()
    entry.add_to_hass(hass)
    result = await tune(hass, entry, **changes)
    assert (result["type"], result["errors"]) == (FlowResultType.FORM, errors)
    assert set(errors.values()) <= set(ENGLISH["error"])
    assert dict(entry.options) == {}


@pytest.mark.parametrize(
    "changes",
    [
        {"confirmation_window": 29},
        {"confirmation_window": 601},
        {"worker_threads": 5},
        {"worker_threads": 0},
        {"language": "xx"},
        {"engine": "tea"},
        {"model": "own"},
        {"model_files": "burn"},
    ],
)
async def test_options_have_bounds(hass: HomeAssistant, changes: dict[str, Any]) -> None:
    entry = house()
    entry.add_to_hass(hass)
    with pytest.raises(InvalidData):
        await tune(hass, entry, **changes)


@pytest.mark.parametrize(
    ("url", "refusal"),
    [
        ("http://10.0.0.2:8000", None),
        ("https://triton.example.org/base", None),
        ("http://[fd00::2]:8000", None),
        ("ftp://10.0.0.2", "server_url_malformed"),
        ("http://", "server_url_malformed"),
        ("http://10.0.0.2:0", "server_url_malformed"),
        ("http://10.0.0.2:99999", "server_url_malformed"),
        ("http://[fd00", "server_url_malformed"),
        ("http://10.0.0.2/v2?x=1", "server_url_malformed"),
        ("http://10.0.0.2/#x", "server_url_malformed"),
        ("http://10.0.0.2/a b", "server_url_malformed"),
        ("http://10.0.0.2/\x07", "server_url_malformed"),
        ("http://me:secret@10.0.0.2", "server_url_credentials"),
        ("http://10.0.0.2/" + "x" * 300, "server_url_malformed"),
    ],
)
def test_addresses_of_servers(url: str, refusal: str | None) -> None:
    assert options_schema.refuse_server_url(url) == refusal


# The server


async def test_a_server_is_asked_before_it_is_stored(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles
) -> None:
    remote = {"engine": "remote", "server_url": " http://10.0.0.2:8000/ ", "server_model": " p "}
    models.server = "server_unreachable"
    result = await tune(hass, entry, **remote)
    assert result["errors"] == {"server_url": "server_unreachable"}
    assert "server_unreachable" in ENGLISH["error"]
    models.server = None
    result = await answer(hass, result, **OPTIONS, **remote)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert entry.options["server_url"] == "http://10.0.0.2:8000"
    assert entry.options["server_model"] == "p"
    assert models.asked == [("server", "http://10.0.0.2:8000/", "p")] * 2


async def test_a_server_cannot_be_asked_by_premises_that_are_not_loaded(
    hass: HomeAssistant,
) -> None:
    entry = house()
    entry.add_to_hass(hass)
    result = await tune(
        hass, entry, engine="remote", server_url="http://10.0.0.2", server_model="p"
    )
    assert result["errors"] == {"base": "not_loaded"}


# Fetching


async def test_fetching_shows_how_far_it_is_and_stores_the_options(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, setups: SetUps
) -> None:
    told: list[Event] = []
    hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE, told.append)
    shown = await tune(hass, entry, engine="ncnn", model_files="fetch")
    assert (shown["type"], shown["step_id"]) == (FlowResultType.SHOW_PROGRESS, "fetch")
    assert shown["progress_action"] == "fetching"
    again = await hass.config_entries.options.async_configure(shown["flow_id"])
    assert again["type"] is FlowResultType.SHOW_PROGRESS
    models.go_on.set()
    done = await result_of(hass, again)
    await hass.async_block_till_done()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert [event.data["progress"] for event in told] == [0.5, 1.0]
    assert models.asked == [("fetch", "ncnn", "auto")]
    assert dict(entry.options) == {**OPTIONS, "engine": "ncnn"}
    assert setups.count == 2


@pytest.mark.parametrize(
    "code", sorted(fetch.LASTING | {fetch.UNREACHABLE, fetch.DISK_FULL, fetch.OFFLINE})
)
async def test_what_could_not_be_fetched_is_told_in_the_options(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, code: str
) -> None:
    models.fetch_error = WorkFailedError(code)
    models.go_on.set()
    shown = await tune(hass, entry, engine="onnx", model_files="fetch")
    result = await result_of(hass, shown)
    assert (result["step_id"], result["errors"]) == ("init", {"base": code})
    assert code in ENGLISH["error"]
    assert dict(entry.options) == {}
    assert "model_files" not in entry.options
    result = await answer(hass, result, **OPTIONS, engine="onnx")
    assert entry.options["engine"] == "onnx"


async def test_fetching_needs_loaded_premises(hass: HomeAssistant) -> None:
    entry = house()
    entry.add_to_hass(hass)
    result = await tune(hass, entry, model_files="fetch")
    assert result["errors"] == {"base": "not_loaded"}


# Uploading


@pytest.fixture
def upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A file as the browser has sent it; its id."""
    path = tmp_path / "mine.onnx"
    path.write_bytes(b"network")

    @contextmanager
    def process(_hass: HomeAssistant, file_id: str) -> Iterator[Path]:
        assert file_id == upload_id
        yield path

    upload_id = str(uuid4())
    monkeypatch.setattr(detection_flow, "process_uploaded_file", process)
    return upload_id


async def upload_form(hass: HomeAssistant, entry: Any, **changes: Any) -> dict[str, Any]:
    form = await tune(hass, entry, model_files="upload", **changes)
    assert (form["type"], form["step_id"], form["errors"]) == (FlowResultType.FORM, "upload", {})
    return form


async def test_a_known_file_is_taken(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, upload: str
) -> None:
    models.received.append(Received(model="nanodet-plus-m-416"))
    result = await answer(hass, await upload_form(hass, entry), file=upload)
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert models.uploads == [b"network"]
    assert dict(entry.options) == OPTIONS


async def test_the_other_half_is_asked_for(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, upload: str
) -> None:
    models.received.append(Received(model="nanodet-plus-m-416", missing=("x.bin",)))
    models.received.append(Received(model="nanodet-plus-m-416"))
    result = await answer(hass, await upload_form(hass, entry), file=upload)
    assert (result["step_id"], result["errors"]) == ("upload", {"base": "upload_more"})
    assert result["description_placeholders"]["missing"] == "x.bin"
    assert "{missing}" in ENGLISH["error"]["upload_more"]
    result = await answer(hass, result, file=upload)
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_a_new_file_makes_a_running_detector_look_again(
    hass: HomeAssistant, models: FakeModelFiles, upload: str, setups: SetUps
) -> None:
    """The options are as before, so nothing else would tell it."""
    entry = house(**OPTIONS)
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    models.received.append(Received(model="nanodet-plus-m-416"))
    await answer(hass, await upload_form(hass, entry), file=upload)
    await hass.async_block_till_done()
    assert setups.count == 2


async def test_a_refused_file_is_told(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, upload: str
) -> None:
    models.received.append(InvalidRequestError("upload_unknown"))
    result = await answer(hass, await upload_form(hass, entry), file=upload)
    assert (result["step_id"], result["errors"]) == ("upload", {"base": "upload_unknown"})
    assert dict(entry.options) == {}


async def test_an_own_model_is_examined_adopted_and_chosen(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, upload: str
) -> None:
    models.received.append(Received(ticket="t"))
    models.examined.append(Examined(classes=80, asks_person=False))
    form = await upload_form(hass, entry, engine="basic")
    shown = await answer(hass, form, file=upload, licence=" MIT ")
    assert (shown["step_id"], shown["progress_action"]) == ("examine", "examining")
    models.go_on.set()
    done = await result_of(hass, shown)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert models.asked == [("examine", "t", "None"), ("adopt", "t", "MIT")]
    assert dict(entry.options) == {**OPTIONS, "model": "own"}


async def test_the_class_of_a_person_is_asked_for(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, upload: str
) -> None:
    models.go_on.set()
    models.received.append(Received(ticket="t"))
    models.examined.append(Examined(classes=3, asks_person=True))
    models.examined.append(Examined(classes=3, asks_person=False))
    shown = await answer(hass, await upload_form(hass, entry), file=upload)
    form = await result_of(hass, shown)
    assert form["step_id"] == "person_class"
    assert form["description_placeholders"] == {"classes": "3"}
    with pytest.raises(InvalidData):
        await answer(hass, form, person_class=3)
    shown = await answer(hass, form, person_class=2)
    done = await result_of(hass, shown)
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert models.asked == [("examine", "t", "None"), ("examine", "t", "2"), ("adopt", "t", "")]
    assert entry.options["model"] == "own"


@pytest.mark.parametrize("code", sorted(own_model.REFUSALS | {examine.CHECK_FAILED}))
async def test_an_own_model_that_is_refused_is_forgotten(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, upload: str, code: str
) -> None:
    models.go_on.set()
    models.received.append(Received(ticket="t"))
    models.examined.append(InvalidRequestError(code))
    shown = await answer(hass, await upload_form(hass, entry), file=upload)
    result = await result_of(hass, shown)
    await hass.async_block_till_done()
    assert (result["step_id"], result["errors"]) == ("upload", {"base": code})
    assert code in ENGLISH["error"]
    assert models.asked[-1] == ("drop", "t")
    assert dict(entry.options) == {}


async def test_a_closed_dialog_leaves_nothing(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles, upload: str
) -> None:
    models.received.append(Received(ticket="t"))
    shown = await answer(hass, await upload_form(hass, entry), file=upload)
    hass.config_entries.options.async_abort(shown["flow_id"])
    await hass.async_block_till_done()
    assert models.asked[-1] == ("drop", "t")


async def test_an_own_model_is_offered_once_it_is_there(
    hass: HomeAssistant, entry: Any, models: FakeModelFiles
) -> None:
    models.own = True
    result = await tune(hass, entry, engine="ncnn", model="own")
    assert result["errors"] == {"model": "own_needs_onnx"}
    result = await answer(hass, result, **OPTIONS, model="own")
    assert entry.options["model"] == "own"
    models.own = False
    assert (await tune(hass, entry, model="own"))["type"] is FlowResultType.CREATE_ENTRY


def test_every_error_of_the_files_is_worded() -> None:
    modules = (fetch, server, owner, examine, choose, files)
    codes = {
        value
        for module in modules
        for name, value in vars(module).items()
        if isinstance(value, str)
        and value.startswith(("fetch_", "upload_", "own_", "server_"))
        and name.isupper()
    }
    assert len(codes) > 12
    assert codes | own_model.REFUSALS <= set(ENGLISH["error"])


# From the browser's file to the model that is run


@pytest.mark.real
@pytest.mark.slow
async def test_a_hostile_upload_changes_nothing_and_a_real_one_is_taken(
    hass: HomeAssistant,
    setups: SetUps,
    hass_client: Any,
    tmp_path: Path,
    request: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hass.config.config_dir = str(tmp_path)
    monkeypatch.setattr(files, "INTEGRATION", tmp_path / "integration")
    monkeypatch.delenv(files.ENV_MODELS, raising=False)
    assert await async_setup_component(hass, "file_upload", {})
    choice = choose.ModelChoice(hass, choose.Wishes())
    setups.trials.models = owner.HomeModelFiles(hass, choice)
    entry = house()
    entry.add_to_hass(hass)
    await hass.config_entries.async_setup(entry.entry_id)
    client = await hass_client()

    async def send(content: bytes, name: str) -> str:
        data = FormData()
        data.add_field("file", content, filename=name)
        sent = await client.post("/api/file_upload", data=data)
        return str((await sent.json())["file_id"])

    form = await upload_form(hass, entry)
    for content, code in (
        (b"no model", "own_not_onnx"),
        (written.blind((1, 3, 96, "wide")), "own_wrong_input"),
    ):
        shown = await answer(hass, form, file=await send(content, "mine.onnx"))
        form = await result_of(hass, shown)
        assert form["errors"] == {"base": code}
        await hass.async_block_till_done()
        assert [each.name for each in (tmp_path / "verified_response" / "models").iterdir()] == []
    form = await answer(hass, form, file=await send(b"holiday", "beach.jpg"))
    assert form["errors"] == {"base": "upload_unknown"}
    shared = request.getfixturevalue("shared")
    known = (shared / "models" / "nanodet_plus_m_416.onnx").read_bytes()
    done = await answer(hass, form, file=await send(known, "x.onnx"))
    assert done["type"] is FlowResultType.CREATE_ENTRY
    plan = await choice.plan()
    assert [path.name for path in plan.files] == ["nanodet-plus-m_416.onnx"]
