"""Agreement of raters over U units: p_a, Fleiss kappa, Gwet AC1 and AC2, Krippendorff alpha.

Everything is made from counts (U, q): how many raters put each unit in each category of the
declared scale. Cells that were not rated are simply not counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import UNDEFINED, Interval, t_quantile

Weighting = Literal["identity", "linear", "quadratic"]
Metric = Literal["nominal", "ordinal", "interval", "ratio"]


@dataclass(frozen=True)
class Agreement:
    """A coefficient, its standard error over units and its t interval; nan where undefined."""

    value: float
    se: float
    interval: Interval[float]


_NOTHING = Agreement(float("nan"), float("nan"), UNDEFINED)


def category_counts(codes: NDArray[Any], categories: int) -> NDArray[np.int64]:
    """Counts (U, q) from codes (U, R) of 0 to q - 1; a negative code was not given."""
    given = codes >= 0
    units = np.broadcast_to(np.arange(codes.shape[0])[:, None], codes.shape)
    flat = units[given] * categories + codes[given]
    return np.bincount(flat, minlength=codes.shape[0] * categories).reshape(-1, categories)


def weights(kind: Weighting, categories: int) -> Floats:
    """Agreement weights (q, q) of an ordered scale of q equally spaced categories."""
    if kind == "identity" or categories == 1:
        return np.eye(categories)
    apart = np.abs(np.subtract.outer(np.arange(categories), np.arange(categories)))
    return np.asarray(1.0 - (apart / (categories - 1)) ** (1 if kind == "linear" else 2))


def observed_agreement(counts: NDArray[Any], kind: Weighting = "identity") -> float:
    """p_a: mean over units with two ratings or more of the share of pairs that agree."""
    by_unit, paired = _by_unit(counts, weights(kind, counts.shape[1]))
    return float(by_unit[paired].mean()) if paired.any() else float("nan")


def fleiss_kappa(counts: NDArray[Any], *, level: float, kind: Weighting = "identity") -> Agreement:
    """(p_a - p_e) / (1 - p_e) with p_e = sum of w_kl pi_k pi_l over the pooled margins.

    Standard error by linearisation over units (Gwet 2008), which holds away from zero agreement.
    """
    table = weights(kind, counts.shape[1])
    share, pi = _margins(counts)
    chance_by_unit = share @ (table @ pi)
    return _corrected(
        counts, table, chance=float(pi @ table @ pi), by_unit=chance_by_unit, level=level
    )


def gwet_ac(counts: NDArray[Any], *, level: float, kind: Weighting = "identity") -> Agreement:
    """AC1 (identity) or AC2: p_e = sum w / (q (q - 1)) * sum pi_k (1 - pi_k) (Gwet 2008).

    q is the number of categories of the declared scale. SE by linearisation, t with U - 1 df.
    """
    q = counts.shape[1]
    if q < 2:
        return _NOTHING
    table = weights(kind, q)
    share, pi = _margins(counts)
    factor = table.sum() / (q * (q - 1))
    return _corrected(
        counts,
        table,
        chance=float(factor * (pi @ (1 - pi))),
        by_unit=factor * (share @ (1 - pi)),
        level=level,
    )


def _margins(counts: NDArray[Any]) -> tuple[Floats, Floats]:
    """Shares of categories in each rated unit (n, q), and their mean (q,)."""
    n = counts.sum(axis=1)
    share = counts[n > 0] / n[n > 0, None]
    return share, share.mean(axis=0) if len(share) else np.full(counts.shape[1], np.nan)


def _by_unit(counts: NDArray[Any], table: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """Share of agreeing pairs in each rated unit (0 where there is no pair), and who has pairs."""
    rated = counts[counts.sum(axis=1) > 0].astype(float)
    n = rated.sum(axis=1)
    paired = n >= 2
    pairs = np.where(paired, n * (n - 1), 1.0)
    return np.where(paired, (rated * (rated @ table - 1)).sum(axis=1) / pairs, 0.0), paired


def _corrected(
    counts: NDArray[Any], table: Floats, *, chance: float, by_unit: Floats, level: float
) -> Agreement:
    """The chance-corrected coefficient from expected agreement and each unit's part in it."""
    agreeing, paired = _by_unit(counts, table)
    if not paired.any() or not chance < 1 - 1e-12:
        return _NOTHING
    value = (float(agreeing[paired].mean()) - chance) / (1 - chance)
    units = len(agreeing)
    if units < 2:
        return Agreement(float(value), float("nan"), UNDEFINED)
    part = np.where(paired, units / paired.sum() * (agreeing - chance) / (1 - chance), 0.0)
    part = part - 2 * (1 - value) * (by_unit - chance) / (1 - chance)
    se = float(np.sqrt(((part - value) ** 2).sum() / (units * (units - 1))))
    half = t_quantile(level, units - 1) * se
    return Agreement(float(value), se, Interval(float(value - half), min(float(value + half), 1.0)))


@dataclass(frozen=True)
class Alpha:
    """Krippendorff's alpha, in samples of units drawn with replacement, and without each unit."""

    value: float
    replicates: Floats
    jackknife: Floats


def krippendorff_alpha(
    counts: NDArray[Any],
    *,
    metric: Metric,
    values: Floats | None = None,
    draws: NDArray[Any] | None = None,
) -> Alpha:
    """1 - D_o / D_e from the coincidences of values within units of two ratings or more.

    Parameters
    ----------
    values : (q,) the numbers of the categories; 0 to q - 1 when not given
    draws : (B, U) how often each unit is in each bootstrap sample
    """
    numbers = np.arange(counts.shape[1], dtype=float) if values is None else values
    each = _coincidences(counts)
    total = each.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        value = float(_alpha(total[None], metric, numbers)[0])
        left = _alpha(total - each, metric, numbers)
        flat = each.reshape(len(each), -1)
        drawn = np.empty((0, len(each))) if draws is None else draws
        samples = (drawn @ flat).reshape(-1, *total.shape)
        return Alpha(value, _alpha(samples, metric, numbers), left)


def unit_draws(units: int, *, replicates: int, seed: int) -> NDArray[np.int64]:
    """(B, U) how often each unit is drawn when U are drawn with replacement."""
    rng = np.random.Generator(np.random.PCG64(np.random.SeedSequence(seed)))
    drawn = rng.integers(0, max(units, 1), size=(replicates, units))
    rows = np.arange(replicates)[:, None] * units
    return np.bincount((drawn + rows).ravel(), minlength=replicates * units).reshape(-1, units)


def _coincidences(counts: NDArray[Any]) -> Floats:
    """(U, q, q) ordered pairs of ratings in each unit, weighted 1 / (m - 1); none where m < 2."""
    n = counts.sum(axis=1).astype(float)
    pairs = counts[:, :, None] * counts[:, None, :].astype(float)
    at = np.arange(counts.shape[1])
    pairs[:, at, at] -= counts
    weight = np.where(n >= 2, 1 / np.where(n >= 2, n - 1, 1.0), 0.0)
    return np.asarray(pairs * weight[:, None, None])


def _alpha(coincidences: Floats, metric: Metric, values: Floats) -> Floats:
    """Alpha (B,) of coincidences (B, q, q); nan where all ratings are the same."""
    margin = coincidences.sum(axis=2)
    n = margin.sum(axis=1)
    apart = _distances(margin, metric, values)
    observed = (coincidences * apart).sum(axis=(1, 2)) / n
    expected = (margin[:, :, None] * margin[:, None, :] * apart).sum(axis=(1, 2)) / (n * (n - 1))
    return np.asarray(np.where(expected > 0, 1 - observed / expected, np.nan))


def _distances(margin: Floats, metric: Metric, values: Floats) -> Floats:
    """Squared distances (B or 1, q, q) of categories; the ordinal ones depend on the margins."""
    if metric == "nominal":
        return 1.0 - np.eye(len(values))[None]
    if metric == "interval":
        return np.asarray(np.subtract.outer(values, values)[None] ** 2)
    if metric == "ratio":
        total = np.add.outer(values, values)
        safe = np.where(total == 0, 1.0, total)
        return np.asarray((np.subtract.outer(values, values) / safe)[None] ** 2)
    # Ordinal: ranks passed on the way from k to l, with half of each end.
    place = np.cumsum(margin, axis=1) - margin / 2
    return np.asarray((place[:, :, None] - place[:, None, :]) ** 2)
