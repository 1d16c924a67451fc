"""Studies and results made by hand from the columns of the contract."""

from __future__ import annotations

import numpy as np
import pandas as pd

from naas_psych.finding import Finding
from naas_psych.result import Result, tidy
from naas_psych.study.responses import Responses
from naas_psych.study.spec import StudySpec
from naas_psych.study.study import Study
from naas_psych.thresholds import default_thresholds


def small_study(*, persons: int = 40, items: int = 5, title: str = "By hand") -> Study:
    """Right and wrong answers of persons whose identifiers are easy to search for."""
    generator = np.random.Generator(np.random.PCG64(5))
    ability = generator.normal(size=(persons, 1))
    difficulty = np.linspace(-1, 1, items)[None, :]
    points = (generator.logistic(size=(persons, items)) < ability - difficulty).astype(np.int8)
    item_ids = tuple(f"Q{k + 1:02d}" for k in range(items))
    person_ids = np.array([f"PERSON-{k:05d}" for k in range(persons)], dtype=object)
    study = Study(
        title=title,
        spec=StudySpec.model_validate({"tables": {"responses": "responses.csv"}}),
        responses=Responses(
            person_ids=person_ids,
            item_ids=item_ids,
            points=points,
            unit=1.0,
            min_points=np.zeros(items, dtype=np.int64),
            max_points=np.ones(items, dtype=np.int64),
        ),
        items=pd.DataFrame({"item_id": list(item_ids)}),
        persons=pd.DataFrame({"person_id": person_ids}),
        thresholds=default_thresholds(),
    )
    study.__dict__["fingerprint"] = "sha256:by-hand"
    return study


def item_result(*, names: tuple[str, ...] = ("Q01", "Q02")) -> Result:
    """An item table with one undefined number and one finding."""
    n = len(names)
    facility = np.linspace(0.123456789012345, 0.9, n)
    rest = np.linspace(0.4, 0.5, n)
    rest[-1] = np.nan
    gaps = [None] * (n - 1) + ["no_variance"]
    table = tidy(
        {"item_id": list(names), "n": np.full(n, 40), "facility": facility, "item_rest_r": rest},
        {"item_rest_r": gaps},
    )
    finding = Finding(
        code="no_variance", severity="warning", subject=names[-1], sentence="Everybody was right."
    )
    return Result(
        tables={"items": table},
        notes=("omitted responses count as wrong",),
        analysis="item_statistics",
        options={"level": 0.95},
        provenance={"fingerprint": "sha256:by-hand"},
        findings=(finding,),
    )
