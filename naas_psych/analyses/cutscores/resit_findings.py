"""What resits trade: fewer wrongly held back, more wrongly let through."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def resit_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The trade of the study's policy, then whether its false passes grow too much."""
    rows = {row["policy"]: row for row in result.tables["policies"].to_dict("records")}
    own = rows.get(result.provenance["own_policy"])
    once = rows.get("1 attempt")
    if own and once and own["attempts"] > 1:
        yield from _trade(own, once, str(result.provenance["top"]))
    if own:
        yield from _growth(own, thresholds)


def _trade(own: Row, once: Row, top: str) -> Iterator[Finding]:
    passed, failed = known(own["false_pass"]), known(own["false_fail"])
    passed_once, failed_once = known(own["false_pass_once"]), known(own["false_fail_once"])
    met, met_once = known(own["share_met"]), known(once["share_met"])
    numbers = (passed, failed, passed_once, failed_once, met, met_once)
    if any(one is None for one in numbers):
        return
    p, f, p1, f1, m, m1 = (float(one or 0.0) for one in numbers)
    yield found(
        code="resits_trade_errors",
        severity="info",
        subject=str(own["policy"]),
        sentence=f"With {own['policy']}, {_of(1 - m)} of 1,000 stay below {top} instead of "
        f"{_of(1 - m1)} after one sitting. Of 1,000, {_of(f)} instead of {_of(f1)} stay below "
        f"though their true score at that time reaches it, and {_of(p)} instead of {_of(p1)} "
        f"reach it though theirs does not{_people(own)}.",
        value=p / p1 - 1 if p1 > 0 else None,
        limits=(own["false_pass_growth_low"], own["false_pass_growth_high"]),
    )


def _people(own: Row) -> str:
    passed, failed = (
        known(own["of_population_false_pass"]),
        known(own["of_population_false_fail"]),
    )
    if passed is None or failed is None:
        return ""
    return f"; of the whole population about {failed:,.0f} and {passed:,.0f}"


def _growth(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    growth, line = known(row["false_pass_growth"]), thresholds["resit_false_pass_growth_max"]
    passed, once = known(row["false_pass"]), known(row["false_pass_once"])
    failed, failed_once = known(row["false_fail"]), known(row["false_fail_once"])
    if growth is None or growth <= line.value or passed is None or once is None:
        return
    other = (
        ""
        if failed is None or failed_once is None
        else f" False fails go from {_of(failed_once)} to {_of(failed)}."
    )
    yield found(
        code="resits_more_false_passes",
        severity="warning",
        subject=str(row["policy"]),
        sentence=f"With {row['policy']}, {_of(passed)} of 1,000 pass though their true score "
        f"at that time is below the cut, against {_of(once)} with one sitting "
        f"({100 * growth:.0f} per cent more).{other}",
        value=growth,
        limits=(row["false_pass_growth_low"], row["false_pass_growth_high"]),
        threshold=line,
    )


def _of(share: float) -> str:
    """Of 1,000, with a decimal where there are few."""
    count = 1000 * share
    return f"{count:.0f}" if count >= 10 else f"{count:.1f}"
