"""The tables of `without_flagged`: items taken out, forms, and outcomes at each cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.flagged import Flagged
from naas_psych.analyses.content.removal_cuts import ANY_CUT, CutRow
from naas_psych.analyses.content.removal_rows import FormRow
from naas_psych.numerics.bootstrap import bca
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.proportions import wilson
from naas_psych.result import tidy
from naas_psych.study.study import Study

#: The middle of the reference distribution that its limits hold.
_MIDDLE = (2.5, 97.5)


def removed_table(flags: Sequence[Flagged]) -> pd.DataFrame:
    """The items that are taken out, and why."""
    return pd.DataFrame(
        {
            "item_id": pd.Series([flag.item_id for flag in flags], dtype=object),
            "reasons": pd.Series(["; ".join(flag.reasons) for flag in flags], dtype=object),
        }
    )


def forms_table(rows: Sequence[FormRow], *, replicates: int) -> pd.DataFrame:
    """Reliability and scores of each form, with all items and without the flagged."""
    changes = [float(row.alpha[1] - row.alpha[0]) for row in rows]
    random = [reference_range(row.random) for row in rows]
    shift = [row.mean(1) - row.mean(0) for row in rows]
    columns: dict[str, Any] = {
        "form": [row.form for row in rows],
        "n": [row.n for row in rows],
        "items": [row.items for row in rows],
        "items_removed": [row.removed for row in rows],
        "alpha": [float(row.alpha[0]) for row in rows],
        "alpha_without": [float(row.alpha[1]) for row in rows],
        "alpha_change": changes,
        "alpha_change_low": [row.change.low for row in rows],
        "alpha_change_high": [row.change.high for row in rows],
        "alpha_change_random": [mean for mean, _ in random],
        "alpha_change_random_low": [ends.low for _, ends in random],
        "alpha_change_random_high": [ends.high for _, ends in random],
        "mean_percent": [row.mean(0) for row in rows],
        "mean_percent_without": [row.mean(1) for row in rows],
        "mean_percent_change": shift,
        "mean_percent_change_low": [100 * row.mean_change.low for row in rows],
        "mean_percent_change_high": [100 * row.mean_change.high for row in rows],
        "sd_percent": [row.sd(0) for row in rows],
        "sd_percent_without": [row.sd(1) for row in rows],
        "score_r": [row.score_r for row in rows],
        "rank_order_r": [row.rank_order_r for row in rows],
        "moved_share": [row.moved for row in rows],
    }
    return tidy(columns, _form_reasons(rows, columns, replicates))


def reference_range(values: Any) -> tuple[float, Interval[float]]:
    """Mean of the reference distribution, and the range that holds 95 of 100 draws."""
    if values is None or not np.isfinite(values).any():
        return float("nan"), UNDEFINED
    known = values[np.isfinite(values)]
    low, high = np.percentile(known, _MIDDLE)
    return float(known.mean()), Interval(float(low), float(high))


def _form_reasons(
    rows: Sequence[FormRow], columns: dict[str, Any], replicates: int
) -> dict[str, list[str]]:
    size = ["too_few_persons" if row.n < 2 else "too_few_items" for row in rows]
    flat = [
        one if row.n < 2 or row.items < 2 else "no_variance"
        for row, one in zip(rows, size, strict=True)
    ]
    nothing = ["nothing_removed" if not row.removed else "" for row in rows]
    everything = [
        said or ("no_item_left" if row.removed == row.items else "")
        for row, said in zip(rows, nothing, strict=True)
    ]
    drawn = "not_asked" if not replicates else "all_samples_degenerate"
    return {
        **{name: [a or b for a, b in zip(everything, flat, strict=True)] for name in columns},
        "alpha": flat,
        "alpha_change_low": [said or drawn for said in everything],
        "alpha_change_high": [said or drawn for said in everything],
        "alpha_change_random": [said or "too_few_items" for said in everything],
        "mean_percent_change_low": [said or drawn for said in everything],
        "mean_percent_change_high": [said or drawn for said in everything],
    }


def cuts_table(
    study: Study, rows: Sequence[CutRow], forms: Sequence[str], *, level: float
) -> pd.DataFrame:
    """A row a form and cut; cuts on theta are there, without numbers."""
    changed = np.array([row.up + row.down for row in rows], dtype=float)
    n = np.array([row.n for row in rows], dtype=float)
    shares = [
        wilson(count, n, level=level) for count in (changed, _of(rows, "up"), _of(rows, "down"))
    ]
    reference = [_random(row) for row in rows]
    rates = [_rate(row, level) for row in rows]
    people = np.where(n > 0, n, np.nan)
    one_cut = np.where([row.cut == ANY_CUT for row in rows], np.nan, people)
    before, gain = (
        count / one_cut for count in (_of(rows, "reached"), _of(rows, "up") - _of(rows, "down"))
    )
    columns: dict[str, Any] = {
        "form": [row.form for row in rows],
        "cut": [row.cut for row in rows],
        "cut_value": [_cut(study, row.cut)[0] for row in rows],
        "cut_unit": pd.Series([_cut(study, row.cut)[1] for row in rows], dtype=object),
        "n": n.astype(int),
        "changed_n": changed.astype(int),
        "changed_share": changed / people,
        "changed_share_low": shares[0].low,
        "changed_share_high": shares[0].high,
        "up_per_1000": 1000 * _of(rows, "up") / people,
        "up_per_1000_low": 1000 * shares[1].low,
        "up_per_1000_high": 1000 * shares[1].high,
        "down_per_1000": 1000 * _of(rows, "down") / people,
        "down_per_1000_low": 1000 * shares[2].low,
        "down_per_1000_high": 1000 * shares[2].high,
        "pass_rate": before,
        "pass_rate_without": before + gain,
        "pass_rate_change": gain,
        "pass_rate_change_low": [limits.low for limits in rates],
        "pass_rate_change_high": [limits.high for limits in rates],
        "changed_random": [mean for mean, _, _ in reference],
        "changed_random_low": [ends.low for _, ends, _ in reference],
        "changed_random_high": [ends.high for _, ends, _ in reference],
        "as_many_random": [share for _, _, share in reference],
    }
    return _with_theta(study, tidy(columns, _cut_reasons(rows)), forms, columns)


def _of(rows: Sequence[CutRow], name: str) -> Any:
    return np.array([getattr(row, name) for row in rows], dtype=float)


def _cut(study: Study, name: str) -> tuple[float, str | None]:
    cut = study.spec.cuts.get(name)
    return (float("nan"), None) if cut is None else (cut.value, cut.unit)


def _random(row: CutRow) -> tuple[float, Interval[float], float]:
    """Share that changes when other items go, and how many draws change as many or more."""
    if row.random is None or not row.n:
        return float("nan"), UNDEFINED, float("nan")
    mean, ends = reference_range(row.random / row.n)
    return mean, ends, float((row.random >= row.up + row.down).mean())


def _rate(row: CutRow, level: float) -> Interval[float]:
    # Where nobody moved no sample has anybody who does: such limits would say 0 to 0.
    if row.rates is None or not row.n or row.up + row.down == 0:
        return UNDEFINED
    gain = (row.up - row.down) / row.n
    return bca(gain, row.rates / row.n, np.empty(0), level=level)


def _cut_reasons(rows: Sequence[CutRow]) -> dict[str, list[str]]:
    nobody = [row.why_not or "too_few_persons" for row in rows]
    several = [
        "several_cuts" if row.cut == ANY_CUT else why for row, why in zip(rows, nobody, strict=True)
    ]
    drawn = ["several_cuts" if row.cut == ANY_CUT else _why_no_limits(row) for row in rows]
    random = [row.why_not or "too_few_items" for row in rows]
    return {
        "changed_share": nobody,
        "up_per_1000": nobody,
        "down_per_1000": nobody,
        "cut_value": several,
        "pass_rate": several,
        "pass_rate_without": several,
        "pass_rate_change": several,
        "pass_rate_change_low": drawn,
        "pass_rate_change_high": drawn,
        "changed_random": random,
        "as_many_random": random,
    }


def _why_no_limits(row: CutRow) -> str:
    return row.why_not or ("not_asked" if row.rates is None else "nobody_changed")


def _with_theta(
    study: Study, table: pd.DataFrame, forms: Sequence[str], columns: dict[str, Any]
) -> pd.DataFrame:
    """Rows for cuts on theta: which score reaches them is a matter of a response model."""
    told = set(table["cut"])
    theta = [name for name, cut in study.spec.cuts.items() if cut.unit == "theta"]
    names = [name for name in theta if name not in told]
    pairs = [(form, name) for form in forms for name in names]
    if not pairs:
        return table
    gap = [float("nan")] * len(pairs)
    own: dict[str, Any] = dict.fromkeys(columns, gap)
    own |= {
        "form": [form for form, _ in pairs],
        "cut": [name for _, name in pairs],
        "cut_value": [study.spec.cuts[name].value for _, name in pairs],
        "cut_unit": ["theta"] * len(pairs),
        "n": [0] * len(pairs),
        "changed_n": [0] * len(pairs),
    }
    extra = tidy(own, dict.fromkeys(columns, ["cut_on_theta"] * len(pairs)))
    whole = pd.concat([table, extra], ignore_index=True) if len(table) else extra
    reasons = [str(name) for name in whole if str(name).endswith("_reason")]
    whole[reasons] = whole[reasons].astype(object).where(whole[reasons].notna(), None)
    return whole
