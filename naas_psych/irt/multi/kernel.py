"""The loops over persons of the E-step with several dimensions, written to be compiled.

Exponentials are left to numpy, which runs them on vector units.
"""

from __future__ import annotations

from typing import Any


def look_up(codes: Any, tables: Any, start: Any, found: Any) -> None:
    """found (n, C) = start (C,) plus one row of tables (B, 256, C) a pseudo-item."""
    n_columns = start.size
    for n in range(codes.shape[0]):
        own = found[n]
        for c in range(n_columns):
            own[c] = start[c]
        for b in range(codes.shape[1]):
            row = tables[b, codes[n, b]]
            for c in range(n_columns):
                own[c] += row[c]


def lower(found: Any, highest: Any) -> None:
    """found (n, U, q) less its maximum over U, which goes to highest (n, q)."""
    n_specific, n_primary = found.shape[1], found.shape[2]
    for n in range(found.shape[0]):
        top = highest[n]
        for q in range(n_primary):
            top[q] = found[n, 0, q]
        for u in range(1, n_specific):
            for q in range(n_primary):
                top[q] = max(top[q], found[n, u, q])
        for u in range(n_specific):
            for q in range(n_primary):
                found[n, u, q] -= top[q]


def total_over(found: Any, total: Any) -> None:
    """total (n, q): the sum of found (n, U, q) over U."""
    for n in range(found.shape[0]):
        own = total[n]
        for q in range(found.shape[2]):
            own[q] = 0.0
        for u in range(found.shape[1]):
            for q in range(found.shape[2]):
                own[q] += found[n, u, q]


def spread(found: Any, share: Any) -> None:
    """found (n, U, q) times share (n, q)."""
    for n in range(found.shape[0]):
        for u in range(found.shape[1]):
            for q in range(found.shape[2]):
                found[n, u, q] *= share[n, q]


def scatter(codes: Any, posterior: Any, counts: Any) -> None:
    """Add posterior (n, C) to the rows of counts (B, 256, C) that the codes name."""
    n_columns = posterior.shape[1]
    for n in range(codes.shape[0]):
        own = posterior[n]
        for b in range(codes.shape[1]):
            row = counts[b, codes[n, b]]
            for c in range(n_columns):
                row[c] += own[c]


def centre(log_like: Any, highest: Any, lowest: float) -> None:
    """Rows of log_like (n, Q) less their maximum, which goes to highest (n,); none below lowest."""
    n_nodes = log_like.shape[1]
    for n in range(log_like.shape[0]):
        own = log_like[n]
        top = own[0]
        for q in range(n_nodes):
            top = max(top, own[q])
        for q in range(n_nodes):
            own[q] = max(own[q] - top, lowest)
        highest[n] = top


def divide(like: Any, total: Any) -> None:
    """Each row of like (n, Q) over its sum, which goes to total (n,): eight sums side by side."""
    n_nodes = like.shape[1]
    whole = n_nodes // 8 * 8
    for n in range(like.shape[0]):
        own = like[n]
        s0 = s1 = s2 = s3 = s4 = s5 = s6 = s7 = 0.0
        for q in range(0, whole, 8):
            s0 += own[q]
            s1 += own[q + 1]
            s2 += own[q + 2]
            s3 += own[q + 3]
            s4 += own[q + 4]
            s5 += own[q + 5]
            s6 += own[q + 6]
            s7 += own[q + 7]
        for q in range(whole, n_nodes):
            s0 += own[q]
        total[n] = ((s0 + s1) + (s2 + s3)) + ((s4 + s5) + (s6 + s7))
        share = 1.0 / total[n]
        for q in range(n_nodes):
            own[q] *= share
