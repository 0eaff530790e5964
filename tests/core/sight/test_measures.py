"""One picture in numbers."""

import numpy as np
import pytest

from custom_components.verified_response.core.detection import Glance
from custom_components.verified_response.core.sight.measures import measured

from .scenery import blurred, covered, lit, porch, seen


def test_the_numbers_of_a_simple_picture():
    cells = np.full((18, 32), 100, np.uint8)
    cells[:, 16:] = 200
    cells[0, :8] = 250
    cells[1, :4] = 249
    found = measured(Glance(luma=cells.tobytes(), sharpness=500.0))
    assert found.mean == pytest.approx(cells.mean())
    assert found.spread == pytest.approx(cells.std())
    assert found.glare == 8 / 576
    assert found.crispness == pytest.approx(500 / (cells.astype(float).var() + 25))
    assert len(found.edges) == 16 * 30
    assert found.detail == pytest.approx(np.std(found.edges))


def test_an_even_picture_has_finite_numbers():
    found = measured(Glance(luma=bytes(576), sharpness=0.0))
    assert (found.mean, found.spread, found.detail, found.crispness) == (0, 0, 0, 0)
    assert measured(Glance(luma=b"", sharpness=1.0)).glare == 0.0


def test_crispness_falls_with_focus_and_not_with_light():
    sharp = measured(seen(lit(porch(), noise=0))).crispness
    assert measured(seen(lit(porch(), 0.6, noise=0))).crispness == pytest.approx(sharp, rel=0.1)
    assert measured(seen(blurred(porch(), 0.01))).crispness < 0.2 * sharp


def test_detail_is_gone_behind_a_hand():
    assert measured(seen(covered())).detail < 0.9
    assert measured(seen(porch())).detail > 4
