"""Outcomes from the likelihood of each person's responses, without a normal error (Guo 2006)."""

from __future__ import annotations

from typing import Any

import numpy as np

from naas_psych.irt.classification.chances import Chances, chances
from naas_psych.irt.classification.steps import steps
from naas_psych.numerics.arrays import Floats


def guo(weights: Floats, theta: Floats, cuts: Any) -> Chances:
    """Chance of each true outcome as a person's share of weight between the cuts.

    weights : (N, Q) likelihood of each person's responses at equally spaced nodes of theta, each
        row adding up to 1; times a prior, and normalised again, it is a posterior. A row that holds
        nan is left out
    theta : (Q,) the nodes; cuts : (C,) in rising order

    The outcome given is that of the mean of the weights. Without a prior, all right or all wrong
    stays finite only because the nodes end: where they end must be said.
    """
    weights, theta = np.asarray(weights, float), np.asarray(theta, float)
    cuts = np.atleast_1d(np.asarray(cuts, float))
    known = np.asarray(np.isfinite(weights).all(axis=1))
    own = weights[known]
    upper = np.einsum("nq,cq->nc", own, steps(theta, cuts))
    return chances(upper, np.einsum("nq,q->n", own, theta), cuts, known)
