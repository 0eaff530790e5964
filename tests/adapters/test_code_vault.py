"""The vault of door codes: one port, the file and the fake; then what lies on the disk."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
from homeassistant.core import HomeAssistant

from custom_components.verified_response.adapters.code_vault import FileVault
from custom_components.verified_response.adapters.sealing import Sealing
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.engine.lock_ports import CodeVault
from tests.fakes.locks import FakeVault

KEY = b"k" * 32
CODE = "473916"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "codes.json"


@pytest.fixture(params=["file", "fake"])
def vault(request: pytest.FixtureRequest, hass: HomeAssistant, path: Path) -> CodeVault:
    return FileVault(hass, path, KEY) if request.param == "file" else FakeVault()


# --- the port


async def test_a_code_is_kept_until_it_is_dropped(vault: CodeVault):
    assert await vault.code_of("g1") is None
    await vault.keep("g1", CODE)
    await vault.keep("g2", "038215")
    assert (await vault.code_of("g1"), await vault.code_of("g2")) == (CODE, "038215")
    assert await vault.kept() == {"g1", "g2"}
    await vault.drop("g1")
    await vault.drop("g1")
    assert (await vault.code_of("g1"), await vault.kept()) == (None, {"g2"})


async def test_two_at_once_lose_neither(vault: CodeVault):
    await asyncio.gather(*(vault.keep(f"g{number}", CODE) for number in range(8)))
    assert len(await vault.kept()) == 8


# --- the file


async def test_it_outlives_the_run_and_tells_nobody(hass, path):
    await FileVault(hass, path, KEY).keep("g1", CODE)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert CODE not in path.read_text()
    assert await FileVault(hass, path, KEY).code_of("g1") == CODE
    assert await FileVault(hass, path, b"o" * 32).code_of("g1") is None


async def test_nothing_is_left_when_nothing_is_kept(hass, path):
    vault = FileVault(hass, path, KEY)
    await vault.keep("g1", CODE)
    await vault.drop("g1")
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{", "[]", '{"g1": 7}', '{"g1": "not sealed"}'])
async def test_a_damaged_file_keeps_nothing_and_harms_nobody(hass, path, text: str):
    path.write_text(text)
    vault = FileVault(hass, path, KEY)
    assert await vault.code_of("g1") is None
    await vault.keep("g2", CODE)
    assert await vault.code_of("g2") == CODE


async def test_a_draft_of_a_crash_is_in_nobodys_way(hass, path):
    path.with_name(".codes.json.new").write_text("half")
    vault = FileVault(hass, path, KEY)
    await vault.keep("g1", CODE)
    assert set(json.loads(path.read_text())) == {"g1"}
    assert [file.name for file in path.parent.iterdir()] == ["codes.json"]


async def test_what_cannot_be_read_now_is_not_empty(hass, path, monkeypatch):
    vault = FileVault(hass, path, KEY)
    await vault.keep("g1", CODE)
    with monkeypatch.context() as broken:
        broken.setattr(Path, "read_text", lambda _: (_ for _ in ()).throw(OSError("I/O error")))
        assert await vault.code_of("g1") is None
        assert await vault.kept() == frozenset()
        for work in (vault.keep("g2", CODE), vault.drop("g1")):
            with pytest.raises(WorkFailedError, match="code_not_kept"):
                await work
    assert await vault.code_of("g1") == CODE


async def test_a_full_disk_leaves_no_draft(hass, path, monkeypatch):
    vault = FileVault(hass, path, KEY)
    with monkeypatch.context() as full:
        full.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError("no space")))
        with pytest.raises(WorkFailedError, match="code_not_kept"):
            await vault.keep("g1", CODE)
    assert list(path.parent.iterdir()) == []


async def test_what_cannot_be_written_is_told_without_the_code(
    hass: HomeAssistant, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    vault = FileVault(hass, tmp_path / "nowhere" / "codes.json", KEY)
    with pytest.raises(WorkFailedError, match="code_not_kept") as failed:
        await vault.keep("g1", CODE)
    assert CODE not in f"{failed.value!r}{caplog.text}"
    assert failed.value.__cause__ is None


def test_a_seal_is_for_one_purpose_and_one_key():
    sealed = Sealing(KEY, "doors").seal(CODE)
    assert Sealing(KEY, "doors").unseal(sealed) == CODE
    assert Sealing(KEY, "windows").unseal(sealed) is None
    assert Sealing(b"o" * 32, "doors").unseal(sealed) is None
    assert Sealing(KEY, "doors").unseal("garbage") is None
    assert Sealing(KEY, "doors").seal(CODE) != sealed
