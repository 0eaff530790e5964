"""How long a frame took on this hub, kept over restarts: what the model is chosen by."""

from datetime import datetime, timedelta
from typing import Any, Final

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ...vision.plan import EngineKind

VERSION: Final = 1
KEY: Final = "verified_response.models"
SAVE_DELAY_S: Final = 10.0
BELIEVED_FOR: Final = timedelta(days=30)  # a backup may have moved to another machine


class Measurements:
    """Frame times by engine, threads and model; those of the same engine and threads can be compared."""

    def __init__(self, hass: HomeAssistant) -> None:
        self._store: Store[dict[str, Any]] = Store(hass, VERSION, KEY)
        self._known: dict[str, dict[str, Any]] = {}
        self._loaded = False

    async def load(self) -> None:
        """Read what was measured before, once; what cannot be read is measured anew."""
        if self._loaded:
            return
        try:
            stored = await self._store.async_load()
        except HomeAssistantError, NotImplementedError, ValueError:
            stored = None
        self._loaded = True
        known = stored.get("measured") if isinstance(stored, dict) else None
        if isinstance(known, dict):
            self._known = {**known, **self._known}

    def note(self, engine: EngineKind, threads: int, model: str, frame_ms: float) -> None:
        """Remember the newest figure."""
        self._known[_key(engine, threads, model)] = {
            "frame_ms": round(frame_ms, 1),
            "at": dt_util.utcnow().isoformat(),
        }
        self._store.async_delay_save(lambda: {"measured": self._known}, SAVE_DELAY_S)

    def frame_ms(self, engine: EngineKind, threads: int, model: str) -> float | None:
        """Return what was measured lately, None when nothing was."""
        match self._known.get(_key(engine, threads, model)):
            case {"frame_ms": int() | float() as figure, "at": str() as text}:
                at = dt_util.parse_datetime(text)
                return float(figure) if at is not None and _is_recent(at) else None
        return None


def _key(engine: EngineKind, threads: int, model: str) -> str:
    return f"{engine}/{threads}/{model}"


def _is_recent(at: datetime) -> bool:
    return at.tzinfo is not None and dt_util.utcnow() - at < BELIEVED_FOR


_MEASUREMENTS: HassKey[Measurements] = HassKey("verified_response_measurements")


def measurements_of(hass: HomeAssistant) -> Measurements:
    """Return those of this hub."""
    if (known := hass.data.get(_MEASUREMENTS)) is None:
        known = hass.data[_MEASUREMENTS] = Measurements(hass)
    return known
