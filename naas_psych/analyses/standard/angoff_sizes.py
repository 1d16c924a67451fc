"""Tables of the error of a panel's cut: beside that of measurement, and with other panels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pandas as pd

from naas_psych.analyses.standard.angoff_cuts import no_components
from naas_psych.analyses.standard.angoff_panel import FormError, Panel
from naas_psych.numerics.standard.angoff_variance import (
    concentration,
    cut_error,
    judges_needed,
)
from naas_psych.result import tidy
from naas_psych.thresholds import Thresholds

Row = dict[str, Any]
#: Panels whose error is foretold, beside the panel there was.
_SIZES = (3, 5, 8, 10, 12, 15, 20, 30)


def d_study_table(panels: Sequence[Panel], errors: Sequence[FormError]) -> pd.DataFrame:
    """What the error of the cut would be with other numbers of judges, and with twice the items."""
    rows, whys, sems = [], [], []
    for panel, error in zip(panels, errors, strict=True):
        for times in (1, 2):
            for judges in sorted({*_SIZES, len(panel.judges)}):
                rows.append(_foretold(panel, error, judges, times))
                whys.append(no_components(panel))
                sems.append(error.why if not math.isfinite(error.sem) else whys[-1])
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    reasons = dict.fromkeys(("se_items_fixed", "se_items_random", "percent_se_fixed"), whys)
    return tidy(columns, {**reasons, "cut_se_sem": sems})


def _foretold(panel: Panel, error: FormError, judges: int, times: int) -> Row:
    """With `times` as many items of this kind, in marks of the form as it is."""
    held = concentration(panel.weights) / times if panel.width > 0 else math.nan
    found = panel.variances
    if math.isfinite(found.rest) and math.isfinite(held):
        foretold = cut_error(found, judges=judges, rest=held / judges, items=held)
        fixed, random = foretold.items_fixed, foretold.items_random
    else:
        fixed = random = math.nan
    return {
        **panel.key,
        "judges": judges,
        "items": int(panel.used.sum()) * times,
        "as_it_was": judges == len(panel.judges) and times == 1,
        "se_items_fixed": fixed * panel.width,
        "se_items_random": random * panel.width,
        "percent_se_fixed": 100 * fixed,
        "cut_se_sem": fixed * panel.width / error.sem if error.sem > 0 else math.nan,
    }


def precision_table(
    panels: Sequence[Panel], errors: Sequence[FormError], thresholds: Thresholds
) -> pd.DataFrame:
    """A row a cut and form: the error of the cut beside that of measurement, in a word."""
    rows = [_precise(p, e, thresholds) for p, e in zip(panels, errors, strict=True)]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    whys = columns.pop("why_needed")
    sem = [e.why for e in errors]
    cut = [p.why_no_error for p in panels]
    both = [c if math.isfinite(e.sem) else e.why for c, e in zip(cut, errors, strict=True)]
    return tidy(
        columns,
        {
            "reliability": sem,
            "sem": sem,
            "cut_se": cut,
            "cut_se_sem": both,
            "candidate_error": both,
            **{f"judges_{w}": [why[w] for why in whys] for w in _AIMS},
        },
    )


#: The column of judges needed, the threshold it is for, and whether items are drawn anew.
_AIMS = {
    "adequate": ("cut_se_sem_min", False),
    "firm": ("cut_se_sem_target", False),
    "adequate_anew": ("cut_se_sem_min", True),
    "firm_anew": ("cut_se_sem_target", True),
}


def _precise(panel: Panel, error: FormError, thresholds: Thresholds) -> Row:
    se = panel.shares.se * panel.width
    ratio = se / error.sem if error.sem > 0 else math.nan
    needed = {aim: _needed(panel, error, *ask, thresholds) for aim, ask in _AIMS.items()}
    return {
        **panel.key,
        "judges": len(panel.judges),
        "cut_se": se,
        "reliability": error.reliability,
        "sem": error.sem,
        "cut_se_sem": ratio,
        "precision_verdict": verdict(ratio, len(panel.judges), thresholds)
        if math.isfinite(panel.cut)
        else "cannot_tell",
        "candidate_error": math.hypot(se, error.sem),
        **{f"judges_{aim}": value for aim, value in needed.items()},
        "why_needed": {aim: _why_needed(panel, error) for aim in _AIMS},
    }


def verdict(ratio: float, judges: int, thresholds: Thresholds) -> str:
    """shaky, adequate or firm; cannot_tell without a standard error or an error of measurement."""
    few = judges < thresholds["standard_judges_shown"].value
    if not math.isfinite(ratio):
        return "shaky" if few else "cannot_tell"
    if few or ratio > thresholds["cut_se_sem_min"].value:
        return "shaky"
    enough = judges >= thresholds["standard_judges_min"].value
    return "firm" if enough and ratio <= thresholds["cut_se_sem_target"].value else "adequate"


def _needed(panel: Panel, error: FormError, name: str, anew: bool, thresholds: Thresholds) -> float:
    if not (panel.width > 0 and error.sem > 0 and math.isfinite(panel.variances.rest)):
        return math.nan
    held = concentration(panel.weights)
    return judges_needed(
        panel.variances,
        error=thresholds[name].value * error.sem / panel.width,
        rest=held,
        items=held if anew else 0.0,
    )


def _why_needed(panel: Panel, error: FormError) -> str:
    if not error.sem > 0:
        return error.why
    return "items_alone_exceed" if math.isfinite(panel.variances.rest) else no_components(panel)
