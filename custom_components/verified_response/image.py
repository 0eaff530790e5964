"""The newest stills that showed a person: of the incident, and of each camera; masks are black."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import override

from homeassistant.components.image import ImageEntity
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .core.detection import PersonBox
from .core.premises import CameraView
from .drawing import Marked, Overlay, draw
from .engine.feed import CameraLook
from .engine.looking.preroll import KEPT_S
from .entity import SourceEntity, VerifiedResponseEntity, current_incident
from .runtime import VerifiedResponseConfigEntry

PARALLEL_UPDATES = 0


@dataclass(frozen=True, slots=True)
class _Still:
    """A picture as the camera gave it; it leaves here only with its masks."""

    picture: bytes
    people: tuple[PersonBox, ...]
    view: CameraView

    def drawn(self) -> bytes | None:
        """Return it as people may see it."""
        boxes = tuple(Marked(box=person.box) for person in self.people)
        return draw(self.picture, Overlay(masks=self.view.masks, boxes=boxes))


def _still(look: CameraLook, view: CameraView | None) -> _Still | None:
    """Return the still of a look with somebody in it who counts."""
    if view is None or look.picture is None or not look.people:
        return None
    return _Still(look.picture, look.people, view)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the evidence picture, and one for each camera."""
    async_add_entities([EvidenceImage(hass, entry)])
    for camera in entry.runtime_data.desk.premises.cameras.values():
        async_add_entities([LastPersonImage(hass, entry, camera)], config_subentry_id=camera.id)


class _MemoryImage(ImageEntity):
    """Kept in memory only; drawn when somebody asks, in an executor."""

    _attr_content_type = "image/jpeg"
    _shown: _Still | None = None
    _drawn: bytes | None = None

    def _show(self, still: _Still | None, at: datetime | None) -> None:
        self._shown, self._drawn = still, None
        self._attr_image_last_updated = at

    @override
    async def async_image(self) -> bytes | None:
        still = self._shown
        if self._drawn is None and still is not None:
            drawn = await self.hass.async_add_executor_job(still.drawn)
            if still is not self._shown:  # a newer one came meanwhile
                return drawn
            self._drawn = drawn
        return self._drawn


class EvidenceImage(VerifiedResponseEntity, _MemoryImage):
    """Of the incident that is open, whichever camera it was."""

    _attr_translation_key = "evidence"

    def __init__(self, hass: HomeAssistant, entry: VerifiedResponseConfigEntry) -> None:
        VerifiedResponseEntity.__init__(self, entry, "evidence")
        ImageEntity.__init__(self, hass)
        self._of: str | None = None

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        incident = current_incident(self.snapshot)
        if incident is None:
            return
        before = self._attr_image_last_updated
        if incident.id != self._of:  # a picture of an earlier incident says nothing about this one
            self._of = incident.id
            self._show(None, None)
        since = incident.opened_at - timedelta(seconds=KEPT_S)  # stills from before the trip
        for camera_id, look in self.snapshot.cameras.items():
            still = _still(look, self.snapshot.premises.cameras.get(camera_id))
            newest = self._attr_image_last_updated
            if still is None or look.at < since or (newest and look.at <= newest):
                continue
            self._show(still, look.at)
        if before != self._attr_image_last_updated:
            self.async_write_ha_state()


class LastPersonImage(SourceEntity, _MemoryImage):
    """Of one camera, whatever the reason was for looking."""

    _attr_translation_key = "last_person"
    _attr_entity_category = None

    def __init__(
        self, hass: HomeAssistant, entry: VerifiedResponseConfigEntry, camera: CameraView
    ) -> None:
        SourceEntity.__init__(
            self,
            entry,
            camera.id,
            key="last_person",
            name=camera.name,
            model="Camera view",
            source=camera.source,
        )
        ImageEntity.__init__(self, hass)

    @callback
    @override
    def _handle_coordinator_update(self) -> None:
        look = self.snapshot.cameras.get(self._part_id)
        if look is None or not look.person or look.at == self._attr_image_last_updated:
            return
        still = _still(look, self.snapshot.premises.cameras.get(self._part_id))
        if still is not None:
            self._show(still, look.at)
            self.async_write_ha_state()
