"""Grey bytes as numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from custom_components.verified_response.core.sight.grey import correlation, edges, mean, spread

CELLS = st.binary(min_size=2, max_size=64)


def test_nothing_is_nothing():
    assert mean(b"") == spread(b"") == correlation(b"", b"") == 0.0


@given(CELLS)
def test_mean_and_spread_are_those_of_numpy(cells: bytes):
    values = np.frombuffer(cells, np.uint8)
    assert mean(cells) == pytest.approx(values.mean())
    assert spread(cells) == pytest.approx(values.std(), abs=1e-6)


@given(st.lists(st.tuples(st.integers(0, 255), st.integers(0, 255)), min_size=3, max_size=64))
def test_correlation_is_that_of_numpy(pairs: list[tuple[int, int]]):
    one, other = (bytes(column) for column in zip(*pairs, strict=True))
    if len(set(one)) == 1 or len(set(other)) == 1:
        assert correlation(one, other) == 0.0
        return
    known = np.corrcoef(np.frombuffer(one, np.uint8), np.frombuffer(other, np.uint8))[0, 1]
    assert correlation(one, other) == pytest.approx(known, abs=1e-6)
    assert correlation(other, one) == correlation(one, other)


def test_rows_of_different_length_have_nothing_to_do_with_each_other():
    assert correlation(b"\x01\x02\x03", b"\x01\x02") == 0.0
    assert correlation((), (1.0, 2.0)) == 0.0


def test_edges_are_the_difference_from_the_four_neighbours():
    luma = np.random.default_rng(1).integers(0, 256, (18, 32), np.uint8)
    grey = luma.astype(float)
    around = grey[1:-1, :-2] + grey[1:-1, 2:] + grey[:-2, 1:-1] + grey[2:, 1:-1]
    assert np.allclose(edges(luma.tobytes()), (grey[1:-1, 1:-1] - around / 4).ravel())


def test_even_and_slowly_changing_light_has_no_edges():
    slope = np.add.outer(np.arange(18) * 3, np.arange(32) * 2).astype(np.uint8)
    assert not any(edges(slope.tobytes()))
