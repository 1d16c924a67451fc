"""What logistic regression says in words: curves that differ in slope, or at all scores."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def logistic_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items beyond chance after all other tests, in comparisons with persons enough."""
    items = result.tables["items"]
    end = "_purified" if "p_adjusted_purified" in items else ""
    told = items[(items["verdict"] != "cannot_tell") & items[f"p_adjusted{end}"].notna()]
    sure = told[told[f"p_adjusted{end}"] < thresholds["dif_alpha"].value]
    for row in sure[sure["kind"] == "nonuniform"].to_dict("records"):
        yield from _crossing(row, thresholds, end)
    flagged = sure[(sure["kind"] == "uniform") & sure["verdict"].isin(["moderate", "large"])]
    for row in flagged.to_dict("records"):
        yield from _throughout(row, thresholds, end)


def _crossing(row: Row, thresholds: Thresholds, end: str) -> Iterator[Finding]:
    """A warning where the difference is of a size, or surely turns round along the score."""
    ends = {side: _ends(row, f"difference_{side}_scores") for side in ("low", "high")}
    low, high, gain = ends["low"], ends["high"], known(row[f"delta_r2{end}"])
    if low is None or high is None or gain is None:
        return
    turns = (low[2] < 0 < high[1]) or (high[2] < 0 < low[1])
    sized = row["verdict"] in {"moderate", "large"}
    yield found(
        code="shows_crossing_dif",
        severity="warning" if turns or sized else "info",
        subject=str(row["item_id"]),
        sentence=f"How {row['focal']} ({row['group']}) do on {row['item_id']} beside "
        f"{row['reference']} with the same total changes with the total: of every hundred marks "
        f"they earn {_hundredths(low)} at low totals and {_hundredths(high)} at high ones"
        f"{_persons(row)}.",
        value=gain,
        probability=known(row[f"p_adjusted{end}"]),
        threshold=thresholds["dif_r2_large" if row["verdict"] == "large" else "dif_r2_moderate"],
    )


def _throughout(row: Row, thresholds: Thresholds, end: str) -> Iterator[Finding]:
    size = _ends(row, "probability_difference")
    if size is None:
        return
    yield found(
        code="shows_uniform_dif",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"Among people with the same total, {row['focal']} ({row['group']}) earn "
        f"{_hundredths(size)} of every hundred marks of {row['item_id']} than {row['reference']}"
        f"{_persons(row)}.",
        value=size[0],
        limits=(size[1], size[2]),
        probability=known(row[f"p_adjusted{end}"]),
        threshold=thresholds["dif_r2_large" if row["verdict"] == "large" else "dif_r2_moderate"],
    )


def _ends(row: Row, name: str) -> tuple[float, float, float] | None:
    """Value and limits, or nothing where one of them is not given."""
    value, low, high = (known(row[f"{name}{end}"]) for end in ("", "_low", "_high"))
    return None if value is None or low is None or high is None else (value, low, high)


def _hundredths(size: tuple[float, float, float]) -> str:
    """`12 fewer (limits -18 to -6)`."""
    value, low, high = (100 * each for each in size)
    way = "fewer" if value < 0 else "more"
    return f"{abs(value):.0f} {way} (limits {low:+.0f} to {high:+.0f})"


def _persons(row: Row) -> str:
    n = [known(row[name]) for name in ("n_focal", "n_reference")]
    return "" if None in n else f"; {n[0]:.0f} and {n[1]:.0f} persons"
