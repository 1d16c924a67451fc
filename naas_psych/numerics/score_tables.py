"""Tables of matching scores that SIBTEST starts from, of single items and of bundles of items."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import DifCells, MatchedForm, dif_cells
from naas_psych.numerics.score_bands import band_places
from naas_psych.numerics.sibtest import ScoreTable, leave_out_alpha

Integers = NDArray[np.int64]
#: The two groups compared, as their codes.
_GROUPS = (0, 1)


def item_table(forms: Sequence[MatchedForm], codes: Integers, *, n_items: int) -> ScoreTable:
    """Each item against the sum of the other items of the form; codes (N,) 0, 1 or negative."""
    cells = dif_cells(forms, codes, n_items=n_items, n_groups=2, include_studied=False)
    rho = np.full((n_items, len(forms), 2), np.nan)
    for f, form in enumerate(forms):
        others = 1.0 - np.eye(form.items.size)
        rho[form.items, f] = _reliability(form, codes, others)
    n, mean, variance = _moments(cells)
    return ScoreTable(n, mean, variance, _alike(cells.score, n), cells.form, rho)


def _alike(score: Integers, n: Floats) -> Floats:
    """(Q, S, 2) scores (S,) that are the same for every test and group."""
    return np.broadcast_to(score.astype(float)[None, :, None], n.shape)


def _moments(cells: DifCells) -> tuple[Floats, Floats, Floats]:
    """(J, S, 2) persons, mean and variance (n - 1) of the item's points."""
    # Category by category: sums over a short last axis are slow.
    n, total, squares = (np.zeros(cells.counts.shape[:3]) for _ in range(3))
    for points in range(cells.counts.shape[3]):
        persons = cells.counts[..., points]
        n += persons
        total += points * persons
        squares += points**2 * persons
    return n, *_mean_variance(n, total, squares)


def _mean_variance(n: Floats, total: Floats, squares: Floats) -> tuple[Floats, Floats]:
    mean = total / np.maximum(n, 1.0)
    about = np.maximum(squares - total * mean, 0.0)
    # Rounding must not leave a spread where all have the same score.
    about[about < 1e-9 * np.maximum(squares, 1e-300)] = 0.0
    return mean, about / np.maximum(n - 1, 1.0)


def _reliability(form: MatchedForm, codes: Integers, matching: Floats) -> Floats:
    """(Q, 2) alpha of the matching items (Q, j) among the persons of each group."""
    own = codes[form.rows]
    found = np.full((matching.shape[0], 2), np.nan)
    for group in _GROUPS:
        marks = form.marks[own == group].astype(float)
        if marks.shape[0] > 1:
            centred = marks - marks.mean(axis=0)
            covariance = centred.T @ centred / (marks.shape[0] - 1)
            found[:, group] = leave_out_alpha(covariance, matching)
    return found


def bundle_table(
    forms: Sequence[MatchedForm], codes: Integers, bundles: NDArray[np.bool_]
) -> ScoreTable:
    """The share of the marks of each bundle against the sum of the items outside; bundles (Q, J).

    Only forms that hold an item of the bundle, and two or more outside it, have persons.
    """
    parts = [_bundles(form, codes, bundles[:, form.items]) for form in forms]
    lengths = [part.n.shape[1] for part in parts]
    return ScoreTable(
        n=np.concatenate([part.n for part in parts], axis=1),
        mean=np.concatenate([part.mean for part in parts], axis=1),
        variance=np.concatenate([part.variance for part in parts], axis=1),
        score=np.concatenate([part.score for part in parts], axis=1),
        form=np.repeat(np.arange(len(parts)), lengths),
        reliability=np.concatenate([part.reliability for part in parts], axis=1),
    )


def _bundles(form: MatchedForm, codes: Integers, own: NDArray[np.bool_]) -> ScoreTable:
    """The bundles own (Q, j) of one form."""
    group = codes[form.rows]
    compared = group >= 0
    marks = form.marks[compared].astype(np.int64)
    most = marks.max(axis=0, initial=0)
    length = int(most.sum()) + 1
    total = marks.sum(axis=1)
    sums = np.zeros((3, own.shape[0], length, 2))
    held = own.any(axis=1) & ((~own).sum(axis=1) > 1)
    for q in np.flatnonzero(held):
        points = marks[:, own[q]].sum(axis=1)
        earned = points / max(float(most[own[q]].sum()), 1.0)
        at = (total - points) * 2 + group[compared]
        for k, weights in enumerate((np.ones(at.size), earned, earned**2)):
            sums[k, q] = np.bincount(at, weights, 2 * length).reshape(length, 2)
    mean, variance = _mean_variance(*sums)
    rho = _reliability(form, codes, (~own).astype(float))
    score = _alike(np.arange(length), sums[0])
    in_form = np.zeros(length, dtype=np.int64)
    return ScoreTable(sums[0], mean, variance, score, in_form, rho[:, None])


def in_bands(table: ScoreTable, *, least: int) -> ScoreTable:
    """Neighbouring scores of a form joined, from below, until each group has `least` persons.

    What is left over at the top joins the last band. A band stands at the place of its last score;
    where a form has no band at all nobody of it counts. Scores with persons enough stay as they
    are.
    """
    place = band_places(table.n, table.form, least)
    n_tests, length, _ = table.n.shape
    rows, columns = np.nonzero(place >= 0)
    at = rows * length + place[rows, columns]

    def joined(values: Floats) -> Floats:
        parts = [
            np.bincount(at, values[rows, columns, g], n_tests * length).reshape(n_tests, length)
            for g in _GROUPS
        ]
        return np.stack(parts, axis=2)

    n, total = joined(table.n), joined(table.n * table.mean)
    own = np.maximum(table.n - 1, 0.0) * table.variance
    mean, variance = _mean_variance(n, total, joined(own + table.n * table.mean**2))
    score = joined(table.n * table.score) / np.maximum(n, 1.0)
    return ScoreTable(n, mean, variance, score, table.form, table.reliability, bands=True)
