"""Logistic regression for DIF: tests of group effects on items, at equal matching scores.

M1 has the matching score alone, M2 groups beside it, M3 groups with slopes of their own. Uniform
compares M2 with M1, nonuniform M3 with M2, both M3 with M1 (Swaminathan and Rogers 1990; several
groups at once: Magis et al. 2011). Items of more than two categories: proportional odds, or
adjacent categories.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic_cells import MatchedRows
from naas_psych.numerics.dif_logistic_fit import (
    Fit,
    Flags,
    Information,
    Integers,
    Parameters,
    Problems,
    inverted,
)
from naas_psych.numerics.dif_logistic_newton import fitted, start
from naas_psych.numerics.dif_logistic_parts import (
    Part,
    alike,
    category_counts,
    made,
    null_of,
    ranks,
)
from naas_psych.numerics.dif_logistic_steps import Family

#: Columns of every (P, 3) array, and the models (0, 1, 2) without and with what is tested.
KINDS = ("uniform", "nonuniform", "both")
_MODELS = ((0, 1), (1, 2), (0, 2))


@dataclass(frozen=True, eq=False)
class LogisticTests:
    """Tests of P problems; nan where `reason` says why.

    Arrays (P, 3) have a column for each of KINDS.

    chi_square, df, p : likelihood ratio; wald, wald_p : the same by Wald
    delta_r2 : gain in Nagelkerke's R2; rest_r2 : share of the likelihood that M without what is
        tested leaves, exp(2 (l0 - l) / n), and most_r2 (P,) the largest R2: what power is made of
    firth : whether the penalised likelihood answered, because the plain one has no maximum
    reason : (P, 3) None, no_responses, no_variance, no_focal_response, not_told or separated
    n : (P, L) persons of each level
    effect, effect_se : (P, Q) the group effects of M2, each level against the first
    """

    chi_square: Floats
    df: Floats
    p: Floats
    wald: Floats
    wald_p: Floats
    delta_r2: Floats
    rest_r2: Floats
    most_r2: Floats
    firth: Flags
    reason: np.ndarray[tuple[int, int], np.dtype[np.object_]]
    n: Floats
    effect: Floats
    effect_se: Floats
    parts: tuple[Part, ...]


def logistic_tests(
    cells: MatchedRows,
    *,
    n_problems: int,
    n_levels: int,
    family: Family,
    kinds: tuple[str, ...] = KINDS,
) -> LogisticTests:
    """The tests of every problem, from its cells; `family` is for more than two categories."""
    answer = _empty(cells, n_problems, n_levels)
    models = tuple(sorted({m for kind in kinds for m in _MODELS[KINDS.index(kind)]}))
    parts = []
    for index, rows, categories in alike(cells, answer.reason[:, 0], n_problems):
        part = made(cells, index, rows, categories, n_levels=n_levels, family=family, models=models)
        parts.append(part)
        _tell(answer, part, n_levels, kinds)
    return LogisticTests(**{**vars(answer), "parts": tuple(parts)})


def _empty(cells: MatchedRows, n_problems: int, n_levels: int) -> LogisticTests:
    """No answer yet, and why there will be none for some problems."""
    code = cells.problem * n_levels + cells.level
    total = np.bincount(code, cells.counts.sum(axis=1), minlength=n_problems * n_levels)
    n: Floats = total.reshape(n_problems, n_levels).astype(float)
    seen = category_counts(cells, n_problems)
    reason = np.full((n_problems, 3), None, dtype=object)
    reason[(seen > 0).sum(axis=1) < 2] = "no_variance"
    reason[(n > 0).sum(axis=1) < 2] = "no_focal_response"
    reason[n.sum(axis=1) == 0] = "no_focal_response"
    undefined = {
        name: np.full((n_problems, 3), np.nan)
        for name in ("chi_square", "df", "p", "wald", "wald_p", "delta_r2", "rest_r2")
    }
    return LogisticTests(
        **undefined,
        most_r2=np.full(n_problems, np.nan),
        firth=np.zeros((n_problems, 3), dtype=bool),
        reason=reason,
        n=n,
        effect=np.full((n_problems, n_levels - 1), np.nan),
        effect_se=np.full((n_problems, n_levels - 1), np.nan),
        parts=(),
    )


@dataclass(frozen=True, eq=False)
class _Compared:
    """Two nested fits of some problems: which of all they are, the df, and whom to tell of."""

    problems: Problems
    index: Integers
    pair: tuple[Fit, Fit]
    df: Integers
    good: Flags


def _tell(answer: LogisticTests, part: Part, n_levels: int, kinds: tuple[str, ...]) -> None:
    """Write the tests of a part into the arrays of all problems."""
    q = n_levels - 1
    n, null = null_of(part.problems)
    answer.most_r2[part.index] = -np.expm1(2 * null / n)
    middle = part.fits.get(1)
    if middle is not None:
        _write_effect(answer, part.index[middle.settled], middle, middle.settled, q)
    rank = ranks(part.problems, q)
    for k, kind in enumerate(KINDS):
        if kind not in kinds:
            continue
        small, large = (part.fits[m] for m in _MODELS[k])
        df, settled = rank[:, k], small.settled & large.settled
        answer.reason[part.index[df == 0], k] = "not_told"
        answer.reason[part.index[(df > 0) & ~settled], k] = "separated"
        good = settled & (df > 0)
        _write(answer, _Compared(part.problems, part.index, (small, large), df, good), k, q)
    if part.problems.family is None:
        _tell_penalised(answer, part, rank, q)


def _write(answer: LogisticTests, one: _Compared, k: int, q: int) -> None:
    """Likelihood ratio, gain in R2 and Wald of one kind."""
    small, large = one.pair
    good, at = one.good, one.index[one.good]
    n, null = (each[good] for each in null_of(one.problems))
    df = one.df[good]
    ratio = np.maximum(2 * (large.value - small.value)[good], 0.0)
    rest = np.exp(2 * (null - small.log_likelihood[good]) / n)
    answer.chi_square[at, k] = ratio
    answer.df[at, k] = df
    answer.p[at, k] = chdtrc(df, ratio)
    answer.rest_r2[at, k] = rest
    answer.delta_r2[at, k] = rest * -np.expm1(-ratio / n) / answer.most_r2[at]
    t = one.problems.n_steps
    tested = slice(t + q, t + 2 * q) if k == 1 else slice(t, None)
    variance = inverted(large.information.schur)[good][:, tested, tested]
    effect = large.parameters.border[good][:, tested]
    answer.wald[at, k] = np.einsum("pa,pab,pb->p", effect, inverted(variance), effect)
    answer.wald_p[at, k] = chdtrc(df, answer.wald[at, k])


def _write_effect(answer: LogisticTests, at: Integers, fit: Fit, good: Flags, q: int) -> None:
    """The group effects of M2 and their errors; nothing where these persons cannot tell them."""
    t = fit.parameters.border.shape[1] - q
    variance = np.einsum("pdd->pd", inverted(fit.information.schur))[good, t:]
    told_here = variance > 0
    answer.effect[at] = np.where(told_here, fit.parameters.border[good, t:], np.nan)
    answer.effect_se[at] = np.sqrt(np.where(told_here, variance, np.nan))


def _tell_penalised(answer: LogisticTests, part: Part, rank: Integers, q: int) -> None:
    """Firth's answer where one of the two models of a test has no maximum.

    The smaller model is the larger one with its effects held at 0 under the same penalty, so that
    all models of one size are one fit.
    """
    lost = answer.reason[part.index] == "separated"
    for kinds, wide in (((0,), q), ((1, 2), 2 * q)):
        wanted = [(k, False) for k in kinds] + [(k, True) for k in kinds]
        wanted = [(k, large) for k, large in wanted if lost[:, k].any()]
        if not wanted:
            continue
        model = part.problems.with_columns(wide)
        sets = [model.some(lost[:, k]) for k, _ in wanted]
        moves = [np.arange(wide) < (wide if large else q if k == 1 else 0) for k, large in wanted]
        sizes = [each.n_problems for each in sets]
        every = sets[0]
        for other in sets[1:]:
            every = every.twice(other)
        free = np.repeat(np.array(moves), sizes, axis=0)
        fit = fitted(every, start(every, wide), free=free, firth=True)
        places = np.split(np.arange(every.n_problems), np.cumsum(sizes)[:-1])
        found = dict(zip(wanted, places, strict=True))
        for k in (k for k in kinds if lost[:, k].any()):
            pair = (_part_of(fit, every, found[k, False]), _part_of(fit, every, found[k, True]))
            _take(answer, part, k, pair, df=rank[lost[:, k], k])


def _part_of(fit: Fit, problems: Problems, places: Integers) -> Fit:
    """The fit of some problems that stand together."""
    rows = np.isin(problems.problem, places)
    info = fit.information
    return Fit(
        Parameters(fit.parameters.form[rows], fit.parameters.border[places]),
        fit.log_likelihood[places],
        fit.value[places],
        fit.settled[places],
        Information(info.inverse[rows], info.across[rows], info.schur[places], info.log_det_forms),
    )


def _take(
    answer: LogisticTests, part: Part, k: int, pair: tuple[Fit, Fit], *, df: Integers
) -> None:
    """Write a penalised test, and its effects, where both models settled."""
    q = answer.effect.shape[1]
    lost = answer.reason[part.index, k] == "separated"
    good = pair[0].settled & pair[1].settled
    at = part.index[lost]
    answer.reason[at[good], k] = None
    answer.firth[at[good], k] = True
    _write(answer, _Compared(part.problems.some(lost), at, pair, df, good), k, q)
    if k == 0:
        _write_effect(answer, at[good], pair[1], good, q)
