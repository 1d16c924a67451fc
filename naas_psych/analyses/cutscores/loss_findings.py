"""What cuts say about the weight of errors, in sentences."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from naas_psych.analyses.forms import form_in_words, form_subject
from naas_psych.analyses.items.phrasing import Row, capital, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def loss_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One a form and cut: on the panel's standard where there is one, else on the cut itself."""
    implied, losses = result.tables["implied"], result.tables["losses"]
    if implied.empty:
        return
    for (form, name), own in implied.groupby(["form", "cut_name"], sort=False):
        row = own.to_dict("records")[-1]
        here = losses[(losses["form"] == form) & (losses["cut_name"] == name)]
        here = here[here["standard_from"] == row["standard_from"]]
        yield _one(str(form), str(name), row, here, thresholds)


def _one(form: str, name: str, row: Row, losses: pd.DataFrame, thresholds: Thresholds) -> Finding:
    ratio = known(row["implied_ratio"])
    return found(
        code="cut_implies_losses",
        severity="info",
        subject=f"{form_subject(form)}: {name}",
        sentence=f"{_implied(form, name, row)}{_best(losses)}",
        value=ratio,
        limits=(known(row["implied_ratio_low"]), known(row["implied_ratio_high"])),
        threshold=thresholds["loss_flat_share"],
    )


def _implied(form: str, name: str, row: Row) -> str:
    at, standard = known(row["percent"]), known(row["standard_percent"])
    where = "" if at is None else f" ({at:.1f} % of the marks)"
    lead = f'{capital(form_in_words(form))}: the cut "{name}"{where}'
    if form == "all":
        lead = f'The cut "{name}"{where}'
    ratio = known(row["implied_ratio"])
    against = _against(str(row["standard_from"]), standard)
    if ratio is None:
        return f"{lead}, {against}, {_NO_RATIO.get(row.get('implied_ratio_reason'), _WITHHELD)}."
    low, high = known(row["implied_ratio_low"]), known(row["implied_ratio_high"])
    limits = "" if low is None or high is None else f" ({_times(low)} to {_times(high)})"
    return (
        f"{lead}, {against}, says that one false pass weighs as much as {_times(ratio)} false "
        f"fails{limits}."
    )


#: What is said where no one ratio of losses follows from a cut, by the reason in the table.
_NO_RATIO: dict[Any, str] = {
    "no_ratio_best": "is the best cut for no ratio of losses",
    "end_of_scale": "leaves open how errors weigh: the ratios for which it is best have no end",
    "outside_scale": "lies outside the scale, so that no ratio of losses follows",
}
_WITHHELD = "stands for a ratio of losses that is withheld"


def _against(source: str, standard: float | None) -> str:
    if source == "the panel" and standard is not None:
        return f"where the panel holds {standard:.1f} % to be enough"
    return "taken as what is enough"


def _times(value: float) -> str:
    return f"{value:.2g}" if value < 10 else f"{value:.0f}"


def _best(losses: pd.DataFrame) -> str:
    """The best cut for the smallest, the even and the largest ratio."""
    said = []
    rows = losses.to_dict("records")
    for row in [rows[0], *[r for r in rows[1:-1] if r["loss_ratio"] == "1:1"], *rows[1:][-1:]]:
        at = known(row["percent"])
        low, high = known(row["flat_percent_low"]), known(row["flat_percent_high"])
        if at is None:
            continue
        flat = (
            ""
            if low is None or high is None or high <= low
            else f" (as good from {low:.0f} to {high:.0f} %)"
        )
        said.append(f"{at:.0f} % at {row['loss_ratio']}{flat}")
    if not said:
        return ""
    return f" The best cuts by what a false pass weighs to a false fail: {_joined(said)}."


def _joined(said: list[str]) -> str:
    return said[0] if len(said) == 1 else f"{', '.join(said[:-1])} and {said[-1]}"
