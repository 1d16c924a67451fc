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
class WeightedShare:
    """A share by the weights, its standard error, and the people it is worth."""

    share: float
    se: float
    n_effective: float


def weighted_share(
    yes: NDArray[np.bool_], weights: Floats, margins: Sequence[Margin]
) -> WeightedShare:
    """Share of `yes` (n,) with the linearised error of a raked mean (Deville and Sarndal 1992).

    Var = sum w (w - 1) e^2 / N^2 with e the residuals on the margins and a factor n / (n - rank):
    whoever stands for himself only (w = 1) adds nothing. For one margin it is, but for the factor,
    sum W_h^2 (1 - n_h / N_h) p_h q_h / (n_h - 1).
    """
    total = float(weights.sum())
    share = float(weights @ yes) / total
    design = np.concatenate([np.eye(m.frame.size)[m.codes] for m in margins], axis=1)
    root = np.sqrt(weights)
    beta, _, rank, _ = np.linalg.lstsq(root[:, None] * design, root * yes, rcond=None)
    residual = yes - design @ beta
    free = max(len(yes) - int(rank), 1)
    squares = np.maximum(weights * (weights - 1), 0.0) @ residual**2
    variance = float(squares) / total**2 * len(yes) / free
    spread = share * (1 - share)
    worth = spread / variance if variance > 0 and spread > 0 else float(len(yes))
    return WeightedShare(share, float(np.sqrt(variance)), worth)


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
