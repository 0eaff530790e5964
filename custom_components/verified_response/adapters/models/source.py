"""Finds the best engine this hub can run: packages, then a model file whose digest is known.

Looked for in this order: the release's own models folder, the owner's folder, the environment, the
material beside a checkout, what was fetched before, the official file by its address. Else: basic.
"""

import asyncio
import importlib
import importlib.util
import logging
import os
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import aiohttp
from homeassistant.core import HomeAssistant
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.requirements import RequirementsNotFound, async_process_requirements

from ...vision.card import DEFAULT_CARD, ModelCard, Variant, digest_of, load_cards
from ...vision.plan import MODEL_MISSING, MODEL_REFUSED, PACKAGES_MISSING, EngineKind, EnginePlan

_LOGGER = logging.getLogger(__name__)

DOMAIN: Final = "verified_response"
# Pinned like in pyproject.toml; OpenCV 5 has no people detector inside any more.
REQUIREMENTS_BASIC: Final = ["opencv-python-headless==4.14.0.94"]
REQUIREMENTS_ONNX: Final = ["onnxruntime==1.31.1", *REQUIREMENTS_BASIC]
MODULES_BASIC: Final = ("numpy", "cv2")
MODULES_ONNX: Final = (*MODULES_BASIC, "onnxruntime")

ENV_MODELS: Final = "VERIFIED_RESPONSE_MODELS"
ENV_OFFLINE: Final = "VERIFIED_RESPONSE_OFFLINE"
CONNECT_S: Final = 5.0
STALL_S: Final = 20.0
FETCH_S: Final = 300.0  # 5 MB over a bad line
MAX_MODEL_BYTES: Final = 64 * 1024 * 1024
CHUNK_BYTES: Final = 256 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """A model file that may be used, if any, and the names of those that may not."""

    path: Path | None
    refused: tuple[str, ...] = ()


class ModelUnavailable(Exception):  # noqa: N818 - reads as what happened
    """The official file could not be had."""


async def plan_engine(
    hass: HomeAssistant, *, folder_option: Path | None, card: ModelCard | None = None
) -> EnginePlan:
    """Return what the worker shall run; never raises for what is missing, it says so in the plan."""
    if card is None:
        card = (await hass.async_add_executor_job(load_cards))[DEFAULT_CARD]
    if not await _packages(hass, MODULES_ONNX, REQUIREMENTS_ONNX):
        if not await _packages(hass, MODULES_BASIC, REQUIREMENTS_BASIC):
            return EnginePlan(engine=None, reason=PACKAGES_MISSING)
        return EnginePlan(engine=EngineKind.BASIC, reason=PACKAGES_MISSING)
    cache = Path(hass.config.path(DOMAIN, "models"))
    found = await hass.async_add_executor_job(find_model, card, folder_option, cache)
    path = found.path
    if path is None and not is_offline():
        try:
            path = await fetch_model(hass, card, cache)
        except ModelUnavailable as error:
            _LOGGER.warning("The model %s could not be fetched: %s", card.name, error)
    if path is None:
        reason = MODEL_REFUSED if found.refused else MODEL_MISSING
        return EnginePlan(engine=EngineKind.BASIC, reason=reason, refused=found.refused)
    return EnginePlan(engine=EngineKind.ONNX, files=(path,), card=card.path, refused=found.refused)


def is_offline() -> bool:
    """Say whether nothing may be fetched."""
    return os.environ.get(ENV_OFFLINE, "") not in {"", "0"}


async def _packages(hass: HomeAssistant, modules: Sequence[str], wanted: list[str]) -> bool:
    """Say whether the modules can be imported, after installing what is missing."""
    if await hass.async_add_executor_job(_importable, modules):
        return True
    if is_offline():
        return False
    try:
        await async_process_requirements(hass, DOMAIN, wanted, is_built_in=False)
    except RequirementsNotFound as error:
        _LOGGER.warning("Packages for seeing people cannot be installed: %s", error)
        return False
    return await hass.async_add_executor_job(_importable, modules)


def _importable(modules: Sequence[str]) -> bool:
    """Say whether all modules are there, without importing them into the hub."""
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) is not None for name in modules)


def find_model(card: ModelCard, folder_option: Path | None, cache: Path) -> Found:
    """Return the first file with a known digest; reads files, so not on the event loop."""
    refused: list[str] = []
    for folder in _folders(folder_option, cache):
        for name in card.files:
            path = folder / name
            try:
                digest = _file_digest(path)
            except OSError:
                continue
            if card.variant_of(digest) is not None:
                return Found(path=path, refused=tuple(refused))
            _LOGGER.warning("Model file refused, its digest %s is unknown: %s", digest, path)
            refused.append(name)
    return Found(path=None, refused=tuple(refused))


def _folders(folder_option: Path | None, cache: Path) -> Iterator[Path]:
    """Yield where models may lie, best first."""
    integration = Path(__file__).parents[2]
    yield integration / "models"
    if folder_option is not None:
        yield folder_option
    if named := os.environ.get(ENV_MODELS):
        yield Path(named)
    # Development: the integration is linked out of, or run in, a checkout with material beside it.
    checkout = integration.resolve().parents[1]
    if (checkout / "pyproject.toml").is_file():
        yield checkout.parent / "shared" / "models"
    yield cache


def _file_digest(path: Path) -> str:
    """Return the digest of a file that is small enough to be a model; raises OSError."""
    if path.stat().st_size > MAX_MODEL_BYTES:
        raise OSError("file too large")
    with path.open("rb") as file:
        return digest_of(iter(lambda: file.read(CHUNK_BYTES), b""))


async def fetch_model(hass: HomeAssistant, card: ModelCard, cache: Path) -> Path:
    """Fetch the official file; it appears under its name only whole and with the right digest."""
    if (variant := card.official) is None or variant.url is None:
        raise ModelUnavailable("no address known")
    target = cache / card.files[-1]
    try:
        part = await hass.async_add_executor_job(_temporary, cache)
    except OSError as error:
        raise ModelUnavailable(str(error)) from error
    try:
        await _download(hass, variant.url, part)
        await hass.async_add_executor_job(_accept, part, target, variant)
    except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
        raise ModelUnavailable(str(error) or type(error).__name__) from error
    finally:
        await asyncio.shield(hass.async_add_executor_job(lambda: part.unlink(missing_ok=True)))
    _LOGGER.info("Fetched the model %s", card.name)
    return target


async def _download(hass: HomeAssistant, url: str, part: Path) -> None:
    """Stream to a file; an unreachable host is noticed within CONNECT_S."""
    timeout = aiohttp.ClientTimeout(total=FETCH_S, connect=CONNECT_S, sock_read=STALL_S)
    session = async_get_clientsession(hass)
    received = 0
    async with session.get(url, timeout=timeout, raise_for_status=True) as response:
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            received += len(chunk)
            if received > MAX_MODEL_BYTES:
                raise ValueError("file too large")
            await hass.async_add_executor_job(_append, part, chunk)


def _temporary(folder: Path) -> Path:
    """Create an empty file beside the target, so that renaming is atomic."""
    folder.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=".fetch-", dir=folder)
    os.close(handle)
    return Path(name)


def _append(part: Path, chunk: bytes) -> None:
    """Write one piece."""
    with part.open("ab") as file:
        file.write(chunk)


def _accept(part: Path, target: Path, variant: Variant) -> None:
    """Check what arrived and give it its name; raises ValueError."""
    if (digest := _file_digest(part)) != variant.sha256:
        raise ValueError(f"wrong digest {digest}")
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)
