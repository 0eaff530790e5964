"""The house of a scenario: the one of house.yaml, with what the scenario changes, adds or takes away."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from custom_components.verified_response.core.errors import InvalidRequestError
from custom_components.verified_response.core.premises import (
    Area,
    ArmMode,
    CameraView,
    Channel,
    ChannelKind,
    Contact,
    Door,
    LockFamily,
    Policy,
    Premises,
    Release,
    Responder,
    ResponderKind,
    ResponderMode,
    Sign,
    SignKind,
    Zone,
    ZoneType,
)
from custom_components.verified_response.core.signals import ZoneStatus

from .fields import Named, Names, Seconds, key_of, meant, read, value
from .tree import Node, Row, ScenarioError, Sheet, Word, described, documents

DEFAULT: Final = Path(__file__).with_name("house.yaml")

type AreaName = Annotated[str, Named(("area",))]
type ZoneName = Annotated[str, Named(("zone",))]
type CameraName = Annotated[str, Named(("camera",))]
type PersonName = Annotated[str, Named(("person",))]
type LockName = Annotated[str, Named(("lock",))]
type SignName = Annotated[str, Named(("sign",))]
type ResponderName = Annotated[str, Named(("responder",))]


@dataclass(frozen=True, kw_only=True, slots=True)
class AreaPart:
    """Zones that are armed as one."""

    linked: bool = False
    """Armed and triggered by the alarm panel of another integration."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ZonePart:
    """One sensor and what its trip means."""

    type: ZoneType
    area: tuple[AreaName, ...] = ()
    """The first area of the house when nothing is said."""
    cameras: tuple[CameraName, ...] = ()
    place: str = ""
    """The room; zones in one place are not independent. Its own when nothing is said."""
    device: str = ""
    """Zones of one device are not independent. Its own when nothing is said."""
    forced_entry: bool = False
    modes: tuple[ArmMode, ...] | None = None
    entry_delay: Seconds | None = None
    cross: tuple[ZoneName, ...] = ()
    found: ZoneStatus = ZoneStatus.CLOSED
    """What it says when the scenario begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CameraPart:
    """One camera; whether anybody is in its picture, the timeline says."""

    outdoor: bool = False
    place: str = ""
    preroll: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class PersonPart:
    """One person who may be asked, and the codes that are theirs."""

    role: Literal["owner", "household", "neighbour"] = "household"
    channels: tuple[ChannelKind, ...] = (ChannelKind.PUSH,)
    code: str = ""
    duress_code: str = ""
    once_code: str = ""
    """Good once."""
    until: Seconds | None = None
    """So long after the beginning `once_code` expires, or `code` where there is no such."""
    order: int | None = None
    home: bool | None = None
    """Whether Home Assistant knows at the beginning that this person is at home."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LockPart:
    """One lock."""

    family: LockFamily = LockFamily.ZWAVE_JS


@dataclass(frozen=True, kw_only=True, slots=True)
class SignPart:
    """An entity that speaks for or against an alarm."""

    kind: SignKind
    place: str = ""
    device: str = ""
    on: bool = False
    """What it says when the scenario begins."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ResponderPart:
    """One desk."""

    kind: ResponderKind = ResponderKind.POLICE_DESK
    mode: ResponderMode = ResponderMode.EXERCISE
    release: Release = Release.CONFIRMED


PARTS: Final[Mapping[str, tuple[str, type]]] = {
    "areas": ("area", AreaPart),
    "zones": ("zone", ZonePart),
    "cameras": ("camera", CameraPart),
    "people": ("person", PersonPart),
    "locks": ("lock", LockPart),
    "signs": ("sign", SignPart),
    "responders": ("responder", ResponderPart),
}
DETECTORS: Final = ("full", "basic", "off")
"""The engine that looks: a real one, the basic one (low trust), or nobody."""
HOUSE_KEYS: Final = (*PARTS, "options", "without")


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    """Everything that is there when a scenario begins."""

    premises: Premises
    names: Names
    parts: Mapping[str, Mapping[str, Any]]
    """By kind and id: what was written."""
    detector: str = "full"

    def place_of(self, camera_id: str) -> str:
        """Return where a camera hangs, its own place when nothing is said."""
        return str(self.parts["camera"][camera_id].place or camera_id)


def option_keys() -> Mapping[str, str]:
    """Return the field of Policy behind each key under `options`."""
    return {item.name.removesuffix("_s"): item.name for item in fields(Policy)}


def household(changes: Sheet | None) -> Household:
    """Return the house of house.yaml with these changes; raises ScenarioError."""
    (base,) = documents(DEFAULT)
    assert isinstance(base, Sheet)
    sheets = [_checked(base), *([_checked(changes)] if changes else [])]
    merged = {key: _merged(sheets, key) for key in PARTS}
    for sheet in sheets:
        for word in _listed(sheet.parts.get("without")):
            _take_away(merged, word)
    names = Names(
        {kind: {name: key_of(name) for name in merged[key]} for key, (kind, _) in PARTS.items()}
    )
    parts: dict[str, dict[str, Any]] = {
        kind: {
            key_of(name): read(cls, sheet, names, what=name) for name, sheet in merged[key].items()
        }
        for key, (kind, cls) in PARTS.items()
    }
    policy, detector = _options(sheets)
    try:
        premises = _premises(names, parts, policy)
    except InvalidRequestError as err:
        raise ScenarioError(sheets[-1].place, f"this house is refused: {err.code}.") from err
    return Household(premises=premises, names=names, parts=parts, detector=detector)


def _checked(sheet: Sheet) -> Sheet:
    for name, place in sheet.keys.items():
        if name not in HOUSE_KEYS:
            raise ScenarioError(place, f"a house has no {name!r}{meant(name, HOUSE_KEYS)}.")
    return sheet


def _listed(node: Node | None) -> tuple[Word, ...]:
    match node:
        case Word():
            return (node,)
        case Row(items=items):
            return tuple(item for item in items if isinstance(item, Word))
    return ()


def _merged(sheets: list[Sheet], key: str) -> dict[str, Sheet]:
    """Return the parts of one kind by name, a later sheet's keys over those of an earlier one."""
    found: dict[str, Sheet] = {}
    for sheet in sheets:
        whole = sheet.parts.get(key)
        if whole is None:
            continue
        if not isinstance(whole, Sheet):
            raise ScenarioError(
                whole.place, f"{key!r} has to be a mapping, not {described(whole)}."
            )
        for written, node in whole.parts.items():
            part = node if isinstance(node, Sheet) else Sheet(place=node.place, parts={}, keys={})
            if isinstance(node, Row) or (isinstance(node, Word) and node.text not in {"", "{}"}):
                raise ScenarioError(node.place, f"{written!r} has to be a mapping.")
            known = {key_of(name): name for name in found}
            name = known.get(key_of(written), written)
            before = found.get(name)
            found[name] = part if before is None else _over(before, part)
    return found


def _over(before: Sheet, part: Sheet) -> Sheet:
    return Sheet(
        place=part.place,
        parts={**before.parts, **part.parts},
        keys={**before.keys, **part.keys},
    )


def _take_away(merged: dict[str, dict[str, Sheet]], word: Word) -> None:
    for parts in merged.values():
        for name in parts:
            if key_of(name) == key_of(word.text):
                del parts[name]
                return
    known = [name for parts in merged.values() for name in parts]
    raise ScenarioError(
        word.place, f"{word.text!r} is no part of this house{meant(word.text, known)}."
    )


def _options(sheets: list[Sheet]) -> tuple[Policy, str]:
    known = option_keys()
    by_field = {item.name: item for item in fields(Policy)}
    numbers: dict[str, Any] = {}
    detector = "full"
    for sheet in sheets:
        options = sheet.parts.get("options")
        if options is None:
            continue
        if not isinstance(options, Sheet):
            raise ScenarioError(options.place, "'options' has to be a mapping.")
        for name, node in options.parts.items():
            if name == "detector":
                detector = value(Literal["full", "basic", "off"], node, Names({}), what=name)
            elif name in known:
                field = by_field[known[name]]
                numbers[field.name] = _option(field.name, field.type, node, name)
            else:
                near = meant(name, [*known, "detector"])
                raise ScenarioError(options.keys[name], f"there is no option {name!r}{near}.")
    try:
        return replace(Policy(), **numbers), detector
    except InvalidRequestError as err:
        raise ScenarioError(sheets[-1].place, f"these options are refused: {err.code}.") from err


def _option(field: str, kind: Any, node: Node, name: str) -> Any:
    if field.endswith("_s"):
        return int(value(Seconds, node, Names({}), what=name))
    if kind == str | None:
        return (
            None
            if isinstance(node, Word) and node.text == "none"
            else value(str, node, Names({}), what=name)
        )
    return value(kind, node, Names({}), what=name)


def _premises(names: Names, parts: Mapping[str, Mapping[str, Any]], policy: Policy) -> Premises:
    areas = tuple(parts["area"])

    def made[T](kind: str, make: Callable[[str, str, Any], T]) -> dict[str, T]:
        return {key: make(key, names.written(key), part) for key, part in parts[kind].items()}

    return Premises(
        id="home",
        name="Home",
        policy=policy,
        areas=made(
            "area",
            lambda key, name, part: Area(
                id=key, name=name, panel="alarm_control_panel.other" if part.linked else None
            ),
        ),
        zones=made("zone", lambda key, name, part: _zone(key, name, part, areas)),
        cameras=made(
            "camera",
            lambda key, name, part: CameraView(
                id=key,
                name=name,
                source=f"camera.{key}",
                outdoor=part.outdoor,
                preroll=part.preroll,
            ),
        ),
        doors=made(
            "lock",
            lambda key, name, part: Door(
                id=key, name=name, source=f"lock.{key}", family=part.family
            ),
        ),
        contacts=made("person", _contact),
        signs=made(
            "sign",
            lambda key, name, part: Sign(
                id=key,
                name=name,
                kind=part.kind,
                source=f"binary_sensor.{key}",
                device=part.device or f"device {key}",
                place=part.place or key,
            ),
        ),
        responders=made(
            "responder",
            lambda key, name, part: Responder(
                id=key, name=name, kind=part.kind, mode=part.mode, release=part.release
            ),
        ),
    )


def _zone(key: str, name: str, part: ZonePart, areas: tuple[str, ...]) -> Zone:
    return Zone(
        id=key,
        name=name,
        type=part.type,
        source=f"binary_sensor.{key}",
        areas=part.area or areas[:1],
        cameras=part.cameras,
        device=part.device or f"device {key}",
        place=part.place or key,
        forced_entry=part.forced_entry,
        modes=None if part.modes is None else frozenset(part.modes),
        entry_delay_s=None if part.entry_delay is None else int(part.entry_delay),
        cross=part.cross,
    )


def _contact(key: str, name: str, part: PersonPart) -> Contact:
    has_push = ChannelKind.PUSH in part.channels
    return Contact(
        id=key,
        name=name,
        role=part.role,
        notify=f"notify.{key}" if has_push else None,
        more=tuple(
            Channel(kind=kind, target=f"{kind}.{key}")
            for kind in part.channels
            if kind is not ChannelKind.PUSH
        ),
        has_code=bool(part.code),
        order=part.order,
        person=None if part.home is None else f"person.{key}",
    )
