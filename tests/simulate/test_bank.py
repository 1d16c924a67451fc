"""The items: forms of equal make-up, parameters of the model, and what is planted in them."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.simulate.bank import Bank, bank
from naas_psych.simulate.plan import make_plan


@pytest.fixture(scope="module")
def made() -> Bank:
    return bank(make_plan())


@pytest.mark.parametrize("phase", ["alpha", "beta"])
def test_a_form_has_sixty_items_six_an_area(made: Bank, phase: str) -> None:
    items = made.items.iloc[made.form(phase)]
    assert len(items) == 60
    assert items["kss"].value_counts().to_dict() == dict.fromkeys(range(1, 11), 6)
    assert (items["type"] == "multiple").sum() == 8
    assert (items["anchor"] == "yes").sum() == 24
    assert items["max_score"].sum() == 52 + 8 * 3
    places = made.forms[made.forms["form_id"] == phase]["position"]
    assert sorted(places) == list(range(1, 61))


def test_the_bank_has_more_items_than_the_forms(made: Bank) -> None:
    assert len(made.items) == 132
    assert made.items["status"].value_counts().to_dict() == {"scored": 96, "unused": 36}
    assert made.items["item_id"].is_unique


def test_anchors_keep_their_places_but_one(made: Bank) -> None:
    places = made.forms.pivot_table(index="item_id", columns="form_id", values="position")
    both = places.dropna()
    moved = both[both["alpha"] != both["beta"]]
    assert len(both) == 24
    assert moved.to_dict("index") == {"A12": {"alpha": 12.0, "beta": 48.0}}
    assert (both["alpha"] <= 50).all()


def test_without_plants_no_anchor_moves() -> None:
    places = bank(make_plan(plants=())).forms
    both = places.pivot_table(index="item_id", columns="form_id", values="position").dropna()
    assert (both["alpha"] == both["beta"]).all()


def test_keys_are_options_and_one_is_wrong(made: Bank) -> None:
    wrong = made.items[made.items["key"] != made.right]
    assert wrong["item_id"].tolist() == ["A11"]
    assert wrong["key"].tolist() == ["B"]
    for row in made.items.to_dict("records"):
        offered = {
            c[-1] for c in made.items.columns if c.startswith("option_") and isinstance(row[c], str)
        }
        assert set(row["key"]) <= offered
        assert len(row["key"]) == (3 if row["type"] == "multiple" else 1)
        assert len(offered) == (8 if row["type"] == "multiple" else 4)


def test_parameters_follow_the_model_where_nothing_is_planted() -> None:
    banks = [bank(make_plan(seed=seed, plants=())) for seed in range(40)]
    single = ~banks[0].multiple
    a = np.log(np.concatenate([b.a[single] for b in banks]))
    b = np.concatenate([made.b for made in banks])
    c = np.concatenate([made.c[single] for made in banks])
    assert (a.mean(), a.std()) == pytest.approx((-0.02, 0.30), abs=0.02)
    assert (b.mean(), b.std()) == pytest.approx((-1.25, 0.9), abs=0.06)
    # 0.8 Beta(4, 16): mean 0.8 x 4/20, variance 0.64 x 4 x 16 / (400 x 21).
    assert (c.mean(), c.std()) == pytest.approx((0.16, 0.0698), abs=0.005)
    assert (banks[0].c[banks[0].multiple] == 0).all()


def test_marks_expected_at_an_ability_follow_the_three_parameter_model(made: Bank) -> None:
    theta = np.array([-2.0, 0.0, 1.5])
    row = int(made.rows(["A05"])[0])
    by_hand = made.c[row] + (1 - made.c[row]) / (1 + np.exp(-made.a[row] * (theta - made.b[row])))
    assert made.expected(theta, np.array([row]))[:, 0] == pytest.approx(by_hand)
    at_location = made.expected(made.b[[row]], np.array([row]))[0, 0]
    assert at_location == pytest.approx((1 + made.c[row]) / 2)


def test_graded_marks_have_the_moments_of_their_categories(made: Bank) -> None:
    row, theta = int(made.rows(["A21"])[0]), 0.3
    reached = 1 / (1 + np.exp(-made.a[row] * (theta - made.b[row] - made.steps)))
    chance = -np.diff([1.0, *reached, 0.0])
    marks = np.arange(4)
    moments = made.moments(np.array([theta]), np.array([row]))
    mean = (marks * chance).sum()
    assert moments.mean[0, 0] == pytest.approx(mean)
    assert moments.variance[0, 0] == pytest.approx(((marks - mean) ** 2 * chance).sum())


def test_texts_are_of_the_area_and_strange_ones_are_planted(made: Bank) -> None:
    clean = bank(make_plan(plants=())).items.set_index("item_id")["text"]
    planted = made.items.set_index("item_id")["text"]
    assert planted.is_unique
    changed = planted.index[planted != clean]
    assert changed.tolist() == ["AL07", "AL19", "AL22", "BE06", "BE20"]


def test_only_some_items_hang_on_a_scenario(made: Bank) -> None:
    sets = made.items.groupby("scenario_id")["item_id"].apply(list)
    assert sets["SC01"] == ["A13", "A14", "A15", "A16"]
    assert all(len(members) == 4 for members in sets)
    hung = made.items["scenario_id"].notna()
    assert (made.items.loc[hung, "section"] == "applied").all()
