"""The cut of every method that the data allow, brought to one scale: per cent of the marks."""

from __future__ import annotations

from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pandas as pd

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.outcomes import form_totals
from naas_psych.analyses.standard.scored_persons import ALL_FORMS
from naas_psych.analysis import Checked
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study

#: Methods by the name of their analysis, in the order in which they are shown.
METHODS = {
    "angoff": "Angoff",
    "ebel": "Ebel",
    "nedelsky": "Nedelsky",
    "bookmark": "bookmark",
    "hofstee": "Hofstee",
    "beuk": "Beuk",
    "de_gruijter": "De Gruijter",
    "cohen": "Cohen",
    "borderline_group": "borderline group",
    "borderline_regression": "borderline regression",
    "contrasting_groups": "contrasting groups",
    "body_of_work": "body of work",
}
#: Methods that ask how many may pass, and those that only ask that: no standard of knowledge.
COMPROMISE, RELATIVE = ("hofstee", "beuk", "de_gruijter"), ("cohen",)
_KEPT = (
    "cut_name",
    "form",
    "judges",
    "cut",
    "cut_se",
    "cut_low",
    "cut_high",
    "unit",
    "percent",
    "percent_low",
    "percent_high",
    "cut_reason",
    "cut_se_reason",
    "cut_low_reason",
)


@dataclass(frozen=True)
class MethodCuts:
    """Rows of every method that could run, and why the others could not."""

    rows: pd.DataFrame
    impossible: dict[str, str]


def method_cuts(study: Study, **options: Any) -> MethodCuts:
    """The last word of each method: of several rounds the last one.

    Options (omitted, level, seed) go to the methods that know them.
    """
    parts, impossible = [], {}
    several = len(form_totals(study, options.get("omitted"))) > 1
    for name in METHODS:
        try:
            table = _run(name, study, options).tables["cuts"]
        except AnalysisImpossible as reason:
            impossible[name] = str(reason)
            continue
        last = _last(table).assign(method=name)
        if several:
            last["form"] = last["form"].replace(ONE_FORM, ALL_FORMS)
        parts.append(last)
    names = ["method", *_KEPT]
    rows = pd.concat([part.reindex(columns=names) for part in parts]) if parts else None
    empty = pd.DataFrame(columns=names)
    return MethodCuts(empty if rows is None else rows.reset_index(drop=True), impossible)


def _run(name: str, study: Study, options: dict[str, Any]) -> Any:
    analysis: Checked = getattr(import_module(f"naas_psych.analyses.standard.{name}"), name)
    known = analysis.__dict__["options_model"].model_fields
    return analysis(study, **{key: value for key, value in options.items() if key in known})


def _last(table: pd.DataFrame) -> pd.DataFrame:
    """One row a cut and form."""
    whole = table[table["final"]] if "final" in table else table
    return whole.groupby(["cut_name", "form"], sort=False, dropna=False).tail(1)
