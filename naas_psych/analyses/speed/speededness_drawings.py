"""Pictures of speededness by position: completion, rapid answers, time."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words, form_or_test
from naas_psych.analyses.items.phrasing import capital, percent
from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Forms that get pictures at most, the one with the most rapid answers at the end first.
_MOST = 4
#: Answers at a position from which its limits count for the height of the picture.
_FEWEST = 10


def speededness_drawings(result: Result) -> Iterable[Drawing]:
    """Completion and time of each form, and rapid answers of all forms in one picture."""
    positions = result.tables["positions"]
    timed = bool((positions["n_timed"] > 0).any())
    chosen = _chosen(positions)
    if timed:
        yield _rapid(positions, chosen, result.tables["summary"])
    for form in chosen:
        own = positions[positions["form"] == form]
        if np.isfinite(own["reached"].iloc[-1]):
            yield _completion(form, own)
        if (own["n_timed"] > 0).any():
            yield _time(form, own)


def _chosen(positions: pd.DataFrame) -> list[str]:
    """The forms to draw, worst first."""
    tail = positions[positions["in_tail"]].fillna({"rapid": 0.0})
    worst = tail.groupby("form", sort=False)["rapid"].mean()
    return [str(form) for form in worst.sort_values(ascending=False, kind="stable").index[:_MOST]]


def _completion(form: str, own: pd.DataFrame) -> Drawing:
    last = own.iloc[-1]
    timed = bool(np.isfinite(last["considered"]))
    end = f", {percent(last['considered'])} with a considered answer" if timed else ""
    title = f"{capital(form_or_test(form))}: {percent(last['reached'])} reach the last item{end}"
    return Drawing(
        name=f"completion_{form}",
        title=title,
        alt=f"Share of persons by position in {len(own)} positions: who reached it"
        f"{', and who did so without a rapid answer, with limits' if timed else ', with limits'}. "
        f"{title}.",
        draw=partial(_draw_completion, own, title, timed=timed),
        table="positions",
    )


def _draw_completion(own: pd.DataFrame, title: str, *, timed: bool) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    _shade_tail(axes, own)
    names = [("reached", "reached the item")]
    if timed:
        names.append(("considered", "and took time to read it"))
    for k, (name, label) in enumerate(names):
        _line(axes, own, name, k, label)
    _percent_axis(axes, top=1.0)
    axes.set(xlabel="position in the test", ylabel="percent of persons")
    axes.legend(frameon=False, loc="lower left", fontsize=9)
    return figure


def _rapid(positions: pd.DataFrame, chosen: list[str], summary: pd.DataFrame) -> Drawing:
    worst = chosen[0]
    tail = summary[(summary["form"] == worst) & (summary["measure"] == "rapid_tail_share")]
    share = percent(tail["value"].iloc[0])
    name = capital(form_or_test(worst))
    title = f"{name}: {share} of the answers at the last positions are rapid"
    return Drawing(
        name="rapid_by_position",
        title=title,
        alt=f"Share of rapid answers by position with limits, one line for each of "
        f"{len(chosen)} forms; the last positions are shaded. {title}.",
        draw=partial(_draw_rapid, positions, chosen, title),
        table="positions",
    )


def _draw_rapid(positions: pd.DataFrame, chosen: list[str], title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    _shade_tail(axes, positions[positions["form"] == chosen[0]])
    for k, form in enumerate(chosen):
        own = positions[positions["form"] == form]
        label = "all persons" if form == ONE_FORM else shortened(form_in_words(form), 24)
        _line(axes, own, "rapid", k, label)
    drawn = positions[positions["form"].isin(chosen)]
    highest = float(drawn["rapid_high"].where(drawn["n_timed"] >= _FEWEST).max())
    _percent_axis(axes, top=min(1.0, max(0.1, 1.05 * highest)) if np.isfinite(highest) else 1.0)
    axes.set(xlabel="position in the test", ylabel="percent of answers that are rapid")
    axes.legend(frameon=False, loc="upper left", fontsize=9)
    return figure


def _time(form: str, own: pd.DataFrame) -> Drawing:
    tail, rest = (own[own["in_tail"] == last]["median_time"].median() for last in (True, False))
    change = f", {rest:.0f} before" if np.isfinite(rest) else ""
    name = capital(form_or_test(form))
    title = f"{name}: median time {tail:.0f} seconds at the last positions{change}"
    return Drawing(
        name=f"time_{form}",
        title=title,
        alt="Median seconds of the answers by position, with the band from a quarter to three "
        f"quarters of them. {title}.",
        draw=partial(_draw_time, own, title),
        table="positions",
    )


def _draw_time(own: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    _shade_tail(axes, own)
    at = own["position"]
    axes.fill_between(
        at,
        own["time_quartile_1"],
        own["time_quartile_3"],
        color=COLOURS[0],
        alpha=0.2,
        linewidth=0,
        label="middle half of the answers",
    )
    axes.plot(
        at, own["median_time"], color=COLOURS[0], marker="o", markersize=3, label="median answer"
    )
    axes.set(xlabel="position in the test", ylabel="seconds")
    axes.set_ylim(0, 1.25 * float(own["time_quartile_3"].max()))
    axes.legend(frameon=False, loc="upper left", fontsize=9, ncols=2)
    return figure


def _line(axes: Axes, own: pd.DataFrame, name: str, k: int, label: str) -> None:
    at = own["position"].to_numpy(dtype=float)
    low, high = (own[f"{name}_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    axes.fill_between(at, low, high, color=COLOURS[k], alpha=0.18, linewidth=0)
    axes.plot(
        at,
        own[name].to_numpy(dtype=float),
        color=COLOURS[k],
        linestyle=DASHES[k],
        marker=MARKERS[k],
        markersize=2.5,
        linewidth=1.6,
        label=label,
    )


def _shade_tail(axes: Axes, own: pd.DataFrame) -> None:
    """The last positions, which were named before the data were seen."""
    tail = own.loc[own["in_tail"], "position"]
    axes.axvspan(tail.min() - 0.5, tail.max() + 0.5, color=ink(), alpha=0.08, linewidth=0)


def _percent_axis(axes: Axes, *, top: float) -> None:
    from matplotlib.ticker import FuncFormatter

    axes.set_ylim(-0.02 * top, 1.02 * top)
    axes.yaxis.set_major_formatter(FuncFormatter(_tick))


def _tick(value: float, _place: Any) -> str:
    return f"{100 * value:.0f}"
