"""Where the width of an interval comes from: persons, their clusters, judges, choice of model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.sweep_draws import (
    Chances,
    Drawn,
    still,
    with_judges,
    with_models,
)
from naas_psych.analyses.cutscores.sweep_model import (
    Measures,
    drawn_measures,
    form_model,
    mixed,
)
from naas_psych.analyses.cutscores.sweep_rows import Side, below_limits, ends
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.analyses.irt.calibrated import Calibrated
from naas_psych.irt.classification.cluster_scores import cluster_scores, parameter_draws
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.result import tidy
from naas_psych.study.study import Study

#: What is taken apart, and how it is had from a set of draws.
MEASURES = ("below_cut", "false_pass", "false_fail", "accuracy")
ALL, PERSONS, CLUSTERS, JUDGES, MODEL = "all", "persons", "clusters", "judges", "model"
SOURCES = (PERSONS, CLUSTERS, JUDGES, MODEL)
#: Draws as if persons had come one by one: they serve for a width only.
_ALONE = 250
_STREAM = 3
#: A variance below this is rounding.
_NOTHING = 1e-18


@dataclass(frozen=True, eq=False)
class _Widths:
    """Half-widths and variances (C,) of each measure with one source alone (or all)."""

    half: dict[str, dict[str, Floats]]
    variance: dict[str, dict[str, Floats]]


def sources_table(
    study: Study,
    found: Swept,
    side: Side,
    made: Calibrated | None,
    *,
    drawn: Chances,
    level: float,
    threads: int,
) -> pd.DataFrame:
    """Each cut asked for, measure and source: half-width with it alone, and share of the variance.

    Clusters are what they add to persons drawn one by one. Shares are of the sum of the sources.
    """
    axis = side.form.axis
    places = [*axis.asked]
    widths = _widths(study, found, side, made, drawn=drawn, level=level, threads=threads)
    rows = []
    for k in places:
        for measure in MEASURES:
            if measure not in widths.half[ALL]:
                continue
            total = sum(float(widths.variance[source][measure][k]) for source in SOURCES)
            for source in (ALL, *SOURCES):
                own = float(widths.variance[source][measure][k])
                rows.append(
                    {
                        "cut_name": axis.names[k],
                        "cut": axis.cut[k],
                        "unit": axis.units[k],
                        "measure": measure,
                        "width_source": source,
                        "half_width": float(widths.half[source][measure][k]),
                        "variance_share": np.nan if source == ALL or total <= 0 else own / total,
                    }
                )
    frame = pd.DataFrame(rows, columns=list(rows[0]) if rows else ["cut_name"])
    columns = {str(name): frame[name].to_numpy() for name in frame}
    whys = [
        "is_the_sum" if source == ALL else "no_variance"
        for source in columns.get("width_source", [])
    ]
    return tidy(columns, {"variance_share": whys})


def _widths(
    study: Study,
    found: Swept,
    side: Side,
    made: Calibrated | None,
    *,
    drawn: Chances,
    level: float,
    threads: int,
) -> _Widths:
    form = side.form
    still_here = still(form, found.n_draws)
    own = Drawn(form.below, None if form.modelled is None else form.modelled.draws)
    alone = _alone(study, found, side, made, threads)
    shifts = side.judges.shifts(drawn.uniform)
    cases = {
        ALL: side.drawn,
        "both": own,
        PERSONS: alone,
        JUDGES: with_judges(form, still_here, shifts),
        MODEL: with_models(still_here, list(side.models.values()), drawn.model),
    }
    half = {name: _halves(case, level) for name, case in cases.items()}
    variance = {name: _variances(case) for name, case in cases.items()}
    for table, limits in ((half[ALL], below_limits(side, level)), *_exact(side, half, level)):
        table["below_cut"] = (limits[1] - limits[0]) / 2
    variance["both"]["below_cut"] = form.observed.variance
    variance[PERSONS]["below_cut"] = form.observed.variance_alone
    variance[CLUSTERS] = {
        name: np.maximum(variance["both"][name] - variance[PERSONS][name], 0.0)
        for name in variance[ALL]
    }
    half[CLUSTERS] = {
        name: np.sqrt(np.maximum(half["both"][name] ** 2 - half[PERSONS][name] ** 2, 0.0))
        for name in half[ALL]
    }
    if not found.clusters.name:
        for by_source in (variance, half):
            by_source[PERSONS] = dict(by_source["both"])
            by_source[CLUSTERS] = {name: 0 * value for name, value in by_source["both"].items()}
    return _Widths(half, variance)


def _exact(
    side: Side, half: dict[str, dict[str, Floats]], level: float
) -> list[tuple[dict[str, Floats], tuple[Floats, Floats]]]:
    """Limits of observed shares that need no draws."""
    observed = side.form.observed
    return [
        (half["both"], observed.limits(level)),
        (half[PERSONS], observed.limits(level, alone=True)),
    ]


def _parts(case: Drawn) -> dict[str, Floats]:
    found = {"below_cut": case.below}
    if case.modelled is not None:
        found |= {name: getattr(case.modelled, name) for name in MEASURES[1:]}
    return found


def _halves(case: Drawn, level: float) -> dict[str, Floats]:
    found = {}
    for name, draws in _parts(case).items():
        low, high = ends(draws, level)
        found[name] = (high - low) / 2
    return found


def _variances(case: Drawn) -> dict[str, Floats]:
    found = {name: draws.var(axis=0) for name, draws in _parts(case).items()}
    return {name: np.where(own > _NOTHING, own, 0.0) for name, own in found.items()}


def _alone(study: Study, found: Swept, side: Side, made: Calibrated | None, threads: int) -> Drawn:
    """What the models would say of other samples of persons who come one by one."""
    form = side.form
    below = np.repeat(form.observed.share[None], 2, axis=0)
    if form.modelled is None or form.modelled.draws is None or made is None:
        return Drawn(below, None)
    if not found.clusters.name:
        return Drawn(below, form.modelled.draws)
    parameters = _one_by_one(study, made, found.seed)
    each: list[Measures] = []
    for place, totals in enumerate(found.totals):
        model = form_model(made, totals, study.responses)
        if model is not None:
            cuts = form.axis.exact[place]
            each.append(drawn_measures(model, cuts, parameters, threads=threads))
    n = np.array([one.n for one in found.forms], dtype=float)
    return Drawn(below, mixed(each, np.asarray(n / n.sum())))


def _one_by_one(study: Study, made: Calibrated, seed: int) -> Floats:
    """(R, P) draws with the sandwich covariance of single persons."""
    n = study.responses.n_persons
    scores = cluster_scores(made.fit, made.points, np.arange(n), n)
    with one_blas_thread():
        values, vectors = np.linalg.eigh(scores.T @ scores)
        root = vectors * np.sqrt(np.maximum(values, 0.0))
        stream = np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, _STREAM))))
        normal = stream.standard_normal((_ALONE, root.shape[1]))
        return parameter_draws(made.fit, root.T, normal).parameters


def largest(rows: Sequence[dict[str, object]]) -> str:
    """The source with the largest share of the variance among rows of one cut and measure."""
    known = [row for row in rows if row["width_source"] in SOURCES]
    best = max(known, key=lambda row: float(row["variance_share"] or 0.0))  # type: ignore[arg-type]
    return str(best["width_source"])
