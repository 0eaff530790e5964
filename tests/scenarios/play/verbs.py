"""Happenings done to a hub, each by the way it takes in the product: intake, keypad, desk."""

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import evidence
from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.incident import Incident
from custom_components.verified_response.core.signals import ZoneStatus

from . import happenings as h
from .run import Hub


async def do(hub: Hub, happening: h.Happening) -> None:
    """Let it happen; raises InvalidRequestError where the house refuses it."""
    match happening:
        case h.Opens(zone=zones):
            hub.sense(dict.fromkeys(zones, ZoneStatus.OPEN))
        case h.Closes(zone=zones):
            hub.sense(dict.fromkeys(zones, ZoneStatus.CLOSED))
        case h.GoesSilent(zone=zones):
            hub.sense(dict.fromkeys(zones, ZoneStatus.UNAVAILABLE))
        case h.ComesBack(zone=zones, as_=status):
            hub.sense(dict.fromkeys(zones, status))
        case h.Trips(zone=zones):
            await _trip(hub, zones)
        case h.Chatters():
            await _chatter(hub, happening)
        case h.Arm() | h.Disarm() | h.WrongCode() | h.Bypass() | h.Acknowledge():
            await _at_the_panel(hub, happening)
        case h.Confirm() | h.Deny() | h.CannotSee() | h.Help() | h.Share() | h.ResponderSays():
            await _by_people(hub, happening)
        case h.Sound() | h.Presence() | h.Storm() | h.Power() | h.Vehicle() | h.Lock():
            _sign(hub, happening)
        case h.Camera(name=camera, shows=shows, people=people, score=score):
            source = hub.premises.cameras[camera].source
            hub.cameras.show(source, shows, people=people, score=score)
        case h.Detector(does=does):
            hub.detector.fails = does == "fails"
        case h.OtherSees():
            _other(hub, happening)
        case h.Panel():
            await _panel(hub, happening)
        case h.Trouble(zone=zone, kind=kind, on=on):
            await hub.submit(
                cmd.ReportTrouble(zone_id=zone, kind=kind, on=on, new_id=hub.ids.new_id())
            )
        case h.Repaired(what=what, by=by):
            await hub.submit(cmd.ForgetHistory(subject_id=what, by=_contact(by)))
        case h.WalkTest(does=does, by=by):
            order = cmd.StartWalkTest if does == "start" else cmd.EndWalkTest
            await hub.submit(order(by=_contact(by)))
        case h.Responders(are=are):
            hub.center.reachable = are == "reachable"
        case h.Phone(of=person, works=works):
            hub.people.phone(person, works=works)
        case h.Disk(does=does):
            hub.break_disk(works=does == "works")
        case h.PowerCut() | h.Restart():
            await _pause(hub, happening)
        case h.ClockJumps(by=seconds):
            hub.clock.set_by(seconds)


async def _panel(hub: Hub, happening: h.Panel) -> None:
    await hub.submit(
        cmd.SeePanel(
            area_id=_area(hub, happening.area),
            phase=happening.phase,
            mode=happening.mode,
            by=_contact(happening.by) if happening.by else "panel",
            new_id=hub.ids.new_id(),
            present=hub.surroundings.present(),
            person=happening.by is not None,
        )
    )


def _contact(person: str) -> str:
    return person if person == h.AUTOMATION else f"contact:{person}"


def _area(hub: Hub, area: str) -> str:
    return area or next(iter(hub.premises.areas))


def _code_of(hub: Hub, person: str, code: str | None, *, duress: bool) -> str:
    part = hub.household.parts["person"][person]
    if code == "once":
        return str(part.once_code)
    return code if code is not None else str(part.duress_code if duress else part.code)


async def _trip(hub: Hub, zones: tuple[str, ...]) -> None:
    hub.sense(dict.fromkeys(zones, ZoneStatus.OPEN))
    await hub.settle()
    hub.sense(dict.fromkeys(zones, ZoneStatus.CLOSED))


async def _chatter(hub: Hub, happening: h.Chatters) -> None:
    end = hub.clock.passed + happening.lasts
    while hub.clock.passed + happening.every <= end:
        await _trip(hub, (happening.zone,))
        await hub.wait(hub.clock.passed + happening.every, _unseen)


def _unseen() -> None:
    """A chattering zone makes no rows of its own."""


async def _at_the_panel(
    hub: Hub, happening: h.Arm | h.Disarm | h.WrongCode | h.Bypass | h.Acknowledge
) -> None:
    area, by = _area(hub, happening.area), _contact(happening.by)
    match happening:
        case h.Arm(mode=mode, from_afar=from_afar, at_once=at_once, bypass=bypass):
            await hub.submit(
                cmd.Arm(
                    area_id=area,
                    mode=mode,
                    by=by,
                    open_zones=hub.intake.not_closed(),
                    bypass=frozenset(bypass),
                    at_once=at_once,
                    attended=happening.by != h.AUTOMATION and not from_afar and not at_once,
                )
            )
        case h.Disarm(by=person, code=code, duress=duress):
            typed = _code_of(hub, person, code, duress=duress)
            verdict = await hub.keypad.check(typed, area_id=area, by=by)
            await hub.submit(
                cmd.Disarm(
                    area_id=area,
                    by=_contact(verdict.contact_id) if verdict else by,
                    duress=bool(verdict and verdict.duress),
                    new_id=hub.ids.new_id(),
                )
            )
        case h.WrongCode(times=times):
            await _type_wrong(hub, area, by, times)
        case h.Bypass(zone=zone, on=on):
            await hub.submit(cmd.Bypass(area_id=area, zone_id=zone, on=on, by=by))
        case h.Acknowledge():
            await hub.submit(cmd.AcknowledgeFailure(area_id=area, by=by))


async def _type_wrong(hub: Hub, area: str, by: str, times: int) -> None:
    """Type it so often; what the last attempt met is raised."""
    refused: InvalidRequestError | None = None
    for _ in range(times):
        try:
            await hub.keypad.check(hub.codes.wrong(), area_id=area, by=by)
        except InvalidRequestError as err:
            refused = err
        await hub.settle()
    if refused is not None:
        raise refused


async def _by_people(
    hub: Hub,
    happening: h.Confirm | h.Deny | h.CannotSee | h.Help | h.Share | h.ResponderSays,
) -> None:
    if isinstance(happening, h.Help):
        await hub.submit(
            cmd.ReportDistress(
                new_id=hub.ids.new_id(),
                kind=happening.incident,
                silent=happening.silent,
                by=_contact(happening.by),
            )
        )
        return
    incident = _incident(hub)
    match happening:
        case h.Confirm(by=by, threat=threat, note=note):
            await hub.submit(
                cmd.Confirm(incident_id=incident.id, threat=threat, by=_contact(by), note=note)
            )
        case h.Deny(by=by, code=code, duress=duress):
            typed = _code_of(hub, by, code, duress=duress)
            verdict = await hub.keypad.check(typed, area_id=None, by=_contact(by))
            await hub.submit(
                cmd.Dismiss(
                    incident_id=incident.id,
                    by=_contact(verdict.contact_id if verdict else by),
                    duress=bool(verdict and verdict.duress),
                    new_id=hub.ids.new_id(),
                )
            )
        case h.CannotSee(by=by):
            await hub.submit(cmd.CannotSee(incident_id=incident.id, by=_contact(by)))
        case h.Share(responder=responder, by=by, ground=ground):
            await hub.submit(
                cmd.ShareWith(
                    incident_id=incident.id, responder_id=responder, ground=ground, by=_contact(by)
                )
            )
        case h.ResponderSays(responder=responder, status=status):
            await hub.submit(
                cmd.RespondersSay(
                    responder_id=responder,
                    incident_id=incident.id,
                    status=status,
                    number=incident.deliveries[responder].number or "",
                    event_id=hub.ids.new_id(),
                )
            )


def _incident(hub: Hub) -> Incident:
    incident = hub.incident()
    if incident is None:
        raise InvalidRequestError("incident_unknown")
    return incident


def _other(hub: Hub, happening: h.OtherSees) -> None:
    camera = happening.camera
    hub.others.accept(
        cmd.ReportDetection(
            camera_id=camera,
            kind=happening.what,
            at=hub.clock.now(),
            source_family=happening.integration,
            devices=(f"{happening.integration} {camera}", f"camera {camera}"),
            places=(hub.household.place_of(camera),),
        )
    )


def _sign(
    hub: Hub,
    happening: h.Sound | h.Presence | h.Storm | h.Power | h.Vehicle | h.Lock,
) -> None:
    now = hub.clock.now()
    match happening:
        case h.Sound(sign=sign_id):
            sign = hub.premises.signs[sign_id]
            hub.note(
                evidence.SoundHeard(
                    at=now, sign_id=sign_id, kind=sign.kind, device=sign.device, place=sign.place
                )
            )
        case h.Presence(who=who, home=home) if who in hub.premises.contacts:
            hub.surroundings.move(who, home=home)
        case h.Presence(who=who, home=home):
            hub.surroundings.turn(who, on=home)
        case h.Storm(on=on, sign=sign_id) | h.Power(on=on, sign=sign_id):
            hub.surroundings.turn(sign_id, on=on)
        case h.Vehicle(sign=sign_id, plate=plate):
            hub.note(evidence.VehicleReported(at=now, sign_id=sign_id, plate=plate))
        case h.Lock(says=says, lock=lock, who=who):
            hub.note(evidence.LockReported(at=now, door_id=lock, kind=says, who=who))


async def _pause(hub: Hub, happening: h.PowerCut | h.Restart) -> None:
    """Stop, let time pass, and start with what the sensors say then."""
    if isinstance(happening, h.PowerCut):
        await hub.cut()
    else:
        await hub.stop()
    hub.clock.advance(hub.clock.passed + happening.lasts)
    hub.sensors |= happening.found or {}
    await hub.start_anew()
