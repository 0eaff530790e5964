"""Questions about the house, answered aloud in the language they were asked in."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from homeassistant.util import dt as dt_util

from ..camera_trial import judged
from ..core.errors import VerifiedResponseError
from ..core.incident import Stage
from ..core.premises import CameraView
from ..core.signals import TroubleKind
from ..overview import IncidentFacts, Overview, overview
from ..runtime import VerifiedResponseRuntime
from ..voice.language import Language, Reply, Say, Topic

LOOK_WITHIN_S = 6.0
"""Whoever asked waits for it."""
MOST_CAMERAS = 3
MOST_NAMES = 5


async def tell(runtime: VerifiedResponseRuntime, topic: Topic, language: Language) -> str:
    """Return the answer to a question."""
    if topic is Topic.WHO_IS_THERE:
        return language.text(*await _who_is_there(runtime))
    now = overview(runtime.desk.feed.latest, now=runtime.desk.now())
    if topic is Topic.WHAT_HAPPENED:
        return language.text(_what_happened(now, language))
    return language.text(*_how_it_is(now, language))


def _how_it_is(now: Overview, language: Language) -> list[Reply]:
    replies = [
        Reply(Say.ALARM_OPEN, {"kind": language.kinds[item.kind], "time": _time(item.opened_at)})
        for item in now.open_incidents
    ]
    if unseen := _unseen(now):
        replies.append(Reply(Say.NOT_SEEN, {"names": _listed(unseen[:MOST_NAMES], language)}))
    if not replies:
        replies.append(Reply(Say.ALL_WELL if now.is_well else Say.LOOK_IN_APP))
    armed = [area.name for area in now.armed]
    said = Reply(Say.ARMED, {"areas": _listed(armed, language)}) if armed else None
    return [*replies, said or Reply(Say.NOTHING_ARMED)]


def _unseen(now: Overview) -> list[str]:
    """Return the names of what says nothing, or cannot see."""
    zones = [zone.name for zone in now.zones if zone.silent or TroubleKind.OFFLINE in zone.troubles]
    locks = [lock.name for lock in now.locks if lock.unreachable]
    return [*zones, *(camera.name for camera in now.blind_cameras), *locks]


def _what_happened(now: Overview, language: Language) -> Reply:
    last = now.last_incident
    if last is None:
        return Reply(Say.NOTHING_HAPPENED)
    return Reply(
        Say.HAPPENED,
        {
            "kind": language.kinds[last.kind],
            "time": _time(last.opened_at),
            "end": language.says[_end_of(last)],
        },
    )


def _end_of(incident: IncidentFacts) -> Say:
    if incident.is_open:
        return Say.STILL_OPEN
    return Say.WAS_FALSE if incident.stage is Stage.CANCELLED else Say.WAS_DEALT_WITH


def _time(at: datetime) -> str:
    local = dt_util.as_local(at)
    today = local.date() == dt_util.now().date()
    return local.strftime("%H:%M") if today else local.strftime("%H:%M (%Y-%m-%d)")


def _listed(names: Sequence[str], language: Language) -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {language.says[Say.AND]} {names[-1]}"


async def _who_is_there(runtime: VerifiedResponseRuntime) -> list[Reply]:
    """Look outside once; how many there are is told, and never who."""
    views = [view for view in runtime.desk.premises.cameras.values() if view.outdoor]
    if not views:
        return [Reply(Say.NO_CAMERA)]
    return list(await asyncio.gather(*(_at(runtime, view) for view in views[:MOST_CAMERAS])))


async def _at(runtime: VerifiedResponseRuntime, view: CameraView) -> Reply:
    facts = {"camera": view.name}
    try:
        async with asyncio.timeout(LOOK_WITHIN_S):
            detection, _, _ = await runtime.watch.look(view.id)
    except TimeoutError, VerifiedResponseError:
        return Reply(Say.CANNOT_SEE_AT, facts)
    info = runtime.detector.info if runtime.detector is not None else None
    found = judged(detection.people, view, info.thresholds if info else None)
    count = sum(1 for item in found if item.why_not is None)
    if count > 1:
        return Reply(Say.PEOPLE_AT, facts | {"count": str(count)})
    return Reply(Say.ONE_PERSON_AT if count else Say.NOBODY_AT, facts)
