"""What is said of opinions on time: each source by itself, and whether behaviour agrees."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.analyses.items.phrasing import known, percent
from naas_psych.analyses.speed.opinion_tables import NO_FORM, RUSHED
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.proportions import newcombe
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]
_LEVEL = 0.95


def opinion_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """An opinion a source and form; whether those who complain rushed; who did not answer."""
    for row in result.tables["shares"].to_dict("records"):
        if known(row["enough"]) is not None:
            yield _opinion(row, thresholds)
    for row in result.tables["behaviour"].to_dict("records"):
        if row["measure"] == RUSHED and known(row["difference"]) is not None:
            yield _agreement(row)
    yield from _silent(result.tables["answered"])


def _subject(form: str) -> str:
    return "test" if form in {ONE_FORM, NO_FORM} else form


def _where(form: str) -> str:
    return "" if form in {ONE_FORM, NO_FORM} else f" on {form_in_words(form)}"


def _opinion(row: Row, thresholds: Thresholds) -> Finding:
    """A warning where surely more than the limit say that time was short."""
    line = thresholds["time_not_enough_max"]
    limits = row["short_time_low"], row["short_time_high"]
    return found(
        code="time_opinion",
        severity="warning" if limits[0] > line.value else "info",
        subject=_subject(str(row["form"])),
        sentence=f"Of {row['n']} who answered ({row['source']}){_where(str(row['form']))}, "
        f"{percent(row['enough'])} say there was enough time ({percent(row['enough_low'])} to "
        f"{percent(row['enough_high'])}) and {percent(row['short_time'])} that there was not.",
        value=float(row["short_time"]),
        limits=limits,
        threshold=line,
    )


def _agreement(row: Row) -> Finding:
    low, high = float(row["difference_low"]), float(row["difference_high"])
    case = "agree" if low > 0 else "against" if high < 0 else "undecided"
    return found(
        code="opinion_and_behaviour",
        severity="info",
        subject=_subject(str(row["form"])),
        sentence=f"Of those who say there was not enough time{_where(str(row['form']))}, "
        f"{percent(row['value_short_time'])} rushed in the tail; of those who say there was, "
        f"{percent(row['value_enough'])} (difference {100 * row['difference']:.0f} points, "
        f"{100 * low:.0f} to {100 * high:.0f}).",
        case=case,
        value=float(row["difference"]),
        limits=(low, high),
    )


def _silent(answered: pd.DataFrame) -> Iterator[Finding]:
    """Those who rushed answered less often: opinions then look better than they are."""
    for form, rows in answered.groupby("form", sort=False):
        by_level = {row["rushed_in_tail"]: row for row in rows.to_dict("records")}
        yes, no = by_level["yes"], by_level["no"]
        if known(yes["opinion_rate"]) is None or known(no["opinion_rate"]) is None:
            continue
        gap = newcombe(_counts(no), _counts(yes), level=_LEVEL)
        if gap.low <= 0:
            continue
        yield found(
            code="rushed_answered_less",
            severity="warning",
            subject=_subject(str(form)),
            sentence=f"Of those who rushed in the tail{_where(str(form))} "
            f"{percent(yes['opinion_rate'])} said what they thought of the time, of the others "
            f"{percent(no['opinion_rate'])}: opinions look better than all would give.",
            value=float(no["opinion_rate"] - yes["opinion_rate"]),
            limits=(gap.low, gap.high),
        )


def _counts(row: Row) -> tuple[float, float]:
    return float(row["opinion_rate"]) * float(row["n"]), float(row["n"])
