"""A person's covert phrases in the form: typed once, kept as digests, never shown again."""

from collections.abc import Mapping
from typing import Any

from . import const as c
from .runtime import VerifiedResponseRuntime
from .voice.phrases import refuse_phrase

ASKED = frozenset({c.CONF_PHRASES, c.CONF_PHRASE_REPLY, c.CONF_REMOVE_PHRASES})
"""Fields of the form that are not stored as they are."""


def typed_phrases(asked: Mapping[str, Any]) -> list[str]:
    """Return what was typed, without empty lines."""
    return [text.strip() for text in asked.get(c.CONF_PHRASES, ()) if text.strip()]


def refuse_phrases(asked: Mapping[str, Any], current: Mapping[str, Any]) -> dict[str, str]:
    """Return the errors: phrases that give themselves away, and an answer that belongs to none."""
    for text in typed_phrases(asked):
        if (refusal := refuse_phrase(text)) is not None:
            return {c.CONF_PHRASES: refusal}
    keeps = current.get(c.CONF_PHRASE_DIGESTS) and not asked.get(c.CONF_REMOVE_PHRASES)
    if asked.get(c.CONF_PHRASE_REPLY, "").strip() and not (typed_phrases(asked) or keeps):
        return {c.CONF_PHRASE_REPLY: "reply_needs_phrase"}
    return {}


def stored_phrases(
    asked: Mapping[str, Any], current: Mapping[str, Any], runtime: VerifiedResponseRuntime | None
) -> dict[str, Any]:
    """Return what is kept: what was typed takes the place of what was there.

    `runtime` is needed only for what was typed: it has the key.
    """
    keys = (c.CONF_PHRASE_DIGESTS, c.CONF_SEALED_REPLY)
    kept = {} if asked.get(c.CONF_REMOVE_PHRASES) else {k: current[k] for k in keys if k in current}
    if runtime is None:
        return kept
    if typed := typed_phrases(asked):
        digests = [runtime.phrase_digest(text) for text in typed]
        kept[c.CONF_PHRASE_DIGESTS] = list(dict.fromkeys(digests))
    if reply := asked.get(c.CONF_PHRASE_REPLY, "").strip():
        kept[c.CONF_SEALED_REPLY] = runtime.seal_reply(reply)
    return kept


def needs_key(asked: Mapping[str, Any]) -> bool:
    """Say whether anything was typed that must be sealed."""
    return bool(typed_phrases(asked) or asked.get(c.CONF_PHRASE_REPLY, "").strip())
