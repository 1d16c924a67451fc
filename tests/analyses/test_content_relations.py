"""Known groups and cognitive levels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.study.spec import StudySpec
from naas_psych.study.study import Study
from tests.make import study_from_scores

N, J = 600, 24


def made(*, gap: float, recall_practice: float = 1.0, seed: int = 1) -> Study:
    """Half of the persons stand `gap` SD higher; the last eight items ask for recall."""
    generator = np.random.default_rng(seed)
    higher = np.arange(N) % 2 == 1
    theta = generator.standard_normal(N) + gap * higher
    other = generator.standard_normal(N)
    recall = np.arange(J) >= 16
    ability = np.where(recall, recall_practice * theta[:, None], theta[:, None])
    ability = ability + np.where(recall, (1 - recall_practice) * other[:, None], 0)
    p = 1 / (1 + np.exp(-1.7 * (ability - np.linspace(-1, 1, J))))
    study = study_from_scores(
        (generator.random((N, J)) < p).astype(int),
        max_points=1,
        items={"cog_level": ["recall" if one else "apply" for one in recall]},
    )
    persons = study.persons.assign(level=np.where(higher, "senior", "junior"))
    marks = pd.DataFrame(
        {"person_id": study.persons["person_id"], "mark": theta + generator.standard_normal(N)}
    )
    spec = StudySpec.model_validate(
        {
            "tables": {"responses": "none.csv"},
            "content": {"levels": {"column": "level", "order": ["junior", "senior"]}},
        }
    )
    return replace(study, persons=persons, spec=spec, tables={"marks": marks})


def test_levels_that_differ_are_seen_to_differ() -> None:
    row = nps.known_groups(made(gap=0.8)).tables["contrasts"].iloc[0]
    assert row["g_low"] > 0.3
    assert (row["n_lower_level"], row["n_higher_level"]) == (N / 2, N / 2)
    assert nps.known_groups(made(gap=0.8)).findings == ()


def test_levels_in_the_wrong_order_are_told() -> None:
    said = nps.known_groups(made(gap=-0.5)).findings
    assert [one.code for one in said] == ["levels_not_separated"]
    assert "senior and junior hardly differ" in said[0].sentence


def test_without_levels_it_says_what_is_needed() -> None:
    study = made(gap=0)
    with pytest.raises(nps.AnalysisImpossible, match="levels"):
        nps.known_groups(study_from_scores(study.responses.points))
    with pytest.raises(nps.AnalysisImpossible, match="no column 'level'"):
        nps.known_groups(replace(study, persons=study.persons.drop(columns="level")))


def test_a_level_that_nobody_has_is_null_with_a_reason() -> None:
    study = made(gap=0)
    persons = study.persons.assign(level="junior")
    row = nps.known_groups(replace(study, persons=persons)).tables["contrasts"].iloc[0]
    assert np.isnan(row["g"])
    assert row["g_reason"] == "too_few_persons"


def test_recall_that_has_less_to_do_with_practice_is_told() -> None:
    found = nps.cognitive_levels(made(gap=0, recall_practice=0.2))
    assert found.tables["practice"]["r_difference_high"].iloc[0] < 0
    assert [one.code for one in found.findings] == ["recall_says_less"]


def test_a_shorter_part_is_not_blamed_for_its_length() -> None:
    """Recall has half as many items: its plain correlation is lower, the corrected one is not."""
    rows = [nps.cognitive_levels(made(gap=0, seed=k)).tables["practice"].iloc[0] for k in range(20)]
    assert np.mean([row["r_recall"] - row["r_applied"] for row in rows]) < -0.02
    assert abs(np.mean([row["r_difference"] for row in rows])) < 0.02


def test_levels_without_marks_still_show_their_shares() -> None:
    study = replace(made(gap=0), tables={})
    found = nps.cognitive_levels(study)
    assert found.tables["levels"].set_index("cognitive_level")["items"].to_dict() == {
        "apply": 16,
        "recall": 8,
    }
    assert found.tables["practice"]["r_difference_reason"].iloc[0] == "no_marks"
    assert found.tables["levels"]["median_time_reason"].iloc[0] == "no_times"


def test_items_without_levels_are_refused_in_words() -> None:
    with pytest.raises(nps.AnalysisImpossible, match="cognitive level"):
        nps.cognitive_levels(study_from_scores([[0, 1], [1, 0], [1, 1]]))
