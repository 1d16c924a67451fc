"""Standard errors of a solution: cross-product, observed information (Louis), sandwich."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.engine.asked import ERRORS, one_of
from naas_psych.irt.engine.em import Problem, Solution
from naas_psych.irt.engine.information_matrix import Moments, prior_information, score_moments
from naas_psych.numerics.arrays import Floats

#: Below this the smallest eigenvalue of information with a unit diagonal is rounding.
_SINGULAR = 1e-12
#: Parameters with at least this share of the largest loading are named.
_LOADS, _MOST_NAMED = 0.3, 6


@dataclass(frozen=True)
class ErrorMatrix:
    """covariance : (P, P) of all free parameters, or None and `why`.

    condition_number : largest over smallest eigenvalue of the information
    weak : the parameters on which the data say too little, largest first; empty with a covariance
    """

    covariance: Floats | None
    condition_number: float
    why: str = ""
    weak: tuple[int, ...] = ()


def error_matrix(problem: Problem, solution: Solution, kind: str) -> ErrorMatrix:
    """Covariance of the estimates: free item parameters, then free group means and log SDs.

    Parameters
    ----------
    kind : "observed", the inverse of minus the Hessian of the log-likelihood (Louis 1982: exactly
        what Oakes 1999 gives). "crossprod", the inverse of the persons' crossed scores: quicker,
        and the same only in large samples of the model itself. "sandwich", H^-1 B H^-1 with H the
        first information and B the crossed scores (White 1982): holds where the model does not.

    Raises
    ------
    Refused
        There is no such kind.

    Notes
    -----
    Weights. "observed" and "crossprod" take a weight of 2 for two persons. "sandwich" takes weights
    for sampling weights: B sums their squares, and twice the weights leave the errors as they are.
    Use it wherever a weight is not a number of persons.

    Priors. Their curvature is part of the information of "observed" and "crossprod" and of H; B is
    of the data alone.
    """
    one_of("standard_errors", kind, ERRORS)
    moments = score_moments(problem, solution, squares=kind != "crossprod")
    prior = prior_information(problem, solution)
    information = (moments.means if kind == "crossprod" else _observed(moments)) + prior
    found = inverse(information)
    if kind != "sandwich" or found.covariance is None:
        return found
    spread = found.covariance @ moments.weighted_means @ found.covariance
    return ErrorMatrix(0.5 * (spread + spread.T), found.condition_number)


def _observed(moments: Moments) -> Floats:
    return moments.complete - moments.squares + moments.means


def inverse(information: Floats) -> ErrorMatrix:
    """The inverse of a positive definite matrix; what is wrong with any other."""
    information = 0.5 * (information + information.T)
    diagonal = np.diag(information)
    if not np.isfinite(information).all() or (diagonal <= 0).any():
        bad = np.flatnonzero(~(np.isfinite(information).all(axis=1) & (diagonal > 0)))
        return _refused(bad, float("nan"))
    values = np.linalg.eigvalsh(information)
    condition = float(values[-1] / values[0]) if values[0] > 0 else float("inf")
    scale = 1 / np.sqrt(diagonal)
    scaled = information * np.outer(scale, scale)
    lowest, loadings = _lowest(scaled)
    if lowest < _SINGULAR:
        return _refused(_largest(loadings), condition)
    return ErrorMatrix(_inverted(scaled) * np.outer(scale, scale), condition)


def _lowest(scaled: Floats) -> tuple[float, Floats]:
    """The smallest eigenvalue and the size of its eigenvector's loadings."""
    from scipy.linalg import eigh

    value, vector = eigh(scaled, subset_by_index=[0, 0])
    return float(value[0]), np.abs(vector[:, 0])


def _inverted(matrix: Floats) -> Floats:
    from scipy.linalg import cho_factor, cho_solve

    found = cho_solve(cho_factor(matrix, lower=True), np.eye(matrix.shape[0]))
    return np.asarray(0.5 * (found + found.T))


def _largest(loadings: Floats) -> NDArray[np.int64]:
    order = np.argsort(-loadings, kind="stable")
    return np.asarray(order[loadings[order] >= _LOADS * loadings.max()])


def _refused(weak: NDArray[np.int64], condition: float) -> ErrorMatrix:
    return ErrorMatrix(
        None,
        condition,
        "There are no standard errors: the information matrix is not positive definite. The data "
        "say too little about",
        tuple(int(p) for p in weak[:_MOST_NAMED]),
    )
