"""S-X2: do the persons of each total score answer an item as the model says they do?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import chdtrc

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.compiled import compiled
from naas_psych.irt.fit.item_places import on_items, one_column_each, reasons_on_items
from naas_psych.irt.fit.leave_one_out import rest_scores
from naas_psych.irt.fit.s_x2_collapse import Cells, collapsed
from naas_psych.irt.model import probabilities
from naas_psych.irt.persons import categories_of, group_of
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats

#: Persons who got the same items, for their own table of scores to be worth making: so many, and
#: this share of all. A set of items that fewer have comes of stray absences and is no form.
SMALLEST_BOOKLET, _SMALLEST_SHARE = 100, 0.02


@dataclass(frozen=True)
class ItemChiSquare:
    """Of J items, NaN where undefined.

    statistic, df, p : S-X2
    adjusted_p : p adjusted for the number of items (Benjamini & Hochberg 1995)
    rmsea : sqrt(max(0, (statistic / df - 1) / (n - 1))), which does not grow with n
    n : persons in the tables of the item
    reasons : no_booklet (too few persons got the same items), too_sparse (no degrees of freedom are
        left), or why the item was not calibrated
    """

    statistic: Floats
    df: Floats
    p: Floats
    adjusted_p: Floats
    rmsea: Floats
    n: NDArray[np.int64]
    reasons: tuple[str | None, ...]


@dataclass(frozen=True)
class _Booklet:
    """Persons who got the same columns (j,) and no others: rows (n,)."""

    columns: NDArray[np.int64]
    rows: NDArray[np.int64]


@dataclass
class _Sum:
    """What the tables of one column add up to."""

    statistic: float = 0.0
    df: float = 0.0
    n: int = 0
    tables: int = 0


def s_x2(
    fit: Calibration,
    scores: Any,
    *,
    groups: NDArray[np.int64] | None = None,
    smallest_booklet: int = SMALLEST_BOOKLET,
) -> ItemChiSquare:
    """Item fit from total scores (Orlando & Thissen 2000, 2003).

    For score s and category k of item i

        E_sk = N_s sum_q w_q P_ik(q) S(-i)_{s-k}(q) / sum_q w_q S_s(q),

    with S the distribution of the total at a node and S(-i) that without the item; the statistic
    is the sum of (O - E)^2 / E over cells put together until every E is at least 1 (see
    `s_x2_collapse`). Its df: cells - rows - parameters of the item, and one less where the variance
    of theta is estimated, as mirt counts. Totals compare only among persons who got the same
    items: each such booklet has a table of its own, and statistics and df add up.

    Parameters
    ----------
    scores : (N, J) raw scores, negative where absent
    groups : (N,) index of each person's group; default: the reference group
    smallest_booklet : persons (and 2 % of all) whom a set of items needs to be counted; the set of
        all items always is

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    one_column_each(fit)
    categories = categories_of(fit, scores)
    group = group_of(fit, groups, len(categories))
    p = probabilities(fit.model, fit.x, fit.grid.theta)
    sums = [_Sum() for _ in fit.columns]
    for booklet in _booklets(categories, smallest_booklet):
        part = categories[booklet.rows]
        for column, cells, possible in _tables(fit, p, booklet, part, group[booklet.rows]):
            _add(sums[column], collapsed(cells, possible), booklet.rows.size)
    return _report(fit, sums)


def _booklets(categories: NDArray[np.int8], smallest: int) -> Iterator[_Booklet]:
    """Sets of at least two columns that enough persons got; the whole test always counts."""
    present = categories >= 0
    if present.all():
        yield _Booklet(np.arange(present.shape[1]), np.arange(present.shape[0]))
        return
    bits = np.ascontiguousarray(np.packbits(present, axis=1))
    keys = bits.view(np.dtype((np.void, bits.shape[1]))).ravel()
    _, first, which, size = np.unique(
        keys, return_index=True, return_inverse=True, return_counts=True
    )
    needed = max(smallest, _SMALLEST_SHARE * present.shape[0])
    for b, row in enumerate(first):
        one = present[row]
        if one.sum() >= 2 and (one.all() or size[b] >= needed):
            yield _Booklet(np.flatnonzero(one), np.flatnonzero(which == b))


def _tables(
    fit: Calibration,
    p: Floats,
    booklet: _Booklet,
    categories: NDArray[np.int8],
    group: NDArray[np.int64],
) -> Iterator[tuple[int, Cells, NDArray[np.bool_]]]:
    """Every column of the booklet with its table, lowest and highest total left out."""
    n_categories = fit.model.n_categories[booklet.columns]
    highest = int((n_categories - 1).sum())
    n_groups = len(fit.group_labels)
    observed = np.zeros((n_groups, booklet.columns.size, highest + 1, p.shape[1]))
    compiled(_count)(np.ascontiguousarray(categories[:, booklet.columns]), group, observed)
    persons = observed[:, 0].sum(axis=2)
    weight = np.exp(fit.grid.log_weight)
    for rest in rest_scores(p[booklet.columns], n_categories):
        j, n_own = rest.item, int(n_categories[rest.item])
        share = np.zeros((n_groups, highest + 1, n_own))
        possible = np.zeros((highest + 1, n_own), bool)
        for k in range(n_own):
            at = slice(k, k + rest.distribution.shape[0])
            share[:, at, k] = weight @ (rest.distribution * p[booklet.columns[j], k]).T
            possible[at, k] = True
        total = share.sum(axis=2, keepdims=True)
        expected = (persons[:, :, None] * share / np.where(total > 0, total, 1.0)).sum(axis=0)
        inner = slice(1, highest)
        cells = Cells(observed[:, j, inner, :n_own].sum(axis=0), expected[inner])
        yield int(booklet.columns[j]), cells, possible[inner]


def _count(categories: Any, group: Any, observed: Any) -> None:
    """Add persons to observed (G, J, S + 1, K)."""
    for n in range(categories.shape[0]):
        total = 0
        for j in range(categories.shape[1]):
            total += categories[n, j]
        for j in range(categories.shape[1]):
            observed[group[n], j, total, categories[n, j]] += 1.0


def _add(found: _Sum, cells: Cells | None, n: int) -> None:
    found.tables += 1
    if cells is None or cells.expected.shape[0] < 2:
        return
    there = cells.expected > 0
    o, e = cells.observed[there], cells.expected[there]
    found.statistic += float(((o - e) ** 2 / e).sum())
    found.df += int(there.sum()) - cells.expected.shape[0]
    found.n += n


def _report(fit: Calibration, sums: list[_Sum]) -> ItemChiSquare:
    n = np.array([one.n for one in sums])
    used = (fit.model.where >= 0).sum(axis=1) + int(fit.model.free_variance)
    df = np.array([one.df for one in sums]) - used
    sound = (n > 1) & (df > 0)
    df = np.where(sound, df, np.nan)
    statistic = np.where(sound, [one.statistic for one in sums], np.nan)
    p = chdtrc(df, statistic)
    reasons = [
        None if fine else ("too_sparse" if one.tables else "no_booklet")
        for fine, one in zip(sound.tolist(), sums, strict=True)
    ]
    rmsea = np.sqrt(np.maximum(statistic / df - 1, 0.0) / np.maximum(n - 1, 1))
    return ItemChiSquare(
        statistic=on_items(fit, statistic),
        df=on_items(fit, df),
        p=on_items(fit, p),
        adjusted_p=on_items(fit, benjamini_hochberg(p)),
        rmsea=on_items(fit, rmsea),
        n=on_items(fit, n, 0),
        reasons=reasons_on_items(fit, reasons),
    )
