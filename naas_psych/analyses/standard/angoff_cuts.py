"""Tables of a panel's cuts, round by round, and where its ratings differ."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.standard.angoff_panel import Panel
from naas_psych.numerics.standard.angoff import PanelMean, panel_mean
from naas_psych.result import tidy

Row = dict[str, Any]


_ENDS = ("_se", "_low", "_high")


def cuts_table(groups: Sequence[Sequence[Panel]], shown: Mapping[str, str]) -> pd.DataFrame:
    """A row a cut, form and round; then the forms together, where the same judges rated several."""
    rows = [_row(panel, group, shown) for group in groups for panel in group]
    rows += _together(groups, shown)
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    why, no_error = columns.pop("why"), columns.pop("why_no_error")
    whole = [math.isfinite(cut) for cut in columns["cut"]]
    few = ["too_few_judges" if ok else w for ok, w in zip(whole, why, strict=True)]
    anew = columns.pop("whyno_components")
    columns["shown"] = pd.Series(columns["shown"], dtype=object)
    return tidy(
        columns,
        {
            "cut": why,
            "percent": why,
            "median_cut": why,
            "trimmed_cut": few,
            "judge_cuts_sd": no_error,
            "se_items_fixed": anew,
            "se_items_random": anew,
            **{
                f"{c}{end}": no_error
                for c in ("cut", "percent")
                for end in ("_se", "_low", "_high")
            },
        },
    )


def _row(panel: Panel, group: Sequence[Panel], shown: Mapping[str, str]) -> Row:
    rated, mean = panel.rated, panel.shares
    number = rated.rounds[panel.last]
    return {
        **panel.key,
        "round": number,
        "final": panel is group[-1],
        "judges": len(panel.judges),
        "items": int(panel.used.sum()),
        "items_in_round": int(rated.given[panel.last].any(axis=0).sum()),
        "items_not_rated": rated.unrated + int((~panel.used).sum()),
        **_measured(mean, panel.width, rated.low),
        "unit": "raw",
        **_percent(mean),
        "se_items_fixed": panel.error.items_fixed * panel.width,
        "se_items_random": panel.error.items_random * panel.width,
        "shown": shown.get(f"{number:g}"),
        "parts": _parts(panel),
        "why": panel.why,
        "why_no_error": panel.why_no_error,
        "whyno_components": no_components(panel),
    }


def _parts(panel: Panel) -> str:
    """The judges of each part, where the ratings do not hang together."""
    part = panel.cuts.part
    if part.max() == 0:
        return ""
    names = np.array(panel.judges, dtype=object)
    return "; ".join(", ".join(names[part == k]) for k in range(part.max() + 1))


def no_components(panel: Panel) -> str:
    """Why ratings have no variance components."""
    if panel.why_no_error == "one_judge" or panel.cuts.filled is None:
        return panel.why_no_error
    return "too_few_items" if panel.used.sum() < 2 else "too_few_ratings"


def _measured(mean: PanelMean, width: float, low: float) -> Row:
    return {
        "cut": low + mean.cut * width,
        "cut_se": mean.se * width,
        "cut_low": low + mean.interval.low * width,
        "cut_high": low + mean.interval.high * width,
        "median_cut": low + mean.median * width,
        "trimmed_cut": low + mean.trimmed * width,
        "judge_cuts_sd": mean.sd * width,
    }


def _percent(mean: PanelMean) -> Row:
    return {
        "percent": 100 * mean.cut,
        "percent_se": 100 * mean.se,
        "percent_low": 100 * mean.interval.low,
        "percent_high": 100 * mean.interval.high,
    }


def _together(groups: Sequence[Sequence[Panel]], shown: Mapping[str, str]) -> list[Row]:
    """Rows over the forms of a cut, of judges who rated all of them, each form counting alike."""
    rows = []
    for name in dict.fromkeys(group[0].rated.cut_name for group in groups):
        own = [group for group in groups if group[0].rated.cut_name == name]
        common = set.intersection(*(set(g[0].rated.rounds.tolist()) for g in own))
        if len(own) < 2 or any(g[-1].rated.form == ONE_FORM for g in own):
            continue
        for number in sorted(common):
            panels = [next(p for p in g if p.rated.rounds[p.last] == number) for g in own]
            final = all(p is g[-1] for p, g in zip(panels, own, strict=True))
            rows += _over_forms(panels, number, final, shown)
    return rows


def _over_forms(
    panels: Sequence[Panel], number: float, final: bool, shown: Mapping[str, str]
) -> list[Row]:
    names = [j for j in panels[0].judges if all(j in p.judges for p in panels)]
    if not names or any(p.cuts.filled is None for p in panels):
        return []
    shares = np.mean([[p.cuts.shares[p.judges.index(j)] for j in names] for p in panels], axis=0)
    mean = panel_mean(shares, level=panels[0].level)
    row = {
        "cut_name": panels[0].rated.cut_name,
        "form": ONE_FORM,
        "round": number,
        "final": final,
        "judges": len(names),
        "items": sum(int(p.used.sum()) for p in panels),
        "items_in_round": sum(int(p.rated.given[p.last].any(axis=0).sum()) for p in panels),
        "items_not_rated": sum(p.rated.unrated + int((~p.used).sum()) for p in panels),
        **_measured(mean, 100.0, 0.0),
        "unit": "percent",
        **_percent(mean),
        "se_items_fixed": math.nan,
        "se_items_random": math.nan,
        "shown": shown.get(f"{number:g}"),
        "parts": "",
        "why": "no_range",
        "why_no_error": "one_judge" if len(names) == 1 else "no_range",
        "whyno_components": "several_forms",
    }
    return [row]


def components_table(panels: Sequence[Panel]) -> pd.DataFrame:
    """A row a cut and form: variance of judges, of items and of what is left, in shares."""
    found = [p.variances for p in panels]
    total = [v.judges + v.items + v.rest for v in found]
    why = [no_components(p) for p in panels]
    columns: dict[str, Any] = {
        **_keys(panels),
        "judges": [len(p.judges) for p in panels],
        "items": [int(p.used.sum()) for p in panels],
        "s2_j": [v.judges for v in found],
        "s2_i": [v.items for v in found],
        "s2_ji": [v.rest for v in found],
        "truncated": [", ".join(_SYMBOLS[t] for t in v.truncated) for v in found],
    }
    for name, symbol in _SYMBOLS.items():
        values = [getattr(v, name) for v in found]
        columns[f"{symbol}_share"] = [
            v / t if t > 0 else math.nan for v, t in zip(values, total, strict=True)
        ]
    same = ["all_ratings_same" if t == 0 else w for t, w in zip(total, why, strict=True)]
    reasons = {name: same if name.endswith("_share") else why for name in columns}
    return tidy(columns, reasons)


_SYMBOLS = {"judges": "s2_j", "items": "s2_i", "rest": "s2_ji"}


def _keys(panels: Sequence[Panel]) -> dict[str, Any]:
    return {name: [p.key[name] for p in panels] for name in ("cut_name", "form")}
