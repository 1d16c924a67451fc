"""mirt for Python, with its Rust backend. Its default grid has 21 nodes."""

from __future__ import annotations

from typing import Any

import common
import mirt
import numpy as np
from mirt.estimation.priors import BetaPrior


def fit(scores: Any, job: dict[str, Any]) -> Any:
    data = scores.astype(np.int64)
    return lambda: _fitted(data, job), _told


def errors(scores: Any, job: dict[str, Any]) -> Any:
    """It has no errors without a fit: the time is that of both."""
    data = scores.astype(np.int64)
    return lambda: _fitted(data, job, errors=True), _told


def eap(scores: Any, job: dict[str, Any]) -> Any:
    data = scores.astype(np.int64)
    model = _fitted(data[:30_000], job)
    nodes = job["nodes"]
    return lambda: mirt.fscores(model, data, method="EAP", n_quadpts=nodes), common.nothing


def s_x2(scores: Any, job: dict[str, Any]) -> Any:
    return _item_fit(scores, job, ["S_X2"])


def mean_squares(scores: Any, job: dict[str, Any]) -> Any:
    return _item_fit(scores, job, ["infit", "outfit"])


def m2(scores: Any, job: dict[str, Any]) -> Any:
    data = scores.astype(np.int64)
    model = _fitted(data, job)
    return lambda: mirt.compute_m2(model, data, n_quadpts=job["nodes"]), common.nothing


def _item_fit(scores: Any, job: dict[str, Any], which: list[str]) -> Any:
    data = scores.astype(np.int64)
    model = _fitted(data, job)
    nodes = job["nodes"]
    return lambda: mirt.itemfit(model, data, which, n_quadpts=nodes), common.nothing


def _fitted(data: Any, job: dict[str, Any], *, errors: bool = False) -> Any:
    priors = {"guessing": BetaPrior(5, 17)} if job["model"] == "3PL" else None
    return mirt.fit_mirt(
        data,
        model=job["model"],
        n_quadpts=job["nodes"],
        compute_standard_errors=errors,
        priors=priors,
        accelerate=job.get("accelerate", "none"),
    )


def _told(fit: Any) -> dict[str, Any]:
    of = fit.model.parameters
    said = {"log_likelihood": fit.log_likelihood, "converged": fit.converged}
    said |= {"cycles": fit.n_iterations, "a": of["discrimination"]}
    return said | {"b": of.get("thresholds", of.get("difficulty")), "c": of.get("guessing")}


common.main(
    {
        "fit": fit,
        "errors": errors,
        "EAP": eap,
        "S-X2": s_x2,
        "M2": m2,
        "infit and outfit": mean_squares,
    }
)
