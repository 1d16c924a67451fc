"""One model by any estimator: what every table of fit and loadings is made from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.confirmatory.indices import Indices, indices
from naas_psych.numerics.confirmatory.least_squares import PairFit, fit_pairs, scaled
from naas_psych.numerics.confirmatory.model import FactorModel, diagonal_slopes
from naas_psych.numerics.confirmatory.moments import PairMoments, ScoreMoments
from naas_psych.numerics.confirmatory.normal_theory import NormalFit, fit_ml, robust

Estimator = Literal["ml", "mlr", "dwls", "wlsmv", "uls", "ulsmv"]
ESTIMATORS: tuple[Estimator, ...] = ("ml", "mlr", "dwls", "wlsmv", "uls", "ulsmv")
#: Estimators that treat scores as continuous; those with a scaled statistic and robust errors.
CONTINUOUS = ("ml", "mlr")
ROBUST = ("mlr", "wlsmv", "ulsmv")


@dataclass(frozen=True)
class Estimate:
    """A fitted model; numbers that do not exist are nan.

    loadings, loadings_se : standardised (J, F); errors (q, q) of the raw free parameters
    raw_loadings, uniqueness : in the metric that was fitted (scores, or normal variables)
    residuals : observed less modelled correlations (J, J)
    bic, aic : where there is a likelihood
    heywood : (J,) items whose factors explain all their variance or more
    improper : factors correlate 1 or more, or no such factors exist
    identified : no parameter can be traded for another
    reason : why there is nothing, or None; inexact: why indices and errors are missing, or None
    """

    estimator: Estimator
    model: FactorModel
    n: int
    indices: Indices
    loadings: Floats
    loadings_se: Floats
    raw_loadings: Floats
    uniqueness: Floats
    phi: Floats
    phi_se: Floats
    errors: Floats
    residuals: Floats
    aic: float
    bic: float
    heywood: NDArray[np.bool_]
    improper: bool
    converged: bool
    identified: bool
    reason: str | None = None
    inexact: str | None = None


def estimates(
    model: FactorModel,
    wanted: Sequence[Estimator],
    *,
    scores: ScoreMoments | None,
    pairs: PairMoments | None,
) -> Mapping[Estimator, Estimate]:
    """The model by each estimator that was asked for; a fit serves all that share it.

    `pairs` None: there are no polychoric correlations to be had.
    """
    found: dict[Estimator, Estimate] = {}
    continuous = [name for name in wanted if name in CONTINUOUS]
    if continuous and scores is not None:
        found |= _by_scores(replace(model, variances=True), continuous, scores)
    for unweighted in (False, True):
        own = [n for n in wanted if n not in CONTINUOUS and n.startswith("uls") is unweighted]
        if own:
            shape = replace(model, variances=False)
            found |= _by_pairs(shape, own, pairs, unweighted=unweighted)
    return {name: found[name] for name in wanted if name in found}


def _by_scores(
    model: FactorModel, wanted: Sequence[Estimator], moments: ScoreMoments
) -> dict[Estimator, Estimate]:
    if moments.reason is not None:
        return {name: nothing(name, model, moments.n, moments.reason) for name in wanted}
    fit = fit_ml(model, moments.covariance, moments.n)
    return {name: _of_scores(name, fit, moments) for name in wanted}


def _of_scores(name: Estimator, fit: NormalFit, moments: ScoreMoments) -> Estimate:
    sd = np.sqrt(np.diagonal(fit.covariance))
    corr = fit.covariance / np.outer(sd, sd)
    _, log_det = np.linalg.slogdet(corr)
    chi_square, baseline, errors = fit.chi_square, -fit.n * float(log_det), fit.errors
    scaling = 1.0
    if name == "mlr":
        sandwich = robust(fit, moments.deviations)
        errors, scaling = sandwich.errors, sandwich.scaling
        chi_square = _over(chi_square, scaling)
        baseline = _over(baseline, sandwich.baseline_scaling)
    parameters = fit.model.parameters
    residuals = (fit.covariance - fit.at.sigma) / np.outer(sd, sd)
    return _estimate(
        name,
        fit,
        chi_square=chi_square,
        baseline=baseline,
        errors=errors,
        residuals=residuals,
        per=float(fit.n),
        scaling=scaling,
        aic=-2 * fit.log_likelihood + 2 * parameters,
        bic=fit.bic,
    )


def _over(value: float, scaling: float) -> float:
    return value / scaling if scaling > 0 else np.nan


def _by_pairs(
    model: FactorModel,
    wanted: Sequence[Estimator],
    moments: PairMoments | None,
    *,
    unweighted: bool,
) -> dict[Estimator, Estimate]:
    if moments is None:
        return {name: nothing(name, model, 0, "too_many_categories") for name in wanted}
    if moments.reason is not None:
        return {name: nothing(name, model, moments.n, moments.reason or "") for name in wanted}
    weights = np.ones(len(moments.r)) if unweighted else 1 / moments.influences.variance
    fit = fit_pairs(model, moments.r, weights, moments.n)
    return {name: _of_pairs(name, fit, moments) for name in wanted}


def _of_pairs(name: Estimator, fit: PairFit, moments: PairMoments) -> Estimate:
    i, j = np.triu_indices(moments.n_items, 1)
    residuals = np.zeros((moments.n_items, moments.n_items))
    residuals[i, j] = residuals[j, i] = fit.r - fit.at.sigma[i, j]
    chi_square, baseline = fit.chi_square, fit.baseline
    # Only weights that are the inverse variances make the plain errors a first approximation.
    errors = fit.bread / (fit.n - 1) if name == "dwls" else np.full(fit.bread.shape, np.nan)
    inexact = None
    if name in ROBUST:
        inexact = moments.robust_reason
        chi_square = baseline = np.nan
        if inexact is None and fit.minimum.converged:
            found = scaled(fit, moments.covariance)
            chi_square, baseline, errors = found.chi_square, found.baseline, found.errors
    made = _estimate(
        name,
        fit,
        chi_square=chi_square,
        baseline=baseline,
        errors=errors,
        residuals=residuals,
        per=float(fit.n - 1),
        scaling=1.0,
        aic=np.nan,
        bic=np.nan,
    )
    if name == "uls":
        # Its statistic follows no chi-square distribution.
        unknown = ("p_value", "rmsea_low", "rmsea_high", "cfi_low", "cfi_high")
        gaps: dict[str, Any] = dict.fromkeys(unknown, np.nan)
        without = replace(made.indices, **gaps)
        return replace(made, indices=without, inexact="no_distribution")
    return replace(made, inexact=inexact)


def _estimate(
    name: Estimator,
    fit: NormalFit | PairFit,
    *,
    chi_square: float,
    baseline: float,
    errors: Floats,
    residuals: Floats,
    per: float,
    scaling: float,
    aic: float,
    bic: float,
) -> Estimate:
    model, at = fit.model, fit.at
    sd = np.sqrt(np.diagonal(at.sigma))
    phi_se = np.zeros(at.phi.shape)
    first, second = model.factor_pairs
    begin = model.n_loadings
    own = _roots(np.diagonal(errors)[begin : begin + first.size])
    phi_se[first, second] = phi_se[second, first] = own
    return Estimate(
        estimator=name,
        model=model,
        n=fit.n,
        indices=indices(
            chi_square,
            df=model.df,
            baseline=baseline,
            n_items=model.n_items,
            n=per,
            residuals=residuals,
            scaling=scaling,
        ),
        loadings=at.loadings / sd[:, None],
        loadings_se=_standardised_errors(fit, errors, sd),
        raw_loadings=at.loadings,
        uniqueness=np.asarray(at.uniqueness),
        phi=at.phi,
        phi_se=phi_se,
        errors=errors,
        residuals=residuals,
        aic=aic,
        bic=bic,
        heywood=np.asarray(at.uniqueness <= 0),
        improper=bool(np.linalg.eigvalsh(at.phi)[0] <= 0),
        converged=fit.minimum.converged,
        identified=fit.minimum.identified,
    )


def _standardised_errors(fit: NormalFit | PairFit, errors: Floats, sd: Floats) -> Floats:
    """Standard errors (J, F) of loadings over the item's modelled standard deviation."""
    model, at = fit.model, fit.at
    item, _ = np.nonzero(model.loads)
    size = item.size
    jacobian = np.zeros((size, model.parameters))
    jacobian[np.arange(size), np.arange(size)] = 1 / sd[item]
    if model.variances:
        own = at.loadings[model.loads]
        jacobian -= (0.5 * own / sd[item] ** 3)[:, None] * diagonal_slopes(at)[item]
    found = np.zeros(model.loads.shape)
    found[model.loads] = _roots(np.einsum("sq,qr,sr->s", jacobian, errors, jacobian, optimize=True))
    return found


def _roots(variances: Floats) -> Floats:
    return np.asarray(np.sqrt(np.where(variances >= 0, variances, np.nan)))


def nothing(name: Estimator, model: FactorModel, n: int, reason: str) -> Estimate:
    """What stands for a model that could not be fitted."""
    j, f = model.loads.shape
    q = model.parameters

    def gap(*shape: int) -> Floats:
        return np.full(shape, np.nan)

    blank = indices(
        np.nan, df=model.df, baseline=np.nan, n_items=j, n=max(n, 1), residuals=gap(j, j)
    )
    return Estimate(
        name, model, n, blank, gap(j, f), gap(j, f), gap(j, f), gap(j), gap(f, f), gap(f, f),
        gap(q, q), gap(j, j), np.nan, np.nan, np.zeros(j, dtype=bool), False, False, True, reason,
    )  # fmt: skip
