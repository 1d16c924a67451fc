"""One study judged, and one design judged again and again."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from naas_psych.errors import UsageError
from naas_psych.glossary import term
from naas_psych.numerics.proportions import wilson
from naas_psych.oracle.judge import Outcome
from naas_psych.oracle.replicate import NEEDED, outcome_of, outcomes
from naas_psych.oracle.scorecard import Scored, scorecard, scored
from naas_psych.oracle.sight import Sight
from naas_psych.oracle.tables import plants_table
from naas_psych.report.document import document, dumps
from naas_psych.simulate.plan import Missing, Plan, make_plan
from naas_psych.simulate.world import World
from naas_psych.simulate.write import write_study
from tests.test_register import undefined_have_reasons

PERSONS = 120
DESIGN = {"P1": {"feature": "a key", "analysis": "key_check"}}


def silent(step: str, done: int, total: int | None) -> None:
    """Nobody watches."""


def written(folder: Path, plan: Plan) -> Path:
    folder.mkdir()
    write_study(World(plan), folder, only=NEEDED)
    return folder


@pytest.fixture(scope="module")
def again() -> Scored:
    """Three small studies with two plants."""
    return scored(None, replicates=3, persons=PERSONS, plant=["P8", "P1"], threads=1)


def test_the_tables_of_one_study_have_the_columns_of_the_contract() -> None:
    result = scorecard(None, persons=PERSONS, plant=["P1", "P12"])
    plants, alarms = result.tables["plants"], result.tables["false_alarms"]
    columns = ["plant", "feature", "analysis", "found", "found_reason", "evidence"]
    assert list(plants.columns) == columns
    assert plants["found_reason"].tolist() == [None, "no_analysis"]
    assert list(plants["plant"]) == ["P1", "P12"]
    assert plants["found"].tolist()[1] is None
    assert {"analysis", "code", "tested", "flagged", "rate", "rate_low", "nominal"} <= set(alarms)
    assert result.analysis == "scorecard"


def test_replicates_add_rates_with_limits(again: Scored) -> None:
    row = again.result.tables["plants"].set_index("plant").loc["P1"]
    limits = wilson(row["hit_rate"] * 3, 3, level=0.95)
    assert (row["hit_rate_low"], row["hit_rate_high"]) == (limits.low, limits.high)
    assert row["replicates"] == 3
    assert "over 3 replicates. Looked for: " in row["evidence"]


def test_false_alarms_are_added_up(again: Scored) -> None:
    plan = make_plan(persons=PERSONS, plants=["P1", "P8"])
    each = outcomes(plan, replicates=3, threads=1, tell=silent)
    codes = zip(*(one.alarms for one in each), strict=True)
    tested = [sum(alarm.tested for alarm in code) for code in codes]
    assert again.result.tables["false_alarms"]["tested"].tolist() == tested
    assert each[1] == outcome_of(make_plan(persons=PERSONS, plants=["P1", "P8"], seed=2018))


def test_the_number_of_threads_changes_no_byte(again: Scored) -> None:
    two = scored(None, replicates=3, persons=PERSONS, plant=["P1", "P8"], threads=2)
    texts = [dumps(document("scorecard", s.study, [s.result])) for s in (again, two)]
    assert texts[0] == texts[1]


def test_every_column_is_a_term_and_every_gap_has_a_reason(again: Scored) -> None:
    for table in again.result.tables.values():
        assert all(term(column).label for column in table.columns)
        undefined_have_reasons(table)


def test_progress_is_told() -> None:
    told: list[tuple[int, int | None]] = []
    plan = make_plan(persons=60, plants=[])
    outcomes(plan, replicates=2, threads=1, tell=lambda _, done, total: told.append((done, total)))
    assert told == [(0, 2), (1, 2), (2, 2)]


def test_the_design_of_a_study_is_what_is_repeated(tmp_path: Path) -> None:
    missing = Missing(share=0.05, by="ability")
    plan = make_plan(persons=90, seed=7, plants=["P8"], missing=missing)
    study = written(tmp_path / "s", plan)
    own = scorecard(study, replicates=1)
    assert own.options == {"replicates": 1, "persons": 90, "seed": 7, "plant": ["P8"]}
    expected = outcome_of(plan)
    assert own.tables["false_alarms"]["tested"].tolist() == [a.tested for a in expected.alarms]
    other = scorecard(study / "study.toml", replicates=1, persons=70, seed=8, plant=["P1"])
    assert other.options == {"replicates": 1, "persons": 70, "seed": 8, "plant": ["P1"]}


def test_one_study_and_one_replicate_agree(tmp_path: Path) -> None:
    study = written(tmp_path / "s", make_plan(persons=90, plants=["P1", "P22"]))
    alone, repeated = (scorecard(study, replicates=n) for n in (0, 1))
    columns = ["plant", "feature", "analysis", "found"]
    first, second = (one.tables["plants"][columns] for one in (alone, repeated))
    pd.testing.assert_frame_equal(first, second)
    first, second = (one.tables["false_alarms"] for one in (alone, repeated))
    pd.testing.assert_frame_equal(first, second.drop(columns="replicates"))


def test_a_clean_study_has_no_plants_and_is_tested_all_the_same(tmp_path: Path) -> None:
    study = written(tmp_path / "s", make_plan(persons=90, plants=[]))
    for replicates in (0, 1):
        result = scorecard(study, replicates=replicates)
        assert len(result.tables["plants"]) == 0
        assert (result.tables["false_alarms"]["tested"] > 50).all()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"replicates": -1}, "replicates = -1 is not allowed. Expected: a whole number from 0"),
        ({"replicates": 1.5}, "replicates = 1.5 is not allowed"),
        ({"threads": 0}, "threads = 0 is not allowed"),
        ({"persons": 5}, "5 persons cannot be simulated"),
        ({"persons": 10**9}, "1,000,000,000 persons cannot be simulated"),
        ({"seed": -1}, "seed = -1 is not allowed"),
        ({"plant": ["P99"]}, "There is no plant 'P99'"),
        ({"plant": ["p1"]}, "Did you mean P1"),
    ],
)
def test_a_wrong_option_says_what_is_allowed(options: dict[str, object], said: str) -> None:
    with pytest.raises(UsageError, match=said):
        scorecard(None, **options)  # type: ignore[arg-type]


def test_a_study_that_exists_is_not_changed(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="--persons and --plant cannot change a study"):
        scorecard(tmp_path, persons=200, plant=["P1"])


def outcomes_of(*found: bool | None) -> list[Outcome]:
    return [Outcome({"P1": Sight(one, "Seen.", float(k))}, ()) for k, one in enumerate(found)]


@pytest.mark.parametrize(
    ("found", "usually", "rate"),
    [
        ((True, True, False), True, 2 / 3),
        ((True, False), False, 0.5),
        ((None, True), False, 0.5),
        ((None, True, True), True, 2 / 3),
        ((None, None), None, None),
    ],
)
def test_found_is_found_in_more_than_half(
    found: tuple[bool | None, ...], usually: bool | None, rate: float | None
) -> None:
    row = plants_table(DESIGN, outcomes_of(*found), repeated=True).iloc[0]
    assert row["found"] is usually
    if rate is None:
        assert row["hit_rate_reason"] == "no_analysis"
        assert row["evidence"] == "Seen."
    else:
        assert row["hit_rate"] == rate
        assert "from 0 to" in row["evidence"]
