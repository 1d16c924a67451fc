"""The picture of the blueprint: planned and actual share of each area, a dot each."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.analyses.items.phrasing import capital
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Areas that fit below each other, and letters of their names.
_MOST, _LETTERS = 24, 30
#: Inches: a row, everything but the rows, and the line that says what the marks are.
_ROW, _EDGES, _KEY = 0.23, 1.3, 0.25


def blueprint_drawings(result: Result) -> Iterable[Drawing]:
    """One picture for all forms."""
    table = result.tables["domains"]
    if table["score_share"].isna().all():
        return
    points = result.options.get("weight", "points") == "points"
    column = "score_share" if points else "items_share"
    title = _title(table, "score points" if points else "items")
    yield Drawing(
        name="blueprint",
        title=title,
        alt=_alt(table, column),
        draw=partial(_draw, table, column, title),
        table="domains",
    )


def _title(table: pd.DataFrame, what: str) -> str:
    if table["planned_share"].isna().all():
        return f"Share of the {what} by area; no plan was given to compare it with"
    off = table[table["within"].map(lambda value: value is False)]
    if off.empty:
        return f"Every area has about the share of the {what} that was planned"
    worst = off.iloc[int(off["gap"].abs().to_numpy().argmax())]
    few = "too many" if worst["gap"] > 0 else "too few"
    form = "" if worst["form"] == ONE_FORM else f" in {form_in_words(str(worst['form']))}"
    names = off["domain"].nunique()
    said = f"{capital(str(worst['domain']))} has {few} {what}{form}, by {_points(worst['gap'])}"
    return said + (f"; {names} areas are off the plan" if names > 1 else "")


def _points(gap: float) -> str:
    return f"{100 * abs(gap):.0f} points of 100"


def _alt(table: pd.DataFrame, column: str) -> str:
    rows = table.sort_values(column, ascending=False).head(3)
    top = "; ".join(
        f"{row['domain']} ({row['form']}) {100 * row[column]:.0f} %"
        for row in rows.to_dict("records")
    )
    planned = ", a bar for the planned one" if table["planned_share"].notna().any() else ""
    return f"A dot for the actual share of each area and form{planned}. Largest: {top}."


def _draw(table: pd.DataFrame, column: str, title: str) -> Figure:
    forms = list(dict.fromkeys(table["form"]))
    largest = table.groupby("domain")[column].max().sort_values(ascending=False, kind="stable")
    names = list(largest.index)[:_MOST]
    figure = new_figure(title, height=_EDGES + _ROW * len(names))
    top = figure.subplotpars.top - _KEY / figure.get_figheight()
    figure.subplots_adjust(left=0.37, top=top)
    axes = figure.axes[0]
    for k, form in enumerate(forms):
        rows = table[table["form"] == form].set_index("domain").reindex(names)
        place = np.arange(len(names)) + 0.22 * (k - (len(forms) - 1) / 2)
        planned = 100 * rows["planned_share"].to_numpy(dtype=float)
        said = "planned" if k == 0 and np.isfinite(planned).any() else None
        axes.plot(planned, place, "|", color=ink(), markersize=9, markeredgewidth=2, label=said)
        axes.plot(
            100 * rows[column].to_numpy(dtype=float),
            place,
            MARKERS[k % len(MARKERS)],
            color=COLOURS[k % len(COLOURS)],
            markersize=5,
            label="actual" if form == ONE_FORM else form_in_words(str(form)),
        )
    _finish(axes, names, "score points" if column == "score_share" else "items")
    return figure


def _finish(axes: Axes, names: list[str], what: str) -> None:
    """Names of the areas, the scale from 0, and what the marks are."""
    axes.set_yticks(np.arange(len(names)), [shortened(str(n), _LETTERS) for n in names], fontsize=8)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.grid(axis="y", alpha=0.25, linewidth=0.6)
    axes.set(xlabel=f"Share of the {what} of the form (%)")
    axes.set_xlim(0, 1.04 * axes.get_xlim()[1])
    # Above the dots: no corner of a dot plot is sure to be free.
    axes.legend(
        frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=4, borderpad=0
    )
