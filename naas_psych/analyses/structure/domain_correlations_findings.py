"""What correlations of domains say in words: which are distinct, which are one under two names."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
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
    where = "" if form == ONE_FORM else f" of {form_in_words(form)}"
    line = thresholds["htmt_max"]
    same = pairs[pairs["apart"] == "indistinct"]
    distinct = pairs[pairs["apart"] == "distinct"]
    if len(same):
        worst = same.sort_values("htmt_low", kind="stable").iloc[-1]
        certain = int((same["htmt_low"] > thresholds["htmt_same"].value).sum())
        more = (
            f"; of {certain} even above {short(thresholds['htmt_same'].value)}" if certain else ""
        )
        yield found(
            code="domains_not_distinct",
            severity="info",
            subject=form,
            sentence=f"{_of_pairs(len(same), len(pairs))} of domains{where} cannot be told apart: "
            f"the whole interval of HTMT is above {short(line.value)}{more} "
            f"{_named(same, 'htmt_low', last=True)}.",
            value=float(worst["htmt"]),
            limits=(worst["htmt_low"], worst["htmt_high"]),
            threshold=line,
        )
    if len(distinct):
        nearest = distinct.sort_values("htmt_high", kind="stable").iloc[-1]
        yield found(
            code="domains_distinct",
            severity="info",
            subject=form,
            sentence=f"{_of_pairs(len(distinct), len(pairs))} of domains{where} are distinct: the "
            f"whole interval of HTMT is below {short(line.value)} "
            f"{_named(distinct, 'htmt_high', last=False)}.",
            value=float(nearest["htmt"]),
            limits=(nearest["htmt_low"], nearest["htmt_high"]),
            threshold=line,
        )
    left = len(pairs) - len(same) - len(distinct)
    if left:
        yield found(
            code="domains_undecided",
            severity="info",
            subject=form,
            sentence=f"Of {left} of {len(pairs)} pairs of domains{where} these data cannot tell "
            f"whether they are distinct: {short(line.value)} lies within the interval of HTMT, or "
            "it has none.",
            value="cannot_tell",
            threshold=line,
        )


def _of_pairs(some: int, every: int) -> str:
    if every == 1:
        return "The one pair"
    return f"All {every} pairs" if some == every else f"{some} of {every} pairs"


def _named(pairs: pd.DataFrame, by: str, *, last: bool) -> str:
    """` (clearest: law with ethics, .98; ...)`."""
    rows = pairs.sort_values(by, ascending=not last, kind="stable").head(_NAMED)
    names = "; ".join(
        f"{row['domain_a']} with {row['domain_b']}, {short(float(row['htmt']))}"
        for row in rows.to_dict("records")
    )
    return f"({'clearest: ' if len(pairs) > _NAMED else ''}{names})"
