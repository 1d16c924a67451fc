"""Outcomes from totals: check values, what must always hold, and every edge."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from naas_psych.numerics.classification.crossed import Crossed
from naas_psych.numerics.classification.hanson_brennan import hanson_brennan, lords_k
from naas_psych.numerics.classification.huynh import both_scores, huynh
from naas_psych.numerics.classification.livingston_lewis import livingston_lewis
from naas_psych.numerics.classification.margins import match_margins, observed_shares
from naas_psych.numerics.classification.peng_subkoviak import peng_subkoviak
from naas_psych.numerics.classification.spread import Spread, kr21
from naas_psych.numerics.classification.squared_error import livingston_k2, phi_lambda
from naas_psych.numerics.classification.subkoviak import subkoviak

Floats = NDArray[np.float64]

TEN = np.array([3.0, 5, 6, 7, 8, 9, 10, 4, 7, 6])
SCORES, COUNTS = (np.asarray(a, dtype=float) for a in np.unique(TEN, return_counts=True))
ALL = np.arange(61.0)


def bell(*, mean: float = 38, sd: float = 8, n: int = 2_000) -> Floats:
    """Persons at each of the scores 0 to 60."""
    height = np.exp(-(((ALL - mean) / sd) ** 2) / 2)
    return np.asarray(np.round(n * height / height.sum()))


def beta_binomial(a: float, b: float, *, items: int = 60) -> Floats:
    """Shares at each score of right/wrong items of one difficulty, true scores beta(a, b)."""
    return np.asarray(both_scores(a, b, items).sum(axis=0))


def test_check_value_11() -> None:
    found = subkoviak(SCORES, COUNTS, reliability=0.8, cuts=[7], items=10).crossed
    assert found.consistent == pytest.approx(0.709668, abs=1e-6)
    assert found.chance == pytest.approx(0.500730, abs=1e-6)
    assert found.kappa == pytest.approx(0.418487, abs=1e-6)
    assert np.isnan(found.accurate)
    spread = Spread.of(SCORES, COUNTS)
    phi = phi_lambda(
        mean=spread.mean, population_variance=spread.population_variance, cuts=[7], items=10
    )
    assert phi == pytest.approx(0.543210, abs=1e-6)
    for variance, known in ((spread.variance, 0.810056), (spread.population_variance, 0.811111)):
        k2 = livingston_k2(mean=spread.mean, variance=variance, reliability=0.8, cuts=[7])
        assert k2 == pytest.approx(known, abs=1e-6)


def test_check_value_12() -> None:
    found = huynh(mean=6.5, kr21=0.6, cuts=[7], items=10).crossed
    assert found.consistent == pytest.approx(0.718547, abs=1e-6)
    assert found.kappa == pytest.approx(0.434378, abs=1e-6)
    for cut, agreement, kappa in ((7, 0.704833, 0.409666), (8, 0.742046, 0.395444)):
        found = peng_subkoviak(mean=6.5, sd=2, kr21=0.6, cuts=[cut], items=10).crossed
        assert found.consistent == pytest.approx(agreement, abs=1e-6)
        assert found.kappa == pytest.approx(kappa, abs=1e-6)


def every_method(counts: Floats, *, reliability: float, cuts: Any) -> dict[str, Crossed]:
    spread = Spread.of(ALL, counts)
    low_level = kr21(spread, 60)
    sd = spread.population_variance**0.5
    given_them: dict[str, Any] = {"reliability": reliability, "cuts": cuts}
    return {
        "ll": livingston_lewis(ALL, counts, **given_them, low=0, high=60).crossed,
        "ll_beta": livingston_lewis(
            ALL, counts, **given_them, low=0, high=60, error="beta"
        ).crossed,
        "hb": hanson_brennan(ALL, counts, **given_them, items=60).crossed,
        "subkoviak": subkoviak(ALL, counts, **given_them, items=60).crossed,
        "huynh": huynh(mean=spread.mean, kr21=low_level, cuts=cuts, items=60).crossed,
        "peng": peng_subkoviak(
            mean=spread.mean, sd=sd, kr21=low_level, cuts=cuts, items=60
        ).crossed,
    }


@settings(max_examples=40, deadline=None)
@given(
    mean=st.floats(15, 45),
    sd=st.floats(6, 12),
    reliability=st.floats(0.3, 0.97),
    cuts=st.sets(st.integers(1, 60), min_size=1, max_size=4),
)
def test_tables_are_shares_and_sittings_can_be_swapped(
    mean: float, sd: float, reliability: float, cuts: set[int]
) -> None:
    places = sorted(float(c) for c in cuts)
    counts = bell(mean=mean, sd=sd)
    for crossed in every_method(counts, reliability=reliability, cuts=places).values():
        for table in (crossed.accuracy, crossed.consistency):
            if table is not None and np.isfinite(table).all():
                assert table.min() >= -1e-12
                assert table.sum() == pytest.approx(1, abs=1e-9)
        second = np.swapaxes(crossed.consistency, -1, -2)
        assert crossed.consistency == pytest.approx(second, abs=1e-12, nan_ok=True)
        if crossed.accuracy is not None:
            # What is observed is spread alike, whether beside true outcomes or a second sitting.
            observed = crossed.accuracy.sum(axis=-2)
            assert observed == pytest.approx(crossed.consistency.sum(-2), abs=1e-9, nan_ok=True)


def test_accuracy_rises_with_reliability() -> None:
    counts = bell(n=200_000)
    for method in ("ll_beta", "hb", "subkoviak"):
        found = [
            every_method(counts, reliability=r, cuts=[36])[method] for r in (0.5, 0.7, 0.85, 0.95)
        ]
        assert (np.diff([f.consistent for f in found]) > 0).all()
        if method != "subkoviak":
            assert (np.diff([f.accurate for f in found]) > 0).all()


@pytest.mark.parametrize("error", ["binomial", "beta"])
def test_without_error_all_are_right(error: Any) -> None:
    found = livingston_lewis(
        ALL, bell(), reliability=1 - 1e-7, cuts=[36, 42], low=0, high=60, error=error
    )
    assert found.crossed.accurate == pytest.approx(1, abs=2e-3)
    assert found.crossed.consistent == pytest.approx(1, abs=2e-3)


def test_methods_meet_where_the_beta_binomial_holds() -> None:
    counts = beta_binomial(9.0, 6.0) * 1e9
    spread = Spread.of(ALL, counts)
    low_level = kr21(spread, 60)
    found = every_method(counts, reliability=low_level, cuts=[36, 42])
    assert lords_k(spread, reliability=low_level, items=60) == pytest.approx(0, abs=1e-6)
    assert low_level == pytest.approx(60 / 75, abs=1e-9)
    for method in ("ll", "hb"):
        assert found[method].consistency == pytest.approx(found["huynh"].consistency, abs=1e-6)
    assert found["peng"].consistent == pytest.approx(found["huynh"].consistent, abs=0.01)
    # What Subkoviak takes for a true score lacks part of the spread.
    assert found["subkoviak"].consistent < found["huynh"].consistent


def test_totals_of_persons_drawn_from_a_beta_binomial() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    n = 300_000
    tau = rng.beta(9.0, 6.0, n)
    first, second = rng.binomial(60, tau), rng.binomial(60, tau)
    counts = np.bincount(first, minlength=61).astype(float)
    reliability = float(np.corrcoef(first, second)[0, 1])
    for method in ("ll", "hb"):
        found = every_method(counts, reliability=reliability, cuts=[36])[method]
        right = np.mean((60 * tau >= 36) == (first >= 36))
        assert found.accurate == pytest.approx(right, abs=0.004)
        assert found.consistent == pytest.approx(
            np.mean((first >= 36) == (second >= 36)), abs=0.004
        )


def test_a_scale_may_begin_anywhere() -> None:
    plain = livingston_lewis(ALL, bell(), reliability=0.86, cuts=[36.0], low=0, high=60)
    moved = livingston_lewis(
        200 + 5 * ALL, bell(), reliability=0.86, cuts=[380.0], low=200, high=500
    )
    assert moved.length == pytest.approx(plain.length)
    assert moved.crossed.accuracy == pytest.approx(plain.crossed.accuracy, abs=1e-12)


def test_rounding_of_a_cut_among_the_effective_scores() -> None:
    given_them: dict[str, Any] = {"reliability": 0.7, "cuts": [40.4], "low": 0, "high": 60}
    near = livingston_lewis(ALL, bell(), **given_them)
    up = livingston_lewis(ALL, bell(), **given_them, rounding="up")
    share = 40.4 / 60 * near.used_length
    assert round(share) < share
    met = [r.crossed.consistency.sum(axis=0)[-1] for r in (near, up)]
    assert met[0] > met[1]


def test_margins_can_be_drawn_to_what_was_observed() -> None:
    counts = bell()
    cuts = [36.0, 42.0]
    found = livingston_lewis(ALL, counts, reliability=0.86, cuts=cuts, low=0, high=60).crossed
    shares = observed_shares(ALL, counts, np.array(cuts))
    assert shares[2] == pytest.approx(counts[42:].sum() / counts.sum())
    drawn = match_margins(found, shares)
    for table in (drawn.accuracy, drawn.consistency):
        assert table is not None
        assert table.sum(axis=0) == pytest.approx(shares)
    assert drawn.accurate == pytest.approx(found.accurate, abs=0.02)
    impossible = match_margins(Crossed(None, np.diag([1.0, 0.0])), np.array([0.5, 0.5]))
    assert np.isnan(impossible.consistent)


@pytest.mark.parametrize(
    ("reliability", "reason"),
    [
        (0.0, "negative_reliability"),
        (-0.3, "negative_reliability"),
        (1.0, "perfect_reliability"),
        (float("nan"), "no_reliability"),
    ],
)
def test_a_reliability_outside_0_to_1(reliability: float, reason: str) -> None:
    given_them: dict[str, Any] = {"reliability": reliability, "cuts": [36, 42]}
    for found in (
        livingston_lewis(ALL, bell(), **given_them, low=0, high=60),
        hanson_brennan(ALL, bell(), **given_them, items=60),
        subkoviak(ALL, bell(), **given_them, items=60),
    ):
        assert found.reason == reason
        assert found.crossed.consistency.shape == (3, 3)
        assert np.isnan(
            [found.crossed.consistent, found.crossed.kappa, found.crossed.accurate]
        ).all()


@pytest.mark.parametrize("score", [0, 30, 60])
def test_one_score_for_all(score: int) -> None:
    counts = np.zeros(61)
    counts[score] = 50
    given_them: dict[str, Any] = {"reliability": 0.8, "cuts": [36]}
    spread = Spread.of(ALL, counts)
    for found in (
        livingston_lewis(ALL, counts, **given_them, low=0, high=60),
        hanson_brennan(ALL, counts, **given_them, items=60),
        subkoviak(ALL, counts, **given_them, items=60),
        huynh(mean=spread.mean, kr21=kr21(spread, 60), cuts=[36], items=60),
        peng_subkoviak(mean=spread.mean, sd=0.0, kr21=kr21(spread, 60), cuts=[36], items=60),
    ):
        assert found.reason == "no_variance"
        assert np.isnan(found.crossed.consistent)


def test_nobody_and_one_person() -> None:
    for n in (0, 1):
        counts = np.zeros(61)
        counts[30] = n
        found = livingston_lewis(ALL, counts, reliability=0.8, cuts=[36], low=0, high=60)
        assert found.reason == "too_few_persons"


def test_negative_kr21() -> None:
    counts = bell(mean=30, sd=1.5)
    spread = Spread.of(ALL, counts)
    assert kr21(spread, 60) < 0
    for found in (
        huynh(mean=spread.mean, kr21=kr21(spread, 60), cuts=[31], items=60),
        peng_subkoviak(mean=spread.mean, sd=1.5, kr21=kr21(spread, 60), cuts=[31], items=60),
    ):
        assert found.reason == "negative_reliability"
        assert np.isnan(found.crossed.kappa)


@pytest.mark.parametrize("cut", [0, 61])
def test_a_cut_that_all_or_none_reach(cut: int) -> None:
    for crossed in every_method(bell(), reliability=0.85, cuts=[cut]).values():
        assert crossed.consistent == pytest.approx(1, abs=1e-12)
        assert np.isnan(crossed.kappa)
        assert np.isnan(crossed.accurate) or crossed.accurate == pytest.approx(1)


@pytest.mark.parametrize("cuts", [[42, 36], [36, 36], [], [float("nan")]])
def test_cuts_out_of_order(cuts: Any) -> None:
    with pytest.raises(ValueError, match="cut"):
        every_method(bell(), reliability=0.85, cuts=cuts)
    with pytest.raises(ValueError, match="cut"):
        huynh(mean=38, kr21=0.8, cuts=cuts, items=60)


def test_scores_beyond_their_limits() -> None:
    with pytest.raises(ValueError, match="between"):
        livingston_lewis(ALL, bell(), reliability=0.8, cuts=[30], low=0, high=50)
    with pytest.raises(ValueError, match="between"):
        hanson_brennan(ALL, bell(), reliability=0.8, cuts=[30], items=50)
    with pytest.raises(ValueError, match="whole"):
        hanson_brennan(ALL / 2, bell(), reliability=0.8, cuts=[30], items=60)


def test_a_short_test_takes_the_shortest_effective_length() -> None:
    scores, counts = np.array([0.0, 1, 2]), np.array([30.0, 20, 50])
    found = livingston_lewis(scores, counts, reliability=0.5, cuts=[1], low=0, high=2)
    assert found.length < 3
    assert found.used_length == 3
    assert found.reason is None or found.reason == "no_true_variance"


def test_squared_error_indices_at_their_edges() -> None:
    assert np.isnan(livingston_k2(mean=7, variance=0, reliability=0.8, cuts=[7, 8])).tolist() == [
        True,
        False,
    ]
    assert np.isnan(livingston_k2(mean=7, variance=2, reliability=-0.1, cuts=[7])).all()
    assert np.isnan(phi_lambda(mean=5, population_variance=0, cuts=[5], items=10)).all()
    assert np.isnan(phi_lambda(mean=0.5, population_variance=0.1, cuts=[0.5], items=1)).all()
    far = livingston_k2(mean=38, variance=64, reliability=0.5, cuts=np.array([38, 42, 50, 60]))
    assert (np.diff(far) > 0).all()
    assert far[0] == pytest.approx(0.5)


def test_only_the_two_ends_of_the_scale() -> None:
    counts = np.zeros(61)
    counts[[0, 60]] = 20, 30
    given_them: dict[str, Any] = {"reliability": 0.9, "cuts": [36]}
    for found in (
        livingston_lewis(ALL, counts, **given_them, low=0, high=60),
        hanson_brennan(ALL, counts, **given_them, items=60),
    ):
        assert found.reason == "only_extremes"
        assert np.isnan(found.crossed.accurate)


def test_scores_that_spread_no_more_than_chance() -> None:
    # Four persons at each of 29, 30 and 31: the two-term error takes all the variance and more.
    counts = np.zeros(61)
    counts[29:32] = 4
    found = hanson_brennan(ALL, counts, reliability=1e-14, cuts=[30], items=60)
    assert found.reason == "no_true_variance"


def test_next_to_no_error_is_still_a_number() -> None:
    found = livingston_lewis(ALL, bell(), reliability=1 - 1e-10, cuts=[36], low=0, high=60)
    assert found.length > found.used_length
    assert found.crossed.accurate == pytest.approx(1, abs=1e-3)


def test_livingston_lewis_that_rounds_nothing_is_the_binomial_of_whole_tests() -> None:
    """With n' = 60 of 60 items both are one; of another length it moves without jumps."""
    counts = beta_binomial(8, 4)
    rho = kr21(Spread.of(ALL, counts * 1e9), 60)

    def at(reliability: float, error: Any) -> Any:
        return livingston_lewis(
            ALL, counts * 1e9, reliability=reliability, cuts=[35, 40.5], low=0, high=60, error=error
        )

    whole, smooth = at(rho, "binomial"), at(rho, "smooth")
    assert whole.length == pytest.approx(60, abs=1e-6)
    up = livingston_lewis(
        ALL, counts * 1e9, reliability=rho, cuts=[35, 40.5], low=0, high=60, rounding="up"
    )
    np.testing.assert_allclose(smooth.crossed.accuracy, up.crossed.accuracy, atol=1e-8)
    np.testing.assert_allclose(smooth.crossed.consistency, up.crossed.consistency, atol=1e-8)
    steps = np.linspace(rho - 0.02, rho + 0.02, 81)
    found = {
        error: [float(at(r, error).crossed.at(0).false_pass) for r in steps]
        for error in ("binomial", "smooth")
    }
    jumps = {error: float(np.abs(np.diff(values)).max()) for error, values in found.items()}
    assert jumps["smooth"] < 2e-4
    assert jumps["binomial"] > 1e-3
