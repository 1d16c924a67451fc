"""Pictures of borderline regression: mean score by grade, the line, the cut; no single person."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import known
from naas_psych.drawing import COLOURS, DASHES, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Stations that are drawn at most.
_MOST = 12


def station_drawings(result: Result) -> Iterable[Drawing]:
    """One picture a station that has a line."""
    table, grades = result.tables["stations"], result.tables["grades"]
    lined = table[table[["line_slope", "line_intercept"]].notna().all(axis=1)]
    for name in list(dict.fromkeys(lined["station"]))[:_MOST]:
        rows = lined[lined["station"] == name]
        points = grades[(grades["station"] == name) & grades["score_mean"].notna()]
        if not len(points):
            continue
        title = _title(str(name), rows)
        yield Drawing(
            name=f"station_line_{name}",
            title=title,
            alt=_alt(str(name), points),
            draw=partial(_draw, rows, points, title),
            table="stations",
            subject=None,
        )


def _title(name: str, rows: pd.DataFrame) -> str:
    cuts = [row for row in rows.to_dict("records") if known(row["cut"]) is not None]
    slope = rows["line_slope"].iloc[0]
    if not cuts:
        return f"In {name} scores do not rise with grades, so that it gives no cut"
    said = " and ".join(
        f"{row['cut']:.2f} ({row['cut_name']}, grade {row['borderline_grade']:g})" for row in cuts
    )
    return f"In {name} a grade more goes with {slope:.2f} points; the border lies at {said}"


def _alt(name: str, points: pd.DataFrame) -> str:
    means = "; ".join(
        f"grade {row['grade']:g}: {row['score_mean']:.2f}" for row in points.to_dict("records")
    )
    return f"Mean score by grade in {name}, with the line through all persons. {means}."


def _draw(rows: pd.DataFrame, points: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, right=0.8)
    axes = figure.axes[0]
    sizes = np.sqrt(points["ratings"].fillna(1).to_numpy(dtype=float))
    axes.scatter(
        points["grade"],
        points["score_mean"],
        s=10 + 90 * sizes / sizes.max(),
        color=COLOURS[0],
        alpha=0.6,
        linewidths=0,
    )
    first = rows.iloc[0]
    ends = [*points["grade"], *rows["borderline_grade"]]
    at = np.array([min(ends), max(ends)])
    axes.plot(at, first["line_intercept"] + first["line_slope"] * at, color=ink(), linewidth=1.2)
    corner = axes.get_xlim()[0], axes.get_ylim()[0]
    axes.set(xlim=axes.get_xlim(), ylim=axes.get_ylim())
    for k, row in enumerate(rows.to_dict("records")):
        _cut(axes, row, corner, k)
    axes.set(xlabel="grade (larger: more ratings)", ylabel="mean score of the station")
    return figure


def _cut(axes: Any, row: Any, corner: tuple[float, float], k: int) -> None:
    cut = known(row["cut"])
    if cut is None:
        return
    colour, dash = COLOURS[(k + 1) % len(COLOURS)], DASHES[(k + 1) % len(DASHES)]
    grade = row["borderline_grade"]
    axes.plot([grade, grade, corner[0]], [corner[1], cut, cut], color=colour, linestyle=dash)
    axes.annotate(
        shortened(f"{row['cut_name']} {cut:.2f}", 18),
        (grade, cut),
        xytext=(6, -8),
        textcoords="offset points",
        fontsize=8,
        color=colour,
    )
