"""The house style of figures: quiet axes, readable type, colours that the report can turn dark."""

from __future__ import annotations

from typing import Any

from naas_psych.drawing import COLOURS

#: These four appear in no other role, so that the report's style sheet can swap them in the dark.
INK = "#1b1f24"
QUIET = "#57606a"
GRID = "#d8dee4"
PAPER = "#ffffff"

FONTS = ["DejaVu Sans", "Segoe UI", "Helvetica Neue", "Arial", "sans-serif"]


def house_style() -> Any:
    """Settings of matplotlib for every figure; fixed salt and no dates, so bytes repeat."""
    from matplotlib.rcsetup import cycler

    return {
        "font.family": ["DejaVu Sans"],
        "font.size": 9,
        "text.color": INK,
        "axes.titlesize": 10,
        "axes.titleweight": "normal",
        "axes.titlelocation": "left",
        "axes.labelsize": 9,
        "axes.labelcolor": INK,
        "axes.edgecolor": QUIET,
        "axes.linewidth": 0.8,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.grid": True,
        "axes.axisbelow": True,
        "axes.prop_cycle": cycler(color=list(COLOURS)),
        "axes.facecolor": "none",
        "figure.facecolor": PAPER,
        "grid.color": GRID,
        "grid.linewidth": 0.6,
        "xtick.color": QUIET,
        "ytick.color": QUIET,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "xtick.labelsize": 8,
        "ytick.labelsize": 8,
        "legend.frameon": False,
        "legend.fontsize": 8,
        "lines.linewidth": 1.6,
        "lines.markersize": 4.5,
        "patch.edgecolor": PAPER,
        "svg.fonttype": "none",
        "svg.hashsalt": "naas_psych",
        "path.simplify": True,
        "savefig.facecolor": PAPER,
    }
