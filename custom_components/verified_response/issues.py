"""Trouble that a person should mend becomes a repair issue, and goes when it is mended."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from .channels import follow_channels
from .config_values import config_problems
from .const import CONF_LEFT_AT, DOMAIN
from .core.detection import DetectorInfo
from .core.effects import ClearCredential, LockDoor
from .core.incident import DeliveryStatus
from .core.premises import Channel, ResponderMode
from .core.rules.dispatch import is_on_screens
from .core.rules.history import cries_wolf, tally
from .core.signals import TroubleKind
from .engine.feed import Snapshot
from .exposure import Exposed, follow_exposure
from .runtime import VerifiedResponseConfigEntry
from .serialize import door_name

UNDER_WAY = "model_fetching"
DETECTOR_ISSUES = frozenset(
    {
        "detector_packages_missing",
        "detector_model_missing",
        "detector_model_refused",
        "detector_self_test_failed",
        "detector_server_unreachable",
    }
)
type Gone = Mapping[str, tuple[Channel, ...]]
"""Channels that are not there, by contact."""
SENSOR_ISSUES = {
    TroubleKind.OFFLINE: "zone_offline",
    TroubleKind.LOW_BATTERY: "zone_battery_low",
    TroubleKind.TAMPER: "zone_tamper",
}
LOCK_ISSUES = {
    TroubleKind.OFFLINE: "lock_unreachable",
    TroubleKind.LOW_BATTERY: "lock_battery_low",
    TroubleKind.JAMMED: "lock_jammed",
    TroubleKind.FIRMWARE: "lock_firmware",
}
SHUTS_OUT = frozenset({TroubleKind.OFFLINE, TroubleKind.JAMMED})
"""A lock with one of these lets nobody in, or cannot be shut behind them."""
VOICE_PAGE = (
    "https://github.com/verified-response/verified-response/blob/main/docs/voice-assistants.md"
)
REMOVAL_ATTEMPTS = 3
"""After so many failures a person should look at the lock."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trouble:
    """One repair issue; `key` is its translation."""

    key: str
    subject: str = ""
    severity: ir.IssueSeverity = ir.IssueSeverity.WARNING
    placeholders: dict[str, str] = field(default_factory=dict)
    data: dict[str, str | int | float | None] | None = None
    """What its fix flow needs; None when nothing can be fixed by asking."""
    learn_more: str | None = None
    """Page that says more."""


def troubles(
    snapshot: Snapshot, entry: ConfigEntry, gone: Gone, exposed: Exposed
) -> Iterator[Trouble]:
    """Yield what is wrong now."""
    if not snapshot.durable:
        yield Trouble(key="journal_not_written", severity=ir.IssueSeverity.ERROR)
    if snapshot.journal_set_aside is not None:
        yield Trouble(
            key="journal_set_aside",
            severity=ir.IssueSeverity.CRITICAL,
            placeholders={"file": snapshot.journal_set_aside},
        )
    if snapshot.detector is not None and snapshot.detector.reason is not None:
        yield from _blind(snapshot.detector)
    if not any(contact.channels for contact in snapshot.premises.contacts.values()):
        yield Trouble(key="nobody_to_ask", severity=ir.IssueSeverity.ERROR)
    for contact_id, channels in gone.items():
        yield Trouble(
            key="channel_missing",
            subject=contact_id,
            severity=ir.IssueSeverity.ERROR,
            placeholders={
                "name": snapshot.premises.contacts[contact_id].name,
                "channels": ", ".join(channel.target for channel in channels),
            },
        )
    for problem in config_problems(entry):
        yield Trouble(
            key=problem.code,
            subject=problem.subentry_id,
            placeholders=dict(problem.placeholders),
        )
    for camera_id, lesson in snapshot.lessons.items():
        camera = snapshot.premises.cameras[camera_id]
        yield Trouble(
            key="camera_false_alarms",
            subject=camera_id,
            placeholders={"name": camera.name, "count": str(lesson.false_alarms)},
            data={"entry_id": entry.entry_id, "camera_id": camera_id},
        )
    yield from _wolves(snapshot, entry)
    yield from _sensors(snapshot)
    yield from _locks(snapshot)
    yield from _exposed(snapshot, exposed)
    for responder_id, error in snapshot.chain.items():
        responder = snapshot.premises.responders.get(responder_id)
        if error is not None and responder is not None:
            yield Trouble(
                key="responder_unreachable",
                subject=responder_id,
                placeholders={"name": responder.name, "reason": error},
            )
    yield from _unsent(snapshot)
    yield from _stuck_codes(snapshot, entry)


def _wolves(snapshot: Snapshot, entry: ConfigEntry) -> Iterator[Trouble]:
    """Yield the zones whose false alarms ask for repair."""
    if snapshot.at is None:
        return
    policy = snapshot.premises.policy
    for zone in snapshot.premises.zones.values():
        outcomes = snapshot.state.history.get(zone.id, ())
        if cries_wolf(zone, outcomes, policy, snapshot.at, left_at=left_at(entry, zone.id)):
            yield Trouble(
                key="zone_false_alarms",
                subject=zone.id,
                placeholders={
                    "name": zone.name,
                    "count": str(tally(outcomes, policy, snapshot.at).false),
                    "days": str(policy.false_alarm_days),
                },
                data={"entry_id": entry.entry_id, "zone_id": zone.id},
            )


def left_at(entry: ConfigEntry, zone_id: str) -> datetime | None:
    """Return when the owner left a zone's false alarms as they are, None when never."""
    item = entry.subentries.get(zone_id)
    stored = item.data.get(CONF_LEFT_AT) if item is not None else None
    return dt_util.parse_datetime(stored) if stored is not None else None


def _sensors(snapshot: Snapshot) -> Iterator[Trouble]:
    """Yield what is wrong with the sensors of zones."""
    for zone_id, kinds in snapshot.state.troubles.items():
        zone = snapshot.premises.zones.get(zone_id)
        if zone is None:
            continue
        for kind in kinds:
            if kind in SENSOR_ISSUES:
                yield Trouble(
                    key=SENSOR_ISSUES[kind], subject=zone_id, placeholders={"name": zone.name}
                )


def _locks(snapshot: Snapshot) -> Iterator[Trouble]:
    """Yield what is wrong with the locks of doors."""
    for door in snapshot.premises.doors.values():
        for kind in snapshot.state.troubles.get(door.id, ()):
            if kind in LOCK_ISSUES:
                severe = kind in SHUTS_OUT
                yield Trouble(
                    key=LOCK_ISSUES[kind],
                    subject=door.id,
                    severity=ir.IssueSeverity.ERROR if severe else ir.IssueSeverity.WARNING,
                    placeholders={"name": door.name},
                )


def _exposed(snapshot: Snapshot, exposed: Exposed) -> Iterator[Trouble]:
    """Yield the doors that can be opened by speaking."""
    for door_id, assistants in exposed.items():
        yield Trouble(
            key="lock_exposed",
            subject=door_id,
            placeholders={
                "name": door_name(snapshot, door_id),
                "assistants": ", ".join(assistants),
            },
            learn_more=VOICE_PAGE,
        )


def _blind(detector: DetectorInfo) -> Iterator[Trouble]:
    """Yield why nothing better looks; what is on its way by itself is nothing to mend."""
    if detector.reason == UNDER_WAY or detector.reason is None:
        return
    unable = detector.engine == "none"
    key = f"detector_{detector.reason}"
    if key not in DETECTOR_ISSUES:
        key = "detector_unable" if unable else "detector_basic"
    yield Trouble(
        key=key,
        severity=ir.IssueSeverity.ERROR if unable else ir.IssueSeverity.WARNING,
        placeholders={"engine": detector.engine, "reason": detector.reason},
    )


def _unsent(snapshot: Snapshot) -> Iterator[Trouble]:
    for incident in snapshot.state.open_incidents():
        for delivery in incident.deliveries.values():
            responder = snapshot.premises.responders.get(delivery.responder_id)
            if (
                delivery.status in {DeliveryStatus.HELD, DeliveryStatus.REJECTED}
                and is_on_screens(incident)
                and responder is not None
            ):
                yield Trouble(
                    key="incident_not_sent",
                    subject=f"{incident.id}_{responder.id}",
                    severity=ir.IssueSeverity.CRITICAL,
                    placeholders={"name": responder.name},
                )


def _stuck_codes(snapshot: Snapshot, entry: ConfigEntry) -> Iterator[Trouble]:
    """Yield the codes that no lock gives up, and the doors that do not lock again."""
    for pending in snapshot.state.effects.values():
        if pending.attempts < REMOVAL_ATTEMPTS:
            continue
        match pending.effect:
            case ClearCredential(grant_id=grant_id, door_id=door_id, slot=slot):
                yield Trouble(
                    key="code_not_removed",
                    subject=f"{grant_id}_{door_id}",
                    severity=ir.IssueSeverity.ERROR,
                    placeholders={
                        "name": door_name(snapshot, door_id),
                        "slot": str(slot) if slot else "–",
                        "reason": pending.last_error or "",
                    },
                    data={
                        "entry_id": entry.entry_id,
                        "grant_id": grant_id,
                        "door_id": door_id,
                    },
                )
            case LockDoor(door_id=door_id):
                yield Trouble(
                    key="door_held",
                    subject=door_id,
                    severity=ir.IssueSeverity.ERROR,
                    placeholders={
                        "name": door_name(snapshot, door_id),
                        "reason": pending.last_error or "",
                    },
                )


@callback
def follow_issues(hass: HomeAssistant, entry: VerifiedResponseConfigEntry) -> Callable[[], None]:
    """Keep the repair issues true; return what ends it."""
    shown: dict[str, Trouble] = {}

    left = _issues_of(hass, entry)  # by the configuration before this one
    gone: Gone | None = None
    exposed: Exposed = {}

    @callback
    def look() -> None:
        snapshot = entry.runtime_data.coordinator.data
        now = {
            _issue_id(entry, trouble): trouble
            for trouble in troubles(snapshot, entry, gone or {}, exposed)
        }
        untested = tuple(_untested(snapshot, entry, gone))
        for issue_id in (shown.keys() | left) - now.keys():
            if issue_id.startswith(untested):
                left.add(issue_id)
            else:
                ir.async_delete_issue(hass, DOMAIN, issue_id)
                left.discard(issue_id)
        for issue_id, trouble in now.items():
            if shown.get(issue_id) != trouble:
                _show(hass, issue_id, trouble)
        shown.clear()
        shown.update(now)

    @callback
    def looked_for(missing: Gone) -> None:
        nonlocal gone
        if missing != gone:
            gone = missing
            look()

    @callback
    def looked_through(found: Exposed) -> None:
        nonlocal exposed
        exposed = found
        look()

    ends = (
        follow_exposure(hass, entry, looked_through),
        entry.runtime_data.coordinator.async_add_listener(look),
        follow_channels(hass, entry, looked_for),
    )

    @callback
    def end() -> None:
        for cancel in ends:
            cancel()

    return end


def _untested(
    snapshot: Snapshot, entry: VerifiedResponseConfigEntry, gone: Gone | None
) -> Iterator[str]:
    """Yield how the ids of issues begin that nobody can judge yet; they stay, and stay ignored."""
    if gone is None:
        yield f"{entry.entry_id}_channel_missing_"
    detector = snapshot.detector
    fetching = detector is not None and detector.reason == UNDER_WAY  # every hour, where it fails
    if fetching or (detector is None and entry.runtime_data.detector is not None):
        yield f"{entry.entry_id}_detector_"
    if snapshot.at is None:
        yield f"{entry.entry_id}_zone_false_alarms_"
    if not entry.runtime_data.learning.ready:
        yield f"{entry.entry_id}_camera_false_alarms_"
    for responder in snapshot.premises.responders.values():
        if responder.mode is not ResponderMode.OFF and responder.id not in snapshot.chain:
            yield f"{entry.entry_id}_responder_unreachable_{responder.id}"


def _issue_id(entry: ConfigEntry, trouble: Trouble) -> str:
    return f"{entry.entry_id}_{trouble.key}_{trouble.subject}"


def _show(hass: HomeAssistant, issue_id: str, trouble: Trouble) -> None:
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        data=trouble.data,
        is_fixable=trouble.data is not None,
        is_persistent=trouble.key == "journal_set_aside",  # what was lost stays lost
        learn_more_url=trouble.learn_more,
        severity=trouble.severity,
        translation_key=trouble.key,
        translation_placeholders=trouble.placeholders,
    )


@callback
def forget_issues(hass: HomeAssistant, entry: ConfigEntry) -> None:
    """Drop every issue of premises that are gone."""
    for issue_id in _issues_of(hass, entry):
        ir.async_delete_issue(hass, DOMAIN, issue_id)


def _issues_of(hass: HomeAssistant, entry: ConfigEntry) -> set[str]:
    return {
        issue_id
        for domain, issue_id in ir.async_get(hass).issues
        if domain == DOMAIN and issue_id.startswith(f"{entry.entry_id}_")
    }


@callback
def tell_left_codes(hass: HomeAssistant, entry: ConfigEntry, doors: tuple[str, ...]) -> None:
    """Say which locks may still hold codes of premises that were removed: nobody else will remove them."""
    ir.async_create_issue(
        hass,
        DOMAIN,
        f"{entry.entry_id}_codes_left_behind",
        is_fixable=False,
        is_persistent=True,
        severity=ir.IssueSeverity.ERROR,
        translation_key="codes_left_behind",
        translation_placeholders={"names": ", ".join(dict.fromkeys(doors))},
    )
