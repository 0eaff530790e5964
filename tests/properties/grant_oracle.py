"""What a person would say of the grants: nothing of slots, effects and retries, only who may come in."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(kw_only=True, slots=True)
class Granted:
    """One grant as it was asked for."""

    expires_at: datetime
    max_uses: int | None
    incident_id: str | None = None
    uses: int = 0
    revoked: bool = False
    shown: int = 0
    """How often somebody was told the code."""
    over: bool = False


@dataclass(kw_only=True, slots=True)
class GrantOracle:
    """Knows what was asked and what happened at the doors."""

    grants: dict[str, Granted] = field(default_factory=dict)
    ended_incidents: set[str] = field(default_factory=set)

    def may_open(self, grant_id: str, now: datetime) -> bool:
        """Say whether its holder may still come in, by what people asked for; once over, for ever."""
        grant = self.grants[grant_id]
        used_up = grant.max_uses is not None and grant.uses >= grant.max_uses
        ended = grant.incident_id in self.ended_incidents
        if grant.revoked or used_up or ended or now >= grant.expires_at:
            grant.over = True
        return not grant.over
