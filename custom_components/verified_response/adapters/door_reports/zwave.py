"""Z-Wave JS: the notification names what was done, and by which user."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from homeassistant.core import Event, HomeAssistant, callback

from ...core.entries import DoorAct, DoorReport, EntryMethod
from ..doors import Doors
from .parts import Say, as_text, place

PLATFORM: Final = "zwave_js"
EVENT: Final = "zwave_js_notification"
ACCESS_CONTROL: Final = 6
HOME_SECURITY: Final = 7
TOLD: Final[Mapping[tuple[object, object], tuple[DoorAct, EntryMethod]]] = {
    (ACCESS_CONTROL, 1): (DoorAct.LOCKED, EntryMethod.MANUAL),
    (ACCESS_CONTROL, 2): (DoorAct.UNLOCKED, EntryMethod.MANUAL),
    (ACCESS_CONTROL, 3): (DoorAct.LOCKED, EntryMethod.REMOTE),
    (ACCESS_CONTROL, 4): (DoorAct.UNLOCKED, EntryMethod.REMOTE),
    (ACCESS_CONTROL, 5): (DoorAct.LOCKED, EntryMethod.KEYPAD),
    (ACCESS_CONTROL, 6): (DoorAct.UNLOCKED, EntryMethod.KEYPAD),
    (ACCESS_CONTROL, 9): (DoorAct.LOCKED, EntryMethod.AUTO),
    (ACCESS_CONTROL, 16): (DoorAct.LOCKED_OUT, EntryMethod.KEYPAD),  # keypad temporarily disabled
    (ACCESS_CONTROL, 19): (DoorAct.LOCKED_OUT, EntryMethod.KEYPAD),  # more codes than it allows
    (ACCESS_CONTROL, 20): (DoorAct.REFUSED, EntryMethod.REMOTE),  # unlock by radio, invalid code
    (ACCESS_CONTROL, 21): (DoorAct.REFUSED, EntryMethod.REMOTE),  # lock by radio, invalid code
    (ACCESS_CONTROL, 33): (DoorAct.LOCKED, EntryMethod.KEYPAD),  # with a user code
    (ACCESS_CONTROL, 34): (DoorAct.UNLOCKED, EntryMethod.KEYPAD),
    (ACCESS_CONTROL, 35): (DoorAct.LOCKED, EntryMethod.UNKNOWN),  # with a credential of any kind
    (ACCESS_CONTROL, 36): (DoorAct.UNLOCKED, EntryMethod.UNKNOWN),
    (ACCESS_CONTROL, 50): (DoorAct.REFUSED, EntryMethod.UNKNOWN),  # invalid credential
    (HOME_SECURITY, 4): (DoorAct.REFUSED, EntryMethod.KEYPAD),  # tampering, invalid code
}
"""Type and event of Z-Wave notifications (node-zwave-js, registries/Notifications.ts)."""
KEPT: Final = ("type", "event", "event_label")
REFUSALS: Final = frozenset({DoorAct.REFUSED, DoorAct.LOCKED_OUT})


def listen(
    hass: HomeAssistant, doors: Doors, say: Say, *, now: Callable[[], datetime]
) -> Callable[[], None]:
    """Say what the doors' Z-Wave locks notify; return what ends it."""

    @callback
    def notified(event: Event) -> None:
        data = event.data
        told = TOLD.get((data.get("type"), data.get("event")))
        if told is None:
            return
        act, method = told
        parameters = data.get("parameters")
        user = parameters.get("userId") if isinstance(parameters, Mapping) else None
        slot = None if act in REFUSALS else place(user, first=1)  # 0 is nobody, or the master code
        raw = as_text(data, KEPT) | ({} if slot is None else {"user_id": str(slot)})
        for door_id in doors.on_device(data.get("device_id"), PLATFORM):
            say(
                DoorReport(at=now(), door_id=door_id, act=act, method=method, slot=slot, raw=raw),
            )

    return hass.bus.async_listen(EVENT, notified)
