"""The sweep in two pictures: who reaches each cut, and whom each cut gets wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS
from naas_psych.analyses.cutscores.sweep_findings import asked_rows
from naas_psych.analyses.items.phrasing import known
from naas_psych.drawing import COLOURS, DASHES, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_RIGHT = 1.15
#: Of the lines of wrong outcomes: column, name.
_WRONG = (("false_pass", "false pass"), ("false_fail", "false fail"))
_RIGHTS = (("accuracy", "accuracy"), ("kappa", "kappa"))


def sweep_drawings(result: Result) -> Iterable[Drawing]:
    """The pass rate over the cut; wrong outcomes, accuracy and kappa over the cut."""
    rows = _curve(result)
    marks = [row for row in asked_rows(result) if known(row["percent"]) is not None]
    rates = rows[rows["pass_rate"].notna() | rows["pass_rate_modelled"].notna()]
    if len(rates) > 1:
        title = _rate_title(marks)
        yield Drawing(
            name="pass_rate_by_cut",
            title=title,
            alt="Share of persons who reach each cut, over the cut in per cent of the marks, with "
            f"a band of limits. {_marks_said(marks)}",
            draw=partial(_draw_rates, rates, marks, title),
            table="cuts",
        )
    wrong = rows[rows["false_pass"].notna() & rows["false_fail"].notna()]
    if len(wrong) > 1:
        title = _wrong_title(marks)
        yield Drawing(
            name="wrong_outcomes_by_cut",
            title=title,
            alt="Above, false passes and false fails in 1,000 persons over the cut in per cent of "
            f"the marks; below, accuracy and kappa. {_marks_said(marks)}",
            draw=partial(_draw_wrong, wrong, marks, title),
            table="cuts",
        )


def _curve(result: Result) -> pd.DataFrame:
    table = result.tables["cuts"]
    own = table[(table["form"] == ALL_FORMS) & table["cut_name"].isna() & table["percent"].notna()]
    return own.sort_values("percent", kind="stable")


def _rate_title(marks: list[Mapping[Any, Any]]) -> str:
    told = [row for row in marks if known(row["pass_rate"]) is not None]
    if not told:
        return "How many persons reach each cut"
    row = max(told, key=lambda one: float(one["percent"]))
    low, high = known(row["pass_rate_low"]), known(row["pass_rate_high"])
    limits = "" if low is None or high is None else f" ({100 * low:.0f} to {100 * high:.0f})"
    return (
        f"Of 100 persons {100 * float(row['pass_rate']):.0f}{limits} reach the cut "
        f"{shortened(str(row['cut_name']), 24)}"
    )


def _wrong_title(marks: list[Mapping[Any, Any]]) -> str:
    told = [
        row
        for row in marks
        if known(row["false_pass"]) is not None and known(row["false_fail"]) is not None
    ]
    if not told:
        return "How many outcomes each cut gets wrong"
    row = max(told, key=lambda one: float(one["percent"]))
    both = 1000 * (float(row["false_pass"]) + float(row["false_fail"]))
    return (
        f"At the cut {shortened(str(row['cut_name']), 24)} about {both:.0f} of 1,000 persons get "
        "an outcome that their true score does not deserve"
    )


def _marks_said(marks: list[Mapping[Any, Any]]) -> str:
    said = [f"{row['cut_name']} at {float(row['percent']):.1f} %" for row in marks]
    return f"Marked: {', '.join(said)}." if said else ""


def _draw_rates(rows: pd.DataFrame, marks: list[Mapping[Any, Any]], title: str) -> Figure:
    figure = new_figure(title, right=_RIGHT)
    axes = figure.axes[0]
    at = rows["percent"].to_numpy(dtype=float)
    low, high = (_numbers(rows, f"pass_rate_{end}") for end in ("low", "high"))
    axes.fill_between(at, 100 * low, 100 * high, color=COLOURS[0], alpha=0.2, linewidth=0)
    for k, (column, name) in enumerate(
        (("pass_rate", "counted"), ("pass_rate_modelled", "by the model"))
    ):
        values = 100 * _numbers(rows, column)
        if np.isfinite(values).any():
            axes.plot(at, values, color=COLOURS[k], linestyle=DASHES[k], linewidth=1.5)
            _named(axes, at, values, name, k)
    axes.set(
        ylim=(-2, 102),
        xlabel="cut in per cent of the marks",
        ylabel="per cent who reach it",
        xlim=_stretch(rows),
    )
    _cuts(axes, marks)
    return figure


def _draw_wrong(rows: pd.DataFrame, marks: list[Mapping[Any, Any]], title: str) -> Figure:
    figure = new_figure(title, right=_RIGHT, height=5.0)
    above = figure.axes[0]
    box = above.get_position()
    middle = box.y0 + 0.45 * box.height
    above.set_position((box.x0, middle + 0.05, box.width, box.y1 - middle - 0.05))
    below = figure.add_axes((box.x0, box.y0, box.width, middle - box.y0 - 0.02), sharex=above)
    below.spines[["top", "right"]].set_visible(False)
    at = rows["percent"].to_numpy(dtype=float)
    for axes, lines, scale in ((above, _WRONG, 1000.0), (below, _RIGHTS, 1.0)):
        for k, (column, name) in enumerate(lines):
            values = scale * _numbers(rows, column)
            colour = COLOURS[k]
            low, high = (scale * _numbers(rows, f"{column}_{end}") for end in ("low", "high"))
            axes.fill_between(at, low, high, color=colour, alpha=0.15, linewidth=0)
            axes.plot(at, values, color=colour, linestyle=DASHES[k], linewidth=1.5)
            _named(axes, at, values, name, k)
    above.set(ylabel="in 1,000 persons", ylim=(0, None))
    above.tick_params(labelbottom=False)
    below.set(
        xlabel="cut in per cent of the marks", ylabel="share", ylim=(0, 1.02), xlim=_stretch(rows)
    )
    _cuts(above, marks)
    _cuts(below, marks, named=False)
    return figure


def _numbers(rows: pd.DataFrame, column: str) -> Any:
    return rows[column].to_numpy(dtype=float, na_value=np.nan)


def _stretch(rows: pd.DataFrame) -> tuple[float, float]:
    """Cuts that somebody fails and somebody passes."""
    rate = _numbers(rows, "pass_rate")
    if not np.isfinite(rate).any():
        rate = _numbers(rows, "pass_rate_modelled")
    some = rows[(rate > 0.002) & (rate < 0.998)]
    at = (some if len(some) > 1 else rows)["percent"].astype(float)
    return float(at.min()), float(max(at.max(), at.min() + 1))


def _named(axes: Axes, at: Any, values: Any, name: str, k: int) -> None:
    """The name stands at the right edge, lines from the top to the bottom."""
    axes.annotate(
        name,
        (1.0, 0.9 - 0.12 * k),
        xycoords="axes fraction",
        xytext=(4, 0),
        textcoords="offset points",
        color=COLOURS[k],
        fontsize=8,
        va="center",
    )
    known_values = np.isfinite(values)
    if known_values.any():
        peak = int(np.nanargmax(np.where(known_values, values, -np.inf)))
        axes.plot(at[peak], values[peak], marker=("o", "s")[k % 2], color=COLOURS[k], markersize=4)


def _cuts(axes: Axes, marks: list[Mapping[Any, Any]], *, named: bool = True) -> None:
    """Each cut asked for as a line, with a band of one standard error of the judges."""
    for k, row in enumerate(marks):
        x = float(row["percent"])
        se = known(row["percent_se"]) or 0.0
        axes.axvline(x, color=ink(), linewidth=0.9, linestyle=DASHES[2 + k % 3])
        if se > 0:
            axes.axvspan(x - se, x + se, color=ink(), alpha=0.1, linewidth=0)
        if named:
            highest = x >= max(float(one["percent"]) for one in marks)
            axes.annotate(
                shortened(str(row["cut_name"]), 16),
                (x, 0.02 if highest else 0.09 + 0.07 * (k % 3)),
                xycoords=("data", "axes fraction"),
                xytext=(3 if highest else -3, 0),
                textcoords="offset points",
                ha="left" if highest else "right",
                fontsize=7,
                color=ink(),
            )
