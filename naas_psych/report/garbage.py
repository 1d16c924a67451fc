"""Python's search for garbage in circles, made rare while large results stand in memory."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

#: New objects between two searches. At Python's own 700 a fifth of the time of a report goes there.
_SELDOM = 50_000


@contextmanager
def seldom_searched() -> Iterator[None]:
    """Within the block the search is rare, and leaves out all that stands when it begins."""
    before = gc.get_threshold()
    gc.freeze()
    gc.set_threshold(_SELDOM, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
