"""ModelFiles: what the owner does with model files, in forms: fetch, upload, try a server.

An uploaded file is one that a card knows, and goes where fetched ones lie; or an ONNX file of the
owner's, which waits aside until it was examined. Whatever is refused leaves nothing behind.
"""

import asyncio
import errno
import json
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from ...engine.model_files import Examined, ModelFiles, Opens, Received, Tell
from ...vision.card import ModelFile, read_card
from ...vision.plan import EngineKind
from . import files, server
from .choose import ModelChoice
from .examine import CHECK_FAILED, NO_RUNTIME, ModelRefusal, examine
from .fetch import DISK_FULL, FOLDER_UNUSABLE, MAX_MODEL_BYTES, SPARE_BYTES, file_digest
from .packages import packages_of

# Why an uploaded file is refused; each is a translation key.
UPLOAD_GONE: Final = "upload_gone"
UPLOAD_TOO_LARGE: Final = "upload_too_large"
UPLOAD_UNKNOWN: Final = "upload_unknown"
WAITING: Final = ".waiting-"


@dataclass(kw_only=True, slots=True)
class _Waiting:
    """A file of the owner's that is looked at, and the card that it would get."""

    path: Path
    card: dict[str, Any] | None = None


_WAITING: HassKey[dict[str, _Waiting]] = HassKey("verified_response_waiting_models")


class HomeModelFiles(ModelFiles):
    """The files of this hub."""

    def __init__(self, hass: HomeAssistant, choice: ModelChoice) -> None:
        self._hass = hass
        self._choice = choice
        self._cache = files.cache_of(hass)
        self._waiting = hass.data.setdefault(_WAITING, {})  # a dialog outlives a reload

    @override
    async def has_own(self) -> bool:
        known = await self._hass.async_add_executor_job(files.known_models, self._cache)
        return files.OWN in known

    @override
    async def fetch(self, tell: Tell, *, engine: str, model: str) -> None:
        try:
            await self._choice.wishing(engine=engine, model=model).fetch(tell)
        finally:
            self._choice.files_changed()

    @override
    async def refuse_server(self, url: str, model: str) -> str | None:
        return await server.refuse_server(self._hass, url, model)

    @override
    async def receive(self, opens: Opens) -> Received:
        received = await self._hass.async_add_executor_job(self._receive, opens)
        if received.model is not None:
            self._choice.files_changed()
        return received

    @override
    async def examine(self, ticket: str, *, person: int | None) -> Examined:
        waiting = self._waiting.get(ticket)
        if waiting is None:
            raise ModelRefusal(UPLOAD_GONE)
        if not await packages_of(self._hass).ready(EngineKind.ONNX):
            raise ModelRefusal(NO_RUNTIME)
        found = await examine(waiting.path, person=person)
        waiting.card = found.get("card")
        return Examined(classes=found["classes"], asks_person=waiting.card is None)

    @override
    async def adopt(self, ticket: str, *, licence: str) -> None:
        waiting = self._waiting.get(ticket)
        if waiting is None or waiting.card is None:
            raise ModelRefusal(UPLOAD_GONE)
        await self._hass.async_add_executor_job(
            self._adopt, waiting.path, own_card(waiting.card, licence)
        )
        self._waiting.pop(ticket, None)
        self._choice.files_changed()

    @override
    async def drop(self, ticket: str) -> None:
        if (waiting := self._waiting.pop(ticket, None)) is not None:
            remove = self._hass.async_add_executor_job(waiting.path.unlink, True)
            with suppress(OSError):
                await asyncio.shield(remove)

    def _receive(self, opens: Opens) -> Received:
        """Look at the file and take it; runs beside the event loop."""
        try:
            with opens() as path:
                return self._take(path)
        except ValueError as error:
            raise ModelRefusal(UPLOAD_GONE) from error
        except OSError as error:
            raise ModelRefusal(_code_of(error)) from error

    def _take(self, path: Path) -> Received:
        size = path.stat().st_size
        if size > MAX_MODEL_BYTES:
            raise ModelRefusal(UPLOAD_TOO_LARGE)
        self._cache.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(self._cache).free < size + SPARE_BYTES:
            raise ModelRefusal(DISK_FULL)
        if (known := self._known_as(file_digest(path))) is not None:
            model, pieces, piece = known
            _put(path, self._cache / piece.names[0])
            missing = [each.names[0] for each in pieces if not self._has(each)]
            return Received(model=model, missing=tuple(missing))
        if path.suffix.lower() != ".onnx":
            raise ModelRefusal(UPLOAD_UNKNOWN)
        self._clear_left_over()
        ticket = secrets.token_hex(8)
        waiting = _Waiting(path=self._cache / f"{WAITING}{ticket}.onnx")
        self._waiting[ticket] = waiting  # first: another upload clears what nobody waits for
        try:
            _put(path, waiting.path)
        except OSError:
            del self._waiting[ticket]
            raise
        return Received(ticket=ticket)

    def _known_as(self, digest: str) -> tuple[str, tuple[ModelFile, ...], ModelFile] | None:
        """Return the model, its form and the piece of it that has this digest."""
        for model, card in files.known_models(self._cache).items():
            for kind in (EngineKind.ONNX, EngineKind.NCNN):
                pieces = files.pieces_of(card, kind)
                for piece in pieces if model != files.OWN else ():
                    if piece.variant_of(digest) is not None:
                        return model, pieces, piece
        return None

    def _has(self, piece: ModelFile) -> bool:
        return bool(files.find([piece], [self._cache]).files)

    def _clear_left_over(self) -> None:
        """Remove what an interrupted upload of an earlier run left."""
        mine = {each.path for each in tuple(self._waiting.values())}
        for path in self._cache.glob(f"{WAITING}*"):
            if path not in mine:
                path.unlink(missing_ok=True)

    def _adopt(self, waiting: Path, card: dict[str, Any]) -> None:
        """Put the weights in place, then the card that names them; what the process said is checked again."""
        written = self._cache / f"{WAITING}card"
        try:
            name = own_name(digest := file_digest(waiting))
            variant = {"sha256": digest, "origin": "uploaded by the owner", "url": None}
            card["forms"][0]["files"] = [{"names": [name], "variants": [variant]}]
            read_card(card, written)
            written.write_text(json.dumps(card, indent=2) + "\n", "utf-8")
            waiting.replace(self._cache / name)
            written.replace(self._cache / files.OWN_CARD)
            for path in self._cache.glob(own_name("*")):
                if path.name != name:
                    path.unlink(missing_ok=True)
        except (KeyError, ValueError, TypeError, IndexError) as error:
            raise ModelRefusal(CHECK_FAILED) from error
        except OSError as error:
            raise ModelRefusal(_code_of(error)) from error


def own_name(digest: str) -> str:
    """Return the file's name: another file has another one, so that a running worker notices."""
    return f"{files.OWN}-{digest[:12]}.onnx"


def own_card(card: dict[str, Any], licence: str) -> dict[str, Any]:
    """Add what only the owner knows."""
    stated = licence.strip()
    notice = f"The owner's own model; licence as stated by the owner: {stated or 'unknown'}."
    return {**card, "licence": stated or "unknown", "notice": notice}


def _put(source: Path, target: Path) -> None:
    """Copy so that the target appears whole."""
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}")
    try:
        shutil.copyfile(source, part)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def _code_of(error: OSError) -> str:
    return DISK_FULL if error.errno in {errno.ENOSPC, errno.EDQUOT} else FOLDER_UNUSABLE
