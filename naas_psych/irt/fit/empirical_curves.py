"""What persons near each theta did with an item, beside what its model says they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.expected_counts import expected_counts
from naas_psych.irt.fit.item_places import on_items
from naas_psych.irt.model import probabilities
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.numerics.proportions import wilson

_LEVEL = 0.95


@dataclass(frozen=True)
class Distance:
    """Between two curves under weights: root mean squared, and mean (first less second)."""

    rmsd: Floats
    md: Floats


@dataclass(frozen=True)
class EmpiricalCurves:
    """Of J items in B intervals of theta; scores from 0 (lowest category) to 1 (highest).

    theta : (J, B) mean of the persons in the interval
    n : (J, B) persons expected there
    observed : (J, B) their mean score, with 95 % limits low and high
    expected : (J, B) the model's, for the same persons
    """

    theta: Floats
    n: Floats
    observed: Floats
    low: Floats
    high: Floats
    expected: Floats


@dataclass(frozen=True)
class NodeCurves:
    """On the nodes: n (J, Q) persons expected; observed, expected (J, Q) mean scores from 0 to 1;
    spread (J, Q) the observed variance of that score."""

    n: Floats
    observed: Floats
    expected: Floats
    spread: Floats


def distance(observed: Floats, expected: Floats, weight: Floats) -> Distance:
    """RMSD and MD over the last axis; weights need not sum to 1, NaN where they are all 0."""
    gap = np.where(weight > 0, observed - expected, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = weight / weight.sum(axis=-1, keepdims=True)
        return Distance(np.sqrt((share * gap**2).sum(axis=-1)), (share * gap).sum(axis=-1))


def curve_distance(
    fit: Calibration, scores: Any, *, groups: NDArray[np.int64] | None = None, threads: int = 1
) -> Distance:
    """RMSD and MD of items (J,), in shares of the highest score: large in any sample or in none.

        rmsd = sqrt(sum_q f_q (O_q - E_q)^2), md = sum_q f_q (O_q - E_q),

    O_q the mean score of the persons expected at node q, E_q the model's and f_q the share of the
    persons. Small samples make it larger: of 100 persons it is seldom below .05.

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent
    groups : (N,) index of each person's group; default: the reference group

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    nodes = node_curves(fit, scores, groups=groups, threads=threads)
    found = distance(nodes.observed, nodes.expected, nodes.n)
    return Distance(on_items(fit, found.rmsd), on_items(fit, found.md))


def empirical_curves(
    fit: Calibration,
    scores: Any,
    *,
    n_intervals: int = 12,
    groups: NDArray[np.int64] | None = None,
    threads: int = 1,
) -> EmpiricalCurves:
    """Observed and expected mean score of each item in intervals with about as many persons each.

    A person counts at each node with the posterior weight, so that persons whose theta is uncertain
    are spread; limits are Wilson's for right/wrong items, else normal, as if nobody were.
    """
    nodes = node_curves(fit, scores, groups=groups, threads=threads)
    mass = nodes.n.sum(axis=0)
    middle = (mass.cumsum() - mass / 2) / mass.sum()
    place = np.minimum((middle * n_intervals).astype(int), n_intervals - 1)
    pool = (place[:, None] == np.arange(n_intervals)).astype(float)
    n = nodes.n @ pool
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = (nodes.n * nodes.observed) @ pool / n
        square = (nodes.n * (nodes.spread + nodes.observed**2)) @ pool / n
        spread = np.sqrt(np.maximum(square - observed**2, 0.0) / n)
        expected = (nodes.n * nodes.expected) @ pool / n
        theta = (nodes.n * fit.grid.theta) @ pool / n
    z = normal_quantile(_LEVEL)
    low, high = observed - z * spread, observed + z * spread
    binary = fit.model.n_categories == 2
    limits = wilson(observed[binary] * n[binary], n[binary], level=_LEVEL)
    low[binary], high[binary] = limits.low, limits.high
    low, high = np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)
    columns = (theta, n, observed, low, high, expected)
    return EmpiricalCurves(*(on_items(fit, column) for column in columns))


def node_curves(
    fit: Calibration, scores: Any, *, groups: NDArray[np.int64] | None = None, threads: int = 1
) -> NodeCurves:
    """Observed and expected scores of the columns of the calibration at its nodes."""
    counts = expected_counts(fit, scores, groups=groups, threads=threads)
    p = probabilities(fit.model, fit.x, fit.grid.theta)
    score = np.arange(p.shape[1]) / (fit.model.n_categories[:, None] - 1)
    n = counts.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = np.where(n[:, None] > 0, counts / n[:, None], 0.0)
    observed = np.einsum("jk,jkq->jq", score, share)
    square = np.einsum("jk,jkq->jq", score**2, share)
    expected = np.einsum("jk,jkq->jq", score, p)
    return NodeCurves(n, observed, expected, np.maximum(square - observed**2, 0.0))
