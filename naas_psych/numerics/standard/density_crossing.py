"""Where the smoothed scores of two groups cross: which group a score is more usual of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats

_POINTS = 2001
#: A density below this share of the highest is nobody: crossings there are left out.
_NOBODY = 0.01


@dataclass(frozen=True)
class Crossing:
    """A score where the densities cross; upward: above it the upper group is the denser."""

    score: float
    upward: bool


def bandwidth(scores: Floats) -> float:
    """Silverman's rule, 0.9 min(SD, IQR / 1.34) n^(-1/5), as R's bw.nrd0 has it."""
    sd = float(scores.std(ddof=1)) if scores.size > 1 else 0.0
    quartiles = np.quantile(scores, [0.25, 0.75])
    spread = min(sd, float(quartiles[1] - quartiles[0]) / 1.34) or sd
    return float(0.9 * spread * scores.size ** (-0.2))


def smoothed_density(scores: Floats, at: Floats) -> Floats:
    """(Q,) Gaussian kernel density of scores (n,) at points (Q,)."""
    width = bandwidth(scores)
    values, counts = np.unique(scores, return_counts=True)
    kernels = np.exp(-0.5 * ((at[:, None] - values) / width) ** 2)
    norm = scores.size * width * np.sqrt(2 * np.pi)
    return np.asarray(np.einsum("qv,v->q", kernels, counts.astype(float)) / norm)


def crossings(lower: Floats, upper: Floats) -> tuple[Crossing, ...]:
    """Every crossing within the scores of the two groups; none where a group does not vary."""
    if min(lower.size, upper.size) < 2 or not (bandwidth(lower) > 0 and bandwidth(upper) > 0):
        return ()
    both = np.r_[lower, upper]
    at = np.linspace(both.min(), both.max(), _POINTS)
    first, second = smoothed_density(lower, at), smoothed_density(upper, at)
    gap = second - first
    there = np.maximum(first, second) > _NOBODY * max(float(first.max()), float(second.max()))
    # A point where they are exactly equal is on neither side.
    kept = np.flatnonzero(there & (gap != 0))
    at, gap = at[kept], gap[kept]
    change = np.flatnonzero((gap[:-1] * gap[1:] < 0) & (np.diff(kept) <= 2))
    return tuple(
        Crossing(
            float(at[k] + (at[k + 1] - at[k]) * gap[k] / (gap[k] - gap[k + 1])),
            bool(gap[k + 1] > 0),
        )
        for k in change.tolist()
    )
