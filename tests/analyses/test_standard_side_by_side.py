"""Options and reasons reach every method, every cut has its own box, few judges their error."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from naas_psych.analyses.standard.angoff import angoff, drawings
from naas_psych.analyses.standard.beuk import beuk
from naas_psych.analyses.standard.body_of_work import body_of_work
from naas_psych.analyses.standard.borderline_regression import borderline_regression
from naas_psych.analyses.standard.standard_summary import standard_summary
from tests.analyses.standard_worlds import CUTS, judged_study, persons

PERCENT = list(range(20, 100, 2))
PANEL: list[list[float | None]] = [[0.6, 0.5], [0.7, 0.6], [0.5, 0.3], [0.8, 0.6]]


def box(boundary: str, cuts: tuple[float, float], fails: tuple[float, float]) -> dict[str, Any]:
    """Three judges of one mind."""
    ends = dict(zip(("min_cut", "max_cut", "min_fail", "max_fail"), (*cuts, *fails), strict=True))
    same = {name: [value] * 3 for name, value in ends.items()}
    return {"judge_id": ["A", "B", "C"], "boundary": [boundary] * 3, **same}


def rated(shares: list[list[float | None]], **spec: Any) -> Any:
    """Judges (rows) on the two items of a study."""
    ids = list(judged_study(PERCENT).responses.item_ids)
    cells = [
        (f"J{j + 1}", ids[i], value)
        for j, row in enumerate(shares)
        for i, value in enumerate(row)
        if value is not None
    ]
    names = ("judge_id", "item_id", "probability")
    table = dict(zip(names, map(list, zip(*cells, strict=True)), strict=True))
    return judged_study(PERCENT, {"cuts": CUTS, **spec}, angoff=table)


def test_every_method_has_the_level_that_is_asked_for() -> None:
    study = rated(PANEL)
    row = standard_summary(study, level=0.8).tables["methods"].query("method == 'angoff'").iloc[0]
    own = angoff(study, level=0.8).tables["cuts"].iloc[0]
    assert row["cut_low"] == pytest.approx(own["cut_low"])
    assert row["percent_high"] == pytest.approx(own["percent_high"])


def test_a_cut_of_one_judge_has_its_own_reason() -> None:
    row = standard_summary(rated(PANEL[:1])).tables["methods"].iloc[0]
    assert row["percent"] == pytest.approx(55)
    for name in ("cut_se", "cut_low", "cut_high", "percent_low", "percent_high"):
        assert row[f"{name}_reason"] == "one_judge", name


def test_judges_who_are_not_connected_tell_nothing_of_other_panels() -> None:
    result = angoff(rated([[0.6, None], [0.7, None], [None, 0.5], [None, 0.4]]))
    row = result.tables["cut_precision"].iloc[0]
    assert row["precision_verdict"] == "cannot_tell"
    assert np.isnan(row["judges_adequate"])
    assert result.tables["components"]["s2_j_reason"].tolist() == ["not_connected"]
    assert set(result.tables["d_study"]["se_items_fixed_reason"]) == {"not_connected"}


def test_ratings_that_are_all_the_same_are_drawn_and_told() -> None:
    result = angoff(rated([[0.6, 0.6], [0.6, 0.6], [0.6, 0.6]]))
    for drawing in drawings(result):
        drawing.draw()
    assert "no_variance" not in set(result.tables["judges"]["near_cut_r_reason"])


def test_each_cut_has_its_own_box() -> None:
    met = box("met", (55, 70), (5, 60))
    partly = box("partially_met", (25, 40), (1, 20))
    both = {name: met[name] + partly[name] for name in met}
    study = judged_study(PERCENT, {"cuts": CUTS}, compromise=both)
    steps = standard_summary(study).tables["decisions"].set_index("cut_name")
    # 63 % with 55 of 100 below lies in the one box; 55 % is above the other's highest cut.
    assert steps.loc["met", "inside_box"] == "yes"
    assert steps.loc["partially_met", "inside_box"] == "no"


def test_final_is_recommended_and_sem_and_shift() -> None:
    made = {"met": {"method": "angoff", "sem": 1.5, "shift": -2.0}}
    study = rated(PANEL, standard={"adjustment": made})
    steps = standard_summary(study).tables["decisions"].query("cut_name == 'met'")
    at = dict(zip(steps["decision_step"], steps["percent"], strict=True))
    marks = np.array([[min(p, 50), max(p - 50, 0)] for p in PERCENT], dtype=float)
    total = marks.sum(axis=1).var(ddof=1)
    alpha = 2 * (1 - marks.var(axis=0, ddof=1).sum() / total)
    sem = float(np.sqrt(total * (1 - alpha)))
    assert at["recommended (Angoff)"] == pytest.approx(57.5)
    assert at["final"] == pytest.approx(57.5 + 1.5 * sem - 2)
    rate = steps.set_index("decision_step").loc["final", "pass_rate"]
    assert rate == (np.array(PERCENT) >= at["final"]).mean()


def test_judges_of_one_mind_are_so_in_spite_of_rounding() -> None:
    """The SD of six 0.7 is 1e-16, which is no ground to let the cut alone decide."""
    wish = {"judge_id": list("ABCDEF"), "cut": [55.0] * 6, "pass_rate": [70.0] * 6}
    row = beuk(judged_study(PERCENT, compromise=wish)).tables["cuts"].iloc[0]
    assert row["cut_reason"] == "judges_alike"


def test_the_error_of_a_few_judges_is_that_of_all_samples() -> None:
    """Three judges have 27 samples: their SD, times sqrt(3 / 2), is the error of judges."""
    rng = np.random.default_rng(4)
    score = np.array(PERCENT, dtype=float)
    at = np.array([45.0, 55.0, 64.0])
    above = score[:, None] + rng.normal(0, 14, (score.size, 3)) > at
    table = {
        "person_id": [name for name in persons(score.size) for _ in range(3)],
        "judge_id": ["J1", "J2", "J3"] * score.size,
        "level": np.where(above.ravel(), "met", "not_met").tolist(),
    }
    study = judged_study(PERCENT, {"cuts": CUTS}, judged_persons=table)
    row = body_of_work(study, replicates=4000).tables["cuts"].iloc[0]
    cuts = [_cut(score, above[:, list(drawn)]) for drawn in np.ndindex(3, 3, 3)]
    assert row["se_judges"] == pytest.approx(float(np.std(cuts)) * np.sqrt(1.5), rel=0.05)


def _cut(score: Any, above: Any) -> float:
    """-a / b of a logistic curve through all ratings, by Newton's method."""
    x, y, b = np.repeat(score, above.shape[1]) / 10 - 6, above.ravel().astype(float), np.zeros(2)
    design = np.column_stack([np.ones(x.size), x])
    for _ in range(50):
        p = 1 / (1 + np.exp(-design @ b))
        b = b + np.linalg.solve(design.T @ (design * (p * (1 - p))[:, None]), design.T @ (y - p))
    return float(60 - 10 * b[0] / b[1])


def test_a_cut_of_some_stations_says_of_how_many() -> None:
    grade = np.tile([1.0, 2, 3, 4, 5], 8)
    rng = np.random.default_rng(1)
    up, down = (2 * side * grade + rng.normal(0, 1, 40) for side in (1, -1))
    table = {
        "person_id": persons(40) * 2,
        "task_id": ["A"] * 40 + ["B"] * 40,
        "rater_id": ["R"] * 80,
        "mark": [*up.tolist(), *down.tolist()],
        "global_rating": [str(g) for g in [*grade, *grade]],
    }
    study = judged_study(PERCENT, {"cuts": CUTS}, marks=table)
    said = [one.sentence for one in borderline_regression(study, borderline=["met=3"]).findings]
    assert any("in 1 of 2 stations" in one for one in said)
    assert not any("in all stations" in one for one in said)
