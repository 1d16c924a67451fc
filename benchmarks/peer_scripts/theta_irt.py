"""theta-irt: models of right and wrong answers on JAX. Its default grid has 61 nodes."""

from __future__ import annotations

from typing import Any

import common
import numpy as np
import theta


def fit(scores: Any, job: dict[str, Any]) -> Any:
    data = np.where(scores < 0, np.nan, scores)
    return lambda: _fitted(data, job), _told


def errors(scores: Any, job: dict[str, Any]) -> Any:
    model = _fitted(scores, job)
    return lambda: model.standard_errors(scores), common.nothing


def eap(scores: Any, job: dict[str, Any]) -> Any:
    # A model of the first persons: what it costs to score does not depend on its parameters.
    model = _fitted(scores[:30_000], job)
    return lambda: model.score(scores, method="EAP"), common.nothing


def _fitted(scores: Any, job: dict[str, Any]) -> Any:
    return theta.fit(scores, job["model"], priors=theta.Priors(c_a=5, c_b=17))


def _told(fit: Any) -> dict[str, Any]:
    said = {"log_likelihood": fit.loglik, "converged": fit.converged, "cycles": fit.n_iter}
    return said | {"a": fit.a, "b": fit.b, "c": fit.c}


common.main({"fit": fit, "errors": errors, "EAP": eap})
