"""Ends of tests that left no trace in the data, and people who never tried."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.numerics.speed import clustered_difference
from naas_psych.study.study import Study
from tests.analyses.speed_worlds import OPTIONS, sat
from tests.make import study_from_choices

PERSONS, ITEMS = 200, 20


def _verdict(study: Study) -> Any:
    found = nps.speededness(study).findings
    return next(one for one in found if one.code == "speed_verdict")


def _values(study: Study) -> dict[str, Any]:
    table = nps.speededness(study).tables["summary"]
    return dict(zip(table["measure"], table["value"], strict=True))


def _long(folder: Path, *, dropped: bool, shuffled: bool, form: bool = False) -> Study:
    """A third of the persons stop at item 13 to 18; their other items have no row if `dropped`."""
    generator = np.random.Generator(np.random.PCG64(5))
    rows = []
    for person in range(PERSONS):
        order = generator.permutation(ITEMS) if shuffled else np.arange(ITEMS)
        ends = ITEMS if person % 3 else 13 + (person // 3) % 6
        for place, item in enumerate(order, start=1):
            answer = str(generator.choice(list("ABCD"))) if place <= ends else ""
            seconds = round(float(np.exp(generator.normal(3.8, 0.4))), 1) if answer else None
            row = (f"P{person:03d}", f"Q{item + 1:02d}", answer, seconds, place, "one")
            if answer or not dropped:
                rows.append(row)
    names = ["person_id", "item_id", "response", "response_time", "position", "form_id"]
    table = pd.DataFrame(rows, columns=names)
    folder.mkdir()
    (table if form else table.drop(columns="form_id")).to_csv(folder / "long.csv", index=False)
    key = pd.DataFrame({"item_id": [f"Q{k + 1:02d}" for k in range(ITEMS)], "key": "A"})
    key.to_csv(folder / "items.csv", index=False)
    named = 'form = "form_id"\n' if form else ""
    text = (
        f'[tables]\nresponses = "long.csv"\nitems = "items.csv"\n[responses]\n{named}raw = true\n'
    )
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return nps.read_study(folder)


@pytest.mark.parametrize("shuffled", [False, True])
def test_items_without_a_row_at_the_end_count_as_not_reached(
    tmp_path: Path, shuffled: bool
) -> None:
    blank = _long(tmp_path / "blank", dropped=False, shuffled=shuffled)
    dropped = _long(tmp_path / "dropped", dropped=True, shuffled=shuffled)
    expected = _values(blank)
    assert expected["reached_last"] == pytest.approx(133 / 200)
    assert _values(dropped) == pytest.approx(expected, nan_ok=True)
    assert _verdict(dropped).value == _verdict(blank).value == "rushed"
    said = " ".join(nps.speededness(dropped).notes)
    assert "67 persons have no row for the last items" in said


def test_shorter_forms_are_no_unfinished_tests(tmp_path: Path) -> None:
    """One length only below the whole: a form, and not people who stop where time runs out."""
    study = _long(tmp_path / "one", dropped=True, shuffled=False)
    points = study.responses.points
    points[(points == -3).any(axis=1), :13] = 1
    points[(points == -3).any(axis=1), 13:] = -3
    tables = nps.speededness(study).tables
    assert set(tables["summary"]["form"]) == {"booklet 1", "booklet 2"}


def test_blanks_behind_the_last_answer_without_a_time_are_not_reached() -> None:
    """Whatever the data call them: `omitted` is what nobody can see from a blank at the end."""
    generator = np.random.Generator(np.random.PCG64(6))
    letters = OPTIONS[generator.integers(0, 4, (PERSONS, ITEMS))].copy()
    seconds = np.exp(generator.normal(3.8, 0.3, letters.shape)).astype(np.float32)
    letters[:100, 12:] = "-"
    letters[100:, 5] = "-"
    seconds[:100, 12:] = np.nan
    study = study_from_choices(letters, ["A"] * ITEMS, times=seconds)
    values = _values(study)
    assert values["reached_last"] == 0.5
    # Item 6 of half of the persons, and of the others the first blank after their last answer.
    assert values["omitted_share"] == pytest.approx(200 / (100 * 13 + 100 * 20))
    assert _verdict(study).value == "rushed"
    assert any("700 blanks recorded as omitted" in note for note in nps.speededness(study).notes)


def test_blanks_on_which_time_was_spent_were_reached() -> None:
    generator = np.random.Generator(np.random.PCG64(7))
    letters = OPTIONS[generator.integers(0, 4, (PERSONS, ITEMS))].copy()
    seconds = np.exp(generator.normal(3.8, 0.3, letters.shape)).astype(np.float32)
    letters[:100, 12:] = "-"
    study = study_from_choices(letters, ["A"] * ITEMS, times=seconds)
    assert _values(study)["reached_last"] == 1.0


def test_not_reached_without_a_place_stands_behind_all_others() -> None:
    generator = np.random.Generator(np.random.PCG64(8))
    places = np.array([generator.permutation(ITEMS) + 1 for _ in range(PERSONS)], dtype=np.int16)
    letters = OPTIONS[generator.integers(0, 4, (PERSONS, ITEMS))].copy()
    beyond = (places > 15) & (np.arange(PERSONS) < 120)[:, None]
    letters[beyond] = "."
    study = study_from_choices(
        letters, ["A"] * ITEMS, positions=np.where(beyond, 0, places).astype(np.int16)
    )
    values = _values(study)
    assert values["reached_last"] == pytest.approx(80 / 200)
    assert values["reached_three_quarters"] == 1.0


@pytest.mark.parametrize("share", [0.08, 0.25])
def test_people_who_never_try_are_no_sign_of_too_little_time(share: float) -> None:
    study = sat(hasty=share, last=24, persons=400)
    found = _verdict(study)
    assert found.value == "cannot_tell"
    assert "little effort" in found.meaning
    assert "not surely more than before them" in found.sentence
    codes = {one.code for one in nps.speededness(study).findings}
    assert "blanks_rule_misleads" not in codes


def test_haste_at_the_end_is_found_beside_people_who_never_try() -> None:
    letters_and_times = sat(hasty=0.1, last=24, persons=400)
    times = letters_and_times.responses.times
    assert times is not None
    times[200:300, -3:] = 4.0
    assert _verdict(letters_and_times).value == "rushed"


def test_the_difference_of_two_clustered_shares_is_that_of_a_bootstrap() -> None:
    generator = np.random.Generator(np.random.PCG64(9))
    level = generator.beta(0.5, 4, 300)
    counts = (np.full(300, 5.0), generator.integers(20, 36, 300).astype(float))
    hits = [generator.binomial(c.astype(int), level).astype(float) for c in counts]
    found = clustered_difference((hits[0], counts[0]), (hits[1], counts[1]), level=0.95)
    draws = generator.integers(0, 300, (4000, 300))
    a, b = (h[draws].sum(1) / c[draws].sum(1) for h, c in zip(hits, counts, strict=True))
    low, high = np.quantile(a - b, [0.025, 0.975])
    assert found.value == pytest.approx(hits[0].sum() / 1500 - hits[1].sum() / counts[1].sum())
    assert found.limits.low == pytest.approx(low, abs=0.003)
    assert found.limits.high == pytest.approx(high, abs=0.003)
