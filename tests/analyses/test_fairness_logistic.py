"""DIF by logistic regression: other programs' answers, hand values, identities, and edges."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.numerics.dif_cells import MatchedForm, dif_cells
from naas_psych.numerics.dif_logistic import KINDS, LogisticTests, logistic_tests
from naas_psych.numerics.dif_logistic_cells import matched_rows, with_several_levels
from naas_psych.numerics.dif_logistic_effects import of_group, same_at_every_step, share_difference
from naas_psych.numerics.dif_logistic_steps import Family, adjacent, cumulative
from naas_psych.study.study import Study
from tests.analyses.fairness_world import study_of_groups

Matrix = np.ndarray[Any, Any]
#: Sheet 10.14, data B: counts of the patterns 00000, 00001 ... 11111.
REFERENCE = "30 2 16 2 10 1 10 0 8 1 8 3 1 2 11 2 28 7 22 13 8 4 15 3 25 8 30 35 13 7 29 46"
FOCAL = "31 4 19 2 9 1 2 4 9 0 8 4 6 0 4 1 39 2 28 8 4 1 4 5 11 13 24 20 6 4 15 12"


def study_of(scores: Matrix, group: Matrix) -> Study:
    return study_of_groups(scores, np.where(group == 0, "first", "second"))


def verbal(shared: Path, folder: str) -> tuple[Matrix, Matrix]:
    with (shared / "data" / folder / "responses.csv").open() as file:
        rows = list(csv.reader(file))
    scores = np.array([row[2:] for row in rows[1:]], dtype=int)
    return scores, np.array([row[0] == "male" for row in rows[1:]], dtype=int)


def golden(shared: Path, name: str) -> dict[str, Any]:
    found = json.loads((shared / "golden" / name).read_text())["results"]
    assert isinstance(found, dict)
    return found


def answers_of(
    scores: Matrix,
    group: Matrix,
    *,
    family: Family = cumulative,
    forms: list[MatchedForm] | None = None,
    n_levels: int = 2,
) -> LogisticTests:
    persons, items = scores.shape
    own = forms or [MatchedForm("all", np.arange(items), scores, scores, np.arange(persons))]
    cells = dif_cells(own, group, n_items=items, n_groups=n_levels)
    rows = with_several_levels(matched_rows([cells]), n_levels=n_levels)
    return logistic_tests(rows, n_problems=items, n_levels=n_levels, family=family)


def world(seed: int, persons: int, items: int) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    theta, b = rng.normal(size=persons), np.linspace(-1.2, 1.2, items)
    scores = (rng.random((persons, items)) < 1 / (1 + np.exp(b - theta[:, None]))).astype(int)
    return scores, rng.integers(0, 2, persons)


@pytest.fixture(scope="module")
def verbal_items(shared: Path) -> pd.DataFrame:
    return nps.dif_logistic(study_of(*verbal(shared, "verbal"))).tables["items"]


@pytest.mark.parametrize(
    ("kind", "name"), [("uniform", "udif"), ("nonuniform", "nudif"), ("both", "both")]
)
def test_difr_gives_the_same_tests(
    shared: Path, verbal_items: pd.DataFrame, kind: str, name: str
) -> None:
    answers = golden(shared, "verbal__dif.json")
    rows = verbal_items[verbal_items["kind"] == kind]
    ratio, wald = answers[f"logistic_{name}"], answers[f"logistic_{name}_wald"]
    np.testing.assert_allclose(rows["chi_square"], ratio["Logistik"], rtol=1e-8, atol=1e-9)
    np.testing.assert_allclose(rows["p_value"], ratio["p.value"], rtol=1e-8)
    np.testing.assert_allclose(rows["delta_r2"], ratio["deltaR2"], rtol=1e-7, atol=1e-12)
    np.testing.assert_allclose(rows["wald_chi_square"], wald["Logistik"], rtol=4e-4)


def wald_as_in_r(design: Matrix, right: Matrix, tested: list[int]) -> tuple[float, float]:
    """Wald as R's glm gives it, with the weights before its last step, and at the maximum."""
    mu, before = (right + 0.5) / 2, np.inf
    eta = np.log(mu / (1 - mu))
    for _ in range(25):
        w = mu * (1 - mu)
        info = design.T @ (design * w[:, None])
        beta = np.linalg.solve(info, design.T @ (w * eta + right - mu))
        eta = design @ beta
        mu = 1 / (1 + np.exp(-eta))
        deviance = -2 * (right * eta - np.logaddexp(0, eta)).sum()
        if abs(deviance - before) / (abs(deviance) + 0.1) < 1e-8:
            break
        before = deviance
    _, exact, covariance = dense(design, right)
    found = []
    for b, v in ((beta, np.linalg.inv(info)), (exact, covariance)):
        found.append(float(b[tested] @ np.linalg.solve(v[np.ix_(tested, tested)], b[tested])))
    return found[0], found[1]


def test_where_wald_differs_from_difr_its_error_is_not_that_of_the_maximum(shared: Path) -> None:
    scores, group = verbal(shared, "verbal")
    total = scores.sum(axis=1).astype(float)
    design = np.column_stack([np.ones(len(group)), total, group, group * total])
    given = golden(shared, "verbal__dif.json")["logistic_both_wald"]["Logistik"]
    own = answers_of(scores, group).wald[:, 2]
    for j in range(scores.shape[1]):
        in_r, exact = wald_as_in_r(design, scores[:, j], [2, 3])
        assert in_r == pytest.approx(given[j], rel=1e-7)
        assert own[j] == pytest.approx(exact, rel=1e-7)


@pytest.mark.parametrize(("kind", "name"), [("uniform", "udif"), ("both", "both")])
def test_difr_purifies_to_the_same_tests(
    shared: Path, verbal_items: pd.DataFrame, kind: str, name: str
) -> None:
    answer = golden(shared, "verbal__dif.json")[f"logistic_{name}_purify"]
    rows = verbal_items[verbal_items["kind"] == kind]
    np.testing.assert_allclose(
        rows["chi_square_purified"], answer["Logistik"], rtol=1e-8, atol=1e-9
    )
    np.testing.assert_allclose(rows["delta_r2_purified"], answer["deltaR2"], rtol=1e-7)
    flagged = np.flatnonzero(rows["p_purified"] < 0.05) + 1
    assert flagged.tolist() == answer["DIFitems"]


def test_purification_shows_every_round_of_difr(shared: Path) -> None:
    study = study_of(*verbal(shared, "verbal"))
    rounds = nps.dif_logistic(study).tables["purification"]
    history = golden(shared, "verbal__dif.json")["logistic_udif_purify"]["difPur"]["values"]
    own = rounds[rounds["kind"] == "uniform"]
    assert own["flagged_items"].tolist() == [sum(row) for row in history]
    assert own["purification_ending"].unique().tolist() == ["stable"]


def test_two_levels_at_once_are_difr_s_generalised_test(shared: Path) -> None:
    joint = nps.dif_logistic(study_of(*verbal(shared, "verbal"))).tables["joint"]
    answer = golden(shared, "verbal__dif.json")["gen_logistic"]
    rows = joint[joint["kind"] == "both"]
    np.testing.assert_allclose(rows["chi_square"], answer["Logistik"], rtol=1e-8)
    np.testing.assert_allclose(rows["delta_r2"], answer["deltaR2"], rtol=1e-7)


@pytest.mark.parametrize(("name", "family"), [("cumulative", cumulative), ("adjacent", adjacent)])
def test_difnlr_gives_the_same_ordinal_tests(shared: Path, name: str, family: Family) -> None:
    found = answers_of(*verbal(shared, "verbal_three_categories"), family=family)
    answer = golden(shared, "verbal_poly__dif_ordinal.json")[f"difORD_{name}"]
    np.testing.assert_allclose(found.chi_square[:, 2], answer["Sval"], rtol=1e-7)
    np.testing.assert_allclose(found.p[:, 2], answer["pval"], rtol=1e-6)
    plain = found.parts[0].fits[0].log_likelihood
    np.testing.assert_allclose(plain, answer["logLik"], rtol=1e-9)


def data_b() -> tuple[Matrix, Matrix]:
    patterns = np.array([[int(c) for c in f"{k:05b}"] for k in range(32)])
    counts = [np.array(text.split(), dtype=int) for text in (REFERENCE, FOCAL)]
    scores = np.concatenate([np.repeat(patterns, one, axis=0) for one in counts])
    return scores, np.repeat([0, 1], [400, 300])


def test_the_sheet_on_the_total_and_on_the_rest() -> None:
    study = study_of(*data_b())
    rows = nps.dif_logistic(study, purify=False).tables["items"].iloc[6:9]
    np.testing.assert_allclose(rows["chi_square"], [3.82037, 0.05821, 3.87858], atol=5e-5)
    np.testing.assert_allclose(rows["delta_r2"].iloc[[0, 2]], [0.005603, 0.005688], atol=5e-6)
    uniform = rows.iloc[0]
    assert uniform["wald_chi_square"] == pytest.approx(3.80219, abs=5e-5)
    assert uniform["delta"] == pytest.approx(2.35 * -0.37594, abs=5e-5)
    assert uniform["odds_ratio"] == pytest.approx(np.exp(0.37594), abs=5e-5)
    rest = nps.dif_logistic(study, purify=False, match="rest").tables["items"].iloc[6]
    assert rest["chi_square"] == pytest.approx(11.412, abs=5e-4)
    assert rest["delta"] == pytest.approx(2.35 * -0.56861, abs=5e-5)


def test_swapping_the_groups_turns_the_sign_and_nothing_else() -> None:
    scores, group = world(5, 600, 8)
    one, other = answers_of(scores, group), answers_of(scores, 1 - group)
    np.testing.assert_allclose(one.chi_square, other.chi_square, atol=1e-8)
    np.testing.assert_allclose(one.effect, -other.effect, atol=1e-8)


def test_two_categories_of_the_ordinal_models_are_the_binary_one() -> None:
    scores, group = world(6, 500, 6)
    plain = answers_of(scores, group)
    doubled = answers_of(np.where(np.arange(6) == 0, 2 * scores, scores), group, family=adjacent)
    assert np.isfinite(doubled.chi_square).all()
    np.testing.assert_allclose(plain.df, np.tile([1, 1, 2], (6, 1)))
    np.testing.assert_allclose(
        plain.chi_square[:, 2], plain.chi_square[:, 0] + plain.chi_square[:, 1], atol=1e-8
    )


def dense(design: Matrix, right: Matrix) -> tuple[float, Matrix, Matrix]:
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        p = 1 / (1 + np.exp(-design @ beta))
        info = design.T @ (design * (p * (1 - p))[:, None])
        beta = beta + np.linalg.solve(info, design.T @ (right - p))
    eta = design @ beta
    return float((right * eta - np.logaddexp(0, eta)).sum()), beta, np.linalg.inv(info)


def two_forms() -> tuple[Matrix, Matrix, list[MatchedForm], Matrix]:
    scores, group = world(7, 700, 9)
    forms, columns = [], np.zeros((700, 4))
    spans = [(np.arange(6), np.arange(400)), (np.array([0, 1, 2, 6, 7, 8]), np.arange(400, 700))]
    for k, (items, rows) in enumerate(spans):
        marks = scores[np.ix_(rows, items)]
        forms.append(MatchedForm(str(k), items, marks, marks, rows))
        total = marks.sum(axis=1)
        columns[rows, k] = 1
        columns[rows, 2 + k] = (total - total.mean()) / total.std()
    return scores, group, forms, columns


def test_forms_have_lines_of_their_own_and_one_group_effect() -> None:
    scores, group, forms, base = two_forms()
    found = answers_of(scores, group, forms=forms)
    z = base[:, 2] + base[:, 3]
    models = [base, np.column_stack([base, group]), np.column_stack([base, group, group * z])]
    fits = [dense(model, scores[:, 0]) for model in models]
    gains = [2 * (fits[b][0] - fits[a][0]) for a, b in ((0, 1), (1, 2), (0, 2))]
    np.testing.assert_allclose(found.chi_square[0], gains, atol=1e-7)
    assert found.effect[0, 0] == pytest.approx(fits[1][1][-1], abs=1e-8)
    assert found.effect_se[0, 0] == pytest.approx(np.sqrt(fits[1][2][-1, -1]), rel=1e-6)


def test_the_difference_in_probability_and_its_error_are_those_of_the_delta_method() -> None:
    scores, group, forms, base = two_forms()
    part = answers_of(scores, group, forms=forms).parts[0]
    found = share_difference(part.problems, part.fits[1], of_group(part.problems, 1))
    design = np.column_stack([base, group])
    _, beta, covariance = dense(design, scores[:, 0])
    focal = design[group == 1]
    without = focal * [1, 1, 1, 1, 0]

    def difference(b: Matrix) -> float:
        return float(np.mean(1 / (1 + np.exp(-focal @ b)) - 1 / (1 + np.exp(-without @ b))))

    steps = 1e-5 * np.eye(5)
    slope = np.array([(difference(beta + s) - difference(beta - s)) / 2e-5 for s in steps])
    assert found.value[0] == pytest.approx(difference(beta), abs=1e-9)
    assert found.se[0] == pytest.approx(np.sqrt(slope @ covariance @ slope), rel=1e-6)


def penalised(design: Matrix, right: Matrix, free: int) -> tuple[float, Matrix]:
    """Maximum of Firth's likelihood over the first `free` coefficients, the others held at 0."""
    from scipy.optimize import minimize

    def lost(b: Matrix) -> float:
        eta = design[:, :free] @ b
        p = 1 / (1 + np.exp(-eta))
        info = design.T @ (design * (p * (1 - p))[:, None])
        likely = (right * eta - np.logaddexp(0, eta)).sum()
        return float(-likely - np.linalg.slogdet(info)[1] / 2)

    found = minimize(lost, np.zeros(free), method="BFGS", options={"gtol": 1e-7})
    return -float(found.fun), found.x


def test_a_group_that_is_all_right_is_answered_by_the_penalised_likelihood() -> None:
    scores, _ = world(3, 120, 8)
    group = (np.arange(120) >= 90).astype(int)
    scores[group == 1, 0] = 1
    found = answers_of(scores, group)
    assert found.firth[0].all()
    assert not found.firth[1:].any()
    total = scores.sum(axis=1)
    z = (total - total.mean()) / total.std()
    full = np.column_stack([np.ones(120), z, group, group * z])
    fits = {(c, k): penalised(full[:, :c], scores[:, 0], k) for c, k in [(3, 2), (3, 3)]}
    fits |= {(4, k): penalised(full, scores[:, 0], k) for k in (2, 3, 4)}
    gains = [((3, 3), (3, 2)), ((4, 4), (4, 3)), ((4, 4), (4, 2))]
    expected = [2 * (fits[a][0] - fits[b][0]) for a, b in gains]
    np.testing.assert_allclose(found.chi_square[0], expected, atol=1e-5)
    assert found.effect[0, 0] == pytest.approx(fits[3, 3][1][2], abs=1e-4)


def test_several_levels_have_a_degree_of_freedom_each() -> None:
    scores, _ = world(8, 900, 7)
    group = np.arange(900) % 3
    found = answers_of(scores, group, n_levels=3)
    np.testing.assert_allclose(found.df, np.tile([2, 2, 4], (7, 1)))
    total = scores.sum(axis=1) / 7
    base = np.column_stack([np.ones(900), total])
    more = np.column_stack([base, group == 1, group == 2])
    gain = 2 * (dense(more, scores[:, 2])[0] - dense(base, scores[:, 2])[0])
    assert found.chi_square[2, 0] == pytest.approx(gain, abs=1e-7)


def test_the_steps_of_a_proportional_item_are_found_alike_and_others_not() -> None:
    rng = np.random.default_rng(4)
    theta, group = rng.normal(size=3000), rng.integers(0, 2, 3000)
    u = rng.logistic(size=(3000, 6))
    plain = theta[:, None] + u
    scores = (plain > -0.7).astype(int) + (plain > 0.7)
    own = theta + u[:, 0]
    scores[:, 0] = (own > -0.7).astype(int) + (own > 0.7 + 1.2 * group)
    part = answers_of(scores, group).parts[0]
    found = same_at_every_step(part.problems)
    assert found.p[0] < 1e-6
    assert (found.p[1:] > 0.001).all()
    assert found.df == 1


def test_a_crossing_item_is_told_in_words_and_drawn() -> None:
    rng = np.random.default_rng(9)
    theta, group = rng.normal(size=2400), rng.integers(0, 2, 2400)
    a = np.ones((2400, 20))
    a[:, 4] = np.where(group == 1, 0.2, 2.2)
    scores = (rng.random((2400, 20)) < 1 / (1 + np.exp(-a * theta[:, None]))).astype(int)
    result = nps.dif_logistic(study_of(scores, group))
    found = [one for one in result.findings if one.code == "shows_crossing_dif"]
    assert [one.subject for one in found] == [study_of(scores, group).responses.item_ids[4]]
    assert found[0].severity == "warning"
    assert "more (limits" in found[0].sentence
    assert "fewer (limits" in found[0].sentence
    from naas_psych.analyses.fairness.dif_logistic import drawings

    drawn = list(drawings(result))
    assert len(drawn) == 1
    assert drawn[0].draw().axes
    row = result.tables["items"].query("kind == 'nonuniform'").iloc[4]
    assert row["difference_low_scores"] > 0 > row["difference_high_scores"]


def test_small_groups_cannot_tell_and_tiny_ones_have_no_numbers() -> None:
    scores, group = world(10, 300, 8)
    table = nps.dif_logistic(study_of(scores, group)).tables["items"]
    assert set(table["verdict"]) == {"cannot_tell"}
    few = np.where(np.arange(300) < 5, 1, 0)
    table = nps.dif_logistic(study_of(scores, few)).tables["items"]
    assert table["chi_square"].isna().all()
    assert set(table["chi_square_reason"]) == {"group_too_few"}
    assert len(table) == 8 * len(KINDS)


def test_items_without_variance_or_answers_stay_with_a_reason() -> None:
    scores, group = world(11, 400, 8)
    scores[:, 2] = 1
    table = nps.dif_logistic(study_of(scores, group)).tables["items"]
    assert set(table.iloc[6:9]["chi_square_reason"]) == {"no_variance"}
    assert table.iloc[[0, 3, 9]]["chi_square"].notna().all()


def test_every_number_is_finite_on_hostile_data() -> None:
    for seed in range(12):
        rng = np.random.default_rng(seed)
        persons, items = int(rng.integers(24, 60)), int(rng.integers(2, 7))
        scores = rng.integers(0, int(rng.integers(2, 5)), (persons, items))
        scores[:, 0] = (scores.sum(axis=1) > np.median(scores.sum(axis=1))).astype(int)
        group = (np.arange(persons) < 11).astype(int)
        found = answers_of(scores, group)
        told = np.array([one is None for one in found.reason.ravel()])
        assert (np.isfinite(found.chi_square.ravel()) == told).all()
        assert (found.chi_square[np.isfinite(found.chi_square)] >= 0).all()
