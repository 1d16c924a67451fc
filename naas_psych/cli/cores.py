"""How many threads to use when nobody says: as many as this process has cores."""

from __future__ import annotations

import os

#: The most that an analysis takes.
MOST = 1024


def cores() -> int:
    """The cores that this process may run on; the answer of an analysis is the same for any."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ()
    return min(len(allowed) or os.cpu_count() or 1, MOST)
