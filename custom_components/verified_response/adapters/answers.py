"""People's answers in: tapped buttons of the companion app."""

from collections.abc import Callable

from homeassistant.core import Event, HomeAssistant, callback

EVENT = "mobile_app_notification_action"
PREFIX = "VERIFIED_RESPONSE"


def listen(
    hass: HomeAssistant,
    answered: Callable[[str, str, str, str | None], None],
) -> Callable[[], None]:
    """Call `answered(action, subject_id, contact_id, typed)` for our own buttons; return what ends it."""

    @callback
    def tapped(event: Event) -> None:
        parts = str(event.data.get("action", "")).split("|")
        if len(parts) == 4 and parts[0] == PREFIX:
            typed = event.data.get("reply_text")
            answered(parts[1], parts[2], parts[3], typed if isinstance(typed, str) else None)

    return hass.bus.async_listen(EVENT, tapped)
