"""Priors on item parameters: log-density with two derivatives in the free parameter.

A prior is on what is reported (a, d, c or the upper asymptote), as programs in use have it: the
beta density of an asymptote is that of the asymptote itself, without the Jacobian of its logit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import betaln, expit, log_expit

from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Prior:
    """`kind` with its two constants.

    normal : mean and SD of the free parameter (a, d, or the logit of an asymptote)
    lognormal : mean and SD of ln a
    beta : the two shape parameters, of an asymptote
    """

    kind: Literal["normal", "lognormal", "beta"]
    first: float
    second: float


@dataclass(frozen=True)
class Density:
    """Log-density of each free parameter, and its first and second derivatives."""

    value: Floats
    slope: Floats
    bend: Floats


#: Guessing hardly shows in the data of easy items: without a prior a 3PL may not settle.
GUESSING_PRIOR = Prior("beta", 5.0, 17.0)
UPPER_PRIOR = Prior("beta", 38.0, 2.0)
NEEDED: Mapping[str, Mapping[str, Prior]] = {
    "3pl": {"c": GUESSING_PRIOR},
    "4pl": {"c": GUESSING_PRIOR, "d": UPPER_PRIOR},
}


def density(prior: Prior, x: Floats) -> Density:
    """Of free parameters x (n,); minus infinity where the prior leaves no room."""
    if prior.kind == "normal":
        z = (x - prior.first) / prior.second
        constant = np.log(prior.second) + 0.5 * np.log(2 * np.pi)
        return Density(
            -0.5 * z * z - constant,
            -z / prior.second,
            np.full_like(x, -1 / prior.second**2),
        )
    if prior.kind == "lognormal":
        return _lognormal(prior, x)
    return _beta(prior, x)


def _lognormal(prior: Prior, x: Floats) -> Density:
    inside = x > 0
    safe = np.where(inside, x, 1.0)
    variance = prior.second**2
    z = (np.log(safe) - prior.first) / variance
    constant = np.log(prior.second) + 0.5 * np.log(2 * np.pi)
    value = -np.log(safe) - 0.5 * z * z * variance - constant
    return Density(
        np.where(inside, value, -np.inf),
        -(1 + z) / safe,
        (1 + z - 1 / variance) / safe**2,
    )


def _beta(prior: Prior, x: Floats) -> Density:
    """In the logit x of the asymptote: (p - 1) ln g + (q - 1) ln(1 - g)."""
    p, q = prior.first - 1, prior.second - 1
    g = expit(x)
    value = p * log_expit(x) + q * log_expit(-x) - betaln(prior.first, prior.second)
    return Density(value, p - (p + q) * g, -(p + q) * g * (1 - g))


def checked(priors: Mapping[str, Prior]) -> Mapping[str, Prior]:
    """The same priors.

    Raises
    ------
    Refused
        A prior for a parameter that cannot have it.
    """
    for name, prior in priors.items():
        allowed = _ALLOWED.get(name)
        if allowed is None or prior.kind not in allowed or not _sound(prior):
            raise Refused(
                "bad_prior",
                f"a {prior.kind} prior ({prior.first}, {prior.second}) on {name!r} cannot be",
                "priors are on a (normal, lognormal), d_intercept (normal), c and d (beta, or "
                "normal on the logit)",
            )
    return priors


def _sound(prior: Prior) -> bool:
    numbers = all(
        isinstance(n, int | float) and np.isfinite(n) for n in (prior.first, prior.second)
    )
    return numbers and prior.second > 0 and (prior.kind != "beta" or prior.first > 0)


_ALLOWED = {
    "a": ("normal", "lognormal"),
    "d_intercept": ("normal",),
    "c": ("beta", "normal"),
    "d": ("beta", "normal"),
}
