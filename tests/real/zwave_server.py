"""A real Z-Wave JS server and driver with a simulated lock, in processes of their own."""

import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

HERE = Path(__file__).parent / "zwave"
CACHE = Path(os.environ.get("VERIFIED_RESPONSE_CACHE") or "~/.cache/verified-response").expanduser()
PACKAGES = CACHE / "zwave"
INSTALL_S = 300
READY_S = 90
READY = "All nodes are ready to be used"


@pytest.fixture(scope="session")
def zwave_packages() -> Path:
    """The folder with the pinned packages, installed when they are missing or others."""
    for library in ("zwave_js_server", "serialx", "aiousbwatcher"):
        pytest.importorskip(library, reason="needs what Home Assistant's zwave_js and usb import")
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("needs node and npm for a real Z-Wave JS server")
    wanted = (HERE / "package.json").read_text()
    installed = PACKAGES / "package.json"
    done = PACKAGES / "node_modules" / "@zwave-js" / "server"
    if not (done.is_dir() and installed.is_file() and installed.read_text() == wanted):
        PACKAGES.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(PACKAGES / "node_modules", ignore_errors=True)
        installed.write_text(wanted)
        command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"]
        try:
            subprocess.run(
                command, cwd=PACKAGES, check=True, capture_output=True, timeout=INSTALL_S
            )
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
            installed.unlink()
            pytest.skip(f"the Z-Wave JS packages cannot be installed: {type(error).__name__}")
    return PACKAGES


@pytest.fixture
def keypad() -> str:
    """Which lock is simulated."""
    return "lock.cjs"


@pytest.fixture
def zwave_server(
    zwave_packages: Path, tmp_path: Path, socket_enabled: None, keypad: str
) -> Iterator[str]:
    """A running server whose one node is ready; yields its address."""
    folder = tmp_path / "zwave"
    folder.mkdir()
    (folder / "node_modules").symlink_to(zwave_packages / "node_modules")
    for file in HERE.glob("*.cjs"):
        shutil.copy(file, folder)
    options = {
        "storage": {"cacheDir": str(folder / "cache")},
        "logConfig": {"enabled": True, "level": "info", "logToFile": False, "forceConsole": True},
        "securityKeys": {"S0_Legacy": secrets.token_hex(16)},
        "testingHooks": {"skipBootloaderCheck": True, "skipFirmwareIdentification": True},
    }
    (folder / "driver.json").write_text(json.dumps(options))
    serial, web = _free_port(), _free_port()
    binaries = folder / "node_modules" / ".bin"
    radio = f"{binaries}/mock-server -i 127.0.0.1 -p {serial} -c {keypad}"
    driver = f"{binaries}/zwave-server tcp://127.0.0.1:{serial} --host 127.0.0.1 --port {web}"
    with ExitStack() as stack:
        _start(stack, folder, radio, "Server listening")
        _start(stack, folder, f"{driver} --disable-dns-sd --config driver.json", READY)
        yield f"ws://127.0.0.1:{web}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _start(stack: ExitStack, folder: Path, command: str, ready: str) -> None:
    """Start, wait for the line that says so, and end it with the stack."""
    log = folder / f"{len(list(folder.glob('*.log')))}.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            ["node", *command.split()], cwd=folder, stdout=out, stderr=subprocess.STDOUT
        )
    stack.callback(_end, process)
    deadline = time.monotonic() + READY_S
    while ready not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            pytest.fail(f"no {ready!r} from {command}:\n{log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.2)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(10)
