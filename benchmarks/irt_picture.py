"""Cost against the number of persons: our line, a line of slope 1, and the peers as points."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.irt import Row

_MARKS = ("s", "^", "D", "v", "P", "X")


def draw(rows: Sequence[Row], path: Path) -> None:
    """Seconds of a 2PL fit on 60 items, both axes logarithmic."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "naas_psych", "font.size": 10}):
        figure = Figure(figsize=(7, 5.4), layout="constrained")
        axes = figure.add_subplot()
        _ours(axes, [row for row in rows if row.what.startswith("growth")])
        _peers(axes, rows)
        axes.set(xscale="log", yscale="log", xlabel="persons", ylabel="seconds (two cores)")
        axes.set_title("2PL fit, 60 items: cost against the number of persons", loc="left")
        axes.grid(True, which="major", color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
        axes.xaxis.set_major_formatter(lambda x, _: f"{x:,.0f}")
        axes.yaxis.set_major_formatter(lambda y, _: f"{y:g}")
        figure.legend(frameon=False, fontsize=9, loc="outside lower center", ncols=2)
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def _ours(axes: Any, rows: Sequence[Row]) -> None:
    """The guide goes through our largest size: above it on the left is what it costs to start."""
    known = [(row.n_persons, row.seconds) for row in rows if row.seconds is not None]
    if not known:
        return
    n, seconds = zip(*known, strict=True)
    axes.plot(n, seconds, "o-", color="C0", label="naas_psych", zorder=3)
    slope_one = [seconds[-1] * x / n[-1] for x in n]
    axes.plot(n, slope_one, "--", color="0.6", label="slope 1: cost in proportion to persons")


def _peers(axes: Any, rows: Sequence[Row]) -> None:
    """Measured peers filled; figures that are only quoted hollow."""
    points: dict[str, list[Row]] = {}
    for row in rows:
        if row.what.startswith("fit: 2PL") and row.program != "naas_psych" and row.seconds:
            points.setdefault(row.program, []).append(row)
    for i, (program, some) in enumerate(points.items()):
        quoted = "stated" in some[0].note
        axes.plot(
            [row.n_persons for row in some],
            [row.seconds for row in some],
            _MARKS[i % len(_MARKS)],
            color=f"C{i + 1}",
            fillstyle="none" if quoted else "full",
            label=f"{program} (stated, not measured)" if quoted else program,
        )
