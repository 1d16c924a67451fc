"""All methods on one picture, over the share who reach each cut."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from naas_psych.analyses.standard.method_cuts import METHODS
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Height of a row and of everything else, in inches.
_ROW, _CURVE = 0.2, 2.9
_MOST = 30


def standard_summary_drawings(result: Result) -> Iterable[Drawing]:
    """One picture a cut that any method puts on the scale of the test."""
    methods, curve = result.tables["methods"], result.tables["curve"]
    steps = result.tables["decisions"]
    for name, own in methods[methods["percent"].notna()].groupby("cut_name", sort=False):
        shown = own.head(_MOST)
        used = steps[(steps["cut_name"] == name) & (steps["decision_step"] == "in use")]["percent"]
        said = str(name).replace("_", " ")
        title = _title(said, shown)
        yield Drawing(
            name=f"standard_methods_{name}",
            title=title,
            alt=_alt(said, shown),
            draw=partial(_draw, shown, curve.dropna(subset=["pass_rate"]), list(used), title),
            table="methods",
        )


def _title(name: str, shown: pd.DataFrame) -> str:
    low, high = shown["percent"].min(), shown["percent"].max()
    if len(shown) == 1:
        return f"One method puts the cut for {name} at {low:.0f} per cent of the marks"
    return f"The cut for {name} lies between {low:.0f} and {high:.0f} per cent by method and form"


def _alt(name: str, shown: pd.DataFrame) -> str:
    said = [f"{_label(row)}: {row['percent']:.1f}" for row in shown.to_dict("records")]
    return f"Cuts for {name} in per cent of the marks. {'; '.join(said)}."


def _label(row: Mapping[Any, Any]) -> str:
    return f"{METHODS[row['method']]} ({row['form']})"


def _draw(shown: pd.DataFrame, curve: pd.DataFrame, used: list[float], title: str) -> Figure:
    figure = new_figure(title, height=_CURVE + _ROW * len(shown))
    share = _ROW * (len(shown) + 1) / (_CURVE + _ROW * len(shown))
    top = figure.axes[0]
    box = top.get_position()
    left, width = 0.37, box.x1 - 0.37
    rows = figure.add_axes((left, box.y0, width, share))
    top.set_position((left, box.y0 + share + 0.02, width, box.height - share - 0.02))
    _curve(top, curve)
    _methods(rows, shown)
    low = min(shown["percent_low"].min(skipna=True), shown["percent"].min())
    high = max(shown["percent_high"].max(skipna=True), shown["percent"].max())
    limits = (max(0.0, low - 6), min(100.0, high + 6))
    for axes in (top, rows):
        axes.set_xlim(limits)
        for value in used:
            axes.axvline(value, color=ink(), linewidth=1, linestyle=(0, (5, 2)))
    for value in used:
        top.annotate(
            f"in use {value:g}",
            (value, 1),
            xytext=(3, -3),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            va="top",
            fontsize=8,
        )
    top.tick_params(labelbottom=False)
    return figure


def _curve(axes: Any, curve: pd.DataFrame) -> None:
    if len(curve):
        axes.plot(curve["percent"], 100 * curve["pass_rate"], color=COLOURS[0])
    axes.set_ylabel("reach it, of 100")
    axes.set_ylim(0, 102)


def _methods(axes: Any, shown: pd.DataFrame) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    names = list(dict.fromkeys(shown["method"]))
    labels = []
    for at, row in enumerate(shown.to_dict("records")):
        k = names.index(row["method"]) % len(COLOURS)
        y = len(shown) - at
        labels.append((y, _label(row)))
        if pd.notna(row["percent_low"]) and pd.notna(row["percent_high"]):
            axes.hlines(y, row["percent_low"], row["percent_high"], color=COLOURS[k], linewidth=1.6)
        axes.plot([row["percent"]], [y], MARKERS[k], color=COLOURS[k], markersize=5)
    axes.set_ylim(0.3, len(shown) + 0.7)
    axes.set_yticks([at for at, _ in labels], [text for _, text in labels], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.set_xlabel("cut with its limits, per cent of the marks")
