"""Lines over score groups with bands, each named at its end: the look of every option curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from naas_psych.drawing import COLOURS, DASHES, MARKERS, new_figure, shortened
from naas_psych.numerics.arrays import Floats

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: How far apart names stand, as a share of the axis, and how long one may be.
_GAP = 0.068
_MOST_LETTERS = 16


@dataclass(frozen=True)
class Curve:
    """One line: x, y and limits by score group; a thick line is the one to look at first."""

    label: str
    thick: bool
    x: Floats
    y: Floats
    low: Floats
    high: Floats


def draw_curves(curves: list[Curve], *, title: str, x_label: str, y_label: str) -> Figure:
    """Colour, dash and marker differ from line to line, so that colour is never the only sign."""
    names = [shortened(curve.label, _MOST_LETTERS) for curve in curves]
    figure = new_figure(title, right=0.42 + 0.085 * max(map(len, names), default=0))
    axes = figure.axes[0]
    for k, curve in enumerate(curves):
        _draw(axes, curve, k)
    _name_at_end(axes, curves, names)
    axes.set(xlabel=x_label, ylabel=y_label, ylim=(-0.02, 1.02))
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25 %", "50 %", "75 %", "100 %"])
    return figure


def _draw(axes: Axes, curve: Curve, k: int) -> None:
    colour = COLOURS[k % len(COLOURS)]
    shown = np.isfinite(curve.low) & np.isfinite(curve.high)
    axes.fill_between(
        curve.x[shown], curve.low[shown], curve.high[shown], color=colour, alpha=0.13, linewidth=0
    )
    axes.plot(
        curve.x,
        curve.y,
        color=colour,
        linestyle=DASHES[k % len(DASHES)],
        marker=MARKERS[k % len(MARKERS)],
        linewidth=2.8 if curve.thick else 1.2,
        markersize=6 if curve.thick else 4,
    )


def _name_at_end(axes: Axes, curves: list[Curve], names: list[str]) -> None:
    """Names stand at the right end, pushed apart where the lines end close together."""
    order = sorted(range(len(curves)), key=lambda k: (float(curves[k].y[-1]), k))
    places = spread_out([float(curves[k].y[-1]) for k in order], gap=_GAP, most=1.0)
    beside = axes.get_yaxis_transform()
    for k, y in zip(order, places, strict=True):
        # The name is dark, for contrast; its marker in front says which line it belongs to.
        axes.plot(
            [1.03],
            [y],
            color=COLOURS[k % len(COLOURS)],
            marker=MARKERS[k % len(MARKERS)],
            markersize=6 if curves[k].thick else 4,
            transform=beside,
            clip_on=False,
        )
        axes.text(
            1.055,
            y,
            names[k],
            transform=beside,
            va="center",
            fontsize=9,
            fontweight="bold" if curves[k].thick else "normal",
        )


def spread_out(places: list[float], *, gap: float, most: float) -> list[float]:
    """Rising places moved as little as this simple way does, so that none is nearer than `gap`."""
    spread = list(places)
    for k in range(1, len(spread)):
        spread[k] = max(spread[k], spread[k - 1] + gap)
    ceiling = most
    for k in reversed(range(len(spread))):
        spread[k] = min(spread[k], ceiling)
        ceiling = spread[k] - gap
    return spread
