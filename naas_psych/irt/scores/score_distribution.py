"""The distribution of the sum score at each theta, and what a sum score says of theta.

Lord & Wingersky (1984), with any points a category (Thissen, Pommerich, Billeaud & Williams 1995).
Classification, cut scores and simulation take their distributions from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.coding import as_scores
from naas_psych.irt.model import probabilities
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats

#: Nodes at a time: what stays in the processor's cache.
_BLOCK = 1024


def score_distribution(probabilities: Floats, points: NDArray[np.int64] | None = None) -> Floats:
    """Probability (S + 1, Q) of each sum of points at each node.

    probabilities : (J, K, Q), 0 for a category that an item does not have
    points : (J, K) whole numbers of at least 0; default: the number of the category

    Items join one by one, and only positive terms are added, so that no digits are lost.
    """
    n_items, n_categories = probabilities.shape[:2]
    if points is None:
        points = np.broadcast_to(np.arange(n_categories), (n_items, n_categories))
    have = np.asarray((probabilities > 0).any(axis=2))
    n_nodes = probabilities.shape[2]
    blocks = [
        _of_block(probabilities[:, :, at : at + _BLOCK], points, have)
        for at in range(0, max(n_nodes, 1), _BLOCK)
    ]
    return blocks[0] if len(blocks) == 1 else np.concatenate(blocks, axis=1)


def _of_block(probabilities: Floats, points: NDArray[np.int64], have: NDArray[np.bool_]) -> Floats:
    most = [int(own[there].max(initial=0)) for own, there in zip(points, have, strict=True)]
    # Memory once for all items: new pages would cost more than the arithmetic.
    here, there, spare = np.empty((3, 1 + sum(most), probabilities.shape[2]))
    here[0], rows = 1.0, 1
    for p, own, held, more in zip(probabilities, points, have, most, strict=True):
        _join(here[:rows], p[held], own[held], into=there[: rows + more], spare=spare[:rows])
        here, there, rows = there, here, rows + more
    return np.array(here[:rows])


def joined(distribution: Floats, p: Floats, points: NDArray[np.int64]) -> Floats:
    """The distribution (S + 1, Q) with one more item: p (K, Q) and the points (K,) of each."""
    n_scores, n_nodes = distribution.shape
    found = np.empty((n_scores + int(points.max(initial=0)), n_nodes))
    _join(distribution, p, points, into=found, spare=np.empty_like(distribution))
    return found


def _join(
    distribution: Floats, p: Floats, points: NDArray[np.int64], *, into: Floats, spare: Floats
) -> None:
    n_scores = len(distribution)
    into.fill(0.0)
    for share, add in zip(p, points.tolist(), strict=True):
        np.multiply(distribution, share, out=spare)
        into[add : add + n_scores] += spare


@dataclass(frozen=True)
class Form:
    """Items as one group of persons meets them.

    columns : places in the model; items : the caller's items
    points : (j, K) what a category adds above the item's lowest score
    lowest : the sum of the items' lowest scores
    """

    columns: NDArray[np.int64]
    items: NDArray[np.int64]
    points: NDArray[np.int64]
    lowest: int


def form_of(fit: Calibration, items: Sequence[int] | None = None, group: int | None = None) -> Form:
    """The calibrated items (of `items`, or all) with their points, for a group (or the reference).

    Raises
    ------
    Refused
        None of the items was calibrated.
    """
    group = fit.reference if group is None else group
    wanted = range(len(fit.models)) if items is None else items
    chosen = {int(j) for j in wanted}
    columns = [p for p, c in enumerate(fit.columns) if c.group in (-1, group) and c.item in chosen]
    if not columns:
        raise Refused("no_items", "none of these items was calibrated", "name items that were")
    points = np.zeros((len(columns), int(fit.model.n_categories.max())), np.int64)
    for row, p in enumerate(columns):
        scores = fit.columns[p].scores
        points[row, : scores.size] = scores - scores[0]
    lowest = sum(int(fit.columns[p].scores[0]) for p in columns)
    places = np.array([fit.columns[p].item for p in columns])
    return Form(np.array(columns), places, points, lowest)


@dataclass(frozen=True)
class SumScores:
    """What each sum of raw scores (S + 1,) says of theta.

    eap, se : mean and SD of theta given the score; NaN for a score that no answers add up to
    probability : the share of the group expected to have the score
    observed : persons who answered all of the form and have it, None where no scores were given
    expected : probability times their number
    """

    score: NDArray[np.int64]
    eap: Floats
    se: Floats
    probability: Floats
    observed: NDArray[np.int64] | None
    expected: Floats | None


def sum_scores(
    fit: Calibration,
    scores: Any = None,
    *,
    items: Sequence[int] | None = None,
    group: int | None = None,
) -> SumScores:
    """From sum score to theta for a form (`items`, default all calibrated ones).

    scores : (N, J) raw scores whose sums are counted, of persons of the group
    """
    form = form_of(fit, items, group)
    weight = np.exp(fit.grid.log_weight[fit.reference if group is None else group])
    p = probabilities(fit.model, fit.x, fit.grid.theta)[form.columns]
    joint = score_distribution(p, form.points) * weight
    mass = joint.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        posterior = joint / np.where(mass > 0, mass, np.nan)[:, None]
    eap = posterior @ fit.grid.theta
    spread = (posterior * (fit.grid.theta - eap[:, None]) ** 2).sum(axis=1)
    observed = None if scores is None else _observed(scores, form, mass.size)
    return SumScores(
        score=np.arange(mass.size) + form.lowest,
        eap=eap,
        se=np.sqrt(spread),
        probability=mass,
        observed=observed,
        expected=None if observed is None else mass * observed.sum(),
    )


def _observed(scores: Any, form: Form, n_scores: int) -> NDArray[np.int64]:
    own = as_scores(scores)[:, form.items]
    whole = own[(own >= 0).all(axis=1)].sum(axis=1, dtype=np.int64) - form.lowest
    return np.bincount(whole, minlength=n_scores)
