"""Correlations of items and the number of dimensions, from whole studies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import naas_psych as nps
from naas_psych.analyses.structure.matrices import coded_forms
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.responses import NOT_ADMINISTERED, NOT_REACHED, OMITTED
from tests.make import study_from_scores
from tests.numerics.golden_answers import golden
from tests.numerics.reliability_data import real

NAMES = ("item_correlations", "factorability", "parallel_analysis", "velicer_map")


def traits(n: int, n_items: int, *, dimensions: int = 1, seed: int = 1, load: float = 0.7) -> Any:
    """Right/wrong marks; item j measures trait j modulo `dimensions`, traits unrelated."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=(n, dimensions))[:, np.arange(n_items) % dimensions]
    latent = load * theta + np.sqrt(1 - load**2) * rng.normal(size=(n, n_items))
    return (latent > rng.uniform(-0.8, 0.8, size=n_items)).astype(np.int8)


def run(name: str, points: Any, **options: Any) -> Any:
    options |= {"replicates": 20} if name == "parallel_analysis" and not options else {}
    return getattr(nps, name)(study_from_scores(points), **options)


def counted(result: Any, matrix: str, rule: str = "quantile") -> int:
    table = result.tables["counts"]
    row = table[(table["matrix"] == matrix) & (table["rule"] == rule)]
    return int(row["components"].iloc[0])


def test_the_tables_are_those_of_other_programs(shared: Path) -> None:
    told = golden(shared, "verbal_dich", "dimensionality")
    study = study_from_scores(real(shared, "verbal_dich"))
    overall = nps.factorability(study).tables["overall"].iloc[0]
    assert overall["kmo"] == pytest.approx(told["kmo"]["MSA"], abs=1e-12)
    assert overall["bartlett_chi_square"] == pytest.approx(told["bartlett"]["chisq"], rel=1e-12)
    eigenvalues = nps.parallel_analysis(study, replicates=20).tables["eigenvalues"]
    assert eigenvalues["observed"].tolist() == pytest.approx(told["eigenvalues_pearson"], abs=1e-12)
    components = nps.velicer_map(study).tables["components"].set_index("components")
    assert components["map_squared"].loc[1:6].tolist() == pytest.approx(
        told["map_vss"]["map"], abs=1e-12
    )
    assert int(components.index[components["retained"]][0]) == 2
    pairs = nps.item_correlations(study).tables["pairs"]
    expected = np.array(told["lavCor_ordered"]["values"])[np.triu_indices(24, 1)]
    assert pairs["r"].tolist() == pytest.approx(expected, abs=1e-7)


@pytest.mark.parametrize("dimensions", [1, 2])
def test_it_finds_the_dimensions_that_are_there(dimensions: int) -> None:
    result = run("parallel_analysis", traits(600, 20, dimensions=dimensions), replicates=100)
    assert counted(result, "polychoric") == dimensions
    assert counted(result, "pearson") == dimensions
    said = next(f for f in result.findings if f.code == "number_of_dimensions")
    assert said.value == dimensions
    assert said.severity == ("info" if dimensions == 1 else "warning")


def test_difficulty_makes_pearson_correlations_disagree() -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=(4000, 1))
    cut = np.repeat([-1.4, 1.4], 8)
    points = (0.8 * theta + 0.6 * rng.normal(size=(4000, 16)) > cut).astype(np.int8)
    result = run("parallel_analysis", points, replicates=20)
    assert counted(result, "pearson") == 2
    assert counted(result, "polychoric") == 1
    said = next(f for f in result.findings if f.code == "dimensions_disagree")
    assert (said.severity, said.value) == ("info", 1.0)


def test_the_matrix_that_suits() -> None:
    binary = coded_forms(study_from_scores(traits(400, 8))).forms[0]
    assert binary.suited.name == "polychoric"
    few = coded_forms(study_from_scores(traits(60, 8))).forms[0]
    assert (few.suited.name, "200" in few.suited.why) == ("pearson", True)
    wide = np.random.default_rng(2).integers(0, 6, size=(400, 5))
    many = coded_forms(study_from_scores(wide)).forms[0]
    assert (many.suited.name, "5 categories" in many.suited.why) == ("pearson", True)
    assert np.allclose(many.smooth.matrix, np.corrcoef(wide.T), atol=1e-12)


def test_it_is_kept_for_the_study() -> None:
    study = study_from_scores(traits(300, 5))
    assert coded_forms(study) is coded_forms(study)
    assert coded_forms(study) is not coded_forms(study, pooled=True)


def test_absences_count_as_the_conventions_say() -> None:
    points = traits(300, 5)
    points[:10, 4] = NOT_REACHED
    points[10:30, 1] = OMITTED
    study = study_from_scores(points)
    form = coded_forms(study).forms[0]
    assert (form.codes[:10, 4] == -1).all()
    assert (form.codes[10:30, 1] == 0).all()
    assert (coded_forms(study, not_reached="wrong").forms[0].codes[:10, 4] == 0).all()
    assert (coded_forms(study, omitted="left_out").forms[0].codes[10:30, 1] == -1).all()
    pairs = nps.item_correlations(study).tables["pairs"].set_index(["item_a", "item_b"])
    assert pairs.loc[("Q01", "Q05"), "n"] == 290


def two_forms() -> Any:
    points = traits(600, 12)
    points[:300, :4] = NOT_ADMINISTERED
    points[300:, 8:] = NOT_ADMINISTERED
    return points


def test_two_forms_are_apart_and_pairs_are_pooled() -> None:
    study = study_from_scores(two_forms())
    assert [form.codes.shape for form in coded_forms(study).forms] == [(300, 8), (300, 8)]
    assert len(nps.factorability(study).tables["overall"]) == 2
    result = nps.item_correlations(study)
    pairs = result.tables["pairs"].set_index(["item_a", "item_b"])
    assert pairs.loc[("Q05", "Q06"), "n"] == 600
    apart = pairs.loc[("Q01", "Q12")]
    assert (apart["n"], apart["r_reason"]) == (0, "no_common_persons")
    # That nobody was given both is the design, and no finding.
    assert not [f for f in result.findings if f.code == "pairs_without_correlation"]


def test_the_interval_holds_the_correlation_as_often_as_it_says() -> None:
    """rho = .5 with thresholds at -.7 and .6, 250 persons: 800 tables."""
    from naas_psych.analyses.structure.item_correlations import _limits
    from naas_psych.numerics.tetrachoric import Tables, tetrachoric

    rng = np.random.default_rng(9)
    z = rng.multivariate_normal([0, 0], [[1, 0.5], [0.5, 1]], size=(800, 250))
    a, b = z[..., 0] > -0.7, z[..., 1] > 0.6
    n = np.full(800, 250.0)
    found = tetrachoric(Tables(n, a.sum(1) * 1.0, b.sum(1) * 1.0, (a & b).sum(1) * 1.0))
    low, high = _limits(found.r, found.se_full, n, pearson=False, level=0.95)
    held = ((low < 0.5) & (high > 0.5)).mean()
    assert held == pytest.approx(0.95, abs=4 * np.sqrt(0.05 * 0.95 / 800))


def test_items_alike_and_items_without_variance_are_said() -> None:
    points = traits(400, 6)
    points[:, 1] = points[:, 0]
    points[:, 5] = 1
    result = run("item_correlations", points)
    pairs = result.tables["pairs"].set_index(["item_a", "item_b"])
    assert pairs.loc[("Q01", "Q02"), "r_reason"] == "boundary"
    assert result.tables["dropped_items"].to_dict("records") == [
        {"form": "all", "item_id": "Q06", "reason": "no_variance"}
    ]
    said = {f.code: f for f in result.findings}
    assert "Q01 and Q02" in said["pairs_without_correlation"].sentence
    overall = run("factorability", points).tables["overall"].iloc[0]
    assert overall["kmo_reason"] == "singular_matrix"
    counts = run("parallel_analysis", points).tables["counts"].set_index("matrix")
    assert set(counts.loc["polychoric", "components_reason"]) == {"undefined_pairs"}
    assert counts.loc["pearson", "suits"].all()


def test_all_items_alike() -> None:
    points = np.repeat(traits(300, 1), 4, axis=1)
    assert run("item_correlations", points).tables["pairs"]["r"].isna().all()
    pearson = run("item_correlations", points, method="pearson").tables["pairs"]
    assert pearson["r"].tolist() == [1.0] * 6
    assert set(pearson["r_low_reason"]) == {"perfect_correlation"}
    counts = run("parallel_analysis", points).tables["counts"]
    assert set(counts["components"].dropna()) == {1.0}
    assert "no_second_eigenvalue" in set(counts["eigenvalue_ratio_reason"])
    components = run("velicer_map", points).tables["components"]
    assert components["map_squared"].iloc[0] == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(12, 6), (12, 40), (3, 4)])
def test_few_persons_end_in_an_answer_or_a_reason(name: str, shape: tuple[int, int]) -> None:
    result = run(name, traits(*shape, seed=3))
    for table in result.tables.values():
        for column in table.select_dtypes("float"):
            undefined = table[column].isna()
            if undefined.any():
                assert table.loc[undefined, f"{column}_reason"].notna().all()
    assert not [f for f in result.findings if f.severity != "info"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("points", [np.ones((30, 4)), traits(30, 1), np.array([[1, 0]])])
def test_nothing_to_correlate_is_impossible_and_says_what_is_needed(name: str, points: Any) -> None:
    with pytest.raises(AnalysisImpossible, match="Needed"):
        run(name, np.asarray(points, dtype=np.int8))


def test_too_few_persons_to_count_dimensions_say_so() -> None:
    result = run("parallel_analysis", traits(80, 10))
    said = next(f for f in result.findings if f.code == "number_of_dimensions")
    assert said.severity == "info"
    assert "too few" in said.sentence


def test_a_wide_scale_is_left_to_pearson() -> None:
    rng = np.random.default_rng(4)
    wide = np.clip(np.round(10 + 4 * rng.normal(size=(300, 3))), 0, 30).astype(int)
    points = np.concatenate([wide, traits(300, 3)], axis=1)
    result = run("item_correlations", points)
    pairs = result.tables["pairs"].set_index(["item_a", "item_b"])
    assert pairs.loc[("Q01", "Q02"), "method"] == "pearson"
    assert pairs.loc[("Q01", "Q04"), "method"] == "pearson"
    assert pairs.loc[("Q04", "Q05"), "method"] == "tetrachoric"
    assert pd.isna(pairs.loc[("Q01", "Q02"), "zero_cells"])
    matrices = result.tables["matrices"].set_index("matrix")
    assert matrices.loc["polychoric", "smallest_eigenvalue_reason"] == "too_many_categories"


def test_a_matrix_far_from_positive_definite_is_not_used() -> None:
    """Pairs over different persons that contradict each other."""
    rng = np.random.default_rng(12)
    third = 400
    blocks = []
    for absent, sign in ((2, 1), (0, 1), (1, -1)):
        theta = rng.normal(size=(third, 1))
        latent = 0.95 * theta + 0.3 * rng.normal(size=(third, 3))
        second = max(j for j in range(3) if j != absent)
        latent[:, second] *= sign
        block = (latent > 0).astype(np.int8)
        block[:, absent] = NOT_REACHED
        blocks.append(block)
    result = run("item_correlations", np.concatenate(blocks))
    matrices = result.tables["matrices"].set_index("matrix")
    assert matrices.loc["polychoric", "positive_definite"] is False
    assert not matrices.loc["polychoric", "suits"]
    said = [f for f in result.findings if f.code == "matrix_not_positive_definite"]
    assert {f.severity for f in said} == {"warning"}


def test_an_empty_cell_leaves_the_interval_open_on_its_side() -> None:
    """Half a person moved gives a correlation, but nothing bounds it: the likelihood rises on.

    With p = .79 and .18 and a true .85, 60 persons leave the cell empty mostly, and limits from the
    moved half person held the truth in 34 of 100 samples.
    """
    unlike = np.repeat([[0, 0], [1, 0], [1, 1]], [12, 37, 11], axis=0)
    like = np.repeat([[0, 0], [1, 0], [0, 1]], [40, 12, 8], axis=0)
    for codes, side in ((unlike, "r_high"), (like, "r_low")):
        pair = nps.item_correlations(study_from_scores(codes)).tables["pairs"].iloc[0]
        assert pair["zero_cells"] == 1
        assert pair[side] == (1.0 if side == "r_high" else -1.0)
        assert -1 < pair["r"] < 1
        assert -1 < pair["r_low" if side == "r_high" else "r_high"] < 1
    both = np.concatenate([unlike, [[0, 1]]])
    pair = nps.item_correlations(study_from_scores(both)).tables["pairs"].iloc[0]
    assert -1 < pair["r_low"] < pair["r_high"] < 1
