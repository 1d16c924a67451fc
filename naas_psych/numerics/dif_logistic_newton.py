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
    newton_step,
    told,
)
from naas_psych.numerics.dif_logistic_steps import Local

#: Steps at most, longest change of a logit in one, and what counts as no change.
_STEPS, _LONGEST, _SETTLED = 40, 4.0, 1e-7
#: The penalty's own curvature is not in the steps, so there are more of them.
_FIRTH_STEPS = 200
#: No finite answer to real data lies at such a logit.
_FARTHEST = 30.0


@dataclass(frozen=True, eq=False)
class _State:
    """Where P problems stand: the best so far, the last step from there, and what it gave."""

    best: Parameters
    value: Floats
    step: Parameters
    settled: Flags


def start(problems: Problems, n_columns: int) -> Parameters:
    """No effect of score or group; the shares of the categories in each form and overall."""
    counts = problems.by_segment(problems.counts)
    above = np.cumsum(counts[:, ::-1], axis=1)[:, ::-1][:, 1:] + 0.5
    height = np.log(above / (counts.sum(axis=1, keepdims=True) + 1.0 - above))
    totals = problems.by_problem(counts)
    over = np.cumsum(totals[:, ::-1], axis=1)[:, ::-1][:, 1:] + 0.5
    whole = np.log(over / (totals.sum(axis=1, keepdims=True) + 1.0 - over))
    border = np.zeros((problems.n_problems, problems.n_steps + n_columns))
    border[:, : problems.n_steps] = whole[:, 1:] - whole[:, :1]
    return Parameters(np.stack([height[:, 0], np.zeros(len(counts))], axis=1), border)


def fitted(
    problems: Problems, begin: Parameters, *, free: Flags | None = None, firth: bool = False
) -> Fit:
    """The maximum of each problem, from `begin`; `free` (D,) are the border's moving parts."""
    moving = np.ones(begin.border.shape[1], dtype=bool) if free is None else free
    form, border = begin.form.copy(), begin.border.copy()
    settled = np.zeros(problems.n_problems, dtype=bool)
    active, now = np.arange(problems.n_problems), problems
    state = _begun(now, begin)
    for _ in range(_FIRTH_STEPS if firth else _STEPS):
        state = _next(now, state, moving, firth)
        left = ~state.settled
        if left.any() and left.sum() * 2 > left.size:
            continue
        _store(state, problems, active, form, border)
        settled[active] = state.settled
        if not left.any():
            break
        active, now, state = active[left], now.some(left), _some(state, now, left)
    _store(state, problems, active, form, border)
    settled[active] = state.settled
    return _described(problems, Parameters(form, border), settled, firth)


def _described(problems: Problems, found: Parameters, settled: Flags, firth: bool) -> Fit:
    """Likelihood and information where the ascent ended."""
    here = local(problems, found)
    info = information(problems, here)
    likely = problems.by_problem(problems.by_segment(here.log_likelihood))
    value = likely + _penalty(problems, info) if firth else likely
    return Fit(found, likely, value, settled, info)


def _begun(problems: Problems, begin: Parameters) -> _State:
    still = Parameters(np.zeros_like(begin.form), np.zeros_like(begin.border))
    n = problems.n_problems
    return _State(begin, np.full(n, -np.inf), still, np.zeros(n, dtype=bool))


def _next(problems: Problems, state: _State, free: Flags, firth: bool) -> _State:
    """One step on; where it went down instead, half of it."""
    here = _moved(state.best, state.step)
    found = local(problems, here)
    info = information(problems, found)
    value = problems.by_problem(problems.by_segment(found.log_likelihood))
    if firth:
        value = value + _penalty(problems, info)
        found = _penalised(problems, found, info)
    worse = ~(value >= state.value - 1e-10 * (1.0 + np.abs(value))) & np.isfinite(state.value)
    whole = newton_step(problems, found, info, free)
    change, height = _change(problems, whole, here)
    whole = _scaled(problems, whole, np.minimum(1.0, _LONGEST / np.maximum(change, 1e-300)))
    half = _scaled(problems, state.step, np.full(worse.size, 0.5))
    return _State(
        best=_chosen(problems, worse, state.best, here),
        value=np.where(worse, state.value, value),
        step=_chosen(problems, worse, half, whole),
        settled=~worse & (change < _SETTLED) & (height < _FARTHEST),
    )


def _change(problems: Problems, step: Parameters, here: Parameters) -> tuple[Floats, Floats]:
    """The largest change of any logit of a problem, and its largest logit."""
    t = problems.n_steps
    rows = problems.row_problem
    starts = problems.segment_starts[problems.problem_starts]
    sizes = []
    for each in (step, here):
        form = each.form[problems.segment]
        eta = form[:, 0] + form[:, 1] * problems.z
        eta = eta + np.einsum("rq,rq->r", problems.x, each.border[rows, t:])
        high = np.maximum.reduceat(np.abs(eta), starts)
        steps = np.abs(each.border[:, :t]).max(axis=1, initial=0.0)
        sizes.append(np.maximum(high, steps))
    return sizes[0], sizes[1]


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
    spread = variance_of_logit(problems, info)
    leverage = found.information[:, 0, 0] * spread
    n = problems.counts.sum(axis=1)
    share = (problems.counts[:, 1] - found.slope[:, 0]) / n
    return replace(found, slope=found.slope + (leverage * (0.5 - share))[:, None])


def variance_of_logit(problems: Problems, info: Information) -> Floats:
    """(R,) error variance of each cell's logit."""
    own = np.stack([np.ones_like(problems.z), problems.z], axis=1)
    inverse = info.inverse[problems.segment]
    first = np.einsum("ra,rab,rb->r", own, inverse, own)
    side = np.concatenate([np.zeros((own.shape[0], problems.n_steps)), problems.x], axis=1)
    rest = side - np.einsum("rdb,rb->rd", info.lifted[problems.segment], own)
    border = inverted(info.schur)[problems.row_problem]
    return np.asarray(first + np.einsum("ra,rab,rb->r", rest, border, rest))
