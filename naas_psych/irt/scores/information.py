"""Information about theta: of items and of the test, with the errors that follow from it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.model import probabilities
from naas_psych.irt.scores.lattice import FAR, information_of, log_slopes
from naas_psych.irt.scores.score_distribution import Form, form_of
from naas_psych.numerics.arrays import Floats

_FINE = 0.02


@dataclass(frozen=True)
class Information:
    """Of a form of j items at theta (Q,).

    items : the caller's items, in the order of the rows
    item_information : (j, Q) sum over categories of P'^2 / P
    information : (Q,) their sum
    csem : (Q,) its inverse square root, the error of theta; inf without information
    item_expected, expected_score : (j, Q) and (Q,) expected raw score
    score_csem : (Q,) SD of the raw score at theta: root of the sum of the items' variances
    """

    theta: Floats
    items: NDArray[np.int64]
    item_information: Floats
    information: Floats
    csem: Floats
    item_expected: Floats
    expected_score: Floats
    score_csem: Floats


def information(
    fit: Calibration,
    theta: Any,
    *,
    items: Sequence[int] | None = None,
    group: int | None = None,
) -> Information:
    """Information and expected score at any theta (Q,) of the calibrated items, or some of them."""
    theta = np.atleast_1d(np.asarray(theta, float))
    form = form_of(fit, items, group)
    own = item_information(fit, theta, form)
    whole = own.sum(axis=0)
    p = probabilities(fit.model, fit.x, theta)[form.columns]
    mean = np.einsum("jk,jkq->jq", form.points, p)
    off = form.points[:, :, None] - mean[:, None]
    with np.errstate(divide="ignore"):
        csem = 1 / np.sqrt(whole)
    lowest = np.array([fit.columns[c].scores[0] for c in form.columns])
    return Information(
        theta=theta,
        items=form.items,
        item_information=own,
        information=whole,
        csem=csem,
        item_expected=mean + lowest[:, None],
        expected_score=mean.sum(axis=0) + form.lowest,
        score_csem=np.sqrt((p * off**2).sum(axis=(0, 1))),
    )


def item_information(fit: Calibration, theta: Floats, form: Form) -> Floats:
    """(j, Q) of the items of a form."""
    return information_of(log_slopes(fit.model, fit.x, theta))[form.columns]


@dataclass(frozen=True)
class Peaks:
    """Where items (j,) and the test tell most, and how much."""

    items: NDArray[np.int64]
    theta: Floats
    information: Floats
    test_theta: float
    test_information: float


def peaks(
    fit: Calibration, *, items: Sequence[int] | None = None, group: int | None = None
) -> Peaks:
    """Highest information of each item and of the test, looked for on [-20, 20].

    A search on nodes 0.02 apart, then the peak of the parabola through the highest and its
    neighbours.
    """
    form = form_of(fit, items, group)
    theta = np.arange(-FAR, FAR + _FINE / 2, _FINE)
    own = item_information(fit, theta, form)
    place, height = _highest(np.vstack([own, own.sum(axis=0)]), theta)
    return Peaks(form.items, place[:-1], height[:-1], float(place[-1]), float(height[-1]))


def _highest(curves: Floats, theta: Floats) -> tuple[Floats, Floats]:
    top = curves.argmax(axis=1).clip(1, theta.size - 2)
    rows = np.arange(top.size)
    left, middle, right = (curves[rows, top + i] for i in (-1, 0, 1))
    bend = left - 2 * middle + right
    shift = np.where(bend < 0, 0.5 * (left - right) / np.where(bend < 0, bend, 1.0), 0.0)
    shift = shift.clip(-1, 1)
    return theta[top] + shift * _FINE, middle - 0.25 * (left - right) * shift


def theta_of_score(
    fit: Calibration,
    score: Any,
    *,
    items: Sequence[int] | None = None,
    group: int | None = None,
) -> Floats:
    """theta (n,) at which the expected raw score is `score` (n,); NaN where none, or several, are.

    Scores outside the expected scores at -20 and 20 have none. Where the curve falls somewhere (an
    item with a negative slope may do that) a score may have several.
    """
    theta = np.arange(-FAR, FAR + _FINE / 2, _FINE)
    curve = information(fit, theta, items=items, group=group).expected_score
    wanted = np.atleast_1d(np.asarray(score, float))
    found = np.full(wanted.size, np.nan)
    for i, value in enumerate(wanted):
        above = curve >= value
        turns = np.flatnonzero(above[1:] != above[:-1])
        if turns.size == 1:
            found[i] = _solved(fit, value, theta[turns[0]], items=items, group=group)
    return found


def _solved(
    fit: Calibration, value: float, low: float, *, items: Sequence[int] | None, group: int | None
) -> float:
    """Halve [low, low + 0.02] until the expected score is met."""
    high = low + _FINE
    ends = information(fit, [low, high], items=items, group=group).expected_score
    rising = ends[1] > ends[0]
    for _ in range(40):
        middle = 0.5 * (low + high)
        at = information(fit, [middle], items=items, group=group).expected_score[0]
        if (at < value) == rising:
            low = middle
        else:
            high = middle
    return 0.5 * (low + high)
