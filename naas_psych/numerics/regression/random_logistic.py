"""Logistic regression with an intercept of each site drawn at random.

The integral over sites is adaptive Gauss-Hermite: nodes stand around the mode of each site, as in
Pinheiro & Bates (1995) and lme4's glmer.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, log_expit, logsumexp

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.regression.effects import Effect, summed
from naas_psych.numerics.regression.fits import logistic

NODES = 15
_CYCLES = 100
_TOLERANCE = 1e-8
#: A standard deviation below exp(-4.6) = .01 in log odds is none.
_LEAST = -4.6


@dataclass(frozen=True, eq=False)
class RandomIntercept:
    """coefficients (P,), sd of the sites in log odds, covariance (P + 1, P + 1) with log sd last,
    scores (G, P + 1) of each site, log likelihood."""

    coefficients: Floats
    sd: float
    covariance: Floats
    scores: Floats
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class _State:
    value: float
    scores: Floats
    information: Floats
    modes: Floats


def random_logistic(y: Floats, x: Floats, sites: NDArray[np.int64]) -> RandomIntercept | None:
    """Maximum likelihood for y (N,) on x (N, P); site codes (N,) from 0.

    None where the outcome is separated, or where sites do not vary beyond chance.
    """
    start = logistic(y, x)
    if start is None:
        return None
    data = _Data(y, x, sites)
    beta = np.r_[start.coefficients, np.log(0.5)]
    state = data.state(beta, np.zeros(int(sites.max()) + 1))
    for _ in range(_CYCLES):
        step = _uphill(state)
        for _ in range(25):
            new = data.state(beta + step, state.modes)
            if new.value >= state.value - 1e-12 * abs(state.value):
                break
            step = step / 2
        beta, state = beta + step, new
        if beta[-1] < _LEAST or np.abs(beta[:-1]).max() > 1e3:
            return None
        if np.abs(step).max() < _TOLERANCE:
            covariance: Floats = np.asarray(np.linalg.inv(state.information), dtype=float)
            return RandomIntercept(
                beta[:-1], float(np.exp(beta[-1])), covariance, state.scores, state.value
            )
    return None


def _uphill(state: _State) -> Floats:
    """Newton's step, on the size of the information's eigenvalues where it is not yet positive."""
    values, vectors = np.linalg.eigh(state.information)
    size = np.maximum(np.abs(values), 1e-6 * np.abs(values).max())
    step = vectors @ ((vectors.T @ state.scores.sum(axis=0)) / size)
    found: Floats = step * min(1.0, 2.0 / max(float(np.abs(step).max()), 1e-300))
    return found


@dataclass(frozen=True, eq=False)
class _Data:
    y: Floats
    x: Floats
    sites: NDArray[np.int64]

    def state(self, beta: Floats, modes: Floats) -> _State:
        """Likelihood with scores (Fisher's identity) and information (Louis) at beta, log sd."""
        nodes, weights = np.polynomial.hermite.hermgauss(NODES)
        sd = float(np.exp(beta[-1]))
        base = self.x @ beta[:-1]
        modes, curvature = self._modes(base, sd, modes)
        scale = np.sqrt(2 / curvature)
        u = modes[:, None] + scale[:, None] * nodes
        eta = base[:, None] + u[self.sites]
        sign = np.where(self.y > 0, 1.0, -1.0)[:, None]
        joint = self._by_site(log_expit(sign * eta)) - u**2 / (2 * sd**2) + nodes**2
        joint += np.log(weights) + np.log(scale / (sd * np.sqrt(2 * np.pi)))[:, None]
        by_site = logsumexp(joint, axis=1)
        posterior = np.exp(joint - by_site[:, None])
        scores, information = self._moments(expit(eta), u / sd, posterior)
        return _State(float(by_site.sum()), scores, information, modes)

    def _modes(self, base: Floats, sd: float, start: Floats) -> tuple[Floats, Floats]:
        """(G,) mode of each site's intercept and the curvature there, by Newton."""
        u = start
        for _ in range(50):
            p = expit(base + u[self.sites])
            slope = self._by_site(self.y - p) - u / sd**2
            curvature = self._by_site(p * (1 - p)) + 1 / sd**2
            step = slope / curvature
            u = u + np.clip(step, -2.0, 2.0)
            if np.abs(step).max() < 1e-10:
                break
        p = expit(base + u[self.sites])
        return u, self._by_site(p * (1 - p)) + 1 / sd**2

    def _moments(self, p: Floats, z: Floats, posterior: Floats) -> tuple[Floats, Floats]:
        """Scores (G, P + 1), and what is expected of the complete information less their spread."""
        n_sites, n_nodes = posterior.shape
        rest = self.y[:, None] - p
        own = np.stack([self._by_site(column[:, None] * rest) for column in self.x.T], axis=2)
        complete = np.concatenate([own, (z**2 - 1)[:, :, None]], axis=2)
        scores = np.einsum("gq,gqp->gp", posterior, complete)
        mean_weight = (posterior[self.sites] * p * (1 - p)).sum(axis=1)
        size = complete.shape[2]
        information = np.zeros((size, size))
        information[:-1, :-1] = (self.x * mean_weight[:, None]).T @ self.x
        information[-1, -1] = 2 * float((posterior * z**2).sum())
        flat = (complete * np.sqrt(posterior)[:, :, None]).reshape(n_sites * n_nodes, size)
        return scores, information - flat.T @ flat + scores.T @ scores

    def _by_site(self, values: Floats) -> Floats:
        """Sums of values (N,) or (N, Q) over the persons of each site."""
        n_sites = int(self.sites.max()) + 1
        if values.ndim == 1:
            sums = np.bincount(self.sites, weights=values, minlength=n_sites)
            return np.asarray(sums, dtype=float)
        return np.column_stack(
            [np.bincount(self.sites, weights=v, minlength=n_sites) for v in values.T]
        )


def random_site_rate_difference(
    y: Floats, focal: Floats, others: Floats, sites: NDArray[np.int64]
) -> Effect | None:
    """Average difference in P(y = 1) over persons and over the sites there might be."""
    codes = np.unique(sites, return_inverse=True)[1]
    x = np.column_stack([others, focal])
    fit = random_logistic(y, x, codes)
    if fit is None:
        return None
    own, gradient = _averaged(fit, others)
    se = float(np.sqrt(gradient @ fit.covariance @ gradient))
    parts = fit.scores @ fit.covariance @ gradient
    return Effect(
        value=float(own.mean()),
        se=se,
        df=np.inf,
        method="random_logistic",
        parts=parts + summed((own - own.mean()) / y.size, codes),
        log_odds=float(fit.coefficients[-1]),
        log_odds_se=float(np.sqrt(fit.covariance[-2, -2])),
    )


def _averaged(fit: RandomIntercept, others: Floats) -> tuple[Floats, Floats]:
    """(N,) difference in probability averaged over sites, and the gradient of its mean."""
    nodes, weights = np.polynomial.hermite.hermgauss(NODES)
    share, u = weights / np.sqrt(np.pi), np.sqrt(2) * fit.sd * nodes
    base = (others @ fit.coefficients[:-1])[:, None] + u
    p0, p1 = expit(base), expit(base + fit.coefficients[-1])
    w0, w1 = p0 * (1 - p0), p1 * (1 - p1)
    own = (p1 - p0) @ share
    n = others.shape[0]
    of_others = ((w1 - w0) @ share) @ others / n
    return own, np.r_[of_others, (w1 @ share).mean(), ((w1 - w0) @ (share * u)).mean()]
