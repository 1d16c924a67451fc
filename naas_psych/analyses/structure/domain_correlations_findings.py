"""What correlations of domains say in words: which are distinct, which are one under two names."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.forms import of_form
from naas_psych.analyses.items.phrasing import short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

#: Pairs that a sentence names.
_NAMED = 3


def domain_correlations_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding a form for each answer that some pairs of domains got."""
    table = result.tables["pairs"]
    if table["htmt_low"].isna().all():
        return
    for form, pairs in table.groupby("form", sort=False):
        yield from _of_form(str(form), pairs, thresholds)


def _of_form(form: str, pairs: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    same, distinct = (pairs[pairs["apart"] == case] for case in ("indistinct", "distinct"))
    if len(same):
        yield _not_distinct(form, pairs, thresholds, same=same)
    if len(distinct):
        yield _distinct(form, pairs, thresholds, distinct=distinct)
    left = len(pairs) - len(same) - len(distinct)
    if left:
        yield _undecided(form, pairs, thresholds, left=left)


def _not_distinct(
    form: str, pairs: pd.DataFrame, thresholds: Thresholds, *, same: pd.DataFrame
) -> Finding:
    line, one_score = thresholds["htmt_max"], thresholds["htmt_same"].value
    worst = same.sort_values("htmt_low", kind="stable").iloc[-1]
    certain = int((same["htmt_low"] > one_score).sum())
    more = f"; of {certain} even above {short(one_score)}" if certain else ""
    return found(
        code="domains_not_distinct",
        severity="info",
        subject=form,
        sentence=f"{_of_pairs(len(same), len(pairs))} of domains{of_form(form)} cannot be told "
        f"apart: the whole interval of HTMT is above {short(line.value)}{more} "
        f"{_named(same, 'htmt_low', last=True)}.",
        value=float(worst["htmt"]),
        limits=(worst["htmt_low"], worst["htmt_high"]),
        threshold=line,
    )


def _distinct(
    form: str, pairs: pd.DataFrame, thresholds: Thresholds, *, distinct: pd.DataFrame
) -> Finding:
    line = thresholds["htmt_max"]
    nearest = distinct.sort_values("htmt_high", kind="stable").iloc[-1]
    return found(
        code="domains_distinct",
        severity="info",
        subject=form,
        sentence=f"{_of_pairs(len(distinct), len(pairs))} of domains{of_form(form)} are distinct: "
        f"the whole interval of HTMT is below {short(line.value)} "
        f"{_named(distinct, 'htmt_high', last=False)}.",
        value=float(nearest["htmt"]),
        limits=(nearest["htmt_low"], nearest["htmt_high"]),
        threshold=line,
    )


def _undecided(form: str, pairs: pd.DataFrame, thresholds: Thresholds, *, left: int) -> Finding:
    line = thresholds["htmt_max"]
    return found(
        code="domains_undecided",
        severity="info",
        subject=form,
        sentence=f"Of {left} of {len(pairs)} pairs of domains{of_form(form)} these data cannot "
        f"tell whether they are distinct: {short(line.value)} lies within the interval of HTMT, "
        "or it has none.",
        value="cannot_tell",
        threshold=line,
    )


def _of_pairs(some: int, every: int) -> str:
    if every == 1:
        return "The one pair"
    return f"All {every} pairs" if some == every else f"{some} of {every} pairs"


def _named(pairs: pd.DataFrame, by: str, *, last: bool) -> str:
    """`(clearest: law with ethics, .98; ...)`."""
    rows = pairs.sort_values(by, ascending=not last, kind="stable").head(_NAMED)
    names = "; ".join(
        f"{row['domain_a']} with {row['domain_b']}, {short(float(row['htmt']))}"
        for row in rows.to_dict("records")
    )
    return f"({'clearest: ' if len(pairs) > _NAMED else ''}{names})"
