"""Telling homes what dispatchers did: stored first, signed at each try, repeated within bounds."""

import asyncio
import hashlib
import hmac
import logging
import time
from typing import Final

import aiohttp

from .config import DeskConfig
from .database import Database

_LOGGER: Final = logging.getLogger(__name__)
_AT_ONCE: Final = 8
_IDLE_LOOK_S: Final = 30.0
_DUE: Final = """
SELECT * FROM webhooks WHERE outcome IS NULL AND next_at <= ?
AND id IN (SELECT min(id) FROM webhooks WHERE outcome IS NULL GROUP BY number)
ORDER BY next_at LIMIT ?
"""
_SOONEST: Final = """
SELECT min(next_at) FROM webhooks WHERE outcome IS NULL
AND id IN (SELECT min(id) FROM webhooks WHERE outcome IS NULL GROUP BY number)
"""


def signature(secret: str, body: bytes, now: float) -> str:
    """Return the VR-Signature of these raw bytes at this Unix time."""
    stamp = str(int(now))
    digest = hmac.new(secret.encode(), stamp.encode() + b"." + body, hashlib.sha256)
    return f"t={stamp},v1={digest.hexdigest()}"


class WebhookSender:
    """Sends each incident's events in order; the next waits until the one before ended."""

    def __init__(self, config: DeskConfig, database: Database) -> None:
        self._config = config
        self._database = database
        self._wake = asyncio.Event()

    def wake(self) -> None:
        """Look at once: something was stored."""
        self._wake.set()

    async def run(self) -> None:
        """Send until cancelled."""
        timeout = aiohttp.ClientTimeout(total=self._config.webhook_timeout_s)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            while True:
                self._wake.clear()
                due = await asyncio.to_thread(self._due)
                if due:
                    await asyncio.gather(*(self._attempt(session, row) for row in due))
                    continue
                wait_s = await asyncio.to_thread(self._wait_s)
                try:
                    await asyncio.wait_for(self._wake.wait(), wait_s)
                except TimeoutError:
                    continue

    def _due(self) -> list[dict[str, object]]:
        with self._database.transaction() as db:
            return [dict(row) for row in db.execute(_DUE, (time.time(), _AT_ONCE))]

    def _wait_s(self) -> float:
        with self._database.transaction() as db:
            soonest = db.execute(_SOONEST).fetchone()[0]
        return _IDLE_LOOK_S if soonest is None else max(0.01, soonest - time.time())

    async def _attempt(self, session: aiohttp.ClientSession, row: dict[str, object]) -> None:
        taken = await self._send(session, row)
        attempts = int(str(row["attempts"])) + 1
        outcome = "delivered" if taken else None
        if not taken and attempts >= self._config.webhook_attempts:
            outcome = "given_up"
            _LOGGER.warning("webhook %s given up after %d tries", row["event_id"], attempts)
        await asyncio.to_thread(self._note, row["event_id"], attempts, outcome)

    async def _send(self, session: aiohttp.ClientSession, row: dict[str, object]) -> bool:
        """Return whether the home took it; anything but 2xx means it did not."""
        secret = self._config.webhook_secrets.get(str(row["secret_id"]))
        if secret is None:
            return False
        body = str(row["body"]).encode()
        headers = {
            "Content-Type": "application/json",
            "VR-Signature": signature(secret, body, time.time()),
        }
        try:
            async with session.post(
                str(row["url"]), data=body, headers=headers, allow_redirects=False
            ) as response:
                return 200 <= response.status < 300
        except aiohttp.ClientError, TimeoutError, ValueError:
            return False

    def _note(self, event_id: object, attempts: int, outcome: str | None) -> None:
        config = self._config
        wait_s = min(
            config.webhook_longest_wait_s, config.webhook_first_wait_s * 2 ** min(attempts - 1, 30)
        )
        with self._database.transaction() as db:
            db.execute(
                "UPDATE webhooks SET attempts = ?, next_at = ?, outcome = ? WHERE event_id = ?",
                (attempts, time.time() + wait_s, outcome, event_id),
            )
