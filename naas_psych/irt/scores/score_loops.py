"""Loops over persons for their scores, written to be compiled: one pass a task."""

from __future__ import annotations

from typing import Any

import numpy as np


def sum_tables(codes: Any, tables: Any, found: Any) -> None:
    """Sums over the pseudo-items: found (n, Q) from tables (B, 256, Q)."""
    for n in range(codes.shape[0]):
        own = found[n]
        for q in range(found.shape[1]):
            own[q] = 0.0
        for b in range(codes.shape[1]):
            row = tables[b, codes[n, b]]
            for q in range(found.shape[1]):
                own[q] += row[q]


def choose_cells(
    slope: Any, height: Any, weight: Any, weight_height: Any, step: float, cell: Any
) -> None:
    """The cell (n,) of the nodes in which the highest maximum lies; -1 before all, Q - 1 beyond.

    slope, height : (n, Q) log-likelihood and its derivative at the nodes
    weight, weight_height : (n or 1, Q) the same of what is added to it
    A slope of almost 0 at an end means that the supremum may be at infinity.
    """
    last = slope.shape[1] - 1
    for n in range(slope.shape[0]):
        w = min(n, weight.shape[0] - 1)
        g = slope[n, 0] + weight[w, 0]
        best, top = -2, -np.inf
        if g <= 1e-10:
            best, top = -1, height[n, 0] + weight_height[w, 0]
        for q in range(last):
            after = slope[n, q + 1] + weight[w, q + 1]
            if g > 0.0 >= after:
                # The cubic with these heights and slopes at the ends, where the slope is about 0.
                low = height[n, q] + weight_height[w, q]
                high = height[n, q + 1] + weight_height[w, q + 1]
                t = g / (g - after)
                bow = t * (1 - t) * step * ((1 - t) * g - t * after)
                here = low + (high - low) * t * t * (3 - 2 * t) + bow
                if here > top:
                    best, top = q, here
            g = after
        if g >= -1e-10 and height[n, last] + weight_height[w, last] > top:
            best = last
        cell[n] = best


def add_at(
    digits: Any, n_categories: Any, at: Any, tables: Any, slope: Any, information: Any, bend: Any
) -> None:
    """Sums over a person's items at the fine node `at` (n,) of each person, every one (n,).

    tables : (F, J, K + 3) slopes of the log-probabilities in theta by category, 0 for absence,
        then the item's information and the sum of P' P'' / P over its categories
    """
    last = tables.shape[2] - 1
    for n in range(digits.shape[0]):
        table = tables[at[n]]
        first, second, third = 0.0, 0.0, 0.0
        for j in range(digits.shape[1]):
            digit = digits[n, j]
            first += table[j, digit]
            if digit < n_categories[j]:
                second += table[j, last - 1]
                third += table[j, last]
        slope[n], information[n], bend[n] = first, second, third
