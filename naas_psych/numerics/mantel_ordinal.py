"""Two or more groups matched on a score, on items of ordered categories: Mantel's family.

Arrays `counts` are (J, S, G, C): persons by item, stratum, group and category, group 0 the
reference and group 1 the focal group. Categories are scored 0, 1 ... With two categories every
statistic here is that of Mantel and Haenszel.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from naas_psych.numerics.arrays import Floats

#: Eigenvalues of a covariance matrix below this share of the largest are zeros.
_RANK = 1e-9


@dataclass(frozen=True, eq=False)
class Strata:
    """Counts as the statistics read them: what is summed over stands first, which is fast.

    cells (G, C, J, S); groups (G, J, S) and categories (C, J, S) its margins; total (J, S)
    """

    cells: Floats
    groups: Floats
    categories: Floats
    total: Floats

    @property
    def scores(self) -> Floats:
        """(C,) what a category scores."""
        return np.arange(self.cells.shape[1], dtype=float)


def strata_of(counts: NDArray[Any]) -> Strata:
    """The counts (J, S, G, C) with their margins."""
    cells = np.ascontiguousarray(np.moveaxis(counts, (2, 3), (0, 1)), dtype=float)
    groups = cells.sum(axis=1)
    return Strata(cells, groups, cells.sum(axis=0), groups.sum(axis=0))


@dataclass(frozen=True, eq=False)
class Mantel:
    """Mantel's test (1963), (J,) each.

    excess : score of the focal group beyond expectation, summed over strata
    variance : of it, given the margins of every stratum
    strata : strata in which both groups are, and not all persons in one category
    """

    excess: Floats
    variance: Floats
    chi_square: Floats
    p: Floats
    strata: NDArray[np.int64]


def mantel(held: Strata) -> Mantel:
    """chi2 (df 1) of the focal group's scores against what the strata lead one to expect."""
    focal, total = held.groups[1], np.maximum(held.total, 1.0)
    first, second = _moments(held.categories, held.scores)
    spread = focal * held.groups[0] * (total * second - first**2)
    variance = spread / (total**2 * np.maximum(total - 1, 1.0))
    sums = variance.sum(axis=1)
    excess = (_moments(held.cells[1], held.scores)[0] - focal * first / total).sum(axis=1)
    chi_square = excess**2 / _positive(sums)
    return Mantel(
        excess=excess,
        variance=sums,
        chi_square=chi_square,
        p=chdtrc(1, chi_square),
        strata=np.asarray((variance > 0).sum(axis=1), dtype=np.int64),
    )


def _moments(counts: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Sums of the scores and of their squares, of counts (C, J, S)."""
    first, second = np.zeros(counts.shape[1:]), np.zeros(counts.shape[1:])
    for each, score in zip(counts[1:], scores[1:], strict=True):
        first += score * each
        second += score**2 * each
    return first, second


@dataclass(frozen=True, eq=False)
class GeneralisedMantel:
    """The generalised Mantel-Haenszel test of G groups and nominal categories, (J,) each."""

    chi_square: Floats
    df: Floats
    p: Floats


def generalised_mantel(counts: NDArray[Any]) -> GeneralisedMantel:
    """Whether any group differs in any category, given the matching score.

    The first group and the first category are left out, since the margins fix them; df is the rank
    of what is left, so that groups or categories nobody is in cost none.
    """
    cells = counts.astype(float)
    groups, categories = np.einsum("jsgc->jsg", cells), np.einsum("jsgc->jsc", cells)
    total = groups.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        scale = np.where(total > 1, 1 / (total**2 * (total - 1)), 0.0)
        expected = groups[:, :, :, None] * categories[:, :, None, :] / total[:, :, None, None]
    excess = np.where(total[:, :, None, None] > 0, cells - expected, 0.0).sum(axis=1)[:, 1:, 1:]
    covariance = np.einsum(
        "js,jsab,jscd->jacbd", scale, _within(groups[:, :, 1:], total),
        _within(categories[:, :, 1:], total), optimize=True,
    )  # fmt: skip
    size = (groups.shape[2] - 1) * (categories.shape[2] - 1)
    chi_square, df = _quadratic(
        excess.reshape(len(counts), size), covariance.reshape(len(counts), size, size)
    )
    return GeneralisedMantel(chi_square=chi_square, df=df, p=chdtrc(df, chi_square))


def _within(margin: Floats, total: Floats) -> Floats:
    """T diag(m) - m m' of each stratum."""
    diagonal = margin[..., None] * np.eye(margin.shape[-1]) * total[..., None, None]
    return np.asarray(diagonal - margin[..., None] * margin[..., None, :])


def _quadratic(vector: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """v' V^- v and the rank of V, item by item; nan where V is nothing."""
    if not vector.size:
        return np.full(len(vector), np.nan), np.full(len(vector), np.nan)
    values, directions = np.linalg.eigh(covariance)
    kept = values > _RANK * np.maximum(values[:, -1:], np.finfo(float).tiny)
    along = np.einsum("jk,jkm->jm", vector, directions)
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = np.where(kept, along**2 / values, 0.0)
    df = kept.sum(axis=1).astype(float)
    return np.where(df > 0, parts.sum(axis=1), np.nan), np.where(df > 0, df, np.nan)


@dataclass(frozen=True, eq=False)
class MeanDifference:
    """Standardised mean difference (Dorans & Kulick 1986; Zwick & Thayer 1996), (J,) each.

    smd : focal minus reference, in points, at the focal group's matching scores
    se : by the hypergeometric variance of each stratum
    item_sd : standard deviation (N - 1) of the item over both groups
    """

    smd: Floats
    se: Floats
    item_sd: Floats


def mean_difference_matched(held: Strata) -> MeanDifference:
    """Mean score of the focal group less that of reference persons with the same scores."""
    reference, focal = held.groups
    used = (reference > 0) & (focal > 0)
    total = np.where(used, held.total, 2.0)
    share = np.where(used, focal, 0.0) / _positive(np.where(used, focal, 0.0).sum(axis=1))[:, None]
    first, second = _moments(held.categories, held.scores)
    lows, highs = (_moments(cells, held.scores)[0] for cells in held.cells)
    gap = highs / np.maximum(focal, 1.0) - lows / np.maximum(reference, 1.0)
    # (1/n_F + 1/n_R)^2 times the hypergeometric variance of the focal sum.
    variance = (second - first**2 / total) / (total - 1) * total
    variance = variance / (np.maximum(focal, 1.0) * np.maximum(reference, 1.0))
    n, sums, squares = (one.sum(axis=1) for one in (held.total, first, second))
    about_mean = np.maximum(squares - sums**2 / _positive(n), 0.0)
    return MeanDifference(
        smd=(share * gap).sum(axis=1),
        se=np.sqrt((share**2 * np.maximum(variance, 0.0)).sum(axis=1)),
        item_sd=np.sqrt(about_mean / _positive(n - 1)),
    )


@dataclass(frozen=True, eq=False)
class CommonOdds:
    """Common (cumulative) odds ratio, reference over focal, with the SE of its logarithm; (J,).

    above, below : the two sums it is the ratio of
    """

    odds_ratio: Floats
    log_se: Floats
    above: Floats
    below: Floats


def common_odds(held: Strata) -> CommonOdds:
    """Liu and Agresti's (1996) odds ratio of a higher score; with two categories MH's.

    At cut j of stratum k: A reference above, B reference at or below, C and D the same of the
    focal group, w = (A D - psi B C) / T. psi is the root of sum w, and the variance of its
    logarithm is sum_k sum_jj' E(w_j w_j') / (sum A D / T)^2, where each E(w_j w_j') (j <= j') is
    estimated by
    [A_j' D_j (A_j + D_j' + psi (B_j + C_j')) + psi B_j C_j' (A_j' + D_j + psi (B_j' + C_j))] / 2T^2
    which is unbiased for rows of multinomials, so that it serves many small strata and few large
    ones alike; for one cut it is the formula of Robins, Breslow and Greenland (1986).
    """
    # Sums of whole slices: numpy's own along a short axis are several times slower.
    low = np.stack(list(accumulate(np.moveaxis(held.cells, 1, 0)))[:-1], axis=1)
    high = held.groups[:, None] - low
    a, b, c, d = high[0], low[0], high[1], low[1]
    each = 1 / np.maximum(held.total, 1.0)
    above = ((a * d).sum(axis=0) * each).sum(axis=1)
    below = ((b * c).sum(axis=0) * each).sum(axis=1)
    finite = (above > 0) & (below > 0)
    psi = np.where(finite, above, np.nan) / np.where(finite, below, 1.0)
    spread = _spread(a, b, c, d, each=each, psi=np.where(finite, psi, 1.0))
    log_se = np.sqrt(spread) / np.where(finite, above, np.nan)
    return CommonOdds(odds_ratio=psi, log_se=log_se, above=above, below=below)


def _spread(a: Floats, b: Floats, c: Floats, d: Floats, *, each: Floats, psi: Floats) -> Floats:
    """(J,) sum over strata and pairs of cuts of the estimated E(w_j w_j')."""
    found = np.zeros(psi.size)
    ratio = psi[:, None]
    cuts = a.shape[0]
    for i in range(cuts):
        for k in range(i, cuts):
            first = a[k] * d[i]
            first = first * (a[i] + d[k] + ratio * (b[i] + c[k]))
            second = ratio * b[i] * c[k]
            second = second * (a[k] + d[i] + ratio * (b[k] + c[i]))
            times = 1.0 if i == k else 2.0
            found += times * ((first + second) * each**2).sum(axis=1) / 2
    return found


def _positive(values: Floats) -> Floats:
    """The values, nan where they are not above 0."""
    return np.where(values > 0, values, np.nan)
