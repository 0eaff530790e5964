"""What a loaded entry holds, for the doors."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from homeassistant.config_entries import ConfigEntry

from .core.premises import Channel
from .engine.chain import ChainCheck
from .engine.desk import Desk
from .engine.granting import Granting
from .engine.hearing import Hearing
from .engine.intake import Intake
from .engine.keypad import Keypad
from .engine.learning import Learning
from .engine.looking.watch import Watch
from .engine.model_files import ModelFiles
from .engine.outbox import Outbox
from .engine.ports import IdSource, Journal, PersonDetector
from .engine.supervision import Supervision

if TYPE_CHECKING:
    from .coordinator import VerifiedResponseCoordinator


@dataclass(kw_only=True)
class VerifiedResponseRuntime:
    """Everything of one premises; doors call these and nothing beneath."""

    desk: Desk
    intake: Intake
    supervision: Supervision
    keypad: Keypad
    granting: Granting
    watch: Watch
    learning: Learning
    outbox: Outbox
    chain: ChainCheck
    detector: PersonDetector | None
    models: ModelFiles
    journal: Journal
    ids: IdSource
    coordinator: VerifiedResponseCoordinator
    try_responder: Callable[[Mapping[str, Any]], Awaitable[None]]
    start_callback_check: Callable[[str | None, Mapping[str, Any]], Awaitable[str]]
    camera_ways: Callable[[], Mapping[str, Mapping[str, Any]]]
    """By camera entity how its stills are had, for diagnostics."""
    missing_channels: Callable[[], Mapping[str, tuple[Channel, ...]]]
    """By contact the channels that are not there now."""
    seal: Callable[[str], str]
    """Seals a standing code, so that it can be stored."""
    seal_reply: Callable[[str], str]
    unseal_reply: Callable[[str], str | None]
    """The answer to a covert phrase, sealed for a purpose of its own."""
    phrase_digest: Callable[[str], str]
    """By what a covert phrase is recognised, the only thing of it that is stored."""
    hearing: Hearing

    def begin(self) -> None:
        """Take up what an earlier run left, find the best detector, test the chain."""
        self.outbox.start()
        self.watch.begin()
        self.hearing.begin()
        self.desk.run(self.watch.keep_ready(), name="detector")
        self.desk.run(self.chain.run(), name="chain")

    async def stop(self) -> None:
        """End everything; what is unfinished is in the journal."""
        self.intake.close()
        self.supervision.close()
        self.outbox.close()
        self.granting.close()
        self.hearing.close()
        self.watch.close()
        self.learning.close()
        await self.desk.stop()
        if self.detector is not None:
            await self.detector.close()


type VerifiedResponseConfigEntry = ConfigEntry[VerifiedResponseRuntime]
