"""What is said of outcomes that change when the tail is left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import form_subject, in_form
from naas_psych.analyses.items.phrasing import known, percent
from naas_psych.analyses.speed.judged_forms import WITHOUT_TAIL
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]
#: Share of random sets that may gain as many persons before the tail is called special.
_SURE = 0.05
_LEVEL = 0.95


@dataclass(frozen=True)
class _Rushed:
    """Whether persons who rushed in the tail gain more than the others, and that in words."""

    apart: bool
    words: str


def impact_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding a form and cut at which more outcomes change than the limit allows."""
    cuts, groups = result.tables["cuts"], result.tables["groups"]
    line = thresholds["speed_outcomes_changed_max"]
    for row in cuts.to_dict("records"):
        changed = known(row["changed"])
        if row["variant"] != WITHOUT_TAIL or changed is None or changed <= line.value:
            continue
        yield _changed(row, _rushed(groups, row), changed, thresholds)


def _changed(row: Row, rushed: _Rushed | None, changed: float, thresholds: Thresholds) -> Finding:
    """A warning where it is surely above the limit, and the tail rather than the test's length.

    Where it is known who rushed, that is when they gain more than the others, who did without the
    same items; else when random sets of as many others hardly ever gain as much.
    """
    line = thresholds["speed_outcomes_changed_max"]
    special = _special(row) if rushed is None else rushed.apart
    sure = float(row["changed_low"]) > line.value
    return found(
        code="tail_changes_outcomes",
        severity="warning" if special and sure else "info",
        subject=form_subject(str(row["form"])),
        sentence=f"{_start(row)} the outcome at the cut {row['cut']} changes for "
        f"{percent(changed, 1)} "
        f"({percent(row['changed_low'], 1)} to {percent(row['changed_high'], 1)}): "
        f"{moved(row['up'])} persons would reach it, {moved(row['down'])} would no longer."
        f"{_reference(row)}"
        f"{rushed.words if rushed else ''}",
        case="tail" if special else "fewer_items",
        value=changed,
        limits=(row["changed_low"], row["changed_high"]),
        threshold=line,
    )


def _start(row: Row) -> str:
    return f"Without the tail{in_form(str(row['form']))}"


def _special(row: Row) -> bool:
    p = known(row["p_gain"])
    return p is not None and p < _SURE


def _reference(row: Row) -> str:
    mean, gain = known(row["reference_mean"]), known(row["reference_gain"])
    if mean is None or gain is None:
        return ""
    return (
        f" As many other items, drawn at random, would change {percent(mean, 1)} of the outcomes, "
        f"on balance {_signed(gain)}"
        + (
            "."
            if known(row["gain"]) is None
            else f"; without the tail the balance is {_signed(row['gain'])}."
        )
    )


def moved(persons: Any) -> str:
    """How many persons go up or down, which may be too few to show."""
    count = known(persons)
    return "few" if count is None else f"{count:.0f}"


def _signed(share: Any) -> str:
    return f"{100 * float(share):+.1f} %"


def _rushed(groups: pd.DataFrame, row: Row) -> _Rushed | None:
    """None without times."""
    own = groups[
        (groups["form"] == row["form"])
        & (groups["cut"] == row["cut"])
        & (groups["group_by"] == "rushed_in_tail")
    ]
    by_level = {one["group_level"]: one for one in own.to_dict("records")}
    if not by_level:
        return None
    yes, no = by_level["yes"], by_level["no"]
    if any(str(one.get("changed_reason")).startswith("withheld") for one in (yes, no)):
        return None
    if known(yes["changed"]) is None:
        return _Rushed(False, f" Only {yes['n']} persons rushed there.")
    if known(no["changed"]) is None:
        return _Rushed(True, f" All but {no['n']} persons rushed there.")
    return _Rushed(
        _gap_low(yes, no) > 0,
        f" Of the {yes['n']} who rushed there {moved(yes['up'])} would go up and "
        f"{moved(yes['down'])} down, of the {no['n']} others {moved(no['up'])} and "
        f"{moved(no['down'])}.",
    )


def _gap_low(yes: Row, no: Row) -> float:
    """Lower limit of the difference in gain, each person counting as +1, 0 or -1."""
    variance = 0.0
    for row in (yes, no):
        moved, gain = float(row["changed"]), float(row["gain"])
        variance += (moved - gain**2) / float(row["n"])
    return float(yes["gain"] - no["gain"] - normal_quantile(_LEVEL) * np.sqrt(variance))
