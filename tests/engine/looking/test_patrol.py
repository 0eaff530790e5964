"""Early warning: outdoors, while armed, quietly; one word per visit and one more when it lasts."""

from custom_components.verified_response.core import commands as cmd
from custom_components.verified_response.core.errors import CouldNotLook
from custom_components.verified_response.core.evidence import PersonSeen
from custom_components.verified_response.core.premises import ArmMode
from tests import builders

from .kit import DARK, DAY, Yard, with_box, with_patch


async def armed(yard: Yard) -> Yard:
    await yard.arm()
    await yard.wait(10)  # the first frames are looked at closely: who is there already?
    yard.detector.looked.clear()
    yard.detector.peeked.clear()
    return yard


async def test_never_while_disarmed_and_not_before_the_exit_delay_is_over():
    yard = Yard(exit_delay_s=45)
    await yard.start()
    await yard.wait(60)
    assert yard.camera.asked == []
    await yard.do(cmd.Arm(area_id="house", mode=ArmMode.NIGHT, by="owner"))
    await yard.wait(44)
    assert yard.camera.asked == []
    await yard.wait(3)
    assert yard.watch.looking_at == {"garden"}
    await yard.stop()


async def test_a_quiet_yard_is_glanced_at_once_a_second(yard: Yard):
    await armed(yard)
    asked = yard.stills("garden")
    await yard.wait(25)
    assert 24 <= yard.stills("garden") - asked <= 26
    assert yard.detector.looks["garden"] <= 1
    assert yard.detector.peeked["garden"] >= 24
    assert yard.warnings == []
    assert yard.look("garden").person is False


async def test_a_quiet_yard_is_shown_now_and_then_only(yard: Yard):
    await armed(yard)
    shown = yard.watch_looks("garden")
    await yard.wait(25)
    assert 2 <= len(shown) <= 4
    assert yard.clock.now() - shown[-1].at <= yard.clock.now() - shown[0].at


async def test_what_moves_is_looked_at_and_a_person_told_once(yard: Yard):
    await armed(yard)
    yard.detector.light["garden"] = with_patch(255)
    yard.shows("garden", with_box(0.3))
    await yard.wait(1.6)
    [warning] = yard.warnings
    assert warning.camera_id == "garden"
    assert warning.box is not None
    assert warning.count == 1
    assert warning.engine == "onnx/fake"
    assert yard.desk.state.incidents == {}
    assert yard.look("garden").person is True
    assert all(not urgent for _, urgent in yard.detector.looked)
    await yard.wait(15)
    assert len(yard.warnings) == 1


async def test_an_animal_moves_and_is_nobody(yard: Yard):
    """A cat opens the gate again and again; the detector sees nobody, so nobody is told."""
    await armed(yard)
    for level in (255, 0) * 15:
        yard.detector.light["garden"] = with_patch(level)
        await yard.wait(1)
    assert yard.detector.looks["garden"] > 10
    assert yard.warnings == []
    assert yard.look("garden").person is False


async def test_trees_in_the_wind_cost_no_more_than_a_look_a_second(yard: Yard):
    await armed(yard)
    for level in (255, 0) * 60:
        yard.detector.light["garden"] = with_patch(level)
        await yard.wait(0.5)
    hard = 4 / 0.2 * 5  # awake for 4 s, then 10 s of rest
    assert yard.detector.looks["garden"] <= 60 + hard


async def test_who_stands_still_is_found_all_the_same(yard: Yard):
    await armed(yard)
    yard.shows("garden", with_box(0.3))
    await yard.wait(35)
    assert len(yard.warnings) >= 1


async def test_who_stays_is_told_once_more(yard: Yard):
    await armed(yard)
    yard.detector.light["garden"] = with_patch(255)
    yard.shows("garden", with_box(0.3))
    await yard.wait(120)
    first, second = yard.warnings
    assert first.dwell_s < 2
    assert 20 <= second.dwell_s < 23
    assert (second.at - first.at).total_seconds() >= 18


async def test_who_comes_again_is_a_new_visit(yard: Yard):
    await armed(yard)
    for visit in range(2):
        yard.detector.light["garden"] = with_patch(255 if visit else 0)
        yard.shows("garden", with_box(0.3))
        await yard.wait(5)
        yard.shows("garden")
        await yard.wait(20)
        yard.shows("garden", with_box(0.5))  # back within half a minute: the same visit
        await yard.wait(3)
        yard.shows("garden")
        yard.detector.light["garden"] = DAY
        await yard.wait(60)
        assert len(yard.warnings) == visit + 1


async def test_two_at_once_and_where_they_go():
    region = ((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0))
    yard = Yard(outdoor=[builders.camera("garden", outdoor=True, region=region)])
    await yard.start()
    await armed(yard)
    yard.detector.light["garden"] = with_patch(255)
    yard.shows("garden", with_box(0.1), with_box(0.3))
    await yard.wait(1.5)
    assert yard.warnings[0].direction == ""
    await yard.wait(30)
    assert [item.count for item in yard.warnings] == [1, 2] or yard.warnings[-1].count == 2
    await yard.stop()


async def test_who_does_not_count_there_is_not_told():
    beyond = ((0.0, 0.0), (0.1, 0.0), (0.1, 0.1))
    yard = Yard(outdoor=[builders.camera("garden", outdoor=True, region=beyond)])
    await yard.start()
    await armed(yard)
    yard.detector.light["garden"] = with_patch(255)
    yard.shows("garden", with_box(0.3))
    await yard.wait(10)
    assert yard.warnings == []
    assert yard.look("garden").people == ()
    assert yard.look("garden").detection is not None
    await yard.stop()


async def test_early_warning_asks_for_a_surer_score_than_an_alarm(yard: Yard):
    await armed(yard)
    yard.detector.light["garden"] = with_patch(255)
    yard.shows("garden", with_box(0.3, score=0.47))
    await yard.wait(10)
    assert yard.warnings == []


async def test_a_detector_of_the_yard_wakes_it_at_once(yard: Yard):
    await armed(yard)
    yard.shows("garden", with_box(0.3))
    await yard.tells("yard")
    assert yard.detector.looks["garden"] == 1
    await yard.wait(0.3)
    assert len(yard.warnings) == 1


async def test_a_detector_of_the_yard_wakes_nobody_while_disarmed(yard: Yard):
    await yard.tells("yard")
    await yard.wait(5)
    assert yard.camera.asked == []


async def test_disarming_ends_it_within_one_frame(yard: Yard):
    await armed(yard)
    yard.camera.slow["camera.garden"] = 1.5
    await yard.wait(1)
    await yard.disarm()
    asked = yard.stills("garden")
    assert yard.watch.looking_at == frozenset()
    assert yard.camera.rested == ["camera.garden"]
    await yard.wait(60)
    assert yard.stills("garden") == asked
    assert yard.look("garden").person is None


async def test_disarming_and_arming_in_one_breath_goes_on(yard: Yard):
    await armed(yard)
    await yard.desk.submit(cmd.Disarm(area_id="house", by="owner"))
    await yard.desk.submit(cmd.Arm(area_id="house", mode=ArmMode.AWAY, by="owner"))
    await yard.desk.submit(cmd.TimePassed())
    await yard.settle()
    assert yard.watch.looking_at == {"garden"}
    await yard.wait(10)
    asked = yard.stills("garden")
    await yard.wait(10)
    assert 9 <= yard.stills("garden") - asked <= 11


async def test_a_blind_camera_is_shown_and_seen_again(yard: Yard):
    await armed(yard)
    yard.detector.light["garden"] = DARK
    await yard.wait(5)
    assert yard.look("garden").blind == "camera_dark"
    assert yard.look("garden").person is None
    yard.detector.light["garden"] = DAY
    await yard.wait(15)
    assert yard.look("garden").blind is None


async def test_a_dead_detector_is_blindness_and_ends(yard: Yard):
    await armed(yard)
    yard.detector.fails = "detector_crashed"
    await yard.wait(3)
    assert yard.look("garden").blind == "detector_crashed"
    yard.detector.fails = None
    await yard.wait(10)
    assert yard.look("garden").blind is None


async def test_a_trip_inside_makes_the_yard_s_visit_evidence_and_no_warning():
    both = [builders.camera("garden", outdoor=True)]
    side = builders.zone("side_door", builders.zones()[0].type.ENTRY_EXIT, cameras=("garden",))
    yard = Yard(outdoor=both, zones=[side], entry_delay_s=0)
    await yard.start()
    await armed(yard)
    yard.shows("garden", with_box(0.3))
    await yard.trip("side_door")
    await yard.wait(30)
    assert len(yard.evidence(PersonSeen, "garden")) == 1
    await yard.dismiss()
    await yard.wait(20)
    assert yard.warnings == []
    await yard.stop()


async def test_a_camera_that_fails_now_and_then_is_not_blind(yard: Yard):
    await armed(yard)
    for _ in range(10):
        yard.camera.dark.add("camera.garden")
        await yard.wait(1)
        yard.camera.dark.clear()
        await yard.wait(4)
        assert yard.look("garden").blind is None


async def test_a_rule_that_breaks_does_not_end_the_watch(yard: Yard, caplog, monkeypatch):
    await armed(yard)

    async def refuse(_command: object) -> None:
        raise RuntimeError("a bug")

    with monkeypatch.context() as broken:
        broken.setattr(yard.desk, "submit", refuse)
        yard.shows("garden", with_box(0.3))
        yard.detector.light["garden"] = with_patch(255)
        await yard.wait(3)
    assert "went wrong" in caplog.text
    asked = yard.stills("garden")
    await yard.wait(10)
    assert yard.stills("garden") > asked


async def test_a_camera_that_cannot_be_let_go_of_is_only_told(yard: Yard, caplog):
    async def refuse(_source: str) -> None:
        raise CouldNotLook("camera_no_picture")

    yard.camera.rest = refuse
    await armed(yard)
    await yard.disarm()
    assert "could not be let go of" in caplog.text
    assert yard.watch.looking_at == frozenset()
