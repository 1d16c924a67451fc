"""Feedback by source: sizes, ranges, and what is planted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from naas_psych.packaged import toml_entries
from naas_psych.simulate.feedback import feedback
from naas_psych.simulate.world import World
from tests.simulate.worlds import SEEDS, Plants, world

P3 = ["AL07", "AL19", "AL22", "BE06", "BE20"]
QUESTIONS = ["relevant_overall", "time_enough", "fair", "clear", "realistic", "setting_fit"]
SUPERVISION = [f"supervision_{k}" for k in range(1, 5)]
#: From these four the mean of a source is stated.
OVERALL = ["relevant_overall", "fair", "clear", "realistic"]


def told(made: World, seed: int = 0) -> pd.DataFrame:
    """What these candidates would say with other luck."""
    return feedback(replace(made.plan, seed=seed), made.cast, made.bank, made.sitting)


@pytest.mark.parametrize("plants", [None, ()], ids=["planted", "clean"])
def test_feedback_comes_from_three_sources(plants: Plants) -> None:
    made = world(plants=plants)
    table = told(made)
    assert table["source"].value_counts().to_dict() == {"exit": 600, "open_call": 100, "phone": 38}
    known = table[table["source"] != "open_call"]
    assert known["person_id"].isin(made.cast.candidates["person_id"]).all()
    assert not known.duplicated(["person_id", "source"]).any()
    assert table[table["source"] == "open_call"]["person_id"].isna().all()
    assert table[QUESTIONS + SUPERVISION].isin([1, 2, 3, 4, 5]).all(axis=None)
    assert (table["prep_hours"] * 2 % 1 == 0).all()
    assert table["prep_hours"].min() >= 0
    # A column of which most go beyond 5 is read as a number and not as a rating.
    assert 0.6 < (table["prep_hours"] > 5).mean() < 0.95


def test_a_named_item_is_on_the_form_of_the_person() -> None:
    made = world()
    known = told(made).dropna(subset=["person_id", "most_irrelevant_item"])
    phase = made.cast.candidates.set_index("person_id")["phase"][known["person_id"]]
    pairs = set(zip(phase, known["most_irrelevant_item"], strict=True))
    assert pairs <= set(zip(made.bank.forms["form_id"], made.bank.forms["item_id"], strict=True))


def test_sources_disagree_when_that_is_planted() -> None:
    means = pd.DataFrame(
        told(world(), seed).groupby("source")[OVERALL].mean().mean(axis=1) for seed in SEEDS
    )
    # Standard errors over 20 draws: .9 / sqrt(20 n).
    assert means["exit"].mean() == pytest.approx(3.7, abs=0.03)
    assert means["phone"].mean() == pytest.approx(3.2, abs=0.12)
    assert means["open_call"].mean() == pytest.approx(2.1, abs=0.07)
    assert (means["exit"] > means["phone"]).all()
    assert (means["phone"] > means["open_call"] + 0.5).all()


def test_sources_agree_in_the_clean_twin() -> None:
    means = pd.DataFrame(
        told(world(plants=()), seed).groupby("source")[OVERALL].mean().mean(axis=1)
        for seed in SEEDS
    )
    for source, bound in (("exit", 0.03), ("phone", 0.12), ("open_call", 0.07)):
        assert means[source].mean() == pytest.approx(3.5, abs=bound)


def test_only_the_ratings_and_what_follows_depend_on_that_plant() -> None:
    clean = world(plants=())
    planted = World(replace(clean.plan, plants=frozenset({"P17"})))
    same = ["person_id", "source", *SUPERVISION, "prep_hours", "most_irrelevant_item"]
    pd.testing.assert_frame_equal(told(clean)[same], told(planted)[same])


def test_who_had_to_hurry_says_so_and_stays_away() -> None:
    made = world()
    hurried = made.sitting.hurried
    people = made.cast.candidates[["person_id", "phase", "setting"]].assign(hurried=hurried)
    answers = pd.concat(told(made, seed) for seed in SEEDS).query("source == 'exit'")
    answers = answers.merge(people, on="person_id")
    time_enough = answers.groupby(["phase", "hurried"])["time_enough"].mean()
    for phase in ("alpha", "beta"):
        assert time_enough[phase, True] < time_enough[phase, False] - 0.9
    assert time_enough["alpha", False] < time_enough["beta", False] - 0.15
    assert answers["hurried"].mean() < hurried.mean() - 0.02
    central = answers["setting"].isin(["child_protection", "assessment"])
    fit = answers.groupby(central)["setting_fit"].mean()
    assert fit[False] < fit[True] - 0.5


def test_nobody_complains_of_time_in_the_clean_twin() -> None:
    made = world(plants=())
    answers = pd.concat(told(made, seed) for seed in SEEDS).query("source == 'exit'")
    answers = answers.merge(made.cast.candidates[["person_id", "phase"]], on="person_id")
    alpha, beta = answers.groupby("phase")["time_enough"].mean()
    assert abs(alpha - beta) < 0.08


def test_most_name_an_item_of_another_role() -> None:
    for seed in SEEDS:
        named = told(world(), seed)["most_irrelevant_item"].dropna()
        assert named.isin(P3).mean() > 0.55
        assert set(named.value_counts().index[:5]) == set(P3)
        fair = told(world(plants=()), seed)["most_irrelevant_item"].dropna()
        assert fair.isin(P3).mean() < 0.10


def test_free_text_has_the_tone_of_the_ratings() -> None:
    table = told(world())
    tones = toml_entries("simulate/pilot.toml")["feedback"]["text"]["sentences"]
    said = table["text"].dropna()
    assert set(said) <= {line for lines in tones.values() for line in lines}
    assert 0.35 < len(said) / len(table) < 0.55
    overall = table[OVERALL].mean(axis=1)
    assert overall[table["text"].isin(tones["positive"])].min() >= 3.75
    assert overall[table["text"].isin(tones["negative"])].max() <= 2.5
    assert table["time_enough"][table["text"].isin(tones["short_of_time"])].max() <= 2


def test_questions_on_supervision_hang_together() -> None:
    r = told(world())[SUPERVISION].corr().to_numpy()[np.triu_indices(4, 1)]
    assert r.min() > 0.45


def test_the_same_seed_gives_the_same_feedback() -> None:
    pd.testing.assert_frame_equal(told(world(), 4), told(world(), 4))
    assert not told(world(), 4).equals(told(world(), 5))


@pytest.mark.parametrize("persons", [60, 120])
def test_small_studies_have_feedback_too(persons: int) -> None:
    table = told(world(persons=persons))
    assert table["source"].value_counts()["exit"] == round(600 * persons / 960)
