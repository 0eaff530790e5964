"""The dialogs by which Home Assistant sets things up, walked through over REST."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

FLOWS: Final = "/api/config/config_entries"

type Json = dict[str, Any]


class HomeError(Exception):
    """Something did not go as asked; the sentence says what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FlowStep:
    """Where a set-up dialog stands."""

    path: str
    answer: Json

    @property
    def kind(self) -> str:
        """Return form, create_entry, abort, menu or another kind of step."""
        return str(self.answer["type"])

    @property
    def flow_id(self) -> str:
        """Return the id of the dialog."""
        return str(self.answer["flow_id"])

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the form's fields."""
        return tuple(item["name"] for item in self.answer.get("data_schema") or ())

    @property
    def errors(self) -> Mapping[str, str]:
        """Return the errors that the form shows."""
        return dict(self.answer.get("errors") or {})


class Dialogs(ABC):
    """Opens dialogs and fills in their forms."""

    @abstractmethod
    async def rest(self, method: str, path: str, body: Mapping[str, object] | None = None) -> Any:  # noqa: ANN401 - any JSON value
        """Send JSON and return JSON."""

    async def start_flow(self, handler: str, *, entry_id: str | None = None) -> FlowStep:
        """Open the set-up dialog of an integration, or its reconfiguration."""
        body: Json = {"handler": handler, "show_advanced_options": True}
        if entry_id:
            body["entry_id"] = entry_id
        return await self._begin(f"{FLOWS}/flow", body)

    async def start_subentry(
        self, entry_id: str, kind: str, *, subentry_id: str | None = None
    ) -> FlowStep:
        """Open the dialog that adds a subentry, or reconfigures one."""
        body: Json = {"handler": [entry_id, kind]}
        if subentry_id:
            body["subentry_id"] = subentry_id
        return await self._begin(f"{FLOWS}/subentries/flow", body)

    async def start_options(self, entry_id: str) -> FlowStep:
        """Open the options dialog."""
        return await self._begin(f"{FLOWS}/options/flow", {"handler": entry_id})

    async def step(self, flow: FlowStep, data: Mapping[str, object]) -> FlowStep:
        """Fill in the form that is shown and return the next one."""
        answer = await self.rest("POST", f"{flow.path}/{flow.flow_id}", data)
        return FlowStep(path=flow.path, answer=answer)

    async def _begin(self, path: str, body: Json) -> FlowStep:
        return FlowStep(path=path, answer=await self.rest("POST", path, body))

    async def entries(self, domain: str) -> list[Json]:
        """Return the integration's entries."""
        found: list[Json] = await self.rest("GET", f"{FLOWS}/entry?domain={domain}")
        return found
