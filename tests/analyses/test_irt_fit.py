"""Item fit and person fit of studies: what was planted is found, what fits is left alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

import naas_psych as nps
from naas_psych import register
from naas_psych.errors import AnalysisImpossible
from naas_psych.result import Result
from tests.irt.fit_cases import answers, made_up
from tests.irt.golden import scores
from tests.make import study_from_scores


def planted() -> NDArray[np.int8]:
    """30 items: one that only middling persons solve, one that copies its neighbour; 200 guess."""
    x = made_up(2000, 30)
    rng = np.random.default_rng(1)
    total = x.sum(axis=1)
    x[:, 6] = (total > 10) & (total < 20)
    x[:, 9] = np.where(rng.random(2000) < 0.6, x[:, 8], x[:, 9])
    x[:200] = rng.integers(0, 2, (200, 30))
    return x


@pytest.fixture(scope="module")
def found() -> tuple[Result, Result]:
    study = study_from_scores(planted(), max_points=1)
    return nps.item_fit(study), nps.person_fit(study)


def test_planted_items_are_found(found: tuple[Result, Result]) -> None:
    said = {(one.code, one.subject) for one in found[0].findings}
    assert said == {
        ("item_off_its_curve", "Q07"),
        ("items_depend", "Q09"),
        ("items_depend", "Q10"),
    }
    bent = next(one for one in found[0].findings if one.code == "item_off_its_curve")
    assert bent.severity == "warning"
    assert "of the marks are earned" in bent.sentence
    pair = next(one for one in found[0].findings if one.code == "items_depend")
    assert "Q09 and Q10" in pair.sentence


def test_flagged_items_are_drawn(found: tuple[Result, Result]) -> None:
    draw = register.load("item_fit").drawings
    assert draw is not None
    drawn = list(draw(found[0]))
    assert [one.subject for one in drawn] == ["Q07"]
    assert len(drawn[0].draw().axes) == 1
    assert "theta" in drawn[0].alt


def test_guessers_are_counted_and_not_named(found: tuple[Result, Result]) -> None:
    result = found[1]
    assert [one.code for one in result.findings] == ["persons_misfit"]
    text = " ".join(str(one) for one in result.findings)
    assert not any(f" {person} " in text for person in result.tables["persons"]["person_id"])
    persons = result.tables["persons"]
    share = persons["is_flagged"].eq(True).groupby(np.arange(2000) < 200).mean()
    assert share[True] > 0.4
    assert share[False] < 0.08
    summary = result.tables["summary"].iloc[0]
    assert summary["tested"] + summary["left_out"] == 2000
    assert result.tables["distribution"]["n"].sum() == summary["tested"]
    draw = register.load("person_fit").drawings
    assert draw is not None
    assert [len(one.draw().axes) for one in draw(result)] == [1]


def test_what_fits_is_left_alone() -> None:
    study = study_from_scores(made_up(1500, 20, seed=11), max_points=1)
    assert nps.item_fit(study).findings == ()
    assert nps.person_fit(study).findings == ()


def test_equal_slopes_make_items_noisy_or_tame() -> None:
    rng = np.random.default_rng(3)
    theta, a = rng.normal(size=(3000, 1)), np.r_[np.ones(18), 0.1, 4.0]
    x = (rng.logistic(size=(3000, 20)) < a * theta).astype(int)
    study = study_from_scores(x, max_points=1)
    codes = {(one.code, one.subject) for one in nps.item_fit(study, model="rasch").findings}
    assert ("item_noisy", "Q19") in codes
    assert ("item_too_predictable", "Q20") in codes
    free = {one.code for one in nps.item_fit(study, model="2pl").findings}
    assert not free & {"item_noisy", "item_too_predictable"}


def test_the_table_is_that_of_r(shared: Path) -> None:
    study = study_from_scores(scores(shared, "verbal_dich"), max_points=1)
    items = nps.item_fit(study, model="2pl").tables["items"]
    theirs = answers(shared, "verbal_dich", "irt_mirt_dich", "2pl.itemfit_S_X2")
    assert items["df"].tolist() == theirs["df.S_X2"].tolist()
    np.testing.assert_allclose(items["s_x2"], theirs["S_X2"], atol=1e-2)
    np.testing.assert_allclose(items["rmsea"], theirs["RMSEA.S_X2"], atol=1e-3)


def test_undefined_numbers_have_reasons() -> None:
    x = made_up(300, 8).astype(int)
    x[:, 3] = 1
    x[0] = 1
    x[1] = 0
    x[1, 3] = 1
    study = study_from_scores(x, max_points=1)
    items = nps.item_fit(study).tables["items"].set_index("item_id")
    assert items.loc["Q04", "s_x2_reason"] == items.loc["Q04", "rmsd_reason"] == "no_variance"
    assert "Q04" not in set(nps.item_fit(study).tables["curves"]["item_id"])
    persons = nps.person_fit(study).tables["persons"]
    assert persons["lz_star_reason"].tolist()[:2] == ["highest_score", "lowest_score"]
    assert persons["is_flagged"].tolist()[:2] == [None, None]


def test_nominal_share_is_an_option() -> None:
    study = study_from_scores(made_up(800, 25), max_points=1)
    few = nps.person_fit(study, nominal=0.01).tables["summary"].iloc[0]
    many = nps.person_fit(study, nominal=0.2).tables["summary"].iloc[0]
    assert few["flagged_share"] < 0.03
    assert many["flagged_share"] > 0.15


def test_too_little_is_refused_in_words() -> None:
    study = study_from_scores([[0], [1], [1]], max_points=1)
    for name in ("item_fit", "person_fit"):
        with pytest.raises(AnalysisImpossible, match="at least two such items"):
            register.load(name).run(study)
