"""A house as the forms store it, and a Home Assistant in which only its set-up is replaced."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import probatio
from homeassistant.config_entries import ConfigEntry, ConfigSubentryDataWithId
from homeassistant.core import HomeAssistant
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.json import json_dumps
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.verified_response.const import DOMAIN
from custom_components.verified_response.core import alarm_codes
from custom_components.verified_response.core.errors import VerifiedResponseError
from tests.fakes.model_files import FakeModelFiles

ADDRESS = "7 Quiet Lane, 04109 Hideaway"
PHONE = "+1 202 555 0142"
OWNER_CODE = "4917"
SALT = bytes(range(16))
SECRET = "s3cr3t-of-the-desk"

RESPONDER = {
    "name": "City desk",
    "kind": "police_desk",
    "base_url": "https://desk.example.org/api",
    "client_id": "house-7",
    "client_secret": SECRET,
    "agreement_reference": "Letter of 3 March",
    "release": "confirmed",
    "calls": ["police", "fire", "medical"],
    "access": "never",
    "mode": "off",
}


def part(kind: str, name: str, /, **data: Any) -> ConfigSubentryDataWithId:
    """A stored subentry; its id is its name in lower case."""
    return ConfigSubentryDataWithId(
        subentry_id=name.lower().replace(" ", "_"),
        subentry_type=kind,
        title=name,
        unique_id=None,
        data={"name": name, **data},
    )


def owner(code: str = OWNER_CODE) -> ConfigSubentryDataWithId:
    """Ada, the owner, who has a code."""
    hashed = alarm_codes.hash_code(code, salt=SALT)
    return part("contact", "Ada", role="owner", code_hash=hashed)


def house(*parts: ConfigSubentryDataWithId, **options: Any) -> MockConfigEntry:
    """Premises with these parts."""
    return MockConfigEntry(
        domain=DOMAIN,
        title="Home",
        unique_id="home",
        data={"name": "Home", "address": ADDRESS, "callback_phone": PHONE},
        options=options,
        subentries_data=list(parts),
    )


@dataclass
class FakeTrials:
    """What a running entry offers to the flows."""

    code: str = "314159"
    error: str | None = None
    tried: list[dict[str, Any]] = field(default_factory=list)
    checked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    models: FakeModelFiles = field(default_factory=FakeModelFiles)

    def seal(self, code: str) -> str:
        return f"sealed:{code[::-1]}"

    async def try_responder(self, data: dict[str, Any]) -> None:
        self.tried.append(dict(data))
        if self.error:
            raise VerifiedResponseError(self.error)

    async def start_callback_check(self, subentry_id: str, data: dict[str, Any]) -> str:
        self.checked.append((subentry_id, dict(data)))
        if self.error:
            raise VerifiedResponseError(self.error)
        return self.code


@dataclass
class SetUps:
    """What happened to the entries."""

    trials: FakeTrials = field(default_factory=FakeTrials)
    count: int = 0


@contextmanager
def replaced_setup() -> Iterator[SetUps]:
    """Entries load without the alarm behind them, and reload by an update listener as the real ones do."""
    seen = SetUps()

    async def reload(hass: HomeAssistant, entry: MockConfigEntry) -> None:
        await hass.config_entries.async_reload(entry.entry_id)

    async def setup(hass: HomeAssistant, entry: MockConfigEntry) -> bool:
        seen.count += 1
        entry.runtime_data = seen.trials
        entry.async_on_unload(entry.add_update_listener(reload))
        return True

    async def fine(*_: Any) -> bool:
        return True

    package = f"custom_components.{DOMAIN}"
    with (
        patch(f"{package}.async_setup", fine, create=True),
        patch(f"{package}.async_setup_entry", setup, create=True),
        patch(f"{package}.async_unload_entry", fine, create=True),
    ):
        yield seen


def as_seen(result: Mapping[str, Any]) -> str:
    """What of a flow's answer travels to a browser, as Home Assistant's views write it."""
    shown = {key: value for key, value in result.items() if key not in ("data", "context")}
    if (schema := shown.get("data_schema")) is not None:
        shown["data_schema"] = probatio.to_field_list(
            schema, custom_serializer=cv.custom_serializer
        )
    if isinstance(entry := shown.get("result"), ConfigEntry):
        shown["result"] = entry.as_json_fragment
    return json_dumps(shown)
