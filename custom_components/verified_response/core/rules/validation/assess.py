"""assess(): the alarm level with named reasons, modelled on ANSI/TMA-AVS-01 levels.

The level is proposed. Level 4 comes only from a human, and a human's word is never overridden by a rule.
Evidence for it never lowers the level, evidence against it never raises it, and the order in which
simultaneous things were told does not matter.
"""

from collections.abc import Sequence

from ...assessment import AlarmLevel, Assessment
from ...evidence import EvidenceItem, Verdict
from ...premises import Policy
from .against import before_the_newest, speaks_against
from .known import Known, covered, read
from .people import HUMAN_LEVEL, SAID, dismissed
from .rule import Rule, RuleKind
from .table import RULES
from .unknown import unknowns

__all__ = ["HUMAN_LEVEL", "RULES", "assess", "in_short"]

RAISE, CAP, HOLD = (
    tuple(rule for rule in RULES if rule.kind is kind)
    for kind in (RuleKind.RAISES, RuleKind.CAPS, RuleKind.HOLDS)
)


def assess(
    evidence: Sequence[EvidenceItem],
    verdicts: Sequence[Verdict],
    policy: Policy,
    *,
    already: Sequence[str] = (),
) -> Assessment:
    """Return the proposed level and its reasons.

    `already` are the rules that raised before: evidence is thinned out, what it once showed stays true.
    """
    known = read(evidence, verdicts, policy)
    level = AlarmLevel.NO_CALL
    raised: list[str] = []
    capped: list[str] = []
    lowering: set[str] = set()
    for rule in RAISE:
        caps = _caps_of(rule, known, already)
        if caps is None:
            continue
        (capped if caps else raised).append(rule.name)
        lowering |= {cap.name for cap in caps}
        worth = (each.level for each in (rule, *caps) if each.level is not None)
        level = max(level, min(worth))
    spoken = {*raised, *capped}
    held = [rule.name for rule in HOLD if rule.applies(known) and spoken.isdisjoint(rule.unless)]
    return Assessment(
        level=int(AlarmLevel.NO_CALL if dismissed(known) else level),
        raised_by=tuple(raised),
        held_by=(*capped, *held),
        lowered_by=tuple(cap.name for cap in CAP if cap.name in lowering),
        unknowns=unknowns(known),
        proposed_by="person" if verdicts else "hub",
        policy_version=policy.version,
    )


def in_short(assessment: Assessment) -> tuple[str, ...]:
    """Return the reasons for a short message: what raised, what would have, and what lowered that."""
    capped = {rule.name for rule in RAISE}.intersection(assessment.held_by)
    would_have = (name for name in assessment.held_by if name in capped)
    return (*assessment.raised_by, *would_have, *assessment.lowered_by)


def _caps_of(rule: Rule, known: Known, already: Sequence[str]) -> tuple[Rule, ...] | None:
    """Return the caps that bind a rule, none where it counts in full; None when it does not apply."""
    caps = tuple(cap for cap in CAP if rule.name in cap.lowers and _explains(cap, known))
    left = _without(caps, known)
    if rule.applies(left) or _stands(rule, known, already):
        return ()
    if not caps or not rule.applies(known):
        return None
    enough = tuple(cap for cap in caps if not rule.applies(_without((cap,), known)))
    return enough or caps


def _explains(cap: Rule, known: Known) -> bool:
    spans = cap.spans(known)
    return bool(spans) and any(
        covered(item.at, spans) for item in known.items() if not speaks_against(item)
    )


def _without(caps: Sequence[Rule], known: Known) -> Known:
    """Return what is left when each cap has taken away what it explains."""
    return known.outside([span for cap in caps for span in cap.spans(known)])


def _stands(rule: Rule, known: Known, already: Sequence[str]) -> bool:
    """Say whether a rule raised before, and not because of what has only now been explained."""
    if rule.name not in already or rule.name in SAID:
        return False
    before = before_the_newest(known)
    caps = [cap for cap in CAP if rule.name in cap.lowers]
    return not rule.applies(_without(caps, before))
