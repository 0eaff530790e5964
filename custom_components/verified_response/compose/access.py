"""Locks, the vault of codes, and what makes grants of them."""

from pathlib import Path

from homeassistant.core import HomeAssistant

from .. import const as c
from ..adapters.code_vault import FileVault
from ..adapters.locks import HomeLocks
from ..adapters.sealing import Sealing
from ..core.access import LockRef
from ..core.codes import personal_numbers
from ..engine.choosing import Chooser
from ..engine.desk import Desk
from ..engine.granting import Granting
from ..engine.ports import CodeBook, IdSource
from ..runtime import VerifiedResponseConfigEntry


def standing_codes(key: bytes) -> Sealing:
    """Return what seals the codes that stand on locks, disabled, before they are stored."""
    return Sealing(key, "verified_response standing codes")


def grants(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    desk: Desk,
    ids: IdSource,
    codes: CodeBook,
    *,
    folder: Path,
    key: bytes,
) -> tuple[Granting, HomeLocks]:
    """Return what makes codes, and the locks of these premises."""

    def remembered(door_id: str) -> LockRef | None:
        """Return a lock that was removed from the configuration while a code may still be on it."""
        for grant in desk.state.grants.values():
            if not grant.is_gone and door_id in grant.locks:
                return grant.locks[door_id]
        return None

    locks = HomeLocks(
        hass,
        desk.premises.doors,
        key=key,
        remembered=remembered,
        unseal=standing_codes(key).unseal,
    )
    told = (entry.data[c.CONF_ADDRESS], entry.data[c.CONF_CALLBACK_PHONE])
    chooser = Chooser(ids, codes, personal_numbers(*told))
    granting = Granting(desk, locks, ids, FileVault(hass, folder / "codes.json", key), chooser)
    return granting, locks
