"""What domain factors say in words: can domains be told apart, and is the total one thing?"""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.forms import form_subject, of_form
from naas_psych.analyses.items.phrasing import between, known, listed, short
from naas_psych.analyses.structure.factor_fit_findings import (
    Row,
    misfit,
    unsound,
)
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def domain_factors_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """By the suited estimator of each form: models that fail, separability, the general factor."""
    models = result.tables["models"]
    for row in models.to_dict("records"):
        if row["model"] == "domain_factors" and (row["suited"] or not row["converged"]):
            yield from unsound(row, model="a factor for each domain")
        if row["model"] == "domain_factors" and row["suited"]:
            said = "A factor for each domain"
            yield from misfit(row, thresholds, code="domain_factors_misfit", model=said)
    pairs = result.tables["factor_correlations"]
    for form, own in pairs[pairs["suited"]].groupby("form", sort=False):
        yield from _separable(str(form), own, thresholds)
    general = result.tables["bifactor"]
    for row in general[general["suited"]].to_dict("records"):
        yield from _without_factor(row)
        yield from _general(row, thresholds)


def _separable(form: str, pairs: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    """Pairs whose whole interval lies above the line cannot be told apart."""
    line = thresholds["factor_r_distinct_max"]
    known_pairs = pairs.dropna(subset=["factor_r_low", "factor_r_high"])
    if known_pairs.empty:
        return
    same = known_pairs[known_pairs["factor_r_low"] > line.value]
    apart = known_pairs[known_pairs["factor_r_high"] < line.value]
    if len(apart) == len(known_pairs):
        return
    open_pairs = len(known_pairs) - len(same) - len(apart)
    middle = float(known_pairs["factor_r"].median())
    names = listed(
        [f"{a} and {b}" for a, b in zip(same["domain_a"], same["domain_b"], strict=True)], 3
    )
    which = f" ({names})" if len(same) else ""
    yield found(
        code="domains_not_separable",
        severity="warning" if len(same) > len(known_pairs) / 2 else "info",
        subject=form_subject(form),
        sentence=f"Of {len(known_pairs)} pairs of domains{of_form(form)}, {len(same)} surely "
        f"correlate above {short(line.value)} once error is taken off and cannot be told "
        f"apart{which}; {len(apart)} are surely distinct; {open_pairs} stay open. The middle "
        f"correlation is {short(middle)}.",
        value=middle,
        threshold=line,
    )


def _without_factor(row: Row) -> Iterator[Finding]:
    """Domains whose own factor had to be taken out for the bifactor model to have a solution."""
    if not row["domains_dropped"]:
        return
    yield found(
        code="domains_without_factor",
        severity="info",
        subject=form_subject(str(row["form"])),
        sentence=f"A general factor with a factor for every domain has no possible solution"
        f"{of_form(str(row['form']))}; it has one without those of {row['domains_dropped']}.",
    )


def _general(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """Strong or weak where the whole interval of omega lies on one side of the line; else open."""
    line, ecv = thresholds["omega_hierarchical_min"], thresholds["ecv_min"]
    low, high = known(row["omega_hierarchical_low"]), known(row["omega_hierarchical_high"])
    if low is None or high is None:
        return
    # Where nearly all pairs of items are of different domains, ecv matters little for the total.
    clear = row["ecv"] >= ecv.value or row["puc"] >= thresholds["puc_min"].value
    if low >= line.value and clear:
        code, how = "general_factor_strong", "One general factor carries"
    elif high < line.value:
        code, how = "general_factor_weak", "One general factor does not carry"
    else:
        code, how = "general_factor_unsure", "These data do not settle whether one factor carries"
    names = ("omega_hierarchical", "ecv")
    sizes = [f"{short(float(row[n]))}{between(row[f'{n}_low'], row[f'{n}_high'])}" for n in names]
    yield found(
        code=code,
        severity="warning" if code == "general_factor_weak" else "info",
        subject=form_subject(str(row["form"])),
        sentence=f"{how} most of the total{of_form(str(row['form']))}: omega hierarchical "
        f"{sizes[0]}, explained common variance {sizes[1]}.",
        value=float(row["omega_hierarchical"]),
        limits=(low, high),
        threshold=line,
    )
