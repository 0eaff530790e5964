"""What the options ask, and which of the answers can work."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import voluptuous as vol
from homeassistant.data_entry_flow import section
from homeassistant.helpers import selector

from . import const as c
from .config_numbers import DEFAULTS, RANGES
from .config_schema import CALLS, TEXT, WEB_ADDRESS, YES_NO, choice, delays, entity, number
from .core.calls import Silence
from .core.premises import Policy

MODEL_FILE = selector.FileSelector(selector.FileSelectorConfig(accept=".onnx,.param,.bin"))
_LONGEST_URL = 300


def options_form(*, own: bool) -> vol.Schema:
    """Ask for everything that may be tuned."""
    languages = selector.LanguageSelectorConfig(languages=list(c.LANGUAGES))
    return vol.Schema(
        {
            **delays(),
            **_number(c.CONF_CONFIRMATION_WINDOW, "s"),
            **{
                vol.Required(key): section(fields, {"collapsed": True})
                for key, fields in _sections().items()
            },
            **_detection_fields(own=own),
            vol.Optional(c.CONF_SIREN): entity("siren"),
            vol.Optional(c.CONF_TTS): entity("tts"),
            vol.Required(c.CONF_LANGUAGE, default=c.LANGUAGES[0]): selector.LanguageSelector(
                languages
            ),
        }
    )


def _number(key: str, unit: str | None = None) -> dict[vol.Marker, Any]:
    bounds = RANGES[key]
    return {vol.Required(key, default=DEFAULTS[key]): number(bounds[0], bounds[-1], unit)}


def _logic_fields() -> vol.Schema:
    """Ask how trips become alarms."""
    policy = Policy()
    return vol.Schema(
        {
            vol.Required(c.CONF_AUTO_STAY, default=policy.auto_stay): YES_NO,
            vol.Required(c.CONF_AUTO_BYPASS, default=policy.auto_bypass): YES_NO,
            **_number(c.CONF_SWINGER_TRIPS),
            **_number(c.CONF_CROSS_WINDOW, "s"),
            **_number(c.CONF_FALSE_ALARMS_MANY),
            **_number(c.CONF_BATTERY_LOW, "%"),
        }
    )


def _voice_fields() -> vol.Schema:
    """Ask what a cry for help leads to."""
    policy = Policy()
    silences = [silence.value for silence in Silence]
    return vol.Schema(
        {
            vol.Required(c.CONF_VOICE_CALLS, default=True): YES_NO,
            vol.Required(c.CONF_CRY_CALL, default=policy.cry_call.value): choice("call", CALLS),
            vol.Required(c.CONF_CRY_SILENCE, default=policy.cry_silence.value): choice(
                "cry_silence", silences
            ),
            **_number(c.CONF_CRY_COUNTDOWN, "s"),
        }
    )


def _sections() -> dict[str, vol.Schema]:
    return {c.SECTION_ALARM_LOGIC: _logic_fields(), c.SECTION_VOICE: _voice_fields()}


SECTIONS = {
    key: tuple(str(field) for field in fields.schema) for key, fields in _sections().items()
}
"""The fields of each section; stored beside the others."""


def _detection_fields(*, own: bool) -> dict[vol.Marker, Any]:
    """Ask how people are looked for; the owner's own model is offered when there is one."""
    models = [*c.MODELS, c.MODEL_OWN] if own else list(c.MODELS)
    actions = [c.FILES_KEEP, c.FILES_FETCH, c.FILES_UPLOAD]
    return {
        vol.Required(c.CONF_DETECTION, default=True): YES_NO,
        vol.Required(c.CONF_EARLY_WARNING, default=True): YES_NO,
        vol.Required(c.CONF_ENGINE, default=c.AUTO): choice("engine", list(c.ENGINES)),
        vol.Required(c.CONF_MODEL, default=c.AUTO): choice("model", models),
        vol.Optional(c.CONF_SERVER_URL): WEB_ADDRESS,
        vol.Optional(c.CONF_SERVER_MODEL): TEXT,
        vol.Optional(c.CONF_MODELS_PATH): TEXT,
        vol.Required(c.CONF_WORKER_THREADS, default=2): number(1, 4),
        vol.Required(c.CONF_MODEL_FILES, default=c.FILES_KEEP): choice("model_files", actions),
    }


def upload_form() -> vol.Schema:
    """Ask for a model file."""
    return vol.Schema(
        {vol.Required(c.CONF_FILE): MODEL_FILE, vol.Optional(c.CONF_LICENCE, default=""): TEXT}
    )


def person_form(classes: int) -> vol.Schema:
    """Ask which class of an own model is a person."""
    return vol.Schema({vol.Required(c.CONF_PERSON_CLASS, default=0): number(0, classes - 1)})


def refuse_engine(asked: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors of an engine that could never work as asked."""
    engine = asked[c.CONF_ENGINE]
    if engine == "ncnn" and asked[c.CONF_MODEL] == c.MODEL_OWN:
        return {c.CONF_MODEL: "own_needs_onnx"}
    url, model = asked.get(c.CONF_SERVER_URL, "").strip(), asked.get(c.CONF_SERVER_MODEL, "")
    errors: dict[str, str] = {}
    if engine == c.ENGINE_REMOTE:
        needed = {c.CONF_SERVER_URL: url, c.CONF_SERVER_MODEL: model.strip()}
        errors = {key: "value_required" for key, text in needed.items() if not text}
    if url and (refusal := refuse_server_url(url)) is not None:  # stored, whatever the engine
        errors[c.CONF_SERVER_URL] = refusal
    return errors


def refuse_server_url(text: str) -> str | None:
    """Return why this can be no inference server's address, None when it may be one."""
    try:
        url = urlsplit(text)
        host, port = url.hostname, url.port
    except ValueError:
        return "server_url_malformed"
    if url.scheme not in {"http", "https"} or not host or port == 0 or len(text) > _LONGEST_URL:
        return "server_url_malformed"
    if "@" in url.netloc:
        return "server_url_credentials"
    if url.query or url.fragment or any(sign.isspace() or not sign.isprintable() for sign in text):
        return "server_url_malformed"
    return None


def shown_options(stored: Mapping[str, Any], in_force: Mapping[str, int]) -> dict[str, Any]:
    """Return what the form shows of the stored options: numbers as they are in force."""
    shown = {**stored, **{key: number for key, number in in_force.items() if key in stored}}
    apart = {
        section_key: {key: shown.pop(key) for key in fields if key in shown}
        for section_key, fields in SECTIONS.items()
    }
    return {**shown, **apart}


def stored_options(asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is worth storing: what is chosen as it is anyway is not written down."""
    apart = {c.CONF_MODEL_FILES, *SECTIONS}
    kept = {key: value for key, value in asked.items() if key not in apart}
    for section_key in SECTIONS:
        kept |= asked.get(section_key, {})
    for key in (c.CONF_ENGINE, c.CONF_MODEL):
        if kept.get(key) == c.AUTO:
            del kept[key]
    for key in (c.CONF_MODELS_PATH, c.CONF_SERVER_URL, c.CONF_SERVER_MODEL):
        text = kept.pop(key, "").strip()
        if text:
            kept[key] = text.rstrip("/") if key == c.CONF_SERVER_URL else text
    return kept
