"""What a decision over components says: how much the rule matters, and which component decides."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def decision_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The spread over rules, the component that decides, and how often outcomes would repeat."""
    yield from _spread(result, thresholds)
    yield from _driver(result)
    yield from _repeats(result, thresholds)


def _spread(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    top, own = str(result.provenance["top"]), str(result.provenance["rule"])
    table = result.tables["outcomes"]
    shares = {
        str(row["rule"]): known(row["share"])
        for row in table[table["outcome"] == top].to_dict("records")
    }
    below = {rule: 1 - share for rule, share in shares.items() if share is not None}
    if own not in below or len(below) < 2:
        return
    least, most = min(below, key=below.__getitem__), max(below, key=below.__getitem__)
    spread = below[most] - below[least]
    parts = _alone(result, top)
    line = thresholds["rules_alike_max"]
    if spread < line.value:
        case, said = "alike", "The rule hardly matters"
    else:
        case, said = "matters", "How many are below hangs on the rule"
    yield found(
        code="decision_rule_matters",
        severity="info",
        case=case,
        subject=own,
        sentence=f"{said}: of 100 persons with all components {_of(below[most])} do not fully meet "
        f"the standard under the {most} rule and {_of(below[least])} under the {least} rule; under "
        f"the rule of the study ({own}) {_of(below[own])}.{parts}",
        value=spread,
        threshold=line,
    )


def _alone(result: Result, top: str) -> str:
    table = result.tables["components"]
    said = []
    for row in table[table["outcome"] == top].to_dict("records"):
        share = known(row["share"])
        if share is None:
            return ""
        said.append(f"{row['component_name']} {_of(1 - share)}")
    return f" Each component alone: {', '.join(said)}."


def _driver(result: Result) -> Iterator[Finding]:
    own = str(result.provenance["rule"])
    table = result.tables["drivers"]
    rows = table[table["rule"] == own].to_dict("records")
    alone = {str(row["component_name"]): known(row["held_alone"]) for row in rows}
    if not alone or any(value is None for value in alone.values()):
        return
    values = {name: float(value or 0.0) for name, value in alone.items()}
    name = max(values, key=values.__getitem__)
    if values[name] <= 0:
        return
    others = ", ".join(f"{k} {_of(v)}" for k, v in values.items() if k != name)
    yield found(
        code="component_decides",
        severity="info",
        subject=name,
        sentence=f"Of 100 persons below {result.provenance['top']} under the {own} rule, "
        f"{_of(values[name])} are there because of {name} alone ({others}).",
        value=values[name],
    )


def _repeats(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    own = str(result.provenance["rule"])
    table = result.tables["accuracy"]
    rows = table[(table["rule"] == own)].to_dict("records")
    if not rows:
        return
    row = rows[0]
    three = row["cut_name"] == "all"
    least = thresholds["decision_consistency_three_min" if three else "decision_consistency_min"]
    share, right = known(row["consistency"]), known(row["accuracy"])
    high = known(row["consistency_high"])
    passed, failed = known(row["false_pass"]), known(row["false_fail"])
    if share is None or right is None or passed is None or failed is None:
        return
    if (share if high is None else high) >= least.value:
        return
    yield found(
        code="rule_repeats_seldom",
        severity="warning",
        subject=own,
        sentence=f"Under the {own} rule {_of(share)} of 100 persons would get the same outcome at "
        f"a second sitting of all components, and {_of(right)} have the one that their true scores "
        f"deserve: {_of(passed)} a higher one and {_of(failed)} a lower one.",
        value=share,
        limits=(row["consistency_low"], row["consistency_high"]),
        threshold=least,
    )


def _of(share: float) -> str:
    """Of 100, with a decimal where there are few."""
    count = 100 * share
    return f"{count:.0f}" if count >= 10 or count == 0 else f"{count:.1f}"
