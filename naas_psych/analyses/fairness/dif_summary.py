"""Every item and comparison once: what each method says, and where they disagree."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import COMPARISON
from naas_psych.analyses.fairness.comparison_rows import comparison_rows
from naas_psych.analyses.fairness.dif_forest import LINES
from naas_psych.analyses.fairness.dif_forest import dif_forest as drawings
from naas_psych.analyses.fairness.method_answers import (
    KEY,
    METHODS,
    agreement,
    answers,
    flags,
)
from naas_psych.analyses.fairness.options import Group, Purify
from naas_psych.analyses.fairness.summary_findings import summary_findings as findings
from naas_psych.analyses.items.phrasing import listed
from naas_psych.analyses.kept import remembered
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Level, Threads, analysis
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["dif_summary", "drawings", "findings"]

#: What the summary shows of Mantel-Haenszel beside the classes.
_SHOWN = ["n_reference", "n_focal", "delta", "delta_low", "delta_high", "verdict"]
#: Worst first; what cannot be told stands after what can.
_ORDER = {"large": 0, "moderate": 1, "negligible": 2, "cannot_tell": 3}


@analysis
@remembered
def dif_summary(
    study: Study,
    *,
    group: Group = None,
    purify: Purify = True,
    omitted: Omitted = None,
    level: Level = 0.95,
    threads: Threads = 1,
) -> Result:
    """Which items work differently for persons of two groups with the same total, by any method?

    Formula
    -------
    Classes A (negligible), B (moderate) and C (large) of each method, from its own analysis; for
    the likelihood ratio, which has no classes, whether its adjusted p value is below .05. delta is
    the Mantel-Haenszel effect, with the flagged items left out of the matching score. verdict is
    that of Mantel-Haenszel, or the class of the crossing test where that alone flags the item.

    How to read it
    --------------
    A negative delta: the item is harder for the focal group than for persons of the reference group
    with the same total. flagged_by counts the methods that see a difference, answering those that
    could tell. Where all flag an item, look at its content first. Where they disagree, the reason
    is usually the size (standardisation and SIBTEST count marks, Mantel-Haenszel odds), a crossing
    (only logistic regression and the likelihood ratio see it) or few persons. "cannot_tell" is no
    all-clear: the analysis of single methods says how many persons would be needed.

    SIBTEST stands here by score bands, because single scores leave too few persons to compare.

    When not to use it
    ------------------
    A difference is a reason to look at an item, not to call it wrong: whether it belongs to what
    the test is meant to measure is for people who know the work to say. An item without a flag in
    a small sample has not been shown to work the same.

    Agrees with
    -----------
    Each method with its own reference program; see there.

    References
    ----------
    dorans_holland_1993, zwick_2012

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.dif_summary(study, group=["setting"]).tables["items"]
    >>> items.iloc[0][["item_id", "focal", "verdict"]].tolist()
    ['A04', 'fostering_adoption', 'large']
    """
    options = {"group": group, "purify": purify, "omitted": omitted, "level": level}
    alpha = study.thresholds["dif_alpha"].value
    found, missing = answers(study, {**options, "threads": threads}, alpha=alpha)
    items = _table(_shown(study, options), found)
    return Result(
        tables={"items": items, "comparisons": comparison_rows(items)},
        notes=(*missing, _multiplicity(found)),
        provenance={name: study.thresholds[name].value for name in LINES},
    )


def _shown(study: Study, options: dict[str, Any]) -> pd.DataFrame:
    """What Mantel-Haenszel says, purified where that was asked."""
    from naas_psych.analyses.fairness.dif_mantel_haenszel import dif_mantel_haenszel

    own = dif_mantel_haenszel.__dict__["options_model"].model_fields
    asked = {name: value for name, value in options.items() if name in own}
    table = dif_mantel_haenszel(study, **asked).tables["items"]
    purified = {f"delta_purified{end}": f"delta{end}" for end in ("", "_low", "_high")}
    if options["purify"]:
        table = table.drop(columns=[*purified.values(), "delta_reason"], errors="ignore")
        table = table.rename(columns={**purified, "delta_purified_reason": "delta_reason"})
    kept = [name for name in (*_SHOWN, "delta_reason") if name in table]
    return table[[*KEY, *kept]]


def _table(shown: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    every = shown.merge(found, on=KEY, how="left")
    rows = every.to_dict("records")
    said = [flags(row) for row in rows]  # type: ignore[arg-type]
    every["verdict"] = [_verdict(row) for row in rows]  # type: ignore[arg-type]
    every["flagged_by"] = [len(yes) for yes, _ in said]
    every["answering"] = [len(yes) + len(no) for yes, no in said]
    judged = every["verdict"] != "cannot_tell"
    every["agreement"] = [
        agreement(yes, no, judged=told) for (yes, no), told in zip(said, judged, strict=True)
    ]
    every["flagging_methods"] = [listed(yes) if yes else None for yes, _ in said]
    place = every["verdict"].map(_ORDER)
    order = np.lexsort((np.arange(len(every)), -every["flagged_by"], place))
    every = every.iloc[order].reset_index(drop=True)
    reasons = every["delta_reason"] if "delta_reason" in every else [None] * len(every)
    columns = {name: every[name] for name in _columns()}
    return tidy(columns, {"delta": list(reasons)})


def _columns() -> list[str]:
    methods = [method.name for method in METHODS]
    rest = ["flagged_by", "answering", "agreement", "flagging_methods"]
    return [*KEY, *_SHOWN, *methods, *rest]


def _verdict(row: dict[str, Any]) -> str:
    """Mantel-Haenszel decides; a crossing it cannot see adds to what it calls negligible."""
    verdict = str(row["verdict"])
    if verdict == "negligible":
        crossing = {"B": "moderate", "C": "large"}.get(str(row["logistic_nonuniform"]))
        return crossing or verdict
    return verdict


def _multiplicity(found: pd.DataFrame) -> str:
    comparisons = found[[*COMPARISON]].drop_duplicates()
    return (
        f"{len(found):,} tests a method: every item in {len(comparisons)} comparisons. Adjusted p "
        "values are within a method and a comparison (Benjamini-Hochberg); over many comparisons "
        "some flags are chance."
    )
