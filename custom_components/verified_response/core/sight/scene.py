"""What a camera usually shows, and what one picture says against it.

A scene is one view in one light: where the edges are, how bright, contrasty, detailed and crisp it is.
Several are known side by side (day, lamp light, night vision), so that dusk is not taken for a turned
camera every evening. A view that nobody knows counts as moved; where it still stands after RELEARN_S it
is known from there on. A known view in a new light is learnt at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ..detection import Glance
from .grey import correlation
from .measures import Measures, measured

MOST_SCENES: Final = 6
LEARNT_LOOKS: Final = 5
"""A scene is compared with only after this many looks."""
LEARN_S: Final = 120.0
"""How fast a scene follows slow changes: time constant."""
LEARN_STEP_S: Final = 10.0
"""One look never speaks for more time than this."""
RELEARN_S: Final = 600.0
RELEARN_LOOKS: Final = 10
RESIGN_S: Final = 6 * 3600.0
"""How fast a scene gives in to lasting glare, blur or loss of detail: snow must not blind for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """How many looks in a row, over how many seconds."""

    looks: int
    seconds: float


LIMITS: Final[Mapping[str, Limit]] = {
    "camera_frozen": Limit(looks=4, seconds=6.0),
    "camera_dark": Limit(looks=3, seconds=2.0),
    "camera_covered": Limit(looks=3, seconds=2.0),
    "camera_dazzled": Limit(looks=5, seconds=5.0),
    "camera_moved": Limit(looks=5, seconds=8.0),
    "camera_blurred": Limit(looks=10, seconds=20.0),
}
FAILED: Final = Limit(looks=2, seconds=0.0)
"""For every other reason: no picture came."""


def limit_of(reason: str) -> Limit:
    """Return how long a reason must last before it is told."""
    return LIMITS.get(reason, FAILED)


@dataclass(frozen=True, slots=True)
class _Edge:
    """A limit with two sides: where bad begins, and where it ends again."""

    enter: float
    leave: float

    def now(self, *, bad: bool) -> float:
        return self.leave if bad else self.enter


DARK_MEAN: Final = _Edge(24.0, 30.0)
DARK_SPREAD: Final = _Edge(8.0, 11.0)
GLARE: Final = _Edge(0.5, 0.4)
"""Before anything is learnt."""
MORE_GLARE: Final = _Edge(0.3, 0.2)
"""Beyond what the scene usually has."""
NO_DETAIL: Final = _Edge(0.9, 1.2)
"""Bare asphalt has 1.3, a hand or cloth before the lens 0.5."""
LESS_DETAIL: Final = _Edge(0.15, 0.25)
"""Share of the usual detail, where crispness is gone as well: an empty road is no cover."""
COVERED_CRISP: Final = 0.5
SAME_VIEW: Final = _Edge(0.25, 0.4)
"""Likeness of edges: other views stay below 0.15, the same one keeps 0.6 in another light."""
STANDS: Final = 0.7
"""Likeness of two pictures in a row from which the view stands still."""
LESS_CRISP: Final = _Edge(0.2, 0.35)
"""Share of the usual crispness."""
NOT_CRISP: Final = _Edge(0.003, 0.005)
SAME_MEAN: Final = 30.0
SAME_SPREAD: Final = 1.5
"""The light is another one beyond this difference of brightness, this ratio of contrast."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Scene:
    """One view in one light; `seen` is the newest look at it."""

    edges: tuple[float, ...]
    mean: float
    spread: float
    detail: float
    glare: float
    crispness: float
    seen: datetime
    looks: int = 1

    @property
    def is_learnt(self) -> bool:
        """Say whether it was seen often enough to judge others by it."""
        return self.looks >= LEARNT_LOOKS


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenes:
    """What the camera is known to show, and what it shows now if that is something else."""

    known: tuple[Scene, ...] = ()
    strange: Scene | None = None
    strange_since: datetime | None = None
    last: tuple[float, ...] = ()
    """Edges of the look before."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one look says: bad with a reason, good, or neither (nothing can be concluded)."""

    reason: str | None = None
    good: bool = False
    scene: int | None = None
    """Which known scene it shows; None when good: a new one."""
    seen: Measures


def judged(scenes: Scenes, glance: Glance, blind: str | None) -> Finding:
    """Return what one look says, given what the camera is known to show.

    `blind`: what was told so far; it ends at other limits than those at which it began.
    """
    seen = measured(glance)
    learnt_scenes = [scene for scene in scenes.known if scene.is_learnt]
    for reason, is_so in (
        ("camera_dark", _is_dark),
        ("camera_dazzled", _is_dazzled),
        ("camera_covered", _is_covered),
    ):
        if is_so(seen, learnt_scenes, bad=blind == reason):
            return Finding(reason=reason, seen=seen)
    alike = [correlation(scene.edges, seen.edges) for scene in scenes.known]
    same_view = SAME_VIEW.now(bad=blind == "camera_moved")
    if learnt_scenes and max(alike) < same_view:
        stands = correlation(scenes.last, seen.edges) >= STANDS
        return Finding(reason="camera_moved" if stands else None, seen=seen)
    index = _in_this_light(scenes.known, alike, same_view, seen)
    usual = scenes.known[index] if index is not None else None
    if _is_blurred(seen, usual, bad=blind == "camera_blurred"):
        return Finding(reason="camera_blurred", seen=seen)
    return Finding(good=True, scene=index, seen=seen)


def learnt(scenes: Scenes, finding: Finding, at: datetime) -> Scenes:
    """Return the scenes after one look: good looks teach, and a strange view that stands."""
    seen = finding.seen
    if finding.good:
        known = scenes.known
        if finding.scene is None:
            known = _with(known, _new(seen, at))
        else:
            nearer = _nearer(known[finding.scene], seen, at)
            known = (*known[: finding.scene], nearer, *known[finding.scene + 1 :])
        return Scenes(known=known, last=seen.edges)
    if finding.reason == "camera_moved":
        return _strange(replace(scenes, last=seen.edges), seen, at)
    known = scenes.known
    if finding.reason in {"camera_dazzled", "camera_covered", "camera_blurred"}:
        known = tuple(_resigned(scene, seen, at) for scene in known)
    return replace(scenes, known=known, last=seen.edges)


def _strange(scenes: Scenes, seen: Measures, at: datetime) -> Scenes:
    """Get used to a view that nobody knows, where it is still the same one."""
    strange, since = scenes.strange, scenes.strange_since
    if strange is None or since is None or correlation(strange.edges, seen.edges) < SAME_VIEW.leave:
        return replace(scenes, strange=_new(seen, at), strange_since=at)
    strange = _nearer(strange, seen, at)
    if (at - since).total_seconds() < RELEARN_S or strange.looks < RELEARN_LOOKS:
        return replace(scenes, strange=strange)
    return Scenes(known=_with(scenes.known, strange), last=scenes.last)


def _is_dark(seen: Measures, _learnt: Sequence[Scene], *, bad: bool) -> bool:
    return seen.mean < DARK_MEAN.now(bad=bad) and seen.spread < DARK_SPREAD.now(bad=bad)


def _is_dazzled(seen: Measures, known: Sequence[Scene], *, bad: bool) -> bool:
    if not known:
        return seen.glare >= GLARE.now(bad=bad)
    return seen.glare >= max(scene.glare for scene in known) + MORE_GLARE.now(bad=bad)


def _is_covered(seen: Measures, known: Sequence[Scene], *, bad: bool) -> bool:
    if seen.detail < NO_DETAIL.now(bad=bad):
        return True
    return bool(known) and (
        seen.detail < LESS_DETAIL.now(bad=bad) * min(scene.detail for scene in known)
        and seen.crispness < COVERED_CRISP * min(scene.crispness for scene in known)
    )


def _is_blurred(seen: Measures, usual: Scene | None, *, bad: bool) -> bool:
    if seen.crispness < NOT_CRISP.now(bad=bad):
        return True
    return (
        usual is not None
        and usual.is_learnt
        and seen.crispness < LESS_CRISP.now(bad=bad) * usual.crispness
    )


def _in_this_light(
    known: Sequence[Scene], alike: Sequence[float], same_view: float, seen: Measures
) -> int | None:
    """Return the scene that the picture shows most among those of its view and light."""
    fitting = [
        (likeness, -index)
        for index, (scene, likeness) in enumerate(zip(known, alike, strict=True))
        if likeness >= same_view
        and abs(scene.mean - seen.mean) <= SAME_MEAN
        and max(scene.spread, seen.spread) <= SAME_SPREAD * min(scene.spread, seen.spread)
    ]
    return -max(fitting)[1] if fitting else None


def _new(seen: Measures, at: datetime) -> Scene:
    return Scene(
        edges=seen.edges,
        mean=seen.mean,
        spread=seen.spread,
        detail=seen.detail,
        glare=seen.glare,
        crispness=seen.crispness,
        seen=at,
    )


def _nearer(scene: Scene, seen: Measures, at: datetime) -> Scene:
    """Return the scene a little more like what was seen; an average at first, then by LEARN_S."""
    looks = scene.looks + 1
    share = _share(scene, at, LEARN_S)
    if looks <= LEARNT_LOOKS:
        share = max(share, 1 / looks)
    return Scene(
        edges=tuple(
            _mixed(was, now, share) for was, now in zip(scene.edges, seen.edges, strict=True)
        ),
        mean=_mixed(scene.mean, seen.mean, share),
        spread=_mixed(scene.spread, seen.spread, share),
        detail=_mixed(scene.detail, seen.detail, share),
        glare=_mixed(scene.glare, seen.glare, share),
        crispness=_mixed(scene.crispness, seen.crispness, share),
        seen=at,
        looks=looks,
    )


def _resigned(scene: Scene, seen: Measures, at: datetime) -> Scene:
    share = _share(scene, at, RESIGN_S)
    return replace(
        scene,
        detail=_mixed(scene.detail, seen.detail, share),
        glare=_mixed(scene.glare, seen.glare, share),
        crispness=_mixed(scene.crispness, seen.crispness, share),
        seen=at,
    )


def _share(scene: Scene, at: datetime, constant_s: float) -> float:
    gone_s = min(max((at - scene.seen).total_seconds(), 0.0), LEARN_STEP_S)
    return gone_s / (constant_s + gone_s)


def _mixed(was: float, now: float, share: float) -> float:
    return was + share * (now - was)


def _with(known: Sequence[Scene], scene: Scene) -> tuple[Scene, ...]:
    """Add a scene; where there are too many, one hardly seen goes, then the one not seen for longest."""
    if len(known) >= MOST_SCENES:
        goes = min(range(len(known)), key=lambda index: (known[index].is_learnt, known[index].seen))
        known = [other for index, other in enumerate(known) if index != goes]
    return (*known, scene)
