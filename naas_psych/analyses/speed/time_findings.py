"""What is said of times: how long a form needs, who is quick, which items go too fast."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betainc

from naas_psych.analyses.forms import form_or_test, form_subject
from naas_psych.analyses.items.phrasing import between, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]
#: Adjusted p below which fast answers are called right more often than chance would have it.
_SURE = 0.01


def time_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The time a form needs (the shortest of it first), speed and score, fast right answers."""
    summary = result.tables["summary"].sort_values("over_limit", ascending=False, kind="stable")
    for row in summary.to_dict("records"):
        yield _needed(row, thresholds)
        yield from _speed_in_score(row)
    yield from _fast_right(result.tables["items"])


def _needed(row: Row, thresholds: Thresholds) -> Finding:
    """A warning when surely more than one in twenty would want more time than there is."""
    line = thresholds["speed_finishers_min"]
    over, limit = known(row["over_limit"]), known(row["time_limit"])
    late = over is not None and float(row["over_limit_low"]) > 1 - line.value
    minutes = (row["minutes_needed_low"], row["minutes_needed_high"])
    form = str(row["form"])
    return found(
        code="time_needed",
        severity="warning" if late else "info",
        subject=form_subject(form),
        sentence=f"To let 95 of 100 persons finish without hurry, {form_or_test(form)} needs "
        f"{row['minutes_needed']:.0f} minutes ({minutes[0]:.0f} to {minutes[1]:.0f})"
        f"{_against(row, limit)}.",
        value=float(row["minutes_needed"]),
        limits=minutes,
        threshold=line,
    )


def _against(row: Row, limit: float | None) -> str:
    if limit is None:
        return "; how many it gives is not known"
    return (
        f"; it gives {limit:.0f}, which is too little for {_of_hundred(row['over_limit'])} of 100 "
        f"({_of_hundred(row['over_limit_low'])} to {_of_hundred(row['over_limit_high'])})"
    )


def _of_hundred(share: Any) -> str:
    return f"{100 * float(share):.0f}"


def _speed_in_score(row: Row) -> Iterator[Finding]:
    r, low, high = (known(row[f"speed_score_r{end}"]) for end in ("", "_low", "_high"))
    if r is None or low is None or high is None or low <= 0 <= high:
        return
    before = known(row["speed_score_r_before_tail"])
    without = "" if before is None else f"; with the score before the tail {short(before)}"
    form, who = str(row["form"]), "quicker" if r > 0 else "slower"
    yield found(
        code="speed_in_score",
        severity="info",
        subject=form_subject(form),
        sentence=f"In {form_or_test(form)} {who} persons score higher: speed and score "
        f"correlate {short(r)}{between(low, high)}{without}.",
        value=r,
        limits=(low, high),
    )


def _fast_right(items: pd.DataFrame) -> Iterator[Finding]:
    """Items whose fast answers are right more often than its other answers, beyond chance."""
    n, right = (items[name].to_numpy(dtype=float) for name in ("n_fast", "n_fast_right"))
    expected = items["n_fast_right_expected"].to_numpy(dtype=float)
    usable = (n > 0) & np.isfinite(expected)
    facility = np.divide(expected, n, out=np.full(n.size, np.nan), where=usable)
    # P(at least so many of n right), the binomial tail as an incomplete beta function.
    tail = betainc(np.maximum(right, 1), n - right + 1, np.nan_to_num(facility))
    p = np.where(right > 0, tail, 1.0)
    adjusted = benjamini_hochberg(np.where(usable, p, np.nan))
    for k in np.flatnonzero(adjusted < _SURE):
        yield found(
            code="fast_right_answers",
            severity="info",
            subject=str(items["item_id"].iloc[k]),
            sentence=f"Of the {int(n[k])} unusually fast answers to {items['item_id'].iloc[k]}, "
            f"{int(right[k])} are right where {expected[k]:.0f} would be if speed had nothing to "
            "do with it.",
            value=float(right[k]),
            probability=float(1 - adjusted[k]),
        )
