"""The best cut for each ratio of losses, beside the cuts of the study."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import of_form
from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def loss_drawings(result: Result) -> Iterable[Drawing]:
    """One a form and cut, on the panel's standard where there is one."""
    losses, implied = result.tables["losses"], result.tables["implied"]
    if losses.empty:
        return
    for (form, name), own in losses.groupby(["form", "cut_name"], sort=False):
        source = list(dict.fromkeys(own["standard_from"]))[-1]
        rows = own[own["standard_from"] == source]
        mark = implied[(implied["form"] == form) & (implied["cut_name"] == name)]
        row = mark[mark["standard_from"] == source].to_dict("records")[0]
        shown = rows[rows["percent"].notna()]
        if shown.empty:
            continue
        title = _title(str(form), str(name), row)
        yield Drawing(
            name=f"losses_{form}_{name}",
            title=title,
            alt=_alt(shown, row),
            draw=partial(_draw, shown.to_dict("records"), row, title),
            table="losses",
        )


def _title(form: str, name: str, row: Row) -> str:
    ratio = known(row["implied_ratio"])
    start = f'The cut "{name}"{of_form(form)}'
    if ratio is None:
        return f"{start} is best for no ratio of losses"
    return f"{start} takes one false pass to weigh as much as {ratio:.2g} false fails"


def _alt(shown: pd.DataFrame, row: Row) -> str:
    told = "; ".join(
        f"{one['loss_ratio']}: {one['percent']:.1f} %" for one in shown.to_dict("records")
    )
    standard = known(row["standard_percent"])
    where = (
        "" if standard is None else f" The standard is {standard:.1f} %, {row['standard_from']}."
    )
    return (
        "For each ratio of the loss of a false pass to that of a false fail, the best cut in per "
        f"cent of the marks as a dot, cuts as good as a bar, limits as a thin line. {told}.{where}"
    )


def _draw(rows: Sequence[Row], mark: Row, title: str) -> Figure:
    figure = new_figure(title, right=0.3, height=1.5 + 0.28 * len(rows))
    axes = figure.axes[0]
    for k, row in enumerate(rows):
        _line(axes, k, row)
    axes.set_yticks(range(len(rows)), [str(row["loss_ratio"]) for row in rows], fontsize=8)
    axes.set(ylim=(-0.7, len(rows) + 0.2), xlabel="cut, per cent of the marks")
    axes.set_ylabel("false pass : false fail", fontsize=8)
    for column, label, side in (
        ("percent", str(mark["cut_name"]), "left"),
        ("standard_percent", "standard", "right"),
    ):
        at = known(mark[column])
        if at is None or (column != "percent" and mark["standard_from"] != "the panel"):
            continue
        axes.axvline(at, color=ink(), linewidth=0.8, linestyle="--" if side == "left" else ":")
        axes.annotate(
            label,
            (at, len(rows) - 0.2),
            fontsize=8,
            ha=side,
            xytext=(3 if side == "left" else -3, 0),
            textcoords="offset points",
        )
    return figure


def _line(axes: Axes, k: int, row: Row) -> None:
    ends = {
        name: (known(row[f"{name}_low"]), known(row[f"{name}_high"]))
        for name in ("flat_percent", "percent")
    }
    for name, width, alpha in (("flat_percent", 8.0, 0.3), ("percent", 1.2, 1.0)):
        low, high = ends[name]
        if low is not None and high is not None:
            axes.plot(np.array([low, high]), [k, k], color=COLOURS[0], linewidth=width, alpha=alpha)
    axes.plot(float(row["percent"]), k, marker="o", color=COLOURS[0], markersize=5)
