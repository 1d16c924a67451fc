"""Pictures of times: what items took beside what they need, and speed beside score."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import form_or_test
from naas_psych.analyses.items.phrasing import known, percent, short
from naas_psych.drawing import COLOURS, Drawing, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: An item whose answers took less than this share of its time was hurried by many.
_HURRIED = 0.9
#: Forms that are drawn at most.
_MOST = 6


def time_drawings(result: Result) -> Iterable[Drawing]:
    """For each form its items' times, and its persons' speed beside their score."""
    summary = result.tables["summary"]
    for row in summary.head(_MOST).to_dict("records"):
        form = str(row["form"])
        items = result.tables["items"].query("form == @form")
        yield _times(form, items)
        squares = result.tables["speed_and_score"].query("form == @form")
        if len(squares) and known(row["speed_score_r"]) is not None:
            yield _speed(form, squares, row)


def _times(form: str, items: pd.DataFrame) -> Drawing:
    own = items.dropna(subset=["median_seconds", "observed_seconds"])
    if own["position"].notna().all():
        own = own.sort_values("position")
    ratio = (own["observed_seconds"] / own["median_seconds"]).to_numpy(dtype=float)
    hurried = int((ratio < _HURRIED).sum())
    title = (
        f"{hurried} items of {form_or_test(form)} got less than {percent(_HURRIED)} of the time "
        "they take without hurry"
        if hurried
        else f"Every item of {form_or_test(form)} got the time it takes without hurry"
    )
    least = own.iloc[int(np.argmin(ratio))] if len(own) else None
    alt = f"Seconds by item of {form_or_test(form)}, observed and without rapid answers."
    if least is not None:
        alt += (
            f" Farthest apart at {least['item_id']}: {least['observed_seconds']:.0f} seconds "
            f"observed, {least['median_seconds']:.0f} needed."
        )
    return Drawing(
        name=f"time_by_item_{form}",
        title=title,
        alt=alt,
        draw=partial(_draw_times, own, title),
        table="items",
    )


def _draw_times(items: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    placed = bool(items["position"].notna().all())
    x = items["position"].to_numpy(dtype=float) if placed else np.arange(1, len(items) + 1)
    needed, low, high = (
        items[f"median_seconds{end}"].to_numpy(dtype=float) for end in ("", "_low", "_high")
    )
    axes.errorbar(
        x,
        needed,
        yerr=np.maximum(np.stack([needed - low, high - needed]), 0.0),
        color=COLOURS[0],
        fmt="o",
        markersize=4,
        linewidth=1,
        label="needed without hurry (median)",
    )
    axes.plot(
        x,
        items["observed_seconds"],
        color=COLOURS[1],
        marker="_",
        markersize=8,
        markeredgewidth=2,
        linestyle="none",
        label="observed (all answers)",
    )
    axes.set(xlabel="position" if placed else "item, in the order of the table", ylabel="seconds")
    axes.set_ylim(bottom=0)
    axes.legend(frameon=False, loc="best", fontsize=9)
    return figure


def _speed(form: str, squares: pd.DataFrame, row: Any) -> Drawing:
    r = float(row["speed_score_r"])
    sure = float(row["speed_score_r_low"]) > 0 or float(row["speed_score_r_high"]) < 0
    who = "quicker" if r > 0 else "slower"
    title = (
        f"In {form_or_test(form)} {who} persons score higher: r = {short(r)}"
        if sure
        else f"In {form_or_test(form)} speed and score do not clearly go together: r = {short(r)}"
    )
    return Drawing(
        name=f"speed_and_score_{form}",
        title=title,
        alt=f"Persons by class of speed and class of score; r = {short(r)}, "
        f"{int(squares['n'].sum())} persons in {len(squares)} cells of five or more.",
        draw=partial(_draw_speed, squares, title),
        table="speed_and_score",
    )


def _draw_speed(squares: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    n = squares["n"].to_numpy(dtype=float)
    x, y = (
        squares["speed_class"].to_numpy(dtype=float),
        squares["score_class"].to_numpy(dtype=float),
    )
    axes.scatter(x, y, s=520 * n / n.max(), marker="s", color=COLOURS[0], alpha=0.55, linewidth=0)
    for at, up, count in zip(x, y, n, strict=True):
        axes.text(at, up, f"{count:.0f}", ha="center", va="center", fontsize=8)
    axes.margins(0.12)
    axes.set(xlabel="speed (log seconds faster than average)", ylabel="share of the marks")
    return figure
