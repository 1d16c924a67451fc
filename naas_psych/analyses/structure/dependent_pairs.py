"""Pairs of items that depend on each other, and the clusters they make: found once, used by all."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from naas_psych.analyses.irt.calibrated import Calibrated, ModelName, calibrated, impossible
from naas_psych.analyses.kept import kept
from naas_psych.errors import AnalysisImpossible
from naas_psych.irt.fit.dependence_reference import Reference, dependence_reference
from naas_psych.irt.fit.residual_correlations import ResidualCorrelations, residual_correlations
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

#: Persons in a replicate. Spread falls with the square root of the persons of a pair: of 30,000
#: persons and 60 items without dependence, distances in SD that 2,000 gave had a spread of 1.00.
MOST_PERSONS = 2000
#: Score points of an item that a response model can be fitted to in reasonable time.
_MOST_CATEGORIES = 30


@dataclass(frozen=True)
class Asked:
    """What dependence is computed with."""

    model: ModelName
    omitted: Counted
    replicates: int
    seed: int


@dataclass(frozen=True)
class Dependence:
    """All pairs of J items. p : (J, J) that the most extreme pair lies so far out; flagged : (J, J)

    reference : None where no replicates were asked for
    clusters : items of each connected group of flagged pairs, the largest adjusted Q3 first
    """

    made: Calibrated
    q3: ResidualCorrelations
    reference: Reference | None
    p: Floats
    flagged: NDArray[np.bool_]
    clusters: tuple[NDArray[np.int64], ...]

    def reach(self, cluster: NDArray[np.int64], *, p: float) -> NDArray[np.int64]:
        """The items that go with a cluster as a whole, its own among them.

        Of a shared text only its own items do; of an area of the test whose strongest pairs are
        flagged, the other items of that area do too. Held to the replicates, p shared out over
        the items.
        """
        if self.reference is None:
            return cluster
        drawn = self.reference.drawn[:, :, cluster].mean(axis=2, dtype=float)
        seen = np.nan_to_num(self.q3.adjusted[:, cluster]).mean(axis=1)
        shrunk = np.sqrt(self.reference.persons / len(self.made.points))
        limit = drawn.mean(axis=0) - ndtri(p / len(seen)) * shrunk * drawn.std(axis=0, ddof=1)
        going = np.flatnonzero((seen > limit) & (drawn.std(axis=0) > 0))
        return np.union1d(cluster, going)


def _check_categories(study: Study) -> None:
    """A model with a parameter for each of a hundred score points takes hours, and says nothing."""
    responses = study.responses
    points = int((responses.max_points - responses.min_points).max(initial=0)) + 1
    if points > _MOST_CATEGORIES:
        raise AnalysisImpossible(
            f"An item has {points} score points, and a response model would need a parameter for "
            f"each. Needed: scores of at most {_MOST_CATEGORIES} points; parallel_analysis and "
            "one_factor take such items as they are."
        )


def dependence(study: Study, asked: Asked, *, threads: int) -> Dependence:
    """Adjusted Q3 of all pairs, held to its reference; made once for all that ask for the same.

    Raises
    ------
    AnalysisImpossible
        The scores cannot be calibrated, or fewer than three items vary.
    """
    return kept(study, ("dependence", asked), lambda: _dependence(study, asked, threads=threads))


def _dependence(study: Study, asked: Asked, *, threads: int) -> Dependence:
    _check_categories(study)
    made = calibrated(study, model=asked.model, omitted=asked.omitted, threads=threads)
    if len(made.fit.columns) < 3:
        raise AnalysisImpossible(
            f"Only {len(made.fit.columns)} items can be calibrated; two items make one pair, and "
            "there is no other to compare it with. Needed: three or more items that vary."
        )
    try:
        q3 = residual_correlations(made.fit, made.points)
        reference = None
        if asked.replicates:
            reference = dependence_reference(
                made.fit,
                made.points,
                replicates=asked.replicates,
                seed=asked.seed,
                persons=MOST_PERSONS,
                threads=threads,
            )
    except Refused as refusal:
        raise impossible(refusal) from refusal
    enough = reference is not None and reachable(asked.replicates, study.thresholds)
    p = reference.p_values(q3.adjusted) if reference and enough else chance_of_extreme(q3)
    flagged = flags(q3, p, by_reference=enough, thresholds=study.thresholds)
    return Dependence(
        made, q3, reference if enough else None, p, flagged, _clusters(flagged, q3.adjusted)
    )


def reachable(replicates: int, thresholds: Thresholds) -> bool:
    """Whether so few replicates can give a p as small as a flag needs."""
    return 1 / (replicates + 1) <= thresholds["irt_p_value_max"].value


def chance_of_extreme(q3: ResidualCorrelations) -> Floats:
    """Bonferroni's p (J, J) of an adjusted Q3 by Fisher's z; 1 where it is not above 0."""
    known = np.isfinite(q3.adjusted) & (q3.n > 3)
    tested = max(int(np.triu(known, 1).sum()), 1)
    size = np.clip(np.where(known, q3.adjusted, 0.0), 0.0, 1 - 1e-12)
    z = np.arctanh(size) * np.sqrt(np.maximum(q3.n - 3, 0))
    return np.where(known, np.minimum(1.0, ndtr(-z) * tested), np.nan)


def flags(
    q3: ResidualCorrelations, p: Floats, *, by_reference: bool, thresholds: Thresholds
) -> NDArray[np.bool_]:
    """Pairs (J, J) that are too extreme for chance and large enough to matter."""
    limit = thresholds["dependence_q3_min" if by_reference else "irt_q3_adjusted_max"].value
    with np.errstate(invalid="ignore"):
        sure = p <= thresholds["irt_p_value_max"].value
        return np.asarray(sure & (q3.adjusted > limit))


def _clusters(flagged: NDArray[np.bool_], adjusted: Floats) -> tuple[NDArray[np.int64], ...]:
    """Connected groups of items, those with the largest mean adjusted Q3 first."""
    left = set(np.flatnonzero(flagged.any(axis=1)).tolist())
    found = []
    while left:
        reached, edge = set[int](), {min(left)}
        while edge:
            reached |= edge
            near = flagged[sorted(edge)].any(axis=0)
            edge = set(np.flatnonzero(near).tolist()) - reached
        left -= reached
        found.append(np.array(sorted(reached), dtype=np.int64))
    return tuple(sorted(found, key=lambda items: (-mean_of_pairs(adjusted, items), items[0])))


def mean_of_pairs(values: Floats, items: NDArray[Any]) -> float:
    """Mean over the known pairs among `items`."""
    block = values[np.ix_(items, items)][np.triu_indices(len(items), 1)]
    known = block[np.isfinite(block)]
    return float(known.mean()) if known.size else float("nan")
