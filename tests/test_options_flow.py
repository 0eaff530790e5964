"""What may be tuned: stored or refused, and the steps in which model files are fetched and uploaded."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiohttp import FormData
from homeassistant.core import Event, HomeAssistant, callback
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
from custom_components.verified_response.config_values import premises_from_entry
from custom_components.verified_response.core.calls import Call, Silence
from custom_components.verified_response.core.errors import InvalidRequestError, WorkFailedError
from custom_components.verified_response.engine.model_files import Examined, Received
from custom_components.verified_response.vision import own_model
from tests import onnx_files as written

from .fakes.config_entry import SetUps, house, part, replaced_setup
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
LOGIC = {
    "auto_stay": True,
    "auto_bypass": False,
    "swinger_trips": 2,
    "cross_window": 60,
    "false_alarms_many": 3,
    "battery_low": 15,
}
VOICE = {
    "voice_calls": True,
    "cry_call": "police",
    "cry_silence": "calls_at_home",
    "cry_countdown": 20,
}
STORED = {**OPTIONS, **LOGIC, **VOICE}
"""What the form stores when nothing is changed; the sections' fields lie beside the others."""
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


def typed(**changes: Any) -> dict[str, Any]:
    """The form as a browser sends it: with its sections."""
    flat = {**STORED, **changes}
    plain = {key: value for key, value in flat.items() if key not in {*LOGIC, *VOICE}}
    apart = {"alarm_logic": LOGIC, "voice": VOICE}
    return plain | {name: {key: flat[key] for key in fields} for name, fields in apart.items()}


async def tune(hass: HomeAssistant, entry: Any, **changes: Any) -> dict[str, Any]:
    form = await begin(hass, entry)
    return await hass.config_entries.options.async_configure(form["flow_id"], typed(**changes))


def shown_in(form: dict[str, Any]) -> dict[str, Any]:
    """What the form shows at first, the section's fields beside the others."""
    fields = dict(form["data_schema"].schema)
    for section in [value for key, value in fields.items() if str(key) in {"alarm_logic", "voice"}]:
        fields |= section.schema.schema
    return {str(key): (key.description or {}).get("suggested_value") for key in fields}


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
        **STORED,
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
    assert dict(entry.options) == STORED


async def test_what_is_stored_is_shown(hass: HomeAssistant, entry: Any) -> None:
    await tune(hass, entry, engine="ncnn", model="yolox-nano-416", worker_threads=4)
    assert (entry.options["engine"], entry.options["model"]) == ("ncnn", "yolox-nano-416")
    shown = shown_in(await begin(hass, entry))
    assert (shown["engine"], shown["model"], shown["worker_threads"]) == (
        "ncnn", "yolox-nano-416", 4,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"entry_delay": 31}, {"abort_window": "entry_and_abort_too_long"}),
        ({"entry_delay": 29}, {"entry_delay": "entry_delay_range"}),
        ({"entry_delay": 0, "abort_window": 14}, {"abort_window": "abort_window_range"}),
        ({"entry_delay": 0, "abort_window": 46}, {"abort_window": "abort_window_range"}),
        ({"exit_delay": 44}, {"exit_delay": "exit_delay_range"}),
        ({"tts": "tts.gone"}, {"tts": "entity_unknown"}),
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
        {"exit_delay": 256},
        {"entry_delay": 61},
        {"abort_window": 61},
        {"swinger_trips": 0},
        {"swinger_trips": 7},
        {"cross_window": 9},
        {"cross_window": 301},
        {"false_alarms_many": 1},
        {"false_alarms_many": 11},
        {"battery_low": 4},
        {"battery_low": 51},
        {"siren": "light.hall"},
        {"tts": "media_player.hall"},
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


async def test_alarm_logic_is_stored_beside_the_rest_and_shown_in_its_section(
    hass: HomeAssistant, entry: Any, setups: SetUps
) -> None:
    hass.states.async_set("tts.piper", "unknown")
    chosen = {
        "auto_stay": False, "auto_bypass": True, "swinger_trips": 1, "cross_window": 300,
        "false_alarms_many": 10, "battery_low": 5,
    }  # fmt: skip
    result = await tune(hass, entry, **chosen, tts="tts.piper")
    await hass.async_block_till_done()
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert dict(entry.options) == {**OPTIONS, **VOICE, **chosen, "tts": "tts.piper"}
    assert setups.count == 2
    shown = shown_in(await begin(hass, entry))
    assert {key: shown[key] for key in chosen} == chosen
    assert shown["tts"] == "tts.piper"
    await tune(hass, entry, **chosen)
    assert "tts" not in entry.options


async def test_what_voice_leads_to_is_stored_and_in_force(
    hass: HomeAssistant, entry: Any, setups: SetUps
) -> None:
    chosen = {
        "voice_calls": False,
        "cry_call": "medical",
        "cry_silence": "calls_nobody",
        "cry_countdown": 45,
    }
    await tune(hass, entry, **chosen)
    await hass.async_block_till_done()
    shown = shown_in(await begin(hass, entry))
    assert {key: shown[key] for key in chosen} == chosen
    policy = premises_from_entry(entry, place_of=lambda entity: (entity, entity)).policy
    assert (policy.cry_call, policy.cry_silence, policy.cry_countdown_s) == (
        Call.MEDICAL,
        Silence.CALLS_NOBODY,
        45,
    )


async def test_what_is_not_chosen_is_proposed(hass: HomeAssistant, entry: Any) -> None:
    form = await begin(hass, entry)
    fields = dict(form["data_schema"].schema)
    [(key, section)] = [item for item in fields.items() if str(item[0]) == "alarm_logic"]
    assert section.options == {"collapsed": True}
    fields |= section.schema.schema
    proposed = {str(key): key.default() for key in fields if callable(key.default)}
    assert {key: proposed[key] for key in LOGIC} == LOGIC
    assert {key: proposed[key] for key in ("exit_delay", "entry_delay", "abort_window")} == {
        "exit_delay": 60, "entry_delay": 30, "abort_window": 30,
    }  # fmt: skip
    assert set(section.schema.schema) == set(ENGLISH["step"]["init"]["sections"][key]["data"])


def entry_door(name: str, seconds: int) -> Any:
    return part(
        "zone", name, type="entry_exit", entity_id="binary_sensor.door", areas=[], cameras=[],
        forced_entry=False, entry_delay=seconds,
    )  # fmt: skip


async def test_an_abort_window_must_fit_every_zones_own_delay(hass: HomeAssistant) -> None:
    entry = house(entry_door("Back door", 40), entry_door("Garage", 30), abort_window=20)
    entry.add_to_hass(hass)
    result = await tune(hass, entry, entry_delay=30, abort_window=25)
    assert result["errors"] == {"abort_window": "zone_delay_too_long"}
    assert result["description_placeholders"]["zone"] == "Back door"
    assert "{zone}" in ENGLISH["error"]["zone_delay_too_long"]
    result = await answer(hass, result, **typed(entry_delay=0, abort_window=45))
    assert result["description_placeholders"]["zone"] == "Back door"
    assert entry.options == {"abort_window": 20}
    result = await answer(hass, result, **typed(entry_delay=30, abort_window=20))
    assert result["type"] is FlowResultType.CREATE_ENTRY


async def test_numbers_that_are_not_allowed_any_more_are_shown_as_they_are_in_force(
    hass: HomeAssistant,
) -> None:
    """Whoever opens and saves the form has mended them."""
    entry = house(exit_delay=10, entry_delay=3, abort_window=5, swinger_trips=99)
    entry.add_to_hass(hass)
    shown = shown_in(await begin(hass, entry))
    names = ("exit_delay", "entry_delay", "abort_window", "swinger_trips", "cross_window")
    assert [shown[name] for name in names] == [45, 30, 15, 6, None]


async def test_an_error_keeps_what_was_typed_in_the_section(
    hass: HomeAssistant, entry: Any
) -> None:
    shown = shown_in(await tune(hass, entry, exit_delay=10, swinger_trips=4, battery_low=30))
    assert (shown["exit_delay"], shown["swinger_trips"], shown["battery_low"]) == (10, 4, 30)


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
    result = await answer(hass, result, **typed(**remote))
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
    told: list[float] = []

    @callback  # in the loop, so that their order is kept
    def note(event: Event) -> None:
        told.append(event.data["progress"])

    hass.bus.async_listen(EVENT_DATA_ENTRY_FLOW_PROGRESS_UPDATE, note)
    shown = await tune(hass, entry, engine="ncnn", model_files="fetch")
    assert (shown["type"], shown["step_id"]) == (FlowResultType.SHOW_PROGRESS, "fetch")
    assert shown["progress_action"] == "fetching"
    again = await hass.config_entries.options.async_configure(shown["flow_id"])
    assert again["type"] is FlowResultType.SHOW_PROGRESS
    models.go_on.set()
    done = await result_of(hass, again)
    await hass.async_block_till_done()
    assert done["type"] is FlowResultType.CREATE_ENTRY
    assert told == [0.5, 1.0]
    assert models.asked == [("fetch", "ncnn", "auto")]
    assert dict(entry.options) == {**STORED, "engine": "ncnn"}
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
    assert shown_in(result)["swinger_trips"] == LOGIC["swinger_trips"]
    assert code in ENGLISH["error"]
    assert dict(entry.options) == {}
    assert "model_files" not in entry.options
    result = await answer(hass, result, **typed(engine="onnx"))
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
    assert dict(entry.options) == STORED


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
    entry = house(**STORED)
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
    assert dict(entry.options) == {**STORED, "model": "own"}


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
    result = await answer(hass, result, **typed(model="own"))
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
