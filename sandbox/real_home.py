"""A real Home Assistant in a process of its own: prepared, started, onboarded, stopped, killed, started again."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import aiohttp

from sandbox.home_client import HomeClient
from sandbox.home_dialogs import HomeError

HERE: Final = Path(__file__).resolve().parent
INTEGRATION: Final = HERE.parent / "custom_components" / "verified_response"
DEMO_HOUSE: Final = HERE / "demo_house"
START_SECONDS: Final = 180.0
STOP_SECONDS: Final = 60.0
TOKEN_NAME: Final = "Demo and tests"

type Json = dict[str, Any]


class RealHome:
    """One configuration directory and the Home Assistant that runs on it."""

    def __init__(
        self,
        folder: Path,
        *,
        integrations: Sequence[Path] = (INTEGRATION, DEMO_HOUSE),
        house: Mapping[str, object] | None = None,
        frontend: bool = False,
        environment: Mapping[str, str] | None = None,
        log_levels: Mapping[str, str] | None = None,
        record_calls: bool = False,
        more: Mapping[str, object] | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.user = {"name": "Alex", "username": "alex", "password": "correct-horse"}
        self.port = 0
        self.token = ""
        self.client: HomeClient | None = None
        self._integrations = tuple(path for path in integrations if path.exists())
        self._house = dict(house or {})
        self._frontend = frontend
        self.environment = dict(environment or {})
        self._record_calls = record_calls
        self._more = dict(more or {})
        self._log_levels = {"default": "warning", **(log_levels or {})}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Return the address in this machine."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def home(self) -> HomeClient:
        """Return the connected client; only between start and stop."""
        if self.client is None:
            raise HomeError("Home Assistant is not running")
        return self.client

    @property
    def pid(self) -> int | None:
        """Return the process id while it runs."""
        running = self._process is not None and self._process.poll() is None
        return self._process.pid if running and self._process else None

    def prepare(self) -> None:
        """Fill the configuration directory; what is already there stays."""
        for sub in ("www", "custom_components", ".storage"):
            (self.folder / sub).mkdir(parents=True, exist_ok=True)
        for path in self._integrations:
            link = self.folder / "custom_components" / path.name
            if not link.exists():
                link.symlink_to(path.resolve(), target_is_directory=True)
        text = self._configuration()
        (self.folder / "configuration.yaml").write_text(text, encoding="utf-8")
        if not self._frontend:
            _empty_frontend(self.folder / "no_frontend" / "hass_frontend")
        store = self.folder / ".storage" / "http"
        if store.exists():
            self.port = json.loads(store.read_text())["data"]["stable"]["server_port"]
        else:
            self.port = _free_port()
            _write_json(store, http_store(self.port))
        # The core_config step would start flows that want the internet: only the user step is left.
        onboarding = self.folder / ".storage" / "onboarding"
        if not onboarding.exists():
            done = {"done": ["core_config", "analytics", "integration"]}
            stored = {"version": 4, "minor_version": 1, "key": "onboarding", "data": done}
            _write_json(onboarding, stored)

    async def start(self, *, within: float = START_SECONDS) -> HomeClient:
        """Prepare, start, wait until RUNNING, sign in, connect."""
        if self.pid:
            raise HomeError("Home Assistant is running already")
        await asyncio.to_thread(self.prepare)
        await asyncio.to_thread(self._spawn)
        deadline = time.monotonic() + within
        try:
            async with aiohttp.ClientSession() as http:
                await self._wait_for_web(http, deadline)
                if not self.token:
                    access = await self._first_token(http)
                else:
                    access = self.token
                await self._wait_for_running(http, access, deadline)
            self.client = await HomeClient.connect(self.url, access)
            if not self.token:
                await self.client.ws("config/core/update", **self._core_config())
                self.token = await self.client.ws(
                    "auth/long_lived_access_token", client_name=TOKEN_NAME, lifespan=30
                )
                await self.client.close()
                await self._wait_for_stored_token(deadline)
                self.client = await HomeClient.connect(self.url, self.token)
        except BaseException:
            await self.stop()
            raise
        return self.client

    async def stop(self) -> None:
        """End Home Assistant in order; kill it when it takes more than a minute."""
        await self._end(signal.SIGTERM)

    async def kill(self) -> None:
        """End Home Assistant as a power cut would."""
        await self._end(signal.SIGKILL)

    async def restart(self) -> HomeClient:
        """Stop in order and start again."""
        await self.stop()
        return await self.start()

    def log_tail(self, lines: int = 25) -> str:
        """Return the last lines of Home Assistant's output."""
        with suppress(OSError):
            text = (self.folder / "hass.out").read_text(encoding="utf-8", errors="replace")
            return "\n".join(text.splitlines()[-lines:])
        return ""

    def _configuration(self) -> str:
        """Return the YAML: only what the house needs; JSON stands for values, YAML reads both."""
        logs = {name: level for name, level in self._log_levels.items() if name != "default"}
        # The owner's scripts hand codes to the demo's lock by an action, and the recorder keeps actions.
        kept = {} if self._record_calls else {"exclude": {"event_types": ["call_service"]}}
        lines = [
            "# No default_config: it brings much that wants the internet.",
            "# No http: block: in YAML it is only a trial that ends after five minutes.",
            f"logger: {json.dumps({'default': self._log_levels['default'], 'logs': logs})}",
            "history:",
            "logbook:",
            f"recorder: {json.dumps({'commit_interval': 1, **kept})}",
            "automation: []",
            "script: !include custom_components/demo_house/scripts.yaml",
            f"demo_house: {json.dumps(self._house)}",
            *(f"{domain}: {json.dumps(settings)}" for domain, settings in self._more.items()),
        ]
        if not self._frontend:
            pages = {"development_repo": str(self.folder / "no_frontend")}
            lines.append(f"frontend: {json.dumps(pages)}")
        return "\n".join(lines) + "\n"

    def _core_config(self) -> Json:
        # The internal address is where desks on this machine send their webhooks.
        return {
            "location_name": "Home",
            "time_zone": "Europe/Amsterdam",
            "currency": "EUR",
            "country": "NL",
            "language": "en",
            "internal_url": self.url,
        }

    def _spawn(self) -> None:
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        # Everything is installed beforehand: nothing is fetched while the house runs.
        command = [sys.executable, "-m", "homeassistant", "--skip-pip", "-c", str(self.folder)]
        with (self.folder / "hass.out").open("ab") as out:
            self._process = subprocess.Popen(
                command,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                cwd=self.folder,
                env={**os.environ, **self.environment, "PATH": path},
                start_new_session=True,
            )

    async def _end(self, how: signal.Signals) -> None:
        if self.client:
            await self.client.close()
            self.client = None
        process, self._process = self._process, None
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(how)
            try:
                await asyncio.to_thread(process.wait, STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
        # Its children (the detector's worker) share its session and must not outlive it.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.wait, STOP_SECONDS)

    def _check_alive(self, deadline: float, what: str) -> None:
        code = self._process.poll() if self._process else None
        if code is not None:
            raise HomeError(f"Home Assistant ended with {code}:\n{self.log_tail()}")
        if time.monotonic() > deadline:
            raise HomeError(f"Home Assistant {what} in time:\n{self.log_tail()}")

    async def _wait_for_web(self, http: aiohttp.ClientSession, deadline: float) -> None:
        while True:
            self._check_alive(deadline, "did not answer")
            with suppress(aiohttp.ClientError, OSError):
                async with http.get(f"{self.url}/api/onboarding") as resp:
                    if resp.status in {200, 404}:
                        return
            await asyncio.sleep(0.2)

    async def _wait_for_running(
        self, http: aiohttp.ClientSession, access: str, deadline: float
    ) -> None:
        headers = {"Authorization": f"Bearer {access}"}
        while True:
            self._check_alive(deadline, "did not finish starting")
            with suppress(aiohttp.ClientError, OSError):
                async with http.get(f"{self.url}/api/core/state", headers=headers) as resp:
                    if resp.status == 401:
                        raise HomeError("Home Assistant no longer knows the token")
                    if resp.status == 200 and (await resp.json())["state"] == "RUNNING":
                        return
            await asyncio.sleep(0.2)

    async def _wait_for_stored_token(self, deadline: float) -> None:
        """Home Assistant writes users and tokens down a second later: a power cut must find them."""
        stored = self.folder / ".storage" / "auth"
        while not (stored.exists() and f'"{TOKEN_NAME}"' in stored.read_text(encoding="utf-8")):
            self._check_alive(deadline, "did not store the user")
            await asyncio.sleep(0.2)

    async def _first_token(self, http: aiohttp.ClientSession) -> str:
        """Create the first user, or log in where there is one; return a short-lived token."""
        client_id = f"{self.url}/"
        async with http.get(f"{self.url}/api/onboarding") as resp:
            steps = await resp.json() if resp.status == 200 else []
        if any(step["step"] == "user" and not step["done"] for step in steps):
            body = {**self.user, "client_id": client_id, "language": "en"}
            async with http.post(f"{self.url}/api/onboarding/users", json=body) as resp:
                resp.raise_for_status()
                code = (await resp.json())["auth_code"]
        else:
            code = await self._login_code(http, client_id)
        form = {"client_id": client_id, "grant_type": "authorization_code", "code": code}
        async with http.post(f"{self.url}/auth/token", data=form) as resp:
            resp.raise_for_status()
            token: str = (await resp.json())["access_token"]
            return token

    async def _login_code(self, http: aiohttp.ClientSession, client_id: str) -> str:
        body: Json = {"client_id": client_id, "handler": ["homeassistant", None]}
        body["redirect_uri"] = client_id
        async with http.post(f"{self.url}/auth/login_flow", json=body) as resp:
            resp.raise_for_status()
            flow = (await resp.json())["flow_id"]
        login = {key: self.user[key] for key in ("username", "password")}
        body = {"client_id": client_id, **login}
        async with http.post(f"{self.url}/auth/login_flow/{flow}", json=body) as resp:
            resp.raise_for_status()
            code: str = (await resp.json())["result"]
            return code


def _empty_frontend(folder: Path) -> None:
    """Stand in for the large frontend package where nobody looks at pages."""
    for sub in ("static", "frontend_latest", "frontend_es5"):
        (folder / sub).mkdir(parents=True, exist_ok=True)
    names = ["index.html", "authorize.html", "onboarding.html", "robots.txt", "service_worker.js"]
    workers = [f"sw-{kind}.js{end}" for kind in ("modern", "legacy") for end in ("", ".map")]
    for name in names + workers:
        (folder / name).write_text("<!doctype html><title>no frontend</title>", encoding="utf-8")


def http_store(port: int) -> Json:
    """Home Assistant's own stored address settings, final and for this machine only."""
    stable = {
        "server_host": ["127.0.0.1"],
        "server_port": port,
        "cors_allowed_origins": [],
        "login_attempts_threshold": -1,
        "ip_ban_enabled": True,
        "ssl_profile": "modern",
        "use_x_frame_options": True,
        "created_at": "2026-01-01T00:00:00+00:00",
        "error": None,
        "error_message": None,
    }
    data = {"stable": stable, "pending": None, "yaml_migration_done": True}
    return {"version": 2, "minor_version": 2, "key": "http", "data": data}


def _free_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def _write_json(path: Path, data: Json) -> None:
    path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
