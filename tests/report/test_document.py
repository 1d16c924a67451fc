"""The JSON document: the contract's shape, full precision, null for undefined."""

from __future__ import annotations

import json
import time

import numpy as np
import pandas as pd

from naas_psych.report.document import document, dumps, plain, rows
from tests.report.by_hand import item_result, small_study


def test_document_has_the_shape_of_the_contract() -> None:
    made = json.loads(dumps(document("items", small_study(), [item_result()])))
    assert list(made)[:5] == ["naas_psych", "command", "study", "results", "findings"]
    assert made["study"]["persons"] == 40
    assert made["study"]["items"] == 5
    result = made["results"]["item_statistics"]
    assert {"options", "tables", "notes", "provenance"} <= set(result)
    assert result["tables"]["items"][0]["facility"] == 0.123456789012345
    assert made["findings"][0]["subject"] == "Q02"
    assert "not_examined" not in made


def test_undefined_is_null_with_its_reason() -> None:
    table = document("items", small_study(), [item_result()])["results"]["item_statistics"]
    last = table["tables"]["items"][-1]
    assert last["item_rest_r"] is None
    assert last["item_rest_r_reason"] == "no_variance"


def test_what_was_not_examined_is_said_with_its_reason() -> None:
    made = document("items", small_study(), [], not_examined={"distractors": "no options"})
    assert made["not_examined"] == {"distractors": "no options"}


def test_numpy_and_pandas_values_become_plain() -> None:
    given = {
        "a": np.float32(0.5), "b": np.int64(3), "c": np.bool_(True), "d": np.array([1.0, np.nan]),
        "e": pd.NA, "f": float("inf"), "g": (1, 2), "h": {2, 1},
    }  # fmt: skip
    assert plain(given) == {
        "a": 0.5, "b": 3, "c": True, "d": [1.0, None], "e": None, "f": None, "g": [1, 2],
        "h": [1, 2],
    }  # fmt: skip


def test_rows_of_every_kind_of_column() -> None:
    table = pd.DataFrame(
        {
            "whole": pd.array([1, None], dtype="Int64"),
            "real": [0.1, np.nan],
            "text": ["a", None],
            "yes": [True, False],
            "mixed": [1, "b"],
        }
    )
    assert rows(table) == [
        {"whole": 1, "real": 0.1, "text": "a", "yes": True, "mixed": 1},
        {"whole": None, "real": None, "text": None, "yes": False, "mixed": "b"},
    ]
    assert rows(pd.DataFrame({"a": []})) == []


def test_text_is_valid_json_and_ends_with_one_newline() -> None:
    made = document("items", small_study(title='A "title" ünd\nmore'), [item_result()])
    text = dumps(made)
    assert text.endswith("}\n")
    assert json.loads(text)["study"]["title"] == 'A "title" ünd\nmore'
    assert dumps(made) == text


def test_a_hundred_thousand_rows_take_seconds_at_most() -> None:
    n = 100_000
    table = pd.DataFrame({f"x{k}": np.linspace(0, 1, n) for k in range(8)})
    table.insert(0, "who", [f"P{k}" for k in range(n)])
    start = time.process_time()
    text = dumps({"results": {"a": {"tables": {"t": rows(table)}}}})
    assert time.process_time() - start < 6
    assert text.count("\n") > n
