"""Verdicts teach: what is kept, when it is believed, and what is proposed from it."""

import asyncio
import importlib
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from unittest.mock import patch

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.detection import Box, PersonBox, Thresholds, Trust
from custom_components.verified_response.core.errors import WorkFailedError
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.premises import CameraView
from custom_components.verified_response.core.sight.feedback import (
    ProposalKind,
    Sighting,
    applied,
    effect,
)
from custom_components.verified_response.engine.feed import CameraLook
from custom_components.verified_response.engine.learning import (
    MOST_KEPT,
    Learning,
    bounded,
    lesson,
    name_of,
)
from custom_components.verified_response.engine.ports import Kept
from tests import builders
from tests.fakes.person_detector import detection
from tests.fakes.sightings import FakeSightings

from .rig import QUICK, START, Rig

learning = importlib.import_module("custom_components.verified_response.engine.learning")
feedback = importlib.import_module("custom_components.verified_response.core.sight.feedback")

STATUE = Box(x=0.7, y=0.3, width=0.1, height=0.3)
BURGLAR = Box(x=0.3, y=0.2, width=0.2, height=0.7)
PATCH = bytes((n * 37) % 256 for n in range(128))
VIEW = CameraView(id="hall", name="Hall", source="camera.hall")


class School:
    """A house whose looks are shown by the test."""

    def __init__(self, view: CameraView = VIEW) -> None:
        premises = builders.premises(
            policy=builders.policy(**QUICK),
            responders=builders.by_id([builders.responder("desk")]),
            cameras=builders.by_id([view]),
        )
        self.rig = Rig(premises, detection=False)
        self.sightings = FakeSightings()
        self.learning = Learning(self.rig.desk, self.sightings)

    async def start(self) -> School:
        await self.rig.start()
        await self.learning.start()
        await self.settle()
        return self

    async def restart(self) -> None:
        self.learning.close()
        await self.rig.restart(resumed=True)
        self.learning = Learning(self.rig.desk, self.sightings)
        await self.learning.start()
        await self.settle()
        assert self.learning.ready

    async def alarm(self, *looks: tuple[float, Box]) -> None:
        """Trip, and show a person in each of these looks."""
        self.rig.clock.tick(3600)
        await self.rig.arm()
        await self.rig.trip()
        for number, (score, box) in enumerate(looks):
            self.rig.clock.tick(1)
            self.show(PersonBox(score=score, box=box, patch=PATCH), f"still {number}".encode())

    def show(self, person: PersonBox, picture: bytes, *, counted: bool | None = True) -> None:
        look = CameraLook(
            at=self.rig.clock.now(),
            detection=detection(person.score, box=person.box),
            reason=None,
            picture=picture,
            people=(person,),
            person=counted,
        )
        self.rig.desk.show(cameras={"hall": look})

    async def settle(self) -> None:
        tasks = [task for task in asyncio.all_tasks() if task.get_name().endswith(" learning")]
        await asyncio.gather(*tasks)
        await self.rig.settle()

    async def dismiss(self, **more: bool) -> None:
        await self.rig.do(
            cmd.Dismiss(incident_id=self.rig.incident.id, by="owner", new_id="id-x", **more)
        )
        await self.settle()

    async def disarm(self) -> None:
        await self.rig.do(cmd.Disarm(area_id="house", by="owner", new_id="id-y"))
        await self.settle()

    async def false_alarm(self, score: float = 0.605, box: Box = STATUE) -> None:
        await self.alarm((score, box))
        await self.dismiss()
        await self.disarm()

    @property
    def kept(self) -> tuple[Sighting, ...]:
        return self.learning.kept("hall").sightings

    @property
    def lesson(self):
        return self.rig.desk.feed.latest.lessons.get("hall")


@pytest.fixture
async def school() -> AsyncIterator[School]:
    made = await School().start()
    yield made
    await made.rig.stop()


async def test_a_dismissed_sighting_is_kept_as_false(school: School) -> None:
    await school.alarm((0.5, BURGLAR), (0.7, STATUE), (0.6, BURGLAR))
    assert school.kept == ()
    await school.dismiss()
    [kept] = school.kept
    assert (kept.box, kept.score, kept.patch, kept.false) == (STATUE, 0.7, PATCH, True)
    assert school.sightings.stored["hall"].sightings == (kept,)
    assert school.sightings.cut == {}, "the owner did not ask for pictures"


async def test_a_confirmed_sighting_is_kept_as_true(school: School) -> None:
    await school.alarm((0.7, BURGLAR))
    await school.rig.confirm()
    await school.disarm()
    assert [item.false for item in school.kept] == [False]


async def test_who_came_home_was_seen_rightly(school: School) -> None:
    await school.alarm((0.7, BURGLAR))
    await school.disarm()
    assert school.rig.incident.end_reason == "disarmed"
    assert school.kept == ()


async def test_what_is_said_under_duress_looks_the_same_and_is_forgotten_after_it() -> None:
    school = await School(replace(VIEW, keep_crops=True)).start()
    await school.false_alarm()
    await school.alarm((0.7, BURGLAR))
    incident = school.rig.incident.id
    await school.rig.do(
        cmd.Dismiss(incident_id=incident, by="owner", duress=True, new_id="id-duress")
    )
    await school.settle()
    assert not school.rig.desk.state.incidents[incident].is_open
    assert [item.false for item in school.kept] == [True, True]
    assert len(school.sightings.cut["hall"]) == 2
    await school.restart()
    assert len(school.kept) == 2
    hidden = school.rig.incident
    assert hidden.kind is IncidentKind.DURESS
    await school.rig.do(cmd.Dismiss(incident_id=hidden.id, by="owner", new_id="id-z"))
    await school.settle()
    assert [item.box for item in school.kept] == [STATUE]
    assert len(school.sightings.cut["hall"]) == 1
    await school.rig.stop()


async def test_two_contrary_words_teach_nothing(school: School) -> None:
    await school.alarm((0.7, BURGLAR))
    await school.rig.confirm()
    await school.dismiss()
    assert school.kept == ()


async def test_only_who_counts_by_vote_is_kept(school: School) -> None:
    await school.alarm()
    for counted in (False, None):
        school.show(PersonBox(score=0.9, box=STATUE), b"still", counted=counted)
    await school.dismiss()
    assert school.kept == ()


async def test_after_a_restart_the_evidence_speaks(school: School) -> None:
    await school.alarm()
    await school.rig.do(
        cmd.ReportPerson(
            incident_id=school.rig.incident.id,
            camera_id="hall",
            trust=Trust.FULL,
            engine="onnx/fake",
            scores=(0.5, 0.62),
            box=STATUE,
        )
    )
    await school.restart()
    await school.dismiss()
    assert [(item.box, item.score, item.patch) for item in school.kept] == [(STATUE, 0.62, b"")]


async def test_pictures_are_kept_of_false_alarms_when_wanted() -> None:
    masks = (((0.0, 0.0), (0.1, 0.0), (0.1, 0.1)),)
    school = await School(replace(VIEW, keep_crops=True, masks=masks)).start()
    await school.alarm((0.7, BURGLAR))
    await school.rig.confirm()
    await school.disarm()
    assert school.sightings.cut == {}
    await school.false_alarm()
    [(picture, box, used, _)] = school.sightings.cut["hall"]
    assert (picture, box, used) == (b"still 0", STATUE, masks)
    await school.learning.forget("hall")
    assert (school.sightings.cut, school.sightings.stored, school.kept) == ({}, {}, ())
    await school.rig.stop()


async def test_one_false_alarm_is_no_pattern_two_are(school: School) -> None:
    await school.false_alarm()
    assert school.lesson is None
    await school.false_alarm()
    assert school.lesson is not None
    assert school.lesson.false_alarms == 2
    best = school.lesson.proposals[0]
    assert best.kind is ProposalKind.STILL_THING
    assert (best.effect.avoided, best.effect.lost) == (2, 0)


async def test_a_restart_remembers(school: School) -> None:
    await school.false_alarm()
    await school.false_alarm()
    before = school.lesson
    await school.restart()
    assert school.lesson == before
    assert len(school.kept) == 2


async def test_what_the_owner_does_not_want_is_not_asked_again(school: School) -> None:
    await school.false_alarm()
    await school.false_alarm()
    await school.learning.decline("hall", school.lesson.proposals)
    assert school.lesson is None
    await school.restart()
    assert school.lesson is None
    await school.false_alarm(score=0.705, box=BURGLAR)
    await school.false_alarm(score=0.705, box=BURGLAR)
    assert school.lesson is not None, "another pattern is another question"


async def test_what_was_kept_of_a_removed_camera_goes(school: School) -> None:
    await school.sightings.save("attic", Kept(declined=("mask",)))
    await school.restart()
    assert "attic" not in school.sightings.stored


async def test_a_full_disk_does_not_stop_the_learning(school: School, caplog) -> None:
    await school.false_alarm()
    school.sightings.broken = True
    await school.false_alarm()
    assert "cannot be kept" in caplog.text
    assert school.lesson is not None
    with pytest.raises(WorkFailedError):
        await school.learning.decline("hall", school.lesson.proposals)
    assert school.lesson is not None, "an answer that is lost is none"
    await school.restart()
    assert "cannot be read" in caplog.text
    assert school.lesson is None


def sighting(number: int, *, false: bool, box: Box = STATUE) -> Sighting:
    at = START + timedelta(minutes=number)
    return Sighting(box=box, score=0.605, patch=PATCH, false=false, at=at)


@pytest.mark.parametrize(
    ("false", "true", "kept"),
    [(3, 4, (3, 4)), (80, 5, (45, 5)), (5, 80, (5, 45)), (80, 80, (25, 25)), (60, 0, (50, 0))],
)
def test_neither_kind_crowds_out_the_other(false: int, true: int, kept: tuple[int, int]) -> None:
    every = [sighting(n, false=True) for n in range(false)]
    every += [sighting(n, false=False) for n in range(true)]
    left = bounded(every)
    assert len(left) <= MOST_KEPT
    assert (sum(item.false for item in left), sum(not item.false for item in left)) == kept
    assert {item.at for item in left if item.false} == {
        START + timedelta(minutes=n) for n in range(false - kept[0], false)
    }


def test_nothing_is_asked_that_would_lose_somebody() -> None:
    kept = Kept(
        sightings=(
            sighting(1, false=True),
            sighting(2, false=True),
            sighting(3, false=False),
            sighting(4, false=False),
        )
    )
    assert lesson(kept, VIEW, Thresholds()) is None


def test_what_was_accepted_is_not_asked_again() -> None:
    kept = Kept(sightings=(sighting(1, false=True), sighting(2, false=True)))
    taught = lesson(kept, VIEW, Thresholds())
    assert taught is not None
    for proposal in taught.proposals:
        assert lesson(kept, applied(VIEW, proposal), Thresholds()) is None


def test_a_proposal_is_known_again_by_what_it_changes() -> None:
    kept = Kept(sightings=(sighting(1, false=True), sighting(2, false=True)))
    taught = lesson(kept, VIEW, Thresholds())
    assert taught is not None
    names = [name_of(item) for item in taught.proposals]
    assert len(set(names)) == len(names)
    more = Kept(sightings=(*kept.sightings, sighting(3, false=True)))
    again = lesson(more, VIEW, Thresholds())
    assert again is not None
    assert [name_of(item) for item in again.proposals] == names


def test_what_is_offered_was_tried_with_the_masks_that_are_there() -> None:
    # Half of the true sighting is masked already; the proposed mask would hide the rest of it.
    person = Box(x=0.7, y=0.5, width=0.1, height=0.4)
    masks = (((0.6, 0.72), (0.9, 0.72), (0.9, 1.0), (0.6, 1.0)),)
    kept = Kept(
        sightings=(
            sighting(1, false=True),
            sighting(2, false=True),
            replace(sighting(3, false=False, box=person), patch=b""),
            sighting(4, false=False, box=BURGLAR),
        )
    )
    view = replace(VIEW, masks=masks)
    taught = lesson(kept, view, Thresholds())
    assert taught is not None
    for proposal in taught.proposals:
        assert proposal.effect == effect(kept.sightings, view, proposal)
    [mask] = [item for item in taught.proposals if item.kind is ProposalKind.MASK]
    assert mask.effect.lost == 1
    alone = lesson(replace(kept, sightings=kept.sightings[:-1]), view, Thresholds())
    assert alone is not None
    kinds = {item.kind for item in alone.proposals}
    assert ProposalKind.MASK not in kinds, "it would lose everybody who was truly there"


def test_many_masks_and_sightings_are_gone_through_in_a_moment() -> None:
    corner = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1), (0.05, 0.05), (0.02, 0.1))
    false = [Box(x=0.6 + n / 500, y=0.3, width=0.1, height=0.3) for n in range(MOST_KEPT // 2)]
    true = [Box(x=0.2, y=0.3, width=0.2, height=0.5 + n / 200) for n in range(MOST_KEPT // 2)]
    kept = Kept(
        sightings=(
            *(sighting(n, false=True, box=box) for n, box in enumerate(false)),
            *(sighting(n, false=False, box=box) for n, box in enumerate(true)),
        )
    )
    tries: list[int] = []
    count = feedback.would_count

    def counted(item: Sighting, view: CameraView, model: Thresholds) -> bool:
        tries.append(len(view.masks))
        return count(item, view, model)

    with (
        patch.object(feedback, "would_count", counted),
        patch.object(learning, "would_count", counted),
    ):
        assert lesson(kept, replace(VIEW, masks=(corner,) * 20), Thresholds()) is not None
    offered_masks = 5
    assert sum(masks > 1 for masks in tries) <= MOST_KEPT * (1 + 2 * offered_masks)


async def test_pictures_go_when_the_owner_wants_none_any_more(school: School) -> None:
    at = school.rig.clock.now()
    await school.sightings.keep_crop("hall", b"picture", box=STATUE, masks=(), at=at)
    await school.sightings.save("hall", Kept(declined=("mask",)))
    await school.restart()
    assert await school.sightings.crops("hall") == 0
    assert school.learning.kept("hall").declined == ("mask",)


async def test_what_cannot_be_removed_costs_nothing_that_was_learnt(
    school: School, monkeypatch, caplog
) -> None:
    await school.sightings.save("hall", Kept(declined=("mask",)))
    await school.sightings.save("attic", Kept())

    async def refuse(_camera_id: str) -> None:
        raise WorkFailedError("sightings_not_kept")

    monkeypatch.setattr(school.sightings, "forget", refuse)
    await school.restart()
    assert "cannot be removed" in caplog.text
    assert school.learning.kept("hall").declined == ("mask",)
