"""What a look at a camera found, told to people: who counts, who does not, and why."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .core.detection import PersonBox, Thresholds
from .core.errors import VerifiedResponseError
from .core.premises import CameraView
from .core.sight.places import stands_in
from .core.sight.stills import is_thing
from .drawing import Marked, Overlay

STILL_THING = "still_thing"
SENTENCES = f"component.{DOMAIN}.config_panel.sentences"


@dataclass(frozen=True, kw_only=True, slots=True)
class Judged:
    """One box; `why_not` is the key of the reason why it does not count, None when it does."""

    person: PersonBox
    why_not: str | None


def judged(
    people: Sequence[PersonBox], view: CameraView, model: Thresholds | None
) -> tuple[Judged, ...]:
    """Return every box with its reason, the surest first."""
    least = view.thresholds(model or Thresholds()).sustain
    ordered = sorted(people, key=lambda person: -person.score)
    return tuple(Judged(person=item, why_not=_why_not(item, view, least)) for item in ordered)


def _why_not(person: PersonBox, view: CameraView, least: float) -> str | None:
    if any(is_thing(person, thing) for thing in view.still_things):
        return STILL_THING
    if person.box.height < view.least_height:
        return "too_small"
    if person.box.height > view.most_height:
        return "too_large"
    if not stands_in(view.region, person.box):
        return "outside_region"
    return "not_sure" if person.score < least else None


def overlay(found: Sequence[Judged], view: CameraView) -> Overlay:
    """Return what is drawn: numbered boxes, pale where they do not count."""
    return Overlay(
        masks=view.masks,
        region=view.region,
        boxes=tuple(
            Marked(box=item.person.box, number=number, pale=item.why_not is not None)
            for number, item in enumerate(found, start=1)
        ),
    )


class Sentences:
    """Texts that are put together here, in the language of the house."""

    def __init__(self, texts: Mapping[str, str]) -> None:
        self._texts = texts

    def say(self, group: str, key: str, **placeholders: str) -> str:
        """Return a sentence; the key itself when nobody worded it."""
        text = self._texts.get(f"{SENTENCES}.{group}.{key}", key.replace("_", " "))
        for name, value in placeholders.items():
            text = text.replace(f"{{{name}}}", value)
        return text


async def load_sentences(hass: HomeAssistant) -> Sentences:
    """Return the texts of the house's language; English fills what is missing."""
    language = hass.config.language
    return Sentences(await async_get_translations(hass, language, "config_panel", {DOMAIN}))


async def reason_of(hass: HomeAssistant, error: VerifiedResponseError) -> str:
    """Return why a look failed, as a sentence."""
    texts = await async_get_translations(hass, hass.config.language, "exceptions", {DOMAIN})
    text = texts.get(f"component.{DOMAIN}.exceptions.{error.code}.message", error.code)
    for name, value in error.placeholders.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def told(found: Sequence[Judged], view: CameraView, sentences: Sentences) -> str:
    """Return what was found as a list in Markdown."""
    lines = [
        f"{number}. {_line(item, sentences)}" for number, item in enumerate(found, start=1)
    ] or [sentences.say("trial", "nobody")]
    if view.masks:
        lines.append("\n" + sentences.say("trial", "masked", count=str(len(view.masks))))
    return "\n".join(lines)


def _line(item: Judged, sentences: Sentences) -> str:
    what = sentences.say(
        "trial",
        "box",
        score=f"{item.person.score:.0%}".rstrip("%"),
        height=f"{item.person.box.height:.0%}".rstrip("%"),
    )
    return f"{what}: {sentences.say('trial', item.why_not or 'counts')}"


def labels(found: Sequence[Judged], sentences: Sentences) -> list[str]:
    """Return what the boxes are called in a list to choose from."""
    return [f"{number}: {_line(item, sentences)}" for number, item in enumerate(found, start=1)]
