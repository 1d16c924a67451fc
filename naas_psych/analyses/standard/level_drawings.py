"""Pictures of persons in levels: the curve with its cut, and the scores of each level."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import known
from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_CURVE = ("percent", "curve_slope", "curve_intercept")


def level_drawings(result: Result) -> Iterable[Drawing]:
    """The curve of each boundary, where there is one, and the scores of each level."""
    cuts = result.tables["cuts"].drop_duplicates("cut_name")
    drawn = cuts[cuts[[*_CURVE]].notna().all(axis=1)]
    if len(drawn):
        title = _curve_title(drawn)
        yield Drawing(
            name="level_curves",
            title=title,
            alt=_curve_alt(drawn),
            draw=partial(_draw_curves, drawn, result.tables["bands"], title),
            table="cuts",
        )
    groups = result.tables["groups"]
    shown = groups[groups["percent_median"].notna()]
    if len(shown) > 1:
        title = _level_title(shown)
        yield Drawing(
            name="level_scores",
            title=title,
            alt="Median score of each level, per cent of the marks: " + _medians(shown) + ".",
            draw=partial(_draw_levels, shown, title),
            table="groups",
        )


def _curve_title(drawn: pd.DataFrame) -> str:
    said = [f"{row['percent']:.1f} % ({row['cut_name']})" for row in drawn.to_dict("records")]
    return f"A person is as likely judged at the level as below it at {' and '.join(said)}"


def _curve_alt(drawn: pd.DataFrame) -> str:
    parts = []
    for row in drawn.to_dict("records"):
        low, high = known(row["percent_low"]), known(row["percent_high"])
        limits = "" if low is None or high is None else f", limits {low:.1f} to {high:.1f}"
        parts.append(f"{row['cut_name']}: {row['percent']:.1f} per cent of the marks{limits}")
    return "Share judged at or above a level by score, with the curve. " + "; ".join(parts) + "."


def _draw_curves(drawn: pd.DataFrame, bands: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, right=0.9)
    axes = figure.axes[0]
    shown = bands[bands["above_share"].notna() & bands["mean_percent"].notna()]
    places = [*shown["mean_percent"], *drawn["percent"]]
    left, right = max(min(places) - 5, 0), min(max(places) + 5, 100)
    at = np.linspace(left, right, 200)
    for k, row in enumerate(drawn.to_dict("records")):
        own = shown[shown["cut_name"] == row["cut_name"]]
        _curve(axes, row, own, at, k)
    axes.axhline(0.5, color=ink(), linewidth=0.6, linestyle=":")
    axes.set(
        ylim=(-0.03, 1.05),
        xlim=(left, right),
        xlabel="per cent of the marks",
        ylabel="share at or above the level",
    )
    return figure


def _curve(axes: Any, row: Any, own: pd.DataFrame, at: Any, k: int) -> None:
    colour = COLOURS[k % len(COLOURS)]
    odds = np.clip(row["curve_intercept"] + row["curve_slope"] * at, -500, 500)
    share = 1 / (1 + np.exp(-odds))
    axes.plot(at, share, color=colour, linestyle=DASHES[k % len(DASHES)])
    axes.plot(
        own["mean_percent"],
        own["above_share"],
        color=colour,
        marker=MARKERS[k % len(MARKERS)],
        linestyle="none",
        markersize=4,
    )
    low, high = known(row["percent_low"]), known(row["percent_high"])
    if low is not None and high is not None:
        axes.axvspan(low, high, color=colour, alpha=0.12, linewidth=0)
    axes.axvline(row["percent"], color=colour, linewidth=1.0)
    axes.annotate(
        shortened(str(row["cut_name"]), 16),
        (1, share[-1] - 0.06 * k),
        xycoords=("axes fraction", "data"),
        xytext=(4, 0),
        textcoords="offset points",
        fontsize=8,
        va="center",
        color=colour,
    )


def _level_title(shown: pd.DataFrame) -> str:
    first, last = shown.iloc[0], shown.iloc[-1]
    return (
        f"Half of those judged {last['judged_level']} score {last['percent_median']:.0f} % or "
        "more; "
        f"half of those judged {first['judged_level']}, {first['percent_median']:.0f} %"
    )


def _medians(shown: pd.DataFrame) -> str:
    rows = shown.to_dict("records")
    return "; ".join(f"{row['judged_level']} {row['percent_median']:.1f}" for row in rows)


def _draw_levels(shown: pd.DataFrame, title: str) -> Figure:
    """Quartiles as a box and the median as a line: no single person is drawn."""
    figure = new_figure(title, height=1.5 + 0.4 * len(shown))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.3)
    for y, row in enumerate(shown.to_dict("records")):
        low, high = known(row["percent_quartile_1"]), known(row["percent_quartile_3"])
        if low is not None and high is not None:
            axes.barh(
                y, high - low, left=low, height=0.5, color=COLOURS[0], alpha=0.25, linewidth=0
            )
        median = row["percent_median"]
        axes.plot([median, median], [y - 0.25, y + 0.25], color=COLOURS[0], linewidth=2)
        axes.annotate(f"{median:.0f}", (median, y + 0.3), fontsize=8, ha="center")
    labels = [shortened(str(name), 22) for name in shown["judged_level"]]
    axes.set_yticks(range(len(shown)), labels, fontsize=8)
    axes.set(xlabel="per cent of the marks: median, and the middle half", ylim=(-0.6, len(shown)))
    axes.tick_params(axis="y", length=0)
    axes.margins(x=0.08)
    axes.use_sticky_edges = False
    return figure
