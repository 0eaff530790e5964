"""Arbitrary evidence against a plain oracle, and what must hold of every level.

The oracle compares everything with everything and knows nothing of the predicates: it is written from
docs/levels.md, numbers included.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from custom_components.verified_response.core import evidence as e
from custom_components.verified_response.core.assessment import Assessment
from custom_components.verified_response.core.detection import Trust
from custom_components.verified_response.core.folds import incidents
from custom_components.verified_response.core.premises import Policy, SignKind, ZoneType
from custom_components.verified_response.core.rules.validation import against
from custom_components.verified_response.core.rules.validation.assess import assess
from tests.core.house import START

POLICY = Policy()

# --- the oracle ------------------------------------------------------------------------------


def seconds(one: Any, other: Any) -> float:
    """How much later the first is."""
    return (one.at - other.at).total_seconds()


def could_be_family(items: Sequence[Any], what: Any) -> bool:
    """Somebody who belongs here had come by then; phones are three minutes late, locks half a minute."""
    for item in items:
        if isinstance(item, e.HouseholdPresent) and seconds(what, item) >= -180:
            return True
        if (
            isinstance(item, e.LockReported)
            and item.kind == "credential_used"
            and seconds(what, item) >= -30
        ):
            return True
    return False


def could_be_weather(items: Sequence[Any], what: Any) -> bool:
    """A storm, power that had come back, or three places within three seconds."""
    for item in items:
        if isinstance(item, e.StormReported) and -300 <= seconds(what, item) <= 1800:
            return True
        if isinstance(item, e.PowerReturned) and 0 <= seconds(what, item) <= 60:
            return True
        if isinstance(item, e.GroupTrip) and -3 <= seconds(what, item) <= 3:
            return True
    return False


def different(one: Any, trip: Any) -> bool:
    """Independent: another device, in another place."""
    if isinstance(one, e.ZoneTrip):
        return one.device != trip.device and one.place != trip.place
    if isinstance(one, e.PersonReported):
        if not one.places:
            return False
        return trip.device not in one.devices and trip.place not in one.places
    if isinstance(one, e.SoundHeard):
        if one.kind in ("gunshot", "scream"):
            return one.device != trip.device
        return one.place != "" and one.device != trip.device and one.place != trip.place
    return trip.zone_type == "interior"  # beside a lock


def hub_level(items: Sequence[Any]) -> int:
    """The level without anybody's word."""
    trips = [i for i in items if isinstance(i, e.ZoneTrip) and i.observed]
    inside = [i for i in trips if i.zone_type not in ("outdoor", "tamper")]
    good = [i for i in inside if i.false_alarms < 3]
    panels = [i for i in items if isinstance(i, e.PanelTriggered)]
    people = [
        i for i in items if isinstance(i, e.PersonSeen) and not i.outdoor and i.trust == "full"
    ]
    told = [
        i for i in items if isinstance(i, e.PersonReported) and i.kind == "person" and not i.outdoor
    ]
    sounds = [i for i in items if isinstance(i, e.SoundHeard)]
    glass = [i for i in sounds if i.kind == "glass_break"]
    loud = [i for i in sounds if i.kind in ("gunshot", "scream")]
    locks = [i for i in items if isinstance(i, e.LockReported) and i.kind in ("forced", "tamper")]
    forced = [i for i in good if i.forced_entry]

    if people and (inside or panels) and (forced or glass or locks):
        return 3
    for seen in people:
        for alarm in inside + panels:
            if not could_be_family(items, seen) and not could_be_family(items, alarm):
                return 2
    for one in good + told + glass + loud + locks:
        for trip in good:
            if not different(one, trip) or abs(seconds(one, trip)) > 1800:
                continue
            family = could_be_family(items, one) or could_be_family(items, trip)
            weather = could_be_weather(items, one) or could_be_weather(items, trip)
            if one in loud or one in locks:
                return 2
            if one in glass and not weather:
                return 2
            if one in told and not family:
                return 2
            if one in forced and not weather:
                return 2
            if one in good and not family and not weather:
                return 2
    if trips or panels or any(isinstance(i, e.DevicesLost) for i in items):
        return 1
    return 0


WORDS = {e.Threat.NONE: 2, e.Threat.PROPERTY: 3, e.Threat.LIFE: 4}


def oracle(items: Sequence[Any], words: Sequence[e.Verdict]) -> int:
    """The level, people included."""
    said = [WORDS[word.threat] for word in words if word.threat is not None]
    if words and not said:
        return 0
    return max([hub_level(items), *said])


# --- arbitrary evidence ------------------------------------------------------------------------

EDGES = [0, 1, 2, 3, 4, 29, 30, 31, 59, 60, 61, 179, 180, 181, 299, 300, 301, 1799, 1800, 1801]
MOMENTS = st.builds(
    lambda edge, later: START + timedelta(seconds=edge + later),
    st.sampled_from(EDGES),
    st.sampled_from([0, 0, 0, 1800, 3600, 7200]),
)
DEVICES = st.sampled_from(["d1", "d2", "d3"])
PLACES = st.sampled_from(["p1", "p2", "p3"])
IDS = st.sampled_from(["a", "b", "c"])
INSIDE = [ZoneType.PERIMETER, ZoneType.INTERIOR, ZoneType.ENTRY_EXIT]
SOME = st.lists(IDS, max_size=3).map(tuple)


def trips(at: st.SearchStrategy[datetime] = MOMENTS) -> st.SearchStrategy[e.ZoneTrip]:
    return st.builds(
        e.ZoneTrip,
        at=at,
        zone_id=IDS,
        zone_type=st.sampled_from([*INSIDE, *INSIDE, ZoneType.OUTDOOR, ZoneType.TAMPER]),
        device=DEVICES,
        place=PLACES,
        forced_entry=st.sampled_from([False, False, True]),
        observed=st.sampled_from([True, True, True, False]),
        false_alarms=st.sampled_from([0, 0, 2, 3]),
    )


def persons(at: st.SearchStrategy[datetime] = MOMENTS) -> st.SearchStrategy[e.PersonSeen]:
    return st.builds(
        e.PersonSeen,
        at=at,
        camera_id=IDS,
        outdoor=st.sampled_from([False, False, True]),
        trust=st.sampled_from([Trust.FULL, Trust.FULL, Trust.LOW]),
        engine=st.just("nano"),
        scores=st.just((0.9,)),
    )


def others(at: st.SearchStrategy[datetime] = MOMENTS) -> st.SearchStrategy[Any]:
    locks = [kind for kind in e.LockSign if kind is not e.LockSign.CREDENTIAL_USED]
    return st.one_of(
        st.builds(
            e.PersonReported,
            at=at,
            camera_id=IDS,
            source_family=st.just("frigate"),
            kind=st.sampled_from([e.DetectedKind.PERSON, *e.DetectedKind]),
            outdoor=st.sampled_from([False, False, True]),
            devices=st.lists(DEVICES, max_size=1).map(tuple),
            places=st.lists(PLACES, max_size=1).map(tuple),
        ),
        st.builds(
            e.SoundHeard,
            at=at,
            sign_id=IDS,
            kind=st.sampled_from(
                [SignKind.GLASS_BREAK, SignKind.GUNSHOT, SignKind.SCREAM, SignKind.SMOKE_ALARM]
            ),
            device=st.sampled_from(["", "d1", "d2"]),
            place=st.sampled_from(["", "p1", "p2"]),
        ),
        st.builds(e.LockReported, at=at, door_id=IDS, kind=st.sampled_from(locks)),
        st.builds(e.PanelTriggered, at=at, area_id=IDS),
        st.builds(e.DevicesLost, at=at, zones=SOME),
        st.builds(e.NobodySeen, at=at, camera_id=IDS, engine=st.just("nano"), scores=st.just(())),
        st.builds(e.CouldNotSee, at=at, camera_id=IDS, reason=st.just("camera_dark")),
        st.builds(e.ZoneLost, at=at, zone_id=IDS),
        st.builds(e.VehicleReported, at=at, sign_id=IDS),
        st.builds(e.HubWasBlind, at=at, since=st.none()),
        st.builds(e.CouldNotTell, at=at, by=IDS),
    )


def speaking_for(at: st.SearchStrategy[datetime] = MOMENTS) -> st.SearchStrategy[Any]:
    return st.one_of(trips(at), trips(at), persons(at), others(at))


def speaking_against(at: st.SearchStrategy[datetime] = MOMENTS) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.builds(e.HouseholdPresent, at=at, who=IDS),
        st.builds(
            e.LockReported, at=at, door_id=IDS, kind=st.just(e.LockSign.CREDENTIAL_USED), who=IDS
        ),
        st.builds(e.StormReported, at=at, sign_id=IDS),
        st.builds(e.PowerReturned, at=at, sign_id=IDS),
        st.builds(e.GroupTrip, at=at, zones=SOME),
    )


EVIDENCE = st.lists(st.one_of(speaking_for(), speaking_for(), speaking_against()), max_size=9)
VERDICTS = st.lists(
    st.builds(e.Verdict, at=MOMENTS, by=IDS, threat=st.none() | st.sampled_from(e.Threat)),
    max_size=3,
)
MANY = settings(max_examples=150, deadline=None)


def judged(items: Sequence[Any], words: Sequence[e.Verdict] = ()) -> Assessment:
    return assess(items, words, POLICY)


# --- what must hold -----------------------------------------------------------------------------


@MANY
@given(EVIDENCE, VERDICTS)
def test_the_level_is_the_oracles(items: list[Any], words: list[e.Verdict]):
    assert judged(items, words).level == oracle(items, words)


@MANY
@given(EVIDENCE, VERDICTS, speaking_for())
def test_adding_evidence_for_it_never_lowers(items: list[Any], words: list[e.Verdict], more: Any):
    before, after = judged(items, words), judged([*items, more], words)
    assert after.level >= before.level
    assert set(before.raised_by) <= set(after.raised_by)


@MANY
@given(EVIDENCE, VERDICTS, speaking_against())
def test_adding_evidence_against_it_never_raises(
    items: list[Any], words: list[e.Verdict], more: Any
):
    before, after = judged(items, words), judged([*items, more], words)
    assert after.level <= before.level
    assert set(after.raised_by) <= set(before.raised_by)
    assert after.level >= min(before.level, 1), "it lowers, it never hides"


@MANY
@given(EVIDENCE, VERDICTS, st.sampled_from(e.Threat), EVIDENCE)
def test_a_humans_word_is_final(
    items: list[Any], words: list[e.Verdict], threat: e.Threat, later: list[Any]
):
    word = e.Verdict(at=START, by="owner", threat=threat)
    found = judged([*items, *later], [word, *words])
    assert found.level >= WORDS[threat]
    denied = e.Verdict(at=START, by="owner", threat=None)
    assert judged([*items, *later], [denied]).level == 0
    assert judged(items, [*words, denied]).level == (
        judged(items, words).level if any(w.threat is not None for w in words) else 0
    )


@MANY
@given(st.data(), EVIDENCE, VERDICTS)
def test_the_order_in_which_it_was_told_does_not_matter(
    data: st.DataObject, items: list[Any], words: list[e.Verdict]
):
    mixed = data.draw(st.permutations(items))
    assert judged(items, words) == judged(mixed, data.draw(st.permutations(words)))


@MANY
@given(EVIDENCE)
def test_level_4_comes_only_from_a_human(items: list[Any]):
    assert judged(items).level <= 3


# --- evidence that is thinned out -----------------------------------------------------------------

KEPT = 6
"""Instead of 40 a source, so that a short life is thinned out, too."""
SETTLED_S = 700
"""Half of what is kept, this far apart, is longer ago than anything may still be explained."""


class LongIncident(RuleBasedStateMachine):
    """One incident that nobody ends: what is kept and remembered gives the level of all that happened.

    As in the rules, a source that filled half its share is taken down more seldom.
    """

    def __init__(self) -> None:
        super().__init__()
        self.patches = [
            patch.object(incidents, "KEPT_PER_SOURCE", KEPT),
            patch.object(against, "KEPT_PER_SOURCE", KEPT),
        ]
        for each in self.patches:
            each.start()
        self.now = START
        self.all: list[Any] = []
        self.kept: tuple[Any, ...] = ()
        self.words: list[e.Verdict] = []
        self.found = judged(())
        self.zones: dict[str, e.ZoneTrip] = {}

    def teardown(self) -> None:
        for each in self.patches:
            each.stop()

    def add(self, item: Any) -> None:
        item = self.where_it_hangs(item)
        source = incidents.source_of(item)
        same = [known for known in self.kept if incidents.source_of(known) == source]
        pause = SETTLED_S if len(same) >= KEPT // 2 else 5
        if any((self.now - known.at).total_seconds() < pause for known in same):
            return
        self.all.append(item)
        self.kept = incidents.bounded((*self.kept, item))
        self.settle()

    def where_it_hangs(self, item: Any) -> Any:
        """Nobody takes a sensor from one wall to another while the alarm is on."""
        if not isinstance(item, e.ZoneTrip):
            return item
        zone = self.zones.setdefault(item.zone_id, item)
        kept = ("zone_type", "device", "place", "forced_entry", "false_alarms")
        return replace(item, **{name: getattr(zone, name) for name in kept})

    def settle(self) -> None:
        self.found = assess(self.kept, self.words, POLICY, already=self.found.raised_by)

    @rule(wait=st.sampled_from([0, 1, 5, 31, 61, 181, 301, 701, 1801, 4000]))
    def time_passes(self, wait: int) -> None:
        self.now += timedelta(seconds=wait)

    @rule(data=st.data(), times=st.integers(1, 9), wait=st.sampled_from([6, 701, 1000]))
    def one_zone_goes_on_and_on(self, data: st.DataObject, times: int, wait: int) -> None:
        item = data.draw(trips(st.just(self.now)))
        for _ in range(times):
            self.now += timedelta(seconds=wait)
            self.add(replace(item, at=self.now))

    @rule(data=st.data())
    def something_speaks_for_it(self, data: st.DataObject) -> None:
        self.add(data.draw(speaking_for(st.just(self.now))))

    @rule(data=st.data())
    def something_speaks_against_it(self, data: st.DataObject) -> None:
        self.add(data.draw(speaking_against(st.just(self.now))))

    @precondition(lambda self: len(self.all) > 15)
    @rule(by=IDS, threat=st.none() | st.sampled_from(e.Threat))
    def somebody_answers(self, by: str, threat: e.Threat | None) -> None:
        self.words.append(e.Verdict(at=self.now, by=by, threat=threat))
        self.settle()

    @rule()
    def nothing_new_is_known(self) -> None:
        self.settle()

    @invariant()
    def the_level_is_that_of_all_that_happened(self) -> None:
        assert self.found.level == oracle(self.all, self.words)


LongIncident.TestCase.settings = settings(
    max_examples=60,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
TestLongIncident = LongIncident.TestCase
