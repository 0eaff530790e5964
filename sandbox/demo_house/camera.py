"""Three cameras: drawn pictures, or a video file while somebody walks in."""

import itertools
import random
import time

from homeassistant.components.camera import Camera
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback
from homeassistant.helpers.typing import ConfigType, DiscoveryInfoType

from .clip import Clip
from .house import HOUSE, DemoHouse, Stage, Thing

PLACES = {"porch": "Porch", "hall": "Hall", "yard": "Yard"}
DRAWN_ALWAYS = "yard"
"""Whoever walks in is filmed, not who walks past before."""


async def async_setup_platform(
    hass: HomeAssistant,
    config: ConfigType,  # noqa: ARG001 - the signature is Home Assistant's
    async_add_entities: AddEntitiesCallback,
    discovery_info: DiscoveryInfoType | None = None,  # noqa: ARG001 - as above
) -> None:
    """Add every camera."""
    house = hass.data[HOUSE]
    async_add_entities(HouseCamera(house, view, name) for view, name in PLACES.items())


class HouseCamera(Thing, Camera):
    """A camera whose every picture is new, except in the scene `frozen`."""

    def __init__(self, house: DemoHouse, view: str, name: str) -> None:
        Camera.__init__(self)
        Thing.__init__(self, house, f"camera.{view}", f"{name} camera")
        self._view = view
        self._stage = house.stages.setdefault(self.entity_id, Stage())
        self._seeds = itertools.count(random.SystemRandom().randrange(2**31))
        filmed = house.clip if view != DRAWN_ALWAYS else None
        self._clip = Clip(filmed, start=house.clip_start) if filmed else None
        self._last: bytes | None = None

    def camera_image(
        self,
        width: int | None = None,  # noqa: ARG002 - the camera has one size
        height: int | None = None,  # noqa: ARG002 - as above
    ) -> bytes | None:
        """Return a picture of this moment; called off the event loop."""
        if not self.available:
            return None
        scene, seconds = self._stage.scene, time.monotonic() - self._stage.since
        if scene == "frozen" and self._last:
            return self._last
        if scene == "person" and self._clip:
            self._last = self._clip.jpeg(seconds)
        else:
            self._last = self._drawn(scene, seconds)
        return self._last

    def _drawn(self, scene: str, seconds: float) -> bytes:
        # The drawing libraries are heavy: loaded at the first picture, not with Home Assistant.
        from .drawing import Scene, View, draw, jpeg

        shown = Scene.EMPTY if scene == "frozen" else Scene(scene)
        night = self._house.night
        return jpeg(
            draw(View(self._view), shown, seconds=seconds, seed=next(self._seeds), night=night)
        )
