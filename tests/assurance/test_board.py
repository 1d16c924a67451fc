"""The verdict board reads results and thresholds, and never the point estimate alone."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from naas_psych.assurance.board import board
from naas_psych.assurance.key_verdict import doubtful_keys
from naas_psych.assurance.measure import FAILED
from naas_psych.assurance.precision import alpha_rows
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.poisson_binomial import number_limits
from naas_psych.result import Result
from tests.report.by_hand import small_study
from tests.specimen import specimen


def _reliability(low: float, estimate: float, high: float, *, n: int = 500) -> dict[str, Result]:
    row = {"coefficient": "alpha", "estimate": estimate, "low": low, "high": high, "n": n}
    return {"reliability": Result({"coefficients": pd.DataFrame([row])})}


@pytest.mark.parametrize(
    ("low", "estimate", "high", "word"),
    [
        (0.90, 0.92, 0.94, "SUPPORTED"),
        (0.80, 0.85, 0.92, "PARTLY SUPPORTED"),
        (0.79, 0.85, 0.92, "CANNOT TELL"),
        (0.60, 0.70, 0.79, "NOT SUPPORTED"),
    ],
)
def test_precision_follows_the_interval(
    low: float, estimate: float, high: float, word: str
) -> None:
    entry = board(small_study(), _reliability(low, estimate, high))[0]
    assert entry.verdict.word == word
    assert (entry.low, entry.estimate, entry.high) == (low, estimate, high)


def test_without_results_nothing_is_claimed() -> None:
    words = [entry.verdict.word for entry in board(small_study(), {})]
    assert words == ["CANNOT TELL"] * 4 + ["NOT A MEASUREMENT QUESTION"]


def test_the_weakest_form_decides() -> None:
    rows = [
        {"form": form, "coefficient": "alpha", "estimate": e, "low": low, "high": high, "n": 500}
        for form, low, e, high in (("A", 0.91, 0.92, 0.94), ("B", 0.60, 0.70, 0.79))
    ]
    entry = board(small_study(), {"reliability": Result({"coefficients": pd.DataFrame(rows)})})[0]
    assert entry.verdict.word == "NOT SUPPORTED"
    assert entry.estimate == 0.70
    assert entry.measure.endswith("the weakest form, form B")


def test_the_tile_and_the_board_name_the_same_weakest_form() -> None:
    """A small form has the lower limit, but says nothing; the large one fails."""
    rows = [
        {"form": "A", "coefficient": "alpha", "estimate": 0.7, "low": 0.4, "high": 0.9, "n": 30},
        {"form": "B", "coefficient": "alpha", "estimate": 0.7, "low": 0.6, "high": 0.79, "n": 500},
    ]
    results = {"reliability": Result({"coefficients": pd.DataFrame(rows)})}
    study = small_study()
    assert board(study, results)[0].measure.endswith("form B")
    assert [row["form"] for row in alpha_rows(study, results)] == ["B", "A"]


def _key_check(*, rival_r: float, probability: float, status: str = "check key") -> Result:
    """A check of five keys in which the third has a rival."""
    n = 5
    table = pd.DataFrame(
        {
            "item_id": [f"Q{k + 1:02d}" for k in range(n)],
            "key": ["A"] * n,
            "suggested_key": [None] * n,
            "status": ["ok"] * n,
            "key_r": [0.4, 0.4, 0.05, 0.4, 0.4],
            "best_distractor": ["B", "B", "C", "B", "B"],
            "best_distractor_r": [-0.1, -0.1, rival_r, -0.1, -0.1],
            "probability_rival": [1e-9, 1e-9, probability, 1e-9, 1e-9],
        },
        dtype=object,
    )
    table.loc[2, "status"] = status
    if status == "check key":
        table.loc[2, "suggested_key"] = "C"
    return Result({"items": table})


def test_a_key_that_surely_loses_to_a_rival_fails_the_key() -> None:
    results = {"key_check": _key_check(rival_r=0.25, probability=0.99)}
    key = board(small_study(persons=150), results)[2]
    assert key.verdict.word == "NOT SUPPORTED"
    assert "Q03 is probably miskeyed: its key is A, the likely key C." in key.verdict.sentence
    assert "99 of 100" in key.verdict.sentence
    assert "Q03" in key.action


def test_a_key_that_may_lose_by_chance_cannot_tell() -> None:
    results = {"key_check": _key_check(rival_r=0.10, probability=0.80)}
    key = board(small_study(persons=150), results)[2]
    assert key.verdict.word == "CANNOT TELL"
    assert "Q03 may be miskeyed" in key.verdict.sentence


def test_no_suspicion_is_not_yet_support() -> None:
    check = _key_check(rival_r=0.04, probability=0.4, status="ok")
    key = board(small_study(persons=150), {"key_check": check})[2]
    assert key.verdict.word == "CANNOT TELL"
    assert "too little to tell: Q03" in key.verdict.sentence


def test_a_key_well_ahead_of_its_rival_is_supported() -> None:
    check = _key_check(rival_r=-0.3, probability=0.0001, status="ok")
    key = board(small_study(persons=150), {"key_check": check})[2]
    assert key.verdict.word == "SUPPORTED"


def test_a_second_right_answer_is_no_wrong_key() -> None:
    results = {"key_check": _key_check(rival_r=0.02, probability=0.4, status="double key?")}
    key = board(small_study(persons=150), results)[2]
    assert "Q03 may have two right answers: the key A, and C." in key.verdict.sentence


def test_few_people_still_hear_which_key_to_look_at() -> None:
    results = {"key_check": _key_check(rival_r=0.25, probability=0.99)}
    key = board(small_study(persons=20), results)[2]
    assert key.verdict.word == "CANNOT TELL"
    assert "20 people" in key.verdict.sentence
    assert "Q03" in key.verdict.sentence


def test_the_lead_of_a_key_has_the_interval_of_its_probability() -> None:
    """One standard error below zero is a chance of .8413; 1.96 of them are half the interval."""
    (doubt,) = (
        doubtful_keys({"key_check": _key_check(rival_r=0.15, probability=0.8413447461)}) or ()
    )
    assert doubt.lead == pytest.approx(-0.10)
    assert doubt.limits.low == pytest.approx(-0.10 - 0.1959964, abs=1e-6)
    assert doubt.limits.high == pytest.approx(-0.10 + 0.1959964, abs=1e-6)


def test_weak_items_are_counted_with_their_chances() -> None:
    study = small_study(persons=400)
    statistics = pd.DataFrame(
        {"item_id": study.responses.item_ids, "item_rest_r": 0.5, "n_rest": 400, "facility": 0.6,
         "n": 400, "chance": 0.0, "biserial_method": "biserial"}
    )  # fmt: skip
    items = board(study, {"item_statistics": Result({"items": statistics})})[1]
    assert items.verdict.word == "SUPPORTED"
    statistics.loc[0:2, "item_rest_r"] = -0.2
    items = board(study, {"item_statistics": Result({"items": statistics})})[1]
    assert items.verdict.word == "NOT SUPPORTED"
    assert items.estimate == pytest.approx(3 / 5, abs=1e-6)
    statistics.loc[4, ["item_rest_r", "facility", "n_rest", "n"]] = np.nan  # withheld
    items = board(study, {"item_statistics": Result({"items": statistics})})[1]
    assert items.estimate == pytest.approx(3 / 4, abs=1e-6)
    assert items.out_of == 4


def test_one_item_cannot_be_judged() -> None:
    study = small_study(persons=400, items=1)
    statistics = pd.DataFrame({"item_id": ["Q01"], "item_rest_r": [np.nan], "facility": [0.6]})
    results = {"item_statistics": Result({"items": statistics})}
    assert [e.verdict.word for e in board(study, results)[:3]] == ["CANNOT TELL"] * 3


def test_number_limits_are_binomial_for_equal_chances() -> None:
    """R: qbinom(c(.025, .975), 20, .3) is 2 and 10."""
    assert number_limits([0.3] * 20, level=0.95) == Interval(2, 10)
    assert number_limits([1.0, 1.0, 0.0], level=0.95) == Interval(2, 2)


def test_every_verdict_carries_its_caveat() -> None:
    for entry in board(small_study(), {}):
        caveat = entry.caveat
        assert caveat.based_on
        assert caveat.main_assumption
        assert caveat.would_change_if
        assert caveat.does_not_show


def test_a_failed_analysis_is_no_word_about_the_data() -> None:
    made = board(specimen(), {}, not_examined={"reliability": f"{FAILED} (a fault)"})
    assert made[0].verdict.level == "cannot_tell"
    assert "the analysis failed (a fault)" in made[0].verdict.sentence
    without = board(specimen(), {})
    assert "could not be estimated" in without[0].verdict.sentence
    assert "0 people" not in without[0].verdict.sentence
