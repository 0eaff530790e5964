"""Contacts port: pushes with two buttons through `notify`, and the siren."""

from typing import Any, override

from homeassistant.const import ATTR_ENTITY_ID
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er

from ..core.errors import WorkFailedError
from ..core.evidence import PersonSeen
from ..core.incident import HAS_LEVEL, Incident
from ..engine.ports import Contacts, Prompt, Wording

ACTION = "VERIFIED_RESPONSE"
"""Prefix of our buttons' ids: PREFIX|action|incident|contact."""


def action_id(action: str, incident_id: str, contact_id: str) -> str:
    """Return the id by which a tapped button comes back."""
    return f"{ACTION}|{action}|{incident_id}|{contact_id}"


def _shows_somebody(incident: Incident) -> bool:
    """Say whether the evidence picture is of this incident: an older one must not persuade anybody."""
    return any(isinstance(item, PersonSeen) for item in incident.evidence)


class HomeContacts(Contacts):
    """People by their notify service; texts name the premises, never the address."""

    def __init__(
        self,
        hass: HomeAssistant,
        *,
        domain: str,
        entry_id: str,
        targets: dict[str, str],
        siren: str | None,
        wording: Wording,
    ) -> None:
        self._hass = hass
        self._domain = domain
        self._entry_id = entry_id
        self._targets = targets
        self._siren = siren
        self._wording = wording

    @override
    async def send(self, contact_id: str, prompt: Prompt) -> None:
        target = self._targets.get(contact_id)
        if target is None:
            raise WorkFailedError("contact_without_channel")
        domain, _, service = target.partition(".")
        if not self._hass.services.has_service(domain, service):
            raise WorkFailedError("channel_missing")
        try:
            await self._hass.services.async_call(
                domain, service, self._message(contact_id, prompt), blocking=True
            )
        except (HomeAssistantError, ValueError) as err:
            raise WorkFailedError("channel_failed") from err

    def _message(self, contact_id: str, prompt: Prompt) -> dict[str, Any]:
        say = self._wording.sentence
        incident = prompt.incident
        data: dict[str, Any] = {
            "title": say("prompt", f"{prompt.key}_title", premises=prompt.premises.name),
            "message": say("prompt", prompt.key, **self._facts(prompt)),
        }
        extra: dict[str, Any] = {}
        if incident is not None:
            extra["tag"] = f"verified_response_{incident.id}"
            extra["actions"] = [
                self._button(action, incident.id, contact_id) for action in prompt.actions
            ]
            image = er.async_get(self._hass).async_get_entity_id(
                "image", self._domain, f"{self._entry_id}_evidence"
            )
            if image is not None and _shows_somebody(incident):
                extra["image"] = f"/api/image_proxy/{image}"
        if extra:
            data["data"] = extra
        return data

    def _button(self, action: str, incident_id: str, contact_id: str) -> dict[str, str]:
        button = {
            "action": action_id(action, incident_id, contact_id),
            "title": self._wording.sentence("button", action),
        }
        if action == "false_alarm":  # denying needs the code, typed into the reply
            button |= {
                "behavior": "textInput",
                "textInputPlaceholder": self._wording.sentence("button", "code"),
            }
        return button

    def _facts(self, prompt: Prompt) -> dict[str, str]:
        incident = prompt.incident
        if incident is None:
            return {"premises": prompt.premises.name}
        return {
            "premises": prompt.premises.name,
            "kind": self._wording.sentence("kind", incident.kind),
            "level": str(incident.assessment.level) if incident.kind in HAS_LEVEL else "–",
            "reasons": " ".join(self._reasons(incident)),
        }

    def _reasons(self, incident: Incident) -> list[str]:
        return [
            self._wording.sentence("reason", reason) for reason in incident.assessment.raised_by
        ]

    @override
    async def siren(self, *, on: bool) -> None:
        if self._siren is None:
            return
        try:
            await self._hass.services.async_call(
                "siren",
                "turn_on" if on else "turn_off",
                {ATTR_ENTITY_ID: self._siren},
                blocking=True,
            )
        except HomeAssistantError as err:
            raise WorkFailedError("siren_failed") from err
