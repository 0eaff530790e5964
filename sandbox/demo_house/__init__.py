"""A small house without hardware: sensors, keypad locks, a siren, three drawn cameras, a phone."""

from pathlib import Path
from typing import Final

import probatio as vol
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import discovery
from homeassistant.helpers.typing import ConfigType

from .house import DOMAIN, HOUSE, DemoHouse
from .keypads import KeypadTable
from .services import register_services

PLATFORMS: Final = (Platform.BINARY_SENSOR, Platform.LOCK, Platform.SIREN, Platform.CAMERA)

CONFIG_SCHEMA = vol.Schema(
    {
        DOMAIN: vol.Schema(
            {
                vol.Optional("night", default=False): cv.boolean,
                vol.Optional("clip"): cv.isfile,
                vol.Optional("clip_start", default=0.0): vol.All(
                    vol.Coerce(float), vol.Range(min=0)
                ),
                vol.Optional("phones", default=["owner_phone"]): [cv.slug],
            }
        )
    },
    extra=vol.ALLOW_EXTRA,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Furnish the house from its YAML."""
    options = config[DOMAIN]
    keypads = KeypadTable(Path(hass.config.path(DOMAIN, "keypads.json")))
    await hass.async_add_executor_job(keypads.load)
    clip = options.get("clip")
    house = hass.data[HOUSE] = DemoHouse(
        keypads=keypads,
        night=options["night"],
        clip=Path(clip) if clip else None,
        clip_start=options["clip_start"],
    )
    register_services(hass, house)
    for platform in PLATFORMS:
        await discovery.async_load_platform(hass, platform, DOMAIN, {}, config)
    for phone in options["phones"]:
        await discovery.async_load_platform(hass, Platform.NOTIFY, DOMAIN, {"name": phone}, config)
    return True
