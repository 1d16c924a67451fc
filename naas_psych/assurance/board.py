"""The verdict board: what critics would ask, answered by the one rule."""

from __future__ import annotations

from collections.abc import Mapping

from naas_psych.assurance.entry import Caveat, Entry
from naas_psych.assurance.key_verdict import key_quality
from naas_psych.assurance.precision import precision
from naas_psych.assurance.verdict import cannot_tell, not_a_measurement_question
from naas_psych.assurance.weak_items import item_quality
from naas_psych.result import Result
from naas_psych.study.study import Study


def board(study: Study, results: Mapping[str, Result]) -> tuple[Entry, ...]:
    """Every question of the board, in the order of the report."""
    return (
        precision(study, results),
        item_quality(study, results),
        key_quality(study, results),
        _fairness(study),
        _pass_mark(),
    )


def _fairness(study: Study) -> Entry:
    record = "Record who belongs to which group; at least 200 people in each are needed."
    wait = "Groups are recorded in these data; the analyses that compare them come later."
    return Entry(
        question="Does the test treat every group of people alike?",
        claim="The test treats every group of people alike.",
        verdict=cannot_tell("this version compares no groups of people"),
        action=wait if study.spec.groups else record,
        caveat=Caveat(
            based_on="no analysis",
            main_assumption="none",
            would_change_if="the fairness analyses are run on data with groups",
            does_not_show="that the test is fair or that it is unfair",
        ),
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
