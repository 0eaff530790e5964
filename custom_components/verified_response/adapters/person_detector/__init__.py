"""PersonDetector port: one worker process for the whole hub.

turns      whose frame is looked at next
blame      whose frames end the worker
life       which engine the worker runs; started, rested, replaced, ended
detector   the port: frames out, what was seen back
sharing    several premises, one worker
"""

from .detector import WorkerPersonDetector
from .life import DetectorSettings
from .sharing import join

__all__ = ["DetectorSettings", "WorkerPersonDetector", "join"]
