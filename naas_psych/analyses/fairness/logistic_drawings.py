"""Pictures of items whose curves differ in slope: two groups, observed and fitted, by score."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KEY = ["item_id", "group", "reference", "focal"]
_MOST = 6


def logistic_drawings(result: Result) -> Iterable[Drawing]:
    """Items of the table of curves, those with the largest gain in R2 first."""
    curves = result.tables["curves"].dropna(subset=["total_percent", "share_fitted"])
    if curves.empty:
        return
    items = result.tables["items"]
    rows = items[items["kind"] == "nonuniform"].merge(curves[_KEY].drop_duplicates(), on=_KEY)
    rows = rows.sort_values(["delta_r2", *_KEY], ascending=[False, True, True, True, True])
    for row in rows.head(_MOST).to_dict("records"):
        own = curves[(curves[_KEY] == [row[name] for name in _KEY]).all(axis=1)]
        if own["group_level"].nunique() < 2:
            continue
        title = (
            f"{row['item_id']}: the curves of {row['focal']} and {row['reference']} do not run "
            "side by side"
        )
        yield Drawing(
            name=f"dif_logistic_{row['item_id']}_{row['group']}_{row['focal']}",
            title=title,
            alt=_alt(str(row["item_id"]), own),
            draw=partial(_draw, own, title),
            table="curves",
            subject=str(row["item_id"]),
        )


def _alt(item: str, own: pd.DataFrame) -> str:
    said = []
    for name, rows in own.groupby("group_level", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        said.append(
            f"{name} from {first['share_fitted']:.2f} at {first['total_percent']:.0f} per cent of "
            f"the total to {last['share_fitted']:.2f} at {last['total_percent']:.0f}"
        )
    return f"Share of the marks of {item} by total, fitted: {'; '.join(said)}."


def _draw(own: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    for k, (name, rows) in enumerate(own.groupby("group_level", sort=False)):
        colour = COLOURS[k]
        axes.plot(
            rows["total_percent"], rows["share_fitted"], color=colour, ls=DASHES[k], label=str(name)
        )
        seen = rows.dropna(subset=["share_observed"])
        axes.plot(
            seen["total_percent"],
            seen["share_observed"],
            color=colour,
            ls="none",
            marker=MARKERS[k],
            markersize=5,
        )
    axes.set(xlabel="total, % of the marks", ylabel="share of the item's marks", ylim=(-0.02, 1.02))
    axes.legend(
        frameon=False,
        loc="best",
        fontsize=9,
        title="line fitted, points observed",
        title_fontsize=8,
    )
    return figure
