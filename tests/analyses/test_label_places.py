"""Names in a scatter plot cover neither each other nor a point, where there is room."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from naas_psych.analyses.items.curve_drawing import spread_out
from naas_psych.analyses.items.label_places import places_for

SIZE = np.array([0.0, 0.0, 320.0, 200.0])


def _boxes(names: list[str], points: np.ndarray) -> list[tuple[float, float, float, float]]:
    found = places_for(names, points, np.arange(len(names)), SIZE)
    return [(p.x, p.y, p.x + 5.4 * len(n), p.y + 9.5) for n, p in zip(names, found, strict=True)]


def test_names_of_points_close_together_stay_apart() -> None:
    points = np.array([[100 + 3 * k, 80 + 2 * (k % 3)] for k in range(8)], dtype=float)
    boxes = _boxes([f"Item.{k}" for k in range(8)], points)
    for k, (x0, y0, x1, y1) in enumerate(boxes):
        for a0, b0, a1, b1 in boxes[k + 1 :]:
            assert x1 <= a0 or a1 <= x0 or y1 <= b0 or b1 <= y0
        assert not [p for p in points if x0 < p[0] < x1 and y0 < p[1] < y1]


def test_a_name_at_the_edge_stays_inside() -> None:
    ((x0, y0, x1, y1),) = _boxes(["Item.100"], np.array([[315.0, 195.0]]))
    assert x0 >= 0
    assert y0 >= 0
    assert x1 <= 330
    assert y1 <= 200


def test_ends_of_lines_are_spread_within_the_axes() -> None:
    spread = spread_out([0.0, 0.01, 0.95, 0.99, 1.0], gap=0.07, most=1.0)
    assert all(b - a >= 0.07 - 1e-12 for a, b in pairwise(spread))
    assert max(spread) <= 1.0
    assert spread_out([0.2, 0.8], gap=0.07, most=1.0) == pytest.approx([0.2, 0.8])
