"""A weighted sum of components: its reliability, and what each component weighs in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True, eq=False)
class Composite:
    """Mosier (1943): a sum with weights w of m components.

    variance, reliability, sem : of the sum; nan where it has no variance
    effective (m,) : part of the variance of the sum that each component brings in; sums to 1
    """

    variance: float
    reliability: float
    sem: float
    effective: Floats


def composite(weights: Floats, covariance: Floats, reliability: Floats) -> Composite:
    """From the covariances (m, m) and reliabilities (m,) of the components."""
    with_sum = np.einsum("jk,k->j", covariance, weights)
    variance = float(np.einsum("j,j->", weights, with_sum))
    error = float((weights**2 * np.diag(covariance) * (1 - reliability)).sum())
    if not variance > 0:
        return Composite(variance, np.nan, np.nan, np.full(weights.shape, np.nan))
    return Composite(
        variance, 1 - error / variance, float(np.sqrt(error)), weights * with_sum / variance
    )


def rated_reliability(means: Floats) -> float:
    """Reliability of a person's mean over tasks and raters, from (N, T, R) marks without gaps.

    Tasks are the same for all; raters differ between persons, and their severity counts as error.
    Mean squares within persons are taken off those between: E rho^2 = (MS_p - MS_t - MS_r + MS_tr)
    / MS_p. nan with one person, or with one task or rater where both are single.
    """
    n, tasks, raters = means.shape
    if n < 2 or tasks * raters < 2:
        return float("nan")
    x = means - means.mean(axis=0).mean(axis=1)[None, :, None]
    person = x.mean(axis=(1, 2))
    by_task, by_rater = x.mean(axis=2) - person[:, None], x.mean(axis=1) - person[:, None]
    rest = x - person[:, None, None] - by_task[:, :, None] - by_rater[:, None, :]
    between = tasks * raters * ((person - person.mean()) ** 2).sum() / (n - 1)
    # Task means were taken from the data: one degree of freedom a task fewer.
    of_tasks = raters * (by_task**2).sum() / max((n - 1) * (tasks - 1), 1)
    of_raters = tasks * (by_rater**2).sum() / max(n * (raters - 1), 1)
    both = (rest**2).sum() / max((n - 1) * (tasks - 1) * (raters - 1), 1)
    if not between > 0:
        return float("nan")
    if tasks == 1:
        return float((between - of_raters) / between)
    if raters == 1:
        return float((between - of_tasks) / between)
    return float((between - of_tasks - of_raters + both) / between)
