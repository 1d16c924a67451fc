"""Picture of the verdict: how the two most different halves of each form correlate."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.analyses.forms import ONE_FORM, form_in_words
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_WORDS = {
    "one_dimension": "one main thing",
    "one_with_clusters": "one main thing, with clusters",
    "several": "several things",
    "cannot_tell": "cannot tell",
}


def dimensionality_drawings(result: Result) -> Iterable[Drawing]:
    """One picture of all forms."""
    rows = result.tables["verdicts"].dropna(subset=["halves_correlation_low"])
    if rows.empty:
        return
    line = float(
        result.tables["evidence"].query("criterion == 'halves_correlation'")["minimum"].iloc[0]
    )
    title = _title(rows)
    yield Drawing(
        name="dimensionality_halves",
        title=title,
        alt=_alt(rows, line),
        draw=partial(_draw, rows, line, title),
        table="verdicts",
    )


def _title(rows: pd.DataFrame) -> str:
    verdicts = set(rows["verdict"])
    if len(verdicts) > 1:
        said = "; ".join(
            f"{form_in_words(str(row['form']))}: {_WORDS[row['verdict']]}"
            for row in rows.to_dict("records")
        )
        return said[:1].upper() + said[1:]
    name = "The test" if len(rows) == 1 else "Each form"
    words = _WORDS[verdicts.pop()]
    if words == "cannot tell":
        return "These data cannot tell how many things the test measures"
    return f"{name} measures {words}"


def _alt(rows: pd.DataFrame, line: float) -> str:
    said = "; ".join(
        f"{row['form']} {row['halves_correlation']:.2f} "
        f"({row['halves_correlation_low']:.2f} to {row['halves_correlation_high']:.2f})"
        for row in rows.to_dict("records")
    )
    return (
        f"Correlation of the two most different halves without measurement error, by form, with "
        f"the line of {line:g} below which there are several things: {said}."
    )


def _draw(rows: pd.DataFrame, line: float, title: str) -> Figure:
    figure = new_figure(title, height=1.5 + 0.38 * len(rows))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.2)
    codes = list(_WORDS)
    for y, row in enumerate(rows.iloc[::-1].to_dict("records")):
        k = codes.index(row["verdict"])
        ends = (row["halves_correlation_low"], row["halves_correlation_high"])
        axes.plot(ends, (y, y), color=COLOURS[k], linewidth=2)
        axes.plot(row["halves_correlation"], y, MARKERS[k], color=COLOURS[k], markersize=7)
        axes.annotate(
            _WORDS[row["verdict"]], (sum(ends) / 2, y), (0, 7), textcoords="offset points",
            ha="center", fontsize=8,
        )  # fmt: skip
    axes.axvline(line, color=ink(), linewidth=0.8, linestyle="--")
    axes.text(line, -0.55, f"several below {line:g} ", fontsize=8, ha="right", va="bottom")
    names = ["" if form == ONE_FORM else form_in_words(str(form)) for form in rows["form"]]
    axes.set_yticks(range(len(rows)), names[::-1], fontsize=9)
    axes.set_ylim(-0.6, len(rows) - 0.3)
    axes.set_xlim(min(0.3, rows["halves_correlation_low"].min() - 0.05),
                  max(1.3, rows["halves_correlation_high"].max() + 0.15))  # fmt: skip
    axes.set_xlabel("correlation of the two most different halves, with limits")
    return figure
