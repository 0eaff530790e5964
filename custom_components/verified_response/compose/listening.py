"""Home Assistant's happenings, connected to the desk until the entry is unloaded."""

import hashlib
import hmac

from homeassistant.core import HomeAssistant
from homeassistant.util.hass_dict import HassKey

from .. import const as c
from ..adapters import door_contacts, door_reports, other_detectors, signals
from ..adapters.linked_panels import LinkedPanels, PanelSays, Told
from ..adapters.lock_reports import LockReports
from ..adapters.police_api import reports as responder_reports
from ..adapters.signs import Signs, present
from ..adapters.troubles import DeviceTroubles, LockWatch
from ..core.commands import Command, DoorClosed, NoteEvidence, ReportDoor, ReportTrouble, SeePanel
from ..core.effects import LockDoor
from ..core.entries import DoorReport
from ..core.events import IncidentOpened
from ..core.incident import IncidentKind
from ..core.signals import TroubleKind
from ..engine.desk import Desk
from ..engine.feed import Snapshot
from ..engine.other_detectors import OtherDetectors
from ..engine.ports import Clock
from ..runtime import VerifiedResponseConfigEntry, VerifiedResponseRuntime
from .answering import follow_answers

LAST_PANELS: HassKey[dict[str, Told]] = HassKey("verified_response_last_panels")


def webhook_id(key: bytes, responder_id: str) -> str:
    """Return an id that is stable and that nobody without the key can guess."""
    return hmac.new(key, f"webhook {responder_id}".encode(), hashlib.sha256).hexdigest()


def listen(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    runtime: VerifiedResponseRuntime,
    key: bytes,
    *,
    clock: Clock,
    resumed: bool,
) -> None:
    """Connect everything that comes in; `resumed`: the configuration is taken anew in one run."""
    desk = runtime.desk
    premises = desk.premises
    entry.async_on_unload(signals.listen(hass, premises, runtime.intake.accept))
    others = OtherDetectors(desk)
    entry.async_on_unload(others.close)
    entry.async_on_unload(other_detectors.listen(hass, premises, others.accept, now=desk.now))
    follow_answers(hass, entry, runtime)
    _listen_to_signs(hass, entry, desk)
    _listen_to_locks(hass, entry, desk)
    _listen_to_devices(hass, entry, runtime, clock)
    _listen_to_panels(hass, entry, runtime, clock, resumed=resumed)
    _listen_to_responders(hass, entry, desk, key)


def _submit(desk: Desk, command: Command, name: str) -> None:
    """Hand a command to the desk, after those that were handed to it before."""

    async def submit() -> None:
        await desk.submit(command)

    desk.run(submit(), name=name)


def _listen_to_signs(hass: HomeAssistant, entry: VerifiedResponseConfigEntry, desk: Desk) -> None:
    told = Signs(
        hass,
        desk.premises,
        lambda item: _submit(desk, NoteEvidence(item=item), "sign"),
        now=desk.now,
    )

    def follow(snapshot: Snapshot) -> None:
        for event in snapshot.news:
            if isinstance(event, IncidentOpened) and event.kind is IncidentKind.BURGLARY:
                told.again()

    entry.async_on_unload(told.listen())
    entry.async_on_unload(desk.feed.subscribe(follow))


def _listen_to_locks(hass: HomeAssistant, entry: VerifiedResponseConfigEntry, desk: Desk) -> None:
    def say(report: DoorReport) -> None:
        _submit(desk, ReportDoor(report=report), "door")

    signs = LockReports(
        hass,
        desk.premises,
        lambda item: _submit(desk, NoteEvidence(item=item), "lock"),
        now=desk.now,
    )
    entry.async_on_unload(door_reports.listen(hass, desk.premises, say, now=desk.now))
    entry.async_on_unload(signs.listen())

    def closed(door_id: str) -> None:
        if any(
            isinstance(pending.effect, LockDoor) and pending.effect.door_id == door_id
            for pending in desk.state.effects.values()
        ):
            _submit(desk, DoorClosed(door_id=door_id), "door closed")

    entry.async_on_unload(door_contacts.listen(hass, desk.premises, closed))


def _listen_to_devices(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    runtime: VerifiedResponseRuntime,
    clock: Clock,
) -> None:
    desk = runtime.desk

    def trouble(part_id: str, kind: TroubleKind, on: bool) -> None:
        new_id = runtime.ids.new_id()
        _submit(desk, ReportTrouble(zone_id=part_id, kind=kind, on=on, new_id=new_id), "trouble")

    devices = DeviceTroubles(
        hass,
        desk.premises,
        trouble,
        known=desk.state.troubles,
        clock=clock,
        quiet_until=desk.state.quiet_until,
    )
    locks = LockWatch(
        hass,
        desk.premises,
        trouble,
        known=desk.state.troubles,
        clock=clock,
        quiet_until=desk.state.quiet_until,
    )
    entry.async_on_unload(devices.listen())
    entry.async_on_unload(locks.listen())


def _listen_to_panels(
    hass: HomeAssistant,
    entry: VerifiedResponseConfigEntry,
    runtime: VerifiedResponseRuntime,
    clock: Clock,
    *,
    resumed: bool,
) -> None:
    desk = runtime.desk

    def say(said: PanelSays) -> None:
        command = SeePanel(
            area_id=said.area_id,
            phase=said.phase,
            mode=said.mode,
            by=said.by,
            person=said.person,
            new_id=runtime.ids.new_id(),
            present=present(hass, desk.premises),
        )
        _submit(desk, command, "linked panel")

    before = hass.data.setdefault(LAST_PANELS, {}).pop(entry.entry_id, {})
    panels = LinkedPanels(
        hass,
        desk.premises,
        say,
        clock=clock,
        quiet_until=desk.state.quiet_until,
        told=before if resumed else {},
    )

    def remember() -> None:
        hass.data[LAST_PANELS][entry.entry_id] = panels.told

    entry.async_on_unload(panels.listen())
    entry.async_on_unload(remember)


def _listen_to_responders(
    hass: HomeAssistant, entry: VerifiedResponseConfigEntry, desk: Desk, key: bytes
) -> None:
    for item in entry.get_subentries_of_type(c.SUBENTRY_RESPONDER):
        entry.async_on_unload(
            responder_reports.listen(
                hass,
                domain=c.DOMAIN,
                webhook_id=webhook_id(key, item.subentry_id),
                responder_id=item.subentry_id,
                secret=item.data[c.CONF_CLIENT_SECRET],
                say=desk.submit,
                is_stored=lambda: desk.durable,
            )
        )
