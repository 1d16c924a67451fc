"""Who chose which option, and whether the wrong ones do their work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.forms import OMITTED_SAID, find_forms
from naas_psych.analyses.items.item_curves import grouped
from naas_psych.analyses.items.option_drawings import drawings
from naas_psych.analyses.items.option_findings import findings
from naas_psych.analyses.items.option_list import needs_options
from naas_psych.analyses.items.option_numbers import (
    OptionNumbers,
    every_option,
    extreme_groups,
)
from naas_psych.analyses.options import Groups, Omitted, Share
from naas_psych.analysis import Level, analysis
from naas_psych.numerics.correlations import fisher_interval
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["distractors", "drawings", "findings"]


@analysis
def distractors(
    study: Study,
    *,
    level: Level = 0.95,
    upper_lower_share: Share = 0.27,
    omitted: Omitted = None,
    groups: Groups = 5,
) -> Result:
    """Do the wrong options attract the persons they should?

    Formula
    -------
    option_rest_r = r(1 if the option was chosen else 0, rest score), over all persons who reached
    the item; the rest score leaves the item out for every option, right or wrong
    option_key_r = the same among those who chose this option (1) or the key (0)
    working: for a distractor, chosen by at least 5 % and option_rest_r below 0; for the key,
    option_rest_r above 0

    How to read it
    --------------
    A good distractor is chosen by weaker persons: its curve falls where that of the key rises. A
    distractor that hardly anybody chooses is idle; one that stronger persons choose misleads, or
    is right.

    When not to use it
    ------------------
    A very easy item (facility above .90) leaves too few persons for its distractors: idle ones are
    not held against it. Do not read a correlation of an option with fewer than 5 choosers.

    Agrees with
    -----------
    CTT 2.3.3 counts. Its pBis of a distractor leaves out of the total only the key; ours leaves
    the item out for every option, as cor(chosen, rest) in R does.

    References
    ----------
    haladyna_downing_1993, attali_fraenkel_2000, wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> options = nps.distractors(study).tables["options"].set_index(["item_id", "option"])
    >>> options.loc["Q4", "option_rest_r"].round(2).to_dict()
    {'A': -0.13, 'B': -0.17, 'C': -0.2, 'D': 0.31}
    """
    needs_options(study, "An analysis of options")
    counted = omitted or study.omitted
    forms = find_forms(study, omitted=counted)
    extremes = extreme_groups(forms, upper_lower_share)
    items = every_option(study, forms, extremes)
    tables = {
        "options": _options_table(study, items, level),
        "curves": _curves_table(study, items, k=groups, level=level),
    }
    scored = study.responses.n_items - len(items)
    left_out = (
        (f"Left out: {scored} that came as scores and have no options to look at.",)
        if scored
        else ()
    )
    return Result(tables, notes=(OMITTED_SAID[counted], *_NOTES, *forms.notes, *left_out))


_NOTES = (
    "Persons who did not reach or were not given an item are left out of its options.",
    "Whoever omitted an item has not chosen any option; omitted is a row of its own.",
)


def _options_table(study: Study, items: Sequence[OptionNumbers], level: float) -> pd.DataFrame:
    """One row an option, then one for omitted where anybody omitted the item."""
    rows = [row for item in items for row in _rows(study, item, level)]
    names = tuple(rows[0]) if rows else ("item_id", "option")
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in names}
    why = columns.pop("why", [])
    nobody = columns.pop("nobody", [])
    none = ["no_responses" if not n else None for n in columns.get("n_item", [])]
    limits = [said or "too_few_persons" for said in why]
    one_form = columns.pop("one_form", [])
    mean = [
        said or gap or (None if one else "several_forms")
        for said, gap, one in zip(none, nobody, one_form, strict=True)
    ]
    versus = [
        said or ("is_key" if key else gap or "no_variance")
        for said, key, gap in zip(none, columns.get("is_key", []), nobody, strict=True)
    ]
    columns.pop("n_item", None)
    return tidy(
        columns,
        {
            "proportion": none,
            "option_rest_r": why,
            "option_rest_r_low": limits,
            "option_rest_r_high": limits,
            "facility": none,
            "mean_rest_score": mean,
            "mean_rest_score_se": [said or "too_few_persons" for said in mean],
            "option_key_r": versus,
            "upper_proportion": ["groups_overlap"] * len(rows),
            "lower_proportion": ["groups_overlap"] * len(rows),
        },
    )


def _rows(study: Study, item: OptionNumbers, level: float) -> list[dict[str, Any]]:
    found, unit = item.statistics, study.responses.unit
    n, persons = item.n, item.persons
    limits = wilson(n, np.full_like(n, persons), level=level)
    keyed = np.append(item.options.keyed, False)
    rows = []
    for m, label in enumerate(item.labels):
        if m == len(item.options.labels) and n[m] == 0:
            continue
        r_limits = fisher_interval(float(found.r[m]), found.df, level=level)
        proportion = n[m] / persons if persons else np.nan
        rows.append(
            {
                "item_id": study.responses.item_ids[item.item],
                "option": label,
                "is_key": bool(keyed[m]),
                "n": int(n[m]),
                "proportion": proportion,
                "option_rest_r": float(found.r[m]),
                "mean_rest_score": found.mean[m] * unit,
                "working": _works(study, float(found.r[m]), float(proportion), bool(keyed[m])),
                "proportion_low": float(limits.low[m]),
                "proportion_high": float(limits.high[m]),
                "option_rest_r_low": r_limits.low,
                "option_rest_r_high": r_limits.high,
                "mean_rest_score_se": found.mean_se[m] * unit,
                "option_key_r": float(item.against_key[m]),
                "upper_proportion": item.upper[m] / item.n_upper if item.n_upper else np.nan,
                "lower_proportion": item.lower[m] / item.n_lower if item.n_lower else np.nan,
                "small_n": bool(n[m] < study.thresholds["option_choosers_min"].value),
                "facility": item.facility,
                "why": _why(item, m),
                "n_item": persons,
                "nobody": _nobody(item, m),
                "one_form": len(item.tables) == 1,
            }
        )
    return rows


def _works(study: Study, r: float, proportion: float, is_key: bool) -> bool:
    limits = study.thresholds
    if is_key:
        return r > limits["distractor_r_max"].value
    often = proportion >= limits["distractor_proportion_min"].value
    return bool(often and r < limits["distractor_r_max"].value)


def _nobody(item: OptionNumbers, m: int) -> str | None:
    """Why nobody with a total stands behind an option."""
    if item.statistics.n[m]:
        return None
    return "no_choosers" if not item.n[m] else "no_total"


def _why(item: OptionNumbers, m: int) -> str | None:
    """Why the option has no correlation."""
    n, persons = item.statistics.n[m], item.statistics.persons
    if persons < 2:
        return "too_few_persons" if item.persons else "no_responses"
    if n == 0:
        return _nobody(item, m)
    if n == persons:
        return "all_chose_it"
    if np.isfinite(item.statistics.r[m]):
        return None
    # With several forms all may choose alike within each, though not over all.
    return "no_variance_of_rest" if item.statistics.spread <= 0 else "no_variance"


def _curves_table(
    study: Study, items: Sequence[OptionNumbers], *, k: int, level: float
) -> pd.DataFrame:
    """One row an item, option and score group: share of the group that chose the option."""
    parts: dict[str, list[Any]] = {name: [] for name in _CURVE_COLUMNS}
    for item in items:
        cells = grouped(item.tables, k)
        persons = cells.counts.sum(axis=0)
        chosen = item.members @ cells.counts
        keyed = np.append(item.options.keyed, False)
        limits = wilson(chosen, np.broadcast_to(persons, chosen.shape), level=level)
        shown = [m for m in range(len(item.labels)) if chosen[m].any()]
        for m in shown:
            for g in np.flatnonzero(persons):
                row = (
                    study.responses.item_ids[item.item],
                    item.labels[m],
                    bool(keyed[m]),
                    int(g) + 1,
                    int(persons[g]),
                    float(chosen[m, g] / persons[g]),
                    float(limits.low[m, g]),
                    float(limits.high[m, g]),
                    float(cells.sums[g] / persons[g] * study.responses.unit)
                    if len(item.tables) == 1
                    else np.nan,
                )
                for name, value in zip(_CURVE_COLUMNS, row, strict=True):
                    parts[name].append(value)
    return tidy(parts, {"mean_score": ["several_forms"] * len(parts["item_id"])})


_CURVE_COLUMNS = (
    "item_id",
    "option",
    "is_key",
    "group",
    "n",
    "proportion",
    "low",
    "high",
    "mean_score",
)
