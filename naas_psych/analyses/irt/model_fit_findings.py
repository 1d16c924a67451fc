"""What model fit says in words: how close the whole model is, and whether pairs stand out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from naas_psych.analyses.items.phrasing import known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def model_fit_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One verdict by RMSEA; one more where correlations are missed by too much."""
    row: Row = result.tables["fit"].to_dict("records")[0]
    yield _verdict(row, thresholds)
    srmsr, p = known(row["srmsr"]), known(row["p_value"])
    limit = thresholds["irt_srmsr_max"]
    sure = p is None or p < thresholds["irt_p_value_max"].value
    if srmsr is not None and srmsr > limit.value and sure:
        yield found(
            code="correlations_missed",
            severity="warning",
            subject="model",
            sentence=f"Correlations of pairs of items are missed by {three(srmsr)} on average "
            f"(SRMSR), above {three(limit.value)}.",
            value=srmsr,
            threshold=limit,
        )


def _verdict(row: Row, thresholds: Thresholds) -> Finding:
    """By the interval, not the estimate: a verdict needs all of it on one side of a line.

    Limits are for right/wrong items: with K categories they are divided by K - 1.
    """
    unknown = _no_verdict(row, thresholds)
    if unknown:
        return _cannot_tell(f"{unknown}, so nothing can be said of the fit of the model", row)
    steps = max(int(row["most_categories"]) - 1, 1)
    adequate, close = thresholds["irt_rmsea_adequate"], thresholds["irt_rmsea_close"]
    low, high = float(row["rmsea_low"]), float(row["rmsea_high"])
    said = f"RMSEA of {row['statistic']} is {three(row['rmsea'])} ({three(low)} to {three(high)})"
    if high <= close.value / steps:
        case, limit, side = "close", close, "all of it not above"
    elif high <= adequate.value / steps:
        case, limit, side = "adequate", adequate, "all of it not above"
    elif low > adequate.value / steps:
        case, limit, side = "poor", adequate, "all of it above"
    else:
        between = f"{three(adequate.value / steps)} lies between these limits"
        return _cannot_tell(f"{said}: {between}, so the fit may be adequate or poor", row)
    divided = f" ({limit.value:g} / {steps})" if steps > 1 else ""
    return found(
        code="model_fit_verdict",
        case=case,
        severity="warning" if case == "poor" else "info",
        subject="model",
        sentence=f"{said}, {side} {three(limit.value / steps)}{divided}: the fit of the model is "
        f"{case}.",
        value=float(row["rmsea"]),
        limits=(low, high),
        threshold=limit,
    )


def _no_verdict(row: Row, thresholds: Thresholds) -> str:
    """Why these numbers bear no verdict, or nothing."""
    least = thresholds["irt_persons_rasch"].value
    if known(row["rmsea"]) is None:
        return f"{row['statistic']} is undefined here: {_WHY[str(row['m2_reason'])]}"
    if not row["converged"]:
        return "The estimates of the model did not settle"
    if row["n"] < least:
        return f"{row['n']} persons are fewer than the {least:g} that a response model needs"
    return ""


def _cannot_tell(words: str, row: Row) -> Finding:
    return found(
        code="model_fit_verdict",
        case="cannot_tell",
        severity="info",
        subject="model",
        sentence=f"{words}.",
        value=known(row["rmsea"]) or "cannot_tell",
        limits=(known(row["rmsea_low"]), known(row["rmsea_high"])),
    )


_WHY = {
    "no_degrees_of_freedom": "the model has as many parameters as there are moments to fit",
    "not_identified": "means and correlations do not tell its parameters apart",
    "not_solved": "its equations have no stable solution",
    "withheld": "there are too few persons to show it",
    "withheld_with_another": "there are too few persons to show it",
}


def three(value: float) -> str:
    """Three decimals without the leading zero."""
    return f"{value:.3f}".removeprefix("0")
