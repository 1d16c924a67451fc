"""Weights that make those who answered look like everybody who could have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

#: Weights are settled when every margin fits to this share of its size.
_CLOSE = 1e-10
_ROUNDS = 500


@dataclass(frozen=True)
class Margin:
    """One characteristic: codes (n,) of those who answered, persons in the frame by code (C,)."""

    codes: NDArray[np.int64]
    frame: Floats


def rake(margins: Sequence[Margin], n: int) -> Floats:
    """Weights (n,) whose sums fit every margin in turn (Deming and Stephan 1940).

    Every code needs somebody who answered; the weights sum to the persons of the frame. One margin
    is post-stratification.
    """
    weights = np.ones(n)
    for _ in range(_ROUNDS):
        gap = 0.0
        for margin in margins:
            sums = np.bincount(margin.codes, weights, minlength=margin.frame.size)
            factor = margin.frame / sums
            gap = max(gap, float(np.abs(factor - 1).max()))
            weights = weights * factor[margin.codes]
        if gap < _CLOSE:
            break
    return weights


@dataclass(frozen=True)
class WeightedShares:
    """Shares (Q,) by the weights, their standard errors, and the people they are worth."""

    share: Floats
    se: Floats
    n_effective: Floats


def weighted_shares(
    yes: NDArray[np.bool_], weights: Floats, margins: Sequence[Margin]
) -> WeightedShares:
    """Shares of `yes` (n, Q) with the linearised error of a raked mean (Deville and Sarndal 1992).

    Var = sum w (w - 1) e^2 / N^2 with e the residuals on the margins and a factor n / (n - rank):
    whoever stands for himself only (w = 1) adds nothing. For one margin it is, but for the factor,
    sum W_h^2 (1 - n_h / N_h) p_h q_h / (n_h - 1).
    """
    said = np.asarray(yes, dtype=float)
    n, total = len(said), float(weights.sum())
    share = weights @ said / total
    design = np.concatenate([np.eye(m.frame.size)[m.codes] for m in margins], axis=1)
    root = np.sqrt(weights)[:, None]
    beta, _, rank, _ = np.linalg.lstsq(root * design, root * said, rcond=None)
    squares = np.maximum(weights * (weights - 1), 0.0) @ (said - design @ beta) ** 2
    variance = squares / total**2 * n / max(n - int(rank), 1)
    spread = share * (1 - share)
    # Without any spread the formula has no error left; then those who answered are what counts.
    worth = np.divide(
        spread, variance, out=np.full(share.size, float(n)), where=(variance > 0) & (spread > 0)
    )
    return WeightedShares(share, np.sqrt(variance), worth)


def collapsed(codes: NDArray[Any], answered: NDArray[np.bool_], *, least: int) -> NDArray[np.int64]:
    """Codes (N,) of the frame in which every code has `least` who answered; the rare ones joined.

    Codes with too few become one; if that is still too small it joins the largest.
    """
    _, numbered = np.unique(codes, return_inverse=True)
    found = np.bincount(numbered[answered], minlength=numbered.max(initial=-1) + 1)
    few = found < least
    largest = int(np.argmax(found))
    joined = int(np.flatnonzero(few)[0]) if few.any() else largest
    target = joined if found[few].sum() >= least else largest
    moved = np.where(few, target, np.arange(found.size))
    _, again = np.unique(moved[numbered], return_inverse=True)
    return np.asarray(again, dtype=np.int64)
