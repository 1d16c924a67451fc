"""Criteria of dimensionality that readers will ask for: each is shown, and none of them decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from naas_psych.analyses.structure.factor_data import factor_data, suited_to
from naas_psych.analyses.structure.matrices import CodedForm, MatrixName, gap
from naas_psych.analyses.structure.permuted_eigenvalues import (
    PERMUTATIONS,
    QUANTILE,
    permuted_eigenvalues,
)
from naas_psych.analyses.structure.structure_rule import Evidence, Says, above_says, count_says
from naas_psych.numerics.confirmatory.estimate import Estimate, estimates
from naas_psych.numerics.confirmatory.model import one_factor_model
from naas_psych.numerics.dimensions import (
    eigenvalue_ratio,
    partial_correlations,
    smallest_average,
)
from naas_psych.numerics.omega import FEWEST_ITEMS as FEWEST_FOR_OMEGA
from naas_psych.numerics.omega import omega_three_factors
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.numerics.parallel_analysis import Kind, NullEigenvalues, eigenvalues, retained
from naas_psych.numerics.smoothing import smoothed
from naas_psych.thresholds import Thresholds

#: A factor of three items fits whatever they are.
_FEWEST_FOR_FIT = 4


def shown_evidence(
    form: CodedForm, *, clusters: int, thresholds: Thresholds, seed: int, threads: int
) -> Iterator[Evidence]:
    """Of a form with so many clusters of dependent items."""
    with one_blas_thread():
        null = _null(form, seed=seed, threads=threads)
        suited = form.suited.name
        other: MatrixName = "pearson" if suited == "polychoric" else "polychoric"
        yield _parallel(form, suited, null, role="suited", clusters=clusters)
        yield _map(form, suited, clusters)
        yield _ratio(form, thresholds)
        yield _parallel(form, other, null, role="other", clusters=clusters)
        yield from _general(form, thresholds)
        yield from _factor_fit(form, clusters=clusters, thresholds=thresholds, threads=threads)


def _null(form: CodedForm, *, seed: int, threads: int) -> Mapping[Kind, NullEigenvalues]:
    """Eigenvalues of permuted data, of each matrix without undefined pairs."""
    kinds: list[Kind] = [k for k in ("pearson", "polychoric") if gap(form, k) is None]
    return permuted_eigenvalues(
        form, kinds=kinds, replicates=PERMUTATIONS, seed=seed, threads=threads
    )


def _parallel(
    form: CodedForm,
    name: MatrixName,
    null: Mapping[Kind, NullEigenvalues],
    *,
    role: str,
    clusters: int,
) -> Evidence:
    """Components of one matrix that stand out from permuted data."""
    why, count = gap(form, name), float("nan")
    if why is None and not len(null[name].values):
        why = "all_samples_degenerate"
    elif why is None:
        count = float(retained(eigenvalues(form.matrix(name)), null[name].quantile(QUANTILE)))
    return Evidence(
        criterion=f"parallel_analysis_{role}",
        value=count,
        target=1.0,
        says=count_says(count, clusters),
        why=why or "undefined",
    )


def _map(form: CodedForm, name: MatrixName, clusters: int) -> Evidence:
    why, count = gap(form, name), None
    if why is None:
        count = smallest_average(partial_correlations(smoothed(form.matrix(name)).matrix).squared)
    value = float("nan") if count is None else float(count)
    return Evidence(
        criterion="velicer_map",
        value=value,
        target=1.0,
        says=count_says(value, clusters),
        why=why or "singular_matrix",
    )


def _ratio(form: CodedForm, thresholds: Thresholds) -> Evidence:
    """The first eigenvalue over the second, of the matrix that suits."""
    why, ratio = gap(form, form.suited.name), float("nan")
    if why is None:
        ratio = eigenvalue_ratio(eigenvalues(form.suited.r))
    low = thresholds["eigenvalue_ratio_min"].value
    high = thresholds["eigenvalue_ratio_target"].value
    return Evidence(
        criterion="eigenvalue_ratio",
        value=ratio,
        minimum=low,
        target=high,
        says=above_says(ratio, one_from=high, several_below=low),
        why=why or "no_second_eigenvalue",
    )


def _general(form: CodedForm, thresholds: Thresholds) -> Iterator[Evidence]:
    """ECV and omega hierarchical of three exploratory factors: noise lowers both."""
    why = gap(form, form.suited.name)
    if why is None and form.n_items < FEWEST_FOR_OMEGA:
        why = "too_few_items"
    ecv = omega = float("nan")
    if why is None:
        found = omega_three_factors(form.smooth.matrix[None])
        why = _trouble(str(found.trouble[0]))
        if why is None:
            omega = float(found.hierarchical[0])
            ecv = float((found.general[0] ** 2).sum() / (found.factors.loadings[0] ** 2).sum())
    for name, value in (("ecv", ecv), ("omega_hierarchical", omega)):
        line = thresholds[f"{name}_min"].value
        yield Evidence(
            criterion=name,
            value=value,
            target=line,
            says="one" if value >= line else "unclear",
            why=why or "undefined",
        )


def _trouble(said: str) -> str | None:
    """What a factor solution stumbled over, in the codes of the catalogue."""
    if not said:
        return None
    return "not_converged" if said.endswith("not_converged") else "heywood_case"


def _factor_fit(
    form: CodedForm, *, clusters: int, thresholds: Thresholds, threads: int
) -> Iterator[Evidence]:
    """Fit of one factor by the estimator that suits the data."""
    one = _one_factor(form, threads=threads)
    why = "too_few_items" if form.n_items < _FEWEST_FOR_FIT else "not_fitted"
    if one is not None:
        why = one.reason or one.inexact or why
    fitted = one if one is not None and one.reason is None else None
    worse: Says = "clusters" if clusters else "several"
    yield _rmsea(fitted, most=thresholds["factor_rmsea_max"].value, worse=worse, why=why)
    least, cfi = thresholds["factor_cfi_min"].value, _index(fitted, "cfi")
    yield Evidence(
        criterion="one_factor_cfi",
        value=cfi,
        target=least,
        says="one" if cfi >= least else worse if cfi < least else "unclear",
        why=why,
    )
    most, srmr = thresholds["factor_srmr_max"].value, _index(fitted, "srmr")
    yield Evidence(
        criterion="one_factor_srmr",
        value=srmr,
        target=most,
        says="one" if srmr <= most else "unclear",
        why=why,
    )


def _one_factor(form: CodedForm, *, threads: int) -> Estimate | None:
    if form.n_items < _FEWEST_FOR_FIT:
        return None
    data, name = factor_data(form, threads=threads), suited_to(form)
    model = one_factor_model(form.n_items)
    return estimates(model, (name,), scores=data.scores, pairs=data.pairs).get(name)


def _index(fitted: Estimate | None, name: str) -> float:
    return float("nan") if fitted is None else float(getattr(fitted.indices, name))


def _rmsea(fitted: Estimate | None, *, most: float, worse: Says, why: str) -> Evidence:
    """By its interval: wholly at or below the line, or wholly above."""
    value, low, high = (_index(fitted, name) for name in ("rmsea", "rmsea_low", "rmsea_high"))
    return Evidence(
        criterion="one_factor_rmsea",
        value=value,
        low=low,
        high=high,
        target=most,
        says="one" if high <= most else worse if low > most else "unclear",
        why=why,
    )
