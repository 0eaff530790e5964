"""Where a voice was heard, and whether anybody who lives here is at home."""

from homeassistant.const import STATE_HOME, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import area_registry as ar
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er

from ...core.calls import Heard
from ...core.premises import Premises

UNTOLD = frozenset({STATE_UNKNOWN, STATE_UNAVAILABLE})


def heard_at(
    hass: HomeAssistant, *, device_id: str | None, satellite_id: str | None, language: str
) -> Heard:
    """Return by which device and in which room it was heard; a phone stands in none."""
    satellite = er.async_get(hass).async_get(satellite_id) if satellite_id else None
    if satellite is not None:
        device_id = satellite.device_id or device_id
    device = dr.async_get(hass).async_get(device_id) if device_id else None
    named = (device.name_by_user or device.name) if device is not None else None
    area = (
        ar.async_get(hass).async_get_area(area_id)
        if (area_id := area_of(hass, device_id, satellite_id))
        else None
    )
    return Heard(
        device=named or "",
        place=area.name if area is not None else "",
        satellite=satellite_id or "",
        language=language,
    )


def area_of(hass: HomeAssistant, device_id: str | None, satellite_id: str | None) -> str | None:
    """Return the id of Home Assistant's area in which it was heard."""
    satellite = er.async_get(hass).async_get(satellite_id) if satellite_id else None
    if satellite is not None and satellite.area_id is not None:
        return satellite.area_id
    found = (satellite.device_id if satellite is not None else None) or device_id
    device = dr.async_get(hass).async_get(found) if found else None
    return dr.async_get_effective_area_id(hass, device) if device is not None else None


def anybody_home(hass: HomeAssistant, premises: Premises) -> bool | None:
    """Say whether somebody is at home: the contacts' persons, else all; None where nobody can tell."""
    named = [item.person for item in premises.contacts.values() if item.person]
    persons = named or hass.states.async_entity_ids("person")
    states = [state.state for key in persons if (state := hass.states.get(key)) is not None]
    if STATE_HOME in states:
        return True
    told = bool(states) and not UNTOLD.intersection(states) and len(states) == len(persons)
    return False if told else None
