"""Whose frame is next: the newest of each camera, urgent first, and nobody starves."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from custom_components.verified_response.adapters.person_detector.turns import (
    MAX_REMEMBERED,
    NOBODY,
    URGENT_RUN,
    Turns,
)


def served(turns: Turns[int], count: int, again) -> list[str]:
    """Serve one frame after another; after each, `again` queues what its camera sends next."""
    order = []
    for _ in range(count):
        turn = turns.take()
        assert turn is not None
        order.append(turn[0])
        turns.done(turn[0])
        again(turn[0])
    return order


def test_a_newer_frame_takes_the_place_of_the_one_that_waits() -> None:
    turns: Turns[int] = Turns()
    assert turns.put("door", 1, urgent=False) is None
    assert turns.put("door", 2, urgent=False) == 1
    assert turns.take() == ("door", 2)
    assert turns.take() is None


def test_a_camera_keeps_its_place_in_line_when_a_newer_frame_comes() -> None:
    turns: Turns[int] = Turns()
    turns.put("door", 1, urgent=False)
    turns.put("yard", 2, urgent=False)
    turns.put("door", 3, urgent=False)
    assert [turns.take(), turns.take()] == [("door", 3), ("yard", 2)]


def test_one_frame_of_a_camera_at_a_time() -> None:
    turns: Turns[int] = Turns()
    turns.put("door", 1, urgent=True)
    assert turns.take() == ("door", 1)
    turns.put("door", 2, urgent=True)
    assert turns.take() is None
    turns.done("door")
    assert turns.take() == ("door", 2)


def test_frames_of_nobody_all_go_in_order() -> None:
    turns: Turns[int] = Turns()
    for frame in range(3):
        assert turns.put(NOBODY, frame, urgent=True) is None
    assert [turns.take() for _ in range(3)] == [(NOBODY, 0), (NOBODY, 1), (NOBODY, 2)]


def test_urgent_frames_go_first() -> None:
    turns: Turns[int] = Turns()
    turns.put("yard", 1, urgent=False)
    turns.put("door", 2, urgent=True)
    assert turns.take() == ("door", 2)
    assert turns.take() == ("yard", 1)


def test_what_was_urgent_stays_urgent_when_a_newer_frame_comes() -> None:
    turns: Turns[int] = Turns()
    turns.put("yard", 1, urgent=False)
    turns.put("door", 2, urgent=True)
    turns.put("door", 3, urgent=False)
    assert turns.take() == ("door", 3)


def test_a_frame_that_comes_back_gives_way_to_a_newer_one() -> None:
    turns: Turns[int] = Turns()
    turns.put("door", 1, urgent=True)
    turns.take()
    turns.put("door", 2, urgent=True)
    turns.done("door")
    assert not turns.put_back("door", 1, urgent=True)
    assert turns.take() == ("door", 2)
    turns.done("door")
    assert turns.put_back("door", 2, urgent=True)
    assert turns.take() == ("door", 2)


def test_a_greedy_camera_gets_no_more_than_its_share() -> None:
    """One camera sends a new frame before each turn, the others only once they were served."""
    turns: Turns[int] = Turns()
    quiet = [f"camera {number}" for number in range(7)]
    for camera in quiet:
        turns.put(camera, 0, urgent=False)

    def again(camera: str) -> None:
        turns.put(camera, 0, urgent=False)
        turns.put("greedy", 0, urgent=False)

    turns.put("greedy", 0, urgent=False)
    counts = Counter(served(turns, 80, again))
    assert counts["greedy"] == 10
    assert set(counts.values()) == {10}


def test_frames_of_nobody_are_one_camera_among_others() -> None:
    turns: Turns[int] = Turns()

    def again(_camera: str) -> None:
        turns.put("door", 0, urgent=True)
        turns.put(NOBODY, 0, urgent=True)
        turns.put(NOBODY, 0, urgent=True)

    again("")
    counts = Counter(served(turns, 40, again))
    assert counts["door"] == counts[NOBODY] == 20


def test_urgent_cameras_do_not_starve_the_others() -> None:
    turns: Turns[int] = Turns()

    def again(_camera: str) -> None:
        for camera in ("door", "hall", "stairs"):
            turns.put(camera, 0, urgent=True)
        turns.put("yard", 0, urgent=False)

    again("")
    order = served(turns, 10 * (URGENT_RUN + 1), again)
    counts = Counter(order)
    assert counts["yard"] == 10
    assert order.index("yard") == URGENT_RUN


def test_the_memory_of_turns_is_bounded() -> None:
    turns: Turns[int] = Turns()
    for number in range(3 * MAX_REMEMBERED):
        turns.put(f"camera {number}", 0, urgent=False)
        turns.take()
        turns.done(f"camera {number}")
    assert len(turns._lanes) <= MAX_REMEMBERED


@given(
    st.integers(2, 16),
    st.integers(0, 15),
    st.lists(st.integers(0, 15), min_size=1, max_size=3),
    st.integers(1, 6),
)
def test_between_two_turns_of_a_camera_everybody_who_waited_had_one(
    cameras: int, greedy: int, pushes: list[int], rounds: int
) -> None:
    """Whatever is pushed in between: cameras that always have something get the same number of turns."""
    turns: Turns[int] = Turns()
    names = [f"camera {number}" for number in range(cameras)]
    for name in names:
        turns.put(name, 0, urgent=False)

    def again(camera: str) -> None:
        turns.put(camera, 0, urgent=False)
        for push in (greedy, *pushes):
            turns.put(names[push % cameras], 1, urgent=False)

    counts = Counter(served(turns, cameras * rounds, again))
    assert set(counts.values()) == {rounds}


class TurnsMachine(RuleBasedStateMachine):
    """Turns against a plain list of what was put in."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns[int] = Turns()
        self.waiting: dict[str, list[int]] = {}
        self.flying: list[str] = []
        self.count = 0

    @rule(camera=st.sampled_from(["", "a", "b", "c"]), urgent=st.booleans())
    def put(self, camera: str, urgent: bool) -> None:
        self.count += 1
        older = self.turns.put(camera, self.count, urgent=urgent)
        line = self.waiting.setdefault(camera, [])
        if camera and line:
            assert older == line.pop()
        else:
            assert older is None
        line.append(self.count)

    @rule()
    def take(self) -> None:
        turn = self.turns.take()
        free = [
            camera
            for camera, line in self.waiting.items()
            if line and (not camera or camera not in self.flying)
        ]
        if turn is None:
            assert not free
            return
        camera, frame = turn
        assert camera in free
        assert frame == self.waiting[camera].pop(0)
        self.flying.append(camera)

    @rule(number=st.integers(0, 5))
    def done(self, number: int) -> None:
        if self.flying:
            self.turns.done(self.flying.pop(number % len(self.flying)))

    @rule(camera=st.sampled_from(["", "a", "b", "c"]), number=st.integers(0, 3))
    def leave(self, camera: str, number: int) -> None:
        line = self.waiting.get(camera, [])
        if line:
            self.turns.remove(camera, line.pop(number % len(line)))

    @invariant()
    def as_many_wait_as_were_put_in(self) -> None:
        assert len(self.turns) == sum(map(len, self.waiting.values()))

    def teardown(self) -> None:
        assert sorted(self.turns.clear()) == sorted(
            frame for line in self.waiting.values() for frame in line
        )


TestTurns = TurnsMachine.TestCase
