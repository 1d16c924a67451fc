"""Cuts and shares of persons as the findings on single methods say them."""

from __future__ import annotations

from typing import Any

from naas_psych.analyses.forms import ONE_FORM, of_form
from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.analyses.standard.scored_persons import ALL_FORMS


def on_form(form: Any) -> str:
    """` of form alpha`, ` over all forms`, or nothing where there is one form only."""
    return " over all forms" if form == ALL_FORMS else of_form(str(form))


def for_name(row: Row) -> str:
    """` for met`; nothing where the study does not name its cut."""
    return "" if row["cut_name"] == "cut" else f" for {row['cut_name']}"


def subject(row: Row) -> str:
    """The cut and the form that a finding is about."""
    form = "" if row["form"] == ONE_FORM else f", {row['form']}"
    return f"{row['cut_name']}{form}"


def cut_in_words(row: Row, value: str = "cut") -> str | None:
    """`38.4 marks (61.0 % of the marks, 58.9 to 63.2)`; None where there is no cut."""
    cut, percent = known(row[value]), known(row["percent"])
    if cut is None or percent is None:
        return None
    low, high = known(row["percent_low"]), known(row["percent_high"])
    limits = "" if low is None or high is None else f"{low:.1f} to {high:.1f}"
    if row["unit"] == "percent":
        return f"{percent:.1f} % of the marks{f' ({limits})' if limits else ''}"
    return f"{cut:.1f} marks ({percent:.1f} % of the marks{f', {limits}' if limits else ''})"


def place_in_words(value: Any, unit: Any) -> str:
    """`38.4 marks`, or `61.0 %`."""
    return f"{value:.1f} %" if unit == "percent" else f"{value:.1f} marks"


def of_100(share: Any) -> str:
    """`12 of 100`; shares that are few with one decimal."""
    many = 100 * float(share)
    return f"{many:.1f} of 100" if 0 < many < 9.95 and many != round(many) else f"{many:.0f} of 100"


def below_in_words(row: Row) -> str:
    """` Of 100 who sat it, 12 are below.`, at the lowest total that reaches the cut."""
    rate = known(row["pass_rate"])
    return "" if rate is None else f" Of those who sat it, {of_100(1 - rate)} are below."
