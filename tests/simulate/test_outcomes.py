"""Outcomes by hand, and those who sat again."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd

from naas_psych.simulate.outcomes import outcomes
from naas_psych.simulate.plan import make_plan
from naas_psych.simulate.world import World
from tests.simulate.worlds import mean_over_seeds, world


def test_outcomes_by_hand() -> None:
    plan = make_plan(persons=60)
    people = SimpleNamespace(candidates=pd.DataFrame({"person_id": ["P1", "P2", "P3", "P4"]}))
    seen = pd.DataFrame(
        {
            "person_id": ["P1", "P1", "P1", "P2", "P3"],
            "task_id": ["S1", "S1", "S2", "S1", "S1"],
            "mark": [2, 4, 5, 3, 2],
        }
    )
    written = pd.DataFrame(
        {
            "person_id": ["P1", "P1", "P2", "P2", "P2", "P3", "P3"],
            "mark_number": [1, 2, 1, 2, 3, 1, 2],
            "adjudicated": ["no", "no", "yes", "yes", "yes", "no", "no"],
            "total": [11, 12, 4, 12, 10, 6, 6],
        }
    )
    marks = SimpleNamespace(percent=np.array([63.0, 90.0, 62.9, 54.9]))
    told = outcomes(plan, people, marks, seen, written).set_index("person_id")
    # Recordings count alike: (mean of 2 and 4, then 5) is 4, not 11 / 3.
    assert told["observation_mean"].tolist()[:3] == [4.0, 3.0, 2.0]
    assert told["written_total"].tolist()[:3] == [11.5, 10.0, 6.0]
    assert told["digital_outcome"].tolist() == ["met", "met", "partially_met", "not_met"]
    assert told["observation_outcome"].tolist()[:3] == ["met", "partially_met", "not_met"]
    assert told["overall_conjunctive"].tolist()[:3] == ["met", "partially_met", "not_met"]
    # P2: (90 - 63) / 8, (3 - 3.5) / 1 and (10 - 9) / 2 have a mean above 0.
    assert told["overall_compensatory"].tolist()[:3] == ["met", "met", "not_met"]
    rest = ["observation_mean", "observation_outcome", "written_total", "written_outcome"]
    assert told.loc["P4", [*rest, "overall_conjunctive", "overall_compensatory"]].isna().all()


def test_resits_are_of_those_below_the_cut() -> None:
    told, again = world().table("outcomes"), world().table("resits")
    below = told.loc[told["digital_outcome"] != "met", "person_id"]
    assert set(again["person_id"]) <= set(below)
    assert set(again["attempt"]) == {2, 3}
    third = again.loc[again["attempt"] == 3, "person_id"]
    second = again[again["attempt"] == 2].set_index("person_id")["score_percent"]
    assert (second[third] < 63).all()
    own = world().cast.candidates.set_index("person_id").loc[again["person_id"], "phase"]
    same = own.to_numpy() == again["form_id"].to_numpy()
    assert (same == (again["attempt"] == 3)).all()


def test_second_sittings_regress_and_agree_with_the_first() -> None:
    def r(each: World) -> float:
        table = each.table("retest")
        return float(table["first_percent"].corr(table["score_percent"]))

    def rise(each: World) -> float:
        table = each.table("resits").merge(each.table("outcomes"), on="person_id")
        table = table[table["attempt"] == 2]
        return float((table["score_percent"] - table["digital_percent"]).mean())

    assert 0.75 < mean_over_seeds(r, ())[0] < 0.90
    assert mean_over_seeds(rise, ())[0] > 4
    marks = world().table("retest")["score_percent"] * 76 / 100
    assert np.allclose(marks, marks.round(), atol=0.01)
