"""Do the questions work the same for people of every group who know as much?"""

from __future__ import annotations

from collections.abc import Mapping

from naas_psych.assurance.entry import Caveat, Entry, people_and_items
from naas_psych.assurance.measure import Measure, measured
from naas_psych.result import Result
from naas_psych.study.study import Study

_MEASURE = Measure(
    says="items much harder or easier for one group, at the same total",
    analysis="dif_summary",
    table="comparisons",
    each="focal",
    value="items_large",
    exact=True,
    minimum="dif_large_items_max",
    target="dif_large_items_max",
    share=False,
    higher_is_better=False,
    n="n_focal",
)
_ACTIONS = {
    "top": "Repeat the comparison with the next people tested.",
    "bottom": "Have people who know the job look at the items that differ, before the score "
    "decides about anybody.",
    "cannot_tell": "Record who belongs to which group, and test at least 200 people of each.",
}


def items_alike(
    study: Study, results: Mapping[str, Result], not_examined: Mapping[str, str]
) -> Entry:
    """Every comparison of the study; the worst one answers."""
    found = measured(_MEASURE, results, not_examined, thresholds=study.thresholds, polarity="A")
    return Entry(
        question="Do the questions work the same for people of every group who know as much?",
        claim="The questions work the same for people of every group who know as much.",
        verdict=found.verdict,
        measure=found.says,
        column="estimate",
        estimate=found.estimate,
        chapter="fairness",
        source=found.source,
        action=_ACTIONS.get(found.verdict.level, ""),
        caveat=Caveat(
            based_on=people_and_items(study),
            main_assumption="the other questions match people fairly; most of them work alike",
            would_change_if="the items that differ are replaced, or more people are tested",
            does_not_show="that outcomes are the same, or why an item differs",
        ),
    )
