"""Plain loops compiled once and kept: the only door to the compiler."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
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
        with _kept_outside():
            return njit(cache=True, **options)(loop)  # type: ignore[no-any-return]
    except RuntimeError:  # there is no place on this machine where compiled code may be kept
        return njit(**options)(loop)  # type: ignore[no-any-return]


@contextmanager
def _kept_outside() -> Iterator[None]:
    """Keep compiled code in the user's cache, not beside the source.

    An installer does not know of files that turn up beside the source later. It leaves them, and
    the folder that is left hides the package when it is next installed in another way (`-e`).
    """
    config: Any = import_module("numba.core.config")
    places: Any = import_module("numba.misc.appdirs")
    chosen = config.CACHE_DIR
    config.CACHE_DIR = chosen or places.user_cache_dir("naas_psych", appauthor=False)
    try:
        yield
    finally:
        config.CACHE_DIR = chosen
