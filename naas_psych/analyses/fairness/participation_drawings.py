"""Each level's share beside that of the workforce, as a standardised difference with limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Lines of the plot: alike within the first, not alike beyond the second.
_LINES = (0.1, 0.25)
#: Limits of a level of which there is nobody reach far; the plot does not.
_FAR = 1.5
_LETTERS = 34


def participation_drawings(result: Result) -> Iterable[Drawing]:
    """One dot plot, where there is a frame."""
    table = result.tables.get("shares")
    if table is None:
        return
    rows = [
        row for row in table.to_dict("records") if known(row["share_difference_sd"]) is not None
    ]
    if not rows:
        return
    title = _title(rows)
    yield Drawing(
        name="shares",
        title=title,
        alt=f"Standardised differences of shares from the workforce, with limits. {_told(rows)}",
        draw=partial(_draw, rows, title),
        table="shares",
    )


def _title(rows: Sequence[Row]) -> str:
    far = [row for row in rows if row["likeness"] in ("too few", "too many")]
    if not far:
        return "No group is far from its share of the workforce, as far as these data tell"
    verb, their = ("is", "its") if len(far) == 1 else ("are", "their")
    return f"{len(far)} of {len(rows)} groups {verb} far from {their} share of the workforce"


def _told(rows: Sequence[Row]) -> str:
    return "; ".join(f"{_label(row)}: {row['share_difference_sd']:.2f}" for row in rows) + "."


def _label(row: Row) -> str:
    return f"{row['group']}: {row['group_level']}"


def _draw(rows: Sequence[Row], title: str) -> Figure:
    figure = new_figure(title, height=1.4 + 0.19 * len(rows))
    axes = figure.axes[0]
    box = axes.get_position()
    axes.set_position((0.46, box.y0, box.x1 - 0.46, box.height))
    groups = list(dict.fromkeys(row["group"] for row in rows))
    for k, row in enumerate(rows):
        mark = groups.index(row["group"]) % 2
        low, high = known(row["share_difference_sd_low"]), known(row["share_difference_sd_high"])
        if low is not None and high is not None:
            ends = [max(low, -_FAR), min(high, _FAR)]
            axes.plot(ends, [k, k], color=COLOURS[mark], linewidth=1.8)
        at = min(max(float(row["share_difference_sd"]), -_FAR), _FAR)
        axes.plot(at, k, marker=MARKERS[mark], color=COLOURS[mark], markersize=5)
    axes.axvline(0, color=ink(), linewidth=0.8)
    for line in (-_LINES[1], -_LINES[0], *_LINES):
        axes.axvline(line, color=ink(), linewidth=0.8, linestyle=":")
    labels = [shortened(_label(row), _LETTERS) for row in rows]
    axes.set_yticks(range(len(rows)), labels, fontsize=8)
    axes.set(ylim=(len(rows) - 0.5, -0.5))
    axes.set_xlabel("standardised difference (left: fewer came)", fontsize=8)
    return figure
