"""A code that a lock does not give up: tried again at once, or settled by the owner's word."""

from typing import Any, Final

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .core.access import CredentialStatus
from .core.commands import SettleRemoval
from .core.effects import ClearCredential, PendingEffect
from .core.errors import InvalidRequestError
from .engine.desk import Desk
from .engine.granting import wait_for
from .runtime import VerifiedResponseConfigEntry
from .serialize import door_name

OWNER: Final = "owner:repair"
TRY_AGAIN: Final = "try_again"
BY_HAND: Final = "by_hand"
LOCK_GONE: Final = "lock_gone"


class CodeNotRemovedFlow(RepairsFlow):
    """Offers what can be done about one code on one lock; what is chosen takes effect at once."""

    def __init__(self, entry_id: str, grant_id: str, door_id: str) -> None:
        self._entry_id = entry_id
        self._grant_id = grant_id
        self._door_id = door_id

    async def async_step_init(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Say what is known, and offer the choices."""
        desk = self._desk()
        if desk is None:
            return self.async_abort(reason="not_loaded")
        pending = self._pending(desk)
        if pending is None:
            return self.async_abort(reason="nothing_left")
        return self.async_show_menu(
            step_id="init",
            menu_options=[TRY_AGAIN, BY_HAND, LOCK_GONE],
            description_placeholders={
                "name": door_name(desk, self._door_id),
                "slot": _place(pending),
                "since": f"{dt_util.as_local(pending.requested_at):%Y-%m-%d %H:%M}",
                "reason": await _sentence(self.hass, pending.last_error),
            },
        )

    async def async_step_try_again(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Try at once, wait a moment, and say what came of it."""
        desk = self._desk()
        if desk is None:
            return self.async_abort(reason="not_loaded")
        before = self._pending(desk)
        if not await self._settle(desk, None):
            return self.async_abort(reason="nothing_left")
        tried = before.attempts if before is not None else 0

        def answered() -> bool:
            now = self._pending(desk)
            return now is None or (now.attempts > tried and now.started_at is None)

        await wait_for(desk, answered)
        left = self._pending(desk)
        if left is None:
            return self.async_create_entry(data={})
        return self.async_abort(
            reason="still_there",
            description_placeholders={"reason": await _sentence(self.hass, left.last_error)},
        )

    async def async_step_by_hand(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Take the owner's word that it was removed at the lock."""
        return await self._settled(CredentialStatus.REMOVED_BY_HAND)

    async def async_step_lock_gone(self, _: dict[str, Any] | None = None) -> RepairsFlowResult:
        """Take the owner's word that the lock is not there any more."""
        return await self._settled(CredentialStatus.LOCK_GONE)

    async def _settled(self, status: CredentialStatus) -> RepairsFlowResult:
        desk = self._desk()
        if desk is None:
            return self.async_abort(reason="not_loaded")
        if not await self._settle(desk, status):
            return self.async_abort(reason="nothing_left")
        return self.async_create_entry(data={})

    async def _settle(self, desk: Desk, status: CredentialStatus | None) -> bool:
        """Tell the rules; False when the code is gone already."""
        command = SettleRemoval(
            grant_id=self._grant_id, door_id=self._door_id, by=OWNER, settled=status
        )
        try:
            await desk.submit(command)
        except InvalidRequestError:
            return False
        return True

    def _pending(self, desk: Desk) -> PendingEffect | None:
        for pending in desk.state.effects.values():
            match pending.effect:
                case ClearCredential(grant_id=self._grant_id, door_id=self._door_id):
                    return pending
        return None

    def _desk(self) -> Desk | None:
        entry: VerifiedResponseConfigEntry | None = self.hass.config_entries.async_get_entry(
            self._entry_id
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data.desk


def _place(pending: PendingEffect) -> str:
    """Return the place as people find it at the lock; "–" where the lock itself chose one."""
    slot = getattr(pending.effect, "slot", 0)
    return str(slot) if slot else "–"


async def _sentence(hass: HomeAssistant, code: str | None) -> str:
    """Return a failure in words."""
    if code is None:
        return "–"
    words = await async_get_translations(hass, hass.config.language, "exceptions", [DOMAIN])
    return words.get(f"component.{DOMAIN}.exceptions.{code}.message", code)
