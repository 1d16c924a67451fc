"""Average differences between two groups: as they are, and with covariates held equal."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, stdtr

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, t_quantile
from naas_psych.numerics.regression.fits import Fit, firth, least_squares, logistic
from naas_psych.numerics.regression.robust import Spread, spread

Sites = NDArray[np.int64] | None


@dataclass(frozen=True, eq=False)
class Effect:
    """A difference, its standard error and degrees of freedom (infinite for a normal interval).

    parts (G,) : what each site adds to its error, with what it adds by its covariates; None where
        only the model's own error is known
    log_odds, log_odds_se : of an outcome, the coefficient of the group
    """

    value: float
    se: float
    df: float
    method: str
    parts: Floats | None = None
    log_odds: float = np.nan
    log_odds_se: float = np.nan

    def interval(self, level: float) -> Interval[float]:
        """value -+ t standard errors."""
        half = self._t(level) * self.se
        return Interval(self.value - half, self.value + half)

    def odds_interval(self, level: float) -> Interval[float]:
        """Limits of the odds ratio."""
        half = self._t(level) * self.log_odds_se
        return Interval(float(np.exp(self.log_odds - half)), float(np.exp(self.log_odds + half)))

    @property
    def p_value(self) -> float:
        """Two-sided, of no difference."""
        if not self.se > 0 or not self.df > 0:
            return np.nan
        return float(2 * stdtr(self.df, -abs(self.value) / self.se))

    def _t(self, level: float) -> float:
        return t_quantile(level, self.df) if self.df > 0 else np.nan


def mean_difference(y: Floats, focal: Floats, sites: Sites) -> Effect:
    """Mean of y (N,) of the focal persons (N,) of 0 and 1 minus that of the others."""
    fit = least_squares(y, np.column_stack([np.ones(y.size), focal]))
    # Not the coefficient, which rounding leaves a little off 0 where both means are the same.
    value = float(y[focal > 0].mean() - y[focal == 0].mean())
    return _effect(value, spread(fit, np.array([0.0, 1.0]), sites), "means")


def adjusted_mean_difference(y: Floats, focal: Floats, others: Floats, sites: Sites) -> Effect:
    """The same between persons alike in others (N, P), which hold the constant."""
    fit = least_squares(y, np.column_stack([others, focal]))
    found = spread(fit, np.eye(fit.coefficients.size)[-1], sites)
    return _effect(float(fit.coefficients[-1]), found, "linear")


def adjusted_rate_difference(
    y: Floats, focal: Floats, others: Floats, sites: Sites
) -> Effect | None:
    """Average over all persons of P(y = 1 | focal) - P(y = 1 | reference), by logistic regression.

    The delta method takes the persons' covariates as given. Where regressors tell the outcome for
    certain it is Firth's regression with its own errors; None where that does not settle either.
    """
    x = np.column_stack([others, focal])
    fit = logistic(y, x)
    if fit is None:
        penalised = firth(y, x)
        return None if penalised is None else _penalised(penalised, others)
    margin = margin_of(fit.coefficients, others)
    found = spread(fit, margin.gradient, sites)
    odds = spread(fit, np.eye(x.shape[1])[-1], sites)
    return Effect(
        value=margin.value,
        se=found.se,
        df=found.df,
        method="logistic",
        parts=found.parts + summed(margin.own / y.size, sites),
        log_odds=float(fit.coefficients[-1]),
        log_odds_se=odds.se,
    )


@dataclass(frozen=True, eq=False)
class Margin:
    """An average difference in probability: gradient (P,) in the coefficients, own (N,) of each
    person less the average."""

    value: float
    gradient: Floats
    own: Floats


def margin_of(coefficients: Floats, others: Floats) -> Margin:
    """The average difference that a logit with the group as its last regressor implies."""
    base = others @ coefficients[:-1]
    p0, p1 = expit(base), expit(base + coefficients[-1])
    w0, w1 = p0 * (1 - p0), p1 * (1 - p1)
    own = p1 - p0
    gradient = np.r_[(w1 - w0) @ others, w1.sum()] / base.size
    return Margin(float(own.mean()), gradient, own - own.mean())


def explained(before: Effect, after: Effect) -> Effect:
    """What covariates take off a difference; its error from what each site adds to both.

    The degrees of freedom are the fewer of the two.
    """
    value = before.value - after.value
    if before.parts is None or after.parts is None:
        return Effect(value, np.nan, np.nan, "none")
    apart = before.parts - after.parts
    return Effect(value, float(np.sqrt((apart**2).sum())), min(before.df, after.df), "parts", apart)


def summed(values: Floats, sites: Sites) -> Floats:
    """values (N,) added up by site, in the order of their codes."""
    if sites is None:
        return values
    present, codes = np.unique(sites, return_inverse=True)
    return np.asarray(np.bincount(codes, weights=values, minlength=present.size), dtype=float)


def _penalised(fit: Fit, others: Floats) -> Effect:
    margin = margin_of(fit.coefficients, others)
    return Effect(
        value=margin.value,
        se=float(np.sqrt(margin.gradient @ fit.bread @ margin.gradient)),
        df=np.inf,
        method="firth",
        log_odds=float(fit.coefficients[-1]),
        log_odds_se=float(np.sqrt(fit.bread[-1, -1])),
    )


def _effect(value: float, found: Spread, method: str) -> Effect:
    return Effect(value, found.se, found.df, method, found.parts)
