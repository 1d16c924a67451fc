"""What becomes of people who may sit a test again: chances followed from sitting to sitting.

No answers are drawn. At each true score the chance of every outcome at every sitting is known, so
that the chance of every course through the sittings is a product.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from naas_psych.numerics.arrays import Floats

#: Nodes of the error that one person's sittings share; more change no sixth digit.
_NODES = 41


@dataclass(frozen=True, eq=False)
class Sittings:
    """A sittings of Q kinds of persons, with B boundaries between outcomes.

    below (A, B, Q) : chance of a score below each boundary, the lowest boundary first
    true (A, Q) : the outcome that the true score deserves at that sitting, 0 to B
    """

    below: Floats
    true: NDArray[np.int64]


@dataclass(frozen=True)
class Policy:
    """Who may sit again, and who does.

    attempts : sittings in all; discounted : share for whom one sitting does not count
    drop_out : share of those who may sit again and do not
    error_correlation : of the errors of one person's sittings
    fast : who has more than the lowest outcome waits another, shorter gap
    keeps : the outcome of those who never reach the highest is their best, or their last
    """

    attempts: int
    drop_out: float = 0.0
    error_correlation: float = 0.0
    discounted: float = 0.0
    fast: bool = False
    best: bool = True

    @property
    def sittings(self) -> int:
        """Sittings that anybody can have."""
        return self.attempts + (self.discounted > 0)

    def may_again(self, sitting: int) -> float:
        """Share who may sit again after so many sittings."""
        if sitting < self.attempts:
            return 1.0
        return self.discounted if sitting == self.attempts else 0.0


@dataclass(frozen=True, eq=False)
class Course:
    """Chances by sitting a (from 0), by j shorter gaps before it, and by kind of person q.

    sat, met (A, J, Q) : sits then; reaches the highest outcome then
    exhausted, dropped, waiting (A, O, J, Q) : after that sitting, with outcome o of those below the
        highest: has no sitting left, will not come again, will come again
    """

    sat: Floats
    met: Floats
    exhausted: Floats
    dropped: Floats
    waiting: Floats


def followed(sittings: Sittings, policy: Policy) -> Course:
    """Every course under a policy; `sittings` must hold as many as the policy allows."""
    n, boundaries, kinds = policy.sittings, sittings.below.shape[1], sittings.below.shape[2]
    shared, weight = _shared(policy.error_correlation)
    state = np.zeros((boundaries, n, shared.size, kinds))
    state[0, 0] = 1.0
    sat, met = np.zeros((2, n, n, kinds))
    gone = np.zeros((3, n, boundaries, n, kinds))
    for a in range(n):
        chances = _outcomes(sittings.below[a], shared, policy.error_correlation)
        sat[a] = np.einsum("ojuq,u->jq", state, weight)
        met[a] = np.einsum("ojuq,uq,u->jq", state, chances[-1], weight)
        after = _stands(state, chances[:-1], best=policy.best)
        again = policy.may_again(a + 1)
        shares = (1 - again, again * policy.drop_out, again * (1 - policy.drop_out))
        below = np.einsum("ojuq,u->ojq", after, weight)
        for k, share in enumerate(shares):
            gone[k, a] = share * below
        state = _next_gap(after * shares[2], fast=policy.fast)
    return Course(sat, met, *gone)


def _shared(correlation: float) -> tuple[Floats, Floats]:
    """(U,) values of the error that sittings share, with their weights."""
    if correlation == 0:
        return np.zeros(1), np.ones(1)
    x, w = np.polynomial.hermite_e.hermegauss(_NODES)
    return x, w / w.sum()


def _outcomes(below: Floats, shared: Floats, correlation: float) -> Floats:
    """(B + 1, U, Q) chance of each outcome given the shared error.

    The chance of a low score is that of a normal error: without correlation it stays as it is.
    """
    if correlation == 0:
        given = below[:, None, :]
    else:
        # Chances of 0 and 1 have infinite limits, which stay what they are.
        limit = np.clip(ndtri(below), -40.0, 40.0)[:, None, :]
        given = ndtr((limit - np.sqrt(correlation) * shared[:, None]) / np.sqrt(1 - correlation))
    none, every = np.zeros((1, *given.shape[1:])), np.ones((1, *given.shape[1:]))
    return np.diff(np.concatenate([none, given, every]), axis=0)


def _stands(state: Floats, chances: Floats, *, best: bool) -> Floats:
    """(O, J, U, Q) those below the highest, by the outcome they now stand at."""
    found = np.zeros_like(state)
    for before in range(state.shape[0]):
        for now in range(state.shape[0]):
            found[max(before, now) if best else now] += state[before] * chances[now]
    return found


def _next_gap(state: Floats, *, fast: bool) -> Floats:
    """Those above the lowest outcome have one more of the shorter gaps behind them."""
    if not fast:
        return state
    found = np.zeros_like(state)
    found[0] = state[0]
    found[1:, 1:] = state[1:, :-1]
    return found
