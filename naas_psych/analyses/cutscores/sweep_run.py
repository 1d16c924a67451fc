"""Draws of a sweep, block by block, until the Monte-Carlo error of every limit is small."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from naas_psych.analyses.cutscores.sweep_base import Base
from naas_psych.analyses.cutscores.sweep_model import PARTS, Measures, drawn_measures, mixed
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.classification.cluster_scores import cluster_scores, parameter_draws
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.multipliers import multipliers
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.numerics.quantile_error import quantile_error_share

#: Draws of a block: after each the Monte-Carlo error is looked at.
BLOCK = 250
LEVEL = 0.95


def block_weights(n_clusters: int, start: int, end: int, *, seed: int) -> Floats:
    """The block of random weights that begins with draw `start`, cut off at draw `end`."""
    own = int(np.random.SeedSequence((seed, start)).generate_state(1)[0])
    return multipliers(n_clusters, BLOCK, seed=own)[: end - start]


@dataclass(frozen=True, eq=False)
class Run:
    """Draws so far: of observed shares (each form, then all), and of the model by form."""

    below: list[Floats]
    modelled: list[Measures] | None
    halved: int
    mcse: float

    @property
    def n(self) -> int:
        return len(self.below[0])


def drawn_until_enough(base: Base, most: int, share: float) -> Run:
    """Blocks up to `most` draws, until no Monte-Carlo error passes `share` of its interval."""
    sums = _score_sums(base)
    run: Run | None = None
    for start in range(0, most, BLOCK):
        weights = block_weights(base.clusters.n, start, most, seed=base.seed)
        block = _block(base, weights, sums)
        run = block if run is None else _joined(run, block)
        run = replace(run, mcse=_worst(base, run))
        if run.mcse <= share:
            break
    if run is None:
        raise AnalysisImpossible("There are no draws. Needed: draws of at least 1.")
    return run


def _score_sums(base: Base) -> Floats | None:
    """(G, P), or None where the parameters have no errors."""
    if base.world is None or base.world.made.fit.covariance is None:
        return None
    made = base.world.made
    return cluster_scores(made.fit, made.points, base.clusters.codes, base.clusters.n)


def _block(base: Base, weights: Floats, sums: Floats | None) -> Run:
    with one_blas_thread():
        below = [one.draws([weights]) for one in (*base.observed, base.total)]
    if sums is None or base.world is None:
        return Run(below, None, 0, np.nan)
    drawn = parameter_draws(base.world.made.fit, sums, weights)
    modelled = [
        drawn_measures(model, base.exact(place), drawn.parameters, threads=base.threads)
        for place, model in enumerate(base.world.models)
    ]
    return Run(below, modelled, drawn.halved, np.nan)


def _joined(one: Run, other: Run) -> Run:
    below = [np.concatenate(pair) for pair in zip(one.below, other.below, strict=True)]
    modelled = None
    if one.modelled is not None and other.modelled is not None:
        modelled = [
            Measures(*(np.concatenate([getattr(a, part), getattr(b, part)]) for part in PARTS))
            for a, b in zip(one.modelled, other.modelled, strict=True)
        ]
    return Run(below, modelled, one.halved + other.halved, np.nan)


def _worst(base: Base, run: Run) -> float:
    """The largest Monte-Carlo error of a limit for all forms, over the width of its interval."""
    found = [quantile_error_share(run.below[-1], LEVEL)]
    if run.modelled is not None:
        whole = of_all_forms(base, run.modelled)
        found += [quantile_error_share(getattr(whole, part), LEVEL) for part in PARTS]
    return float(np.nanmax(np.concatenate([np.zeros(1), *found])))


def of_all_forms(base: Base, each: list[Measures]) -> Measures:
    """All forms together, from measures at `exact` of each form."""
    return mixed(
        [one.at(slice(axis.cut.size, None)) for one, axis in zip(each, base.axes, strict=True)],
        base.shares,
    )
