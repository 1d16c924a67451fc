"""Conditional likelihood of Rasch and partial credit items with its score and its information.

With n_r persons at score r the conditional log-likelihood is sum_jk s_jk beta_jk - sum_r n_r log
gamma_r. Its gradient needs E(s_jk | scores), its Hessian the conditional covariance of the category
indicators, both exact here. All sums have positive terms (see elementary.py); the leave-two-out
functions are never formed, so that a pair of items j < l costs one product. With w = n / gamma,

    sum_r w_r eps_jk eps_lh gamma^(jl)_{r-k-h} = eps_jk eps_lh sum_s U_jl[s] V_l[s + k + h],

U_jl the product of the items before l without j, V_l the correlation of w with the items after l.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.conditional.elementary import Floats, score_distribution, windows
from naas_psych.irt.engine.compiled import compiled

#: Numbers that one batch of forms may hold in its largest array.
_BATCH = 2_000_000


@dataclass(frozen=True)
class Form:
    """Persons who met the same items: items (Jf,) and counts (R,) of persons at each score."""

    items: NDArray[np.int64]
    counts: Floats


@dataclass(frozen=True)
class ConditionalMoments:
    """normaliser sum_r n_r log gamma_r; expected (J, M) persons in categories 1 to M;
    information (J, M, J, M), minus the Hessian in the easinesses of these."""

    normaliser: float
    expected: Floats
    information: Floats


def conditional_moments(log_easiness: Floats, forms: Sequence[Form]) -> ConditionalMoments:
    """Sums over forms, sorted by length; log_easiness (J, K), 0 first, -inf where one lacks."""
    n_items, steps = len(log_easiness), log_easiness.shape[1] - 1
    normaliser, expected = 0.0, np.zeros(n_items * steps)
    information = np.zeros((n_items * steps, n_items * steps))
    for items, counts in _batches(forms, steps=steps):
        tables = log_easiness[items]
        places = (items[:, :, None] * steps + np.arange(steps)).reshape(len(items), -1)
        tops = (np.isfinite(tables).sum(axis=2) - 1).max(axis=0)
        for window in windows(tables, counts > 0):
            seen = np.where(window.served, counts[window.rows], 0.0)
            normaliser += float((seen * np.nan_to_num(window.log_gamma)).sum())
            first, second = _sums(window.p, seen, tops)
            for at, one, two in zip(places[window.rows], first, second, strict=True):
                expected[at] += one
                information[np.ix_(at, at)] += two
    shape = (n_items, steps)
    return ConditionalMoments(
        normaliser, expected.reshape(shape), information.reshape(*shape, *shape)
    )


def _batches(forms: Sequence[Form], *, steps: int) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """items (B, Jf) and counts (B, R) of forms of one length, a bounded number at a time."""
    for length, alike in groupby(forms, key=lambda form: len(form.items)):
        several = list(alike)
        size = max(1, _BATCH // (length * steps) ** 2)
        for start in range(0, len(several), size):
            some = several[start : start + size]
            counts = np.zeros((len(some), max(len(form.counts) for form in some)))
            for row, form in zip(counts, some, strict=True):
                row[: len(form.counts)] = form.counts
            yield np.stack([form.items for form in some]), counts


def _sums(p: Floats, counts: Floats, tops: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """Expected counts (B, P) and information (B, P, P), P = J M, of B forms.

    p (B, J, K) at a place where every score with counts (B, R) has a fair probability; tops (J,)
    the highest score of each item in any of the forms.
    """
    n_sets, n_items, n_categories = p.shape
    steps = n_categories - 1
    gamma = score_distribution(p, counts.shape[1] - 1)
    weight = np.divide(counts, gamma, where=counts > 0, out=np.zeros_like(counts))
    joint, rest = _pairs(p, _after(p, weight), tops)
    share = np.zeros((n_sets, n_items, steps, counts.shape[1]))
    for k in range(1, n_categories):
        share[:, :, k - 1, k:] = rest[:, :, :-k] * p[:, :, k, None]
    share = share.reshape(n_sets, n_items * steps, -1)
    expected = np.matmul(share, weight[:, :, None])[:, :, 0]
    # sum_r n_r P_r P_r', as a square so that the product is symmetric to the last bit
    share *= (np.sqrt(weight) / np.sqrt(np.where(gamma > 0, gamma, 1.0)))[:, None, :]
    joint = joint.reshape(n_sets, n_items * steps, n_items * steps)
    joint += joint.transpose(0, 2, 1).copy()
    joint -= np.matmul(share, share.transpose(0, 2, 1))
    diagonal = np.arange(n_items * steps)
    joint[:, diagonal, diagonal] += expected
    return expected, joint


def _after(p: Floats, weight: Floats) -> Floats:
    """V_l[s] = sum_r w_r P(items after l score r - s), (B, J, R + 2M), padded with zeros."""
    n_sets, n_items, n_categories = p.shape
    length = weight.shape[1]
    after = np.zeros((n_sets, n_items, length + 2 * (n_categories - 1)))
    after[:, -1, :length] = weight
    for j in range(n_items - 1, 0, -1):
        for k in range(n_categories):
            after[:, j - 1, :length] += p[:, j, k, None] * after[:, j, k : k + length]
    return after


def _pairs(p: Floats, after: Floats, tops: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """sum_r n_r P(j in k and l in h | r) for j < l, (B, J, M, J, M), zero elsewhere; and the
    products of all items but one, (B, J, R)."""
    n_sets, n_items, n_categories = p.shape
    steps = n_categories - 1
    joint = np.zeros((n_sets, n_items, steps, n_items, steps))
    rows = np.zeros((n_sets, n_items + 1, after.shape[2] - 2 * steps))
    rows[:, 0, 0] = 1.0
    for each in range(n_sets):
        compiled(_fill_pairs)(p[each], after[each], tops, rows[each], joint[each])
    return joint, rows[:, :n_items]


def _fill_pairs(p: Any, after: Any, tops: Any, rows: Any, joint: Any) -> None:
    """Rows before `item` lack themselves; row `item` is the product of all items before it."""
    n_items, n_categories = p.shape
    sums, grown, degree = np.empty(2 * n_categories - 3), np.empty(rows.shape[1]), 0
    for item in range(n_items):
        for j in range(item):
            row, others = rows[j], after[item]
            for c in range(sums.size):
                # four sums, because one would wait for itself at every term
                s0 = s1 = s2 = s3 = 0.0
                ahead = others[c + 2 :]
                for s in range(0, degree - 2, 4):
                    s0 += row[s] * ahead[s]
                    s1 += row[s + 1] * ahead[s + 1]
                    s2 += row[s + 2] * ahead[s + 2]
                    s3 += row[s + 3] * ahead[s + 3]
                for s in range((degree + 1) // 4 * 4, degree + 1):
                    s0 += row[s] * ahead[s]
                sums[c] = (s0 + s1) + (s2 + s3)
            for k in range(n_categories - 1):
                for h in range(n_categories - 1):
                    joint[j, k, item, h] = sums[k + h] * p[j, k + 1] * p[item, h + 1]
        degree = min(degree + tops[item], rows.shape[1] - 1)
        for j in range(item + 1):
            row, share = rows[j], p[item, 0]
            for s in range(degree + 1):
                grown[s] = row[s] * share
            for k in range(1, n_categories):
                share = p[item, k]
                later = grown[k:]
                for s in range(degree + 1 - k):
                    later[s] += row[s] * share
            row = rows[item + 1 if j == item else j]
            for s in range(degree + 1):
                row[s] = grown[s]
