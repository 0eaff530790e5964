"""The only place where everything meets: adapters and engine become a runtime."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from homeassistant.components import webhook
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.network import NoURLAvailableError
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from .. import const as c
from ..adapters import signals
from ..adapters.clock import HomeClock
from ..adapters.code_book import HashedCodeBook
from ..adapters.code_source import SecretIdSource
from ..adapters.contacts.home import HomeContacts
from ..adapters.journal import SqliteJournal
from ..adapters.locks import load_key
from ..adapters.police_api import PoliceApiCenter, callback_check
from ..adapters.police_api.access import Access
from ..adapters.signs import present
from ..adapters.voice.satellites import HomeSatellites
from ..adapters.wording import load_wording
from ..config_values import premises_from_entry, stored_codes
from ..coordinator import VerifiedResponseCoordinator
from ..core.premises import Premises
from ..core.signals import Signal, SignalKind, ZoneStatus
from ..engine.chain import ChainCheck
from ..engine.desk import Desk
from ..engine.granting import Granting
from ..engine.hearing import Hearing
from ..engine.intake import Intake
from ..engine.keypad import Keypad
from ..engine.outbox import Outbox
from ..engine.ports import IdSource, Wording
from ..engine.supervision import Supervision
from ..runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime
from ..voice.phrases import digest
from .access import grants, standing_codes
from .hearing import covert_replies, hear
from .listening import listen, webhook_id
from .seeing import Seeing, follow_models, see

LAST_ZONES: HassKey[dict[str, tuple[datetime, Mapping[str, ZoneStatus]]]] = HassKey(
    "verified_response_last_zones"
)
RESUMED_WITHIN = timedelta(seconds=30)
"""A reload takes about a second; whoever was disabled for longer was blind, and that is a restart."""


async def compose(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry
) -> VerifiedResponseRuntime:
    """Build and start everything of one premises; raises VerifiedResponseError, OSError."""
    folder = Path(hass.config.path(".storage", c.DOMAIN, entry.entry_id))
    key = await load_key(hass, folder / "key")
    premises, before = _premises(hass, entry), _before(hass, entry)
    wording = await load_wording(
        hass, c.DOMAIN, entry.options.get(c.CONF_LANGUAGE, hass.config.language)
    )
    clock, ids = HomeClock(hass), SecretIdSource()
    journal, replies = SqliteJournal(folder / "journal.db"), covert_replies(key)
    desk = Desk(premises=premises, journal=journal, clock=clock)
    code_book = HashedCodeBook(hass, stored_codes(entry))
    granting, locks = grants(hass, entry, desk, ids, code_book, folder=folder, key=key)
    access = partial(_access, hass, entry, key)
    center = PoliceApiCenter(async_get_clientsession(hass), access, wording)
    seeing = see(hass, entry, desk, clock, folder=folder)
    contacts = _contacts(hass, entry, premises, wording)
    outbox = Outbox(
        desk,
        clock,
        contacts=contacts,
        center=center,
        locks=locks,
        granting=granting,
        resumed=before is not None,
    )
    keypad = Keypad(desk, ids, code_book)
    await _start(desk, seeing, granting, journal, resumed=before is not None)
    runtime = VerifiedResponseRuntime(
        desk=desk,
        intake=Intake(desk, ids, present=partial(present, hass, premises)),
        supervision=Supervision(desk, clock, ids),
        keypad=keypad,
        granting=granting,
        watch=seeing.watch,
        learning=seeing.learning,
        outbox=outbox,
        chain=ChainCheck(desk, clock, center),
        detector=seeing.detector,
        models=seeing.models,
        journal=journal,
        ids=ids,
        coordinator=VerifiedResponseCoordinator(hass, entry, desk.feed),
        try_responder=partial(_try_responder, hass, entry),
        start_callback_check=partial(_callback_check, hass, entry, ids, wording),
        camera_ways=lambda: seeing.cameras.measured,
        missing_channels=contacts.missing,
        seal=standing_codes(key).seal,
        seal_reply=replies.seal,
        unseal_reply=replies.unseal,
        phrase_digest=partial(digest, key=key),
        hearing=Hearing(desk, clock, ids, keypad, HomeSatellites(hass)),
    )
    await _connect(hass, entry, runtime, seeing, key, clock, before)
    entry.async_on_unload(lambda: _remember(hass, entry, runtime))
    return runtime


async def _connect(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    runtime: VerifiedResponseRuntime,
    seeing: Seeing,
    key: bytes,
    clock: HomeClock,
    before: Mapping[str, ZoneStatus] | None,
) -> None:
    """Let in what happens from now on, and take up what was left; when that fails, all is stopped."""
    try:
        listen(hass, entry, runtime, key, clock=clock, resumed=before is not None)
        hear(hass, entry, runtime, key)
        follow_models(entry, runtime, seeing.choice)
        _catch_up(hass, runtime, before)
        runtime.begin()
    except BaseException:
        await runtime.stop()
        raise


def _premises(hass: HomeAssistant, entry: ConfigEntry) -> Premises:
    return premises_from_entry(
        entry,
        place_of=lambda entity: _place(hass, entity),
        registry_id_of=lambda entity: _registry_id(hass, entity),
    )


async def _start(
    desk: Desk, seeing: Seeing, granting: Granting, journal: SqliteJournal, *, resumed: bool
) -> None:
    """Read what was written down; when that fails, nothing stays open."""
    try:
        await desk.start(resumed=resumed)
        await seeing.learning.start()
        await granting.start()
    except BaseException:
        seeing.watch.close()  # what an open incident wanted looked at
        await journal.close()
        if seeing.detector is not None:
            await seeing.detector.close()
        raise


def _before(hass: HomeAssistant, entry: ConfigEntry) -> Mapping[str, ZoneStatus] | None:
    """Return what the zones said, when the configuration is taken anew; None after any real pause."""
    at, zones = hass.data.setdefault(LAST_ZONES, {}).pop(entry.entry_id, (None, None))
    if at is None or dt_util.utcnow() - at > RESUMED_WITHIN:
        return None
    return zones


def _remember(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, runtime: VerifiedResponseRuntime
) -> None:
    """Keep what the zones said last, for a configuration that is taken anew in this run."""
    hass.data[LAST_ZONES][entry.entry_id] = (dt_util.utcnow(), runtime.intake.heard)


def _contacts(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, premises: Premises, wording: Wording
) -> HomeContacts:
    return HomeContacts(
        hass,
        domain=c.DOMAIN,
        entry_id=entry.entry_id,
        people=premises.contacts,
        voice=entry.options.get(c.CONF_TTS),
        siren=premises.policy.siren,
        wording=wording,
    )


async def _try_responder(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, data: Mapping[str, Any]
) -> None:
    await callback_check.try_responder(hass, _from_form(entry, data))


async def _callback_check(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    ids: IdSource,
    wording: Wording,
    _subentry_id: str | None,
    data: Mapping[str, Any],
) -> str:
    access = _from_form(entry, data)
    return await callback_check.start(hass, access, ids, wording, entry.title)


def _place(hass: HomeAssistant, entity_id: str) -> tuple[str, str]:
    """Return device and place of an entity: what makes two detectors independent."""
    found = er.async_get(hass).async_get(entity_id)
    if found is None:
        return entity_id, entity_id
    area = found.area_id
    if area is None and found.device_id is not None:
        device = dr.async_get(hass).async_get(found.device_id)
        area = dr.async_get_effective_area_id(hass, device) if device else None
    return found.device_id or entity_id, area or entity_id


def _registry_id(hass: HomeAssistant, entity_id: str) -> str:
    """Return by what an entity is found though it was renamed; nothing for one that is in no registry."""
    found = er.async_get(hass).async_get(entity_id)
    return found.id if found is not None else ""


def _access(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, key: bytes, responder_id: str
) -> Access | None:
    item = entry.subentries.get(responder_id)
    if item is None:
        return None
    url: str | None = None
    with suppress(NoURLAvailableError):
        url = webhook.async_generate_url(hass, webhook_id(key, responder_id))
    return _from_form(entry, item.data, webhook_url=url)


def _from_form(
    entry: VerifiedResponseConfigEntry, data: Mapping[str, Any], *, webhook_url: str | None = None
) -> Access:
    return Access(
        base_url=data[c.CONF_BASE_URL],
        client_id=data[c.CONF_CLIENT_ID],
        client_secret=data[c.CONF_CLIENT_SECRET],
        address=entry.data[c.CONF_ADDRESS],
        callback_phone=entry.data[c.CONF_CALLBACK_PHONE],
        webhook_url=webhook_url,
    )


def _catch_up(
    hass: HomeAssistant,
    runtime: VerifiedResponseRuntime,
    before: Mapping[str, ZoneStatus] | None,
) -> None:
    """Take over the states found; what opened while the configuration was taken anew is a trip."""
    intake = runtime.intake
    now = signals.statuses(hass, runtime.desk.premises)
    if before is None:
        intake.find(now)
        runtime.desk.run(intake.recheck(HomeClock(hass)), name="recheck")
        return
    opened = {
        zone
        for zone, status in now.items()
        if status is ZoneStatus.OPEN and before.get(zone) is ZoneStatus.CLOSED
    }
    intake.learn({zone: before[zone] if zone in opened else now[zone] for zone in now})
    for zone in opened:
        intake.accept(Signal(zone_id=zone, kind=SignalKind.TRIPPED, at=runtime.desk.now()))
