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
    """Limits are for right/wrong items: with K categories they are divided by K - 1."""
    rmsea, steps = known(row["rmsea"]), max(int(row["most_categories"]) - 1, 1)
    adequate, close = thresholds["irt_rmsea_adequate"], thresholds["irt_rmsea_close"]
    if rmsea is None:
        return found(
            code="model_fit_verdict",
            case="cannot_tell",
            severity="info",
            subject="model",
            sentence=f"{row['statistic']} is undefined here: {_WHY[str(row['m2_reason'])]}.",
            value="cannot_tell",
        )
    case = "poor" if rmsea > adequate.value / steps else "adequate"
    case = "close" if rmsea <= close.value / steps else case
    limit = close if case == "close" else adequate
    divided = f" ({limit.value:g} / {steps})" if steps > 1 else ""
    side = "above" if case == "poor" else "not above"
    interval = f"{three(row['rmsea_low'])} to {three(row['rmsea_high'])}"
    return found(
        code="model_fit_verdict",
        case=case,
        severity="warning" if case == "poor" else "info",
        subject="model",
        sentence=f"RMSEA of {row['statistic']} is {three(rmsea)} ({interval}), {side} "
        f"{three(limit.value / steps)}{divided}: the fit of the model is {case}.",
        value=rmsea,
        limits=(row["rmsea_low"], row["rmsea_high"]),
        threshold=limit,
    )


_WHY = {
    "no_degrees_of_freedom": "the model has as many parameters as there are moments to fit",
    "not_identified": "means and correlations do not tell its parameters apart",
    "not_solved": "its equations have no stable solution",
}


def three(value: float) -> str:
    """Three decimals without the leading zero."""
    return f"{value:.3f}".removeprefix("0")
