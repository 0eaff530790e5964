"""The driver's node behind a Z-Wave lock: whether it sleeps, and which command class keeps its codes."""

from typing import Any, Final

from homeassistant.components.lock.const import DATA_COMPONENT
from homeassistant.core import HomeAssistant

ASLEEP: Final = 1  # NodeStatus of the driver: what is sent now waits for hours
USER_CODE, USER_CREDENTIAL = 99, 131


def zwave_node(hass: HomeAssistant, entity_id: str) -> Any | None:
    """Return the node behind an entity, None where there is none to be found."""
    component = hass.data.get(DATA_COMPONENT)
    return node_of(component.get_entity(entity_id)) if component else None


def node_of(entity: object | None) -> Any | None:
    """Return the driver's node, None where the entity keeps it elsewhere."""
    return getattr(getattr(entity, "info", None), "node", None)


def is_asleep(node: object | None) -> bool:
    """Say whether the driver knows that the lock sleeps."""
    return getattr(node, "status", None) == ASLEEP


def keeps_credentials(node: object | None) -> bool:
    """Say whether the User Credential command class keeps the codes.

    A lock with both classes must be spoken to by this one, unless it says that it has no users there;
    the driver then asks for user codes instead, and only then has values of them.
    """
    classes = {getattr(info, "id", None) for info in getattr(node, "command_classes", None) or ()}
    if USER_CREDENTIAL not in classes:
        return False
    values = (getattr(node, "values", None) or {}).values()
    return not any(getattr(value, "command_class", None) == USER_CODE for value in values)
