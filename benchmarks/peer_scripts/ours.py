"""naas_psych itself, run like a peer: the same job, the same clock, on two threads."""

from __future__ import annotations

from typing import Any

import common
import numpy as np

from naas_psych.irt import calibrate

_THREADS = 2


def fit(scores: Any, job: dict[str, Any]) -> Any:
    return lambda: _fitted(scores, job), _told


def errors(scores: Any, job: dict[str, Any]) -> Any:
    """A whole fit with errors from the observed information."""
    return lambda: _fitted(scores, job, standard_errors="observed"), _told


def conditional(scores: Any, _job: dict[str, Any]) -> Any:
    def told(done: Any) -> dict[str, Any]:
        return {"a": np.ones(scores.shape[1]), "b": np.asarray(done.b)}

    return lambda: calibrate(scores, "rasch", estimator="cml"), told


def e_step(scores: Any, job: dict[str, Any]) -> Any:
    """One E-step on 61 nodes, packed beforehand."""
    from naas_psych.irt.engine.expectation import expect
    from naas_psych.irt.engine.packing import pack

    model = _fitted(scores, job, nodes=61)
    categories = np.where(scores < 0, -1, scores).astype(np.int8)
    packed = pack(categories, model.model.n_categories)
    log_p = _log_p(model)
    return lambda: expect(packed, log_p, model.grid, threads=_THREADS), _count


def e_step_products(scores: Any, job: dict[str, Any]) -> Any:
    """The same by matrix products of indicators, in blocks of persons, on BLAS's own threads."""
    model = _fitted(scores, job, nodes=61)
    log_p = _log_p(model)
    present = range(1, log_p.shape[1]) if (scores >= 0).all() else range(log_p.shape[1])
    hot = [(scores == k).astype(np.float64) for k in present]
    return lambda: _products(hot, log_p, model.grid.log_weight[0]), _count


def eap(scores: Any, job: dict[str, Any]) -> Any:
    from naas_psych.irt.scores.person_scores import person_scores

    model = _fitted(scores[:30_000], job)

    def work() -> Any:
        return person_scores(model, scores, methods=("eap",), threads=_THREADS)

    return work, common.nothing


def s_x2(scores: Any, job: dict[str, Any]) -> Any:
    from naas_psych.irt.fit.s_x2 import s_x2 as statistic

    model = _fitted(scores, job)
    return lambda: statistic(model, scores), common.nothing


def m2(scores: Any, job: dict[str, Any]) -> Any:
    from naas_psych.irt.fit.limited_information import limited_information as statistic

    model = _fitted(scores, job)
    return lambda: statistic(model, scores), common.nothing


def mean_squares(scores: Any, job: dict[str, Any]) -> Any:
    from naas_psych.irt.fit.mean_squares import mean_squares as statistic

    model = _fitted(scores, job)
    return lambda: statistic(model, scores, threads=_THREADS), common.nothing


def _fitted(scores: Any, job: dict[str, Any], **options: Any) -> Any:
    return calibrate(scores, job["model"].lower(), threads=_THREADS, **options)


def _told(fit: Any) -> dict[str, Any]:
    said = {"log_likelihood": fit.log_likelihood, "converged": fit.converged, "cycles": fit.cycles}
    said |= {"nodes": fit.grid.theta.size, "a": fit.a, "b": fit.b}
    return said | {"c": np.nan_to_num(fit.c)}


def _log_p(model: Any) -> Any:
    from naas_psych.irt.model import log_probabilities

    return log_probabilities(model.model, model.x, model.grid.theta)


def _products(hot: list[Any], log_p: Any, log_weight: Any) -> Any:
    """Without absence, category 0 is what is left over: its log-probability is a constant."""
    complete = len(hot) < log_p.shape[1]
    relative = log_p[:, 1:] - log_p[:, :1] if complete else log_p
    base = log_weight + (log_p[:, 0].sum(axis=0) if complete else 0.0)
    counts = np.zeros((len(hot), log_p.shape[0], log_p.shape[2]))
    total, mass = 0.0, np.zeros(log_p.shape[2])
    for start in range(0, hot[0].shape[0], 4096):
        rows = [h[start : start + 4096] for h in hot]
        at = base + sum(h @ relative[:, k] for k, h in enumerate(rows))
        highest = at.max(axis=1, keepdims=True)
        at = np.exp(at - highest)
        like = at.sum(axis=1, keepdims=True)
        at /= like
        total += float(np.log(like).sum() + highest.sum())
        mass += at.sum(axis=0)
        for k, h in enumerate(rows):
            counts[k] += h.T @ at
    return total, counts, mass


def _count(done: Any) -> dict[str, Any]:
    found = done[0] if isinstance(done, tuple) else done.log_likelihood
    return {"log_likelihood": found}


if __name__ == "__main__":
    common.main(
        {
            "fit": fit,
            "errors": errors,
            "conditional": conditional,
            "E-step": e_step,
            "E-step by products": e_step_products,
            "EAP": eap,
            "S-X2": s_x2,
            "M2": m2,
            "infit and outfit": mean_squares,
        }
    )
