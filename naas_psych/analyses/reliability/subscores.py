"""Subscores: does a score on part of the test tell more about it than the total does?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.items.phrasing import coefficient
from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.reliability.findings import dropped_findings, known_rows
from naas_psych.analyses.reliability.forms import (
    Form,
    complete_forms,
    dropped_items,
    groups_of,
)
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.alpha_intervals import feldt
from naas_psych.numerics.bootstrap import (
    bca,
    canonical_order,
    left_out_groups,
    resampled,
    seed_chunks,
)
from naas_psych.numerics.coefficients import alpha, total_variance
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.subscores import Prmse, domain_prmse
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from naas_psych.thresholds import Thresholds


@analysis
def subscores(
    study: Study,
    *,
    replicates: Replicates = 1000,
    omitted: Omitted = None,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Is it worth reporting a score for each domain, beside the total?

    Formula
    -------
    PRMSE is the share of the variance of the true subscore that a predictor accounts for. From the
    subscore itself it is its reliability r_s (alpha). From the total X, which contains it:
    [c - (1 - r_s) v_s]^2 / (r_s v_s v_x), c the covariance of subscore and total. prmse_augmented
    uses both.

    How to read it
    --------------
    A subscore adds value when prmse_subscore is above prmse_total: then it predicts the true
    subscore better than the total does. Read the interval of prmse_difference.

    When not to use it
    ------------------
    Not for domains of one item. Domains have to be fixed before the data are seen.

    Agrees with
    -----------
    Haberman's formulas, on a worked example, to six digits.

    References
    ----------
    haberman_2008

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> domains = nps.subscores(study, replicates=0).tables["domains"].set_index("domain")
    >>> domains["adds_value"].to_dict()
    {'law': False, 'practice': False}
    """
    forms = complete_forms(study, omitted)
    rows = [row for form in forms.forms for row in _rows(study, form, replicates, seed, level)]
    if not rows:
        raise AnalysisImpossible(
            "No two domains of items were given, so there are no subscores. Needed: a column "
            "`domain` in the items table that names at least two domains."
        )
    return Result(
        tables={
            "domains": _table(rows),
            "dropped_items": pd.DataFrame(dropped_items(study, forms), dtype=object),
        },
        notes=(*forms.notes, "The total holds every item, also those without a domain."),
        provenance={"seed": seed, "persons_left_out": forms.left_out},
    )


@dataclass(frozen=True)
class _Row:
    form: str
    domain: str
    items: int
    n: int
    alpha: float
    alpha_interval: Interval[float]
    subscore: float
    total: float
    augmented: float
    difference: Interval[float]
    why: str | None
    why_interval: str


def _rows(study: Study, form: Form, replicates: int, seed: int, level: float) -> Iterator[_Row]:
    domains = groups_of(study, form, "domain")
    if len(domains) < 2:
        return
    points = form.points[:, form.varies]
    spread = _differences(points, domains, replicates, seed)
    for k, (name, members) in enumerate(domains.items()):
        yield _row(form, name, members, None if spread is None else spread[k], level)


def _differences(
    points: Any, domains: dict[str, Any], replicates: int, seed: int
) -> list[tuple[Any, Any]] | None:
    """PRMSE from the subscore less that from the total, by domain: bootstrap and jackknife."""
    if not replicates or len(points) < 3:
        return None
    ordered = points[canonical_order(points, seed=seed)]
    chunks = seed_chunks(ordered, replicates=replicates, seed=seed)
    draws = [resampled(ordered, seeds).covariance for seeds in chunks]
    left = left_out_groups(ordered).covariance
    return [
        (np.concatenate([_difference(c, members) for c in draws]), _difference(left, members))
        for members in domains.values()
    ]


def _difference(covariance: Any, members: Any) -> Any:
    found = domain_prmse(covariance, members)
    return found.subscore - found.total


def _row(form: Form, name: str, members: Any, spread: Any, level: float) -> _Row:
    covariance = form.covariance
    block = covariance[np.ix_(members, members)][None]
    reliability = np.nan
    if members.size > 1 and form.n > 2:
        reliability = float(alpha(block)[0])
    nothing = np.full(1, np.nan)
    found = Prmse(nothing, nothing, nothing)
    if np.isfinite(reliability) and np.isfinite(total_variance(covariance)):
        found = domain_prmse(covariance[None], members)
    difference = float(found.subscore[0] - found.total[0])
    interval = UNDEFINED
    if spread is not None and np.isfinite(difference):
        interval = bca(difference, *spread, level=level)
    limits = UNDEFINED
    if np.isfinite(reliability):
        limits = feldt(reliability, n=form.n, n_items=int(members.size), level=level)
    why = _why(form, members, reliability)
    return _Row(
        form=form.name,
        domain=name,
        items=int(members.size),
        n=form.n,
        alpha=reliability,
        alpha_interval=limits,
        subscore=float(found.subscore[0]),
        total=float(found.total[0]),
        augmented=float(found.augmented[0]),
        difference=interval,
        why=why,
        why_interval=why or ("not_asked" if spread is None else "all_samples_degenerate"),
    )


def _why(form: Form, members: Any, reliability: float) -> str | None:
    if members.size < 2:
        return "too_few_items"
    if form.n < 3:
        return "too_few_persons"
    if np.isnan(reliability):
        return "no_variance"
    return "negative_reliability" if reliability <= 0 else None


def _table(rows: list[_Row]) -> pd.DataFrame:
    difference = [row.subscore - row.total for row in rows]
    why = [row.why or "no_variance" for row in rows]
    return tidy(
        {
            "form": [row.form for row in rows],
            "domain": [row.domain for row in rows],
            "items": [row.items for row in rows],
            "n": [row.n for row in rows],
            "alpha": [row.alpha for row in rows],
            "alpha_low": [row.alpha_interval.low for row in rows],
            "alpha_high": [row.alpha_interval.high for row in rows],
            "prmse_subscore": [row.subscore for row in rows],
            "prmse_total": [row.total for row in rows],
            "prmse_augmented": [row.augmented for row in rows],
            "prmse_difference": difference,
            "prmse_difference_low": [row.difference.low for row in rows],
            "prmse_difference_high": [row.difference.high for row in rows],
            "adds_value": pd.Series(
                [None if np.isnan(d) else d > 0 for d in difference], dtype=object
            ),
        },
        {
            "alpha": why,
            "prmse_subscore": why,
            "prmse_total": why,
            "prmse_augmented": why,
            "prmse_difference": why,
            "prmse_difference_low": [row.why_interval for row in rows],
            "prmse_difference_high": [row.why_interval for row in rows],
        },
    )


def findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """Subscores that tell less about their domain than the total does."""
    line = thresholds["subscore_gain_min"]
    for row in known_rows(result.tables["domains"], "prmse_difference"):
        if row["prmse_difference"] > line.value:
            continue
        limits = row["prmse_difference_low"], row["prmse_difference_high"]
        domain, form = row["domain"], row["form"]
        yield found(
            code="subscore_adds_no_value",
            severity="warning" if limits[1] < line.value else "info",
            subject=domain if form == ONE_FORM else f"{form}: {domain}",
            sentence=f"The total predicts the true score on {domain} better "
            f"({coefficient(row['prmse_total'])}) than the subscore does "
            f"({coefficient(row['prmse_subscore'])}).",
            value=float(row["prmse_difference"]),
            limits=limits,
            threshold=line,
        )
    yield from dropped_findings(result, thresholds)
