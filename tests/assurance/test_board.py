"""The verdict board reads results and thresholds, and never the point estimate alone."""

from __future__ import annotations

import pandas as pd
import pytest

from naas_psych.assurance.board import board
from naas_psych.result import Result
from tests.report.by_hand import item_result, small_study


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


def test_a_doubtful_key_is_named() -> None:
    study = small_study(persons=150)
    statistics = item_result(names=study.responses.item_ids)
    table = statistics.tables["items"].assign(
        item_rest_r=-0.3, item_rest_r_low=-0.4, item_rest_r_high=-0.2
    )
    keys = pd.DataFrame({"item_id": study.responses.item_ids, "suggested_key": None}, dtype=object)
    keys.loc[2, "suggested_key"] = "C"
    results = {
        "item_statistics": Result({"items": table}),
        "key_check": Result({"items": keys}),
    }
    key = board(study, results)[2]
    assert key.verdict.word == "NOT SUPPORTED"
    assert "Q03" in key.verdict.sentence


def test_every_verdict_carries_its_caveat() -> None:
    for entry in board(small_study(), {}):
        caveat = entry.caveat
        assert caveat.based_on
        assert caveat.main_assumption
        assert caveat.would_change_if
        assert caveat.does_not_show
