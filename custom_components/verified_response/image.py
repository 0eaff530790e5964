"""The newest still that showed a person, with boxes."""

import logging
from datetime import datetime
from io import BytesIO
from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from PIL import Image, ImageDraw

from .core.detection import Detection
from .entity import VerifiedResponseEntity, current_incident
from .runtime import VerifiedResponseConfigEntry

_LOGGER = logging.getLogger(__name__)

PARALLEL_UPDATES = 0

BOX_COLOUR = (255, 140, 0)
JPEG_QUALITY = 85
WIDEST = 1280
"""Wide enough for a phone, small enough for a push."""


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the evidence picture."""
    async_add_entities([EvidenceImage(hass, entry)])


class EvidenceImage(VerifiedResponseEntity, ImageEntity):
    """Kept in memory only; drawn when somebody asks, in an executor."""

    _attr_translation_key = "evidence"
    _attr_content_type = "image/jpeg"

    def __init__(self, hass: HomeAssistant, entry: VerifiedResponseConfigEntry) -> None:
        VerifiedResponseEntity.__init__(self, entry, "evidence")
        ImageEntity.__init__(self, hass)
        self._shown: tuple[bytes, Detection] | None = None
        self._drawn: bytes | None = None
        self._of: str | None = None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        incident = current_incident(self.snapshot)
        if incident is None:
            return
        if incident.id != self._of:  # a picture of an earlier incident says nothing about this one
            self._of, self._shown, self._drawn = incident.id, None, None
        threshold = self.snapshot.premises.policy.person_score
        newest: datetime | None = self._attr_image_last_updated
        for look in self.snapshot.cameras.values():
            if look.detection is None or look.picture is None or look.at < incident.opened_at:
                continue
            if look.detection.best_score < threshold or (newest and look.at <= newest):
                continue
            newest = look.at
            self._shown, self._drawn = (look.picture, look.detection), None
        if newest != self._attr_image_last_updated:
            self._attr_image_last_updated = newest
            self.async_write_ha_state()

    @override
    async def async_image(self) -> bytes | None:
        if self._drawn is None and self._shown is not None:
            self._drawn = await self.hass.async_add_executor_job(_draw, *self._shown)
        return self._drawn


def _draw(picture: bytes, detection: Detection) -> bytes | None:
    """Return the still as JPEG with a box around each person, None when it cannot be read."""
    try:
        with Image.open(BytesIO(picture)) as opened:
            still = opened.convert("RGB")
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as err:
        _LOGGER.warning("The evidence picture cannot be drawn: %s", type(err).__name__)
        return None
    still.thumbnail((WIDEST, WIDEST))
    pen = ImageDraw.Draw(still)
    wide, high = still.size
    for person in detection.people:
        box = person.box
        pen.rectangle(
            (
                box.x * wide,
                box.y * high,
                (box.x + box.width) * wide,
                (box.y + box.height) * high,
            ),
            outline=BOX_COLOUR,
            width=3,
        )
    out = BytesIO()
    still.save(out, "JPEG", quality=JPEG_QUALITY)
    return out.getvalue()
