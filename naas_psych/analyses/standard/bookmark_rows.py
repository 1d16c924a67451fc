"""Tables of the bookmark method: cuts, judges, rounds, other response probabilities, booklet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.standard.booklets import Booklet, Placed
from naas_psych.analyses.standard.compromise_rows import CutError, Row, cut_row, cuts_table
from naas_psych.analyses.standard.expected_totals import ExpectedTotal
from naas_psych.numerics.standard.bookmark import PanelPlace, gaps, panel_place
from naas_psych.result import tidy


@dataclass(frozen=True)
class Rule:
    """How bookmarks become a cut: last or midpoint, median or mean, level of the limits."""

    convention: str
    statistic: str
    level: float

    def panel(self, placed: Placed, pages: Booklet) -> PanelPlace:
        """Where the panel puts the cut on theta."""
        places = placed.locations(pages, self.convention)
        return panel_place(places, placed.tables, statistic=self.statistic, level=self.level)


@dataclass(frozen=True)
class AfterRound:
    """Bookmarks as they stood after a round."""

    turn: float
    placed: Placed


def _forms_of(placed: Placed, curves: Sequence[ExpectedTotal]) -> list[ExpectedTotal]:
    """The form whose items the booklet holds; every form, where it holds all items."""
    if not placed.booklet.form:
        return list(curves)
    return [curve for curve in curves if curve.form.name == placed.booklet.form]


def _no_place(placed: Placed) -> str:
    """Why the panel has no cut: what most of those say who have none."""
    said = [why for why in placed.whys if why]
    return max(sorted(set(said)), key=said.count) if said else "no_ratings"


def _no_error(placed: Placed) -> str:
    known = [why for why in placed.whys if why is None]
    return "one_judge" if len(known) == 1 else "beyond_booklet"


def cuts_of(final: Sequence[Placed], curves: Sequence[ExpectedTotal], rule: Rule) -> pd.DataFrame:
    """A row a cut and form."""
    rows = [_cut(placed, curve, rule) for placed in final for curve in _forms_of(placed, curves)]
    reasons = {
        "cut_theta": "_cut",
        **{f"cut_theta{end}": "_error" for end in ("_se", "_low", "_high")},
        "table_icc": "_icc",
        "gap_theta": "_gap",
        "gap_marks": "_gap",
    }
    return cuts_table(rows, reasons)


def _cut(placed: Placed, curve: ExpectedTotal, rule: Rule) -> Row:
    panel = rule.panel(placed, placed.booklet)
    percent = curve.percent(panel.place)
    why = _no_place(placed) if np.isnan(panel.place) else ""
    if not why and np.isnan(percent):
        why = "too_few_items"
    error = CutError(why=_no_error(placed))
    if np.isfinite(panel.se) and not why:
        error = CutError(
            curve.slope(panel.place) * panel.se,
            curve.percent(panel.low),
            curve.percent(panel.high),
            "",
        )
    gap = _gap(placed.booklet, panel.place)
    row = cut_row(curve.form, percent, error, why=why)
    marks = (curve.percent(panel.place + gap) - percent) / 100 * curve.form.width
    return {
        "cut_name": placed.cut_name,
        "judges": int(np.isfinite(placed.locations(placed.booklet, rule.convention)).sum()),
        **row,
        "cut_theta": panel.place,
        "cut_theta_se": panel.se,
        "cut_theta_low": panel.low,
        "cut_theta_high": panel.high,
        "panel_tables": _tables(placed),
        "table_icc": panel.table_icc if _tables(placed) else np.nan,
        "gap_theta": gap,
        "gap_marks": marks,
        "_icc": "one_table" if _tables(placed) < 2 else "one_judge_a_table",
        "_gap": why or "after_last",
        "_error": row["_error"] or error.why,
    }


def _tables(placed: Placed) -> int:
    return len({name for name in placed.table_names if name is not None})


def _gap(pages: Booklet, theta: float) -> float:
    """Distance between the entries on either side of a cut; nan beyond the last."""
    known = pages.theta[: pages.n]
    at = int(np.searchsorted(known, theta + 1e-9)) if np.isfinite(theta) else pages.n
    if at == 0 or at >= pages.n:
        return float("nan")
    return float(known[at] - known[at - 1])


def judges_of(final: Sequence[Placed], item_ids: Sequence[str], rule: Rule) -> pd.DataFrame:
    """A row a cut and judge: the entry of the bookmark and where it lies."""
    rows: list[Row] = []
    for placed in final:
        places = placed.locations(placed.booklet, rule.convention)
        for j, judge in enumerate(placed.judges):
            entry = int(placed.entries[j])
            rows.append(
                {
                    "cut_name": placed.cut_name,
                    "judge_id": judge,
                    "panel_table": placed.table_names[j],
                    "item_id": item_ids[placed.booklet.items[entry]] if entry >= 0 else None,
                    "step": float(placed.booklet.steps[entry]) if entry >= 0 else np.nan,
                    "booklet_place": float(entry + 1) if entry >= 0 else np.nan,
                    "judge_theta": float(places[j]) if np.isfinite(places[j]) else np.nan,
                    "_why": placed.whys[j] or "",
                }
            )
    whys = [str(row.pop("_why")) for row in rows]
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return tidy(columns, dict.fromkeys(("step", "booklet_place", "judge_theta"), whys))


def rounds_table(marked: Sequence[Sequence[AfterRound]], rule: Rule) -> pd.DataFrame:
    """A row a cut and round: the panel's place and how far apart the judges are."""
    rows: list[Row] = []
    whys, errors = [], []
    for rounds in marked:
        for after in rounds:
            placed = after.placed
            panel = rule.panel(placed, placed.booklet)
            places = placed.locations(placed.booklet, rule.convention)
            known = places[np.isfinite(places)]
            rows.append(
                {
                    "cut_name": placed.cut_name,
                    "round": after.turn,
                    "judges": int(known.size),
                    "cut_theta": panel.place,
                    "cut_theta_se": panel.se,
                    "judge_theta_sd": float(known.std(ddof=1)) if known.size > 1 else np.nan,
                }
            )
            whys.append(_no_place(placed))
            errors.append(_no_error(placed))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    return tidy(columns, {"cut_theta": whys, "cut_theta_se": errors, "judge_theta_sd": errors})


def rp_table(
    final: Sequence[Placed],
    pages: Mapping[float, Mapping[str, Booklet]],
    curves: Sequence[ExpectedTotal],
    rule: Rule,
) -> pd.DataFrame:
    """A row a cut, form and response probability: the same bookmarks, read otherwise."""
    rows: list[Row] = []
    whys = []
    for placed in final:
        for rp, booklets in pages.items():
            own = next(b for b in booklets.values() if b.form == placed.booklet.form)
            theta = rule.panel(placed, own).place
            for curve in _forms_of(placed, curves):
                percent = curve.percent(theta)
                ceiling = curve.form.ceiling(percent)
                rows.append(
                    {
                        "cut_name": placed.cut_name,
                        "form": curve.form.name,
                        "rp": rp,
                        "n": curve.form.n,
                        "cut_theta": theta,
                        "cut": float(curve.form.marks(percent)),
                        "unit": curve.form.unit,
                        "percent": percent,
                        "pass_rate": curve.form.pass_rate(ceiling),
                    }
                )
                lost = any(why is None for why in placed.whys)
                whys.append("no_location" if lost else _no_place(placed))
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    reasons = dict.fromkeys(("cut_theta", "cut", "percent", "pass_rate"), whys)
    return tidy(columns, reasons)


def booklet_table(final: Sequence[Placed], item_ids: Sequence[str]) -> pd.DataFrame:
    """A row an entry, in order: where it lies, how far the next is, and how many stopped here."""
    parts = []
    for placed in final:
        pages = placed.booklet
        size = pages.items.size
        there = np.arange(size) < pages.n
        here = np.bincount(placed.entries[placed.entries >= 0], minlength=size)
        columns: dict[str, Any] = {
            "cut_name": [placed.cut_name] * size,
            "booklet": [pages.form or "all items"] * size,
            "booklet_place": np.where(there, np.arange(size) + 1.0, np.nan),
            "item_id": [item_ids[j] for j in pages.items],
            "step": pages.steps,
            "location": pages.theta,
            "gap_theta": gaps(pages.theta),
            "bookmarks": here,
        }
        why = [reason or "after_last" for reason in pages.reasons]
        reasons = dict.fromkeys(("booklet_place", "location", "gap_theta"), why)
        parts.append(tidy(columns, reasons))
    return pd.concat(parts, ignore_index=True)
