"""Alignment of content: the sheet's check value, identities and properties."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naas_psych.numerics.alignment import (
    mean_limits,
    multinomial_limits,
    porter_index,
    webb_balance,
)
from naas_psych.numerics.proportions import wilson

COUNTS = st.lists(st.integers(0, 40), min_size=2, max_size=12).filter(lambda v: sum(v) > 0)


def test_check_value_26_of_the_sheet() -> None:
    assert webb_balance([3, 1, 2, 6]) == pytest.approx(0.75)


def test_balance_of_one_objective_and_of_none() -> None:
    assert webb_balance([5]) == 1
    assert webb_balance([0, 7, 0]) == 1
    assert np.isnan(webb_balance([0, 0]))


def test_porter_is_one_for_the_same_and_nothing_for_nothing_in_common() -> None:
    assert porter_index([1, 2, 3], [2, 4, 6]) == pytest.approx(1)
    assert porter_index([1, 0], [0, 1]) == 0
    assert porter_index([0.5, 0.5], [0.7, 0.3]) == pytest.approx(0.8)
    assert np.isnan(porter_index([0, 0], [1, 1]))


@given(COUNTS, st.randoms())
def test_porter_is_symmetric_and_blind_to_the_order_of_cells(one: list[int], random) -> None:  # type: ignore[no-untyped-def]
    other = random.sample(one, len(one))
    order = random.sample(range(len(one)), len(one))
    index = porter_index(one, other)
    assert 0 <= index <= 1 + 1e-12
    assert index == pytest.approx(porter_index(other, one))
    assert index == pytest.approx(porter_index([one[k] for k in order], [other[k] for k in order]))


def test_goodman_is_wilson_at_a_shared_level() -> None:
    limits = multinomial_limits([6, 4, 10], level=0.95)
    alone = wilson([6, 4, 10], [20, 20, 20], level=1 - 0.05 / 3)
    assert limits.low == pytest.approx(alone.low)
    assert limits.high == pytest.approx(alone.high)
    # One cell holds everything: nothing is shared out.
    assert float(multinomial_limits([20], level=0.95).high[0]) == 1


def test_limits_of_a_mean_over_judges() -> None:
    limits = mean_limits([1.0, 2.0, 3.0, np.nan], level=0.95)
    assert limits.high - 2 == pytest.approx(4.302653 / 3**0.5, rel=1e-6)
    assert np.isnan(mean_limits([2.0], level=0.95).low)
