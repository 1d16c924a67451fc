"""Standardised differences and purification: by hand, by identities, and with no difference."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from naas_psych.numerics.purification import purified
from naas_psych.numerics.standardisation import standardised


def table(*strata: tuple[list[int], list[int]]) -> np.ndarray:
    """One item: reference and focal counts of each category, stratum by stratum."""
    return np.array([strata], dtype=np.int32)


def test_by_hand() -> None:
    # Totals 1 and 2: reference 1/4 and 3/4 right, focal 0/2 and 3/6: -.25 with weights 2 and 6.
    counts = table(([3, 1], [2, 0]), ([1, 3], [3, 3]), ([5, 5], [0, 0]))
    found = standardised(counts)
    assert found.difference == pytest.approx([-0.25])
    assert found.reference == pytest.approx([(2 * 0.25 + 6 * 0.75) / 8])
    assert found.focal == pytest.approx([3 / 8])
    assert found.odds_ratio(np.ones(1)) == pytest.approx([(0.625 / 0.375) / (0.375 / 0.625)])
    # By the scores of the reference group: weights 4 and 4.
    assert standardised(counts, weights="reference").focal == pytest.approx([0.25])
    assert standardised(counts, weights="total").focal == pytest.approx([0.5 * 10 / 16])


def test_the_standard_error_is_that_of_the_formula_where_many_share_a_total() -> None:
    counts = table(([30_000, 10_000], [12_000, 8_000]), ([10_000, 50_000], [6_000, 14_000]))
    p_r, p_f, n_r, n_f = ([0.25, 5 / 6], [0.4, 0.7], [40_000, 60_000], [20_000, 20_000])
    parts = [
        f**2 * (pf * (1 - pf) / f + pr * (1 - pr) / r)
        for pr, pf, r, f in zip(p_r, p_f, n_r, n_f, strict=True)
    ]
    assert standardised(counts).se == pytest.approx([np.sqrt(sum(parts)) / 40_000], rel=1e-3)


def test_few_who_chose_alike_still_have_an_error() -> None:
    """Nobody of ten and two of ten: the plain formula gives the ten no error at all."""
    found = standardised(table(([8, 2], [10, 0])))
    plain = np.sqrt(0.2 * 0.8 / 10)
    assert found.se[0] > 1.05 * plain


def test_nobody_to_compare_with() -> None:
    found = standardised(table(([3, 1], [0, 0]), ([0, 0], [3, 3])))
    assert np.isnan(found.difference[0])
    assert np.isnan(found.se[0])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 9), min_size=3, max_size=3),
            st.lists(st.integers(0, 9), min_size=3, max_size=3),
        ),
        min_size=1,
        max_size=6,
    )
)
def test_turning_the_scale_or_the_groups_turns_the_sign(
    strata: list[tuple[list[int], list[int]]],
) -> None:
    counts = table(*strata)
    plain = standardised(counts, weights="total")
    scale = standardised(counts[..., ::-1], weights="total")
    groups = standardised(counts[:, :, ::-1], weights="total")
    for turned in (scale, groups):
        assert turned.difference == pytest.approx(-plain.difference, abs=1e-12, nan_ok=True)
        assert turned.se == pytest.approx(plain.se, abs=1e-9, nan_ok=True)


def test_tests_of_clean_items_are_what_they_say() -> None:
    """Where groups do not differ deviates have a standard deviation of 1, in thin strata too."""
    generator = np.random.Generator(np.random.PCG64(3))
    n = generator.integers(1, 5, size=(3000, 30, 2))
    right = generator.binomial(n, np.linspace(0.2, 0.9, 30)[None, :, None])
    found = standardised(np.stack([n - right, right], axis=3))
    z = found.difference / found.se
    # The standard error of a standard deviation of 3,000 is 1 / sqrt(6000).
    assert z.std() == pytest.approx(1.0, abs=4 / np.sqrt(6000))


ALL = np.ones(4, dtype=bool)


def flags(*items: int) -> np.ndarray:
    return np.isin(np.arange(4), items)


def test_purification_ends_when_the_same_items_come_back() -> None:
    found = purified(lambda anchor: flags(1), flags(0), possible=ALL)
    assert found.ending == "stable"
    assert found.flagged.tolist() == flags(1).tolist()
    assert found.history.tolist() == [flags(0).tolist(), flags(1).tolist(), flags(1).tolist()]


def test_a_cycle_leaves_out_all_that_was_flagged_in_it() -> None:
    def turn(anchor: np.ndarray) -> np.ndarray:
        return flags(1, 2) if anchor[1] else flags(0)

    found = purified(turn, flags(3, 1), possible=ALL)
    assert found.ending == "cycle"
    assert found.flagged.tolist() == flags(0, 1, 2).tolist()


def test_purification_that_flags_everything_says_so() -> None:
    found = purified(lambda anchor: ALL, flags(0), possible=ALL)
    assert found.ending == "all_flagged"
    assert not found.anchor.any()


def test_items_that_nobody_was_given_are_no_anchor() -> None:
    found = purified(lambda anchor: flags(0, 1, 2), flags(0), possible=flags(0, 1, 2))
    assert found.ending == "all_flagged"


def test_purification_stops_after_its_rounds() -> None:
    sets = iter([flags(k) for k in range(4)] + [flags(0, k) for k in range(1, 4)])
    found = purified(lambda anchor: next(sets), flags(2, 3), possible=ALL, rounds=3)
    assert found.ending == "rounds"
    assert found.history.shape == (4, 4)
