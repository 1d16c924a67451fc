"""The loops over persons, written to be compiled. `kernel_numpy.py` says the same in matrices.

A person's log-likelihood on the grid is a sum of table rows, one a pseudo-item; the posterior is
scattered back through the same codes. The library's exponential does not run on vector units, so it
is written out: 2^n from the bits of n, times a polynomial for the rest.
"""

from __future__ import annotations

from typing import Any

import numpy as np

#: exp(x) = 2^n e^r, r = x - n ln 2, |r| <= ln 2 / 2. Adding 1.5 * 2^52 leaves n in the low bits.
_LOG2E = 1.4426950408889634
_LN2_HIGH, _LN2_LOW = 0.693145751953125, 1.42860682030941723212e-6
_MAGIC = 6755399441055744.0
_LOWEST = -700.0


def sum_rows(log_p: Any, first: Any, radix: Any, n_categories: Any, tables: Any) -> None:
    """Tables (B, 256, Q): the sum of the items' rows for each joint category."""
    n_nodes = log_p.shape[2]
    for b in range(first.size - 1):
        table = tables[b]
        for q in range(n_nodes):
            table[0, q] = 0.0
        reach = 1
        for j in range(first[b], first[b + 1]):
            # From the last digit down, because digit 0 overwrites the rows the others start from.
            for k in range(radix[j] - 1, -1, -1):
                for v in range(reach):
                    for q in range(n_nodes):
                        add = log_p[j, k, q] if k < n_categories[j] else 0.0
                        table[k * reach + v, q] = table[v, q] + add
            reach *= radix[j]


def marginalise(counts: Any, first: Any, radix: Any, n_categories: Any, items: Any) -> None:
    """Expected counts of items (J, K, Q) from those of joint categories (B, 256, Q)."""
    n_nodes = counts.shape[2]
    for b in range(first.size - 1):
        size = 1
        for j in range(first[b], first[b + 1]):
            size *= radix[j]
        # Items are peeled off from the last: what is left is the count of the others' joint codes.
        for j in range(first[b + 1] - 1, first[b] - 1, -1):
            reach = size // radix[j]
            for k in range(radix[j]):
                for v in range(reach):
                    row = counts[b, k * reach + v]
                    if k < n_categories[j]:
                        for q in range(n_nodes):
                            items[j, k, q] += row[q]
                    if k > 0:
                        for q in range(n_nodes):
                            counts[b, v, q] += row[q]
            size = reach


def add_block(
    codes: Any, group: Any, weight: Any, tables: Any, log_weight: Any, counts: Any, mass: Any
) -> float:
    """Add posteriors to counts (B, 256, Q) and mass (G, Q); returns the log-likelihood."""
    n_nodes = log_weight.shape[1]
    log_like = np.empty(n_nodes)
    scale = np.empty(n_nodes)
    bits = scale.view(np.int64)
    lane = np.empty(8)
    total = 0.0
    for n in range(codes.shape[0]):
        if weight[n] == 0.0:
            continue
        g = group[n]
        for q in range(n_nodes):
            log_like[q] = log_weight[g, q]
        for b in range(codes.shape[1]):
            row = tables[b, codes[n, b]]
            for q in range(n_nodes):
                log_like[q] += row[q]
        for i in range(8):
            lane[i] = log_like[i]
        for q in range(8, n_nodes, 8):
            for i in range(8):
                lane[i] = max(lane[i], log_like[q + i])
        highest = lane[0]
        for i in range(1, 8):
            highest = max(highest, lane[i])
        # exp(log_like - highest), see the top of this file.
        for q in range(n_nodes):
            x = max(log_like[q] - highest, _LOWEST)
            scale[q] = x * _LOG2E + _MAGIC
            whole = scale[q] - _MAGIC
            r = (x - whole * _LN2_HIGH) - whole * _LN2_LOW
            p = 2.50521083854417187751e-8
            p = p * r + 2.75573192239858906526e-7
            p = p * r + 2.75573192239858906526e-6
            p = p * r + 2.48015873015873015873e-5
            p = p * r + 1.98412698412698412698e-4
            p = p * r + 1.38888888888888888889e-3
            p = p * r + 8.33333333333333333333e-3
            p = p * r + 4.16666666666666666667e-2
            p = p * r + 1.66666666666666666667e-1
            p = p * r + 0.5
            p = p * r + 1.0
            log_like[q] = p * r + 1.0
        for q in range(n_nodes):
            bits[q] = (bits[q] + 1023) << 52
        for q in range(n_nodes):
            log_like[q] *= scale[q]
        for i in range(8):
            lane[i] = log_like[i]
        for q in range(8, n_nodes, 8):
            for i in range(8):
                lane[i] += log_like[q + i]
        like = 0.0
        for i in range(8):
            like += lane[i]
        total += weight[n] * (np.log(like) + highest)
        share = weight[n] / like
        for q in range(n_nodes):
            log_like[q] *= share
            mass[g, q] += log_like[q]
        for b in range(codes.shape[1]):
            row = counts[b, codes[n, b]]
            for q in range(n_nodes):
                row[q] += log_like[q]
    return total


def centre_log_posteriors(
    codes: Any, group: Any, tables: Any, log_weight: Any, found: Any, highest: Any
) -> None:
    """Log posteriors (n, Q) of some persons less their maximum, which goes to highest (n,)."""
    n_nodes = found.shape[1]
    for n in range(codes.shape[0]):
        own = found[n]
        for q in range(n_nodes):
            own[q] = log_weight[group[n], q]
        for b in range(codes.shape[1]):
            row = tables[b, codes[n, b]]
            for q in range(n_nodes):
                own[q] += row[q]
        top = own[0]
        for q in range(n_nodes):
            top = max(top, own[q])
        for q in range(n_nodes):
            own[q] = max(own[q] - top, _LOWEST)
        highest[n] = top
