"""Do the domains of a test measure different things? Correlations freed from unreliability."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.reliability.forms import Form, Forms, complete_forms, groups_of
from naas_psych.analyses.structure.domain_correlations_drawings import (
    domain_correlations_drawings as drawings,
)
from naas_psych.analyses.structure.domain_correlations_findings import (
    domain_correlations_findings as findings,
)
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.alpha_intervals import feldt
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.domain_relations import DomainRelations, domain_relations
from naas_psych.numerics.grouped_bootstrap import percentile_interval, resampled_statistics
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["domain_correlations", "drawings", "findings"]

#: Statistics that are bootstrapped, in the order in which they are stacked, and their columns.
_BOOTSTRAPPED = {"corrected": "r_corrected", "htmt": "htmt", "htmt2": "htmt2"}


@analysis
def domain_correlations(
    study: Study,
    *,
    replicates: Replicates = 500,
    omitted: Omitted = None,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Do the domains of the test measure different things, or one thing several times?

    Formula
    -------
    r of the domain scores, with Fisher's interval; r_corrected = r / sqrt(alpha_a alpha_b), what r
    would be without measurement error. htmt = mean correlation of an item of one domain with an
    item of the other, over the geometric mean of the mean correlations within each; htmt2 takes
    geometric means of sizes throughout. Limits of the last three are bootstrap percentiles over
    persons.

    How to read it
    --------------
    The interval of htmt decides: wholly below .85 the two domains are distinct; wholly above, they
    cannot be told apart; else these data leave it open. Above .90 there is one score under two
    names. Values above 1 are printed as they come: by chance, because items of the two belong
    together across the border, or because alpha is a lower bound of reliability, so that
    r_corrected leans upward where items of a domain differ in quality.

    When not to use it
    ------------------
    Not for domains of one item. Short domains have wide intervals: then nothing is decided, and no
    score should be reported for them (see subscores). htmt2 of right/wrong items rests on logs of
    small correlations and jumps; read htmt.

    Agrees with
    -----------
    Formulas of Henseler, Ringle and Sarstedt, on a worked example, to six digits. Above 2,000
    persons groups of persons are resampled, which gives the same spread.

    References
    ----------
    spearman_1904, henseler_ringle_sarstedt_2015

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> pairs = nps.domain_correlations(study, replicates=0).tables["pairs"]
    >>> pairs[["domain_a", "domain_b"]].values.tolist()
    [['law', 'practice']]
    """
    forms = complete_forms(study, omitted)
    column = study.spec.content.domain
    made = [one for form in forms.forms if (one := _of_form(study, form, column)) is not None]
    if not made:
        raise AnalysisImpossible(
            "No form has two domains of two or more items that vary, so no domains can be "
            f"correlated. Needed: a column `{column}` in the items table that names the domain "
            "of each item, with at least two items in each of two domains."
        )
    rows = [
        row
        for one in made
        for row in _rows(one, study.thresholds, replicates=replicates, seed=seed, level=level)
    ]
    return Result(
        tables={"pairs": _pairs(rows), "domains": _domains(made, level)},
        notes=(*forms.notes, *_notes(study, forms, column)),
        provenance={"seed": seed, "persons_left_out": forms.left_out},
    )


@dataclass(frozen=True)
class _Form:
    """A form with its domains of two or more items; belongs : (j, D) of 0 and 1."""

    name: str
    n: int
    points: Any
    covariance: Floats
    domains: tuple[str, ...]
    belongs: Floats

    @property
    def sizes(self) -> list[int]:
        return [int(size) for size in self.belongs.sum(axis=0)]


def _of_form(study: Study, form: Form, column: str) -> _Form | None:
    groups = {k: at for k, at in groups_of(study, form, column).items() if at.size > 1}
    if len(groups) < 2 or form.n < 3:
        return None
    belongs = np.zeros((int(form.varies.sum()), len(groups)))
    for d, members in enumerate(groups.values()):
        belongs[members, d] = 1.0
    points = form.points[:, form.varies]
    return _Form(form.name, form.n, points, form.covariance, tuple(groups), belongs)


def _rows(
    form: _Form, thresholds: Thresholds, *, replicates: int, seed: int, level: float
) -> Iterator[dict[str, Any]]:
    found = domain_relations(form.covariance[None], form.belongs)
    a, b = np.triu_indices(len(form.domains), 1)
    limits = _limits(form, a, b, replicates=replicates, seed=seed, level=level)
    for k, (i, j) in enumerate(zip(a.tolist(), b.tolist(), strict=True)):
        row = _row(form, found, i, j, level)
        for name, bounds in limits.items():
            row[f"{name}_low"], row[f"{name}_high"] = bounds[k].low, bounds[k].high
        row["asked"] = replicates > 1
        row["apart"] = apart(row["htmt_low"], row["htmt_high"], thresholds)
        yield row


def _row(form: _Form, found: DomainRelations, i: int, j: int, level: float) -> dict[str, Any]:
    r = float(found.r[0, i, j])
    fisher = fisher_interval(r, form.n - 1, level=level)
    return {
        "form": form.name,
        "domain_a": form.domains[i],
        "domain_b": form.domains[j],
        "n": form.n,
        "r": r,
        "r_low": fisher.low,
        "r_high": fisher.high,
        "r_corrected": float(found.corrected[0, i, j]),
        "htmt": float(found.htmt[0, i, j]),
        "htmt2": float(found.htmt2[0, i, j]),
    }


def _limits(
    form: _Form, a: Any, b: Any, *, replicates: int, seed: int, level: float
) -> dict[str, list[Interval[float]]]:
    """By column, the percentiles of each bootstrapped statistic of each pair of domains."""
    if replicates < 2:
        return {name: [UNDEFINED] * a.size for name in _BOOTSTRAPPED.values()}

    def statistics(covariance: Floats) -> Floats:
        found = domain_relations(covariance, form.belongs)
        return np.concatenate([getattr(found, name)[:, a, b] for name in _BOOTSTRAPPED], axis=1)

    drawn = resampled_statistics(form.points, statistics, replicates=replicates, seed=seed)
    parts = np.split(drawn, len(_BOOTSTRAPPED), axis=1)
    return {
        name: [percentile_interval(values, level=level) for values in part.T]
        for name, part in zip(_BOOTSTRAPPED.values(), parts, strict=True)
    }


def apart(low: float, high: float, thresholds: Thresholds) -> str:
    """By the interval of htmt: distinct, indistinct or cannot_tell."""
    if high < thresholds["htmt_max"].value:
        return "distinct"
    return "indistinct" if low > thresholds["htmt_max"].value else "cannot_tell"


def _pairs(rows: list[dict[str, Any]]) -> pd.DataFrame:
    unreliable = ["negative_reliability"] * len(rows)
    no_limits = ["not_asked" if not row["asked"] else "too_many_samples_undefined" for row in rows]
    names = [
        "form", "domain_a", "domain_b", "n", "r", "r_low", "r_high",
        *(f"{name}{end}" for name in _BOOTSTRAPPED.values() for end in ("", "_low", "_high")),
        "apart",
    ]  # fmt: skip
    reasons = {"r": ["perfect_correlation"] * len(rows)}
    for name in _BOOTSTRAPPED.values():
        reasons[name] = unreliable
        reasons[f"{name}_low"] = reasons[f"{name}_high"] = no_limits
    return tidy({name: [row[name] for row in rows] for name in names}, reasons)


def _domains(made: list[_Form], level: float) -> pd.DataFrame:
    columns: dict[str, list[Any]] = {
        name: [] for name in ("form", "domain", "items", "n", "alpha", "alpha_low", "alpha_high")
    }
    for form in made:
        alphas = domain_relations(form.covariance[None], form.belongs).alpha[0]
        for domain, size, alpha in zip(form.domains, form.sizes, alphas, strict=True):
            limits = feldt(float(alpha), n=form.n, n_items=size, level=level)
            values = (form.name, domain, size, form.n, alpha, limits.low, limits.high)
            for name, value in zip(columns, values, strict=True):
                columns[name].append(value)
    return tidy(columns, {"alpha": ["no_variance"] * len(columns["form"])})


def _notes(study: Study, forms: Forms, column: str) -> Iterator[str]:
    single = sorted(
        {
            name
            for form in forms.forms
            for name, members in groups_of(study, form, column).items()
            if members.size < 2
        }
    )
    if single:
        yield f"Domains of one item have no reliability and are left out: {', '.join(single)}."
