"""What every draw of a sweep starts from: forms, cuts, observed shares and the response model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.clusters import Clusters
from naas_psych.analyses.cutscores.sweep_axis import Axis, n_steps, operational
from naas_psych.analyses.cutscores.sweep_model import FormModel, form_model
from naas_psych.analyses.irt.calibrated import Calibrated, calibrated
from naas_psych.analyses.outcomes import FormTotals, form_totals
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.cluster_shares import ClusterShares, cluster_shares, cluster_tails
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


@dataclass(frozen=True, eq=False)
class World:
    """A calibration, and each form as it sees it."""

    made: Calibrated
    models: tuple[FormModel, ...]


def world_of(study: Study, omitted: Counted | None, threads: int) -> tuple[World | None, str]:
    """The calibration with errors; or nothing, and why."""
    try:
        made = calibrated(study, omitted=omitted, standard_errors="observed", threads=threads)
    except AnalysisImpossible as refusal:
        return None, str(refusal)
    models = [form_model(made, form, study.responses) for form in form_totals(study, omitted)]
    if any(model is None for model in models):
        return None, "A form has no item that could be calibrated."
    return World(made, tuple(model for model in models if model is not None)), ""


@dataclass(frozen=True, eq=False)
class Base:
    """What stays the same over all draws.

    axes, observed : of each form; whole, total : of all forms together
    """

    study: Study
    forms: tuple[FormTotals, ...]
    axes: list[Axis]
    whole: Axis
    observed: list[ClusterShares]
    total: ClusterShares
    clusters: Clusters
    world: World | None
    seed: int
    threads: int

    @property
    def shares(self) -> Floats:
        """(F,) share of the persons who took each form."""
        n = np.array([form.rows.size for form in self.forms], dtype=float)
        return np.asarray(n / n.sum())

    def exact(self, place: int) -> Floats:
        """Cuts of a form's own axis, then of the axis of all forms."""
        return np.concatenate([self.axes[place].exact[0], self.whole.exact[place]])


def observed_shares(
    forms: Sequence[FormTotals],
    axis: Axis,
    clusters: Clusters,
    weight: Floats,
    unit: float,
) -> ClusterShares:
    """Shares below the cuts of an axis, all of these forms together."""
    below = np.zeros((clusters.n, axis.cut.size))
    size, sure = np.zeros(clusters.n), []
    for form, exact in zip(forms, axis.exact, strict=True):
        top = n_steps(form, unit)
        steps = np.rint((form.totals - form.low) / unit).astype(np.int64)
        own = weight[form.rows]
        codes = clusters.codes[form.rows]
        tails = cluster_tails(steps, codes, own, shape=(clusters.n, top + 1))
        from_here = operational(exact, top)
        below += tails[:, :1] - tails[:, from_here]
        size += tails[:, 0]
        sure.append((from_here == 0) | (from_here == top + 1))
    rows = np.concatenate([form.rows for form in forms])
    square = float((weight[rows] ** 2).sum() / weight[rows].sum() ** 2)
    return cluster_shares(below, size, unit=square, sure=np.all(sure, axis=0))
