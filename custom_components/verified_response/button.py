"""Buttons for people: calls for help, answers, and the chain test. None is exposed to voice by default."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .action_call import actor
from .core.commands import Confirm, Dismiss, ReportDistress
from .core.errors import InvalidRequestError
from .core.evidence import Threat
from .core.incident import IncidentKind
from .entity import VerifiedResponseEntity, current_incident
from .ha_errors import translated
from .runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime

PARALLEL_UPDATES = 1


@dataclass(frozen=True, kw_only=True)
class VerifiedResponseButtonDescription(ButtonEntityDescription):
    """What a press does."""

    press_fn: Callable[[VerifiedResponseRuntime, str], Awaitable[object]]


def _call(kind: IncidentKind) -> Callable[[VerifiedResponseRuntime, str], Awaitable[object]]:
    async def press(runtime: VerifiedResponseRuntime, by: str) -> None:
        await runtime.desk.submit(
            ReportDistress(new_id=runtime.ids.new_id(), kind=kind, silent=False, by=by)
        )

    return press


def _open_id(runtime: VerifiedResponseRuntime) -> str:
    incident = current_incident(runtime.desk.feed.latest)
    if incident is None:
        raise InvalidRequestError("no_incident_open")
    return incident.id


async def _confirm(runtime: VerifiedResponseRuntime, by: str) -> None:
    await runtime.desk.submit(Confirm(incident_id=_open_id(runtime), threat=Threat.PROPERTY, by=by))


async def _false_alarm(runtime: VerifiedResponseRuntime, by: str) -> None:
    incident_id = _open_id(runtime)
    await runtime.keypad.check(None, area_id=None, by=by)  # a button cannot type a code
    await runtime.desk.submit(Dismiss(incident_id=incident_id, by=by))


async def _test_chain(runtime: VerifiedResponseRuntime, by: str) -> None:
    del by
    await runtime.chain.test()


BUTTONS = (
    VerifiedResponseButtonDescription(key="panic", press_fn=_call(IncidentKind.PANIC)),
    VerifiedResponseButtonDescription(key="medical", press_fn=_call(IncidentKind.MEDICAL)),
    VerifiedResponseButtonDescription(key="fire", press_fn=_call(IncidentKind.FIRE)),
    VerifiedResponseButtonDescription(key="confirm", press_fn=_confirm),
    VerifiedResponseButtonDescription(key="false_alarm", press_fn=_false_alarm),
    VerifiedResponseButtonDescription(
        key="test_chain", entity_category=EntityCategory.DIAGNOSTIC, press_fn=_test_chain
    ),
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the buttons."""
    async_add_entities(VerifiedResponseButton(entry, description) for description in BUTTONS)


class VerifiedResponseButton(VerifiedResponseEntity, ButtonEntity):
    """One press, one command."""

    entity_description: VerifiedResponseButtonDescription

    def __init__(
        self, entry: VerifiedResponseConfigEntry, description: VerifiedResponseButtonDescription
    ) -> None:
        super().__init__(entry, description.key)
        self.entity_description = description
        self._attr_translation_key = description.key

    @override
    async def async_press(self) -> None:
        with translated():
            await self.entity_description.press_fn(self._runtime, actor(self._context))
