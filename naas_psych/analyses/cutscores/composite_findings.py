"""What a weighted sum says: its precision, and components that weigh more than they were given."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def composite_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Reliability below what decisions need, weights that are not as meant, impossible pairs."""
    line = thresholds["pass_fail_reliability_min"]
    for row in result.tables["composite"].to_dict("records"):
        value, sem = known(row["reliability"]), known(row["sem"])
        if value is not None and sem is not None and value < line.value:
            yield found(
                code="composite_imprecise",
                severity="warning",
                subject="weighted sum",
                sentence=f"The weighted sum has a reliability of {short(value)} and an error of "
                f"measurement of {sem:.3g} on its own scale.",
                value=value,
                threshold=line,
            )
    yield from _weights(result, thresholds)
    for row in result.tables["correlations"].to_dict("records"):
        r = known(row["r_disattenuated"])
        if r is not None and abs(r) > 1:
            yield found(
                code="true_correlation_above_one",
                severity="warning",
                subject=f"{row['component_name']}, {row['other_component']}",
                sentence=f"Freed of error, {row['component_name']} and {row['other_component']} "
                f"would correlate {r:.2f}, which cannot be.",
                value=r,
            )


def _weights(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    line = thresholds["effective_weight_gap_max"]
    for row in result.tables["weights"].to_dict("records"):
        meant, real = known(row["nominal_weight"]), known(row["effective_weight"])
        if meant is None or real is None or abs(real - meant) <= line.value:
            continue
        yield found(
            code="weight_not_as_meant",
            severity="info",
            subject=str(row["component_name"]),
            sentence=f"{row['component_name']} was given {100 * meant:.0f} per cent of the weight "
            f"and brings in {100 * real:.0f} per cent of the spread of the sum.",
            value=real,
            threshold=line,
        )
