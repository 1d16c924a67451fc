"""Every source's own answer to every question, side by side, with intervals."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure, shortened
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_LETTERS = 18
#: Inches of a question, for its name and for each source.
_ROW, _DOT = 0.16, 0.12


def feedback_drawings(result: Result) -> Iterator[Drawing]:
    """Share that agrees, with its interval, by question and source."""
    table = result.tables["answers"]
    pairs = result.tables["differences"]
    differ = pairs.loc[pairs["sources_differ"], "question"].nunique()
    asked, sources = table["question"].nunique(), table["source"].nunique()
    title = (
        f"Sources differ on {differ} of {asked} questions; none of them is the answer"
        if differ
        else f"{sources} sources do not surely differ on any of {asked} questions"
        if sources > 1
        else f"What {in_words(table['source'].iloc[0])} says on {asked} questions"
    )
    yield Drawing(
        name="feedback",
        title=title,
        alt=_alt(table),
        draw=partial(_draw, table, title),
        table="answers",
    )


def _alt(table: pd.DataFrame) -> str:
    first = table[table["question"] == table["question"].iloc[0]]
    said = ", ".join(f"{s} {a:.2f}" for s, a in zip(first["source"], first["agree"], strict=True))
    return (
        f"Dots with intervals: share that agrees with {table['question'].nunique()} questions, by "
        f"source. On {in_words(first['question'].iloc[0])}: {said}."
    )


def _draw(table: pd.DataFrame, title: str) -> Figure:
    questions, sources = (list(dict.fromkeys(table[c])) for c in ("question", "source"))
    tall = 1.15 + len(questions) * (_ROW + _DOT * len(sources))
    figure = new_figure(title, height=max(tall, 2.4))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.29)
    step = 0.7 / max(len(sources), 1)
    for k, source in enumerate(sources):
        own = table[table["source"] == source]
        at = np.array([questions.index(q) for q in own["question"]], dtype=float)
        y = at + (k - (len(sources) - 1) / 2) * step
        colour, marker = COLOURS[k % len(COLOURS)], MARKERS[k % len(MARKERS)]
        axes.hlines(y, own["agree_low"], own["agree_high"], color=colour, linewidth=1.4)
        axes.scatter(own["agree"], y, color=colour, marker=marker, s=26, zorder=3)
        _name(axes, in_words(source), own.iloc[0], float(y[0]), colour)
    axes.axvline(0.5, color=ink(), linewidth=0.8, linestyle="--")
    axes.set_yticks(
        range(len(questions)), [shortened(in_words(q), _MOST_LETTERS) for q in questions]
    )
    axes.set(xlim=(-0.02, 1.02), ylim=(len(questions) - 0.45, -0.55))
    axes.set_xlabel("Share that agrees (4 or 5 of 5)")
    return figure


def _name(axes: Axes, source: str, first: pd.Series[Any], y: float, colour: str) -> None:
    """The name of a source beside its first dot, on the side with more room."""
    right = first["agree_high"] < 0.75
    axes.text(
        first["agree_high"] + 0.02 if right else first["agree_low"] - 0.02,
        y,
        shortened(source, _MOST_LETTERS),
        color=colour,
        ha="left" if right else "right",
        va="center",
        fontsize=8.5,
    )
