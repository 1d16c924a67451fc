"""Every criterion of how many things a form measures, each with what it says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from naas_psych.analyses.structure.dependent_pairs import Dependence
from naas_psych.analyses.structure.different_halves import (
    Halves,
    different_halves,
    persons_of,
)
from naas_psych.analyses.structure.factor_data import factor_data, suited_to
from naas_psych.analyses.structure.matrices import CodedForm, MatrixName, gap
from naas_psych.analyses.structure.permuted_eigenvalues import permuted_eigenvalues
from naas_psych.analyses.structure.structure_rule import (
    FEWEST_ITEMS,
    Evidence,
    Says,
    above_says,
    count_says,
    halves_say,
)
from naas_psych.irt.fit.contrast import first_contrast
from naas_psych.irt.fit.item_places import one_column_each
from naas_psych.numerics.confirmatory.estimate import estimates
from naas_psych.numerics.confirmatory.model import one_factor_model
from naas_psych.numerics.dimensions import partial_correlations
from naas_psych.numerics.omega import FEWEST_ITEMS as FEWEST_FOR_OMEGA
from naas_psych.numerics.omega import omega_three_factors
from naas_psych.numerics.parallel_analysis import eigenvalues, retained
from naas_psych.numerics.smoothing import smoothed
from naas_psych.thresholds import Thresholds

#: How parallel analysis is asked for when nothing else is said, so that it is not done twice.
_PERMUTATIONS, _QUANTILE = 200, 0.95
_WORDS = {"pearson": "Pearson", "polychoric": "polychoric"}


@dataclass(frozen=True)
class FormItems:
    """Items of a form, as places in the study.

    clusters : items of each cluster, two or more; areas : of each that is too large for one, or
    that too many other items go with; kept : what is left when one item of each cluster stays
    """

    items: NDArray[np.int64]
    clusters: tuple[NDArray[np.int64], ...]
    areas: tuple[NDArray[np.int64], ...]
    kept: NDArray[np.int64]


def form_items(found: Dependence, items: NDArray[np.int64], thresholds: Thresholds) -> FormItems:
    """Which items of a form were calibrated, and which of them are repetition of another."""
    known = np.intersect1d(items, one_column_each(found.made.fit))
    most = max(2.0, thresholds["dependence_cluster_share_max"].value * known.size)
    small: list[NDArray[np.int64]] = []
    large: list[NDArray[np.int64]] = []
    for cluster in found.clusters:
        at = np.intersect1d(known, cluster)
        if at.size < 2:
            continue
        reach = found.reach(at, p=thresholds["irt_p_value_max"].value)
        (small if np.intersect1d(known, reach).size <= most else large).append(at)
    again = np.concatenate([*(at[1:] for at in small), np.empty(0, np.int64)])
    kept = np.setdiff1d(known, again)
    if kept.size < FEWEST_ITEMS:
        kept = known
    return FormItems(known, tuple(small), tuple(large), kept)


def halves_of(
    found: Dependence,
    items: NDArray[np.int64],
    *,
    rows: Any,
    points: NDArray[Any],
    replicates: int,
    seed: int,
    level: float,
) -> Halves:
    """The two most different halves of these items; `points` (n, J) of the persons `rows`."""
    taken = points[:, items]
    lowest = taken.min(axis=0, initial=np.iinfo(taken.dtype).max)
    persons = persons_of(found.made.fit, found.made.points, rows, taken - lowest)
    return different_halves(
        found.made.fit, persons, items, replicates=replicates, seed=seed, level=level
    )


def halves_evidence(halves: Halves, thresholds: Thresholds) -> Evidence:
    return Evidence(
        criterion="halves_correlation",
        value=halves.r,
        low=halves.low,
        high=halves.high,
        minimum=thresholds["structure_halves_min"].value,
        target=thresholds["structure_halves_target"].value,
        says=halves_say(halves.low, halves.high, thresholds),
        decides=True,
        why=halves.reason or "not_asked",
        why_limits=halves.reason or "too_many_samples_undefined",
    )


def contrast_evidence(found: Dependence, items: FormItems, thresholds: Thresholds) -> Evidence:
    """The first residual contrast beside what chance makes of it; in clusters' absence."""
    if items.kept.size < FEWEST_ITEMS:
        return Evidence(criterion="first_contrast", value=np.nan, decides=True, why="too_few_items")
    block = found.q3.adjusted[np.ix_(items.kept, items.kept)]
    value = first_contrast(block).value
    line = thresholds["first_contrast_max"].value
    if found.reference is None:
        return Evidence(
            criterion="first_contrast",
            value=value,
            minimum=line,
            says="one" if value < line else "unclear",
            decides=True,
        )
    chance = np.quantile(found.reference.contrasts(items.kept), [0.5, 0.95])
    within = value <= chance[1]
    return Evidence(
        criterion="first_contrast",
        value=value,
        minimum=line,
        target=float(chance[1]),
        says="one" if within else "several" if value >= line else "unclear",
        decides=True,
    )


def other_evidence(
    form: CodedForm,
    items: FormItems,
    thresholds: Thresholds,
    *,
    seed: int,
    threads: int,
) -> Iterator[Evidence]:
    """Criteria that are shown beside the deciding ones."""
    clusters = len(items.clusters)
    with threadpool_limits(1, user_api="blas"):
        yield _cluster_evidence(items)
        yield from _eigenvalue_evidence(form, clusters, thresholds, seed=seed, threads=threads)
        yield from _general_evidence(form, thresholds)
        yield from _factor_evidence(form, clusters, thresholds, threads=threads)


def _cluster_evidence(items: FormItems) -> Evidence:
    groups = (*items.clusters, *items.areas)
    return Evidence(
        criterion="dependent_groups",
        value=float(len(groups)),
        target=0.0,
        says="several" if items.areas else "clusters" if items.clusters else "one",
        decides=True,
    )  # fmt: skip


def _eigenvalue_evidence(
    form: CodedForm, clusters: int, thresholds: Thresholds, *, seed: int, threads: int
) -> Iterator[Evidence]:
    kinds: list[MatrixName] = [k for k in ("pearson", "polychoric") if gap(form, k) is None]
    null = permuted_eigenvalues(
        form, kinds=kinds, replicates=_PERMUTATIONS, seed=seed, threads=threads
    )
    other: MatrixName = "pearson" if form.suited.name == "polychoric" else "polychoric"
    for name, role in ((form.suited.name, "suited"), (other, "other")):
        why = gap(form, name)
        observed = eigenvalues(form.matrix(name)) if why is None else np.full(2, np.nan)
        if why is None and not len(null[name].values):
            why = "all_samples_degenerate"
        count = float(retained(observed, null[name].quantile(_QUANTILE))) if why is None else np.nan
        yield Evidence(
            criterion=f"parallel_analysis_{role}",
            value=count,
            target=1.0,
            says=count_says(count, clusters),
            why=why or "undefined",
        )
        if role == "suited":
            yield _map_evidence(form, name, clusters)
            ratio = float(observed[0] / observed[1]) if observed[1] > 1e-9 else np.nan
            low = thresholds["eigenvalue_ratio_min"].value
            high = thresholds["eigenvalue_ratio_target"].value
            yield Evidence(
                criterion="eigenvalue_ratio",
                value=ratio,
                minimum=low,
                target=high,
                says=above_says(ratio, one_from=high, several_below=low),
                why=why or "no_second_eigenvalue",
            )


def _map_evidence(form: CodedForm, name: MatrixName, clusters: int) -> Evidence:
    why = gap(form, name)
    count = np.nan
    if why is None:
        partial = partial_correlations(smoothed(form.matrix(name)).matrix).squared
        count = float(np.nanargmin(partial)) if np.isfinite(partial).any() else np.nan
    return Evidence(
        criterion="velicer_map",
        value=count,
        target=1.0,
        says=count_says(count, clusters),
        why=why or "singular_matrix",
    )


def _general_evidence(form: CodedForm, thresholds: Thresholds) -> Iterator[Evidence]:
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


def _factor_evidence(
    form: CodedForm, clusters: int, thresholds: Thresholds, *, threads: int
) -> Iterator[Evidence]:
    """Fit of one factor by the estimator that suits the data."""
    why, index = "too_few_items", None
    if form.n_items > 3:
        data, name = factor_data(form, threads=threads), suited_to(form)
        model = one_factor_model(form.n_items)
        one = estimates(model, (name,), scores=data.scores, pairs=data.pairs).get(name)
        why = (None if one is None else one.reason or one.inexact) or "not_fitted"
        index = None if one is None or one.reason else one.indices
    worse: Says = "clusters" if clusters else "several"
    rmsea, low, high = (
        (np.nan,) * 3 if index is None else (index.rmsea, index.rmsea_low, index.rmsea_high)
    )
    line = thresholds["factor_rmsea_max"].value
    yield Evidence(
        criterion="one_factor_rmsea",
        value=rmsea,
        low=low,
        high=high,
        target=line,
        says="one" if high <= line else worse if low > line else "unclear",
        why=why,
    )
    least = thresholds["factor_cfi_min"].value
    cfi = np.nan if index is None else index.cfi
    yield Evidence(
        criterion="one_factor_cfi",
        value=cfi,
        target=least,
        says="one" if cfi >= least else "unclear" if np.isnan(cfi) else worse,
        why=why,
    )
    most = thresholds["factor_srmr_max"].value
    srmr = np.nan if index is None else index.srmr
    yield Evidence(
        criterion="one_factor_srmr",
        value=srmr,
        target=most,
        says="one" if srmr <= most else "unclear",
        why=why,
    )
