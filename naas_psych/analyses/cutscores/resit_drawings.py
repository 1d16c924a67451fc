"""Pictures of resits: both errors beside the share who meet the cut, sitting by sitting."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.curve_drawing import spread_out
from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_LINES = (
    ("share_below", "below the cut"),
    ("false_pass", "false passes"),
    ("false_fail", "false fails"),
)


def resit_drawings(result: Result) -> Iterable[Drawing]:
    """The two errors by sitting, with gains and without; then what hangs on each assumption."""
    table = result.tables["attempts"]
    longest = _longest(table, gains=True)
    needed = ["share_met", "false_pass", "false_fail"]
    if longest.empty or longest[needed].isna().any(axis=None):
        return
    bare = _longest(table, gains=False)
    bare = bare.iloc[:0] if bare[needed].isna().any(axis=None) else bare
    title = _title(longest)
    yield Drawing(
        name="resit_errors",
        title=title,
        alt=_alt(longest),
        draw=partial(_draw, longest, bare, title),
        table="attempts",
    )


def _longest(table: pd.DataFrame, *, gains: bool) -> pd.DataFrame:
    """The policy with most sittings, of those with gains or of those without."""
    names = table["policy"].astype(str)
    wanted = ~names.str.contains(",") if gains else names.str.endswith("no gain")
    chosen = pd.DataFrame(table[wanted])
    if chosen.empty:
        return chosen
    most = str(chosen["policy"].iloc[int(np.argmax(chosen["attempt"]))])
    found = chosen[chosen["policy"] == most].sort_values("attempt")
    return pd.DataFrame(found.assign(share_below=1 - found["share_met"]).head(6))


def _title(rows: pd.DataFrame) -> str:
    first, last = rows.iloc[0], rows.iloc[-1]
    return (
        f"From one sitting to {last['attempt']:.0f}, false fails go from "
        f"{1000 * first['false_fail']:.0f} to {1000 * last['false_fail']:.0f} of 1,000 and false "
        f"passes from {1000 * first['false_pass']:.0f} to {1000 * last['false_pass']:.0f}"
    )


def _alt(rows: pd.DataFrame) -> str:
    said = [
        f"{row['attempt']:.0f}: below {1000 * row['share_below']:.0f}, false passes "
        f"{1000 * row['false_pass']:.0f}, false fails {1000 * row['false_fail']:.0f}"
        for row in rows.to_dict("records")
    ]
    return "Of 1,000 persons, by sittings allowed. " + "; ".join(said) + "."


def _draw(rows: pd.DataFrame, bare: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, right=1.1)
    axes = figure.axes[0]
    for k, (name, _) in enumerate(_LINES):
        _line(axes, rows, name, k)
        if not bare.empty:
            axes.plot(
                bare["attempt"], 1000 * bare[name], color=COLOURS[k], linewidth=0.8, linestyle=":"
            )
    axes.set(xlabel="sittings allowed (dotted: nobody gains)", ylabel="of 1,000 persons")
    axes.set_ylim(bottom=0)
    axes.set_xticks(rows["attempt"])
    axes.axhline(0, color=ink(), linewidth=0.6)
    _name_lines(axes, rows.iloc[-1])
    return figure


def _name_lines(axes: Any, last: Any) -> None:
    """Beside their ends, moved apart where lines end close together."""
    top = float(axes.get_ylim()[1])
    order = sorted(range(len(_LINES)), key=lambda k: float(last[_LINES[k][0]]))
    ends = [1000 * float(last[_LINES[k][0]]) for k in order]
    for k, at in zip(order, spread_out(ends, gap=0.07 * top, most=top), strict=True):
        axes.annotate(
            _LINES[k][1],
            (last["attempt"], at),
            xytext=(7, 0),
            textcoords="offset points",
            color=COLOURS[k],
            fontsize=8,
            va="center",
            annotation_clip=False,
        )


def _line(axes: Any, rows: pd.DataFrame, name: str, k: int) -> None:
    axes.plot(
        rows["attempt"],
        1000 * rows[name],
        color=COLOURS[k],
        linestyle=DASHES[k],
        marker=MARKERS[k],
        markersize=5,
    )
