"""`python -m benchmarks fairness`: DIF methods on 30,000 x 60 with one and with four focal groups.

Seconds of processor time of each analysis through its public function, groups in memory. The peer
within the same run is a loop that fits one generalised linear model a call, as the R packages do.
"""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.optimize import minimize

import naas_psych as nps
from benchmarks.data import scored
from naas_psych import register
from naas_psych.study.responses import Responses
from naas_psych.study.spec import Grouping, StudySpec
from naas_psych.study.study import Study
from naas_psych.thresholds import default_thresholds

_ANALYSES = (
    "dif_mantel_haenszel",
    "dif_standardisation",
    "dif_logistic",
    "dif_sibtest",
    "dif_likelihood_ratio",
    "dif_item_parameters",
)


def study_of(n_persons: int, n_items: int, n_focal: int) -> Study:
    """Scores of a two-parameter test, persons dealt evenly to a reference and focal groups."""
    points = scored(n_persons, n_items)
    team = np.array([f"g{k % (n_focal + 1)}" for k in range(n_persons)], dtype=object)
    ids = tuple(f"Q{j + 1:03d}" for j in range(n_items))
    persons = np.array([f"P{k}" for k in range(n_persons)], dtype=object)
    made = Study(
        title="benchmark",
        spec=StudySpec.model_validate({"tables": {"responses": "none.csv"}}),
        responses=Responses(
            person_ids=persons,
            item_ids=ids,
            points=points,
            unit=1.0,
            min_points=np.zeros(n_items, np.int64),
            max_points=np.ones(n_items, np.int64),
        ),
        items=pd.DataFrame({"item_id": list(ids)}),
        persons=pd.DataFrame({"person_id": persons, "team": team}),
        thresholds=default_thresholds(),
    )
    made.__dict__["fingerprint"] = "sha256:benchmark"
    groups = {"team": Grouping(reference="g0")}
    return replace(made, spec=made.spec.model_copy(update={"groups": groups}))


def one_fit_a_call(study: Study) -> float:
    """Seconds of one logistic fit of one item on total and group, by a general optimiser."""
    points = study.responses.points
    total = points.sum(axis=1).astype(float)
    x = np.column_stack([np.ones(total.size), total, study.persons["team"] == "g1"]).astype(float)
    y = points[:, 0].astype(float)

    def loss(beta: np.ndarray) -> float:  # type: ignore[type-arg]
        eta = x @ beta
        return float(np.logaddexp(0, eta).sum() - y @ eta)

    start = time.process_time()
    minimize(loss, np.zeros(3), method="BFGS")
    return time.process_time() - start


def main() -> None:
    print("| analysis, 30,000 x 60 | one focal group, s | four, s | ratio |\n|---|---|---|---|")
    for name in _ANALYSES:
        run = register.load(name).run
        run(study_of(2_000, 20, 1))
        took = []
        for n_focal in (1, 4):
            study = study_of(30_000, 60, n_focal)
            nps.group_sizes(study)
            start = time.process_time()
            run(study)
            took.append(time.process_time() - start)
        print(f"| {name} | {took[0]:.2f} | {took[1]:.2f} | {took[1] / took[0]:.1f} |", flush=True)
    once = one_fit_a_call(study_of(30_000, 60, 1))
    print(
        f"| one logistic fit by a general optimiser (x 180 for the same tests) | {once:.2f} | | |"
    )
