"""Each rule finds what was planted and misses what was not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from naas_psych.oracle.detectors import DETECTORS, sight_of
from naas_psych.oracle.looked_for import wanted
from naas_psych.oracle.replicate import Case
from naas_psych.oracle.seen import Seen
from naas_psych.oracle.sight import Sight
from naas_psych.packaged import toml_entries
from naas_psych.simulate.plan import NUMBERS
from tests.make import study_from_choices, study_from_scores

PLANTS: Mapping[str, Mapping[str, Any]] = toml_entries(NUMBERS)["plants"]
#: What the clean twin shows as well: it is the design that makes them so.
OF_THE_DESIGN = ("P5", "P19", "P23", "P24")


@pytest.fixture(scope="module")
def sights(planted: Case) -> Mapping[str, Sight]:
    seen = Seen(planted.study)
    return {name: sight_of(name, plant, seen) for name, plant in planted.truth.planted.items()}


@pytest.fixture(scope="module")
def without(planted: Case, clean: Case) -> Mapping[str, Sight]:
    """What is seen where the same things are looked for and were never planted."""
    seen = Seen(clean.study)
    return {name: sight_of(name, plant, seen) for name, plant in planted.truth.planted.items()}


@pytest.mark.parametrize("name", [name for name in DETECTORS if name != "P23"])
def test_what_was_planted_is_found(sights: Mapping[str, Sight], name: str) -> None:
    assert sights[name].found is True
    assert sights[name].evidence.endswith(".")
    assert sights[name].number is not None


@pytest.mark.parametrize("name", [name for name in DETECTORS if name not in OF_THE_DESIGN])
def test_what_was_not_planted_is_missed(without: Mapping[str, Sight], name: str) -> None:
    assert without[name].found is False


@pytest.mark.parametrize("name", sorted(set(PLANTS) - set(DETECTORS)))
def test_nobody_has_looked_where_there_is_no_analysis(
    sights: Mapping[str, Sight], name: str
) -> None:
    assert sights[name].found is None
    analysis = PLANTS[name]["analysis"]
    assert sights[name].evidence == f"No analysis yet: {analysis} comes with a later chapter."


@pytest.mark.parametrize("name", DETECTORS)
def test_every_rule_has_words_and_a_plant(name: str) -> None:
    assert name in PLANTS
    assert {"number", "looked_for"} <= set(wanted(name))


def test_every_entry_of_the_list_has_a_rule() -> None:
    assert set(toml_entries("oracle/looked_for.toml")) == set(DETECTORS)


def test_the_miskeyed_item_is_told_with_its_numbers(sights: Mapping[str, Sight]) -> None:
    said = sights["P1"].evidence
    assert "A11" in said
    assert "suggested key C (right is C)" in said
    assert sights["P1"].number is not None
    assert abs(sights["P1"].number - -0.18) < 0.12


@pytest.mark.parametrize(("sure_from", "doubt"), [(0.5, ""), (1.0, ", uncertain")])
def test_a_weak_item_is_told_with_its_doubt(planted: Case, sure_from: float, doubt: str) -> None:
    limits = planted.study.thresholds.overridden_by({"item_flag_probability": sure_from})
    sight = sight_of("P8", PLANTS["P8"], Seen(replace(planted.study, thresholds=limits)))
    assert sight.found is True
    assert f"A10: discrimination_negative{doubt}; item-rest" in sight.evidence


@pytest.mark.parametrize(("missed", "found"), [(1, True), (2, False)])
def test_one_item_of_six_may_be_missed(planted: Case, missed: int, found: bool) -> None:
    """Sound items stand in for items whose options show nothing."""
    items = [*PLANTS["P7"]["items"][missed:], "A03", "A05"][:6]
    assert sight_of("P7", {"items": items}, Seen(planted.study)).found is found


def test_an_idle_option_is_not_the_one_that_misleads() -> None:
    """D of Q01 is chosen by two of the best alone: too few to say that it draws the able."""
    right = _right(1.0, 8).astype(bool)
    letters = np.where(right, "A", np.where(np.arange(8) % 2, "B", "C"))
    letters[np.argsort(right.sum(axis=1))[-2:], 0] = "D"
    sight = sight_of("P7", {"items": ["Q01"]}, Seen(study_from_choices(letters, "A" * 8)))
    assert sight.found is False
    assert "1 show an option that hardly anybody chose, 0 one that the able" in sight.evidence


def test_another_suggestion_than_the_right_one_is_a_miss(planted: Case) -> None:
    plant = {**PLANTS["P1"], "right": "D"}
    assert sight_of("P1", plant, Seen(planted.study)).found is False


def test_one_fault_more_than_planted_is_a_miss(planted: Case) -> None:
    plant = {**PLANTS["P22"], "zero_times": 1, **_counts(planted)}
    seen = sight_of("P22", plant, Seen(planted.study))
    assert seen.found is False
    assert "bad_response_time 4 of 3" in seen.evidence


def _counts(case: Case) -> dict[str, int]:
    return {"technical_loss_persons": case.truth.planted["P22"]["technical_loss_persons"]}


def test_what_no_check_covers_is_named(sights: Mapping[str, Sight]) -> None:
    assert "Not examined: too few options chosen, late withdrawal" in sights["P22"].evidence


def _right(spread: float, items: int, persons: int = 400) -> Any:
    """Marks of a test of equal items, without random numbers that could be unlucky."""
    rng = np.random.default_rng(3)
    ability = rng.normal(0, spread, persons)[:, None]
    return (rng.normal(size=(persons, items)) < ability).astype(int)


def test_where_alpha_is_undefined_nobody_has_looked() -> None:
    sight = sight_of("P19", PLANTS["P19"], Seen(study_from_scores(np.ones((40, 4), dtype=int))))
    assert sight.found is None
    assert "Alpha is undefined in every form." in sight.evidence


def test_a_precise_test_is_no_test_near_the_line() -> None:
    sight = sight_of("P19", PLANTS["P19"], Seen(study_from_scores(_right(1.5, 60))))
    assert sight.found is False
    assert "Verdict: SUPPORTED" in sight.evidence


def test_a_test_that_just_passes_is_no_clean_pass() -> None:
    sight = sight_of("P19", PLANTS["P19"], Seen(study_from_scores(_right(1.0, 12))))
    assert sight.found is True
    assert "Verdict: PARTLY SUPPORTED" in sight.evidence


def test_part_scores_that_are_precise_are_no_plant() -> None:
    """Two halves of one long test: neither says more than the total, both are reliable."""
    domains = ["law", "practice"] * 20
    seen = Seen(study_from_scores(_right(1.0, 40), items={"domain": domains}))
    sight = sight_of("P24", PLANTS["P24"], seen)
    assert sight.found is False
    assert "0 add to the total; alpha is below .50 in 0" in sight.evidence


@pytest.mark.parametrize(("spread", "items"), [(2.0, 8), (0.6, 3)])
def test_part_scores_that_say_something_are_no_plant(spread: float, items: int) -> None:
    """Of two unrelated domains, precise or not, each says what the total does not."""
    scores = np.hstack([_right(spread, items), _right(spread, items)[::-1]])
    domains = ["law"] * items + ["practice"] * items
    seen = Seen(study_from_scores(scores, items={"domain": domains}))
    sight = sight_of("P24", PLANTS["P24"], seen)
    assert sight.found is False
    assert "2 add to the total" in sight.evidence
    assert sight.number is not None
    assert (sight.number < 0.5) == (items == 3)


def test_a_decoy_that_is_flagged_is_not_left_alone() -> None:
    ids = ["A01", "A20", "AL08", "BE09", "Q1", "Q2", "Q3", "Q4"]
    scores = _right(1.0, 8)
    left = sight_of("P23", PLANTS["P23"], Seen(study_from_scores(scores, item_ids=ids)))
    assert (left.found, left.number) == (True, 0)
    scores[:, 1] = 1 - scores[:, 1]
    flagged = sight_of("P23", PLANTS["P23"], Seen(study_from_scores(scores, item_ids=ids)))
    assert (flagged.found, flagged.number) == (False, 1)
    assert "flagged: A20 discrimination_negative" in flagged.evidence
    scores[:, 1] = np.arange(len(scores)) % 2
    seen = Seen(study_from_scores(scores, item_ids=ids))
    assert {f.severity for f in seen.about("A20")} == {"info", "warning"}
    warned = sight_of("P23", PLANTS["P23"], seen)
    assert (warned.found, warned.number) == (False, 1)


def test_data_that_cannot_answer_are_not_a_miss() -> None:
    """Scores without options have no key to check."""
    sight = sight_of("P1", PLANTS["P1"], Seen(study_from_scores(_right(1.0, 8))))
    assert sight.found is None
    assert sight.evidence.startswith("These data cannot answer it.")
