"""What the sweep says of the cuts that were asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from naas_psych.analyses.cutscores.sweep_axis import ALL_FORMS
from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

#: With this share of the variance a source is the only one.
_ALONE = 0.999
#: A share this near a limit is within it: at a cut that everybody reaches both are 1.
_NEAR = 1e-6
#: Sources of error as a sentence names them.
_NAMED = {
    "persons": "which persons came",
    "clusters": "that persons came in clusters",
    "judges": "the judges' own error",
    "model": "the choice of model",
}


def sweep_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """At each cut asked for: who is below it, whom it gets wrong, and who is near it."""
    for row in asked_rows(result):
        yield from _below(row, result)
        yield from _misfit(row)
        yield from _wrong(row, thresholds)
        yield from _near(row, thresholds)
    yield from _draws(result, thresholds)


def asked_rows(result: Result) -> list[Row]:
    """Rows over all forms of the cuts that have a name."""
    table = result.tables["cuts"]
    named = table[(table["form"] == ALL_FORMS) & table["cut_name"].notna()]
    return list(named.to_dict("records"))


def said_cut(row: Row) -> str:
    """`the cut met (63 per cent of the marks)`, or without brackets where the name says it."""
    name, value = str(row["cut_name"]), known(row["cut"])
    if value is None or name[:1].isdigit() or ":" in name:
        return f"the cut {name}"
    words = {"percent": "per cent of the marks", "raw": "marks", "theta": "on theta"}
    return f"the cut {name} ({value:g} {words.get(str(row['unit']), '')})"


def _below(row: Row, result: Result) -> Iterator[Finding]:
    rate = known(row["pass_rate"])
    low, high = known(row["pass_rate_low"]), known(row["pass_rate_high"])
    if rate is None or low is None or high is None:
        return
    yield found(
        code="share_below_cut",
        severity="info",
        subject=str(row["cut_name"]),
        sentence=f"Of 100 persons {100 * (1 - rate):.1f} are below {said_cut(row)}; with other "
        f"persons{_with_judges(row, result)} it might have been {100 * (1 - high):.1f} to "
        f"{100 * (1 - low):.1f}.{_largest(row, result)}",
        value=1 - rate,
        limits=(1 - high, 1 - low),
    )


def _misfit(row: Row) -> Iterator[Finding]:
    """The model's share lies outside what the persons alone leave open."""
    rate, modelled = known(row["pass_rate"]), known(row["pass_rate_modelled"])
    low, high = known(row["pass_rate_sampling_low"]), known(row["pass_rate_sampling_high"])
    if rate is None or modelled is None or low is None or high is None:
        return
    if low - _NEAR <= modelled <= high + _NEAR:
        return
    yield found(
        code="model_misses_share",
        severity="warning",
        subject=str(row["cut_name"]),
        sentence=f"Of 100 persons {100 * (1 - rate):.1f} are below {said_cut(row)}; by the "
        f"response model it should be {100 * (1 - modelled):.1f}, beyond what the sample leaves "
        f"open ({100 * (1 - high):.1f} to {100 * (1 - low):.1f}).",
        value=modelled - rate,
    )


def _with_judges(row: Row, result: Result) -> str:
    clusters = result.provenance.get("clusters")
    said = f" from other clusters ({clusters} came)" if clusters else ""
    return said + (" and other judges" if (known(row["percent_se"]) or 0.0) > 0 else "")


def _largest(row: Row, result: Result) -> str:
    """Which source leaves the widest limits alone."""
    table = result.tables.get("sources")
    if table is None or "measure" not in table:
        return ""
    own = table[(table["cut_name"] == row["cut_name"]) & (table["measure"] == "below_cut")]
    own = own[own["variance_share"].notna()]
    if own.empty:
        return ""
    top: Any = own.loc[own["variance_share"].astype(float).idxmax()]
    half = known(top["half_width"])
    only = float(top["variance_share"]) > _ALONE
    if half is None or only or str(top["width_source"]) not in _NAMED:
        return ""
    return (
        f" The largest part comes from {_NAMED[str(top['width_source'])]}: that alone would leave "
        f"{100 * half:.1f} points on either side."
    )


def _wrong(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    accuracy = known(row["accuracy"])
    passed, failed = known(row["false_pass"]), known(row["false_fail"])
    if accuracy is None or passed is None or failed is None:
        return
    line = thresholds["decision_accuracy_min"]
    low, high = known(row["accuracy_low"]), known(row["accuracy_high"])
    shaky = high is not None and high < line.value
    yield found(
        code="wrong_outcomes_at_cut",
        severity="warning" if shaky else "info",
        subject=str(row["cut_name"]),
        sentence=f"At {said_cut(row)}, of 1,000 persons about {1000 * passed:.0f}"
        f"{_thousands(row, 'false_pass')} reach it though their true score does not, and about "
        f"{1000 * failed:.0f}{_thousands(row, 'false_fail')} stay below it though their true score "
        "reaches it.",
        value=accuracy,
        limits=(low, high),
        threshold=line,
    )


def _thousands(row: Row, name: str) -> str:
    low, high = known(row[f"{name}_low"]), known(row[f"{name}_high"])
    return "" if low is None or high is None else f" ({1000 * low:.0f} to {1000 * high:.0f})"


def _near(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    near, csem = known(row["near"]), known(row["csem_at_cut"])
    line = thresholds["near_cut_share_max"]
    if near is None or csem is None or near <= line.value:
        return
    yield found(
        code="many_near_cut",
        severity="warning",
        subject=str(row["cut_name"]),
        sentence=f"{100 * near:.0f} of 100 persons are within one standard error of "
        f"measurement ({csem:.1f} marks) of {said_cut(row)}: their outcome is close to a toss-up.",
        value=near,
        threshold=line,
    )


def _draws(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    table, line = result.tables["draws"], thresholds["mcse_share_max"]
    shares = [known(value) for value in table["mcse_share"]]
    worst = max((share for share in shares if share is not None), default=None)
    if worst is None or worst <= line.value:
        return
    yield found(
        code="draws_too_few",
        severity="info",
        subject="draws",
        sentence=f"After {int(table['draws'].iloc[0]):,} draws the Monte-Carlo error of a limit is "
        f"still {100 * worst:.0f} per cent of the width of its interval.",
        value=worst,
        threshold=line,
    )
