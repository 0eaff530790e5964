"""What humans said: above every rule."""

from collections.abc import Callable

from ...assessment import AlarmLevel
from ...evidence import Threat
from .known import Known

HUMAN_LEVEL = {
    Threat.NONE: (AlarmLevel.PRESENCE, "human_confirmed_presence"),
    Threat.PROPERTY: (AlarmLevel.PROPERTY, "human_confirmed_property"),
    Threat.LIFE: (AlarmLevel.LIFE, "human_confirmed_life"),
}
SAID = frozenset(name for _, name in HUMAN_LEVEL.values())


def confirmed(threat: Threat) -> Callable[[Known], bool]:
    """Return the rule: this is the worst that anybody confirmed."""

    def applies(known: Known) -> bool:
        words = [verdict.threat for verdict in known.verdicts if verdict.threat is not None]
        return bool(words) and max(HUMAN_LEVEL[word] for word in words) == HUMAN_LEVEL[threat]

    return applies


def dismissed(known: Known) -> bool:
    """Whoever answered said that it is false."""
    return bool(known.verdicts) and all(verdict.threat is None for verdict in known.verdicts)


def answers_differ(known: Known) -> bool:
    """One confirmed, one denied: both are kept, and the confirmation stands."""
    return len({verdict.threat is None for verdict in known.verdicts}) > 1
