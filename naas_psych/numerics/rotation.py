"""Rotation of stacked loading matrices: varimax, and oblimin by gradient projection.

The oblique algorithm is that of Jennrich (2002) as in GPArotation (Bernaards & Jennrich 2005):
gamma = 0 (quartimin), no row normalisation, stopped when the projected gradient is below `eps`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

_HALVINGS = 30
#: Factors whose directions span less volume than this have become the same factor.
_COLLAPSED = 1e-6
#: A gradient this small is reached by gains that sums of fourth powers round away.
_FINE = 1e-6


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


@dataclass(frozen=True)
class _Value:
    """Quartimin value (B,) and its gradient (B, m, m) in the columns that loadings are taken by."""

    value: Floats
    slope: Floats


#: The value at turned factors (B, m, m) of the matrices in some places.
_Criterion = Callable[[NDArray[np.int64], Floats], _Value]


def _moments(loadings: Floats) -> Floats:
    """Sums over items of the products of four loadings (B, m^2, m^2): all that quartimin needs."""
    n, n_items, m = loadings.shape
    pairs = (loadings[:, :, :, None] * loadings[:, :, None, :]).reshape(n, n_items, m * m)
    return np.asarray(pairs.transpose(0, 2, 1) @ pairs)


def _from_loadings(loadings: Floats, across: Floats) -> _Value:
    """Quartimin of loadings @ across."""
    rotated = loadings @ across
    squares = rotated**2
    others = squares.sum(axis=-1, keepdims=True) - squares
    value = (squares * others).sum(axis=(-2, -1)) / 4
    return _Value(value, loadings.transpose(0, 2, 1) @ (rotated * others))


def _from_moments(moments: Floats, across: Floats) -> _Value:
    """The same from the `moments` of the loadings: quicker, and rounded more."""
    n, m = across.shape[:2]
    squares = (across[:, :, None, :] * across[:, None, :, :]).reshape(n, m * m, m)
    each = moments @ squares
    others = each.sum(axis=-1, keepdims=True) - each
    value = (squares * others).sum(axis=(-2, -1)) / 4
    bent = others.reshape(n, m, m, m).transpose(0, 3, 1, 2)
    slope = (bent @ across.transpose(0, 2, 1)[:, :, :, None])[:, :, :, 0].transpose(0, 2, 1)
    return _Value(value, slope)


@dataclass(frozen=True)
class _Inverse:
    """What takes loadings across to the turned factors, inv(turn)', and the turn's volume."""

    across: Floats
    volume: Floats


def _inverse(turn: Floats) -> _Inverse:
    """By cofactors for three factors, whose many small inverses take longer to call than to do."""
    if turn.shape[-1] != 3:
        volume = np.linalg.det(turn)
        sound = np.where((np.abs(volume) > _COLLAPSED)[:, None, None], turn, np.eye(len(turn[0])))
        return _Inverse(np.linalg.inv(sound).transpose(0, 2, 1), volume)
    first, second = turn[:, [1, 2, 0]], turn[:, [2, 0, 1]]
    cofactors = first[:, :, [1, 2, 0]] * second[:, :, [2, 0, 1]]
    cofactors -= first[:, :, [2, 0, 1]] * second[:, :, [1, 2, 0]]
    volume = (turn[:, 0] * cofactors[:, 0]).sum(axis=-1)
    # A turn without volume is never taken; it only must not divide by zero here.
    over = np.where(volume == 0.0, 1.0, volume)
    return _Inverse(cofactors / over[:, None, None], volume)


def _columns_of_length_one(matrix: Floats) -> Floats:
    return np.asarray(matrix / np.sqrt((matrix**2).sum(axis=-2, keepdims=True)))


def _gradient(across: Floats, slope: Floats, turn: Floats) -> Floats:
    """Of the quartimin value in the turn, along those of the same length of columns."""
    gradient = -(across @ slope.transpose(0, 2, 1) @ across)
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
    search = _Search(_criterion(loadings, eps), turn, np.ones(n))
    live = np.arange(n)
    converged = np.zeros(n, dtype=bool)
    for _ in range(max_steps):
        downhill = _gradient(search.across[live], search.slope[live], search.turn[live])
        length = np.sqrt((downhill**2).sum(axis=(-2, -1)))
        converged[live[length < eps]] = True
        going = length >= eps
        live = search.move(live[going], downhill[going], length[going])
        if not live.size:
            break
    correlations = search.turn.transpose(0, 2, 1) @ search.turn
    return Rotated(loadings @ search.across, correlations, converged)


def _criterion(loadings: Floats, eps: float) -> _Criterion:
    """From moments, unless their rounding would hide the gain of the last steps."""
    if eps < _FINE:
        return lambda at, across: _from_loadings(loadings[at], across)
    moments = _moments(loadings)
    return lambda at, across: _from_moments(moments[at], across)


class _Search:
    """Where each rotation stands; `move` takes one gradient step with halving."""

    def __init__(self, criterion: _Criterion, turn: Floats, size: Floats) -> None:
        self.criterion, self.turn, self.size = criterion, turn, size
        self.across = _inverse(turn).across
        found = criterion(np.arange(len(turn)), self.across)
        self.value, self.slope = found.value, found.slope

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
            inverse = _inverse(trial)
            found = self.criterion(at, inverse.across)
            gain = self.value[at] - found.value
            sound = np.abs(inverse.volume) > _COLLAPSED
            take = sound & (gain > 0.5 * length[pending] ** 2 * self.size[at])
            done = at[take]
            self.turn[done], self.across[done] = trial[take], inverse.across[take]
            self.value[done], self.slope[done] = found.value[take], found.slope[take]
            moved[pending[take]] = True
            pending = pending[~take]
            self.size[live[pending]] /= 2
        return live[moved]
