"""A small study made in memory: every analysis runs on it, and its tables show their columns."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from naas_psych import register
from naas_psych.cli.columns import SCORECARD
from naas_psych.errors import AnalysisImpossible
from tests.specimen_standard import standard_spec, standard_tables
from tests.specimen_tables import optional_tables, positions_of, times_of, wording_of

if TYPE_CHECKING:
    from naas_psych.result import Result
    from naas_psych.study.study import Study

PERSONS = 60
ITEMS = 6
OPTIONS = ("A", "B", "C", "D")


def columns_found(analysis: str) -> dict[str, dict[str, str]]:
    """The tables of an analysis, each with its columns and their kind (number, integer ...)."""
    try:
        result = _result(analysis)
    except AnalysisImpossible:
        return {}
    return {
        name: {str(column): _kind(table[column]) for column in table.columns}
        for name, table in result.tables.items()
    }


def _result(analysis: str) -> Result:
    """The scorecard is no analysis of a study alone: it needs a truth beside it."""
    if analysis == SCORECARD:
        from tests.scorecard_specimen import specimen_result

        return specimen_result(specimen())
    return register.load(analysis).run(specimen(), **_quick(analysis))


def _quick(analysis: str) -> dict[str, int]:
    """Few bootstrap samples: the columns are the same."""
    return (
        {"replicates": 20} if "replicates" in register.load(analysis).options.model_fields else {}
    )


@cache
def specimen() -> Study:
    """Sixty persons, six keyed items of four options in two domains and three scenarios."""
    import numpy as np
    import pandas as pd

    from naas_psych.study.responses import Responses
    from naas_psych.study.spec import StudySpec
    from naas_psych.study.study import Study
    from naas_psych.thresholds import default_thresholds

    choices = _choices()
    item_ids = tuple(f"Q{j + 1:02d}" for j in range(ITEMS))
    person_ids = np.array([f"P{i + 1:03d}" for i in range(PERSONS)], dtype=object)
    responses = Responses(
        person_ids=person_ids,
        item_ids=item_ids,
        points=(choices == 0).astype(np.int8),
        unit=1.0,
        min_points=np.zeros(ITEMS, dtype=np.int64),
        max_points=np.ones(ITEMS, dtype=np.int64),
        choices=choices,
        options=(OPTIONS,) * ITEMS,
        times=times_of(PERSONS, ITEMS),
        positions=positions_of(PERSONS, ITEMS),
    )
    items = pd.DataFrame(
        {
            "item_id": list(item_ids),
            "key": ["A"] * ITEMS,
            "type": ["single"] * ITEMS,
            "domain": [("knowledge", "judgement")[j % 2] for j in range(ITEMS)],
            "scenario_id": [f"S{j // 2 + 1}" for j in range(ITEMS)],
            **wording_of(ITEMS),
        }
    )
    return Study(
        title="specimen",
        spec=StudySpec.model_validate(
            {
                "tables": {"responses": "responses.csv"},
                "cuts": {
                    "partially_met": {"value": 2, "unit": "raw"},
                    "met": {"value": 4, "unit": "raw"},
                },
                "groups": {"site": "north"},
                "speed": {
                    "time_limit": 5,
                    "extra_time": {"column": "help", "levels": ["more time"]},
                },
                "content": {"levels": {"column": "site", "order": ["north", "south"]}},
                "fairness": {"adjust_for": ["years"], "intersect": ["site", "post"]},
                **standard_spec(),
            }
        ),
        responses=responses,
        items=items,
        persons=pd.DataFrame(
            {
                "person_id": person_ids,
                "site": ["north", "south"] * (PERSONS // 2),
                "post": ["new", "new", "old"] * (PERSONS // 3),
                "years": [str(1 + k * k % 7) for k in range(PERSONS)],
                "help": ["none", "more time", "none", "none", "none"] * (PERSONS // 5),
            }
        ),
        tables={
            **optional_tables(item_ids, list(person_ids)),
            **standard_tables(item_ids, list(person_ids)),
        },
        thresholds=default_thresholds(),
    )


def _choices() -> Any:
    """Options chosen: the stronger the person and the easier the item, the oftener the key."""
    import numpy as np

    generator = np.random.Generator(np.random.PCG64(2017))
    strength = np.linspace(-1.5, 1.5, PERSONS)[:, None] - np.linspace(-0.8, 0.8, ITEMS)[None, :]
    right = generator.random((PERSONS, ITEMS)) < 1 / (1 + np.exp(-1.5 * strength))
    wrong = generator.integers(1, len(OPTIONS), size=(PERSONS, ITEMS))
    return np.where(right, 0, wrong).astype(np.int16)


def _kind(column: Any) -> str:
    kinds = {"i": "integer", "u": "integer", "f": "number", "b": "boolean"}
    known = column.dropna()
    if len(known) and all(isinstance(value, bool) for value in known):
        return "boolean"
    return kinds.get(column.dtype.kind, "string")
