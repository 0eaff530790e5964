"""A home with one lock in a real Home Assistant, whose power is cut at exact places of the journal."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.demo.house_setup import DOMAIN, PREMISES, Premises, add, fill
from sandbox.home_client import HomeClient
from sandbox.home_dialogs import HomeError
from sandbox.real_home import DEMO_HOUSE, INTEGRATION, RealHome
from tests.real.on_disk import journal

POWER_CUT = Path(__file__).parent / "power_cut"
CUTS_S = 90


def home_with_power_cuts(folder: Path) -> RealHome:
    """Return a home that dies where POWER_CUT says."""
    return RealHome(
        folder,
        integrations=(INTEGRATION, DEMO_HOUSE, POWER_CUT),
        more={"power_cut": {}},
        record_calls=True,
    )


@dataclass(kw_only=True, slots=True)
class Life:
    """One home over many runs."""

    real: RealHome
    entry_id: str = ""
    ready: Callable[[HomeClient], Awaitable[None]] | None = None
    """Waits until the lock can be spoken to, before anything is asked."""

    async def set_up(self, lock: Mapping[str, object]) -> None:
        """Set the product up with one lock, and wait until that is on disk."""
        home = self.real.home
        form = await home.start_flow(DOMAIN)
        done = await fill(home, form, {**PREMISES, "owner_code": "390471"})
        self.entry_id = done.answer["result"]["entry_id"]
        await add(home, Premises(entry_id=self.entry_id, owner_code=""), "lock", lock)
        stored = self.real.folder / ".storage" / "core.config_entries"
        wanted = str(lock["name"])

        async def on_disk() -> bool:
            return wanted in stored.read_text(encoding="utf-8")

        await home.wait_until(on_disk, within=15, what="the configuration to be on disk")
        await self._loaded(home)

    async def _loaded(self, home: HomeClient) -> None:
        async def loaded() -> bool:
            return [entry["state"] for entry in await home.entries(DOMAIN)] == ["loaded"]

        await home.wait_until(loaded, within=60, what="the product to load")

    async def run_on(self) -> None:
        """Start it for good."""
        await self.real.stop()
        self.real.environment.pop("POWER_CUT", None)
        await self._loaded(await self.real.start())

    async def dies_at(
        self, place: str, action: tuple[str, Mapping[str, Any]] | None = None
    ) -> None:
        """Start it, act, and wait until its power is cut at that place."""
        await self.real.stop()
        self.real.environment["POWER_CUT"] = place
        try:
            home = await self.real.start()
            await self._loaded(home)
            if action is not None:
                if self.ready is not None:
                    await self.ready(home)
                name, data = action
                await home.call(DOMAIN, name, dict(data), response=True)
        except HomeError, OSError, asyncio.CancelledError:
            pass  # it died on the way
        for _ in range(CUTS_S * 10):
            if self.real.pid is None:
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"it never came to {place!r}")

    def kinds(self) -> list[str]:
        """Return the kinds of all records on disk."""
        return [kind for _, _, kind, _ in journal(self.real.folder, self.entry_id)]

    async def ask(self, action: str, data: Mapping[str, Any]) -> dict[str, Any]:
        """Call one of the product's actions."""
        answer: dict[str, Any] = await self.real.home.call(
            DOMAIN, action, dict(data), response=True
        )
        return answer
