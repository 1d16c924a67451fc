"""What the one-factor model says in words: misfit, and items that do not go with the rest."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.forms import of_form
from naas_psych.analyses.items.phrasing import between, known, short
from naas_psych.analyses.structure.factor_fit_findings import Row, misfit, unsound
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def one_factor_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """By the suited row of each form; what was not found is said for every estimator."""
    fit, loadings = result.tables["fit"], result.tables["loadings"]
    for row in fit.to_dict("records"):
        if not row["suited"]:
            continue
        yield from unsound(row, model="one factor")
        yield from misfit(row, thresholds, code="one_factor_misfit", model="One factor")
    failed = fit[~fit["form"].isin(fit.loc[fit["suited"], "form"])].drop_duplicates("form")
    for row in failed.to_dict("records"):
        yield from unsound(row, model="one factor")
    for row in judged(fit, loadings).to_dict("records"):
        yield from _loading(row, thresholds)


def judged(fit: pd.DataFrame, loadings: pd.DataFrame) -> pd.DataFrame:
    """The loadings of the suited row of each form."""
    suited = fit.loc[fit["suited"], ["form", "estimator"]]
    return loadings.merge(suited, on=["form", "estimator"], how="inner")


def _loading(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """Surely below 0, or surely below the line."""
    line, high = thresholds["factor_loading_min"], known(row["loading_high"])
    if high is None or high >= line.value:
        return
    item, form, size = str(row["item_id"]), str(row["form"]), float(row["loading"])
    common = f"what the other items{of_form(form)} have in common"
    limits = between(row["loading_low"], row["loading_high"])
    negative = high < 0
    yield found(
        code="loading_negative" if negative else "loading_low",
        severity="warning" if negative else "info",
        subject=item,
        sentence=(
            f"{item} goes against {common}: loading {short(size)}{limits}."
            if negative
            else f"{item} hardly goes with {common}: "
            f"loading {short(size)}{limits}, below {short(line.value)}."
        ),
        value=size,
        limits=(row["loading_low"], row["loading_high"]),
        threshold=line,
    )
