"""The rows of the table of gaps: a comparison and an outcome each, before and after adjusting."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.fairness.adjusted_outcomes import SCORE, Outcomes
from naas_psych.analyses.fairness.covariates import Covariate, indicators
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.proportions import newcombe
from naas_psych.numerics.regression.effects import (
    Effect,
    adjusted_mean_difference,
    adjusted_rate_difference,
    explained,
    mean_difference,
)
from naas_psych.numerics.regression.fits import independent_columns
from naas_psych.numerics.regression.ordinal import ordered_differences
from naas_psych.numerics.regression.random_linear import random_site_mean_difference
from naas_psych.numerics.regression.random_logistic import random_site_rate_difference
from naas_psych.study.groupings import Comparison

#: Names of the estimators, without what is said of sites.
ESTIMATORS = {
    "linear": "linear",
    "logistic": "logistic",
    "firth": "Firth logistic",
    "ordinal": "proportional odds",
    "random_linear": "linear, random sites",
    "random_logistic": "logistic, random sites",
}
#: Estimators whose errors are made by site, where there are sites.
_BY_SITE = ("linear", "logistic", "ordinal")


@dataclass(frozen=True, eq=False)
class Compared:
    """The persons of a comparison who have all that is needed.

    focal (n,) 1 for the focal group; others (n, P) constant, covariates and forms; sites (n,)
    codes or None; covariates: their names; incomplete: persons with a total who lack a covariate
    """

    comparison: Comparison
    rows: NDArray[np.int64]
    focal: Floats
    others: Floats
    sites: NDArray[np.int64] | None
    covariates: tuple[str, ...]
    incomplete: int
    reason: str | None

    @property
    def n_focal(self) -> int:
        return int(self.focal.sum())


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row of the table, differences in per cent of the marks or in percent points."""

    compared: Compared
    outcome: str
    kind: str
    before: Effect | None = None
    limits: Interval[float] | None = None
    after: Effect | None = None
    reason: str | None = None
    estimator: str = "none"
    taken: Effect | None = None


def compared_persons(
    comparison: Comparison,
    outcomes: Outcomes,
    covariates: Sequence[Covariate],
    *,
    site: Covariate | None,
    least: float,
) -> Compared:
    """Complete cases of the two groups; a covariate that is the group itself is left out."""
    own = [one for one in covariates if one.name != comparison.group]
    members = (comparison.reference.members | comparison.focal.members) & outcomes.total
    complete = members.copy()
    for one in own:
        complete &= one.known
    clustered = site if site is not None and site.name != comparison.group else None
    if clustered is not None:
        complete &= clustered.known
    rows = np.flatnonzero(complete)
    focal = comparison.focal.members[rows].astype(float)
    n_focal = int(focal.sum())
    few = min(n_focal, rows.size - n_focal) < least
    others = _others(rows, own, outcomes.forms) if not few else np.ones((rows.size, 1))
    return Compared(
        comparison=comparison,
        rows=rows,
        focal=focal,
        others=others,
        sites=_sites(clustered, rows),
        covariates=tuple(one.name for one in own),
        incomplete=int(members.sum()) - rows.size,
        reason="group_too_few" if few else _reason(own, others, focal),
    )


def _others(rows: NDArray[np.int64], own: Sequence[Covariate], forms: NDArray[np.int64]) -> Floats:
    """Constant, covariates and forms, without columns that others make up."""
    parts = [np.ones((rows.size, 1)), *(one.regressors(rows) for one in own)]
    x = np.column_stack([*parts, indicators(forms[rows])])
    return x[:, independent_columns(x)]


def _sites(site: Covariate | None, rows: NDArray[np.int64]) -> NDArray[np.int64] | None:
    """Codes of the sites; None where there are not two of them."""
    if site is None:
        return None
    values = site.codes if site.codes is not None else site.numbers
    present, codes = np.unique(values[rows], return_inverse=True)
    return codes if present.size > 1 else None


def _reason(own: Sequence[Covariate], others: Floats, focal: Floats) -> str | None:
    """Why no adjusted difference can be had, whatever the outcome."""
    if not own:
        return "no_covariate_left"
    if len(independent_columns(np.column_stack([others, focal]))) == others.shape[1]:
        return "group_in_covariates"
    return "too_few_persons" if focal.size < others.shape[1] + 2 else None


def gap_rows(compared: Compared, outcomes: Outcomes, *, random: bool, level: float) -> list[Row]:
    """The score, every cut, and every cut once more from the model of ordered outcomes."""
    rows = [_score_row(compared, outcomes.score[compared.rows], random=random, level=level)]
    for name, met in outcomes.met.items():
        rows.append(_cut_row(compared, name, met[compared.rows], random=random, level=level))
    if outcomes.in_order:
        rows += list(_ordered_rows(compared, outcomes, rows[1:], level))
    return rows


def _score_row(compared: Compared, y: Floats, *, random: bool, level: float) -> Row:
    row = Row(compared=compared, outcome=SCORE, kind="score", reason=compared.reason)
    if compared.reason == "group_too_few":
        return row
    if not np.ptp(y) > 0:
        return replace(row, reason="no_variance")
    before = mean_difference(y, compared.focal, compared.sites)
    row = replace(row, before=before, limits=before.interval(level))
    if compared.reason is not None:
        return row
    if random and compared.sites is not None:
        after = random_site_mean_difference(y, compared.focal, compared.others, compared.sites)
    else:
        after = adjusted_mean_difference(y, compared.focal, compared.others, compared.sites)
    return _with(row, after)


def _cut_row(compared: Compared, name: str, y: Floats, *, random: bool, level: float) -> Row:
    row = Row(compared=compared, outcome=name, kind="cut", reason=compared.reason)
    if compared.reason == "group_too_few":
        return row
    before = _hundredfold(mean_difference(y, compared.focal, compared.sites))
    row = replace(row, before=before, limits=_rate_limits(compared.focal, y, before, level))
    if compared.reason is None and not np.ptp(y) > 0:
        return replace(row, reason="no_variance")
    if compared.reason is not None:
        return row
    after = None
    if random and compared.sites is not None:
        after = random_site_rate_difference(y, compared.focal, compared.others, compared.sites)
    if after is None:
        after = adjusted_rate_difference(y, compared.focal, compared.others, compared.sites)
    return replace(row, reason="separation") if after is None else _with(row, _hundredfold(after))


def _rate_limits(focal: Floats, y: Floats, before: Effect, level: float) -> Interval[float]:
    """Newcombe's where nobody, or everybody, of a group meets the cut: there is no spread then."""
    counts = [(float(y[focal == k].sum()), float((focal == k).sum())) for k in (1, 0)]
    if any(k in (0, n) for k, n in counts):
        found = newcombe(counts[0], counts[1], level=level)
        return Interval(100 * found.low, 100 * found.high)
    return before.interval(level)


def _ordered_rows(
    compared: Compared, outcomes: Outcomes, single: list[Row], level: float
) -> Iterator[Row]:
    """Proportional odds: the same cuts from one model, which takes the group's odds as one.

    Both columns come from it, so that their difference is the covariates' alone.
    """
    y = np.array([met[compared.rows] for met in outcomes.met.values()]).sum(axis=0).astype(int)
    before = after = None
    reason = compared.reason
    if reason != "group_too_few" and np.unique(y).size == len(single) + 1:
        nothing = np.zeros((y.size, 0))
        before = ordered_differences(y, compared.focal, nothing, compared.sites)
    elif reason is None:
        reason = "outcome_of_nobody"
    if reason is None:
        after = ordered_differences(y, compared.focal, compared.others[:, 1:], compared.sites)
    for k, row in enumerate(single):
        new = Row(compared=compared, outcome=row.outcome, kind="ordered", reason=reason)
        if before is not None and row.before is not None:
            # Few sites of the focal group make errors as uncertain here as in the single cut.
            first = _hundredfold(replace(before[k], df=row.before.df))
            new = replace(new, before=first, limits=first.interval(level))
            if after is not None:
                yield _with(new, _hundredfold(replace(after[k], df=row.before.df)))
                continue
        yield replace(new, reason=reason or "separation")


def _with(row: Row, after: Effect) -> Row:
    words = ESTIMATORS[after.method]
    by_site = after.method in _BY_SITE and row.compared.sites is not None
    return replace(
        row,
        after=after,
        estimator=f"{words}, errors by site" if by_site else words,
        taken=None if row.before is None else explained(row.before, after),
    )


def _hundredfold(effect: Effect) -> Effect:
    """A difference of probabilities in percent points."""
    parts = None if effect.parts is None else 100 * effect.parts
    return replace(effect, value=100 * effect.value, se=100 * effect.se, parts=parts)
