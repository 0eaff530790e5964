"""Ends Home Assistant as a power cut would, at one exact place of the journal.

POWER_CUT="before|after KIND [TEXT]": at the first batch with a record of that kind whose payload holds
the text, before it is written, or after it is on disk. Nothing in the product knows of it.
"""

import json
import os
import signal

from homeassistant.core import HomeAssistant
from homeassistant.helpers.typing import ConfigType

from custom_components.verified_response.adapters.journal import SqliteJournal


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Stand beside the journal."""
    place = os.environ.get("POWER_CUT", "")
    if not place:
        return True
    when, kind, *text = place.split(" ", 2)
    append = SqliteJournal.append

    async def cut(self, entries):
        meant = any(
            entry.kind == kind and (not text or text[0] in json.dumps(entry.payload))
            for entry in entries
        )
        if meant and when == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        seq = await append(self, entries)
        if meant:
            os.kill(os.getpid(), signal.SIGKILL)
        return seq

    SqliteJournal.append = cut
    return True
