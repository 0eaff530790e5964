"""Run a desk on this machine: python -m sandbox.police_desk --help."""

import argparse
import asyncio
import json
import logging
import os
import signal
import socket
import sqlite3
import sys
from pathlib import Path

from aiohttp import web

from .app import create_app
from .config import LOOPBACK_HOSTS, DeskConfig


def main() -> int:
    """Serve until SIGTERM or SIGINT."""
    options = _parser().parse_args()
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    missing = [name for name in ("client_secret", "desk_password") if not getattr(options, name)]
    if missing:
        print(f"missing: {', '.join(missing)} (by option or environment)", file=sys.stderr)
        return 2
    try:
        asyncio.run(_serve(options))
    except (OSError, sqlite3.Error) as err:
        print(f"the desk cannot start: {err}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox.police_desk", description=__doc__)
    env = os.environ.get
    parser.add_argument("--port", type=int, default=8911, help="0 takes any free port")
    parser.add_argument("--db", default=":memory:", help="SQLite file")
    parser.add_argument("--name", default="Sandbox police desk")
    parser.add_argument("--client-id", default="home")
    parser.add_argument("--client-secret", default=env("POLICE_DESK_CLIENT_SECRET"))
    parser.add_argument(
        "--webhook-secret",
        metavar="ID=SECRET",
        action="append",
        type=_pair,
        help="agreed secret for webhooks; repeatable; or POLICE_DESK_WEBHOOK_SECRET",
    )
    parser.add_argument(
        "--webhook-host", action="append", default=[], help="home beyond loopback; repeatable"
    )
    parser.add_argument("--desk-user", default="dispatcher")
    parser.add_argument("--desk-password", default=env("POLICE_DESK_PASSWORD"))
    parser.add_argument("--accept-live", action="store_true", help="take mode live as well")
    parser.add_argument("--ready-file", type=Path, help="gets the URL as JSON when listening")
    return parser


def _pair(text: str) -> tuple[str, str]:
    name, equals, secret = text.partition("=")
    if not (name and equals and secret):
        raise argparse.ArgumentTypeError("expected ID=SECRET")
    return name, secret


def _config(options: argparse.Namespace) -> DeskConfig:
    inherited = os.environ.get("POLICE_DESK_WEBHOOK_SECRET")
    secrets = options.webhook_secret or ([_pair(inherited)] if inherited else [])
    return DeskConfig(
        db=options.db,
        name=options.name,
        clients={options.client_id: options.client_secret},
        webhook_secrets=dict(secrets),
        webhook_hosts=LOOPBACK_HOSTS | set(options.webhook_host),
        desk_user=options.desk_user,
        desk_password=options.desk_password,
        accept_live=options.accept_live,
    )


async def _serve(options: argparse.Namespace) -> None:
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    runner = web.AppRunner(create_app(_config(options)), access_log=None, shutdown_timeout=3.0)
    await runner.setup()
    try:
        listener = socket.create_server(("127.0.0.1", options.port))
        await web.SockSite(runner, listener).start()
        _announce(listener.getsockname()[1], options.ready_file)
        await stop.wait()
    finally:
        await runner.cleanup()


def _announce(port: int, ready_file: Path | None) -> None:
    """Say where the desk listens; the file appears whole or not at all."""
    ready = json.dumps({"url": f"http://127.0.0.1:{port}", "pid": os.getpid()})
    print(ready, flush=True)
    if ready_file is not None:
        partial = ready_file.with_name(f"{ready_file.name}.partial")
        partial.write_text(ready, encoding="utf-8")
        partial.replace(ready_file)


if __name__ == "__main__":
    sys.exit(main())
