"""The ascent to the maximum, for all problems at once, and what to do where there is none.

Where a group, or everybody above some score, gave one and the same answer, the likelihood rises for
ever (separation): the steps stay long while it hardly grows. Such problems are left unsettled.
Firth's penalised likelihood, ln L + 1/2 ln |information|, always has a maximum.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic_fit import (
    Fit,
    Flags,
    Information,
    Integers,
    Parameters,
    Problems,
    information,
    inverted,
    local,
    logits,
    newton_step,
    told,
)
from naas_psych.numerics.dif_logistic_steps import Local

#: Steps at most, and the longest change of a parameter in one.
_STEPS, _LONGEST = 25, 4.0
#: Newton's steps square the error: after one of this size nothing is left to gain. Where the
#: steps leave out a part of the curvature they must be smaller, and there are more of them.
_NEARLY, _SETTLED, _SLOW_STEPS = 1e-4, 1e-6, 200
#: After so many, steps this long mean that there is no maximum.
_PATIENCE, _STILL_LONG = 11, 0.2
#: No finite answer to real data lies at such a logit.
_FARTHEST = 30.0
#: With more columns than this problems are taken one by one, not row by row.
_MANY_COLUMNS = 8


@dataclass(frozen=True, eq=False)
class _State:
    """Where P problems stand: the best so far, the last step from there, and what it gave."""

    best: Parameters
    value: Floats
    step: Parameters
    settled: Flags


def start(problems: Problems, n_columns: int) -> Parameters:
    """No effect of group, a common one of score; the shares of the categories in each form."""
    counts = problems.by_segment(problems.counts).T
    height, whole = _heights(counts), _heights(problems.by_problem(counts))
    border = np.zeros((problems.n_problems, problems.n_steps + n_columns))
    border[:, : problems.n_steps] = whole[:, 1:] - whole[:, :1]
    return Parameters(np.stack([height[:, 0], np.ones(len(counts))], axis=1), border)


def _heights(counts: Floats) -> Floats:
    """(., C - 1) logits of the shares at or above each category."""
    above = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1][:, 1:] + 0.5
    return np.asarray(np.log(above / (counts.sum(axis=1, keepdims=True) + 1.0 - above)))


def fitted(
    problems: Problems, begin: Parameters, *, free: Flags | None = None, firth: bool = False
) -> Fit:
    """The maximum of each problem, from `begin`; `free` (P, D) are the border's moving parts."""
    moving = np.ones(begin.border.shape, dtype=bool) if free is None else free
    form, border = begin.form.copy(), begin.border.copy()
    settled = np.zeros(problems.n_problems, dtype=bool)
    active, now = np.arange(problems.n_problems), problems
    state = _begun(now, begin)
    slow = firth or problems.family is not None
    for number in range(_SLOW_STEPS if slow else _STEPS):
        state = _next(now, state, moving[active], firth=firth)
        left = ~state.settled
        if number > _PATIENCE and not firth:
            left &= _change(now, state.step) < _STILL_LONG
        if left.any() and left.sum() * 2 > left.size:
            continue
        state = _arrived(now, state)
        _store(state, problems, active, form, border)
        settled[active] = state.settled
        if not left.any():
            break
        active, now, state = active[left], now.some(left), _some(state, now, left)
    else:
        _store(_arrived(now, state), problems, active, form, border)
        settled[active] = state.settled
    return _described(problems, Parameters(form, border), settled, firth)


def _described(problems: Problems, found: Parameters, settled: Flags, firth: bool) -> Fit:
    """Likelihood and information where the ascent ended."""
    here = local(problems, found)
    info = information(problems, here)
    high = np.maximum.reduceat(
        np.abs(logits(problems, found)), problems.segment_starts[problems.problem_starts]
    )
    settled = settled & (high < _FARTHEST)
    likely = problems.in_all(here.log_likelihood)
    value = likely + _penalty(problems, info) if firth else likely
    return Fit(found, likely, value, settled, info)


def _arrived(problems: Problems, state: _State) -> _State:
    """The settled problems with their last step taken; the others as they stand."""
    after = _moved(state.best, state.step)
    return replace(state, best=_chosen(problems, state.settled, after, state.best))


def _begun(problems: Problems, begin: Parameters) -> _State:
    still = Parameters(np.zeros_like(begin.form), np.zeros_like(begin.border))
    n = problems.n_problems
    return _State(begin, np.full(n, -np.inf), still, np.zeros(n, dtype=bool))


def _next(problems: Problems, state: _State, free: Flags, *, firth: bool) -> _State:
    """One step on; where it went down instead, half of it."""
    here = _moved(state.best, state.step)
    found = local(problems, here)
    info = information(problems, found)
    value = problems.in_all(found.log_likelihood)
    if firth:
        value = value + _penalty(problems, info)
        found = _penalised(problems, found, info)
    worse = ~(value >= state.value - 1e-10 * (1.0 + np.abs(value))) & np.isfinite(state.value)
    whole = newton_step(problems, found, info, free)
    change = _change(problems, whole)
    whole = _scaled(problems, whole, np.minimum(1.0, _LONGEST / np.maximum(change, 1e-300)))
    half = _scaled(problems, state.step, np.full(worse.size, 0.5))
    slow = firth or problems.family is not None
    return _State(
        best=_chosen(problems, worse, state.best, here),
        value=np.where(worse, state.value, value),
        step=_chosen(problems, worse, half, whole),
        settled=~worse & (change < (_SETTLED if slow else _NEARLY)),
    )


def _change(problems: Problems, step: Parameters) -> Floats:
    """(P,) the largest change of any parameter."""
    form = np.abs(step.form).max(axis=1)
    by_form = np.maximum.reduceat(form, problems.problem_starts)
    return np.asarray(np.maximum(by_form, np.abs(step.border).max(axis=1, initial=0.0)))


def _moved(best: Parameters, step: Parameters) -> Parameters:
    return Parameters(best.form + step.form, best.border + step.border)


def _scaled(problems: Problems, step: Parameters, factor: Floats) -> Parameters:
    return Parameters(step.form * factor[problems.problem][:, None], step.border * factor[:, None])


def _chosen(problems: Problems, first: Flags, a: Parameters, b: Parameters) -> Parameters:
    """`a` for the problems that `first` says, else `b`."""
    return Parameters(
        np.where(first[problems.problem][:, None], a.form, b.form),
        np.where(first[:, None], a.border, b.border),
    )


def _some(state: _State, problems: Problems, kept: Flags) -> _State:
    rows = kept[problems.problem]
    return _State(
        best=Parameters(state.best.form[rows], state.best.border[kept]),
        value=state.value[kept],
        step=Parameters(state.step.form[rows], state.step.border[kept]),
        settled=state.settled[kept],
    )


def _store(
    state: _State, problems: Problems, active: Integers, form: Floats, border: Floats
) -> None:
    """Write the best so far of the active problems into the arrays of all."""
    there = np.zeros(problems.n_problems, dtype=bool)
    there[active] = True
    form[there[problems.problem]] = state.best.form
    border[active] = state.best.border


def _penalty(problems: Problems, info: Information) -> Floats:
    """(P,) half the logarithm of the determinant of the information, of what can be told."""
    keep = told(info.schur)
    both = keep[:, :, None] & keep[:, None, :]
    _, border = np.linalg.slogdet(np.where(both, info.schur, np.eye(keep.shape[1])))
    return np.asarray(0.5 * (problems.by_problem(info.log_det_forms) + border))


def _penalised(problems: Problems, found: Local, info: Information) -> Local:
    """The slope of the penalised likelihood: each cell gains half its leverage right and wrong."""
    leverage = found.information[0, 0] * variance_of_logit(problems, info)
    share = (problems.counts[1] - found.slope[0]) / problems.persons
    return replace(found, slope=found.slope + leverage * (0.5 - share))


def variance_of_logit(problems: Problems, info: Information) -> Floats:
    """(R,) error variance of each cell's logit, for two categories."""
    row = problems.row_problem
    own = np.stack([np.ones_like(problems.z), problems.z], axis=1)
    inverse = info.inverse[problems.segment]
    first = np.einsum("ra,rab,rb->r", own, inverse, own)
    rest = problems.x.T - np.einsum("rdb,rb->rd", info.lifted[problems.segment], own)
    border = inverted(info.schur)
    if border.shape[1] <= _MANY_COLUMNS:
        return np.asarray(first + np.einsum("ra,rab,rb->r", rest, border[row], rest))
    # A matrix for each row would be more than all the rest together.
    second = np.empty(row.size)
    for problem, own in enumerate(border):
        here = rest[row == problem]
        second[row == problem] = ((here @ own) * here).sum(axis=1)
    return np.asarray(first + second)
