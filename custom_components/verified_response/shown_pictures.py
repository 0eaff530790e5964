"""Pictures inside forms: in memory, for some minutes, behind a signed path that nobody can guess."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from http import HTTPStatus
from time import monotonic

from aiohttp import web
from homeassistant.components.http import KEY_HASS, HomeAssistantView
from homeassistant.components.http.auth import async_sign_path
from homeassistant.core import HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

KEPT_FOR = timedelta(minutes=10)
A_MOMENT = timedelta(seconds=1)
MOST_KEPT = 8


class PictureShelf:
    """The newest few pictures; what is too old or too many is gone."""

    def __init__(self, clock: Callable[[], float] = monotonic) -> None:
        self._clock = clock
        self._kept: dict[str, tuple[float, bytes]] = {}

    def put(self, picture: bytes) -> str:
        """Keep a picture; return its id."""
        self.forget_old()
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        picture_id = secrets.token_urlsafe(24)
        self._kept[picture_id] = (self._clock(), picture)
        return picture_id

    def get(self, picture_id: str) -> bytes | None:
        """Return a picture that is still kept."""
        self.forget_old()
        return self._kept.get(picture_id, (0.0, None))[1]

    def forget_old(self) -> None:
        """Let go of what is too old."""
        oldest = self._clock() - KEPT_FOR.total_seconds()
        self._kept = {key: item for key, item in self._kept.items() if item[0] > oldest}


SHELF: HassKey[PictureShelf] = HassKey("verified_response_pictures")


class PictureView(HomeAssistantView):
    """Serves what is on the shelf to whoever has the signed path."""

    url = f"/api/{DOMAIN}/picture/{{picture_id}}"
    name = f"api:{DOMAIN}:picture"

    async def get(self, request: web.Request, picture_id: str) -> web.Response:
        """Return the picture, which no cache may keep."""
        picture = request.app[KEY_HASS].data[SHELF].get(picture_id)
        if picture is None:
            return web.Response(status=HTTPStatus.NOT_FOUND)
        return web.Response(
            body=picture, content_type="image/jpeg", headers={"Cache-Control": "no-store"}
        )


@callback
def as_markdown(hass: HomeAssistant, picture: bytes | None) -> str:
    """Keep a picture and return the text that shows it in a form; nothing when there is none."""
    if picture is None:
        return ""
    if SHELF not in hass.data:
        hass.data[SHELF] = PictureShelf()
        hass.http.register_view(PictureView)
    shelf = hass.data[SHELF]
    path = PictureView.url.format(picture_id=shelf.put(picture))

    @callback
    def forget(_: datetime) -> None:
        shelf.forget_old()

    async_call_later(hass, KEPT_FOR + A_MOMENT, HassJob(forget, cancel_on_shutdown=True))
    return f"![]({async_sign_path(hass, path, KEPT_FOR)})"
