"""The disclosure gate: hand values of the profiles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naas_psych.assurance.disclosure import gated_text, profiles
from naas_psych.assurance.disclosure.declared import layout_of
from naas_psych.assurance.disclosure.gate import gated_sheets
from naas_psych.assurance.disclosure.primary import Sheet, primary, sheet_of
from naas_psych.assurance.disclosure.profiles import NAMES, Profile
from naas_psych.assurance.disclosure.shown import shown

ROUNDING = ("ofqual", "hesa", "nhs")
PILOT = Path(__file__).parents[2] / "data/sample_responses/naas_pilot"


def said(profile: str, count: int) -> str:
    return profiles()[profile].words(count)


@pytest.mark.parametrize(
    ("profile", "counts"),
    [
        ("none", {0: "0", 1: "1", 474: "474"}),
        ("ofqual", {0: "0", 1: "fewer than 5", 4: "fewer than 5", 5: "5", 7: "5", 8: "10"}),
        ("hesa", {0: "0", 2: "0", 3: "5", 7: "5", 8: "10", 12: "10", 13: "15"}),
        ("nhs", {0: "0", 1: "from 1 to 7", 7: "from 1 to 7", 8: "10", 12: "10"}),
        ("threshold10", {0: "fewer than 10", 9: "fewer than 10", 10: "10", 474: "474"}),
    ],
)
def test_counts_of_each_profile(profile: str, counts: dict[int, str]) -> None:
    assert {count: said(profile, count) for count in counts} == counts


@given(count=st.integers(0, 10**6), name=st.sampled_from(NAMES))
def test_rounding(count: int, name: str) -> None:
    rules = profiles()[name]
    value = np.array([float(count)])
    once = rules.rounded(value)
    assert rules.rounded(once) == once
    assert abs(float(once[0]) - count) <= 2
    low, high = rules.span(count)
    assert low <= count <= high
    if not rules.hides(value)[0]:
        alike = {said(name, other) for other in range(low, min(high, low + 10) + 1)}
        assert alike == {said(name, count)}


# --- one table ----------------------------------------------------------------------------------


def sheet(frame: pd.DataFrame, profile: str, **entry: Any) -> tuple[Sheet, Profile]:
    layout = layout_of("made_up", "table", frame, {"made_up.table": entry})
    made = sheet_of(frame, layout, {})
    primary(made, profiles()[profile])
    return made, profiles()[profile]


def test_rates_of_two_methods_that_differ_by_a_few_are_not_shown() -> None:
    methods = pd.DataFrame(
        {
            "method": ["angoff", "hofstee", "cohen", "ebel"],
            "form": ["alpha"] * 4,
            "n": [200] * 4,
            "pass_rate": [0.90, 0.89, 0.80, 0.90],
        }
    )
    made, rules = sheet(
        methods, "ofqual", apart={"column": "pass_rate", "base": "n", "within": ["form"]}
    )
    assert shown(made, rules)["pass_rate"].notna().tolist() == [False, False, True, False]


def test_of_a_curve_only_the_cuts_asked_for_are_shown() -> None:
    curve = pd.DataFrame(
        {
            "cut": [46.0, 47.0, 48.0],
            "cut_name": [None, "met", None],
            "n": [1000, 1000, 1000],
            "pass_rate": [0.9, 0.89, 0.87],
            "pass_rate_low": [0.88, 0.87, 0.85],
            "pass_rate_modelled": [0.9, 0.888, 0.874],
        }
    )
    made, rules = sheet(curve, "ofqual", named_only={"by": "cut_name", "columns": ["pass_rate"]})
    found = shown(made, rules)
    assert found["pass_rate"].notna().tolist() == [False, True, False]
    assert found["pass_rate_low"].notna().tolist() == [False, True, False]
    assert found["pass_rate_modelled"].notna().all()


def gated(frame: pd.DataFrame, profile: str, **entry: Any) -> pd.DataFrame:
    return shown(*sheet(frame, profile, **entry))


@pytest.mark.parametrize("profile", [*ROUNDING, "threshold10"])
def test_a_percentage_needs_a_base_of_23_and_a_mean_one_of_8(profile: str) -> None:
    table = pd.DataFrame({"n": [7, 8, 22, 23], "facility": [0.5] * 4, "mean": [3.0] * 4})
    made = gated(table, profile)
    assert made["facility"].isna().tolist() == [True, True, True, False]
    assert made["facility_reason"].tolist() == ["withheld"] * 3 + [None]
    assert made["mean"].isna().tolist() == [True, False, False, False]


def test_smallest_and_largest_values_need_ten_persons() -> None:
    made = gated(pd.DataFrame({"n": [9, 10], "min": [3.0, 3.0], "max": [9.0, 9.0]}), "ofqual")
    assert made[["min", "max"]].isna().all(axis=1).tolist() == [True, False]


def test_outcomes_of_a_group_need_ten_on_both_sides() -> None:
    passed = np.array([0, 9, 10, 50, 51, 60])
    table = pd.DataFrame(
        {"group_level": list("abcdef"), "n": 60, "rate": passed / 60, "ratio": 1.0}
    )
    made = gated(table, "ofqual", outcomes=["rate"])
    assert made["rate"].isna().tolist() == [False, True, False, False, True, False]
    assert made["ratio"].isna().tolist() == made["rate"].isna().tolist()


def test_all_or_nobody_of_a_small_group_says_too_much() -> None:
    table = pd.DataFrame({"group_level": ["a", "b"], "n": [19, 20], "n_passed": [19, 20]})
    made = gated(table, "ofqual", outcomes=["n_passed"])
    assert made["n_passed"].isna().tolist() == [True, False]


def test_a_share_that_gives_a_small_count_of_a_group_is_withheld_with_its_limits() -> None:
    table = pd.DataFrame(
        {"focal": ["a", "b"], "n_focal": [40, 40], "share_focal": [0.925, 0.5]}
        | {"share_focal_low": [0.8, 0.35], "share_focal_high": [0.97, 0.65]}
    )
    made = gated(table, "ofqual")
    for name in ("share_focal", "share_focal_low", "share_focal_high"):
        assert made[name].isna().tolist() == [True, False]
        assert made[f"{name}_reason"].tolist() == ["withheld", None]


def test_shares_and_means_are_no_finer_than_the_rule() -> None:
    table = pd.DataFrame({"n": [85, 477], "facility": [0.123456, 0.5], "mean": [12.345, 12.345]})
    made = gated(table, "ofqual")
    assert made["facility"].tolist() == [0.123, 0.5]
    assert made["mean"].tolist() == [12.3, 12.35]
    assert made["n"].tolist() == [85, 475]
    assert made["n"].dtype == np.int64


def test_a_rounded_mean_is_possible_for_every_base_it_may_have() -> None:
    rng = np.random.default_rng(1)
    for n in (8, 12, 50, 98, 120, 700, 1300):
        total = int(rng.integers(n, 40 * n))
        mean = float(gated(pd.DataFrame({"n": [n], "mean": [total / n]}), "ofqual")["mean"].iloc[0])
        step = 10.0 ** -min(int(np.log10(n)), 3)
        for base in range(n, n + 3):
            totals = np.arange(40 * base + 1) / base
            assert (np.abs(totals - mean) <= step / 2 + 1e-9).any()


def test_rows_about_judges_stay_as_they_are() -> None:
    table = pd.DataFrame({"source": ["experts", "exit"], "n": [14, 14], "endorsement": [0.5, 0.5]})
    made = gated(table, "ofqual", exempt={"source": ["experts"]})
    assert made["n"].tolist() == [14, 15]
    assert made["endorsement"].isna().tolist() == [False, True]


def test_a_mean_does_not_stay_alone_beside_the_total() -> None:
    table = pd.DataFrame(
        {"group": "sex", "group_level": ["a", "b", "c"], "n": [5, 50, 90], "mean": [1.0, 2.0, 3.0]}
    )
    sheets = gated_sheets({("made_up", "table"): table}, profiles()["ofqual"], combined={})
    made = shown(sheets["made_up", "table"], profiles()["ofqual"])
    assert made["mean"].isna().tolist() == [True, True, False]
    assert made["mean_reason"].tolist() == ["withheld", "withheld_with_another", None]


def test_a_gap_goes_with_the_rate_it_would_give() -> None:
    names = {"cut": "met", "group": "sex", "reference": "a", "focal": ["b", "c"]}
    bases = {"n_reference": 300, "n_focal": [30, 120]}
    rates = pd.DataFrame({**names, **bases, "rate_reference": 0.8, "rate_focal": [29 / 30, 0.7]})
    gaps = pd.DataFrame({**names, **bases, "unadjusted": [16.7, -10.0]})
    tables = {("adverse_impact", "groups"): rates, ("adjusted_gaps", "gaps"): gaps}
    sheets = gated_sheets(tables, profiles()["ofqual"], combined={})
    made = shown(sheets["adjusted_gaps", "gaps"], profiles()["ofqual"])
    assert np.isnan(made["unadjusted"].iloc[0])


# --- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("6 persons have no total.", "5 persons have no total."),
        ("3 persons have no total.", "fewer than 5 persons have no total."),
        ("567 of 580 persons", "565 of 580 persons"),
        ("the 567 of the 1,232 candidates", "the 565 of the 1,230 candidates"),
        ("fewer than 8 persons are too few", "fewer than 8 persons are too few"),
        ("33 of 100 persons would finish", "33 of 100 persons would finish"),
        ("at position 48 than at 12, for persons", "at position 48 than at 12, for persons"),
        ("12.0 persons would go up", "10 persons would go up"),
        ("P007 and P008. answered", "(a person) and (a person). answered"),
    ],
)
def test_sentences(before: str, after: str) -> None:
    assert gated_text(before, profiles()["ofqual"], {"P007", "P008"}) == after
