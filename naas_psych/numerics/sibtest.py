"""SIBTEST and crossing SIBTEST: item scores of two groups at the same true score on other items.

Shealy and Stout (1993): persons are matched on the score k of other items, and each group's mean at
k is moved along its own regression to the true score that k stands for on average over the groups,
because the same score stands for less in a group whose scores are lower on the whole. Chalmers
(2018): differences below and above the score where they change sign are tested apart, so that they
do not cancel.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from naas_psych.numerics.arrays import Floats

Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]

Weights = Literal["total", "focal"]

#: A score counts with more persons of each group than this (Chalmers, mirt).
MORE_THAN = 5
#: Scores with a larger share of all persons than this place the crossing.
_SHARE = 0.01


@dataclass(frozen=True, eq=False)
class ScoreTable:
    """What SIBTEST needs of Q tests (an item or a bundle) at S matching scores and 2 groups.

    n (Q, S, 2) : persons; mean, variance (Q, S, 2) : of their scores on the item or bundle
    score (Q, S, 2), form (S,) : the matching score, on average over the persons there, and the form
        of whose other items it is the sum
    reliability (Q, F, 2) : alpha of the matching items, by form and group
    bands : whether neighbouring scores were joined until they had persons enough
    """

    n: Floats
    mean: Floats
    variance: Floats
    score: Floats
    form: Integers
    reliability: Floats
    bands: bool = False


@dataclass(frozen=True, eq=False)
class Sibtest:
    """Of Q tests, in points, reference less focal as in the literature: beta above 0 is against
    the focal group.

    beta, se (Q,) : uniform; chi_square = (beta / se)^2
    crossing_beta, crossing_chi_square (Q,), crossing_df (Q,)
    below, above (Q,) : weighted mean difference at scores up to the crossing, and beyond; nan
        where no score is on that side
    share_below (Q,) : share of the persons used whose score is at or below the crossing
    strata (Q,) : scores that count; persons (Q, 2) : persons of each group there
    """

    beta: Floats
    se: Floats
    crossing_beta: Floats
    crossing_chi_square: Floats
    crossing_df: Integers
    below: Floats
    above: Floats
    share_below: Floats
    strata: Integers
    persons: Integers

    @property
    def chi_square(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray((self.beta / self.se) ** 2)

    @property
    def p(self) -> Floats:
        return np.asarray(chdtrc(1, self.chi_square))

    @property
    def crossing_p(self) -> Floats:
        return np.asarray(chdtrc(np.maximum(self.crossing_df, 1), self.crossing_chi_square))


def sibtest(table: ScoreTable, *, weights: Weights = "total", corrected: bool = True) -> Sibtest:
    """Both tests of each of Q items or bundles.

    Y*_g(k) = Y_g(k) + M_g(k) (V(k) - V_g(k)), with V_g(k) = mean_g + rho_g (k - mean_g), V their
    mean over the groups and M_g the slope from the score below to the score above;
    beta = sum p_k (Y*_R - Y*_F), SE^2 = sum p_k^2 (s2_R / n_R + s2_F / n_F).

    Parameters
    ----------
    weights
        p_k from the persons of both groups (`total`) or of the focal group (`focal`).
    corrected
        Whether to move the means; the plain difference of means is for comparison.
    """
    adjusted = _adjusted(table) if corrected else table.mean
    used = _usable(table) & np.isfinite(adjusted).all(axis=2)
    gap = np.where(used, adjusted[..., 0] - adjusted[..., 1], 0.0)
    persons = table.n.sum(axis=2) if weights == "total" else table.n[..., 1]
    share = np.where(used, persons, 0.0)
    total = share.sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = share / total[:, None]
        spread = np.where(used, share**2 * (table.variance / table.n).sum(axis=2), 0.0)
    parts = _Parts(gap, share, np.where(total[:, None] > 0, spread, np.nan), used)
    return _both(table, parts)


@dataclass(frozen=True, eq=False)
class _Parts:
    """(Q, S) difference, weight, and squared weight times variance, at the scores used."""

    gap: Floats
    share: Floats
    spread: Floats
    used: Flags


@dataclass(frozen=True, eq=False)
class _Side:
    """(Q,) beta of some of the scores, its variance, and their share of the persons."""

    beta: Floats
    variance: Floats
    share: Floats

    @property
    def empty(self) -> Flags:
        return np.asarray(self.variance == 0)

    @property
    def chi_square(self) -> Floats:
        variance = np.where(self.empty, 1.0, self.variance)
        return np.where(self.empty, 0.0, self.beta**2 / variance)

    @property
    def mean(self) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(self.beta / self.share)


def _both(table: ScoreTable, parts: _Parts) -> Sibtest:
    later = _beyond_crossing(table, parts)
    low, high = _side(parts, ~later), _side(parts, later)
    persons = np.where(parts.used[..., None], table.n, 0.0).sum(axis=1)
    return Sibtest(
        beta=low.beta + high.beta,
        se=np.sqrt(low.variance + high.variance),
        crossing_beta=np.abs(low.beta - high.beta),
        crossing_chi_square=low.chi_square + high.chi_square,
        crossing_df=2 - low.empty.astype(np.int64) - high.empty,
        below=low.mean,
        above=high.mean,
        share_below=low.share,
        strata=parts.used.sum(axis=1),
        persons=persons.astype(np.int64),
    )


def _side(parts: _Parts, here: Flags) -> _Side:
    found = (
        np.where(here, part, 0.0).sum(axis=1)
        for part in (parts.share * parts.gap, parts.spread, parts.share)
    )
    return _Side(*found)


def _usable(table: ScoreTable) -> Flags:
    """(Q, S) more than five persons of each group, who differ, and not an end of the scale.

    Bands have persons enough, and their ends are not single scores that few can have.
    """
    if table.bands:
        return np.asarray((table.n > 0).all(axis=2))
    enough = np.asarray(((table.n > MORE_THAN) & (table.variance > 0)).all(axis=2))
    seen = table.n.sum(axis=2) > 0
    for form in np.unique(table.form):
        here = np.flatnonzero(table.form == form)
        known = seen[:, here]
        first, last = known.argmax(axis=1), here.size - 1 - known[:, ::-1].argmax(axis=1)
        rows = np.arange(known.shape[0])
        enough[rows, here[first]] = False
        enough[rows, here[last]] = False
    return enough


def _adjusted(table: ScoreTable) -> Floats:
    """(Q, S, 2) means moved to the true score that the matching score stands for over groups."""
    found = np.full(table.mean.shape, np.nan)
    for f in np.unique(table.form):
        here = table.form == f
        n, score, mean = table.n[:, here], table.score[:, here], table.mean[:, here]
        rho = np.where(table.reliability[:, f] > 0, table.reliability[:, f], np.nan)
        before, after = _neighbours(n)
        with np.errstate(divide="ignore", invalid="ignore"):
            centre = (n * score).sum(axis=1) / n.sum(axis=1)
            true = centre[:, None] + rho[:, None] * (score - centre[:, None])
            slope = (_at(mean, after) - _at(mean, before)) / (_at(true, after) - _at(true, before))
        found[:, here] = mean + slope * (true.mean(axis=2, keepdims=True) - true)
    return found


def _neighbours(n: Floats) -> tuple[Integers, Integers]:
    """(Q, S, 2) the nearest scores below and above that somebody of the group has.

    At an end of the group's scores, the score itself.
    """
    length = n.shape[1]
    at = np.broadcast_to(np.arange(length)[None, :, None], n.shape)
    up = np.maximum.accumulate(np.where(n > 0, at, -1), axis=1)
    down = np.minimum.accumulate(np.where(n > 0, at, length)[:, ::-1], axis=1)[:, ::-1]
    before, after = at.copy(), at.copy()
    before[:, 1:] = np.where(up[:, :-1] >= 0, up[:, :-1], at[:, 1:])
    after[:, :-1] = np.where(down[:, 1:] < length, down[:, 1:], at[:, :-1])
    return before, after


def _at(values: Floats, where: Integers) -> Floats:
    return np.take_along_axis(values, where, axis=1)


def _beyond_crossing(table: ScoreTable, parts: _Parts) -> Flags:
    """(Q, S) scores above the one nearest to where the regression of the differences is 0.

    The regression is Chalmers': over scores that more than a hundredth of the persons have, a score
    that cannot be used counts as no difference, the larger group gives the weight. Over several
    forms it is on scores in standard deviations of the form.
    """
    weight, everybody = table.n.max(axis=2), table.n.sum(axis=2)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = (table.n * table.score).sum(axis=2) / everybody
    scores = np.where(everybody > 0, scores, 0.0)
    place = np.zeros(weight.shape)
    centre, width = np.zeros(weight.shape), np.ones(weight.shape)
    for f in np.unique(table.form):
        here = table.form == f
        persons, score = everybody[:, here], scores[:, here]
        n = persons.sum(axis=1, keepdims=True)
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = (persons * score).sum(axis=1, keepdims=True) / n
            spread = np.sqrt((persons * (score - mean) ** 2).sum(axis=1, keepdims=True) / n)
            weight[:, here] = np.where(weight[:, here] / n > _SHARE, weight[:, here], 0.0)
        spread = np.where(spread > 0, spread, 1.0)
        place[:, here] = (score - mean) / spread
        centre[:, here], width[:, here] = mean, spread
    crossing = _zero_of_line(np.where(weight > 0, place, 0.0), parts.gap, weight)
    at = np.round(np.where(np.isfinite(crossing), crossing, 0.0)[:, None] * width + centre)
    return np.asarray((scores > at) & np.isfinite(crossing)[:, None])


def _zero_of_line(x: Floats, y: Floats, weight: Floats) -> Floats:
    """(Q,) where the weighted regression line of y on x is 0; nan for a flat one."""
    with np.errstate(divide="ignore", invalid="ignore"):
        total = weight.sum(axis=1)
        mx, my = (weight * x).sum(axis=1) / total, (weight * y).sum(axis=1) / total
        dx = x - mx[:, None]
        slope = (weight * dx * y).sum(axis=1) / (weight * dx**2).sum(axis=1)
        return np.asarray(mx - my / slope)


def leave_out_alpha(covariance: Floats, matching: Floats) -> Floats:
    """(Q,) Cronbach's alpha of the items that matching (Q, j) names, from covariances (j, j)."""
    items = matching.sum(axis=1)
    own = matching @ np.diag(covariance)
    every = ((matching @ covariance) * matching).sum(axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(items / (items - 1) * (1 - own / every))
