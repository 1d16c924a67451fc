"""A scorecard of a small made study, so that its columns can be shown without data."""

from __future__ import annotations

from naas_psych import __version__
from naas_psych.oracle.judge import judge
from naas_psych.oracle.tables import alarms_table, plants_table
from naas_psych.oracle.truth import Truth
from naas_psych.result import Result
from naas_psych.simulate.plan import make_plan
from naas_psych.study.study import Study


def specimen_result(study: Study) -> Result:
    """Both tables as with replicates, which have every column."""
    plan = make_plan()
    planted = {name: plan.plant(name) for name in ("P12", "P19")}
    truth = Truth(
        version=__version__,
        seed=plan.seed,
        persons=plan.persons,
        missing=None,
        planted=planted,
        item_rest_r=dict.fromkeys(study.responses.item_ids, 0.5),
    )
    found = [judge(study, truth)]
    return Result(
        {
            "plants": plants_table(planted, found, repeated=True),
            "false_alarms": alarms_table(found, repeated=True),
        }
    )
