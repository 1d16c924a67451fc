"""Weighted shares below each cut of a sweep, with what clusters and weights do to their error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.analyses.cutscores.population_weights import Weighted
from naas_psych.analyses.cutscores.sweep_axis import n_steps, operational
from naas_psych.analyses.cutscores.swept import Swept
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.cluster_shares import ClusterShares
from naas_psych.numerics.one_thread import one_blas_thread
from naas_psych.numerics.post_stratification import Codes, Design

#: Least part of its distance that a cluster is taken to keep from a share that it belongs to.
_PULL = 0.5
#: Shares this near 0 or 1 are.
_DUST = 1e-12


@dataclass(frozen=True, eq=False)
class PopulationShares:
    """Shares at the C cuts of the axis of all forms, between clusters.

    alone : (C,) variance of each were persons drawn one by one, from so large a population
    n : persons; by_form (F,) : weight of the persons on each form
    """

    observed: ClusterShares
    alone: Floats
    n: int
    by_form: Floats


def population_shares(
    found: Swept, weighted: Weighted, *, unit: float, population: float
) -> PopulationShares:
    """Shares by the weights; errors are what is left of a person beyond its stratum."""
    tails = _Tails.of(found, weighted, unit)
    design = weighted.design
    beta = _fitted(design, tails.by_column)
    # Weights add up to 1 but for rounding: nobody is nobody, and everybody everybody.
    whole = np.rint(tails.whole)
    share = np.where(np.abs(tails.whole - whole) < _DUST, whole, tails.whole)
    held = np.bincount(tails.codes, design.weights, found.clusters.n)
    errors = tails.by_cluster - _expected(design, tails.codes, found.clusters.n, beta)
    # A cluster pulls the share towards itself: its distance is that much too small.
    errors /= np.sqrt(np.clip(1 - held, _PULL, 1.0))[:, None]
    kish = 1 / float((held**2).sum())
    present = int((held > 0).sum())
    observed = ClusterShares(
        share=np.clip(share, 0.0, 1.0),
        errors=errors,
        unit=design.kish,
        sure=found.whole.observed.sure,
        df=max(kish - 1, 1.0),
        df_weights=float(max(present - 1, 1)),
    )
    alone = _alone(tails, design, population)
    return PopulationShares(observed, alone, weighted.rows.size, tails.by_form)


@dataclass(frozen=True, eq=False)
class _Tails:
    """Who is below each cut: weight by cluster (G, C) and by design column (P, C), and in all.

    squares : (P, C) the same by column of squared weights, of the first margin
    """

    codes: Codes
    by_cluster: Floats
    by_column: Floats
    squares: Floats
    whole: Floats
    by_form: Floats

    @staticmethod
    def of(found: Swept, weighted: Weighted, unit: float) -> _Tails:
        design, clusters = weighted.design, found.clusters
        place = np.full(clusters.codes.size, -1)
        place[weighted.rows] = np.arange(weighted.rows.size)
        width = found.whole.axis.cut.size
        by_cluster = np.zeros((clusters.n, width))
        by_column = np.zeros((design.n_columns, width))
        squares = np.zeros((design.n_columns, width))
        by_form = []
        for form, exact in zip(found.totals, found.whole.axis.exact, strict=True):
            top = n_steps(form, unit)
            here = place[form.rows] >= 0
            rows, own = form.rows[here], place[form.rows][here]
            steps = np.rint((form.totals[here] - form.low) / unit).astype(np.int64)
            counted = _Counted(steps, top, operational(exact, top))
            weight = design.weights[own]
            by_form.append(float(weight.sum()))
            by_cluster += counted.below(clusters.codes[rows], weight, clusters.n)
            for column in design.columns:
                by_column += counted.below(column[own], weight, design.n_columns)
            squares += counted.below(design.columns[0][own], weight**2, design.n_columns)
        return _Tails(
            codes=clusters.codes[weighted.rows],
            by_cluster=by_cluster,
            by_column=by_column,
            squares=squares,
            whole=by_cluster.sum(axis=0),
            by_form=np.array(by_form),
        )


@dataclass(frozen=True, eq=False)
class _Counted:
    """steps (n,) of persons on a form with steps 0 to top; from_here (C,) reaches each cut."""

    steps: Codes
    top: int
    from_here: Codes

    def below(self, codes: Codes, weight: Floats, n: int) -> Floats:
        """(n, C) weight of the persons of each code who are below each cut."""
        cells = np.bincount(codes * (self.top + 1) + self.steps, weight, n * (self.top + 1))
        table = np.zeros((n, self.top + 2))
        np.cumsum(cells.reshape(n, -1), axis=1, out=table[:, 1:])
        return np.asarray(table[:, self.from_here])


def _fitted(design: Design, by_column: Floats) -> Floats:
    """(P, C) what the columns tell of being below: rates of strata, or additive over margins."""
    if len(design.columns) == 1:
        held = np.bincount(design.columns[0], design.weights, design.n_columns)
        return np.asarray(by_column / np.where(held > 0, held, np.inf)[:, None])
    with one_blas_thread():
        return np.asarray(np.linalg.lstsq(design.crossed(), by_column, rcond=None)[0])


def _expected(design: Design, codes: Codes, n_clusters: int, beta: Floats) -> Floats:
    """(G, C) what each cluster would add if its persons were as their strata are."""
    found = np.zeros((n_clusters, beta.shape[1]))
    for column in design.columns:
        flat = codes * design.n_columns + column
        held = np.bincount(flat, design.weights, n_clusters * design.n_columns)
        found += np.einsum("gp,pc->gc", held.reshape(n_clusters, -1), beta)
    return found


def _alone(tails: _Tails, design: Design, population: float) -> Floats:
    """(C,) sum of squared weights times what is left, persons drawn without replacement.

    For strata it is sum W_h^2 (1 - n_h / N_h) p_h (1 - p_h) / (n_h - 1). For several margins the
    spread within the first stands for what is left, which is more rather than less.
    """
    column = design.columns[0]
    n = np.bincount(column, minlength=design.n_columns).astype(float)
    weight = np.bincount(column, design.weights, design.n_columns)
    square = np.bincount(column, design.weights**2, design.n_columns)
    own = np.where(weight > 0, weight, np.inf)[:, None]
    rate = tails.by_column / own if len(design.columns) == 1 else None
    if rate is None:
        rate = tails.squares / np.where(square > 0, square, np.inf)[:, None]
    left = np.ones(n.size)
    if np.isfinite(population) and population >= n.sum():
        left = np.clip(1 - n / np.maximum(weight * population, 1e-300), 0.0, 1.0)
    factor = square * left * n / np.maximum(n - 1, 1.0)
    return np.asarray(np.einsum("p,pc->c", factor, rate * (1 - rate)))
