"""Differential functioning of a whole test: worked values, identities, and the search for a cut."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from naas_psych.irt.scores.score_distribution import score_distribution
from naas_psych.numerics.functioning import chance_to_reach, functioning, where_it_reaches

THETA = np.arange(-4.0, 4.0001, 0.1)
NORMAL = np.exp(-(THETA**2) / 2)


def test_the_worked_value_of_the_method_sheet() -> None:
    """Sheet 10.13: reference a 1, b .3; focal a .7, b .5. Ours is focal less reference."""
    fine = np.arange(-4.0, 4.0005, 0.001)  # the size of a difference has a corner
    reference, focal = expit(fine - 0.3), expit(0.7 * (fine - 0.5))
    found = functioning(reference, focal, np.exp(-(fine**2) / 2))
    assert found.signed == pytest.approx(-0.01646, abs=5e-6)
    assert found.unsigned == pytest.approx(0.04613, abs=5e-6)


@given(
    st.lists(st.floats(0.3, 2.5), min_size=2, max_size=2),
    st.lists(st.floats(-2, 2), min_size=2, max_size=2),
)
def test_groups_changed_round_change_the_sign_and_nothing_else(
    a: list[float], b: list[float]
) -> None:
    one, other = (expit(slope * (THETA - place)) for slope, place in zip(a, b, strict=True))
    there, back = functioning(one, other, NORMAL), functioning(other, one, NORMAL)
    assert there.signed == pytest.approx(-back.signed, abs=1e-12)
    assert there.unsigned == pytest.approx(back.unsigned, abs=1e-12)
    assert there.effect == pytest.approx(-back.effect, abs=1e-9)
    assert abs(there.signed) <= there.unsigned + 1e-12


def test_a_test_that_only_shifts_has_equal_signed_and_unsigned_size() -> None:
    found = functioning(expit(THETA), expit(THETA - 0.4), NORMAL)
    assert found.signed < 0
    assert found.unsigned == pytest.approx(-found.signed)


def test_the_effect_is_undefined_where_totals_do_not_vary() -> None:
    found = functioning(np.full(3, 1.0), np.full(3, 2.0), np.ones(3))
    assert found.signed == 1.0
    assert np.isnan(found.effect)


@pytest.mark.parametrize("needed", [-1, 0, 1, 4, 7, 8, 9])
def test_the_chance_of_two_parts_is_that_of_the_whole(needed: int) -> None:
    rng = np.random.default_rng(3)
    p = rng.dirichlet(np.ones(3), size=(4, 5)).transpose(0, 2, 1)
    points = np.broadcast_to(np.arange(3), (4, 3))
    whole = score_distribution(p, points)
    parts = score_distribution(p[:3], points[:3]), score_distribution(p[3:], points[3:])
    found = chance_to_reach(parts[0], parts[1][:, None], needed)[0]
    expected = whole[max(needed, 0) :].sum(axis=0)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_a_crossing_is_found_to_many_digits() -> None:
    found = where_it_reaches(lambda x: 10 * expit(1.3 * (x - 0.37)), 5.0)
    assert found == pytest.approx(0.37, abs=1e-9)


def test_no_crossing_and_two_crossings_are_nowhere() -> None:
    assert np.isnan(where_it_reaches(expit, 2.0))
    assert np.isnan(where_it_reaches(lambda x: x**2, 1.0))
