"""A forest of gaps in scores: every comparison with its limits, on one scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from naas_psych.analyses.fairness.gap_words import LINES
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Rows that are drawn at most, the widest gaps first when there are more.
_MOST = 40
#: Height of a row and of everything round the rows, in inches.
_ROW, _ROUND = 0.2, 1.25


def gap_drawings(result: Result) -> Iterable[Drawing]:
    """One picture of all comparisons that have a gap to show."""
    table = result.tables["groups"]
    shown = table[table["hedges_g"].notna()] if len(table) else table
    if shown.empty:
        return
    title = _title(table, shown)
    yield Drawing(
        name="score_gaps",
        title=title,
        alt=_alt(shown),
        draw=partial(_draw, _drawn(shown), title, [result.provenance[name] for name in LINES]),
        table="groups",
    )


def _drawn(shown: pd.DataFrame) -> pd.DataFrame:
    if len(shown) <= _MOST:
        return shown
    widest = shown["hedges_g"].abs().sort_values(ascending=False, kind="stable").index[:_MOST]
    return shown.loc[sorted(widest)]


def _title(table: pd.DataFrame, shown: pd.DataFrame) -> str:
    sized = shown[shown["verdict"].isin(["small", "medium", "large"])]
    few = len(table) - len(shown)
    tail = f" ({few} not shown: too few persons)" if few else ""
    if sized.empty:
        return f"None of {len(shown)} differences in scores is surely more than negligible{tail}"
    verb = "is" if len(sized) == 1 else "are"
    return (
        f"{len(sized)} of {len(shown)} differences in scores {verb} small or larger, "
        f"beyond chance{tail}"
    )


def _alt(shown: pd.DataFrame) -> str:
    said = [
        f"{row['focal']} against {row['reference']} ({row['group']}): {row['hedges_g']:.2f}"
        for row in shown.head(_MOST).to_dict("records")
    ]
    return "Standardised differences in scores with limits. " + "; ".join(said) + "."


def _draw(rows: pd.DataFrame, title: str, sizes: Sequence[float]) -> Figure:
    groups = list(dict.fromkeys(rows["group"]))
    lines = len(rows) + len(groups)
    figure = new_figure(title, height=_ROUND + _ROW * lines)
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.4)
    _bands(axes, sizes)
    labels, y = [], float(lines)
    for name in groups:
        own = rows[rows["group"] == name]
        y -= 1
        _heading(axes, f"{name}, against {own['reference'].iloc[0]}", y)
        for row in own.to_dict("records"):
            y -= 1
            labels.append((y, f"{shortened(str(row['focal']), 20)} ({row['n_focal']:.0f})"))
            _gap(axes, row, y)
    axes.set(ylim=(-0.7, lines - 0.2), xlabel="standard deviations (g); open: size not told")
    axes.set_yticks([at for at, _ in labels], [text for _, text in labels], fontsize=8)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    _ends(axes, rows)
    return figure


def _heading(axes: Any, text: str, y: float) -> None:
    """From the left edge of the picture: no gap stands in its row."""
    place = axes.get_yaxis_transform()
    axes.text(-0.6, y, shortened(text, 60), transform=place, fontsize=8, va="center", weight="bold")


def _bands(axes: Any, sizes: Sequence[float]) -> None:
    """Nothing matters within the first line; the others are drawn."""
    axes.axvspan(-sizes[0], sizes[0], color=ink(), alpha=0.1, linewidth=0)
    for line in sizes[1:]:
        for at in (-line, line):
            axes.axvline(at, color=ink(), linewidth=0.6, linestyle=":")
    axes.axvline(0, color=ink(), linewidth=0.8)


def _gap(axes: Any, row: Any, y: float) -> None:
    """A full mark where the size is told, an open one where it cannot be."""
    told = row["verdict"] != "cannot_tell"
    axes.plot(
        [row["hedges_g_low"], row["hedges_g_high"]],
        [y, y],
        color=COLOURS[0],
        linewidth=1.6 if told else 1.0,
        solid_capstyle="butt",
    )
    axes.plot(
        row["hedges_g"],
        y,
        color=COLOURS[0],
        marker="o",
        markersize=5,
        linestyle="none",
        markerfacecolor=COLOURS[0] if told else axes.get_facecolor(),
    )


def _ends(axes: Any, rows: pd.DataFrame) -> None:
    widest = max(
        0.6, float(rows["hedges_g_low"].abs().max()), float(rows["hedges_g_high"].abs().max())
    )
    axes.set_xlim(-1.05 * widest, 1.05 * widest)
    top = axes.get_ylim()[1]
    options = {"fontsize": 8, "va": "bottom", "color": ink()}
    axes.text(-widest, top, "lower than reference", ha="left", **options)
    axes.text(widest, top, "higher", ha="right", **options)
