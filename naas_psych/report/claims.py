"""The register of claims: what was said and asked, with the answer of these data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from naas_psych.assurance.claims import Answer, answers
from naas_psych.assurance.gaps import Gap
from naas_psych.assurance.ledger import ledger
from naas_psych.assurance.measure import Measured
from naas_psych.report import wording
from naas_psych.report.run import Run
from naas_psych.study.study import Study

#: What the letters of polarity mean.
POLARITY = {"A": "assurance", "C": "concern", "Q": "question", "D": "demand"}


def answered(study: Study, run: Run) -> tuple[Answer, ...]:
    """Every claim with what this run says about it."""
    return answers(study, {result.analysis: result for result in run.results}, run.reasons)


def register(
    found: Sequence[Answer], run: Run, *, gaps: Sequence[Gap] = (), heard: Sequence[str] = ()
) -> dict[str, Any]:
    """The content of claims.json: each claim with its verdict, what is open, and the ledger."""
    steps = ledger({result.analysis: result for result in run.results})
    closing = {name: gap for gap in gaps for name in gap.claims}
    return {
        "tally": tally(found),
        "claims": [_claim(one, closing.get(one.claim.id)) for one in found],
        "gaps": [_gap(one) for one in gaps],
        "heard_not_measurable": list(heard),
        "ledger": [asdict(step) for step in steps],
    }


def tally(found: Sequence[Answer]) -> dict[str, int]:
    """How many claims have each word, in the order of the words: a count, and never a score."""
    counted = Counter(one.verdict.word for one in found)
    return {word: counted[word] for word in sorted(counted)}


def _claim(answer: Answer, gap: Gap | None) -> dict[str, Any]:
    claim, caveat = answer.claim, answer.caveat
    return {
        "id": claim.id,
        "quote": claim.quote,
        "who": claim.who,
        "where": claim.where,
        "polarity": claim.polarity,
        "kind": list(claim.kind),
        "source": list(claim.source),
        "question": claim.question,
        "verdict": answer.verdict.word,
        "sentence": answer.verdict.sentence,
        "answer": answer.words,
        "action": answer.action,
        "measures": [_measure(one) for one in answer.measured],
        "documents": answer.documents.word if answer.documents else None,
        "not_yet": answer.not_yet.sentence if answer.not_yet else None,
        "remark": claim.remark,
        "based_on": caveat.based_on,
        "main_assumption": caveat.main_assumption,
        "would_change_if": caveat.would_change_if,
        "cannot_show": caveat.does_not_show,
        "would_answer": {"design": gap.design, "size": gap.size, "cost": gap.cost} if gap else None,
    }


def _gap(gap: Gap) -> dict[str, Any]:
    return {
        "title": gap.title,
        "design": gap.design,
        "size": gap.size,
        "cost": gap.cost,
        "on_board": gap.on_board,
        "claims": list(gap.claims),
        "open": [asdict(one) for one in gap.open],
    }


def _measure(one: Measured) -> dict[str, Any]:
    return {
        "says": one.says,
        "analysis": one.measure.analysis,
        "table": one.measure.table,
        "value": one.estimate,
        "low": one.low,
        "high": one.high,
        "minimum": one.measure.minimum,
        "target": one.measure.target,
        "verdict": one.verdict.word,
        "sentence": one.verdict.sentence,
    }


def number_words(one: Measured) -> str:
    """`23 of 100 (plausible: 19 to 26 of 100)`, or nothing where there is no number."""
    if one.estimate is None:
        return ""
    counted = one.low is None or one.high is None or not one.ranges
    if one.out_of:
        figure, limits = (
            wording.of_all(one.estimate, one.out_of),
            wording.range_of_all(one.low, one.high, one.out_of),
        )
    elif one.measure.share:
        figure, limits = (
            wording.per_hundred(one.estimate),
            wording.plausible(one.low, one.high),
        )
    else:
        known = (one.estimate,) if counted else (one.estimate, one.low, one.high)
        figure, *ends = wording.coefficients(known)
        limits = " to ".join(ends)
    return figure if counted else f"{figure} (plausible: {limits})"
