"""Pictures of an Angoff panel: judges' cuts by round, ratings beside facilities, more judges."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.forms import ONE_FORM
from naas_psych.analyses.items.phrasing import Row, known, short
from naas_psych.analyses.standard.angoff_words import where_of
from naas_psych.drawing import COLOURS, DASHES, MARKERS, Drawing, ink, new_figure
from naas_psych.result import Result

if TYPE_CHECKING:
    from matplotlib.figure import Figure

#: More judges than this are drawn without their names.
_NAMED = 40


def angoff_drawings(result: Result) -> Iterable[Drawing]:
    """For each cut and form the judges by round and the items; then what more judges would do."""
    tables = result.tables
    final = tables["cuts"][tables["cuts"]["final"] & (tables["cuts"]["unit"] == "raw")]
    line = float(result.provenance["realism_r_min"])
    for row in final.to_dict("records"):
        yield from _judges(row, _own(tables["judge_rounds"], row))
        yield from _items(row, _own(tables["items"], row), _own(tables["realism"], row), line)
    for row in tables["cut_precision"].to_dict("records"):
        yield from _sizes(row, _own(tables["d_study"], row))


def _own(table: pd.DataFrame, row: Row) -> pd.DataFrame:
    own: pd.DataFrame = table[
        (table["cut_name"] == row["cut_name"]) & (table["form"] == row["form"])
    ]
    return own


def _name(kind: str, row: Row) -> str:
    form = "" if row["form"] == ONE_FORM else f"_{row['form']}"
    return f"{kind}_{row['cut_name']}{form}"


def _judges(row: Row, rows: pd.DataFrame) -> Iterator[Drawing]:
    rows = rows.dropna(subset=["judge_cut_percent"])
    percent = known(row["percent"])
    if rows.empty or percent is None:
        return
    last = rows[rows["round"] == rows["round"].max()]["judge_cut_percent"]
    title = (
        f"Judges put {in_words(row['cut_name'])}{where_of(row)} at {last.min():.0f} to "
        f"{last.max():.0f} per cent of the marks, the panel at {percent:.0f}"
    )
    ends = known(row["percent_low"]), known(row["percent_high"])
    band = "" if None in ends else f", limits {ends[0]:.1f} to {ends[1]:.1f}"
    yield Drawing(
        name=_name("judge_cuts", row),
        title=title,
        alt=f"Cuts of {rows['judge_id'].nunique()} judges in {rows['round'].nunique()} rounds. "
        f"In the last they run from {last.min():.1f} to {last.max():.1f} per cent of the marks; "
        f"the panel's cut is {percent:.1f}{band}.",
        draw=partial(_draw_judges, rows, (percent, *ends), title),
        table="judge_rounds",
    )


def _draw_judges(rows: pd.DataFrame, band: tuple[Any, Any, Any], title: str) -> Figure:
    names = list(dict.fromkeys(rows.sort_values("judge_id")["judge_id"].astype(str)))
    rounds = sorted(rows["round"].unique())
    figure = new_figure(title, height=1.5 + 0.17 * min(len(names), _NAMED))
    axes = figure.axes[0]
    if band[1] is not None and band[2] is not None:
        axes.axvspan(band[1], band[2], color=ink(), alpha=0.12, linewidth=0)
    axes.axvline(band[0], color=ink(), linewidth=1)
    axes.annotate(
        f"panel {band[0]:.1f}",
        (band[0], -0.55),
        xytext=(3, 0),
        fontsize=7,
        textcoords="offset points",
    )
    place = {name: len(names) - 1 - k for k, name in enumerate(names)}
    for k, number in enumerate(rounds):
        own = rows[rows["round"] == number]
        axes.plot(
            own["judge_cut_percent"].to_numpy(dtype=float),
            [place[str(name)] for name in own["judge_id"]],
            linestyle="none",
            marker=MARKERS[k % len(MARKERS)],
            color=COLOURS[k % len(COLOURS)],
            markersize=4 + 1.5 * (k == len(rounds) - 1),
            alpha=1.0 if k == len(rounds) - 1 else 0.6,
            label=f"round {number:g}",
        )
    if len(names) <= _NAMED:
        axes.set_yticks(list(place.values()), list(place), fontsize=7)
    else:
        axes.set_yticks([])
    axes.set(xlabel="cut, per cent of the marks", ylim=(-0.7, len(names) + 0.9))
    axes.legend(loc="upper center", ncols=4, framealpha=1, fontsize=7)
    return figure


def _items(row: Row, rows: pd.DataFrame, realism: pd.DataFrame, line: float) -> Iterator[Drawing]:
    """`line`: correlation from which judged chances go with what was observed."""
    near = bool(rows["facility_near_cut"].notna().any())
    column = "facility_near_cut" if near else "facility"
    rows = rows.dropna(subset=[column, "judged_mean"])
    told = realism[realism["persons_compared"] == ("near_cut" if near else "everyone")]
    r = known(told["realism_r"].iloc[0]) if len(told) else None
    if rows.empty or r is None:
        return
    who = "persons near the cut" if near else "all persons"
    does = "go" if r >= line else "hardly go"
    title = (
        f"Judged chances for {in_words(row['cut_name'])}{where_of(row)} {does} with what {who} "
        f"did (r {short(r)})"
    )
    yield Drawing(
        name=_name("judged_and_observed", row),
        title=title,
        alt=f"{len(rows)} items: mean judged chance for {in_words(row['cut_name'])} against the "
        f"facility among {who}, with the diagonal where both are the same. Correlation {short(r)}.",
        draw=partial(_draw_items, rows, column, who, title),
        table="items",
    )


def _draw_items(rows: pd.DataFrame, column: str, who: str, title: str) -> Figure:
    figure = new_figure(title, height=3.9)
    axes = figure.axes[0]
    axes.plot([0, 1], [0, 1], color=ink(), linewidth=0.8, linestyle=":")
    axes.annotate(
        "the same", (0.97, 0.99), fontsize=7, color=ink(), ha="right", va="bottom", rotation=0
    )
    axes.plot(
        rows[column].to_numpy(dtype=float),
        rows["judged_mean"].to_numpy(dtype=float),
        linestyle="none",
        marker="o",
        markersize=4,
        color=COLOURS[0],
        alpha=0.75,
    )
    axes.set(
        xlim=(-0.02, 1.02),
        ylim=(-0.02, 1.06),
        xlabel=f"share of the marks, {who}",
        ylabel="judged chance, mean of the panel",
    )
    return figure


def _sizes(row: Row, rows: pd.DataFrame) -> Iterator[Drawing]:
    rows = rows.dropna(subset=["judges", "items", "se_items_fixed", "se_items_random"])
    rows = rows[rows["items"] == rows["items"].min()].sort_values("judges")
    if len(rows) < 2:
        return
    needed, sem = known(row["judges_firm"]), known(row["sem"])
    about = f"{in_words(row['cut_name'])}{where_of(row)}"
    title = (
        f"{needed:.0f} judges would bring the error of the cut for {about} to a quarter of the "
        "error of measurement"
        if needed is not None
        else f"How the error of the cut for {about} falls with the number of judges"
    )
    first, last = rows.iloc[0], rows.iloc[-1]
    yield Drawing(
        name=_name("number_of_judges", row),
        title=title,
        alt=f"Standard error of the cut in marks for {first['judges']:.0f} to "
        f"{last['judges']:.0f} judges: {first['se_items_fixed']:.2f} to "
        f"{last['se_items_fixed']:.2f} with these items, {first['se_items_random']:.2f} to "
        f"{last['se_items_random']:.2f} with items drawn anew.",
        draw=partial(_draw_sizes, rows, sem, known(row["judges"]), title),
        table="d_study",
    )


def _draw_sizes(rows: pd.DataFrame, sem: float | None, had: float | None, title: str) -> Figure:
    figure = new_figure(title, right=0.95)
    axes = figure.axes[0]
    judges = rows["judges"].to_numpy(dtype=float)
    lines = {"se_items_fixed": "these items", "se_items_random": "other items"}
    for k, (column, label) in enumerate(lines.items()):
        values = rows[column].to_numpy(dtype=float)
        axes.plot(judges, values, color=COLOURS[k], linestyle=DASHES[k], marker=MARKERS[k], ms=4)
        axes.annotate(
            label, (judges[-1], values[-1]), xytext=(6, 0), textcoords="offset points",
            fontsize=8, va="center", color=COLOURS[k],
        )  # fmt: skip
    top = float(np.nanmax(rows["se_items_random"].to_numpy(dtype=float)))
    for share, said in ((0.5, "half the SEM"), (0.25, "a quarter")):
        if sem is not None and share * sem < 1.1 * top:
            axes.axhline(share * sem, color=ink(), linewidth=0.8, linestyle=":")
            axes.annotate(
                said, (judges[-1], share * sem), xytext=(0, -2), textcoords="offset points",
                fontsize=7, color=ink(), ha="right", va="top",
            )  # fmt: skip
    if had is not None:
        axes.axvline(had, color=ink(), linewidth=0.6)
        axes.annotate(
            f"{had:.0f} judges", (had, top), xytext=(3, 0), textcoords="offset points", fontsize=7
        )
    axes.set(xlabel="judges", ylabel="standard error of the cut, marks", ylim=(0, 1.12 * top or 1))
    return figure
