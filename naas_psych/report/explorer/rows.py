"""What the explorer shows, read from the results of the run: nothing is computed here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

#: Pairs are kept to so many decimals: a picture needs no more.
_DIGITS = 4
#: Comparisons that are drawn at most: more lines cannot be told apart.
_MOST = 6
_BOX = ("min_cut_percent", "max_cut_percent", "min_fail", "max_fail")


@dataclass(frozen=True)
class Explored:
    """Rows for the picture, plain numbers throughout; shares may be None where withheld.

    curve : one a cut; pairs : by the places of the lower and the upper cut, accuracy, consistency
    groups : one a cut and comparison; marks, boxes : cuts by whom
    outcomes : names from the lowest; upper, lower : places of the cuts that are shown at first
    observed, weighted : shares were counted, not modelled; persons weighted to the population
    single : there is one cut, at `lower` and `upper` alike
    """

    curve: list[dict[str, Any]]
    pairs: dict[int, dict[int, list[float | None]]]
    groups: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    boxes: list[dict[str, Any]]
    outcomes: tuple[str, ...]
    upper: int
    lower: int
    population: int
    ratio_line: float
    observed: bool
    weighted: bool
    single: bool

    @property
    def domain(self) -> list[float]:
        """The part of the axis where anything happens: cuts that somebody misses and meets."""
        inside = [row["percent"] for row in self.curve if 0.002 < row["below"] < 0.9]
        ends = [row["percent"] for row in (self.curve[self.lower], self.curve[self.upper])]
        return [min([*inside, *ends]), max([*inside, *ends])]

    @property
    def shown(self) -> list[dict[str, Any]]:
        """The rows of the curve inside the domain."""
        return [row for row in self.curve if self._inside(row)]

    @property
    def shown_groups(self) -> list[dict[str, Any]]:
        """The rows of the groups inside the domain."""
        return [row for row in self.groups if self._inside(row)]

    def _inside(self, row: Mapping[str, Any]) -> bool:
        low, high = self.domain
        return bool(low <= row["percent"] <= high)


def explored(results: Mapping[str, Result], thresholds: Thresholds) -> Explored | None:
    """Everything for the picture, or nothing where no cut could be swept."""
    sweep, people = results.get("cut_sweep"), results.get("cut_population")
    if sweep is None or people is None:
        return None
    cuts, table = sweep.tables["cuts"], people.tables["curve"]
    curve, observed = _curve(table)
    whole = cuts[cuts["form"] == cuts["form"].iloc[0]]
    asked = whole[whole["cut_name"].notna()].sort_values("percent")
    if len(curve) < 2 or asked.empty:
        return None
    places = [_place(curve, float(value)) for value in asked["percent"]]
    names = [str(name).replace("_", " ") for name in asked["cut_name"]]
    middle = names[0] if len(names) > 1 else ""
    summary = results.get("standard_summary")
    return Explored(
        curve=curve,
        pairs=_pairs(sweep, [row["cut"] for row in curve]),
        groups=_groups(results.get("cut_groups"), least=thresholds["gap_judge_min"].value),
        marks=_marks(summary, asked),
        boxes=_boxes(results.get("hofstee")),
        outcomes=("below both", middle, names[-1]),
        upper=places[-1],
        lower=places[0],
        population=_population(results),
        ratio_line=thresholds["pass_ratio_min"].value,
        observed=observed,
        weighted=str(table["weighting"].iloc[0]) != "none",
        single=len(places) < 2,
    )


def _curve(table: pd.DataFrame) -> tuple[list[dict[str, Any]], bool]:
    """Shares below each cut: as counted, or by the model where those are withheld."""
    observed = bool(table["below_share"].notna().all())
    below = "below_share" if observed else "below_modelled"
    rows = [
        {
            "cut": round(float(row["cut"]), 2),
            "percent": round(float(row["percent"]), 2),
            "total": _known(row["cut"]) if row["unit"] == "raw" else None,
            "below": _rounded(row[below]),
            "below_low": _rounded(row[f"{below}_low"]),
            "below_high": _rounded(row[f"{below}_high"]),
            "false_pass": _rounded(row["false_pass"]),
            "false_fail": _rounded(row["false_fail"]),
        }
        for row in table[table[below].notna()].to_dict("records")
    ]
    return rows, observed


def _known(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _rounded(value: Any) -> float | None:
    known = _known(value)
    return None if known is None else round(known, _DIGITS)


def _place(curve: list[dict[str, Any]], percent: float) -> int:
    """The first attainable cut that reaches this one."""
    reached = [k for k, row in enumerate(curve) if row["percent"] >= percent - 0.005]
    return reached[0] if reached else len(curve) - 1


def _pairs(sweep: Result, cuts: list[float]) -> dict[int, dict[int, list[float | None]]]:
    table = sweep.tables.get("pairs")
    if table is None:
        return {}
    place = {cut: k for k, cut in enumerate(cuts)}
    found: dict[int, dict[int, list[float | None]]] = {}
    columns = ("lower_cut", "upper_cut", "accuracy", "consistency")
    for low, high, right, again in table[list(columns)].itertuples(index=False):
        i, j = place.get(round(float(low), 2)), place.get(round(float(high), 2))
        if i is not None and j is not None:
            found.setdefault(i, {})[j] = [_rounded(right), _rounded(again)]
    return found


def _groups(groups: Result | None, *, least: float) -> list[dict[str, Any]]:
    """Ratios by the model: those observed at neighbouring cuts differ by a few persons.

    Of groups of which both have `least` persons; the others cannot be judged.
    """
    if groups is None or "modelled" not in groups.tables:
        return []
    gaps = groups.tables["gaps"]
    large = gaps[gaps[["n_reference", "n_focal"]].min(axis=1, skipna=False) >= least]
    key = ["group", "reference", "focal"]
    table = groups.tables["modelled"].dropna(subset=["ratio_modelled"]).merge(large[key], on=key)
    names = table["focal"].astype(str) + " beside " + table["reference"].astype(str)
    gap = table.assign(name=names.str.replace("_", " "))
    # The comparisons whose ratio falls furthest where most people still pass.
    inside = gap[gap["rate_reference_modelled"] > 0.5]
    lowest = inside.groupby("name")["ratio_modelled"].min().sort_values()
    kept = list(lowest.index[:_MOST])
    return [
        {
            "percent": round(float(row["cut_percent"]), 2),
            "name": row["name"],
            "ratio": _rounded(row["ratio_modelled"]),
        }
        for row in gap[gap["name"].isin(kept) & (gap["rate_reference_modelled"] > 0.05)].to_dict(
            "records"
        )
    ]


def _marks(summary: Result | None, asked: pd.DataFrame) -> list[dict[str, Any]]:
    """The cuts in use, those of the judges with their limits, and those that were adjusted."""
    marks = [
        _mark("in use", str(row["cut_name"]), row["percent"]) for row in asked.to_dict("records")
    ]
    if summary is None:
        return marks
    methods, steps = summary.tables["methods"], summary.tables["decisions"]
    judged = methods[(methods["method"] == "angoff") & methods["percent"].notna()]
    for row in judged.groupby("cut_name", sort=False).tail(1).to_dict("records"):
        limits = (row["percent_low"], row["percent_high"])
        marks.append(_mark("judges", str(row["cut_name"]), row["percent"], limits))
    final = steps[(steps["decision_step"] == "final") & steps["percent"].notna()]
    marks += [
        _mark("adjusted", str(row["cut_name"]), row["percent"]) for row in final.to_dict("records")
    ]
    return marks


def _mark(
    kind: str, name: str, percent: float, limits: tuple[Any, Any] = (None, None)
) -> dict[str, Any]:
    low, high = (_known(limit) for limit in limits)
    return {
        "kind": kind,
        "label": f"{kind}: {name.replace('_', ' ')}",
        "percent": float(percent),
        "low": float(percent) if low is None else low,
        "high": float(percent) if high is None else high,
    }


def _boxes(hofstee: Result | None) -> list[dict[str, Any]]:
    """What judges could accept at least and at most; shares from 0 to 1."""
    if hofstee is None or "box" not in hofstee.tables:
        return []
    row = hofstee.tables["box"].iloc[0]
    limits = [_known(row.get(name)) for name in _BOX]
    if any(limit is None for limit in limits):
        return []
    low, high, least, most = (float(limit or 0.0) for limit in limits)
    return [{"low": low, "high": high, "fail_low": least, "fail_high": most}]


def _population(results: Mapping[str, Result]) -> int:
    """How many people the shares are told of: those whom the test is for, else a thousand."""
    found = results.get("cut_population")
    size = None if found is None else found.provenance.get("population")
    return int(size) if size else 1000
