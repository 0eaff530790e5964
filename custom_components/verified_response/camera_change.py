"""A camera: added in one form; changed through a menu whose every step is stored at once."""

import asyncio
from collections.abc import Mapping
from typing import Any, override

import voluptuous as vol
from homeassistant.config_entries import SubentryFlowResult
from homeassistant.core import HomeAssistant

from . import const as c
from .camera_data import MOST_MASKS, as_stored, as_text, camera_view, shapes_from_text
from .camera_schema import camera_form, camera_settings_form, detections_form, shapes_form
from .core.detection import Polygon
from .core.errors import InvalidRequestError
from .core.premises import CameraView
from .detection_proposal import proposed_detections
from .drawing import Overlay, draw
from .shown_pictures import as_markdown
from .subentry_flow import PartFlow, platform_of

STILL_TIMEOUT_S = 5


async def still_of(hass: HomeAssistant, entity_id: str) -> bytes | None:
    """Return what the camera shows now, None when it gives no picture."""
    # Imported late: without any camera in the house its libraries are not installed.
    from homeassistant.components.camera import async_get_image

    try:
        async with asyncio.timeout(STILL_TIMEOUT_S + 1):
            return (await async_get_image(hass, entity_id, timeout=STILL_TIMEOUT_S)).content
    except Exception:  # noqa: BLE001 - any integration's own code; without a picture the form works too
        return None


class CameraChange(PartFlow):
    """Who a camera is, and what of its picture counts."""

    _still: bytes | None = None
    _new: dict[str, Any] | None = None

    @override
    def form(self) -> vol.Schema:
        return camera_settings_form() if self.is_change else camera_form()

    @override
    def suggested(self) -> Mapping[str, Any]:
        if not self.is_change or c.CONF_DETECTIONS in self.current:
            return self.current
        found = proposed_detections(self.hass, self.current[c.CONF_ENTITY_ID])
        return {**self.current, c.CONF_DETECTIONS: found}

    @override
    async def refuse(self, asked: Mapping[str, Any]) -> dict[str, str]:
        errors = self.refuse_source(asked[c.CONF_ENTITY_ID])
        if self.is_change and asked[c.CONF_LEAST_HEIGHT] >= asked[c.CONF_MOST_HEIGHT]:
            errors[c.CONF_MOST_HEIGHT] = "heights_crossed"
        return errors | self._refuse_detections(asked)

    @override
    async def finish(self, data: dict[str, Any]) -> SubentryFlowResult:
        if self.is_change:
            self.store(data)
            return self.menu()
        found = proposed_detections(self.hass, data[c.CONF_ENTITY_ID])
        if not found:
            return self.save(data)
        self._new = data
        return self._ask_detections({c.CONF_DETECTIONS: found}, {})

    async def async_step_detections(self, user_input: dict[str, Any]) -> SubentryFlowResult:
        """Add the camera with the detections of another integration that were left ticked."""
        if errors := self._refuse_detections(user_input):
            return self._ask_detections(user_input, errors)
        return self.save({**(self._new or {}), **user_input})

    def _ask_detections(
        self, shown: Mapping[str, Any], errors: dict[str, str]
    ) -> SubentryFlowResult:
        return self.async_show_form(
            step_id="detections",
            data_schema=self.add_suggested_values_to_schema(detections_form(), shown),
            errors=errors,
        )

    def _refuse_detections(self, asked: Mapping[str, Any]) -> dict[str, str]:
        """Refuse our own word as that of somebody else: it would confirm itself."""
        chosen = asked.get(c.CONF_DETECTIONS, ())
        ours = any(platform_of(self.hass, entity_id) == c.DOMAIN for entity_id in chosen)
        return {c.CONF_DETECTIONS: "entity_is_ours"} if ours else {}

    @override
    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        return self.menu()

    async def async_step_settings(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change everything that is no shape."""
        return await self._ask("settings", user_input)

    async def async_step_masks(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change what is blackened before anything looks."""
        return await self._shapes("masks", c.CONF_MASKS, user_input, most=MOST_MASKS)

    async def async_step_region(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change where people count."""
        return await self._shapes("region", c.CONF_REGION, user_input, most=1)

    async def async_step_done(self, _: dict[str, Any] | None = None) -> SubentryFlowResult:
        """Close; everything is stored already."""
        return self.async_abort(reason="all_stored")

    def menu(self) -> SubentryFlowResult:
        """Ask what is to be changed."""
        view = self.view
        return self.async_show_menu(
            step_id="reconfigure",
            menu_options=[
                *("settings", "masks", "region", "try_it"),
                *(["still_things"] if view.still_things else []),
                *("kept", "done"),
            ],
            description_placeholders={
                "name": view.name,
                "masks": str(len(view.masks)),
                "things": str(len(view.still_things)),
            },
        )

    @property
    def view(self) -> CameraView:
        """Return the camera as it is stored now."""
        part = self._get_reconfigure_subentry()
        return camera_view(part.subentry_id, part.title, part.data)

    def store(self, data: Mapping[str, Any]) -> None:
        """Store at once; the entry's update listener makes it take effect."""
        data = {**self.current, **data}
        self.hass.config_entries.async_update_subentry(
            self._get_entry(),
            self._get_reconfigure_subentry(),
            title=data[c.CONF_NAME],
            data=data,
        )

    async def _shapes(
        self, step: str, key: str, asked: dict[str, Any] | None, *, most: int
    ) -> SubentryFlowResult:
        """Ask for shapes beside the picture; what was stored is shown there, until nothing changes."""
        before = self._stored_shapes(key)
        errors: dict[str, str] = {}
        places = {"line": "", "maximum": str(most)}
        text = "\n".join(as_text(shape) for shape in before)
        if asked is not None:
            text = asked.get(key, "")
            try:
                shapes = shapes_from_text(text, most=most)
            except InvalidRequestError as error:
                errors[key] = error.code
                places |= error.placeholders
            else:
                if shapes == before:
                    return self.menu()
                stored = [as_stored(shape) for shape in shapes]
                self.store({key: stored if key == c.CONF_MASKS else next(iter(stored), [])})
        view = self.view
        drawn = Overlay(masks=view.masks, region=view.region, grid=True)
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(shapes_form(key), {key: text}),
            errors=errors,
            description_placeholders={
                **places,
                "picture": await self.drawn(drawn, anew=asked is None),
            },
        )

    def _stored_shapes(self, key: str) -> tuple[Polygon, ...]:
        view = self.view
        if key == c.CONF_MASKS:
            return view.masks
        return (view.region,) if view.region else ()

    async def drawn(self, what: Overlay, *, anew: bool) -> str:
        """Return the camera's picture with what is drawn on it; nothing where there is none."""
        if anew:
            self._still = await still_of(self.hass, self.current[c.CONF_ENTITY_ID])
        if self._still is None:
            return ""
        drawn = await self.hass.async_add_executor_job(draw, self._still, what)
        return as_markdown(self.hass, drawn)
