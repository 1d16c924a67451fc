"""Where names of points stand in a scatter plot, so that none covers a point or another name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Points (1/72 inch) of a letter and of a line at the size of the names.
_LETTER, _LINE = 5.4, 9.5
#: How far a name stands from its point: near, then further and further.
_DISTANCES = (5.0, 14.0, 24.0, 36.0, 50.0)
_DIRECTIONS = ((1, 0.4), (-1, 0.4), (1, -1), (-1, -1), (0, 1), (0, -1), (1, 1), (-1, 1))
_POINT = 3.5


@dataclass(frozen=True)
class Place:
    """Lower left corner of a name in points; `far` when a line must lead to it."""

    x: float
    y: float
    far: bool


@dataclass(frozen=True)
class _Box:
    x0: float
    y0: float
    x1: float
    y1: float

    def covers(self, other: _Box) -> bool:
        return (
            self.x0 < other.x1 and other.x0 < self.x1 and self.y0 < other.y1 and other.y0 < self.y1
        )


def places_for(
    names: Sequence[str], points: Floats, which: NDArray[np.intp], size: Floats
) -> list[Place]:
    """A place for the name of each point in `which`, the best of few that are tried in order.

    `points` (N, 2) are all points of the picture and `size` the corners of its axes, in 1/72 inch.
    """
    taken = [_Box(x - _POINT, y - _POINT, x + _POINT, y + _POINT) for x, y in points.tolist()]
    inside = _Box(*size.tolist())
    found = []
    for name, k in zip(names, which.tolist(), strict=True):
        tried = list(_tried(name, points[k, 0], points[k, 1]))
        box, far = min(tried, key=lambda one: _cost(one[0], taken, inside))
        taken.append(box)
        found.append(Place(box.x0, box.y0, far))
    return found


def _tried(name: str, x: float, y: float) -> Iterator[tuple[_Box, bool]]:
    width = _LETTER * len(name)
    for distance in _DISTANCES:
        for right, up in _DIRECTIONS:
            left = x + distance * right - {1: 0.0, 0: width / 2, -1: width}[right]
            low = y + distance * up - (_LINE if up < 0 else _LINE / 2 if up < 1 else 0.0)
            yield _Box(left, low, left + width, low + _LINE), distance > _DISTANCES[0]


def _cost(box: _Box, taken: Sequence[_Box], inside: _Box) -> int:
    """How much is covered; leaving the axes counts as much as covering a thing."""
    outside = (
        box.x0 < inside.x0 or box.y0 < inside.y0 or box.x1 > inside.x1 + 10 or box.y1 > inside.y1
    )
    return sum(box.covers(other) for other in taken) + outside
