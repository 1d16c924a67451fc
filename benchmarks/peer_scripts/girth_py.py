"""girth: marginal and conditional maximum likelihood in numpy. Items are its rows."""

from __future__ import annotations

from typing import Any

import common
import girth
import numpy as np

#: 41 nodes on [-4.5, 4.5] and 25 iterations are its defaults.
_OPTIONS = {"quadrature_n": 61, "quadrature_bounds": (-6, 6), "max_iteration": 500}
_FITS = {"2PL": girth.twopl_mml, "3PL": girth.threepl_mml, "GRM": girth.grm_mml}


def fit(scores: Any, job: dict[str, Any]) -> Any:
    data = scores.T.astype(np.int64)
    if (data < 0).any():
        data = girth.tag_missing_data(data, list(range(data.max() + 1)))
    return lambda: _FITS[job["model"]](data, dict(_OPTIONS)), _told


def conditional(scores: Any, _job: dict[str, Any]) -> Any:
    data = scores.T.astype(np.int64)
    return lambda: girth.rasch_conditional(data), _told


def _told(fit: dict[str, Any]) -> dict[str, Any]:
    b = np.asarray(fit["Difficulty"])
    a = np.broadcast_to(fit["Discrimination"], b.shape[:1])
    return {"a": a, "b": b, "c": fit.get("Guessing")}


common.main({"fit": fit, "conditional": conditional})
