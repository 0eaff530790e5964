"""Sightings port in memory."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import override

from custom_components.verified_response.core.detection import Box, Polygon
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.engine.ports import Kept, Sightings

MOST_CROPS = 20


class FakeSightings(Sightings):
    """Every method raises while `broken`; crops are kept as what was asked for."""

    def __init__(self) -> None:
        self.broken = False
        self.stored: dict[str, Kept] = {}
        self.cut: dict[str, list[tuple[bytes, Box, tuple[Polygon, ...], datetime]]] = {}

    @override
    async def load(self) -> Mapping[str, Kept]:
        self._check()
        return {key: self.stored.get(key, Kept()) for key in self.stored.keys() | self.cut.keys()}

    @override
    async def save(self, camera_id: str, kept: Kept) -> None:
        self._check()
        self.stored[camera_id] = kept

    @override
    async def keep_crop(
        self,
        camera_id: str,
        picture: bytes,
        *,
        box: Box,
        masks: Sequence[Polygon],
        at: datetime,
    ) -> None:
        self._check()
        cut = self.cut.setdefault(camera_id, [])
        cut.append((picture, box, tuple(masks), at))
        self.cut[camera_id] = cut[-MOST_CROPS:]

    @override
    async def drop_crops(self, camera_id: str, at: datetime | None = None) -> None:
        self._check()
        if camera_id in self.cut:
            kept = [item for item in self.cut[camera_id] if at is not None and item[3] != at]
            self.cut[camera_id] = kept

    @override
    async def crops(self, camera_id: str) -> int:
        self._check()
        return len(self.cut.get(camera_id, ()))

    @override
    async def forget(self, camera_id: str) -> None:
        self._check()
        self.stored.pop(camera_id, None)
        self.cut.pop(camera_id, None)

    def _check(self) -> None:
        if self.broken:
            raise WorkFailedError("sightings_not_kept")
