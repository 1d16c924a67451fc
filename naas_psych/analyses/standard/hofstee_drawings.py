"""The box of Hofstee's method with the curve of those below each cut."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.analyses.standard.cut_words import of_100, on_form
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ENDS = ("min_cut_percent", "max_cut_percent", "min_fail", "max_fail")


def hofstee_drawings(result: Result) -> Iterable[Drawing]:
    """One picture a cut and form whose box is known."""
    cuts = result.tables["cuts"].set_index(["cut_name", "form"])
    for box in result.tables["box"].to_dict("records"):
        if any(known(box[name]) is None for name in _ENDS):
            continue
        curve = result.tables["curve"]
        curve = curve[(curve["form"] == box["form"]) & curve["fail_rate"].notna()]
        place = (box["cut_name"], box["form"])
        if curve.empty or place not in cuts.index:
            continue
        cut = cuts.loc[place]
        title = _title(box, cut)
        yield Drawing(
            name=f"hofstee_{box['cut_name']}_{box['form']}",
            title=title,
            alt=_alt(box, cut),
            draw=partial(_draw, box, cut, curve, title),
            table="curve",
        )


def _title(box: Row, cut: Any) -> str:
    percent, where = known(cut["percent"]), on_form(box["form"])
    if percent is None:
        side = "above" if box["passes"] == "above" else "below"
        return f"The curve of those below passes {side} what the judges accept{where}"
    return f"Judges and scores meet at a cut of {percent:.1f} % of the marks{where}"


def _alt(box: Row, cut: Any) -> str:
    low, high, fewest, most = (float(box[name]) for name in _ENDS)
    percent = known(cut["percent"])
    said = "no crossing" if percent is None else f"crossing at {percent:.1f} %"
    return (
        f"Share of persons below each cut, with the judges' box from {low:.1f} to {high:.1f} % of "
        f"the marks and from {of_100(fewest)} to {of_100(most)} below; {said}."
    )


def _draw(box: Row, cut: Any, curve: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    low, high, fewest, most = (float(box[name]) for name in _ENDS)
    axes.plot(curve["percent"], curve["fail_rate"], color=COLOURS[0], linewidth=1.8)
    axes.plot(
        [low, high, high, low, low],
        [fewest, fewest, most, most, fewest],
        color=ink(),
        linewidth=1.0,
        linestyle="--",
    )
    axes.plot([low, high], [most, fewest], color=COLOURS[1], linewidth=1.4, linestyle="-.")
    percent = known(cut["percent"])
    if percent is not None:
        line = most + (fewest - most) * (percent - low) / (high - low) if high > low else most
        axes.plot([percent], [line], color=COLOURS[1], marker="D", markersize=6, linestyle="none")
        axes.annotate(
            f"{percent:.1f} %", (percent, line), xytext=(6, 6), textcoords="offset points"
        )
    _frame(axes, curve, (low, high, fewest, most))
    return figure


def _frame(axes: Any, curve: pd.DataFrame, ends: tuple[float, float, float, float]) -> None:
    low, high, _, most = ends
    width = max(high - low, 6.0)
    left, right = max(0.0, low - 1.2 * width), min(100.0, high + 1.2 * width)
    seen = curve[curve["percent"].between(left, right)]["fail_rate"].max()
    top = min(1.0, max(1.6 * most, 0.05, float(np.nan_to_num(seen, nan=0.0)) * 0.7))
    axes.set(xlim=(left, right), ylim=(0, top), xlabel="cut in % of the marks")
    ticks = axes.get_yticks()
    ticks = ticks[(ticks >= 0) & (ticks <= top)]
    axes.set_yticks(ticks, [f"{100 * tick:.0f} %" for tick in ticks])
    axes.text(0.01, 0.98, "share below the cut", transform=axes.transAxes, va="top", fontsize=8)
    axes.text(high, most, " accepted", va="bottom", ha="right", fontsize=8, color=ink())
