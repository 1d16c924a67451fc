"""Rotation of stacked loading matrices: varimax, and oblimin by gradient projection.

The oblique algorithm is that of Jennrich (2002) as in GPArotation (Bernaards & Jennrich 2005):
gamma = 0 (quartimin), no row normalisation, stopped when the projected gradient is below `eps`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

_HALVINGS = 30
#: Factors whose directions span less volume than this have become the same factor.
_COLLAPSED = 1e-6


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


def turn_towards(loadings: Floats, target: Floats) -> Floats:
    """Oblique turns (B, m, m) that bring `loadings` nearest to the pattern `target` (J, m)."""
    inner = loadings.transpose(0, 2, 1) @ loadings
    back = np.linalg.solve(inner, loadings.transpose(0, 2, 1) @ target)
    collapsed = np.abs(np.linalg.det(back)) < _COLLAPSED
    back[collapsed] = np.eye(loadings.shape[-1])
    return _columns_of_length_one(np.linalg.inv(back).transpose(0, 2, 1))


def _usable(turn: Floats) -> NDArray[np.bool_]:
    """Turns that can be inverted: factors that do not collapse into one another."""
    return np.asarray(np.abs(np.linalg.det(turn)) > _COLLAPSED)


def oblimin(
    loadings: Floats, *, start: Floats | None = None, eps: float = 1e-5, max_steps: int = 1000
) -> Rotated:
    """Rotate to quartimin from `start` (B, m, m), the identity by default."""
    n, m = len(loadings), loadings.shape[-1]
    turn = np.tile(np.eye(m), (n, 1, 1))
    if start is not None:
        turn = np.where(_usable(start)[:, None, None], start, turn)
    search = _Search(loadings, turn, np.ones(n))
    live = np.arange(n)
    converged = np.zeros(n, dtype=bool)
    for _ in range(max_steps):
        downhill = _gradient(search.rotated[live], search.slope[live], search.turn[live])
        length = np.sqrt((downhill**2).sum(axis=(-2, -1)))
        converged[live[length < eps]] = True
        going = length >= eps
        live = search.move(live[going], downhill[going], length[going])
        if not live.size:
            break
    return Rotated(search.rotated, search.turn.transpose(0, 2, 1) @ search.turn, converged)


class _Search:
    """Where each rotation stands; `move` takes one gradient step with halving."""

    def __init__(self, loadings: Floats, turn: Floats, size: Floats) -> None:
        self.loadings, self.turn, self.size = loadings, turn, size
        self.rotated = _oblique(loadings, turn)
        self.value, self.slope = _criterion(self.rotated)

    def move(self, live: NDArray[np.int64], downhill: Floats, length: Floats) -> NDArray[np.int64]:
        """Step those that are `live`; those that found a place to go stay so."""
        self.size[live] *= 2
        pending = np.arange(len(live))
        moved = np.zeros(len(live), dtype=bool)
        for _ in range(_HALVINGS):
            if not pending.size:
                break
            at = live[pending]
            ahead = self.turn[at] - self.size[at, None, None] * downhill[pending]
            trial = _columns_of_length_one(ahead)
            sound = _usable(trial)
            trial[~sound] = self.turn[at][~sound]
            candidate = _oblique(self.loadings[at], trial)
            lower, steeper = _criterion(candidate)
            gain = self.value[at] - lower
            take = sound & (gain > 0.5 * length[pending] ** 2 * self.size[at])
            done = at[take]
            self.turn[done], self.rotated[done] = trial[take], candidate[take]
            self.value[done], self.slope[done] = lower[take], steeper[take]
            moved[pending[take]] = True
            pending = pending[~take]
            self.size[live[pending]] /= 2
        return live[moved]
