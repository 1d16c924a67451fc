"""Share of sites and halo: against what can be worked out otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from naas_psych.numerics.halo import halo
from naas_psych.numerics.site_share import site_share

#: Of lme4, for the test of unequal sites.
LME4 = 0.45495890978


def balanced(seed: int, between: float, *, sites: int = 20, each: int = 15) -> tuple[Any, Any]:
    rng = np.random.Generator(np.random.PCG64(seed))
    place = np.repeat(np.arange(sites), each)
    return rng.normal(size=sites)[place] * between + rng.normal(size=place.size), place


def test_with_equal_sites_it_is_the_share_of_the_analysis_of_variance() -> None:
    y, place = balanced(3, 0.7)
    groups = np.asarray(y).reshape(20, 15)
    between = 15 * groups.mean(axis=1).var(ddof=1)
    within = groups.var(axis=1, ddof=1).mean()
    expected = (between - within) / (between + 14 * within)
    found = site_share(y, place, level=0.95)
    assert found.value == pytest.approx(expected, abs=1e-6)
    assert found.interval.low < found.value < found.interval.high


def test_the_share_of_unequal_sites_is_that_of_lme4() -> None:
    """lme4 (REML, bobyqa): y ~ 1 + (1 | site), y = (37 i mod 101) / 10 + what the site adds."""
    i = np.arange(60)
    place = np.repeat(np.arange(6), [4, 6, 8, 10, 12, 20])
    y = (i * 37 % 101) / 10 + np.array([0, 3, 1, 6, 2, 5])[place]
    assert site_share(y, place, level=0.95).value == pytest.approx(LME4, abs=1e-6)


def test_its_limits_hold_the_truth_as_often_as_they_say() -> None:
    held = 0
    for seed in range(200):
        y, place = balanced(seed, 0.5)
        limits = site_share(y, place, level=0.95).interval
        held += limits.low <= 0.2 <= limits.high
    assert 180 <= held <= 199


@pytest.mark.parametrize(
    ("y", "place"),
    [([1.0, 2.0, 3.0], [0, 0, 0]), ([1.0, 2.0], [0, 1]), ([1.0, 1.0, 2.0, 2.0], [0, 0, 1, 1])],
)
def test_without_sites_or_spread_within_them_there_is_no_share(
    y: list[float], place: list[int]
) -> None:
    assert np.isnan(site_share(np.array(y), np.array(place), level=0.95).value)


def test_sites_alike_have_a_share_of_nothing() -> None:
    y = np.tile([1.0, 2.0, 3.0, 4.0], 6)
    found = site_share(y, np.repeat(np.arange(6), 4), level=0.95)
    assert (found.value, found.interval.low) == (0.0, 0.0)
    assert 0 < found.interval.high < 0.3


def test_halo_is_the_mean_correlation_and_the_first_component() -> None:
    rng = np.random.Generator(np.random.PCG64(5))
    x = rng.normal(size=(80, 1)) + rng.normal(size=(80, 4))
    found = halo(x, level=0.95)
    r = np.corrcoef(x.T)
    assert found.correlation == pytest.approx(r[np.triu_indices(4, 1)].mean())
    assert found.first_share == pytest.approx(np.linalg.eigvalsh(r)[-1] / 4)


def test_of_two_criteria_both_say_the_same() -> None:
    rng = np.random.Generator(np.random.PCG64(6))
    x = rng.normal(size=(60, 1)) + rng.normal(size=(60, 2))
    found = halo(x, level=0.95)
    assert found.first_share == pytest.approx((1 + found.correlation) / 2)


def test_limits_of_halo_agree_with_leaving_out_one_person_at_a_time() -> None:
    rng = np.random.Generator(np.random.PCG64(7))
    x = np.round(2 * rng.normal(size=(150, 1)) + 2 * rng.normal(size=(150, 5)))
    found = halo(x, level=0.95)
    for name in ("correlation", "first_share"):
        without = [getattr(halo(np.delete(x, k, 0), level=0.95), name) for k in range(150)]
        error = np.sqrt(149 / 150 * ((np.array(without) - np.mean(without)) ** 2).sum())
        limits = getattr(found, f"{name}_limits")
        value = getattr(found, name)
        assert limits.high - limits.low == pytest.approx(2 * 1.96 * error, rel=0.05)
        assert limits.low < value < limits.high


def test_one_rating_written_several_times_has_no_limits() -> None:
    x = np.arange(10.0)[:, None] * np.ones((1, 3))
    found = halo(x, level=0.95)
    assert found.correlation == pytest.approx(1.0)
    assert np.isnan(found.correlation_limits.low)
