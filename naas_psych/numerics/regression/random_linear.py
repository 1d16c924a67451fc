"""Linear regression with an intercept of each site drawn at random, by restricted likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.regression.effects import Effect

#: Variance of sites over variance within them, on which the likelihood is searched.
_RATIOS = np.r_[0.0, np.geomspace(1e-5, 1e3, 81)]
_HALVINGS = 60


@dataclass(frozen=True, eq=False)
class Sums:
    """Sufficient statistics of N persons in G sites with P regressors.

    counts (G,); x (G, P) and y (G,) sums by site; xx (P, P), xy (P,), yy over everybody
    """

    counts: Floats
    x: Floats
    y: Floats
    xx: Floats
    xy: Floats
    yy: float


@dataclass(frozen=True, eq=False)
class AtRatio:
    """The model at a given ratio of variances: coefficients (P,), inverse (P, P) of X'V^-1 X, the
    variance within and the restricted log likelihood."""

    coefficients: Floats
    bread: Floats
    within: float
    log_likelihood: float


def sums_of(y: Floats, x: Floats, sites: NDArray[np.int64]) -> Sums:
    """Sums over persons y (N,), x (N, P), site codes (N,)."""
    n_sites = int(sites.max()) + 1
    return Sums(
        counts=np.bincount(sites, minlength=n_sites).astype(float),
        x=_by_site(x, sites, n_sites),
        y=_by_site(y[:, None], sites, n_sites)[:, 0],
        xx=x.T @ x,
        xy=x.T @ y,
        yy=float(y @ y),
    )


def _by_site(values: Floats, sites: NDArray[np.int64], n_sites: int) -> Floats:
    """(G, P) sums of values (N, P)."""
    columns = [np.bincount(sites, weights=column, minlength=n_sites) for column in values.T]
    return np.asarray(np.column_stack(columns), dtype=float)


def at_ratio(sums: Sums, ratio: float) -> AtRatio:
    """Generalised least squares where sites vary `ratio` times as much as persons within them."""
    take = ratio / (1 + ratio * sums.counts)
    xx = sums.xx - (sums.x * take[:, None]).T @ sums.x
    bread: Floats = np.asarray(np.linalg.inv(xx), dtype=float)
    xy = sums.xy - (take * sums.y) @ sums.x
    coefficients = bread @ xy
    rest = sums.yy - float(take @ sums.y**2) - float(coefficients @ xy)
    df = sums.counts.sum() - coefficients.size
    within = max(rest, 1e-300) / df
    value = -0.5 * (
        df * np.log(within) + np.log1p(ratio * sums.counts).sum() + np.linalg.slogdet(xx)[1]
    )
    return AtRatio(coefficients, bread, within, float(value))


def best_ratio(sums: Sums) -> float:
    """The ratio of variances at which the restricted likelihood is highest; may be 0."""
    values = [at_ratio(sums, ratio).log_likelihood for ratio in _RATIOS]
    k = int(np.argmax(values))
    if k == 0:
        return 0.0
    low, high = _RATIOS[max(k - 1, 1)] / (10 if k == 1 else 1), _RATIOS[min(k + 1, 81)]
    return _climbed(sums, float(np.log(low)), float(np.log(high)))


def _climbed(sums: Sums, low: float, high: float) -> float:
    """Golden section on the logarithm."""
    share = (np.sqrt(5) - 1) / 2
    for _ in range(_HALVINGS):
        a, b = high - share * (high - low), low + share * (high - low)
        left, right = (at_ratio(sums, float(np.exp(z))).log_likelihood for z in (a, b))
        low, high = (a, high) if left < right else (low, b)
    return float(np.exp((low + high) / 2))


def random_site_mean_difference(
    y: Floats, focal: Floats, others: Floats, sites: NDArray[np.int64]
) -> Effect:
    """Difference of the focal persons at the same site and alike in others (N, P)."""
    codes = np.unique(sites, return_inverse=True)[1]
    x = np.column_stack([others, focal])
    sums = sums_of(y, x, codes)
    ratio = best_ratio(sums)
    fit = at_ratio(sums, ratio)
    take = ratio / (1 + ratio * sums.counts)
    rest = y - x @ fit.coefficients
    n_sites = sums.counts.size
    by_site = _by_site(x * rest[:, None], codes, n_sites)
    by_site -= take[:, None] * _by_site(rest[:, None], codes, n_sites) * sums.x
    return Effect(
        value=float(fit.coefficients[-1]),
        se=float(np.sqrt(fit.within * fit.bread[-1, -1])),
        df=np.inf,
        method="random_linear",
        parts=by_site @ fit.bread[-1],
    )
