"""How much of the hub the worker may take, and how that is held: by the kernel, and by the hub's own eye."""

import contextlib
import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Final

NICE: Final = 5
# Measured: 85-158 MB in normal work, 348 MB while the largest PNG that is let in is decoded and reduced.
MEMORY_MB: Final = 384
MIN_MEMORY_MB: Final = 64
MAX_THREADS: Final = 64
_MIB: Final = 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What a worker may use; `memory_mb` is resident memory."""

    threads: int
    memory_mb: int = MEMORY_MB

    def __post_init__(self) -> None:
        """Reject what nobody could work with."""
        if not 1 <= self.threads <= MAX_THREADS or self.memory_mb < MIN_MEMORY_MB:
            raise ValueError("impossible limits")


def be_modest(limits: Limits) -> None:
    """Give way to the hub, leave no core dump with pictures in it, end with the pipe and not by Ctrl-C."""
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        os.nice(NICE)
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with contextlib.suppress(ImportError):
        import cv2

        cv2.setNumThreads(limits.threads)


def cap_memory(limits: Limits) -> None:
    """Let the kernel refuse what would grow past the ceiling; call it once the engine is loaded.

    RLIMIT_DATA counts what is reserved for writing, which is more than what is resident: the room that is
    left to the ceiling is added to what is reserved now. Where the kernel cannot do it the hub's eye remains.
    """
    reserved, resident = _reserved_bytes(), resident_mb(os.getpid())
    if reserved is None or resident is None:
        return
    room = max(limits.memory_mb - resident, 0) * _MIB
    with contextlib.suppress(ImportError, AttributeError, OSError, ValueError):
        import resource

        ceiling = reserved + int(room)
        resource.setrlimit(resource.RLIMIT_DATA, (ceiling, ceiling))


def _reserved_bytes() -> int | None:
    """Return what this process has reserved for writing, None where the kernel does not say."""
    try:
        with Path("/proc/self/status").open("rb") as status:
            for line in status:
                if line.startswith(b"VmData:"):
                    return int(line.split()[1]) * 1024
    except OSError, ValueError, IndexError:
        pass
    return None


def resident_mb(pid: int) -> float | None:
    """Return a process's resident memory, None where it is gone or the kernel does not say.

    It reads counters from /proc, which waits for no disk; the hub may call it on its loop.
    """
    try:
        with Path(f"/proc/{pid}/statm").open("rb") as statm:
            pages = int(statm.read(128).split()[1])
    except OSError, ValueError, IndexError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE") / _MIB
