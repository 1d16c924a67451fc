"""The grid: nodes of theta on which a person's likelihood is held, and each group's weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Grid:
    """theta : (Q,) equally spaced nodes; log_weight : (G, Q), rows are logs of distributions."""

    theta: Floats
    log_weight: Floats


def nodes(n: int, bound: float) -> Floats:
    """`n` equally spaced nodes from -bound to bound."""
    return np.linspace(-bound, bound, n)


def normal_log_weight(theta: Floats, mean: Floats, sd: Floats) -> Floats:
    """Log of the normal density of each group (G,), normalised over the nodes: (G, Q)."""
    density = -0.5 * ((theta - mean[:, None]) / sd[:, None]) ** 2
    highest = density.max(axis=1, keepdims=True)
    total = np.log(np.exp(density - highest).sum(axis=1, keepdims=True))
    return np.asarray(density - highest - total)
