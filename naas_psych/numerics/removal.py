"""What happens to totals, alpha and outcomes when items are taken out of a test."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.bootstrap import canonical_order
from naas_psych.numerics.one_thread import one_blas_thread

#: Case weights held at a time.
_CELLS = 4_000_000
#: A total that misses a cut by rounding only has reached it.
_TOUCH = 1e-9


@dataclass(frozen=True)
class Marks:
    """Marks from 0 of persons on items (n, J), the most marks of each item (J,), cuts as shares.

    cuts : (C,) shares of all marks that have to be reached
    """

    points: NDArray[Any]
    highest: NDArray[np.int64]
    cuts: Floats


@dataclass(frozen=True)
class Outcomes:
    """Of M ways to take items out: shares of all marks (n, M), who reaches each cut (C, n, M)."""

    shares: Floats
    reached: NDArray[np.bool_]


def outcomes(test: Marks, kept: NDArray[np.bool_]) -> Outcomes:
    """Scores and outcomes when only the items `kept` (M, J) count; a cut keeps its share."""
    most = kept @ test.highest
    totals = test.points.astype(float) @ kept.T.astype(float)
    with np.errstate(invalid="ignore", divide="ignore"):
        shares = totals / most
    reached = totals[None] >= test.cuts[:, None, None] * most - _TOUCH
    return Outcomes(shares, reached)


def alphas(points: NDArray[Any], kept: NDArray[np.bool_]) -> Floats:
    """Alpha (M,) of the items kept, among those that vary."""
    return alphas_from(np.atleast_2d(np.cov(points.astype(float), rowvar=False)), kept)


def alphas_from(covariance: Floats, kept: NDArray[np.bool_]) -> Floats:
    """Alpha (M,) of the items kept (M, J), from the covariances of all (J, J)."""
    live = kept & (np.diag(covariance) > 0)
    chosen = live.astype(float)
    spread = np.einsum("mj,jk,mk->m", chosen, covariance, chosen)
    return _alpha(chosen @ np.diag(covariance), spread, live.sum(axis=1))


def _alpha(item_variance: Floats, total_variance: Floats, size: Any) -> Floats:
    found = np.full(np.shape(total_variance), np.nan)
    good = (np.asarray(size) > 1) & (total_variance > 1e-12)
    sizes = np.broadcast_to(size, found.shape)[good]
    found[good] = sizes / (sizes - 1) * (1 - np.asarray(item_variance)[good] / total_variance[good])
    return found


def random_removals(
    allowed: NDArray[np.bool_], *, count: int, samples: int, seed: int
) -> NDArray[np.bool_]:
    """Masks (samples, J) of what is kept when `count` of the items `allowed` go, drawn blindly."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    places = np.flatnonzero(allowed)
    drawn = np.argsort(rng.random((samples, places.size)), axis=1)[:, :count]
    kept = np.ones((samples, allowed.size), dtype=bool)
    np.put_along_axis(kept, places[drawn], False, axis=1)
    return kept


@dataclass(frozen=True)
class Changes:
    """Bootstrap replicates of a test with all items and without some, side by side (B, 2).

    alphas, means, sds : reliability, mean and standard deviation of the share of the marks
    facilities : mean over items of the share of their marks
    pass_rate : (B, C) change of the share that reaches each cut
    """

    alphas: Floats
    means: Floats
    sds: Floats
    facilities: Floats
    pass_rate: Floats

    @property
    def alpha(self) -> Floats:
        """(B,) change of alpha."""
        return np.asarray(self.alphas[:, 1] - self.alphas[:, 0])

    @property
    def mean(self) -> Floats:
        """(B,) change of the mean share."""
        return np.asarray(self.means[:, 1] - self.means[:, 0])


def changes(
    test: Marks, kept: NDArray[np.bool_], *, replicates: int, seed: int, threads: int
) -> Changes:
    """Resample persons and take the same items out each time.

    A replicate is a row of case weights; alpha, mean and pass rates are ratios of weighted sums,
    so that all replicates are one matrix product. Sums are of whole numbers and exact: the answer
    depends on the seed alone, not on threads or the order of rows.
    """
    masks = np.stack([np.ones_like(kept), kept])
    columns, widths = _sums_needed(test, masks)
    columns = columns[canonical_order(test.points, seed=seed)]
    n = len(columns)
    size = max(1, min(replicates, _CELLS // max(n, 1)))
    starts = range(0, replicates, size)
    children = np.random.SeedSequence(seed).spawn(len(starts))
    draw = partial(_weighted, columns)
    counts = [min(size, replicates - at) for at in starts]
    with one_blas_thread(), ThreadPoolExecutor(threads) as pool:
        sums = np.concatenate(list(pool.map(draw, children, counts)))
    return _changes(sums / n, widths, test, masks)


def _sums_needed(test: Marks, masks: NDArray[np.bool_]) -> tuple[Floats, NDArray[np.int64]]:
    """Columns (n, .): items, their squares if these differ, totals and squares, gain by cut."""
    x = test.points.astype(float)
    totals = x @ masks.T.astype(float)
    reached = outcomes(test, masks).reached
    gain = (reached[:, :, 1].astype(float) - reached[:, :, 0]).T
    # A mark of 0 or 1 is its own square.
    squares = x[:, :0] if (test.highest <= 1).all() else x**2
    parts = [x, squares, totals, totals**2, gain]
    return np.concatenate(parts, axis=1), np.cumsum([part.shape[1] for part in parts])


def _weighted(columns: Floats, child: np.random.SeedSequence, count: int) -> Floats:
    n = len(columns)
    rng = np.random.Generator(np.random.PCG64(child))
    drawn = rng.integers(0, n, size=(count, n)) + n * np.arange(count)[:, None]
    weights = np.bincount(drawn.ravel(), minlength=count * n).reshape(count, n)
    return np.asarray(weights.astype(float) @ columns)


def _changes(
    means: Floats, widths: NDArray[np.int64], test: Marks, masks: NDArray[np.bool_]
) -> Changes:
    x, squares, totals, total_squares, gain = np.split(means, widths[:-1], axis=1)
    variances = (squares if squares.shape[1] else x) - x**2
    live = (masks & (test.points.min(axis=0) != test.points.max(axis=0))).astype(float)
    spread = total_squares - totals**2
    both = [_alpha(variances @ live[k], spread[:, k], live[k].sum()) for k in (0, 1)]
    most, n = masks @ test.highest, len(test.points)
    return Changes(
        alphas=np.stack(both, axis=1),
        means=totals / most,
        sds=np.sqrt(np.maximum(spread, 0) * n / (n - 1)) / most,
        facilities=facilities(x, test.highest, masks),
        pass_rate=gain,
    )


def facilities(means: Floats, highest: NDArray[np.int64], kept: NDArray[np.bool_]) -> Floats:
    """(B, M) mean facility of the items kept (M, J), of item means (B, J)."""
    shares = means / np.where(highest > 0, highest, 1)
    with np.errstate(invalid="ignore"):
        return np.asarray(shares @ kept.T.astype(float) / kept.sum(axis=1))


def correlation(a: Floats, b: Floats) -> float:
    """Pearson's r; nan where one does not vary."""
    if len(a) < 2 or np.ptp(a) == 0 or np.ptp(b) == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])
