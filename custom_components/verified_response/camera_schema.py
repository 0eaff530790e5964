"""What the forms of a camera ask."""

from collections.abc import Sequence

import voluptuous as vol
from homeassistant.helpers import selector

from . import const as c
from .camera_data import SCORE_OFFSETS
from .config_schema import TEXT, YES_NO

_LINES = selector.TextSelector(selector.TextSelectorConfig(multiline=True))
_CAMERA = selector.EntitySelector(selector.EntitySelectorConfig(domain="camera"))
_DETECTIONS = selector.EntitySelector(
    selector.EntitySelectorConfig(domain=["binary_sensor", "event", "sensor"], multiple=True)
)
_PERCENT = vol.All(
    selector.NumberSelector(
        selector.NumberSelectorConfig(
            min=0, max=100, unit_of_measurement="%", mode=selector.NumberSelectorMode.BOX
        )
    ),
    vol.Coerce(int),
)
_OFFSET = selector.NumberSelector(
    selector.NumberSelectorConfig(
        min=SCORE_OFFSETS[0],
        max=SCORE_OFFSETS[1],
        step=0.01,
        mode=selector.NumberSelectorMode.SLIDER,
    )
)


def _who() -> dict[vol.Marker, object]:
    return {
        vol.Required(c.CONF_NAME): TEXT,
        vol.Required(c.CONF_ENTITY_ID): _CAMERA,
        vol.Required(c.CONF_OUTDOOR, default=False): YES_NO,
    }


def camera_form() -> vol.Schema:
    """Ask for a camera."""
    return vol.Schema(_who())


def camera_settings_form() -> vol.Schema:
    """Ask for everything about a camera that is no shape."""
    return vol.Schema(
        {
            **_who(),
            vol.Required(c.CONF_SCORE_OFFSET, default=0.0): _OFFSET,
            vol.Required(c.CONF_LEAST_HEIGHT, default=0): _PERCENT,
            vol.Required(c.CONF_MOST_HEIGHT, default=100): _PERCENT,
            vol.Required(c.CONF_PREROLL, default=False): YES_NO,
            vol.Required(c.CONF_KEEP_CROPS, default=False): YES_NO,
            vol.Optional(c.CONF_DETECTIONS, default=list): _DETECTIONS,
        }
    )


def detections_form() -> vol.Schema:
    """Ask which entities of another integration see people in this camera's picture."""
    return vol.Schema({vol.Optional(c.CONF_DETECTIONS, default=list): _DETECTIONS})


def shapes_form(key: str) -> vol.Schema:
    """Ask for shapes, one a line."""
    return vol.Schema({vol.Optional(key, default=""): _LINES})


def several_form(key: str, labels: Sequence[str]) -> vol.Schema:
    """Ask for some of several numbered things; each is called by its place in the list."""
    if not labels:
        return vol.Schema({})
    choice = selector.SelectSelector(
        selector.SelectSelectorConfig(
            options=[
                selector.SelectOptionDict(value=str(place), label=label)
                for place, label in enumerate(labels)
            ],
            multiple=True,
            mode=selector.SelectSelectorMode.LIST,
        )
    )
    return vol.Schema({vol.Optional(key, default=list): choice})


def forget_form() -> vol.Schema:
    """Ask whether what was kept is to be forgotten."""
    return vol.Schema({vol.Required(c.CONF_FORGET, default=False): YES_NO})
