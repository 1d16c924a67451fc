"""Judged probabilities: per cent, proportions or marks, and what is told where they are mixed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.study.load import check_study, read_study
from naas_psych.study.study import Study

ITEMS = "item_id,max_score\nQ1,1\nQ2,1\nQ3,1\nQ4,4\n"
RESPONSES = "person_id,Q1,Q2,Q3,Q4\n" + "".join(
    f"P{k},{k % 2},{(k // 2) % 2},{int(k > 3)},{k % 5}\n" for k in range(12)
)
SPEC = '[study]\ntitle = "t"\n[tables]\nresponses = "r.csv"\nitems = "i.csv"\nangoff = "a.csv"\n'
MIXED = "percent_and_proportion_mixed"


def study_of(folder: Path, ratings: dict[str, str], spec: str = SPEC, *, header: str = "") -> Path:
    """Judges with their ratings of Q1, Q2, ... parted by blanks."""
    folder.mkdir(exist_ok=True)
    rows = [
        f"{judge},Q{k + 1},{value}"
        for judge, values in ratings.items()
        for k, value in enumerate(values.split())
    ]
    text = "\n".join([header or "judge_id,item_id,probability", *rows]) + "\n"
    for name, content in (("r.csv", RESPONSES), ("i.csv", ITEMS), ("a.csv", text)):
        (folder / name).write_text(content, encoding="utf-8")
    (folder / "study.toml").write_text(spec + "\n[responses]\nraw = false\n", encoding="utf-8")
    return folder


def ratings(study: Study) -> dict[str, list[float]]:
    table = study.tables["angoff"]
    return {str(j): t["probability"].tolist() for j, t in table.groupby("judge_id")}


def faults(folder: Path) -> list[str]:
    return [fault.found for fault in check_study(folder).faults if fault.code == MIXED]


@pytest.mark.parametrize(
    ("given", "expected", "said"),
    [
        (".6 .7 .5 .8", [0.6, 0.7, 0.5, 0.8], "from 0 to 1"),
        ("60 70 50 80", [0.6, 0.7, 0.5, 0.8], "percent"),
        ("1 0 1 0", [1, 0, 1, 0], "from 0 to 1"),
        (".6 .7 .5 3.2", [0.6, 0.7, 0.5, 0.8], "marks"),
        (".6 1 .5 0.8", [0.6, 1, 0.5, 0.8], "from 0 to 1"),
    ],
)
def test_three_ways_of_writing_one_rating(
    tmp_path: Path, given: str, expected: list[float], said: str
) -> None:
    study = read_study(study_of(tmp_path, {"J1": given, "J2": given}))
    assert ratings(study)["J2"] == pytest.approx(expected)
    assert any(said in sentence for sentence in study.said)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"A": "60 70 50 80", "B": "55 65 45 75", "C": ".6 .7 .5 .8"}, "C: 4 ratings"),
        ({"A": ".6 .7 .5 .8", "B": ".5 .6 .4 .7", "C": "60 70 50 80"}, "C: 4 ratings"),
        ({"A": "60 70 50 80", "B": "55 65 45 75", "C": "1 0 1 1"}, "C: 4 ratings"),
        ({"A": "60 70 50 80", "B": "55 65 .45 75", "C": "50 60 50 70"}, "B: 1 rating "),
        ({"A": ".6 .7 .5 .8", "B": ".5 65 .4 .7", "C": ".6 .7 .5 .8"}, "B: 1 rating "),
    ],
)
def test_who_rates_in_another_unit_is_named(
    tmp_path: Path, given: dict[str, str], named: str
) -> None:
    told = faults(study_of(tmp_path, given))
    assert len(told) == 1
    assert told[0].startswith(named)


def test_a_second_round_in_another_unit_is_named(tmp_path: Path) -> None:
    folder = study_of(tmp_path, {})
    rows = [f"{j},Q{k},1,{50 + 5 * k}" for j in "AB" for k in (1, 2, 3)]
    rows += [f"A,Q{k},2,{0.5 + 0.05 * k}" for k in (1, 2, 3)]
    text = "\n".join(["judge_id,item_id,round,probability", *rows]) + "\n"
    (folder / "a.csv").write_text(text, encoding="utf-8")
    assert [told.split(":")[0] for told in faults(folder)] == ["A in round 2"]


def test_very_small_per_cents_stay(tmp_path: Path) -> None:
    given = {"A": "0.5 70 50 80", "B": "2 65 45 75", "C": "1 60 50 70"}
    study = read_study(study_of(tmp_path, given))
    assert ratings(study)["A"][0] == pytest.approx(0.005)


def test_a_waiver_empties_the_ratings_in_the_other_unit(tmp_path: Path) -> None:
    given = {"A": "60 70 50 80", "B": "55 65 45 75", "C": ".6 .7 .5 .8"}
    waiver = f'[[waivers]]\ncode = "{MIXED}"\nreason = "asked the judge"\n'
    study = read_study(study_of(tmp_path, given, SPEC + waiver))
    assert np.isnan(ratings(study)["C"]).all()
    assert ratings(study)["A"] == pytest.approx([0.6, 0.7, 0.5, 0.8])


def test_an_expected_score_above_the_marks_is_told(tmp_path: Path) -> None:
    given = {f"J{k}": ".6 .7 .5 3.2" for k in range(12)} | {"K": ".6 .7 .5 4.5"}
    check = check_study(study_of(tmp_path, given))
    told = [fault for fault in check.faults if fault.code == "rating_outside_scale"]
    assert ["scores from 0 to 4" in fault.found for fault in told] == [True]


def test_a_column_that_the_study_names_is_rated_too(tmp_path: Path) -> None:
    spec = SPEC + '[standard]\nboundaries = { top = "excellent" }\n'
    folder = study_of(tmp_path, {}, spec)
    text = "judge_id,item_id,probability,top\nA,Q1,60,80\nA,Q2,50,75\nB,Q1,55,70\n"
    (folder / "a.csv").write_text(text, encoding="utf-8")
    assert read_study(folder).tables["angoff"]["top"].tolist() == [0.8, 0.75, 0.7]
