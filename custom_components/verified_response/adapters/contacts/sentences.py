"""What people are told: names of the premises and its parts, never an address, a code or a responder."""

from collections.abc import Iterable, Mapping

from ...core.incident import HAS_LEVEL, Incident
from ...core.premises import Area, CameraView, Door, Premises, Sign, Zone
from ...core.rules.validation.assess import in_short
from ...engine.ports import Prompt, Wording

type Part = Area | Zone | CameraView | Door | Sign

ASKS = "confirm"
"""The action of a question: where there are no buttons, people hear where to answer."""


class Sentences:
    """The texts of prompts for each kind of channel."""

    def __init__(self, wording: Wording) -> None:
        self._wording = wording

    def title(self, prompt: Prompt) -> str:
        """Return the heading."""
        return self._said(f"{prompt.key}_title", prompt)

    def text(self, prompt: Prompt) -> str:
        """Return the text of a message that has buttons where it needs any."""
        return self._said(prompt.key, prompt)

    def plain(self, prompt: Prompt) -> str:
        """Return the text of a message without buttons."""
        text = self.text(prompt)
        if ASKS not in prompt.actions:
            return text
        return f"{text} {self._wording.sentence('prompt', 'answer_in_app')}"

    def spoken(self, prompt: Prompt) -> str:
        """Return what a loudspeaker says: everybody in earshot hears it, so the premises stay unnamed."""
        spoken = f"{prompt.key}_spoken"
        known = self._wording.knows("prompt", spoken)
        text = self._said(spoken if known else prompt.key, prompt, aloud=True)
        return self._wording.sentence("prompt", "spoken", text=text)

    def button(self, key: str) -> str:
        """Return what a button says."""
        return self._wording.sentence("button", key)

    def channel(self, key: str) -> str:
        """Return what a phone calls a kind of message in its settings."""
        return self._wording.sentence("channel", key)

    def _said(self, key: str, prompt: Prompt, *, aloud: bool = False) -> str:
        text = self._wording.sentence("prompt", key, **self._facts(prompt, aloud=aloud))
        return " ".join(text.split())  # a fact that there is not leaves a gap

    def _facts(self, prompt: Prompt, *, aloud: bool) -> dict[str, str]:
        premises = prompt.premises
        areas = [key for key in prompt.about if key in premises.areas]
        others = [key for key in prompt.about if key not in premises.areas]
        facts = {
            "premises": premises.name,
            "area": ", ".join(_names(premises, areas)) or premises.name,
            "names": ", ".join(_names(premises, others or areas))
            or self._wording.sentence("prompt", "unnamed"),
        }
        facts["place"] = "" if aloud else self._place(prompt)
        return facts | self._of(prompt.incident, aloud=aloud)

    def _place(self, prompt: Prompt) -> str:
        """Return from where somebody called; never said aloud, whoever they fear may hear it, too."""
        incident = prompt.incident
        place = prompt.place or (incident.ha_area if incident is not None else None)
        return self._wording.sentence("prompt", "called_from", place=place) if place else ""

    def _of(self, incident: Incident | None, *, aloud: bool) -> dict[str, str]:
        say = self._wording.sentence
        if incident is None:
            return {"kind": "", "level": "", "reasons": ""}
        level = incident.assessment.level if incident.kind in HAS_LEVEL else None
        assessment = incident.assessment
        # a burglar in earshot need not know who is at home
        reasons = assessment.raised_by if aloud else in_short(assessment)
        return {
            "kind": " ".join(say("kind", kind) for kind in incident.kinds),
            "level": "" if level is None else say("prompt", "level", level=str(int(level))),
            "reasons": " ".join(say("reason", reason) for reason in reasons),
        }


def _names(premises: Premises, ids: Iterable[str]) -> list[str]:
    """Return the names in order; what was removed meanwhile has none."""
    tables: tuple[Mapping[str, Part], ...] = (
        premises.areas,
        premises.zones,
        premises.cameras,
        premises.doors,
        premises.signs,
    )
    found = (next((table[key] for table in tables if key in table), None) for key in ids)
    return [part.name for part in found if part is not None]
