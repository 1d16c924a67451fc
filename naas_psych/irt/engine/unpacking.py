"""Packed scores turned back into categories: the inverse of `packing.pack`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.packing import MOST_CODES, Packed


def categories_in(packed: Packed, rows: slice = slice(None)) -> NDArray[np.int8]:
    """Categories (n, J) of some packed rows, -1 where absent."""
    layout, codes = packed.layout, packed.codes[rows]
    found = np.empty((codes.shape[0], layout.radix.size), np.int8)
    byte = np.arange(MOST_CODES)
    for b in range(layout.size.size):
        for j in range(layout.first[b], layout.first[b + 1]):
            digit = byte // layout.stride[j] % layout.radix[j]
            digit[digit == layout.n_categories[j]] = -1
            found[:, j] = digit.astype(np.int8)[codes[:, b]]
    return found


def may_be_absent(packed: Packed) -> NDArray[np.bool_]:
    """Items (J,) that some person lacks."""
    return packed.layout.radix > packed.layout.n_categories
