"""A picture of outcomes that change without the tail, beside random sets of as many items."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.speed.impact_findings import moved
from naas_psych.analyses.speed.judged_forms import WITHOUT_TAIL
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Rows that are drawn at most.
_MOST = 12


def impact_drawings(result: Result) -> Iterable[Drawing]:
    """One picture of all forms and cuts."""
    cuts = result.tables["cuts"]
    own = cuts[(cuts["variant"] == WITHOUT_TAIL) & cuts["changed"].notna()]
    if own.empty:
        return
    title = _title(own)
    yield Drawing(
        name="outcomes_without_tail",
        title=title,
        alt=_alt(own),
        draw=partial(_draw, own.head(_MOST), title),
        table="cuts",
    )


def _label(row: Any) -> str:
    return str(row["cut"]) if row["form"] == ONE_FORM else f"{row['form']}: {row['cut']}"


def _title(own: pd.DataFrame) -> str:
    gains = own["gain"] - own["reference_gain"].fillna(0.0)
    row = own.iloc[int(np.argmax(gains.fillna(-np.inf).to_numpy(dtype=float)))]
    verb = "would go up and" if row["up"] != 0 else "up,"
    return (
        f"Without the tail {moved(row['up'])} {verb} {moved(row['down'])} down ({_label(row)}): "
        f"{100 * row['changed']:.1f} % of the outcomes"
    )


def _alt(own: pd.DataFrame) -> str:
    said = [
        f"{_label(row)}: {moved(row['up'])} up, {moved(row['down'])} down of {row['n']}"
        for _, row in own.head(_MOST).iterrows()
    ]
    return "Share of persons who go up and down without the tail. " + "; ".join(said) + "."


def _draw(own: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=2.3 + 0.55 * len(own))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.3)
    y = np.arange(len(own))[::-1]
    n = own["n"].to_numpy(dtype=float)
    up, down = (100 * own[name].to_numpy(dtype=float) / n for name in ("up", "down"))
    axes.barh(y + 0.12, up, height=0.34, color=COLOURS[0], label="go up")
    axes.barh(y + 0.12, -down, height=0.34, color=COLOURS[1], label="go down")
    axes.axvline(0, color=ink(), linewidth=0.8)
    _reference(axes, own, y)
    axes.set_yticks(y, [shortened(_label(row), 19) for _, row in own.iterrows()])
    axes.set(xlabel="% of the persons; down to the left", ylim=(-0.6, len(own) + 0.7))
    axes.legend(frameon=False, loc="upper center", ncols=2, fontsize=8, columnspacing=1.2)
    return figure


def _reference(axes: Any, own: pd.DataFrame, y: Any) -> None:
    """Gain on balance: of the tail, and of random sets up to the one that 95 of 100 do not pass."""
    for k, (_, row) in enumerate(own.iterrows()):
        if np.isfinite(row["reference_gain"]):
            axes.plot(
                [100 * row["reference_gain"], 100 * row["reference_gain_high"]],
                [y[k] - 0.25] * 2,
                color=ink(),
                linewidth=4,
                alpha=0.5,
                solid_capstyle="butt",
                label="balance of random sets" if k == 0 else None,
            )
        axes.plot(
            100 * row["gain"],
            y[k] - 0.25,
            color=COLOURS[2],
            marker="D",
            markersize=6,
            linestyle="none",
            label="balance without the tail" if k == 0 else None,
        )
