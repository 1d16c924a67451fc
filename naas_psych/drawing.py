"""A drawing: a figure that can be made when somebody wants to see it, with its words."""

from __future__ import annotations

import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Okabe and Ito's palette: distinct for readers who do not see red and green alike.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#8C7A00")
#: Colour is never the only sign: the n-th line also has the n-th dash and marker.
DASHES = ("-", "--", "-.", ":", (0, (5, 1)), (0, (1, 1)), (0, (3, 1, 1, 1)), (0, (7, 2)))
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")


@dataclass(frozen=True)
class Drawing:
    """One figure: `title` is its finding in a sentence, `alt` is for readers who cannot see it.

    `subject` is the item it is about, if it is about one; `table` names the table behind it.
    """

    name: str
    title: str
    alt: str
    draw: Callable[[], Figure]
    table: str
    subject: str | None = None


#: Inches. A phone shows a figure at two thirds of its size, so it must not be much wider.
_WIDTH, _HEIGHT = 5.2, 3.4
_LEFT, _BOTTOM, _LINE = 0.62, 0.52, 0.19
#: Letters of the title that fit on a line of one inch.
_LETTERS = 12.3


def new_figure(title: str, *, right: float = 0.2, height: float = _HEIGHT) -> Figure:
    """A figure in the house style with one pair of axes under its title; margins in inches.

    The margins are fixed: a layout that measures every label takes longer than the drawing.
    """
    from matplotlib.figure import Figure

    lines = textwrap.wrap(title, int(_WIDTH * _LETTERS))
    figure = Figure(figsize=(_WIDTH, height))
    top = 0.16 + _LINE * len(lines)
    figure.subplots_adjust(
        left=_LEFT / _WIDTH,
        right=1 - right / _WIDTH,
        bottom=_BOTTOM / height,
        top=1 - top / height,
    )
    figure.text(0.08 / _WIDTH, 1 - 0.08 / height, "\n".join(lines), va="top", fontsize=10)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    axes.locator_params(nbins=6)
    return figure


def ink() -> str:
    """The colour of quiet lines in the style in force, which the report can turn dark."""
    import matplotlib as mpl

    return str(mpl.rcParams["axes.edgecolor"])


def shortened(label: str, most: int) -> str:
    """A label of at most `most` letters; a long one keeps its two ends."""
    if len(label) <= most:
        return label
    head = (most - 1) // 2
    return f"{label[:head]}\N{HORIZONTAL ELLIPSIS}{label[len(label) - (most - 1 - head) :]}"
