"""Where the application keeps its parts."""

from typing import Final

from aiohttp import web

from .config import DeskConfig
from .store import Store
from .tokens import Tokens
from .webhooks import WebhookSender

CONFIG: Final = web.AppKey("config", DeskConfig)
STORE: Final = web.AppKey("store", Store)
TOKENS: Final = web.AppKey("tokens", Tokens)
SENDER: Final = web.AppKey("sender", WebhookSender)
FORM_KEY: Final = web.AppKey("form_key", bytes)
