"""Zones that fall silent: told together, once, after long enough; a flap is nothing."""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

import pytest

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core import events as ev
from custom_components.verified_response.core.incident import IncidentKind
from custom_components.verified_response.core.signals import (
    Signal,
    SignalKind,
    TroubleKind,
    ZoneStatus,
)
from custom_components.verified_response.engine.supervision import Supervision

from .rig import Rig

GONE, BACK = SignalKind.UNAVAILABLE, SignalKind.RESTORED
OFFLINE = TroubleKind.OFFLINE


class Post:
    """A house whose zones can vanish, and what the desk was told of it."""

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.lost: list[frozenset[str]] = []
        self.troubles: list[tuple[str, bool]] = []
        submit = rig.desk.submit

        async def listening(command: cmd.Command) -> Sequence[ev.Event]:
            if isinstance(command, cmd.ReportLost):
                self.lost.append(command.zones)
            elif isinstance(command, cmd.ReportTrouble):
                assert command.kind is OFFLINE
                self.troubles.append((command.zone_id, command.on))
            return await submit(command)

        rig.desk.submit = listening  # type: ignore[method-assign]  # of this run only
        self.supervision = Supervision(rig.desk, rig.clock, rig.ids)

    def learn(self, *away: str) -> None:
        """Take over the states found: all closed but these."""
        self.rig.intake.learn(
            {
                zone: ZoneStatus.UNAVAILABLE if zone in away else ZoneStatus.CLOSED
                for zone in self.rig.premises.zones
            }
        )

    async def say(self, kind: SignalKind, *zones: str) -> None:
        for zone_id in zones:
            self.rig.intake.accept(Signal(zone_id=zone_id, kind=kind, at=self.rig.clock.now()))
        await self.rig.settle()

    async def wait(self, seconds: float) -> None:
        await self.rig.wait(seconds)


@pytest.fixture
async def post(rig: Rig) -> AsyncIterator[Post]:
    """After the quiet time of the start, disarmed."""
    await rig.wait(rig.premises.policy.startup_quiet_s)
    made = Post(rig)
    made.learn()
    yield made
    made.supervision.close()


@pytest.fixture
async def armed(post: Post) -> Post:
    await post.rig.arm()
    return post


async def test_a_zone_away_for_long_is_lost_and_found(armed: Post):
    await armed.say(GONE, "study")
    await armed.wait(59.9)
    assert armed.lost == []
    await armed.wait(0.1)
    assert armed.lost == [{"study"}]
    await armed.wait(3600)
    assert armed.lost == [{"study"}], "once"
    await armed.say(BACK, "study")
    assert armed.troubles == [("study", False)]
    assert armed.rig.desk.state.troubles == {}


async def test_class_4_a_flap_is_nothing(armed: Post):
    """Peers' failure class 4: unavailable flaps are no intrusion; a debounce."""
    for _ in range(20):
        await armed.say(GONE, "study")
        await armed.wait(59)
        await armed.say(BACK, "study")
        await armed.wait(1)
    assert (armed.lost, armed.troubles) == ([], [])


async def test_disarmed_it_is_trouble_and_no_alarm(post: Post):
    await post.say(GONE, "study")
    await post.wait(60)
    assert (post.lost, post.troubles) == ([], [("study", True)])
    assert post.rig.desk.state.troubles == {"study": (OFFLINE,)}
    assert post.rig.desk.state.incidents == {}
    await post.rig.arm()
    await post.wait(600)
    assert post.lost == [], "people know it already"
    await post.say(BACK, "study")
    assert post.troubles[1:] == [("study", False)]


async def test_class_4_several_at_once_are_one_report_and_suspected_jamming(armed: Post):
    """Peers' failure class 4: several at once = suspected jamming."""
    await armed.say(GONE, "study")
    await armed.wait(25)
    await armed.say(GONE, "kitchen_window")
    await armed.wait(30)
    await armed.say(GONE, "hall")
    await armed.wait(59)
    assert armed.lost == [], "those that vanished together are waited for"
    await armed.wait(1)
    assert armed.lost == [{"study", "kitchen_window", "hall"}]
    assert armed.rig.incident.kind is IncidentKind.TAMPER


async def test_who_vanished_later_is_not_waited_for(armed: Post):
    await armed.say(GONE, "study")
    await armed.wait(50)
    await armed.say(GONE, "hall")
    await armed.wait(50)
    await armed.say(GONE, "kitchen_window")
    await armed.wait(10)
    assert armed.lost == [{"study", "hall"}], "110 s at the most"
    await armed.wait(50)
    assert armed.lost[1:] == [{"kitchen_window"}]


async def test_who_comes_back_is_not_waited_for(armed: Post):
    await armed.say(GONE, "study")
    await armed.wait(50)
    await armed.say(GONE, "hall")
    await armed.wait(20)
    assert armed.lost == []
    await armed.say(BACK, "hall")
    assert armed.lost == [{"study"}]


async def test_who_was_away_for_too_long_is_told_though_back_before_the_others(armed: Post):
    await armed.say(GONE, "study")
    await armed.wait(50)
    await armed.say(GONE, "hall")
    await armed.wait(20)
    await armed.say(BACK, "study")
    assert (armed.lost, armed.troubles) == ([{"study"}], [("study", False)])
    await armed.wait(40)
    assert armed.lost[1:] == [{"hall"}]


async def test_class_1_nobody_is_missed_before_the_start_has_settled(rig: Rig):
    """Peers' failure class 1: integrations that start later than ours are no jamming."""
    post = Post(rig)
    post.learn(*rig.premises.zones)
    await rig.arm()
    await rig.wait(rig.premises.policy.startup_quiet_s + 59)
    assert (post.lost, post.troubles) == ([], [])
    await post.say(BACK, *(zone for zone in rig.premises.zones if zone != "study"))
    await rig.wait(1)
    assert post.lost == [{"study"}]
    post.supervision.close()


async def test_what_an_earlier_run_told_is_not_told_again(armed: Post):
    await armed.say(GONE, "study", "hall")
    await armed.wait(60)
    armed.supervision.close()
    await armed.rig.restart(down=600)
    post = Post(armed.rig)
    post.learn("study")
    await armed.rig.settle()
    assert post.troubles == [("hall", False)]
    await post.wait(600)
    assert post.lost == []
    await post.say(BACK, "study")
    assert post.troubles == [("hall", False), ("study", False)]
    post.supervision.close()


async def test_a_zone_that_vanishes_again_at_once_is_missed_again(armed: Post):
    await armed.say(GONE, "study")
    await armed.wait(60)
    armed.rig.intake.accept(Signal(zone_id="study", kind=BACK, at=armed.rig.clock.now()))
    armed.rig.intake.accept(Signal(zone_id="study", kind=GONE, at=armed.rig.clock.now()))
    await armed.rig.settle()
    await armed.wait(60)
    assert armed.lost == [{"study"}, {"study"}]


@pytest.mark.parametrize("jump", [-7200, 7200])
async def test_a_clock_that_is_set_makes_nobody_late(armed: Post, jump: int):
    await armed.say(GONE, "study")
    armed.rig.clock.set_back(-jump)
    await armed.wait(30)
    await armed.say(GONE, "hall")
    await armed.wait(59.9)
    assert armed.lost == [], "still waited for together, by the time that passed"
    await armed.wait(0.1)
    assert armed.lost == [{"study", "hall"}]
    await armed.say(BACK, "study")
    await armed.wait(7200)
    assert armed.troubles == [("study", False)]
    assert len(armed.lost) == 1


async def test_after_the_end_nothing_is_due(armed: Post):
    await armed.say(GONE, "study")
    due = armed.rig.clock.next_due()
    assert due == armed.rig.clock.now() + timedelta(seconds=60)
    armed.supervision.close()
    assert armed.rig.clock.next_due() is None
    await armed.say(GONE, "hall")
    await armed.wait(600)
    assert armed.lost == []
