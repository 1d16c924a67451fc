"""Every model as a linear constraint on the values of its parent family.

values = offset + basis @ free: a special case is never a copy of its parent.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from naas_psych.irt.families.divided import DIVIDED
from naas_psych.irt.families.family import Family
from naas_psych.irt.families.graded import GRADED
from naas_psych.irt.families.guessing import GUESSING
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Design:
    """One model for items of K categories.

    basis : (V, p) and offset : (V,)
    names : p names of the free parameters of one item
    shared : p names under which a parameter is one and the same for several items, "" where not
    free_variance : the slopes are fixed, so that the variance of theta is estimated
    """

    family: Family
    basis: Floats
    offset: Floats
    names: tuple[str, ...]
    shared: tuple[str, ...]
    free_variance: bool = False


def design_of(model: str, n_categories: int) -> Design:
    """The design of `model` for items of `n_categories` categories.

    Raises
    ------
    Refused
        The model cannot describe an item with that many categories.
    """
    if n_categories > 2 and model in BINARY:
        raise Refused(
            "too_many_categories",
            f"{model} is for right/wrong items, and an item has {n_categories} categories",
            "use gpcm, grm or nominal for such items (pcm or rsm with equal slopes)",
        )
    return DESIGNS[model](n_categories)


def _plain(family: Family, names: tuple[str, ...], **more: bool) -> Design:
    n = len(names)
    return Design(family, np.eye(n), np.zeros(n), names, ("",) * n, **more)


def _intercepts(m: int) -> tuple[str, ...]:
    return ("d",) if m == 1 else tuple(f"d{k}" for k in range(1, m + 1))


def _scored(n_categories: int, *, shared: str = "") -> Design:
    """Slopes k times a: the generalised partial credit model, or the logistic one."""
    m = n_categories - 1
    basis = np.zeros((2 * m, 1 + m))
    basis[:m, 0] = np.arange(1, m + 1)
    basis[m:, 1:] = np.eye(m)
    names = ("a", *_intercepts(m))
    return Design(DIVIDED, basis, np.zeros(2 * m), names, (shared, *[""] * m))


def _rasch(n_categories: int) -> Design:
    """Slopes k: the partial credit model, or Rasch's."""
    free = _scored(n_categories)
    return Design(
        DIVIDED, free.basis[:, 1:], free.basis[:, 0], free.names[1:], free.shared[1:], True
    )


def _rating_scale(n_categories: int) -> Design:
    """c_k = -(k delta + tau_1 + ... + tau_k), the taus shared and summing to 0 (Andrich 1978)."""
    m = n_categories - 1
    basis = np.zeros((2 * m, m))
    basis[m:, 0] = -np.arange(1, m + 1)
    for v in range(1, m):
        basis[m + v - 1 : 2 * m - 1, v] = -1.0  # the last tau is minus the sum of the others
    offset = np.concatenate([np.arange(1.0, m + 1), np.zeros(m)])
    taus = tuple(f"tau{v}" for v in range(1, m))
    shared = ("", *(f"{tau} of {n_categories} categories" for tau in taus))
    return Design(DIVIDED, basis, offset, ("delta", *taus), shared, True)


def _nominal(n_categories: int) -> Design:
    m = n_categories - 1
    names = tuple(f"{letter}{k}" for letter in "ad" for k in range(1, m + 1))
    return _plain(DIVIDED, names)


def _graded(n_categories: int) -> Design:
    return _plain(GRADED, ("a", *_intercepts(n_categories - 1)))


def _three(_: int) -> Design:
    """The four-parameter model with the upper asymptote at 1."""
    return Design(
        GUESSING,
        np.eye(4)[:, :3],
        np.array([0.0, 0.0, 0.0, np.inf]),
        ("a", "d", "logit_c"),
        ("", "", ""),
    )


def _four(_: int) -> Design:
    return _plain(GUESSING, ("a", "d", "logit_c", "logit_d"))


DESIGNS: dict[str, Callable[[int], Design]] = {
    "rasch": _rasch,
    "1pl": lambda k: _scored(k, shared="a"),
    "2pl": _scored,
    "3pl": _three,
    "4pl": _four,
    "grm": _graded,
    "gpcm": _scored,
    "pcm": _rasch,
    "rsm": _rating_scale,
    "nominal": _nominal,
}
BINARY = ("2pl", "3pl", "4pl")
