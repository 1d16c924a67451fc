"""The pass curve with what the judges ask for, and the cut between the two."""

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


def beuk_drawings(result: Result) -> Iterable[Drawing]:
    """The line of the judges over the pass curve, form by form."""
    return _drawings(result, "beuk")


def de_gruijter_drawings(result: Result) -> Iterable[Drawing]:
    """The point of the pass curve nearest to the judges' wish, form by form."""
    return _drawings(result, "de_gruijter")


def _drawings(result: Result, name: str) -> Iterable[Drawing]:
    judges = result.tables["judges"]
    for row in result.tables["cuts"].to_dict("records"):
        curve = result.tables["curve"]
        curve = curve[(curve["form"] == row["form"]) & curve["pass_rate"].notna()]
        own = judges[judges["cut_name"] == row["cut_name"]]
        if (
            curve.empty
            or known(row["percent"]) is None
            or known(row["judged_rate"]) is None
            or known(row["judged_percent"]) is None
        ):
            continue
        asked = float(row["judged_percent"])
        title = (
            f"Between the judges' cut and their pass rate lies {row['percent']:.1f} % of the marks"
            f"{on_form(row['form'])}"
        )
        yield Drawing(
            name=f"{name}_{row['cut_name']}_{row['form']}",
            title=title,
            alt=f"Share who pass at each cut. The judges ask for {asked:.1f} % of the marks on "
            f"average and expect {of_100(row['judged_rate'])} to pass; the cut between the two is "
            f"{row['percent']:.1f} %.",
            draw=partial(_draw, row, own, curve, title),
            table="curve",
        )


def _draw(row: Row, judges: pd.DataFrame, curve: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    axes.plot(curve["percent"], curve["pass_rate"], color=COLOURS[0], linewidth=1.8)
    axes.plot(
        judges["judge_cut_percent"],
        judges["judge_rate"],
        color=ink(),
        marker="o",
        markersize=4,
        linestyle="none",
        alpha=0.6,
    )
    at, rate = float(row["judged_percent"]), float(row["judged_rate"])
    axes.plot([at], [rate], color=COLOURS[1], marker="s", markersize=6, linestyle="none")
    _labelled(axes, "judges' mean", at, rate)
    percent = float(row["percent"])
    known_curve = curve.sort_values("percent")
    height = float(np.interp(percent, known_curve["percent"], known_curve["pass_rate"]))
    axes.plot([at, percent], [rate, height], color=COLOURS[1], linestyle="-.", linewidth=1.4)
    axes.plot([percent], [height], color=COLOURS[1], marker="D", markersize=6, linestyle="none")
    _labelled(axes, f"{percent:.1f} %", percent, height)
    ends = [*judges["judge_cut_percent"], percent]
    width = max(max(ends) - min(ends), 8.0)
    axes.set(
        xlim=(max(0, min(ends) - width), min(100, max(ends) + width)),
        ylim=(0, 1.03),
        xlabel="cut in % of the marks",
    )
    axes.text(0.01, 0.02, "share who pass", transform=axes.transAxes, fontsize=8)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    return figure


def _labelled(axes: Any, text: str, x: float, y: float) -> None:
    axes.annotate(text, (x, y), xytext=(6, 6), textcoords="offset points", fontsize=8)
