"""Global fit from the first and second moments of the scores: M2, M2* and C2."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.population import normal_sight
from naas_psych.irt.fit.booklet_moments import Booklet, Moments, booklets, large_enough, moments
from naas_psych.irt.fit.fit_indices import cfi, rmsea, tli
from naas_psych.irt.fit.moment_covariance import (
    Expected,
    covariance_times,
    deviations,
    expectation,
    expected_moments,
)
from naas_psych.irt.fit.moment_distance import Distance, Jacobian, distance
from naas_psych.irt.fit.moment_slopes import (
    Gradients,
    gram,
    onto_moments,
    onto_parameters,
    slopes_of,
)
from naas_psych.irt.fit.pair_residuals import pair_residuals
from naas_psych.irt.model import parameter_scores, probabilities
from naas_psych.irt.persons import categories_of
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

Statistic = Literal["M2", "M2*", "C2"]


@dataclass(frozen=True, kw_only=True)
class GlobalFit:
    """A test of the model against the first and second moments; NaN where undefined.

    statistic, value, df, p_value : M2, M2* or C2
    reason : why there is no value (no_degrees_of_freedom, not_identified), else None
    alternative : another statistic that has degrees of freedom, where this one has none
    n, n_left_out : persons used, and with responses but not in a booklet used; booklets : how many
    rmsea, rmsea_low, rmsea_high, level : error of approximation, its interval and level
    srmsr : root mean square of the residual correlations of pairs of items
    null_value, null_df, tli, cfi : against independent items with free margins
    """

    statistic: str
    value: float
    df: int
    p_value: float
    reason: str | None
    alternative: str | None
    n: float
    n_left_out: float
    booklets: int
    rmsea: float
    rmsea_low: float
    rmsea_high: float
    level: float
    srmsr: float
    null_value: float
    null_df: int
    tli: float
    cfi: float


@dataclass(frozen=True)
class _Part:
    """A booklet with what was expected of it and what was seen."""

    booklet: Booklet
    expected: Expected
    seen: Moments


def limited_information(
    fit: Calibration,
    scores: Any,
    *,
    statistic: Statistic | None = None,
    weights: Any = None,
    groups: NDArray[np.int64] | None = None,
    level: float = 0.90,
    fewest: float = 100,
    share: float = 0.9,
) -> GlobalFit:
    """Does the model reproduce the means and pairwise products of the scores?

    Parameters
    ----------
    scores : (N, J) as they were calibrated; weights : (N,) counts of persons
    statistic : M2 for right/wrong items (Maydeu-Olivares & Joe 2006); M2* (Cai & Hansen 2013: mean
        scores and their products) or C2 (Cai & Monroe 2014: every category's share, and products)
        for others, where the three differ; default M2 or C2
    groups : (N,) index into fit.group_labels, needed where there are several
    level : of the interval of RMSEA
    fewest, share : a booklet of identical items counts if it is the largest or has `fewest`
        persons, and those that count must hold this share of the persons

    M2 = n e'C (C'GC)^-1 C'e with e the residual moments, G the covariance of one person's and C a
    basis of what the parameters cannot move; df = moments - parameters, the variance of theta
    among them where it is free. It is found from products with G alone (see `moment_distance`), so
    that 300 items need neither the 45,150 x 45,150 matrix nor its inverse. Booklets and groups add
    up, with the parameters in common and in the null model with margins of their own.

    Raises
    ------
    Refused
        Incomplete data without booklets that hold nearly everybody, M2 of items with more than two
        categories.
    """
    chosen = _chosen(fit, statistic)
    weight = np.ones(len(scores)) if weights is None else np.asarray(weights, dtype=float)
    group = _groups(fit, groups, len(scores))
    categories = categories_of(fit, scores, groups=group)
    everybody = float(weight[(categories.max(axis=1) >= 0)].sum())
    kept = large_enough(booklets(categories, group, weight), everybody, fewest=fewest, share=share)
    # Small products, many times: threads would cost more than they save, and could change a digit.
    with one_blas_thread():
        parts = _parts(fit, kept, categories, weight, by_category=chosen == "C2")
        return _assembled(fit, chosen, parts, everybody, level)


def _parts(
    fit: Calibration,
    kept: list[Booklet],
    categories: NDArray[np.int8],
    weight: Floats,
    *,
    by_category: bool,
) -> list[_Part]:
    probability = probabilities(fit.model, fit.x, fit.grid.theta)
    return [
        _Part(
            b,
            expected_moments(
                probability[b.columns],
                np.exp(fit.grid.log_weight[b.group]),
                fit.model.n_categories[b.columns],
                by_category=by_category,
            ),
            moments(categories, b, weight, probability.shape[1]),
        )
        for b in kept
    ]


def _chosen(fit: Calibration, statistic: Statistic | None) -> str:
    """All three are M2 where all items are right/wrong."""
    binary = bool((fit.model.n_categories == 2).all())
    if binary:
        return "M2"
    if statistic == "M2":
        raise Refused(
            "needs_right_wrong",
            "some items have more than two categories",
            "use C2, or M2* of mean scores",
        )
    return statistic or "C2"


def _groups(
    fit: Calibration, groups: NDArray[np.int64] | None, n_persons: int
) -> NDArray[np.int64]:
    if groups is not None:
        return np.asarray(groups, dtype=np.int64)
    if len(fit.group_labels) > 1:
        raise Refused(
            "needs_groups",
            f"the calibration has {len(fit.group_labels)} groups",
            "say which group each person is in",
        )
    return np.zeros(n_persons, np.int64)


def _assembled(
    fit: Calibration, statistic: str, parts: list[_Part], everybody: float, level: float
) -> GlobalFit:
    df = sum(part.expected.n_moments for part in parts) - fit.n_parameters
    found = _distance(fit, parts) if df > 0 else Distance(np.nan, "no_degrees_of_freedom", 0)
    n = sum(part.booklet.n for part in parts)
    close = rmsea(found.value, df=df, n=n, level=level)
    residual = pair_residuals([(part.seen, part.expected, part.booklet.n) for part in parts])
    null, pairs = residual.null_value, residual.n_pairs
    return GlobalFit(
        statistic=statistic,
        value=found.value,
        df=df,
        p_value=_p_value(found.value, df),
        reason=found.reason,
        alternative=_alternative(fit, statistic, parts) if df <= 0 else None,
        n=n,
        n_left_out=everybody - n,
        booklets=len(parts),
        rmsea=close.rmsea,
        rmsea_low=close.low,
        rmsea_high=close.high,
        level=level,
        srmsr=residual.srmsr,
        null_value=null,
        null_df=pairs,
        tli=tli(found.value, df=df, null_value=null, null_df=pairs),
        cfi=cfi(found.value, df=df, null_value=null, null_df=pairs),
    )


def _p_value(value: float, df: int) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, value)) if df > 0 else np.nan


def _alternative(fit: Calibration, statistic: str, parts: list[_Part]) -> str | None:
    """C2 has a moment for every category where M2* has one an item."""
    if statistic != "M2*":
        return None
    moments_of_c2 = sum(
        int((fit.model.n_categories[part.booklet.columns] - 1).sum()) + part.expected.pairs[0].size
        for part in parts
    )
    return "C2" if moments_of_c2 > fit.n_parameters else None


def _distance(fit: Calibration, parts: list[_Part]) -> Distance:
    """Booklets stacked, each moment divided by its standard error."""
    derivative = _derivative(fit)
    scale = [deviations(part.expected) for part in parts]
    sharp = [np.sqrt(part.booklet.n) / sd for part, sd in zip(parts, scale, strict=True)]
    residual = [_residual(part) * s for part, s in zip(parts, sharp, strict=True)]
    slopes = [
        slopes_of(part.expected, _gradients(fit, part.booklet, derivative), s)
        for part, s in zip(parts, sharp, strict=True)
    ]
    ends = np.cumsum([r.size for r in residual])[:-1]

    def covariance(v: Floats) -> Floats:
        pieces = zip(parts, scale, np.split(v, ends), strict=True)
        return np.concatenate([covariance_times(p.expected, v / sd) / sd for p, sd, v in pieces])

    def transposed(v: Floats) -> Floats:
        pieces = zip(slopes, np.split(v, ends), strict=True)
        return np.asarray(sum(onto_parameters(s, piece) for s, piece in pieces))

    jacobian = Jacobian(
        times=lambda b: np.concatenate([onto_moments(s, b) for s in slopes]),
        transposed_times=transposed,
        gram=np.asarray(sum(gram(s) for s in slopes)),
    )
    return distance(np.concatenate(residual), jacobian, covariance)


def _residual(part: _Part) -> Floats:
    """Observed less expected moments, of scores less their expectations."""
    e, seen = part.expected, part.seen
    univariate = np.where(
        e.category < 0, seen.mean[e.item], seen.share[e.item, np.maximum(e.category, 0)]
    )
    off = seen.mean - e.centre
    covariance = seen.product - np.outer(seen.mean, seen.mean) + np.outer(off, off)
    return np.concatenate([univariate, covariance[e.pairs]]) - expectation(e)


def _derivative(fit: Calibration) -> Floats:
    """(columns, p, K, Q) of the probabilities in the parameters of each item."""
    theta = fit.grid.theta
    probability = probabilities(fit.model, fit.x, theta)
    return np.asarray(parameter_scores(fit.model, fit.x, theta) * probability[:, None])


def _gradients(fit: Calibration, booklet: Booklet, derivative: Floats) -> Gradients:
    """The part of a booklet: its items, and the distribution of its group."""
    population, g = fit.population, booklet.group
    n, means = fit.model.n_free, int(population.free_mean.sum())
    places = [
        n + int(population.free_mean[:g].sum()),
        n + means + int(population.free_sd[:g].sum()),
    ]
    free = np.array([population.free_mean[g], population.free_sd[g]])
    sight = normal_sight(fit.grid.theta, fit.group_mean[g], float(np.log(fit.group_sd[g])))
    return Gradients(
        by_category=derivative[booklet.columns],
        where=fit.model.where[booklet.columns],
        log_weight=sight.first[free],
        group_where=np.array(places)[free],
        n_parameters=fit.n_parameters,
    )
