"""Rotation of stacked loading matrices: varimax, and oblimin by gradient projection.

The oblique algorithm is that of Jennrich (2002) as in GPArotation (Bernaards & Jennrich 2005):
gamma = 0 (quartimin), no row normalisation, stopped when the projected gradient is below `eps`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.coefficients import Floats


@dataclass(frozen=True)
class Rotated:
    """Pattern loadings (B, J, m), factor correlations (B, m, m), and whether each one converged."""

    loadings: Floats
    correlations: Floats
    converged: NDArray[np.bool_]


def varimax(loadings: Floats, *, steps: int = 500, eps: float = 1e-10) -> Floats:
    """Orthogonally rotated loadings (B, J, m), raw varimax by singular values."""
    n_items, m = loadings.shape[-2:]
    turn = np.broadcast_to(np.eye(m), (len(loadings), m, m))
    before = np.zeros(len(loadings))
    for _ in range(steps):
        rotated = loadings @ turn
        target = rotated**3 - rotated * (rotated**2).sum(axis=-2, keepdims=True) / n_items
        u, d, vt = np.linalg.svd(loadings.transpose(0, 2, 1) @ target)
        turn = u @ vt
        now = d.sum(axis=-1)
        if (now < before * (1 + eps)).all():
            break
        before = now
    return np.asarray(loadings @ turn)


def _criterion(rotated: Floats) -> tuple[Floats, Floats]:
    """Quartimin value (B,) and its gradient in the loadings."""
    squares = rotated**2
    others = squares.sum(axis=-1, keepdims=True) - squares
    return (squares * others).sum(axis=(-2, -1)) / 4, rotated * others


def _oblique(loadings: Floats, turn: Floats) -> Floats:
    return np.asarray(loadings @ np.linalg.inv(turn).transpose(0, 2, 1))


def _columns_of_length_one(matrix: Floats) -> Floats:
    return np.asarray(matrix / np.sqrt((matrix**2).sum(axis=-2, keepdims=True)))


def _gradient(rotated: Floats, slope: Floats, turn: Floats) -> Floats:
    inner = rotated.transpose(0, 2, 1) @ slope @ np.linalg.inv(turn)
    gradient = -inner.transpose(0, 2, 1)
    return np.asarray(gradient - turn * (turn * gradient).sum(axis=-2, keepdims=True))


def oblimin(
    loadings: Floats, *, start: Floats | None = None, eps: float = 1e-5, max_steps: int = 1000
) -> Rotated:
    """Rotate to quartimin from `start` (B or 1, m, m), the identity by default."""
    n, m = len(loadings), loadings.shape[-1]
    turn = np.array(np.broadcast_to(np.eye(m) if start is None else start, (n, m, m)))
    size = np.ones(n)
    rotated = _oblique(loadings, turn)
    value, slope = _criterion(rotated)
    converged = np.zeros(n, dtype=bool)
    live = np.arange(n)
    for _ in range(max_steps):
        downhill = _gradient(rotated[live], slope[live], turn[live])
        length = np.sqrt((downhill**2).sum(axis=(-2, -1)))
        converged[live[length < eps]] = True
        live, downhill, length = live[length >= eps], downhill[length >= eps], length[length >= eps]
        if not live.size:
            break
        size[live] *= 2
        pending = np.arange(len(live))
        for _halving in range(11):
            at = live[pending]
            moved = turn[at] - size[at, None, None] * downhill[pending]
            trial = _columns_of_length_one(moved)
            candidate = _oblique(loadings[at], trial)
            lower, steeper = _criterion(candidate)
            enough = value[at] - lower > 0.5 * length[pending] ** 2 * size[at]
            take = enough | (_halving == 10)
            done = at[take]
            turn[done], rotated[done] = trial[take], candidate[take]
            value[done], slope[done] = lower[take], steeper[take]
            pending = pending[~take]
            if not pending.size:
                break
            size[live[pending]] /= 2
    return Rotated(rotated, turn.transpose(0, 2, 1) @ turn, converged)
