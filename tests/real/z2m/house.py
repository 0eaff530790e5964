"""A real MQTT broker and the simulated lock behind it, as processes on this machine."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

READY_S = 20.0
SBIN = "/usr/sbin:/usr/local/sbin:/sbin:/opt/homebrew/sbin"
WITHOUT_BROKER = (
    "needs mosquitto, a real MQTT broker (Debian and Ubuntu: apt-get install mosquitto)"
)


class ZigbeeHouse:
    """The broker's port, and the lock: its users, its keypad, its manners."""

    def __init__(self, folder: Path, mosquitto: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self._mosquitto = mosquitto
        self._broker: subprocess.Popen[bytes] | None = None
        self._lock: subprocess.Popen[str] | None = None

    def start_broker(self) -> None:
        """Start it, again on the same port after it was stopped."""
        settings = self.folder / "mosquitto.conf"
        settings.write_text(
            f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence false\n"
        )
        with (self.folder / "mosquitto.log").open("ab") as log:
            self._broker = subprocess.Popen(
                [self._mosquitto, "-c", str(settings)], stdout=log, stderr=log
            )
        deadline = time.monotonic() + READY_S
        while not self._listens():
            if self._broker.poll() is not None or time.monotonic() > deadline:
                pytest.fail(f"mosquitto: {(self.folder / 'mosquitto.log').read_text()[-2000:]}")
            time.sleep(0.05)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def start_lock(self) -> None:
        """Start it and wait until it hears; its users are those it had."""
        with (self.folder / "lock.log").open("ab") as log:
            self._lock = subprocess.Popen(
                [
                    sys.executable,
                    str(Path(__file__).with_name("lock.py")),
                    str(self.port),
                    str(self._users_file),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._answer() == "ready"

    def stop_broker(self) -> None:
        """End the broker as if the machine had lost power."""
        self._kill(self._broker)

    def stop_lock(self) -> None:
        """Kill lock and bridge; what the lock holds stays in its file."""
        self._kill(self._lock)

    def stop(self) -> None:
        """End what was started."""
        self.stop_lock()
        self.stop_broker()

    def _kill(self, process: subprocess.Popen[Any] | None) -> None:
        if process is None:
            return
        process.kill()
        process.wait(10)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()

    @property
    def _users_file(self) -> Path:
        return self.folder / "users.json"

    def users(self) -> dict[int, str]:
        """Every code that opens the door, as the lock itself has it, by user."""
        if not self._users_file.exists():
            return {}
        users = json.loads(self._users_file.read_text())
        return {
            int(n): user["pin_code"] for n, user in users.items() if user["status"] == "enabled"
        }

    def keypad(self, code: str) -> bool:
        """Type a code; say whether the door opened."""
        return bool(self._order("keypad", code=code))

    def program(self, user: int, code: str) -> None:
        """The owner sets a code at the keypad, which Zigbee2MQTT does not read."""
        self._order("program", user=user, code=code)

    def behave(self, **manners: object) -> None:
        """Change how the lock behaves; see Manners in lock.py."""
        self._order("behave", **manners)

    def reachable(self, *, yes: bool) -> None:
        """Have Zigbee2MQTT say whether it reaches the lock."""
        self._order("reachable", yes=yes)

    def report(self, **news: object) -> None:
        """Have the lock report something of its own accord."""
        self._order("report", **news)

    def _order(self, order: str, **arguments: object) -> object:
        assert self._lock is not None
        assert self._lock.stdin is not None
        self._lock.stdin.write(json.dumps({order: arguments}) + "\n")
        self._lock.stdin.flush()
        return self._answer()

    def _answer(self) -> object:
        assert self._lock is not None
        assert self._lock.stdout is not None
        line = self._lock.stdout.readline()
        if not line:
            pytest.fail(f"the lock ended:\n{(self.folder / 'lock.log').read_text()[-2000:]}")
        return json.loads(line)


@contextmanager
def zigbee_house(folder: Path) -> Iterator[ZigbeeHouse]:
    """Start broker and lock; skips where the broker is not installed."""
    mosquitto = shutil.which("mosquitto", path=f"{os.environ.get('PATH', '')}:{SBIN}")
    if mosquitto is None:
        pytest.skip(WITHOUT_BROKER)
    pytest.importorskip("paho.mqtt", reason="needs what Home Assistant's mqtt imports")
    folder.mkdir(parents=True, exist_ok=True)
    house = ZigbeeHouse(folder, mosquitto)
    try:
        house.start_broker()
        house.start_lock()
        yield house
    finally:
        house.stop()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
