"""What a person would say of the grants: nothing of slots, effects and retries, only who may come in."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(kw_only=True, slots=True)
class Granted:
    """One grant as it was asked for."""

    expires_at: datetime
    max_uses: int | None
    uses: int = 0
    revoked: bool = False
    ever_opened: bool = False
    over: bool = False


@dataclass(kw_only=True, slots=True)
class GrantOracle:
    """Knows what was asked and what happened at the doors."""

    grants: dict[str, Granted] = field(default_factory=dict)

    def may_open(self, grant_id: str, now: datetime) -> bool:
        """Say whether its holder may still come in, by what people asked for."""
        grant = self.grants[grant_id]
        used_up = grant.max_uses is not None and grant.uses >= grant.max_uses
        if grant.revoked or used_up or now >= grant.expires_at:
            grant.over = True
        return not grant.over
