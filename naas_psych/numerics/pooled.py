"""Estimates of the same thing from several items, pooled with what they truly differ by."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Pooled:
    """Mean of k estimates with its standard error, and the variance between what they estimate."""

    mean: float
    se: float
    between: float
    k: int


def pooled(estimates: Floats, errors: Floats) -> Pooled:
    """Random-effects mean (DerSimonian & Laird 1986); undefined estimates are left out.

    between = max(0, (Q - (k - 1)) / (sum w - sum w^2 / sum w)), w = 1 / se^2. nan for k = 0, and
    `between` is nan for k = 1: one estimate says nothing of how they differ.
    """
    known = np.isfinite(estimates) & np.isfinite(errors) & (errors > 0)
    y, w = estimates[known], errors[known] ** -2.0
    k = int(known.sum())
    if k == 0:
        return Pooled(np.nan, np.nan, np.nan, 0)
    if k == 1:
        return Pooled(float(y[0]), float(w[0] ** -0.5), np.nan, 1)
    fixed = (w @ y) / w.sum()
    q = float(w @ (y - fixed) ** 2)
    between = max(0.0, (q - (k - 1)) / float(w.sum() - (w @ w) / w.sum()))
    weights = 1.0 / (1.0 / w + between)
    mean = float(weights @ y / weights.sum())
    return Pooled(mean, float(weights.sum() ** -0.5), between, k)
