"""Pictures of options: who of two groups chooses what, from the weakest fifth to the strongest."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import pandas as pd

from naas_psych.analyses.items.curve_drawing import spread_out
from naas_psych.drawing import COLOURS, MARKERS, Drawing, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Items drawn at most, those that differ most first.
_MOST = 6
_KEY = ("item_id", "group", "reference", "focal")
#: Options that hardly anybody chose in any band are left out of the picture.
_LEAST = 0.03
_LETTERS = 14


def option_dif_drawings(result: Result) -> Iterator[Drawing]:
    """One drawing an item and comparison whose wrong options differ, of six at most."""
    items, curves = result.tables["items"], result.tables["curves"]
    curves = curves.dropna(subset=["share_reference", "share_focal"])
    told = items[items["verdict"].isin(["moderate", "large"])]
    told = told.dropna(subset=["option_difference_wrong", "most_different"])
    order = told["option_difference_wrong"].abs().sort_values(ascending=False, kind="stable")
    for row in told.loc[order.index].head(_MOST).to_dict("records"):
        part = curves[(curves[list(_KEY)] == [row[name] for name in _KEY]).all(axis=1)]
        if not part.empty:
            yield _drawing(row, part)


def _drawing(row: dict[Any, Any], part: pd.DataFrame) -> Drawing:
    title = _title(row)
    return Drawing(
        name=f"option_dif_{row['item_id']}_{row['group']}_{row['focal']}".replace(" ", "_"),
        title=title,
        alt=_alt(row, part),
        draw=partial(_draw, part, title),
        table="curves",
        subject=str(row["item_id"]),
    )


def _title(row: dict[Any, Any]) -> str:
    more = "more" if row["option_difference_wrong"] > 0 else "less"
    return (
        f"{row['item_id']}: wrong answers of {row['focal']} are {row['most_different']} {more} "
        f"often than those of {row['reference']}"
    )


def _alt(row: dict[Any, Any], part: pd.DataFrame) -> str:
    ends = []
    for option, rows in part.groupby("option", sort=False):
        first, last = rows.iloc[0], rows.iloc[-1]
        ends.append(
            f"{option}{' (key)' if first['is_key'] else ''}: {row['reference']} "
            f"{first['share_reference']:.0%} to {last['share_reference']:.0%}, {row['focal']} "
            f"{first['share_focal']:.0%} to {last['share_focal']:.0%}"
        )
    return (
        f"Line chart of {row['item_id']}: share of persons who chose each option in bands of the "
        f"total from the weakest to the strongest, for two groups. {'; '.join(ends)}."
    )


def _draw(part: pd.DataFrame, title: str) -> Figure:
    shares = part[["share_reference", "share_focal"]].max(axis=1)
    seen = shares.groupby(part["option"], sort=False).max()
    options = [str(option) for option, most in seen.items() if most >= _LEAST]
    names = [_name(part, option) for option in options]
    figure = new_figure(title, right=0.42 + 0.085 * max(map(len, names), default=0))
    axes = figure.axes[0]
    for k, option in enumerate(options):
        _lines(axes, part[part["option"] == option], k)
    _name_at_end(axes, part, options, names)
    axes.set(xlabel="fifths of the total, weakest first", ylabel="chose it", ylim=(-0.02, 1.02))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    axes.set_xticks(sorted(part["score_band"].unique()))
    _legend(axes, str(part["reference"].iloc[0]), str(part["focal"].iloc[0]))
    return figure


def _name(part: pd.DataFrame, option: str) -> str:
    key = bool(part.loc[part["option"] == option, "is_key"].iloc[0])
    return shortened(f"{option} (key)" if key else option, _LETTERS)


def _lines(axes: Axes, rows: pd.DataFrame, k: int) -> None:
    """The focal group with a full line and full markers, the reference dashed and hollow."""
    colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
    x = rows["score_band"]
    axes.plot(
        x, rows["share_reference"], color=colour, linestyle="--", marker=marker, markersize=5,
        markerfacecolor="none", linewidth=1.2,
    )  # fmt: skip
    axes.plot(
        x, rows["share_focal"], color=colour, linestyle="-", marker=marker, markersize=5,
        linewidth=1.8,
    )  # fmt: skip


def _name_at_end(axes: Axes, part: pd.DataFrame, options: list[str], names: list[str]) -> None:
    ends = [float(part.loc[part["option"] == one, "share_focal"].iloc[-1]) for one in options]
    order = sorted(range(len(options)), key=lambda k: (ends[k], k))
    places = spread_out([ends[k] for k in order], gap=0.068, most=1.0)
    beside = axes.get_yaxis_transform()
    for k, y in zip(order, places, strict=True):
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        axes.plot(
            [1.03], [y], color=colour, marker=marker, markersize=5, transform=beside, clip_on=False
        )
        axes.text(1.055, y, names[k], transform=beside, va="center", fontsize=9)


def _legend(axes: Axes, reference: str, focal: str) -> None:
    from matplotlib.lines import Line2D

    from naas_psych.drawing import ink

    lines = [
        Line2D([], [], color=ink(), linestyle="-", marker="o", markersize=5),
        Line2D([], [], color=ink(), linestyle="--", marker="o", markersize=5, fillstyle="none"),
    ]
    labels = [shortened(focal, 28), shortened(reference, 28)]
    axes.legend(lines, labels, frameon=False, loc="best", fontsize=9)
