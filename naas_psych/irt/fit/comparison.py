"""Calibrations of the same scores compared: information criteria, tests of nested models."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.refusal import Refused

#: Each model's next more general one, for items of more than two categories. The graded model has
#: no relatives there: it is neither a case of the partial credit models nor they of it.
PARENTS = {"rsm": "pcm", "pcm": "gpcm", "gpcm": "nominal"}
#: The same for right/wrong items, where many names are one model.
BINARY_PARENTS = {"rasch": "2pl", "2pl": "3pl", "3pl": "4pl"}
#: Asymptotes that a model adds: their plain value, 0 or 1, is the edge of what they may be.
_ASYMPTOTES = {"3pl": 1, "4pl": 2}
_SAME = {"1pl": "pcm", "rasch": "pcm"}
_SAME_BINARY = {
    **dict.fromkeys(("1pl", "pcm", "rsm"), "rasch"),
    **dict.fromkeys(("grm", "gpcm", "nominal"), "2pl"),
}
#: A log-likelihood ratio this far below 0 is no rounding: the general model is not at its maximum.
_BELOW_ZERO = 1e-2


@dataclass(frozen=True)
class Criteria:
    """Information criteria, the smaller the better: BIC and SABIC count persons.

    aicc : AIC for small samples (Hurvich & Tsai 1989), NaN with no more persons than parameters
    """

    aic: float
    aicc: float
    bic: float
    sabic: float


def criteria(fit: Calibration) -> Criteria:
    """AIC, AICc, BIC, and BIC with its n adjusted to (n + 2) / 24 (Sclove 1987)."""
    p, n = fit.n_parameters, fit.n
    spare = n - p - 1
    return Criteria(
        aic=fit.aic,
        aicc=fit.aic + 2 * p * (p + 1) / spare if spare > 0 else np.nan,
        bic=fit.bic,
        sabic=-2 * fit.log_likelihood + p * float(np.log((n + 2) / 24)),
    )


@dataclass(frozen=True)
class LikelihoodRatio:
    """Twice the difference of log-likelihoods.

    df : difference of the numbers of parameters
    boundary : how many of these stand at the edge of what they may be where the restricted model
        holds; p_value is then from a mixture of chi-squares
    penalised : a prior kept the general model from its maximum, so that lr is too small
    reason : why there is no p_value (not_at_maximum, or penalised: a prior holds the general
        model below its special case), else None
    """

    lr: float
    df: int
    p_value: float
    boundary: int
    penalised: bool
    reason: str | None


def nested(restricted: Calibration, general: Calibration) -> bool:
    """Whether the first model is a special case of the second, item by item, and not the same."""
    pairs = _pairs(restricted, general)
    return all(b in _line(a, k) for a, b, k in pairs) and any(a != b for a, b, _ in pairs)


def _pairs(one: Calibration, other: Calibration) -> list[tuple[str, str, int]]:
    """Of each item: its two models under one name for what is the same, and its categories."""
    return [
        (_plain(one.models[c.item], c.scores.size), _plain(other.models[c.item], c.scores.size), k)
        for c in one.columns
        for k in (c.scores.size,)
    ]


def _plain(model: str, n_categories: int) -> str:
    return (_SAME_BINARY if n_categories == 2 else _SAME).get(model, model)


def _line(model: str, n_categories: int) -> list[str]:
    """The model with all that are more general."""
    parents = BINARY_PARENTS if n_categories == 2 else PARENTS
    line = [model]
    while line[-1] in parents:
        line.append(parents[line[-1]])
    return line


def likelihood_ratio(restricted: Calibration, general: Calibration) -> LikelihoodRatio:
    """Does the general model describe the scores better than chance would have it?

    Where b of the parameters that it adds are asymptotes, which in the restricted model stand at
    their edge, the ratio is a mixture of chi-squares with df - b to df degrees of freedom (Self &
    Liang 1987), here with the weights of asymptotes that are estimated independently: binomial
    with one half. The plain chi-square would reject too seldom.

    Raises
    ------
    Refused
        The models are not nested, or were not fitted to the same scores.
    """
    _refuse_other_scores(restricted, general)
    if not nested(restricted, general):
        raise Refused(
            "not_nested",
            "neither model is a special case of the other",
            "compare them by their information criteria",
        )
    lr = 2 * (general.log_likelihood - restricted.log_likelihood)
    df = general.n_parameters - restricted.n_parameters
    boundary = sum(
        _ASYMPTOTES.get(b, 0) - _ASYMPTOTES.get(a, 0) for a, b, _ in _pairs(restricted, general)
    )
    penalised = bool(general.model.priors)
    lost = lr < -_BELOW_ZERO
    return LikelihoodRatio(
        lr=lr,
        df=df,
        p_value=np.nan if lost else mixture_p_value(lr, df=df, boundary=boundary),
        boundary=boundary,
        penalised=penalised,
        reason=("penalised" if penalised else "not_at_maximum") if lost else None,
    )


def _refuse_other_scores(one: Calibration, other: Calibration) -> None:
    same = (
        one.n == other.n and one.reasons == other.reasons and len(one.columns) == len(other.columns)
    )
    if same and all(
        np.array_equal(a.scores, b.scores) for a, b in zip(one.columns, other.columns, strict=True)
    ):
        return
    raise Refused(
        "other_scores",
        f"the models were fitted to the scores of {one.n:g} and of {other.n:g} persons, "
        "or to other items",
        "fit both to the same scores",
    )


def mixture_p_value(lr: float, *, df: int, boundary: int) -> float:
    """Of chi-squares with df - boundary + k degrees of freedom, k binomial (boundary, 1/2)."""
    from scipy.special import chdtrc, gammaln

    if lr <= 0:
        return 1.0
    k = np.arange(boundary + 1)
    log_weight = gammaln(boundary + 1) - gammaln(k + 1) - gammaln(boundary - k + 1)
    degrees = df - boundary + k
    # no degrees of freedom: all mass at 0
    tail = np.where(degrees > 0, chdtrc(np.maximum(degrees, 1), lr), 0.0)
    return float(np.exp(log_weight - boundary * np.log(2)) @ tail)
