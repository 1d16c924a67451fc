"""Plain loops compiled once and kept: the only door to the compiler."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

#: A product and a sum may be fused into one operation, and the sign of a zero be forgotten. Sums
#: keep their order, and infinities and NaN are not assumed away.
_FAST = {"contract", "nsz"}


@cache
def compiled(loop: Callable[..., Any]) -> Callable[..., Any]:
    """`loop` as machine code that runs beside other threads, kept on disk for the next process."""
    from numba import njit

    options: dict[str, Any] = {"nogil": True, "fastmath": _FAST, "error_model": "numpy"}
    try:
        return njit(cache=True, **options)(loop)  # type: ignore[no-any-return]
    except RuntimeError:  # there is no place on this machine where compiled code may be kept
        return njit(**options)(loop)  # type: ignore[no-any-return]
