"""What would have kept false alarms away, and at what price."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from custom_components.verified_response.core.detection import (
    Box,
    PersonBox,
    Point,
    Polygon,
    Thresholds,
)
from custom_components.verified_response.core.premises import CameraView, StillThing
from custom_components.verified_response.core.sight import feedback
from custom_components.verified_response.core.sight.feedback import (
    Hindsight,
    Proposal,
    ProposalKind,
    Sighting,
    applied,
    effect,
    propose,
    would_count,
)
from custom_components.verified_response.core.sight.places import contains, counted, is_polygon

from .scenery import after, box, standing

VIEW = CameraView(id="c", name="Porch", source="camera.porch")
MODEL = Thresholds()
FLAG = box(0.1, 0.1, 0.1, 0.2)
ROOM: Polygon = ((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0))
RISING = bytes(range(128))
FALLING = RISING[::-1]


def false(where: Box = FLAG, score: float = 0.5, patch: bytes = b"") -> Sighting:
    return Sighting(box=where, score=score, patch=patch, false=True, at=after(0))


def true(where: Box | None = None, score: float = 0.8, patch: bytes = b"") -> Sighting:
    place = where or standing(0.7, 0.9, 0.5)
    return Sighting(box=place, score=score, patch=patch, false=False, at=after(9))


def by_kind(proposals: tuple[Proposal, ...]) -> dict[ProposalKind, Proposal]:
    found = {item.kind: item for item in reversed(proposals)}
    assert len(found) == len(proposals)
    return found


def test_nothing_was_kept():
    assert propose([], VIEW) == ()
    assert propose([true()], VIEW) == ()


def test_what_recurs_at_one_place_can_be_masked():
    kept = [false(), false(box(0.12, 0.14, 0.1, 0.2)), true()]
    mask = by_kind(propose(kept, VIEW))[ProposalKind.MASK]
    assert mask.effect == Hindsight(avoided=2, false_total=2, lost=0, true_total=1)
    assert mask.mask == ((0.08, 0.08), (0.24, 0.08), (0.24, 0.36), (0.08, 0.36))
    assert applied(VIEW, mask).masks == (mask.mask,)


def test_each_place_has_a_mask_of_its_own_and_single_ones_have_none():
    elsewhere = box(0.8, 0.1, 0.1, 0.2)
    kept = [false(), false(), false(elsewhere), false(elsewhere), false(box(0.4, 0.7, 0.1, 0.2))]
    masks = [item for item in propose(kept, VIEW) if item.kind is ProposalKind.MASK]
    assert [item.effect.avoided for item in masks] == [2, 2]
    assert masks[0].mask != masks[1].mask


def test_places_that_touch_through_others_are_one():
    kept = [false(box(0.1, 0.1, 0.1, 0.2)), false(box(0.18, 0.1, 0.1, 0.2))]
    assert all(item.kind is not ProposalKind.MASK for item in propose(kept, VIEW))
    kept.append(false(box(0.14, 0.1, 0.1, 0.2)))
    mask = by_kind(propose(kept, VIEW))[ProposalKind.MASK]
    assert mask.effect.avoided == 3


def test_no_mask_hides_a_quarter_of_the_picture():
    large = box(0.2, 0.2, 0.5, 0.6)
    assert ProposalKind.MASK not in by_kind(propose([false(large), false(large)], VIEW))


def test_a_mask_low_in_the_picture_is_not_larger_for_that():
    low = box(0.7, 0.6, 0.2, 0.3)
    assert ProposalKind.MASK in by_kind(propose([false(low), false(low)], VIEW))


def test_masks_stay_within_the_frame():
    corner = box(-0.01, 0.8, 0.1, 0.21)
    mask = by_kind(propose([false(corner), false(corner)], VIEW))[ProposalKind.MASK].mask
    assert is_polygon(mask)
    assert mask[0] == (0.0, 0.78)
    assert mask[2] == (0.11, 1.0)


def test_the_mildest_threshold_that_keeps_all_away():
    kept = [false(score=0.47), false(standing(0.4, 0.9), 0.52), true(score=0.6)]
    threshold = by_kind(propose(kept, VIEW))[ProposalKind.THRESHOLD]
    assert threshold.number == pytest.approx(0.08)  # 0.53: the first step above 0.52
    assert threshold.effect == Hindsight(avoided=2, false_total=2, lost=0, true_total=1)
    assert applied(VIEW, threshold).thresholds(MODEL).sustain == pytest.approx(0.53)


def test_a_score_on_a_step_is_kept_away_too():
    threshold = by_kind(propose([false(score=0.5), false(score=0.5)], VIEW))[ProposalKind.THRESHOLD]
    assert threshold.effect.avoided == 2
    assert threshold.number == pytest.approx(0.06)


def test_a_threshold_starts_from_what_the_camera_has():
    view = CameraView(id="c", name="C", source="camera.c", score_offset=0.1)
    kept = [false(score=0.5), false(score=0.58), false(score=0.58)]
    threshold = by_kind(propose(kept, view))[ProposalKind.THRESHOLD]
    assert threshold.number == pytest.approx(0.14)
    assert threshold.effect.false_total == 2  # the one at 0.50 does not count today


def test_a_threshold_beyond_use_is_not_proposed():
    kept = [false(score=0.75), false(score=0.76)]
    assert ProposalKind.THRESHOLD not in by_kind(propose(kept, VIEW))
    assert ProposalKind.THRESHOLD in by_kind(propose(kept, VIEW, Thresholds(sustain=0.5)))


def test_small_false_ones_are_kept_away_by_a_least_height():
    kept = [
        false(standing(0.2, 0.5, 0.08), 0.9),
        false(standing(0.8, 0.6, 0.101), 0.9),
        true(standing(0.5, 0.9, 0.2)),
    ]
    least = by_kind(propose(kept, VIEW))[ProposalKind.LEAST_HEIGHT]
    assert least.number == pytest.approx(0.11)
    assert least.effect == Hindsight(avoided=2, false_total=2, lost=0, true_total=1)
    assert applied(VIEW, least).least_height == least.number


def test_large_false_ones_are_kept_away_by_a_most_height():
    kept = [
        false(box(0.1, 0.0, 0.5, 0.9), 0.9),
        false(box(0.4, 0.1, 0.5, 0.855), 0.9),
        true(standing(0.5, 0.9, 0.4)),
    ]
    most = by_kind(propose(kept, VIEW))[ProposalKind.MOST_HEIGHT]
    assert most.number == pytest.approx(0.85)
    assert most.effect == Hindsight(avoided=2, false_total=2, lost=0, true_total=1)
    assert applied(VIEW, most).most_height == most.number


@pytest.mark.parametrize(
    ("height", "kind", "proposed"),
    [
        (0.495, ProposalKind.LEAST_HEIGHT, True),
        (0.505, ProposalKind.LEAST_HEIGHT, False),  # a limit of 0.51 would leave nobody
        (0.305, ProposalKind.MOST_HEIGHT, True),
        (0.295, ProposalKind.MOST_HEIGHT, False),
    ],
)
def test_heights_beyond_use_are_not_proposed(height: float, kind: ProposalKind, proposed: bool):
    kept = [false(standing(0.2, 0.8, height), 0.9), false(standing(0.7, 0.8, height), 0.9)]
    assert (kind in by_kind(propose(kept, VIEW))) is proposed


def test_a_thing_that_always_looks_the_same_is_a_still_thing():
    kept = [
        false(patch=RISING),
        false(box(0.101, 0.1, 0.1, 0.2), patch=RISING),
        true(patch=FALLING),
    ]
    first = propose(kept, VIEW)[0]
    assert first.kind is ProposalKind.STILL_THING  # the mildest of those that avoid all
    assert first.effect == Hindsight(avoided=2, false_total=2, lost=0, true_total=1)
    assert applied(VIEW, first).still_things == (first.thing,)


def test_the_still_thing_is_what_most_look_like():
    kept = [false(patch=FALLING), false(patch=RISING), false(patch=RISING)]
    thing = by_kind(propose(kept, VIEW))[ProposalKind.STILL_THING].thing
    assert thing is not None
    assert thing.patch == RISING


def test_without_patches_nothing_is_a_still_thing():
    assert ProposalKind.STILL_THING not in by_kind(propose([false(), false()], VIEW))


def test_a_still_thing_spares_whoever_stood_before_it():
    kept = [false(patch=RISING), false(patch=RISING), true(FLAG, patch=FALLING)]
    proposals = by_kind(propose(kept, VIEW))
    assert proposals[ProposalKind.STILL_THING].effect.lost == 0
    assert ProposalKind.MASK not in proposals  # would lose the only true one


def test_clean_proposals_come_first_though_others_avoid_more():
    """The threshold keeps three away but loses a true one; the mask keeps two away and loses none."""
    kept = [
        false(score=0.5),
        false(score=0.5),
        false(standing(0.4, 0.9), 0.6),
        true(score=0.55),
        true(score=0.9),
    ]
    proposals = propose(kept, VIEW)
    clean = [item.effect.is_clean for item in proposals]
    assert clean == sorted(clean, reverse=True)
    assert clean[0]
    assert {item.effect.lost for item in proposals if item.effect.is_clean} == {0}


def test_a_single_false_alarm_may_be_learnt_from():
    proposals = propose([false(patch=RISING), true()], VIEW)
    assert proposals[0].effect.is_clean
    kinds = {item.kind for item in proposals}
    assert {ProposalKind.MASK, ProposalKind.STILL_THING, ProposalKind.THRESHOLD} <= kinds


@pytest.mark.parametrize(
    ("avoided", "false_total", "lost", "clean"),
    [
        (1, 1, 0, True),
        (1, 2, 0, False),
        (2, 2, 0, True),
        (2, 9, 0, True),
        (2, 2, 1, False),
        (0, 1, 0, False),
        (0, 0, 0, False),
    ],
)
def test_clean(avoided: int, false_total: int, lost: int, clean: bool):
    done = Hindsight(avoided=avoided, false_total=false_total, lost=lost, true_total=3)
    assert done.is_clean is clean


def test_what_does_not_count_today_has_no_effect():
    """Seen outside the region, under a mask, too weak: not avoided by anything more."""
    view = CameraView(
        id="c",
        name="C",
        source="camera.c",
        region=ROOM,
        masks=(((0.6, 0.0), (0.9, 0.0), (0.9, 0.3), (0.6, 0.3)),),
    )
    kept = [false(), false(box(0.7, 0.05, 0.1, 0.2)), false(standing(0.7, 0.9), 0.44)]
    assert not any(would_count(item, view, MODEL) for item in kept)
    assert propose(kept, view) == ()
    mask = Proposal(kind=ProposalKind.MASK, mask=((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    assert effect(kept, view, mask) == Hindsight(avoided=0, false_total=0, lost=0, true_total=0)


@pytest.mark.parametrize(("right", "seen"), [(0.24, True), (0.25, False), (0.3, False)])
def test_half_a_box_under_a_mask_hides_it(right: float, seen: bool):
    """Columns of sampled points lie at 0.22, 0.23 … of a box from 0.2 to 0.3."""
    mask = ((0.0, 0.0), (right, 0.0), (right, 1.0), (0.0, 1.0))
    view = CameraView(id="c", name="C", source="camera.c", masks=(mask,))
    assert would_count(false(box(0.2, 0.2, 0.1, 0.5)), view, MODEL) is seen


def test_an_empty_mask_hides_nothing():
    view = CameraView(id="c", name="C", source="camera.c", masks=((),))
    assert would_count(false(), view, MODEL)


def test_applying_keeps_what_is_there():
    mask: Polygon = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1))
    thing = StillThing(box=FLAG, patch=RISING)
    view = CameraView(
        id="c", name="C", source="camera.c", masks=(mask,), still_things=(thing,), region=ROOM
    )
    more = applied(view, Proposal(kind=ProposalKind.MASK, mask=ROOM))
    assert (more.masks, more.region, more.still_things) == ((mask, ROOM), ROOM, (thing,))
    again = applied(view, Proposal(kind=ProposalKind.STILL_THING, thing=thing))
    assert again.still_things == (thing, thing)
    assert applied(view, Proposal(kind=ProposalKind.STILL_THING)) == view


SHARE = st.floats(0, 1)
PLACES = st.sampled_from([FLAG, box(0.12, 0.11, 0.1, 0.2), standing(0.7, 0.9, 0.5)]) | st.builds(
    box, st.floats(0, 0.8), st.floats(0, 0.8), st.floats(0.02, 0.5), st.floats(0.02, 0.9)
)
SIGHTINGS = st.lists(
    st.builds(
        lambda where, score, patch, is_false: Sighting(
            box=where, score=score, patch=patch, false=is_false, at=after(0)
        ),
        PLACES,
        SHARE,
        st.sampled_from([b"", RISING, FALLING]),
        st.booleans(),
    ),
    max_size=10,
)
VIEWS = st.builds(
    lambda region, least, most, offset, things: CameraView(
        id="c",
        name="C",
        source="camera.c",
        region=region,
        least_height=least,
        most_height=most,
        score_offset=offset,
        still_things=things,
    ),
    st.sampled_from([(), ROOM]),
    st.sampled_from([0.0, 0.1]),
    st.sampled_from([1.0, 0.8]),
    st.sampled_from([-0.1, 0.0, 0.1]),
    st.sampled_from([(), (StillThing(box=FLAG, patch=RISING),)]),
)


def recount(kept: list[Sighting], view: CameraView) -> list[bool]:
    """Who counts, without a look at how feedback does it; no masks."""
    return [
        item.score >= min(max(0.45 + view.score_offset, 0), 1)
        and bool(counted([PersonBox(score=item.score, box=item.box, patch=item.patch)], view))
        for item in kept
    ]


@settings(max_examples=200, deadline=None)
@given(SIGHTINGS, VIEWS)
def test_the_effect_is_what_a_recount_gives(kept: list[Sighting], view: CameraView):
    before = recount(kept, view)
    for proposal in propose(kept, view):
        changed = applied(view, proposal)
        assert changed != view
        done = proposal.effect
        assert done == effect(kept, view, proposal)
        assert done.avoided >= 1
        assert done.lost == 0 or done.lost < done.true_total
        falses = sum(now for item, now in zip(kept, before, strict=True) if item.false)
        assert (done.false_total, done.true_total) == (falses, sum(before) - falses)
        if proposal.kind is ProposalKind.MASK:
            assert is_polygon(proposal.mask)
            continue
        later = recount(kept, changed)
        gone = [
            item for item, now, then in zip(kept, before, later, strict=True) if now and not then
        ]
        assert not any(then and not now for now, then in zip(before, later, strict=True))
        assert done.avoided == sum(item.false for item in gone)
        assert done.lost == sum(not item.false for item in gone)


@settings(max_examples=60, deadline=None)
@given(SIGHTINGS, VIEWS, st.randoms(use_true_random=False))
def test_the_order_of_what_was_kept_does_not_matter(kept: list[Sighting], view: CameraView, chance):
    assert propose(chance.sample(kept, len(kept)), view) == propose(kept, view)


@pytest.mark.parametrize("hundredths", range(45, 75))
@pytest.mark.parametrize("sustain", [0.45, 0.5, 0.35])
def test_the_threshold_is_the_first_step_above_the_score(hundredths: int, sustain: float):
    """0.6 - 0.45 is a little less than fifteen hundredths in floating point: no step may be lost."""
    model = Thresholds(sustain=sustain)
    found = propose([false(score=hundredths / 100)], VIEW, model)
    wanted = round(hundredths / 100 - sustain + 0.01, 2)
    numbers = [item.number for item in found if item.kind is ProposalKind.THRESHOLD]
    assert numbers == ([pytest.approx(wanted)] if 0 < wanted <= 0.3 else [])


def test_what_masks_hide_is_found_out_once_however_much_is_tried(monkeypatch: pytest.MonkeyPatch):
    """Fifty sightings and twenty masks: the masks are asked once for each sighting, not for each try."""
    masks = tuple(((x, 0.0), (x + 0.01, 0.0), (x, 0.01)) for x in (n / 25 for n in range(20)))
    view = CameraView(id="c", name="C", source="camera.c", masks=masks)
    falses = [false(box(0.5 + n / 300, 0.5, 0.1, 0.2), 0.5 + n / 200) for n in range(25)]
    trues = [true(standing(0.3, 0.9, 0.4 + n / 100)) for n in range(25)]
    asked = Counter[Polygon]()

    def counted_contains(polygon: Polygon, point: Point) -> bool:
        asked[polygon] += 1
        return contains(polygon, point)

    monkeypatch.setattr(feedback, "contains", counted_contains)
    assert propose([*falses, *trues], view)
    assert max(asked[mask] for mask in masks) <= 50 * 45
