"""Candidates are spread as the evidence map says (4a); abilities follow its model (4b)."""

from __future__ import annotations

from functools import cache

import numpy as np
import pandas as pd
import pytest

from naas_psych.simulate.cast import Cast, cast
from naas_psych.simulate.plan import make_plan

#: 4a of the evidence map, typed from there and not read from the program.
SHARES = {
    "level": {"practitioner": 0.88, "supervisor": 0.12},
    "setting": {
        "child_protection": 0.36,
        "assessment": 0.20,
        "fostering_adoption": 0.24,
        "looked_after": 0.12,
        "disability_team": 0.08,
    },
    "employment": {"permanent": 0.86, "agency": 0.14},
    "sex": {"female": 0.85, "male": 0.15},
    "ethnicity": {
        "White": 0.72,
        "Black": 0.14,
        "Asian": 0.07,
        "Mixed": 0.04,
        "Other": 0.01,
        "not_stated": 0.02,
    },
    "disability": {"yes": 0.08, "no": 0.87, "not_stated": 0.05},
    "first_language_english": {"yes": 0.91, "no": 0.09},
    "adjustment": {"none": 0.96, "extra_time_25": 0.04},
    "consent_equality": {"yes": 0.95, "no": 0.05},
}
CELLS = [(column, name) for column, shares in SHARES.items() for name in shares]
SEEDS = range(2017, 2027)
#: One in 300,000 by chance: 23 cells are looked at.
BOUND = 4.7


@cache
def drawn(seed: int, plants: frozenset[str] | None = None) -> Cast:
    return cast(make_plan(seed=seed, plants=plants))


@pytest.mark.parametrize(("column", "name"), CELLS)
def test_shares_lie_within_binomial_error(column: str, name: str) -> None:
    hits = sum(int((drawn(seed).candidates[column] == name).sum()) for seed in SEEDS)
    n, share = 960 * len(SEEDS), SHARES[column][name]
    assert abs(hits - n * share) < BOUND * np.sqrt(n * share * (1 - share))


@pytest.mark.parametrize(("column", "name"), CELLS)
def test_shares_of_the_default_study_lie_within_binomial_error(column: str, name: str) -> None:
    hits, share = int((drawn(2017).candidates[column] == name).sum()), SHARES[column][name]
    assert abs(hits - 960 * share) < 3.5 * np.sqrt(960 * share * (1 - share))


def test_there_are_two_phases_of_stated_size() -> None:
    assert drawn(2017).candidates["phase"].value_counts().to_dict() == {"beta": 580, "alpha": 380}


def test_authorities_have_the_stated_ratings() -> None:
    places = drawn(2017).authorities
    wanted = {"outstanding": 2, "good": 6, "requires_improvement": 10, "inadequate": 4}
    assert places["ofsted"].value_counts().to_dict() == wanted
    assert (places["phase"] == "alpha").sum() == 5
    assert (places["partner_in_practice"] == "yes").sum() == 5
    assert (places[["vacancy_rate", "agency_rate", "turnover"]] >= 0.02).all(axis=None)


def test_years_follow_the_stated_gamma() -> None:
    years = pd.concat([drawn(seed).candidates["years"] for seed in SEEDS])
    # Mean 1.6 x 5 and variance 1.6 x 25, less what the cap at 35 takes away.
    assert years.mean() == pytest.approx(8.0, abs=0.3)
    assert years.std() == pytest.approx(np.sqrt(40), abs=0.4)
    assert years.max() == 35
    people = drawn(2017).candidates
    assert ((people["years"] < 1) == (people["asye"] == "yes")).all()
    assert (people["tenure_months"] <= np.maximum(people["years"] * 12, 1)).all()


def test_ability_has_the_stated_spread_and_shifts() -> None:
    frames = [drawn(seed).candidates.assign(theta=drawn(seed).theta) for seed in SEEDS]
    people = pd.concat(frames)
    young = people[(people["years"] < 1)]
    assert young["theta"].std() == pytest.approx(0.85, abs=0.06)

    columns = {
        "one": np.ones(len(people)),
        "years_1_to_4": people["years"].between(1, 5, inclusive="left"),
        "after_5": np.maximum(-0.03 * np.maximum(0, people["years"] - 5), -0.45),
        "fast_track": people["route"] == "fast_track",
        "not_white": ~people["ethnicity"].isin(["White", "not_stated"]),
        "old": people["age_band"] == "50_and_over",
    }
    design = np.column_stack([np.asarray(c, dtype=float) for c in columns.values()])
    slopes, *_ = np.linalg.lstsq(design, people["theta"].to_numpy(), rcond=None)
    assert slopes[1:] == pytest.approx([0.10, 1.0, 0.20, -0.25, -0.15], abs=0.12)


def test_the_place_accounts_for_a_twentieth_of_the_variance() -> None:
    shares = []
    for seed in range(60):
        made = drawn(seed, frozenset())
        groups = pd.Series(made.theta).groupby(made.candidates["la_id"].to_numpy())
        within = groups.var().mean()
        n = len(made.theta) / groups.ngroups
        between = max(groups.mean().var() - within / n, 0)
        shares.append(between / (between + within))
    assert np.mean(shares) == pytest.approx(0.05, abs=0.012)


def test_one_authority_has_a_handful_and_some_beliefs_few() -> None:
    people = drawn(2017).candidates
    assert people["la_id"].value_counts().min() == 3
    beliefs = people["religion"].value_counts()
    assert beliefs[["Buddhist", "Jewish", "Sikh"]].to_list() == [3, 2, 4]
    clean = drawn(2017, frozenset()).candidates
    assert clean["la_id"].value_counts().min() > 5
    assert not clean["religion"].isin(["Buddhist", "Jewish", "Sikh"]).any()


def test_without_shifts_groups_are_alike() -> None:
    gaps = []
    for seed in SEEDS:
        made = drawn(seed, frozenset())
        other = ~made.candidates["ethnicity"].isin(["White", "not_stated"]).to_numpy()
        gaps.append(made.theta[other].mean() - made.theta[~other].mean())
    assert np.mean(gaps) == pytest.approx(0, abs=0.08)


def test_planting_one_thing_leaves_the_candidates_as_they_are() -> None:
    with_all, clean = drawn(2017).candidates, drawn(2017, frozenset()).candidates
    same = ["level", "setting", "years", "ethnicity", "age_band", "sex", "sat_on"]
    assert with_all[same].equals(clean[same])
    only = drawn(2017, frozenset({"P1"}))
    assert (only.theta == drawn(2017, frozenset()).theta).all()


def test_practice_goes_with_ability_as_stated() -> None:
    together = [np.corrcoef(drawn(seed).theta, drawn(seed).practice)[0, 1] for seed in SEEDS]
    assert np.mean(together) == pytest.approx(0.64, abs=0.02)


@pytest.mark.parametrize("persons", [60, 200, 5000])
def test_any_size_keeps_the_phases_in_proportion(persons: int) -> None:
    people = cast(make_plan(persons=persons)).candidates
    assert len(people) == persons
    assert people["person_id"].is_unique
    assert (people["phase"] == "alpha").sum() == round(persons * 380 / 960)
