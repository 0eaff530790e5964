"""What a loaded entry holds, for the doors."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry

from .engine.chain import ChainCheck
from .engine.desk import Desk
from .engine.granting import Granting
from .engine.intake import Intake
from .engine.keypad import Keypad
from .engine.ports import IdSource, Journal, Wording
from .engine.watch import Watch

if TYPE_CHECKING:
    from .coordinator import VerifiedResponseCoordinator


@dataclass(kw_only=True)
class VerifiedResponseRuntime:
    """Everything of one premises; doors call these and nothing beneath."""

    desk: Desk
    intake: Intake
    keypad: Keypad
    granting: Granting
    watch: Watch
    chain: ChainCheck
    journal: Journal
    ids: IdSource
    wording: Wording
    coordinator: VerifiedResponseCoordinator
    try_responder: Callable[[Mapping[str, Any]], Awaitable[None]]
    start_callback_check: Callable[[str | None, Mapping[str, Any]], Awaitable[str]]
    stop: Callable[[], Awaitable[None]]


type VerifiedResponseConfigEntry = ConfigEntry[VerifiedResponseRuntime]
