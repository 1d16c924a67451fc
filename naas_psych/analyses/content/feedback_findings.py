"""What feedback says in words: that sources differ, and who was not heard. It never picks one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.items.phrasing import listed
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

Row = Mapping[Any, Any]


def feedback_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Sources that differ, forms that too few filled in, groups that were heard less."""
    yield from _disagreement(result, thresholds)
    asked = result.provenance["frame_share"]
    for row in result.tables["sources"].to_dict("records"):
        if row["response_rate"] is not None and row["response_rate"] >= asked:
            yield from _response(row, thresholds)
            yield from _groups(str(row["source"]), result.tables["who_answered"], thresholds)


def _disagreement(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    pairs = result.tables["differences"]
    differ = pairs[pairs["sources_differ"]]
    if differ.empty:
        return
    lead = differ["question"].iloc[0]
    largest = max(
        differ[differ["question"] == lead].to_dict("records"),
        key=lambda row: abs(row["agree_difference"]),
    )
    answers = result.tables["answers"]
    own = answers[answers["question"] == lead].to_dict("records")
    said = "; ".join(_answer(row) for row in own)
    others = [in_words(q) for q in dict.fromkeys(differ["question"]) if q != lead]
    also = f" They differ on {listed(others, 4)} too." if others else ""
    yield found(
        code="sources_disagree",
        severity="warning",
        subject=str(lead),
        sentence=f"Sources differ on {in_words(lead)}. Each source's own answer: {said}. None of "
        f"them is the one answer: each holds for those it heard.{also}",
        value=float(largest["agree_difference"]),
        limits=(largest["agree_difference_low"], largest["agree_difference_high"]),
        threshold=thresholds["feedback_answers_min"],
    )


def _answer(row: Row) -> str:
    return (
        f"{in_words(row['source'])} {100 * row['agree']:.0f} % agree "
        f"({100 * row['agree_low']:.0f} to {100 * row['agree_high']:.0f}; mean "
        f"{row['mean_rating']:.1f}, {row['n']} people)"
    )


def _response(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    line = thresholds["feedback_response_min"]
    if row["response_rate_high"] >= line.value:
        return
    yield found(
        code="feedback_response_low",
        severity="info",
        subject=str(row["source"]),
        sentence=f"{row['persons_heard']} of {row['persons']} persons "
        f"({100 * row['response_rate']:.0f} %) answered in {in_words(row['source'])}.",
        value=float(row["response_rate"]),
        limits=(row["response_rate_low"], row["response_rate_high"]),
        threshold=line,
    )


def _groups(source: str, table: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    """Groups whose whole interval lies below the line: the rate of everybody is taken as known."""
    line, least = thresholds["feedback_group_ratio_min"], thresholds["feedback_answers_min"].value
    own = table[(table["source"] == source) & (table["persons"] >= least)]
    for row in own[own["response_ratio_high"] < line.value].to_dict("records"):
        yield found(
            code="feedback_group_unheard",
            severity="warning",
            subject=f"{row['characteristic']}: {row['characteristic_value']}",
            sentence=f"Of {row['persons']} persons with {in_words(row['characteristic'])} "
            f"{in_words(row['characteristic_value'])}, {row['persons_heard']} "
            f"({100 * row['response_rate']:.0f} %) answered in {in_words(source)}: "
            f"{row['response_ratio']:.2f} of the rate of everybody.",
            value=float(row["response_ratio"]),
            limits=(row["response_ratio_low"], row["response_ratio_high"]),
            threshold=line,
        )
