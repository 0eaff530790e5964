"""The hub's end of examining an owner's own model: a process that may take little and may not last."""

import asyncio
import contextlib
import json
import logging
import sys
from asyncio.subprocess import DEVNULL, PIPE
from pathlib import Path
from typing import Any, Final

from ...core.errors import InvalidRequestError
from ...vision import client, own_model

_LOGGER = logging.getLogger(__name__)

LONGEST_S: Final = 90.0  # a Raspberry Pi loads the packages for about 8 s, then looks twice
MAX_ANSWER: Final = 64 * 1024
CHECK_FAILED: Final = "own_check_failed"
NO_RUNTIME: Final = own_model.NO_RUNTIME


class ModelRefusal(InvalidRequestError):  # noqa: N818 - reads as what happened
    """The file cannot be used as a model; nothing of it is kept."""


async def examine(file: Path, *, person: int | None) -> dict[str, Any]:
    """Return what the process found: `card`, `classes`; raises ModelRefusal."""
    start = Path(client.__file__).with_name("__main__.py")
    asked = json.dumps({"person": person})
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-P", str(start), "examine", str(file), asked),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=DEVNULL,
        env=client.environment(own_model.THREADS),
    )
    answer = b""
    try:
        async with asyncio.timeout(LONGEST_S):
            while process.stdout is not None and len(answer) <= MAX_ANSWER:
                if not (chunk := await process.stdout.read(MAX_ANSWER)):
                    break
                answer += chunk
            await process.wait()
    except TimeoutError:
        _LOGGER.warning("Examining a model took more than %.0f s and was ended", LONGEST_S)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return _read(answer, process.returncode)


def _read(answer: bytes, code: int | None) -> dict[str, Any]:
    """Believe an answer only when it is one."""
    try:
        said = json.loads(answer)
    except ValueError, RecursionError:
        _LOGGER.warning("Examining a model ended with %s and without an answer", code)
        raise ModelRefusal(CHECK_FAILED) from None
    if isinstance(said, dict) and said.get("refused") in own_model.REFUSALS:
        raise ModelRefusal(said["refused"])
    if not isinstance(said, dict) or not isinstance(said.get("classes"), int):
        raise ModelRefusal(CHECK_FAILED)
    return said
