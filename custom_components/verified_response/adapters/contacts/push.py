"""A notify service, as the companion app reads it: title, text, picture, buttons."""

from typing import Any, Final

from homeassistant.core import HomeAssistant

from ...core.evidence import PersonSeen
from ...core.incident import Incident
from ...engine.ports import Prompt
from .calling import call
from .companion import fields, is_companion, look, urgency
from .sentences import Sentences

ACTION: Final = "VERIFIED_RESPONSE"
"""Prefix of our buttons' ids: PREFIX|action|incident or area|contact."""
ACKNOWLEDGE: Final = "acknowledge"
"""Is about an area that could not be armed."""
NEEDS_CODE: Final = "false_alarm"
CALL_HELP: Final = "call_help"
"""Is about whom it calls."""
OPENS_DOORS: Final = frozenset({"let_in", "unlock_now"})
"""Whoever finds the phone must not: it has to be unlocked first, on iOS and from Android 12 on."""


def action_id(action: str, subject_id: str, contact_id: str) -> str:
    """Return the id by which a tapped button comes back."""
    return f"{ACTION}|{action}|{subject_id}|{contact_id}"


async def push(
    hass: HomeAssistant,
    service: str,
    prompt: Prompt,
    *,
    contact_id: str,
    sentences: Sentences,
    picture: str | None,
    critical: bool = False,
) -> None:
    """Send by a notify service; `picture` is the path of the evidence image, if there is one.

    `critical`: this person wants questions and calls for help to sound though the phone is muted.
    """
    data: dict[str, Any] = {
        "title": sentences.title(prompt),
        "message": sentences.text(prompt),
    }
    extra = _extra(prompt, contact_id, sentences, picture)
    if is_companion(service):
        extra = _for_companion(extra, prompt, sentences, critical=critical)
    if extra:
        data["data"] = extra
    await call(hass, service, data)


def _extra(
    prompt: Prompt, contact_id: str, sentences: Sentences, picture: str | None
) -> dict[str, Any]:
    incident = prompt.incident
    buttons = [
        _button(action, subject, contact_id, sentences)
        for action in prompt.actions
        if (subject := _subject(prompt, action)) is not None
    ]
    extra: dict[str, Any] = {"actions": buttons} if buttons else {}
    if incident is not None:
        extra["tag"] = f"verified_response_{incident.id}"
        if picture is not None and _shows_somebody(incident):
            extra["image"] = picture
    elif buttons:
        extra["tag"] = f"verified_response_{_subject(prompt, ACKNOWLEDGE)}"
    return extra


def _for_companion(
    extra: dict[str, Any], prompt: Prompt, sentences: Sentences, *, critical: bool
) -> dict[str, Any]:
    how = urgency(prompt, buttons="actions" in extra, critical=critical)
    shown = {**fields(prompt, how, sentences), **extra}
    if "actions" in extra:
        looks = [look(button["action"].split("|")[1]) for button in extra["actions"]]
        shown["actions"] = [
            {**button, **its} for button, its in zip(extra["actions"], looks, strict=True)
        ]
    return shown


def _subject(prompt: Prompt, action: str) -> str | None:
    """Return the id that a button is about, None when there is nothing to answer."""
    if action == ACKNOWLEDGE:
        return next((key for key in prompt.about if key in prompt.premises.areas), None)
    if action == CALL_HELP:
        return next(iter(prompt.about), None)
    return prompt.incident.id if prompt.incident is not None else None


def _button(action: str, subject: str, contact_id: str, sentences: Sentences) -> dict[str, Any]:
    button: dict[str, Any] = {
        "action": action_id(action, subject, contact_id),
        "title": sentences.button(action),
    }
    if action == NEEDS_CODE:  # denying needs the code, typed into the reply
        button |= {
            "behavior": "textInput",
            "textInputPlaceholder": sentences.button("code"),
        }
    if action in OPENS_DOORS:
        button["authenticationRequired"] = True
    return button


def _shows_somebody(incident: Incident) -> bool:
    """Say whether the evidence picture is of this incident: an older one must not persuade anybody."""
    return any(isinstance(item, PersonSeen) for item in incident.evidence)
