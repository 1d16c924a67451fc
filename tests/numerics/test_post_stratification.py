"""Post-stratified shares against hand values and raking; small strata joined with others."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.numerics.post_stratification import joined_strata, post_stratified
from naas_psych.numerics.raking import Margin, rake, weighted_shares


class TestPostStratification:
    def test_the_worked_example(self) -> None:
        """Check value 18."""
        found = post_stratified(
            np.array([0.8, 0.7, 0.5]), np.array([400, 400, 200]), np.array([15e3, 9e3, 6e3])
        )
        assert found.share == pytest.approx(0.71, abs=1e-12)
        assert found.se == pytest.approx(0.013835, abs=5e-7)
        assert found.of_population == pytest.approx(21300)
        assert found.of_population_se == pytest.approx(415, abs=0.5)

    def test_one_stratum_is_simple_random_sampling(self) -> None:
        found = post_stratified(np.array([0.72]), np.array([1000.0]), np.array([30000.0]))
        assert found.of_population_se == pytest.approx(419, abs=0.5)

    def test_everybody_counted_leaves_no_error(self) -> None:
        found = post_stratified(np.array([0.3, 0.6]), np.array([10, 20]), np.array([10, 20]))
        assert found.se == 0

    def test_agrees_with_the_error_of_a_raked_mean(self) -> None:
        """One margin, but for a factor n / (n - rank) against (n_h) / (n_h - 1)."""
        stream = np.random.default_rng(1)
        codes = np.repeat([0, 1, 2], [400, 400, 200])
        yes = stream.random(1000) < np.array([0.8, 0.7, 0.5])[codes]
        margin = Margin(codes, np.array([15e3, 9e3, 6e3]))
        other = weighted_shares(yes[:, None], rake([margin], 1000), [margin])
        rates = np.array([yes[codes == h].mean() for h in range(3)])
        found = post_stratified(rates, np.bincount(codes), margin.frame)
        assert found.share == pytest.approx(other.share[0], abs=1e-12)
        assert found.se == pytest.approx(other.se[0], rel=2e-3)


class TestJoining:
    def test_small_ones_give_up_their_last_column(self) -> None:
        levels = np.array([[0, 0], [0, 1], [0, 2], [1, 0]])
        found = joined_strata(levels, np.array([50, 3, 4, 0]), least=5)
        assert found.stratum.tolist() == [0, 1, 1, 0]
        assert found.kept.tolist() == [2, 1, 1, 0]
        assert found.into.tolist() == [-1, -1, -1, 0]

    def test_what_is_still_small_joins_the_largest_that_agrees(self) -> None:
        levels = np.array([[0, 0], [0, 1], [0, 2], [1, 0]])
        found = joined_strata(levels, np.array([20, 60, 2, 30]), least=5)
        assert found.stratum.tolist() == [0, 1, 1, 2]
        assert found.into[2] == 1

    @given(
        st.lists(
            st.tuples(st.integers(0, 2), st.integers(0, 2), st.integers(0, 12)),
            min_size=1,
            max_size=9,
            unique_by=lambda one: one[:2],
        ),
        st.integers(1, 8),
    )
    @settings(max_examples=200, deadline=None)
    def test_every_stratum_has_enough(self, cells: list[tuple[int, int, int]], least: int) -> None:
        levels, persons = np.array([c[:2] for c in cells]), np.array([c[2] for c in cells])
        found = joined_strata(levels, persons, least=least)
        sums = np.bincount(found.stratum, persons)
        assert sums.sum() == persons.sum()
        assert (sums >= least).all() or (sums.size == 1 and persons.sum() < least)
        alone = found.kept == 2
        assert (persons[alone] >= least).all()
