"""Door codes: what is weak, what is too near, what is drawn."""

from itertools import count
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.core.codes import choose_code, far_enough, weak
from custom_components.verified_response.core.errors import InvalidRequestError


@pytest.mark.parametrize(
    "code",
    [
        *("1111", "000000", "5050", "4747", "123123", "388388", "1122", "7787"),
        *("1234", "4321", "0123", "7890", "9876", "0987", "591234", "876512", "2555534"),
        *("1987", "2026", "1900", "2099", "198704", "241987", "520264"),
        *("1221", "3773", "14741", "480084", "12321"),
        *("", "123", "12a456", "47 391", "４７３９１６", "-47391"),
    ],
)
def test_weak(code):
    assert weak(code)


@pytest.mark.parametrize("code", ["4739", "8206", "473916", "850273", "2100", "1899", "18052739"])
def test_not_weak(code):
    assert not weak(code)


@pytest.mark.parametrize(
    ("code", "known", "far"),
    [
        ("473916", [], True),
        ("473916", ["473916"], False),
        ("473916", ["473917"], False),
        ("473916", ["473925"], True),
        ("473916", ["47391"], False),
        ("473916", ["4739"], True),
        ("4739", ["473916"], True),
        ("473916", ["850273", "473916"], False),
    ],
)
def test_far_enough(code, known, far):
    assert far_enough(code, known) is far


@pytest.mark.parametrize(
    ("shortest", "longest", "length"), [(4, 8, 6), (4, 4, 4), (4, 5, 5), (8, 10, 8), (6, 6, 6)]
)
def test_six_digits_where_the_lock_allows_them(shortest, longest, length):
    asked = []

    def draw(wanted: int) -> str:
        asked.append(wanted)
        return "4739168502"[:wanted]

    code = choose_code(draw, min_length=shortest, max_length=longest, avoid=())
    assert len(code) == length
    assert asked == [length]


def test_draws_again_until_the_code_is_good():
    draws = iter(["111111", "123456", "473917", "473916", "850273"])
    code = choose_code(lambda _: next(draws), min_length=4, max_length=8, avoid={"473916"})
    assert code == "850273"


def test_gives_up_after_a_bounded_number_of_draws():
    draws = count()

    def draw(length: int) -> str:
        assert next(draws) < 10_000, "never ends"
        return "1" * length

    with pytest.raises(InvalidRequestError) as refused:
        choose_code(draw, min_length=4, max_length=8, avoid=())
    assert refused.value.code == "no_good_code"


@pytest.mark.parametrize(("shortest", "longest"), [(8, 6), (1, 3), (0, 0)])
def test_impossible_bounds_draw_nothing(shortest, longest):
    def draw(length: int) -> str:
        raise AssertionError(f"drew {length}")

    with pytest.raises(InvalidRequestError):
        choose_code(draw, min_length=shortest, max_length=longest, avoid=())


@given(
    st.integers(),
    st.integers(4, 8),
    st.integers(0, 2),
    st.sets(st.text("0123456789", min_size=4, max_size=8), max_size=30),
)
def test_every_chosen_code_is_within_bounds_strong_and_far(seed, shortest, more, avoid):
    random = Random(seed)
    code = choose_code(
        lambda length: "".join(random.choices("0123456789", k=length)),
        min_length=shortest,
        max_length=shortest + more,
        avoid=avoid,
    )
    assert shortest <= len(code) <= shortest + more
    assert not weak(code)
    assert far_enough(code, avoid)
