"""Where on theta an item, or a step of it, is answered with a given probability.

These locations order the booklet of the bookmark method (Mitzel, Lewis, Patz and Green 2001).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.model import probabilities
from naas_psych.numerics.arrays import Floats

#: Steps are looked for between these values of theta.
_FAR = 40.0
_HALVINGS = 50
#: Nodes on which a step is held to rise.
_RISING = np.linspace(-8, 8, 161)
_ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Locations:
    """E entries of a booklet, item by item: one an item of right or wrong, one a step of others.

    items (E,) : the caller's items; steps (E,) from 1; theta (E,) nan where there is none
    reasons : why not: asymptote_above (guessing alone reaches the probability), not_rising, else
        what kept the item out of the calibration
    """

    items: NDArray[np.int64]
    steps: NDArray[np.int64]
    theta: Floats
    reasons: tuple[str | None, ...]


def logistic_location(rp: Any, a: Any, b: Any, c: Any = 0.0, d: Any = 1.0) -> Floats:
    """theta = b + ln((RP - c) / (d - RP)) / a; nan unless c < RP < d and a > 0."""
    rp, a, b, c, d = (np.asarray(value, float) for value in (rp, a, b, c, d))
    with np.errstate(divide="ignore", invalid="ignore"):
        found = b + np.log((rp - c) / (d - rp)) / a
    return np.where((c < rp) & (rp < d) & (a > 0), found, np.nan)


def response_locations(fit: Calibration, rp: float) -> Locations:
    """Every step k of every item, where P(X >= k) is `rp`.

    By cumulative probability, so that the steps of an item are in order under the partial credit
    models too, whose own steps need not be.
    """
    entries = _entries(fit)
    theta = np.full(len(entries), np.nan)
    reasons: list[str | None] = [None] * len(entries)
    searched = []
    for e, entry in enumerate(entries):
        why = fit.reasons[entry.item]
        if entry.column < 0 or why is not None:
            reasons[e] = why or "no_estimate"
        elif _logistic(fit, entry):
            theta[e], reasons[e] = _solved(fit, entry.item, rp)
        else:
            searched.append(e)
    if searched:
        found = _searched(fit, [entries[e] for e in searched], rp)
        theta[searched] = found
        for e in searched:
            reasons[e] = None if np.isfinite(theta[e]) else "not_rising"
    return Locations(
        items=np.array([entry.item for entry in entries], np.int64),
        steps=np.array([entry.step for entry in entries], np.int64),
        theta=theta,
        reasons=tuple(reasons),
    )


@dataclass(frozen=True)
class _Entry:
    """One step of one item, and its column in the model (-1: none)."""

    item: int
    step: int
    column: int


def _entries(fit: Calibration) -> list[_Entry]:
    """Item by item; one that is not in the model, or has no parameters, is one entry."""
    found = [
        _Entry(column.item, step, p)
        for p, column in enumerate(fit.columns)
        if column.group in (-1, fit.reference)
        for step in range(1, max(column.scores.size, 2))
    ]
    known = {entry.item for entry in found}
    found += [_Entry(j, 1, -1) for j in range(len(fit.models)) if j not in known]
    return sorted(found, key=lambda entry: (entry.item, entry.step))


def _logistic(fit: Calibration, entry: _Entry) -> bool:
    """Two categories with a slope and asymptotes of its own."""
    column = fit.columns[entry.column]
    return bool(column.scores.size == 2 and column.group == -1 and np.isfinite(fit.a[entry.item]))


def _solved(fit: Calibration, item: int, rp: float) -> tuple[float, str | None]:
    floor, top = float(fit.c[item]), float(fit.d[item])
    if not floor < rp < top:
        return float("nan"), "asymptote_above" if rp <= floor else "asymptote_below"
    b = float(np.atleast_1d(fit.b[item])[0])
    at = float(logistic_location(rp, fit.a[item], b, floor, top))
    return at, None if np.isfinite(at) else "not_rising"


def _searched(fit: Calibration, entries: list[_Entry], rp: float) -> Floats:
    """(E,) all at once: halve the interval in which the cumulative probability passes `rp`."""
    columns = np.array([entry.column for entry in entries])
    steps = np.array([entry.step for entry in entries])
    curves = _reached(fit, _RISING)[columns, steps]
    ends = _reached(fit, np.array([-_FAR, _FAR]))[columns, steps]
    rises = ~(np.diff(curves, axis=1) < -_ROUNDING).any(axis=1)
    rises &= (ends[:, 0] < rp) & (rp < ends[:, 1])
    low, high = np.full(len(entries), -_FAR), np.full(len(entries), _FAR)
    for _ in range(_HALVINGS):
        middle = 0.5 * (low + high)
        reached = _reached(fit, middle)[columns, steps, np.arange(len(entries))]
        low, high = np.where(reached < rp, middle, low), np.where(reached < rp, high, middle)
    return np.where(rises, 0.5 * (low + high), np.nan)


def _reached(fit: Calibration, theta: Floats) -> Floats:
    """(columns, K, Q) P(X >= k), summed from the top so that small ones keep their digits."""
    p = probabilities(fit.model, fit.x, theta)
    return np.asarray(p[:, ::-1].cumsum(axis=1)[:, ::-1])
