"""Scree plot of each form beside permuted data."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import in_form
from naas_psych.analyses.structure.parallel_analysis_findings import TABLES, WORDS
from naas_psych.drawing import COLOURS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Components drawn at most: beyond them the lines run together.
_SHOWN = 20


def parallel_analysis_drawings(result: Result) -> Iterable[Drawing]:
    """One scree plot a form, of the matrix that suits it."""
    counts = result.tables["counts"]
    chosen = counts[counts["suits"] & (counts["rule"] == "quantile")].dropna(subset=["components"])
    for row in chosen.to_dict("records"):
        table = result.tables[TABLES[row["matrix"]]]
        own = table[table["form"] == row["form"]].head(_SHOWN)
        count = int(row["components"])
        title = _title(count, str(row["form"]))
        yield Drawing(
            name="scree" if len(chosen) == 1 else f"scree_{row['form']}",
            title=title,
            alt=_alt(own, count, WORDS[row["matrix"]]),
            draw=partial(_draw, own, title, count),
            table=TABLES[row["matrix"]],
        )


def _title(count: int, form: str) -> str:
    if count == 0:
        return f"No dimension{in_form(form)} stands out from chance"
    noun = "dimension stands" if count == 1 else "dimensions stand"
    return f"{count} {noun} out from chance{in_form(form)}"


def _alt(own: pd.DataFrame, count: int, words: str) -> str:
    first = ", ".join(f"{value:.2f}" for value in own["observed"].head(4))
    line = ", ".join(f"{value:.2f}" for value in own["random_quantile"].head(4))
    return (
        f"Eigenvalues of {words} correlations, largest first: {first} ... Permuted data reach "
        f"{line} ... {count} lie above before the first that does not."
    )


def _draw(own: pd.DataFrame, title: str, count: int) -> Figure:
    figure = new_figure(title)
    axes = figure.axes[0]
    component = own["component"].to_numpy()
    observed = own["observed"].to_numpy(dtype=float)
    mean, line = (own[name].to_numpy(dtype=float) for name in ("random_mean", "random_quantile"))
    axes.fill_between(component, mean, line, color=COLOURS[1], alpha=0.3, linewidth=0)
    axes.plot(
        component, line, "--", color=COLOURS[1], linewidth=1.6, label="permuted data: quantile"
    )
    axes.plot(component, mean, ":", color=COLOURS[1], linewidth=1.3, label="and mean")
    axes.plot(component, observed, "-", color=COLOURS[0], linewidth=1.5)
    kept = np.arange(observed.size) < count
    axes.plot(
        component[kept], observed[kept], "o", color=COLOURS[0], markersize=7, label="retained"
    )
    axes.plot(
        component[~kept],
        observed[~kept],
        "o",
        color=COLOURS[0],
        markerfacecolor="none",
        markersize=5,
        label="not retained",
    )
    _finish(axes, observed, line)
    return figure


def _finish(axes: Axes, observed: np.ndarray, line: np.ndarray) -> None:
    # A first eigenvalue far above the rest would press all others flat.
    top = float(max(observed.max(), line.max()))
    if top > 2.5 * float(line.max()):
        axes.set_yscale("log")
        least = float(min(observed[observed > 0].min(), line[line > 0].min()))
        axes.set_ylim(max(least, 0.05) * 0.9, top * 1.15)
        ticks = [t for t in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50) if least * 0.9 <= t <= top * 1.15]
        axes.set_yticks(ticks, [f"{t:g}" for t in ticks])
        axes.minorticks_off()
    else:
        axes.axhline(0, color=ink(), linewidth=0.6)
    axes.set(xlabel="component", ylabel="eigenvalue")
    axes.locator_params(axis="x", integer=True)
    axes.legend(frameon=False, fontsize=9)
