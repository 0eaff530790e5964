"""Door codes at rest: one private file, encrypted, without those that nobody needs any more."""

import asyncio
import json
import logging
import os
from contextlib import suppress
from pathlib import Path
from typing import Final, override

from homeassistant.core import HomeAssistant

from ..core.errors import WorkFailedError
from ..engine.lock_ports import CodeVault
from .sealing import Sealing

_LOGGER = logging.getLogger(__name__)
PURPOSE: Final = "verified_response door codes"


class FileVault(CodeVault):
    """Writes beside the final name first, so that a crash leaves the old file or the new one."""

    def __init__(self, hass: HomeAssistant, path: Path, key: bytes) -> None:
        self._hass = hass
        self._path = path
        self._sealing = Sealing(key, PURPOSE)
        self._turn = asyncio.Lock()

    @override
    async def keep(self, grant_id: str, code: str) -> None:
        """Keep a code durably; raises WorkFailedError("code_not_kept")."""
        async with self._turn:
            await self._run(self._keep, grant_id, code)

    @override
    async def code_of(self, grant_id: str) -> str | None:
        """Return the code while it is kept; None also for what cannot be decrypted."""
        async with self._turn:
            with suppress(OSError):
                return await self._hass.async_add_executor_job(self._code_of, grant_id)
        return None

    @override
    async def drop(self, grant_id: str) -> None:
        """Forget a code; idempotent."""
        async with self._turn:
            await self._run(self._drop, grant_id)

    @override
    async def kept(self) -> frozenset[str]:
        """Return whose codes are kept."""
        async with self._turn:
            with suppress(OSError):
                return frozenset(await self._hass.async_add_executor_job(self._read))
        return frozenset()

    async def _run(self, work: object, *args: str) -> None:
        try:
            await self._hass.async_add_executor_job(work, *args)  # type: ignore[arg-type]  # one of ours
        except OSError as error:
            _LOGGER.error("The file of door codes cannot be written: %s", type(error).__name__)  # noqa: TRY400 - its path says nothing
            raise WorkFailedError("code_not_kept") from None

    def _keep(self, grant_id: str, code: str) -> None:
        self._write({**self._read(), grant_id: self._sealing.seal(code)})

    def _code_of(self, grant_id: str) -> str | None:
        sealed = self._read().get(grant_id)
        return self._sealing.unseal(sealed) if sealed is not None else None

    def _drop(self, grant_id: str) -> None:
        kept = self._read()
        if grant_id in kept:
            del kept[grant_id]
            self._write(kept)

    def _read(self) -> dict[str, str]:
        """Return what is kept, sealed; a damaged file keeps nothing. Raises OSError: that is not empty."""
        try:
            stored = json.loads(self._path.read_text())
        except FileNotFoundError, ValueError:
            return {}
        if not isinstance(stored, dict):
            return {}
        return {str(key): item for key, item in stored.items() if isinstance(item, str)}

    def _write(self, kept: dict[str, str]) -> None:
        draft = self._path.with_name(f".{self._path.name}.new")
        draft.unlink(missing_ok=True)
        if not kept:
            self._path.unlink(missing_ok=True)
            return
        try:
            self._draft(draft, kept)
            draft.replace(self._path)
        except OSError:
            draft.unlink(missing_ok=True)
            raise

    @staticmethod
    def _draft(draft: Path, kept: dict[str, str]) -> None:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())
