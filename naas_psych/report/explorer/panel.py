"""The explorer as the page shows it: controls, picture, a twin for paper and the table behind."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd

from naas_psych.report.explorer.chart import specification
from naas_psych.report.explorer.rows import Explored, explored
from naas_psych.report.explorer.twin import NAME as TWIN
from naas_psych.report.figures import Image
from naas_psych.report.tables import TableView, view
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

_ALT = (
    "Curves over all cuts: the share below, false passes and false fails, and the pass rates of "
    "groups beside their reference, with the two chosen cuts. The table below has the same numbers."
)


@dataclass(frozen=True)
class Panel:
    """Everything the template needs; `json` is the data of the picture, safe inside a script."""

    names: tuple[str, ...]
    last: int
    upper_place: int
    lower_place: int
    groups: tuple[str, ...]
    alt: str
    source: str
    population: str
    twin: Image | None
    table: TableView
    single: bool
    json: str


def panel(
    results: Mapping[str, Result], images: Mapping[str, Any], thresholds: Thresholds
) -> Panel | None:
    """The panel, or nothing where no cut could be swept."""
    found = explored(results, thresholds)
    if found is None:
        return None
    names = tuple(dict.fromkeys(row["name"] for row in found.groups))
    return Panel(
        names=found.outcomes,
        last=len(found.curve) - 1,
        upper_place=found.upper,
        lower_place=found.lower,
        groups=names,
        alt=_ALT,
        source=_source(found),
        population=f"{found.population:,}",
        twin=next(iter(images.get(TWIN, ())), None),
        table=_table(found),
        single=found.single,
        json=_json(found, names),
    )


@cache
def scripts() -> str:
    """Vega, Vega-Lite and Vega-Embed in one text, so that the page asks no network for them."""
    import vl_convert

    text: str = vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;")
    # A closing tag inside a script would end it.
    return text.replace("</script", "<\\/script")


def _source(found: Explored) -> str:
    seen = (
        "Shares below each cut were counted in these data"
        if found.observed
        else "Shares below each cut come from the response model and differ a little from the "
        "counts told above: counts at neighbouring cuts would tell of single people"
    )
    weighted = ", weighted to the population" if found.weighted else ""
    box = " The dashed box holds what judges could accept (Hofstee)." if found.boxes else ""
    return (
        f"{seen}{weighted}; wrong outcomes and groups are from the model. Numbers of people are "
        f"out of {found.population:,}.{box}"
    )


def _json(found: Explored, names: tuple[str, ...]) -> str:
    ratios = {(row["name"], row["percent"]): row["ratio"] for row in found.groups}
    data = {
        "cuts": [
            {**row, "total": "" if row["total"] is None else f" ({row['total']:g} marks)"}
            for row in found.curve
        ],
        "pairs": found.pairs,
        "groups": [
            {"ratios": [ratios.get((name, row["percent"])) for row in found.curve]}
            for name in names
        ],
        "population": found.population,
        "single": found.single,
        "specification": specification(found),
    }
    return json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")


def _table(found: Explored) -> TableView:
    rows = (
        pd.DataFrame(found.curve)
        .drop(columns="cut")
        .rename(columns={"total": "operational", "below": "below_share"})
    )
    rows = rows.rename(columns={"below_low": "below_share_low", "below_high": "below_share_high"})
    return view(
        "explorer",
        rows,
        caption="Every cut: what the explorer shows",
        file="tables/cut_sweep__cuts.csv",
        limit=len(rows),
    )
