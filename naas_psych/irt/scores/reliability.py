"""Reliability by a response model, one number a definition."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.grid import normal_log_weight
from naas_psych.irt.scores.information import information
from naas_psych.irt.scores.person_scores import Estimate
from naas_psych.irt.scores.score_distribution import sum_scores
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class ModelReliability:
    """What the model promises in one group with variance s2 of theta.

    marginal : E[I / (I + 1 / s2)], the share of variance known at the average person
    marginal_unit : E[I / (I + s2)] over a standard normal, as mirt's marginal_rxx has it; the same
        as `marginal` where theta is standard normal
    information : 1 - E[1 / I] / s2, of a maximum likelihood score (Green et al. 1984); can be far
        below 0 where some persons meet next to no information
    sum_score_eap : Var(E[theta | sum score]) / s2, of the table from sum scores to theta
    """

    marginal: float
    marginal_unit: float
    information: float
    sum_score_eap: float


def model_reliability(
    fit: Calibration, *, items: Sequence[int] | None = None, group: int | None = None
) -> ModelReliability:
    """Of a form (default: all calibrated items) in a group (default: the reference group).

    Averages are over the nodes of the calibration with the group's weights.
    """
    g = fit.reference if group is None else group
    weight, variance = np.exp(fit.grid.log_weight[g]), float(fit.group_sd[g] ** 2)
    known = information(fit, fit.grid.theta, items=items, group=group).information
    with np.errstate(divide="ignore"):
        noise = float(weight @ (1 / known))
    standard = np.exp(normal_log_weight(fit.grid.theta, np.zeros(1), np.ones(1)))[0]
    table = sum_scores(fit, items=items, group=group)
    possible = table.probability > 0
    share, eap = table.probability[possible], table.eap[possible]
    spread = float(share @ (eap - share @ eap) ** 2)
    return ModelReliability(
        marginal=float(weight @ (known / (known + 1 / variance))),
        marginal_unit=float(standard @ (known / (known + variance))),
        information=1 - noise / variance,
        sum_score_eap=spread / variance,
    )


def empirical_reliability(estimate: Estimate, *, shrunken: bool) -> float:
    """Of scores that persons have; those without a finite score and error are left out.

    shrunken : True for EAP and MAP, Var(score) / (Var(score) + mean error^2); False for ML and WLE,
        whose variance holds that of the errors: 1 - mean error^2 / Var(score)
    """
    known = np.isfinite(estimate.theta) & np.isfinite(estimate.se)
    if known.sum() < 2:
        return float("nan")
    return _ratio(estimate.theta[known], estimate.se[known], shrunken)


def _ratio(theta: Floats, se: Floats, shrunken: bool) -> float:
    spread, noise = float(theta.var(ddof=1)), float(np.mean(se**2))
    if shrunken:
        return spread / (spread + noise) if spread + noise > 0 else float("nan")
    return 1 - noise / spread if spread > 0 else float("nan")
