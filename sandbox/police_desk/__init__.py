"""A police desk for tests, demos and integrators: the Police API, a page for dispatchers, webhooks."""

from .app import create_app
from .config import DeskConfig

__all__ = ["DeskConfig", "create_app"]
