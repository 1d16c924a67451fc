"""Speed of each person under the lognormal model of times, and times that do not go with it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.lognormal_times import TimeModel


@dataclass(frozen=True)
class Speeds:
    """(N,) speed of each person: posterior mean and sd, maximum likelihood and its error; times."""

    eap: Floats
    eap_se: Floats
    ml: Floats
    ml_se: Floats
    n: NDArray[np.int64]

    def reliability(self, speed_variance: float) -> float:
        """Share of the variance of speed that its estimates carry, on average over persons."""
        if speed_variance <= 0 or not self.n.any():
            return float("nan")
        return float(1 - (self.eap_se[self.n > 0] ** 2).mean() / speed_variance)


def speeds(model: TimeModel, log_times: NDArray[Any]) -> Speeds:
    """Where each person (N, J) stands; persons without a time get the prior and no ML."""
    kept = model.estimated
    y = np.asarray(log_times, dtype=np.float64)[:, kept]
    m = np.isfinite(y).astype(float)
    w = model.sigma[kept] ** -2.0
    information = m @ w
    total = (np.where(m > 0, model.beta[kept] - y, 0.0)) @ w
    s2 = model.speed_variance
    shrunk = 1.0 + s2 * information
    with np.errstate(divide="ignore", invalid="ignore"):
        ml = np.where(information > 0, total / information, np.nan)
        ml_se = np.where(information > 0, information**-0.5, np.nan)
    return Speeds(
        eap=s2 * total / shrunk,
        eap_se=np.sqrt(s2 / shrunk),
        ml=ml,
        ml_se=ml_se,
        n=m.sum(axis=1).astype(np.int64),
    )


def residuals(model: TimeModel, log_times: NDArray[Any]) -> Floats:
    """(N, J) standardised residuals from the person's other times; nan where there is no time.

    Each is the gap between a log time and its prediction from the person's remaining times over the
    sd of that gap, so that all are standard normal under the model; plugging in tau would make
    them too small. Both follow from V^-1 = W - W 1 1' W / P: gap = (V^-1 r)_i / sqrt((V^-1)_ii).
    """
    kept = model.estimated
    y = np.asarray(log_times, dtype=np.float64)
    found = np.full(y.shape, np.nan)
    r = y[:, kept] - model.beta[kept]
    m = np.isfinite(r)
    w = model.sigma[kept] ** -2.0
    s2 = model.speed_variance
    shrunk = (1.0 + s2 * (m @ w))[:, None]
    tau = -s2 * (np.where(m, r, 0.0) @ w)[:, None] / shrunk
    found[:, kept] = (r + tau) * np.sqrt(w) / np.sqrt(1.0 - s2 * w / shrunk)
    return found
