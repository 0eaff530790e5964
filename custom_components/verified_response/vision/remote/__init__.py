"""An inference server elsewhere in the house, spoken to by the worker: Open Inference Protocol v2 over HTTP.

exchange    one request, one answer, by a deadline, over a connection that is kept
protocol    what a server says of a model; tensors out, tensors back
engine      the engine: the card says how frames are fed and numbers are read
"""

from .engine import RemoteEngine
from .exchange import ServerUnreachable, ServerWrong

__all__ = ["RemoteEngine", "ServerUnreachable", "ServerWrong"]
