"""Single judges in a panel: who stands apart, what fills a gap, who ranks items as others do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Apart:
    """How far each of J values lies from the others: t with J - 2 df and p (two-sided), (J,)."""

    t: Floats
    p: Floats


def deleted_t(values: Floats) -> Apart:
    """(x_j - mean of the others) / (their SD sqrt(1 + 1 / (J - 1))): a new value from their kind?

    The studentised deleted residual of a mean; nan below three values or where the others are the
    same (then t is infinite unless the value is the same too).
    """
    n = len(values)
    if n < 3:
        return Apart(np.full(n, np.nan), np.full(n, np.nan))
    others = (values.sum() - values) / (n - 1)
    # Differences from the overall mean keep their digits where the values are large.
    off = values - values.mean()
    squares = (off**2).sum() - off**2 * n / (n - 1)
    spread = np.sqrt(np.maximum(squares, 0.0) / (n - 2))
    noise = 1e-12 * max(float(np.abs(values).max()), 1.0)
    gap = values - others
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(
            spread > noise,
            gap / (spread * np.sqrt(1 + 1 / (n - 1))),
            np.where(np.abs(gap) > noise, np.sign(gap) * np.inf, np.nan),
        )
    return Apart(t, 2 * stdtr(n - 2, -np.abs(t)))


def group_p(values: Floats, members: NDArray[np.bool_]) -> Floats:
    """p (G,) that each group of `members` (G, J) has the mean of the other judges, pooled t.

    Of a group of one that is the p of `deleted_t`. nan where a side or the spread is wanting.
    """
    n = len(values)
    size = members.sum(axis=1)
    off = values - values.mean()
    inside = members @ off
    rest = off.sum() - inside
    with np.errstate(divide="ignore", invalid="ignore"):
        between = inside**2 / size + rest**2 / (n - size)
        within = np.maximum((off**2).sum() - between, 0.0) / (n - 2)
        t = (inside / size - rest / (n - size)) / np.sqrt(within * (1 / size + 1 / (n - size)))
    noise = (1e-12 * max(float(np.abs(values).max(initial=0.0)), 1.0)) ** 2
    usable = (size > 0) & (size < n) & (n >= 3) & (within > noise)
    return np.where(usable, 2 * stdtr(max(n - 2, 1), -np.abs(np.where(usable, t, 0.0))), np.nan)


def additive_fill(ratings: Floats) -> Floats | None:
    """`ratings` (J, I) with every gap filled by the fitted judge + item; None if not connected.

    Least squares of an additive model. Judges and items that no chain of ratings connects have
    no common level, and then nothing is filled.
    """
    given = np.isfinite(ratings)
    if given.all():
        return ratings
    g = given.astype(float)
    by_item, by_judge = g.sum(axis=0), g.sum(axis=1)
    if not by_item.all() or not by_judge.all():
        return None
    x = np.where(given, ratings, 0.0)
    item_mean = x.sum(axis=0) / by_item
    # Items swept out: the judges' Laplacian has rank J - 1 when the ratings hang together.
    laplacian = np.diag(by_judge) - (g / by_item) @ g.T
    if np.linalg.matrix_rank(laplacian, tol=1e-9 * float(by_judge.max())) < len(ratings) - 1:
        return None
    right = x.sum(axis=1) - g @ item_mean
    judge = np.linalg.lstsq(laplacian, right, rcond=None)[0]
    item = item_mean - (g * judge[:, None]).sum(axis=0) / by_item
    return np.where(given, ratings, judge[:, None] + item)


@dataclass(frozen=True)
class Correlation:
    """Pooled within groups: r and its degrees of freedom (as N - 1 of one group); nan undefined."""

    r: float
    df: float


def correlation_within(x: Floats, y: Floats, groups: Floats, *, distinct: int) -> Correlation:
    """r of x and y about their means in each group, `distinct` pairs being independent.

    An item that is rated twice, once a form, is one item: df = distinct - groups.
    """
    known = np.isfinite(x) & np.isfinite(y)
    dx, dy = np.zeros(x.size), np.zeros(x.size)
    names = np.unique(groups[known])
    for name in names:
        at = known & (groups == name)
        dx[at], dy[at] = x[at] - x[at].mean(), y[at] - y[at].mean()
    xx, yy = float(dx @ dx), float(dy @ dy)
    if min(xx, yy) <= 1e-18 * max(known.sum(), 1):
        return Correlation(float("nan"), float("nan"))
    r = min(max(float(dx @ dy) / np.sqrt(xx * yy), -1.0), 1.0)
    return Correlation(r, float(distinct - names.size))
