"""Hofstee's compromise: the fail curve meets the diagonal of the box that judges accept."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.standard.score_curve import (
    NEAR,
    ScoreCurve,
    crossing,
    first_attainable,
)


@dataclass(frozen=True, eq=False)
class Box:
    """What is acceptable, each (R,): lowest and highest cut, lowest and highest share below it."""

    min_cut: Floats
    max_cut: Floats
    min_fail: Floats
    max_fail: Floats


def box_of(limits: Floats) -> Box:
    """From rows (R, 4) of min_cut, max_cut, min_fail, max_fail; ends that cross change places."""
    cuts, fails = np.sort(limits[:, :2], axis=1), np.sort(limits[:, 2:], axis=1)
    return Box(cuts[:, 0], cuts[:, 1], fails[:, 0], fails[:, 1])


@dataclass(frozen=True, eq=False)
class HofsteeCut:
    """(R,) cuts, nan where the curve misses the box; `offered` has the nearer end instead.

    above, below : the curve passes above the box (at its lowest cut already more are below than is
    acceptable), or below it; fail_at_min, fail_at_max : shares below at the ends of the box
    """

    cut: Floats
    offered: Floats
    above: NDArray[np.bool_]
    below: NDArray[np.bool_]
    fail_at_min: Floats
    fail_at_max: Floats


def hofstee_interpolated(curve: ScoreCurve, box: Box) -> HofsteeCut:
    """The crossing of the diagonal with the curve drawn linear between scores."""
    at_min, at_max = curve.between(box.min_cut), curve.between(box.max_cut)
    width = box.max_cut - box.min_cut
    point = width <= NEAR
    slope = np.where(point, 0.0, (box.min_fail - box.max_fail) / np.where(point, 1.0, width))
    met = crossing(curve, box.max_fail - slope * box.min_cut, slope)
    return _settled(box, np.clip(met, box.min_cut, box.max_cut), at_min, at_max)


def hofstee_attainable(curve: ScoreCurve, box: Box) -> HofsteeCut:
    """The lowest attainable cut at which the step function reaches the diagonal; one box.

    A highest cut between two totals means the upper one: the diagonal ends there.
    """
    at_min, at_max = curve.step(box.min_cut)[0], curve.step(box.max_cut)[0]
    low, high = float(box.min_cut[0]), float(box.max_cut[0])
    cuts = curve.attainable[curve.attainable >= low - NEAR]
    share = np.ones(cuts.size)
    if high - low > NEAR:
        share = (np.minimum(cuts, high) - low) / (high - low)
    line = box.max_fail[0] + (box.min_fail[0] - box.max_fail[0]) * share
    if high - low <= NEAR:
        line = np.full(cuts.size, -np.inf)
    met = np.array([first_attainable(curve, line, cuts)])
    return _settled(box, met, at_min, at_max)


def _settled(box: Box, met: Floats, at_min: Floats, at_max: Floats) -> HofsteeCut:
    """A box without width is its cut; elsewhere the curve has to pass through the box."""
    point = box.max_cut - box.min_cut <= NEAR
    above = (at_min > box.max_fail + NEAR) & ~point
    below = (at_max < box.min_fail - NEAR) & ~point & ~above
    cut = np.where(above | below, np.nan, np.where(point & np.isnan(met), box.min_cut, met))
    return HofsteeCut(
        cut=cut,
        offered=np.where(above, box.min_cut, np.where(below, box.max_cut, cut)),
        above=above,
        below=below,
        fail_at_min=at_min,
        fail_at_max=at_max,
    )
