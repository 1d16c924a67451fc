"""The group below each cut, with what each source of error adds to its limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.drawing import COLOURS, MARKERS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def population_drawings(result: Result) -> Iterable[Drawing]:
    """One a cut."""
    outcomes, words = result.tables["outcomes"], result.tables["words"]
    total = result.provenance["population"]
    for name in dict.fromkeys(words["cut_name"]):
        own = outcomes[outcomes["outcome_reached"] == f"below {name}"]
        rows = own[own["share"].notna()].to_dict("records")
        if not rows:
            continue
        word = words[words["cut_name"] == name].to_dict("records")[-1]
        title = _title(word, total)
        yield Drawing(
            name=f"below_{name}",
            title=title,
            alt=_alt(rows),
            draw=partial(_draw, rows, title),
            table="outcomes",
        )


def _title(row: Row, total: float | None) -> str:
    from naas_psych.analyses.cutscores.population_findings import _limits, _many

    if known(row["share"]) is None:
        return f'The group below the cut "{row["cut_name"]}"'
    return f'Below the cut "{row["cut_name"]}": about {_many(row, total)}{_limits(row, total)}'


def _alt(rows: Sequence[Row]) -> str:
    told = "; ".join(f"{_label(row)}: {_span(row)}" for row in rows)
    return f"The share below the cut as a mark with its limits as a line, in per cent. {told}."


def _span(row: Row) -> str:
    low, high = known(row["share_low"]), known(row["share_high"])
    value = f"{100 * float(row['share']):.1f}"
    return (
        value if low is None or high is None else f"{value} ({100 * low:.1f} to {100 * high:.1f})"
    )


def _label(row: Row) -> str:
    weighting = {"none": "unweighted", "strata": "by strata", "raking": "raked"}
    return f"{weighting.get(str(row['weighting']), str(row['weighting']))}, {row['limits_carry']}"


def _draw(rows: Sequence[Row], title: str) -> Figure:
    figure = new_figure(title, right=0.25, height=1.6 + 0.3 * len(rows))
    axes = figure.axes[0]
    box = axes.get_position()
    axes.set_position((0.42, box.y0, box.x1 - 0.42, box.height))
    ways = list(dict.fromkeys(row["weighting"] for row in rows))
    for k, row in enumerate(rows):
        way = ways.index(row["weighting"])
        low, high = known(row["share_low"]), known(row["share_high"])
        if low is not None and high is not None:
            axes.plot([100 * low, 100 * high], [k, k], color=COLOURS[way], linewidth=2)
        axes.plot(100 * float(row["share"]), k, marker=MARKERS[way], color=COLOURS[way])
    for line in (2.0, 5.0, 10.0):
        axes.axvline(line, color=ink(), linewidth=0.8, linestyle=":")
    axes.set_yticks(range(len(rows)), [_label(row) for row in rows], fontsize=8)
    axes.set(ylim=(len(rows) - 0.5, -0.5), xlabel="per cent below the cut")
    axes.set_xlim(left=0)
    return figure
