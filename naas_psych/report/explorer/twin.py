"""The explorer on paper: the same three panels, with the cuts where they stand now."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from naas_psych.drawing import COLOURS, DASHES, Drawing, ink, new_figure
from naas_psych.report.explorer.rows import Explored, explored
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NAME = "pass_mark_explorer"
_TALL = 7.4
_KINDS = {"in use": ("-", 6), "judges": ("--", 2), "adjusted": (":", 3)}


def twin(results: Mapping[str, Result], thresholds: Thresholds) -> Drawing | None:
    """The drawing, or nothing where no cut could be swept."""
    found = explored(results, thresholds)
    if found is None:
        return None
    high = found.curve[found.upper]
    title = (
        f"At {high['percent']:.0f} per cent of the marks {100 * high['below']:.0f} of 100 are "
        f"below{_wrongly(high)}"
    )
    return Drawing(
        name=NAME, title=title, alt=_alt(found), draw=partial(_draw, found, title), table="cuts"
    )


def _wrongly(row: Mapping[str, Any]) -> str:
    if row["false_pass"] is None or row["false_fail"] is None:
        return ""
    up, down = 1000 * row["false_pass"], 1000 * row["false_fail"]
    return f"; of 1,000 about {up:.0f} pass and {down:.0f} stay below wrongly"


def _alt(found: Explored) -> str:
    every = found.curve[:: max(len(found.curve) // 8, 1)]
    said = [f"{row['percent']:.0f} per cent: {100 * row['below']:.1f} of 100" for row in every]
    return f"Share below each cut, wrong outcomes and ratios of groups. Below: {'; '.join(said)}."


def _draw(found: Explored, title: str) -> Figure:
    figure = new_figure(title, height=_TALL)
    first = figure.axes[0]
    box = first.get_position()
    panels = 3 if found.groups else 2
    gap = 0.045
    height = (box.height - gap * (panels - 1)) / panels
    axes = [first, *(figure.add_axes((0, 0, 1, 1)) for _ in range(panels - 1))]
    for k, one in enumerate(axes):
        one.set_position((box.x0, box.y1 - (k + 1) * height - k * gap, box.width, height))
        one.spines[["top", "right"]].set_visible(False)
        one.set_xlim(*found.domain)
        if k < panels - 1:
            one.tick_params(labelbottom=False)
    _below(axes[0], found)
    _wrong(axes[1], found)
    if found.groups:
        _ratios(axes[2], found)
    for one in axes:
        for place in (found.lower, found.upper):
            one.axvline(found.curve[place]["percent"], color=ink(), linewidth=0.8, alpha=0.6)
    axes[-1].set_xlabel("cut, per cent of the marks")
    return figure


def _below(axes: Any, found: Explored) -> None:
    x = [row["percent"] for row in found.curve]
    if all(row["below_low"] is not None for row in found.curve):
        low, high = (
            [100 * row[name] for row in found.curve] for name in ("below_low", "below_high")
        )
        axes.fill_between(x, low, high, color=COLOURS[0], alpha=0.2, linewidth=0)
    axes.plot(x, [100 * row["below"] for row in found.curve], color=COLOURS[0])
    for box in found.boxes:
        corners = (box["low"], box["high"], box["high"], box["low"], box["low"])
        sides = (box["fail_low"], box["fail_low"], box["fail_high"], box["fail_high"])
        axes.plot(
            corners, [100 * s for s in (*sides, sides[0])], "--", color=COLOURS[4], linewidth=1
        )
        axes.annotate(
            "Hofstee's box",
            (box["high"], 100 * box["fail_low"]),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=7,
        )
    told: set[str] = set()
    for mark in found.marks:
        dash, colour = _KINDS[mark["kind"]]
        if mark["high"] > mark["low"]:
            axes.axvspan(mark["low"], mark["high"], color=COLOURS[colour], alpha=0.12, linewidth=0)
        label = None if mark["kind"] in told else mark["kind"]
        told.add(mark["kind"])
        style = {"color": COLOURS[colour], "linestyle": dash, "linewidth": 1.2, "label": label}
        axes.axvline(mark["percent"], **style)
    axes.legend(frameon=False, fontsize=7, loc="upper left", title="cuts", title_fontsize=7)
    axes.set_ylabel("below, of 100")


def _wrong(axes: Any, found: Explored) -> None:
    x = [row["percent"] for row in found.curve]
    for k, name in enumerate(("false_pass", "false_fail")):
        y = [None if row[name] is None else 1000 * row[name] for row in found.curve]
        style = {"linestyle": DASHES[k], "color": COLOURS[(1, 5)[k]]}
        axes.plot(x, y, label=name.replace("_", " "), **style)
    axes.legend(frameon=False, fontsize=7, loc="upper left")
    axes.set_ylabel("wrong, of 1,000")


def _ratios(axes: Any, found: Explored) -> None:
    names = list(dict.fromkeys(row["name"] for row in found.groups))
    for k, name in enumerate(names):
        own = [row for row in found.groups if row["name"] == name]
        axes.plot(
            [row["percent"] for row in own],
            [row["ratio"] for row in own],
            linestyle=DASHES[k % len(DASHES)],
            color=COLOURS[k % len(COLOURS)],
            label=name,
        )
    axes.axhline(found.ratio_line, color=ink(), linewidth=0.7, linestyle=":")
    axes.legend(frameon=False, fontsize=6.5, loc="lower left")
    axes.set_ylabel("ratio of pass rates")
