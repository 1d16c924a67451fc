"""One evidence run of the synthetic pilot for all tests: it takes a minute, so it is made once."""

from __future__ import annotations

import os
import time
from pathlib import Path

PILOT = Path(__file__).resolve().parents[1] / "data/sample_responses/naas_pilot"
_PATIENCE = 900


def shared_evidence(base: Path) -> Path:
    """The folder, made by the worker that comes first; the others wait for it."""
    home = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    out, lock = home / "pilot_evidence", home / "pilot_evidence.lock"
    try:
        lock.mkdir()
    except FileExistsError:
        return _awaited(out)
    import naas_psych as nps

    return nps.evidence(nps.read_study(PILOT), out=out, threads=2)


def _awaited(out: Path) -> Path:
    """It appears whole or not at all."""
    end = time.monotonic() + _PATIENCE
    while not out.exists():
        if time.monotonic() > end:
            raise TimeoutError(f"nobody wrote {out.name}")
        time.sleep(0.5)
    return out
