"""The verdict board: what critics would ask, answered by the one rule."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from naas_psych.assurance.claims import Answer
from naas_psych.assurance.entry import Caveat, Entry
from naas_psych.assurance.items_alike import items_alike
from naas_psych.assurance.key_verdict import key_quality
from naas_psych.assurance.measure import FAILED, why_absent
from naas_psych.assurance.precision import precision
from naas_psych.assurance.verdict import cannot_tell, not_a_measurement_question
from naas_psych.assurance.weak_items import item_quality
from naas_psych.result import Result
from naas_psych.study.study import Study

#: The analysis without which a question of the board has no answer.
_RESTS_ON = {
    "precision": "reliability",
    "item_quality": "item_statistics",
    "key_quality": "key_check",
    "items_alike": "dif_summary",
}


def board(
    study: Study,
    results: Mapping[str, Result],
    answered: Sequence[Answer] = (),
    not_examined: Mapping[str, str] | None = None,
) -> tuple[Entry, ...]:
    """Every question of the board, in the order of the report, with the claims that stand on it."""
    own = own_entries(study, results, not_examined or {})
    return (
        own["precision"],
        own["item_quality"],
        own["key_quality"],
        *(_of_claim(answer) for answer in answered if answer.claim.on_board),
        own["items_alike"],
        _pass_mark(),
    )


def own_entries(
    study: Study, results: Mapping[str, Result], not_examined: Mapping[str, str]
) -> dict[str, Entry]:
    """The questions of the board that are no claim of anybody's, by name."""
    found = {
        "precision": precision(study, results),
        "item_quality": item_quality(study, results),
        "key_quality": key_quality(study, results),
        "items_alike": items_alike(study, results, not_examined),
    }
    return {name: _or_why_not(name, entry, not_examined) for name, entry in found.items()}


def _or_why_not(name: str, entry: Entry, not_examined: Mapping[str, str]) -> Entry:
    """The entry, or that its analysis failed."""
    why = why_absent(_RESTS_ON.get(name, ""), not_examined)
    if not why.startswith(FAILED):
        return entry
    return replace(entry, verdict=cannot_tell(why), estimate=None, low=None, high=None)


def _of_claim(answer: Answer) -> Entry:
    claim, number = answer.claim, answer.deciding
    return Entry(
        question=claim.question,
        claim=f"\N{LEFT DOUBLE QUOTATION MARK}{claim.quote}\N{RIGHT DOUBLE QUOTATION MARK} "
        f"({claim.by})",
        verdict=answer.verdict,
        measure=number.says if number else "",
        column="proportion" if number and number.measure.share else "estimate",
        estimate=number.estimate if number else None,
        low=number.low if number and number.ranges else None,
        high=number.high if number and number.ranges else None,
        out_of=number.out_of if number else None,
        chapter=claim.chapter,
        answer=answer.words,
        action=answer.action,
        source=number.source if number else (),
        caveat=answer.caveat,
    )


def _pass_mark() -> Entry:
    return Entry(
        question="Should the test decide who may practise?",
        claim="",
        verdict=not_a_measurement_question(
            "the body that answers for the scheme, after hearing those it affects"
        ),
        caveat=Caveat(
            based_on="no analysis",
            main_assumption="none",
            would_change_if="nothing in these data",
            does_not_show="whether the benefits of the scheme outweigh its costs",
        ),
    )
