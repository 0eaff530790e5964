"""What a desk is started with."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

LOOPBACK_HOSTS: Final = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, kw_only=True, slots=True)
class DeskConfig:
    """One desk: its database, who may speak to it, and its bounds."""

    db: str = ":memory:"
    name: str = "Sandbox police desk"
    clients: Mapping[str, str] = field(repr=False)
    webhook_secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    desk_user: str
    desk_password: str = field(repr=False)
    accept_live: bool = False
    webhook_hosts: frozenset[str] = LOOPBACK_HOSTS
    token_lifetime_s: int = 900
    max_incidents: int = 10_000
    webhook_timeout_s: float = 5.0
    webhook_first_wait_s: float = 1.0
    webhook_longest_wait_s: float = 60.0
    # With these waits the last try is about half an hour after the first.
    webhook_attempts: int = 36

    @property
    def modes(self) -> tuple[str, ...]:
        """The modes this desk agreed to."""
        return ("exercise", "live") if self.accept_live else ("exercise",)
