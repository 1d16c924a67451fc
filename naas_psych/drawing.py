"""A drawing: a figure that can be made when somebody wants to see it, with its words."""

from __future__ import annotations

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


def new_figure(width: float = 7.0, height: float = 4.0) -> Figure:
    """An empty figure (inches) in the house style; its text stays text when saved as SVG."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), layout="constrained")
