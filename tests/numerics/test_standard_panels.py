"""Ebel, Nedelsky and bookmark: worked examples, locations of every model, tables of judges."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naas_psych.irt import calibrate
from naas_psych.irt.model import probabilities
from naas_psych.irt.response_locations import logistic_location, response_locations
from naas_psych.numerics.standard.bookmark import gaps, panel_place, table_icc
from naas_psych.numerics.standard.ebel import ebel_cut, expected_shares, modal_shares
from naas_psych.numerics.standard.nedelsky import guessing_sd, nedelsky_shares


def test_ebel_worked_example() -> None:
    counts = np.array([[10, 8, 2], [12, 10, 4], [6, 5, 3]])
    success = np.array([[0.95, 0.80, 0.70], [0.85, 0.65, 0.50], [0.70, 0.45, 0.30]])
    assert ebel_cut(counts, success) == pytest.approx(43.35)
    assert ebel_cut(counts, success) / counts.sum() == pytest.approx(0.7225)


def test_an_empty_cell_needs_no_success() -> None:
    assert ebel_cut(np.array([4, 0]), np.array([0.5, np.nan])) == 2


def test_items_stand_where_each_judge_or_most_judges_put_them() -> None:
    cells = np.array([[0, 1], [0, 0], [1, -1]])
    success = np.tile([0.9, 0.5], (3, 1))
    own = expected_shares(cells, success)
    np.testing.assert_allclose(own, [[0.9, 0.5], [0.9, 0.9], [0.5, np.nan]])
    # Most put the first item into cell 0; the second is shared by the two cells that tie.
    np.testing.assert_allclose(modal_shares(cells, success), np.tile([0.9, 0.7], (3, 1)))


def test_nedelsky_worked_example() -> None:
    shares = nedelsky_shares(np.array([[4.0, 2, 3, 1]]))
    assert shares.sum() == pytest.approx(2.08333, abs=5e-6)
    expected = np.sqrt(3 / 16 + 1 / 4 + 2 / 9)
    assert guessing_sd(shares, np.ones(4))[0] == pytest.approx(expected)


def test_locations_worked_example() -> None:
    found = [logistic_location(0.67, a, 0.4, g) for a, g in ((1.0, 0.0), (1.3, 0.0), (1.3, 0.2))]
    assert found == pytest.approx([1.10819, 0.94476, 0.67203], abs=5e-6)


@pytest.mark.parametrize("bad", [(0.2, 1.0, 0.0, 0.2), (0.1, 1.0, 0.0, 0.2), (0.67, -1, 0, 0)])
def test_a_location_needs_a_probability_above_guessing_and_a_slope(
    bad: tuple[float, ...],
) -> None:
    assert np.isnan(logistic_location(*bad))


def graded(model: str, categories: int = 4):  # type: ignore[no-untyped-def]
    rng = np.random.default_rng(5)
    theta = rng.normal(size=(600, 1))
    scores = np.clip(np.round(1.5 + theta + rng.normal(size=(600, 6))), 0, categories - 1)
    return calibrate(scores.astype(int), model=model)


@pytest.mark.parametrize("model", ["grm", "gpcm", "pcm"])
@pytest.mark.parametrize("rp", [0.5, 0.67, 0.8])
def test_every_step_is_reached_with_the_probability_at_its_location(model: str, rp: float) -> None:
    fit = graded(model)
    found = response_locations(fit, rp)
    assert found.items.size == 18
    for item in range(6):
        own = found.theta[found.items == item]
        assert (np.diff(own) > 0).all()
    p = probabilities(fit.model, fit.x, found.theta)
    reached = [
        p[j, k:, e].sum() for e, (j, k) in enumerate(zip(found.items, found.steps, strict=True))
    ]
    np.testing.assert_allclose(reached, rp, atol=1e-9)


def test_the_graded_model_has_its_boundary_at_one_half() -> None:
    fit = graded("grm")
    found = response_locations(fit, 0.5)
    np.testing.assert_allclose(found.theta.reshape(6, 3), fit.b, atol=1e-9)


def test_guessing_above_the_probability_is_refused_with_a_reason() -> None:
    rng = np.random.default_rng(6)
    theta = rng.normal(size=(800, 1))
    p = 0.25 + 0.75 / (1 + np.exp(-1.2 * (theta - np.linspace(-1, 1, 8))))
    fit = calibrate((rng.random(p.shape) < p).astype(int), model="3pl")
    low = response_locations(fit, float(fit.c.min()) - 1e-6)
    assert set(low.reasons) == {"asymptote_above"}
    assert np.isnan(low.theta).all()
    found = response_locations(fit, 0.67)
    expected = fit.b + np.log((0.67 - fit.c) / 0.33) / fit.a
    np.testing.assert_allclose(found.theta, expected, atol=1e-9)


def test_an_item_without_variance_has_no_location() -> None:
    rng = np.random.default_rng(7)
    scores = (rng.random((200, 5)) < 0.6).astype(int)
    scores[:, 2] = 1
    found = response_locations(calibrate(scores, model="rasch"), 0.67)
    assert found.items.tolist() == [0, 1, 2, 3, 4]
    assert found.reasons[2] == "no_variance"


def test_judges_of_one_table_count_as_fewer() -> None:
    places = np.array([0.1, 0.12, 0.14, 0.9, 0.92, 0.95, 0.5, 0.52, 0.53])
    tables = np.repeat([0, 1, 2], 3)
    rho = table_icc(places, tables)
    mean = panel_place(places, tables, statistic="mean", level=0.95)
    assert rho > 0.9
    assert mean.se == pytest.approx(np.sqrt(places.var(ddof=1) / 9 * (1 + 2 * rho)))
    # With three tables the error has two degrees of freedom.
    assert mean.high - mean.place == pytest.approx(4.302653 * mean.se, rel=1e-6)
    alone = panel_place(places, np.arange(9), statistic="mean", level=0.95)
    assert alone.se == pytest.approx(places.std(ddof=1) / 3)
    assert alone.high - alone.place == pytest.approx(2.306004 * alone.se, rel=1e-6)


def test_a_median_stands_when_a_bookmark_lies_beyond_the_booklet() -> None:
    places = np.array([-np.inf, 0.2, 0.4, 0.5, np.inf])
    found = panel_place(places, np.arange(5), statistic="median", level=0.95)
    assert found.place == 0.4
    assert np.isnan(found.se)
    assert np.isnan(panel_place(places, np.arange(5), statistic="mean", level=0.95).place)
    outside = panel_place(np.array([-np.inf, -np.inf, 0.2]), np.arange(3), statistic="median",
                          level=0.95)  # fmt: skip
    assert np.isnan(outside.place)


def test_one_judge_has_a_place_and_no_error() -> None:
    found = panel_place(np.array([0.3]), np.zeros(1, int), statistic="median", level=0.95)
    assert found.place == 0.3
    assert np.isnan(found.se)


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=12), st.integers(1, 4))
def test_tables_never_make_the_error_smaller(places: list[float], size: int) -> None:
    values = np.array(places)
    tables = np.arange(values.size) // size
    together = panel_place(values, tables, statistic="mean", level=0.95)
    alone = panel_place(values, np.arange(values.size), statistic="mean", level=0.95)
    assert together.se >= alone.se - 1e-12


def test_gaps_between_entries() -> None:
    np.testing.assert_allclose(gaps(np.array([0.0, 0.5, 2.0])), [0.5, 1.5, np.nan])
