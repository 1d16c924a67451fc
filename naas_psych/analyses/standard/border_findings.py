"""What persons on the border say of the cut, and a picture of the stations' cuts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING

import pandas as pd

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.analyses.standard.judged_words import cut_said, scale_said
from naas_psych.drawing import COLOURS, Drawing, new_figure, shortened
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: Stations that are drawn at most.
_MOST = 30


def border_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Where persons on the border put each cut, and on how few that rests."""
    cuts = result.tables["cuts"].drop_duplicates(["cut_name", "unit"])
    for row in cuts.to_dict("records"):
        yield from _cut(row)
        yield from _few(row, thresholds)


def _cut(row: Row) -> Iterator[Finding]:
    work = row["unit"] == "scale"
    said = scale_said(row) if work else cut_said(row)
    if said is None:
        why = row.get("cut_reason")
        if isinstance(why, str) and not why.startswith("withheld"):
            yield found(
                code="no_cut_from_persons",
                severity="warning",
                subject=str(row["cut_name"]),
                sentence=f"There is no cut for {row['cut_name']}: {reason_label(why)}.",
                value=why,
            )
        return
    place = f"in rated work ({row['form']}) " if work else ""
    yield found(
        code="cut_from_persons",
        severity="info",
        subject=str(row["cut_name"]),
        sentence=f"Persons on the border of {row['cut_name']} {place}have a {row['statistic_used']}"
        f" score of {said}.",
        value=known(row["cut"] if work else row["percent"]),
        limits=(row["cut_low"], row["cut_high"])
        if work
        else (row["percent_low"], row["percent_high"]),
    )


def _few(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    n, line = known(row["n"]), thresholds["borderline_persons_min"]
    if known(row["cut"]) is None or n is None or not row["few_persons"]:
        return
    where = " in a station" if row["unit"] == "scale" else ""
    yield found(
        code="few_persons_judged",
        severity="warning",
        subject=str(row["cut_name"]),
        sentence=f"The cut for {row['cut_name']} rests on fewer than {line.value:g} persons on the "
        f"border{where}, too few to say where others would be.",
        value=n,
        threshold=line,
    )


def border_drawings(result: Result) -> Iterable[Drawing]:
    """The cut of each station with its limits."""
    table = result.tables.get("stations")
    shown = table[table["cut"].notna()] if table is not None else None
    if shown is None or len(shown) < 2:
        return
    title = _title(shown)
    yield Drawing(
        name="station_cuts",
        title=title,
        alt="Cut of each station: "
        + "; ".join(f"{row['station']} {row['cut']:.2f}" for row in shown.to_dict("records"))
        + ".",
        draw=partial(_draw, shown.head(_MOST), title),
        table="stations",
    )


def _title(shown: pd.DataFrame) -> str:
    return (
        f"Persons on the border score from {shown['cut'].min():.1f} to {shown['cut'].max():.1f} "
        f"in {len(shown)} stations"
    )


def _draw(shown: pd.DataFrame, title: str) -> Figure:
    figure = new_figure(title, height=1.4 + 0.3 * len(shown))
    axes = figure.axes[0]
    figure.subplots_adjust(left=0.25)
    for y, row in enumerate(shown.to_dict("records")):
        low, high = known(row["cut_low"]), known(row["cut_high"])
        if low is not None and high is not None:
            axes.plot([low, high], [y, y], color=COLOURS[0], linewidth=1.6)
        axes.plot(row["cut"], y, color=COLOURS[0], marker="o", markersize=5)
        axes.annotate(f"{row['cut']:.2f}", (row["cut"], y + 0.15), fontsize=8, ha="center")
    labels = [shortened(str(name), 18) for name in shown["station"]]
    axes.set_yticks(range(len(shown)), labels, fontsize=8)
    axes.set(xlabel="score of the station", ylim=(-0.6, len(shown) - 0.2))
    axes.tick_params(axis="y", length=0)
    return figure
