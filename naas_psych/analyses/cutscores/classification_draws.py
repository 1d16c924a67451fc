"""Totals as another sample of persons would have them: what the intervals come from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.clusters import Clusters
from naas_psych.analyses.cutscores.classification_forms import CutForm, alpha_of
from naas_psych.analyses.cutscores.sweep_run import BLOCK, block_weights
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.classification.spread import Spread
from naas_psych.numerics.one_thread import one_blas_thread

#: Clusters of a form below which they tell no error.
_FEWEST = 2


@dataclass(frozen=True)
class Drawing:
    """How other samples are drawn: the clusters of all persons, how many samples, and the seed."""

    clusters: Clusters
    replicates: int
    seed: int

    def reason(self, rows: NDArray[np.int64]) -> str | None:
        """Why the persons in these rows give no interval; None where they do."""
        if self.replicates < 1:
            return "not_asked"
        few = np.unique(self.clusters.codes[rows]).size < _FEWEST
        return "too_few_clusters" if few else None

    def weights(self) -> Floats:
        """(R, G) random weights of the clusters: those of the sweep over every cut."""
        blocks = [
            block_weights(self.clusters.n, start, self.replicates, seed=self.seed)
            for start in range(0, self.replicates, BLOCK)
        ]
        return np.concatenate([np.zeros((0, self.clusters.n)), *blocks])


@dataclass(frozen=True)
class Drawn:
    """One sample: counts (span + 1,) at each total, its moments and its reliability."""

    counts: Floats
    spread: Spread
    reliability: float


def drawn_totals(form: CutForm, drawing: Drawing, *, stream: int) -> Iterator[Drawn]:
    """The totals of a form in other samples; none where no interval can be had.

    Persons one by one are drawn with replacement. Clusters get weights instead (wild bootstrap),
    the same in every form; counts may then fall below 0, which moments do not mind.
    """
    if drawing.reason(form.totals.rows) is not None:
        return
    draw = _by_cluster if drawing.clusters.name else _one_by_one
    counts, variance = draw(form, drawing, stream)
    scores = np.arange(form.span + 1.0)
    for own, item_variance in zip(counts, variance, strict=True):
        spread = Spread.of(scores, own)
        rho = form.given
        if rho is None:
            rho = alpha_of(float(item_variance), spread, form.varying)
        yield Drawn(own, spread, rho)


def _by_cluster(form: CutForm, drawing: Drawing, stream: int) -> tuple[Floats, Floats]:
    del stream
    codes = drawing.clusters.codes[form.totals.rows]
    table = np.zeros((drawing.clusters.n, form.span + 2))
    np.add.at(table, (codes, form.points), 1.0)
    table[:, -1] = np.bincount(codes, form.deviations, minlength=len(table))
    sizes = np.bincount(codes, minlength=len(table)).astype(float)
    whole = table.sum(axis=0)
    # What a cluster adds beyond its size, so that every sample has as many persons.
    own = table - sizes[:, None] * whole / form.n
    found = whole + np.einsum("rg,gs->rs", drawing.weights(), own)
    return found[:, :-1], found[:, -1] / form.n


def _one_by_one(form: CutForm, drawing: Drawing, stream: int) -> tuple[Floats, Floats]:
    """Persons with replacement. Item variances within a total are drawn as normal about theirs."""
    seeds = np.random.SeedSequence((drawing.seed, stream, form.n))
    generator = np.random.Generator(np.random.PCG64(seeds))
    counts = generator.multinomial(form.n, form.counts / form.n, drawing.replicates).astype(float)
    at_least_one = np.maximum(form.counts, 1.0)
    mean = np.bincount(form.points, form.deviations, minlength=form.span + 1) / at_least_one
    square = np.bincount(form.points, form.deviations**2, minlength=form.span + 1) / at_least_one
    noise = generator.standard_normal(drawing.replicates) * np.sqrt(
        np.einsum("rs,s->r", counts, np.maximum(square - mean**2, 0.0))
    )
    return counts, (np.einsum("rs,s->r", counts, mean) + noise) / form.n


def drawn_means(terms: Floats, rows: NDArray[np.int64], drawing: Drawing, stream: int) -> Floats:
    """(R, ...) means over persons of what each adds (n, ...), in other samples."""
    n, shape = len(terms), terms.shape[1:]
    flat = terms.reshape(n, -1)
    mean = flat.mean(axis=0)
    off = flat - mean
    if drawing.clusters.name:
        codes = drawing.clusters.codes[rows]
        sums = np.zeros((drawing.clusters.n, flat.shape[1]))
        np.add.at(sums, codes, off)
        found = mean + np.einsum("rg,gp->rp", drawing.weights(), sums) / n
    else:
        found = mean + _normal(np.einsum("np,nq->pq", off, off) / n**2, drawing, stream)
    return np.asarray(found.reshape(-1, *shape))


def _normal(covariance: Floats, drawing: Drawing, stream: int) -> Floats:
    # One thread, so that the same seed draws the same on every machine.
    with one_blas_thread():
        values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    seeds = np.random.SeedSequence((drawing.seed, stream))
    generator = np.random.Generator(np.random.PCG64(seeds))
    normal = generator.standard_normal((drawing.replicates, len(values)))
    return np.asarray(np.einsum("pq,rq->rp", root, normal))
