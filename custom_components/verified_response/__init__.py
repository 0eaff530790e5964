"""Verified Response: alarms that responders can believe, and doors that they can open."""

import logging
import shutil
from pathlib import Path

from homeassistant.config_entries import ConfigEntry
from homeassistant.const import EVENT_HOMEASSISTANT_STOP, Platform
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import ConfigEntryNotReady
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.typing import ConfigType
from homeassistant.util.hass_dict import HassKey

from .compose import compose
from .const import DOMAIN
from .core.access import GONE
from .core.errors import VerifiedResponseError
from .entity import MANUFACTURER
from .issues import follow_issues, forget_issues, tell_left_codes
from .renames import follow_renames
from .runtime import VerifiedResponseConfigEntry
from .serialize import door_name
from .services import register_services

_LOGGER = logging.getLogger(__name__)

LEFT_CODES: HassKey[dict[str, tuple[str, ...]]] = HassKey("verified_response_left_codes")
CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)
PLATFORMS = (
    Platform.ALARM_CONTROL_PANEL,
    Platform.BINARY_SENSOR,
    Platform.BUTTON,
    Platform.EVENT,
    Platform.IMAGE,
    Platform.SENSOR,
)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Register the actions, so that automations validate without a loaded entry; follow renames."""
    register_services(hass)
    follow_renames(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: VerifiedResponseConfigEntry) -> bool:
    """Compose the premises and bring up the doors."""
    try:
        runtime = await compose(hass, entry)
    except VerifiedResponseError as err:
        raise ConfigEntryNotReady(translation_domain=DOMAIN, translation_key=err.code) from err
    except (OSError, ValueError) as err:
        raise ConfigEntryNotReady(
            translation_domain=DOMAIN, translation_key="private_folder_unusable"
        ) from err
    entry.runtime_data = runtime
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id,
        identifiers={(DOMAIN, entry.entry_id)},
        name=entry.title,
        manufacturer=MANUFACTURER,
        model="Premises",
        entry_type=dr.DeviceEntryType.SERVICE,
    )

    async def stop(_: Event) -> None:
        await runtime.stop()

    entry.async_on_unload(hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stop))
    entry.async_on_unload(follow_issues(hass, entry))
    await hass.config_entries.async_forward_entry_setups(entry, PLATFORMS)
    entry.async_on_unload(entry.add_update_listener(_reload))
    return True


async def _reload(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Take the configuration anew: every change takes effect at once."""
    hass.config_entries.async_schedule_reload(entry.entry_id)


async def async_unload_entry(hass: HomeAssistant, entry: VerifiedResponseConfigEntry) -> bool:
    """Take down the doors, then the premises."""
    if not await hass.config_entries.async_unload_platforms(entry, PLATFORMS):
        return False
    await entry.runtime_data.stop()
    hass.data.setdefault(LEFT_CODES, {})[entry.entry_id] = _left_codes(entry)
    return True


def _left_codes(entry: VerifiedResponseConfigEntry) -> tuple[str, ...]:
    """Return the doors whose locks may still hold a code of ours."""
    desk = entry.runtime_data.desk
    return tuple(
        door_name(desk, door_id)
        for grant in desk.state.grants.values()
        for door_id, credential in grant.credentials.items()
        if credential.status not in GONE
    )


async def async_remove_entry(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Forget the premises: its journal, its key, its issues; codes left on locks are told."""
    forget_issues(hass, entry)
    if doors := hass.data.get(LEFT_CODES, {}).pop(entry.entry_id, ()):
        tell_left_codes(hass, entry, doors)
    folder = Path(hass.config.path(".storage", DOMAIN, entry.entry_id))
    await hass.async_add_executor_job(lambda: shutil.rmtree(folder, ignore_errors=True))
