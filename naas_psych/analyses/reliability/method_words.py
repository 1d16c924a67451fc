"""The method column of the reliability table: estimator and interval, in words."""

from __future__ import annotations

from naas_psych.analyses.reliability.forms import Form
from naas_psych.numerics.consistency import Estimates
from naas_psych.numerics.omega import FEWEST_ITEMS
from naas_psych.numerics.split_half import EXHAUSTIVE

_ESTIMATORS = {
    "alpha": "Cronbach's alpha on covariances",
    "alpha_standardised": "alpha on correlations",
    "kr20": "Kuder-Richardson 20 (alpha of 0/1 items)",
    "kr21": "Kuder-Richardson 21, total variance with denominator N",
    "lambda1": "Guttman's lambda1",
    "lambda2": "Guttman's lambda2",
    "lambda3": "Guttman's lambda3 (alpha)",
    "lambda4": "Guttman's lambda4: best split into equal halves",
    "lambda5": "Guttman's lambda5",
    "lambda6": "Guttman's lambda6 (squared multiple correlations)",
    "omega_total": "three minres factors on correlations",
    "omega_hierarchical": "three minres factors, oblimin, Schmid-Leiman",
    "omega_one_factor": "one minres factor on correlations",
    "glb": "greatest lower bound, algebraic",
    "glb_factor": "communalities of {factors} minres factors on correlations",
    "split_half_mean": "mean of all equal splits, closed form",
    "split_half_best": "best equal split (Guttman)",
    "split_half_worst": "worst equal split (Guttman)",
    "stratified_alpha": "alpha within domains",
}

TROUBLES = {
    "not_converged": "the factor solution did not converge",
    "rotation_not_converged": "the rotation did not converge",
    "second_order_heywood_case": "Heywood case in the second-order factor",
    "heywood_case": "Heywood case: a uniqueness at its lower bound .005",
}

_INTERVALS = {
    "feldt": "Feldt interval",
    "bca": "bootstrap BCa interval, {samples} samples",
    "percentile": "bootstrap percentile interval, {samples} samples",
    "reflected": "bootstrap interval reflected about and holding the estimate, {samples} samples",
    "undefined": "no interval",
}

_BY_MATRIX = {
    "lambda1", "lambda2", "lambda3", "lambda4", "lambda5", "lambda6",
    "glb", "split_half_mean", "split_half_best", "split_half_worst",
}  # fmt: skip


def method_of(
    name: str, found: Estimates, *, form: Form, rule: str, matrix: str, samples: int
) -> str:
    """`three minres factors on correlations; bootstrap BCa, 1000 samples`."""
    n_items = int(form.varies.sum())
    words = _ESTIMATORS[name].format(factors=found.start.n_common)
    if name == "omega_total" and n_items < FEWEST_ITEMS:
        words = "one minres factor on correlations (three need six items)"
    if name in _BY_MATRIX:
        words += f" on {matrix}s" if matrix == "correlation" else " on covariances"
    if name in ("lambda4", "split_half_best", "split_half_worst"):
        words += ", searched" if n_items > EXHAUSTIVE else ", all splits compared"
    if name in found.troubles:
        words += f" ({TROUBLES[found.troubles[name]]})"
    return f"{words}; {_INTERVALS[rule].format(samples=samples)}"
