"""How able those tested are, with the error of so few of them, and how able each group is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.clusters import clusters_of
from naas_psych.analyses.cutscores.resit_world import World
from naas_psych.analyses.outcomes import form_totals, total_at
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.multipliers import multipliers
from naas_psych.study.responses import Counted
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

#: Least share of the variance of all abilities that a group is given.
_LEAST = 0.05
#: A total this near a cut stands on it.
_NEAR = 1e-9


@dataclass(frozen=True, eq=False)
class Scored:
    """n persons with a total: standardised within their form, so that forms count alike.

    rows (n,) of the study; outcomes (n,) as observed, 0 the lowest; z (n,)
    cluster (n,); draws (R, G) : weights that make another sample of clusters
    """

    rows: NDArray[np.int64]
    outcomes: NDArray[np.int64]
    z: Floats
    cluster: NDArray[np.int64]
    draws: Floats
    said: str


@dataclass(frozen=True, eq=False)
class Ability:
    """(R + 1,) mean and SD of ability: the estimate, then draws that stand for its error."""

    mean: Floats
    sd: Floats


def scored_persons(
    study: Study, cuts: Mapping[str, Cut], omitted: Counted | None, *, draws: int, seed: int
) -> Scored:
    """All persons with a total on a form where totals differ."""
    rows, z, reached = [np.empty(0, np.int64)], [np.empty(0)], [np.empty(0, np.int64)]
    for form in form_totals(study, omitted):
        spread = form.totals.std()
        if spread > 0:
            rows.append(form.rows)
            lines = np.array([total_at(study, form, cut, omitted) for cut in cuts.values()])
            reached.append((form.totals[:, None] >= lines - _NEAR).sum(axis=1))
            z.append((form.totals - form.totals.mean()) / spread)
    found, clusters = np.concatenate(rows), clusters_of(study)
    own = clusters.codes[found]
    seen, codes = np.unique(own, return_inverse=True)
    weights = multipliers(seen.size, draws, seed=seed)
    return Scored(found, np.concatenate(reached), np.concatenate(z), codes, weights, clusters.said)


def ability(world: World, scored: Scored, chosen: NDArray[np.bool_]) -> Ability:
    """Of the chosen (n,) among the scored: true scores spread less than observed ones."""
    z, rho = scored.z[chosen], world.reliability
    centre, square = z.mean(), z.var()
    moved = _drawn(scored, chosen, z - centre)
    wider = _drawn(scored, chosen, (z - centre) ** 2 - square)
    means = centre + np.concatenate([[0.0], moved])
    variances = square + np.concatenate([[0.0], wider])
    share = np.maximum((variances - (1 - rho)) / rho, _LEAST)
    return Ability(world.mean + world.sd * means / np.sqrt(rho), world.sd * np.sqrt(share))


def _drawn(scored: Scored, chosen: NDArray[np.bool_], influence: Floats) -> Floats:
    """(R,) errors of a mean over the chosen, to which each adds its influence."""
    n_clusters = scored.draws.shape[1]
    sums = np.bincount(scored.cluster[chosen], weights=influence, minlength=n_clusters)
    return np.asarray(np.einsum("rg,g->r", scored.draws, sums) / influence.size)
