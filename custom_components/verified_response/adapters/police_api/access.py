"""How one responder is reached."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Access:
    """How one responder is reached; never shown."""

    base_url: str = field(repr=False)
    client_id: str = field(repr=False)
    client_secret: str = field(repr=False)
    address: str = field(repr=False)
    callback_phone: str = field(repr=False)
    webhook_url: str | None = field(default=None, repr=False)
