"""The sandbox police desk in a process of its own, and a dispatcher who presses its buttons."""

import asyncio
import json
import os
import secrets
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import aiohttp

from sandbox.home_dialogs import HomeError

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 10.0
ROOT: Final = Path(__file__).resolve().parents[2]


class DeskProcess:
    """One desk on a free port, with its database in the play's folder."""

    client_id = "demo-home"
    user = "dispatcher"

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._database = folder / "desk.db"
        self.client_secret = secrets.token_urlsafe(24)
        self.password = secrets.token_urlsafe(9)
        self.url = ""
        self._process: subprocess.Popen[bytes] | None = None

    async def start(self) -> None:
        """Start the desk and wait until it listens."""
        ready = self._folder / "desk.ready"
        ready.unlink(missing_ok=True)
        self._process = await asyncio.to_thread(self._spawn, ready)
        deadline = time.monotonic() + START_SECONDS
        while not ready.exists():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise HomeError(f"The police desk did not start: {self._log_tail()}")
            await asyncio.sleep(0.1)
        self.url = json.loads(ready.read_text(encoding="utf-8"))["url"]

    def _spawn(self, ready: Path) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "sandbox.police_desk", "--port", "0"]
        command += ["--db", str(self._database), "--ready-file", str(ready)]
        command += ["--client-id", self.client_id, "--desk-user", self.user]
        # Secrets go by environment: a command line is visible to everybody on the machine.
        secret_of = {
            "POLICE_DESK_CLIENT_SECRET": self.client_secret,
            "POLICE_DESK_WEBHOOK_SECRET": f"{self.client_id}={self.client_secret}",
            "POLICE_DESK_PASSWORD": self.password,
        }
        with (self._folder / "desk.out").open("ab") as out:
            return subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={**os.environ, **secret_of},
                start_new_session=True,
            )

    async def stop(self) -> None:
        """End the desk; kill it when it does not."""
        process, self._process = self._process, None
        if process is None or process.poll() is not None:
            return
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            await asyncio.to_thread(process.wait, STOP_SECONDS)

    def incidents(self) -> list[dict[str, Any]]:
        """Return the desk's own record of every incident, oldest first."""
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True)) as db:
            db.row_factory = sqlite3.Row
            rows = db.execute("SELECT number, status, mode, kind FROM incidents ORDER BY id")
            return [dict(row) for row in rows]

    async def press(self, number: str, status: str, **more: str) -> None:
        """Do what a dispatcher's button does."""
        login = aiohttp.BasicAuth(self.user, self.password)
        url = f"{self.url}/desk/api/incidents/{number}/status"
        async with (
            aiohttp.ClientSession(auth=login, timeout=aiohttp.ClientTimeout(total=20)) as http,
            http.post(url, json={"status": status, **more}) as resp,
        ):
            if resp.status != 200:
                raise HomeError(f"The desk refused '{status}': {(await resp.text())[:300]}")

    def _log_tail(self) -> str:
        path = self._folder / "desk.out"
        text = path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""
        return " ".join(text.splitlines()[-3:])
