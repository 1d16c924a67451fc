"""The lognormal model of times: another program's answers, identities, recovery and extremes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.stats import multivariate_normal

from naas_psych.numerics.lognormal_times import TimeModel, fit_times
from naas_psych.numerics.person_speeds import residuals, speeds
from naas_psych.numerics.total_time import total_time

GOLDEN = Path(__file__).parents[1] / "golden" / "lavaan_times.json"


@pytest.fixture(scope="module")
def golden() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    found["log_times"] = np.array(found["log_times"], dtype=float)
    return found


def simulated(
    seed: int, *, n: int, j: int, speed: float = 0.3, gone: float = 0.0
) -> tuple[Any, Any, Any, Any]:
    rng = np.random.Generator(np.random.PCG64(seed))
    beta, sigma = rng.normal(3.9, 0.3, j), rng.uniform(0.2, 0.5, j)
    tau = speed * rng.normal(size=n)
    y = beta - tau[:, None] + sigma * rng.normal(size=(n, j))
    y[rng.random(y.shape) < gone] = np.nan
    return y, beta, sigma, tau


def covariance_of(model: TimeModel) -> Any:
    return np.diag(model.sigma**2) + model.speed_variance


def test_estimates_and_errors_are_those_of_lavaan(golden: dict[str, Any]) -> None:
    model = fit_times(golden["log_times"])
    assert model.converged
    np.testing.assert_allclose(model.log_likelihood, golden["log_likelihood"], atol=1e-7)
    np.testing.assert_allclose(model.log_likelihood, golden["log_likelihood_nlme"], atol=1e-7)
    np.testing.assert_allclose(model.beta, golden["beta"], atol=1e-6)
    np.testing.assert_allclose(model.beta_se, golden["beta_se"], rtol=5e-6)
    np.testing.assert_allclose(model.sigma**2, golden["residual_variance"], rtol=5e-6)
    np.testing.assert_allclose(model.speed_variance, golden["speed_variance"], rtol=1e-6)
    errors = np.sqrt(np.diag(model.covariance))
    np.testing.assert_allclose(errors[6:12], golden["residual_variance_se"], rtol=5e-6)
    np.testing.assert_allclose(errors[12], golden["speed_variance_se"], rtol=5e-6)
    own = speeds(model, golden["log_times"]).eap[:5]
    np.testing.assert_allclose(-own, golden["factor_scores"], atol=1e-6)


def test_our_solution_is_not_below_lavaans(golden: dict[str, Any]) -> None:
    assert fit_times(golden["log_times"]).log_likelihood >= golden["log_likelihood"] - 1e-9


def test_the_likelihood_is_that_of_the_multivariate_normal() -> None:
    y, *_ = simulated(1, n=60, j=5, gone=0.2)
    model = fit_times(y)
    whole = covariance_of(model)
    total = 0.0
    for row in y:
        seen = np.flatnonzero(np.isfinite(row))
        if seen.size:
            part = whole[np.ix_(seen, seen)]
            total += multivariate_normal(model.beta[seen], part).logpdf(row[seen])
    np.testing.assert_allclose(model.log_likelihood, total, rtol=1e-10)


def test_with_all_times_there_beta_is_the_mean() -> None:
    y, *_ = simulated(2, n=80, j=6)
    np.testing.assert_allclose(fit_times(y).beta, y.mean(axis=0), atol=1e-9)


def test_no_small_change_of_an_estimate_is_likelier() -> None:
    """The gradient of the likelihood, by differences, is 0 at the estimates."""
    y, *_ = simulated(3, n=70, j=4, gone=0.15)
    model = fit_times(y)

    def likelihood(beta: Any, variance: Any, speed: float) -> float:
        whole = np.diag(variance) + speed
        total = 0.0
        for row in y:
            s = np.flatnonzero(np.isfinite(row))
            if s.size:
                total += multivariate_normal(beta[s], whole[np.ix_(s, s)]).logpdf(row[s])
        return total

    at = (model.beta, model.sigma**2, model.speed_variance)
    step = 1e-5
    for k in range(4):
        unit = step * np.eye(4)[k]
        up, down = likelihood(at[0] + unit, *at[1:]), likelihood(at[0] - unit, *at[1:])
        assert abs(up - down) / (2 * step) < 1e-3
        up, down = (likelihood(at[0], at[1] + sign * unit, at[2]) for sign in (1, -1))
        assert abs(up - down) / (2 * step) < 1e-3
    up, down = (likelihood(at[0], at[1], at[2] + sign * step) for sign in (1, -1))
    assert abs(up - down) / (2 * step) < 1e-3


def test_residuals_are_gaps_to_what_the_other_times_predict() -> None:
    y, *_ = simulated(4, n=12, j=5, gone=0.1)
    model = fit_times(y)
    found = residuals(model, y)
    whole = covariance_of(model)
    for i, row in enumerate(y):
        for k in np.flatnonzero(np.isfinite(row)):
            rest = np.setdiff1d(np.flatnonzero(np.isfinite(row)), [k])
            part = whole[np.ix_(rest, rest)]
            weight = np.linalg.solve(part, whole[rest, k]) if rest.size else np.empty(0)
            mean = model.beta[k] + weight @ (row[rest] - model.beta[rest])
            sd = np.sqrt(whole[k, k] - weight @ whole[rest, k])
            np.testing.assert_allclose(found[i, k], (row[k] - mean) / sd, rtol=1e-9)
    assert np.array_equal(np.isnan(found), np.isnan(y))


def test_speeds_are_conditional_means_and_weighted_means() -> None:
    y, *_ = simulated(5, n=30, j=6, gone=0.3)
    y[0] = np.nan
    model = fit_times(y)
    found = speeds(model, y)
    assert found.n[0] == 0
    assert np.isnan(found.ml[0])
    assert found.eap[0] == 0.0
    np.testing.assert_allclose(found.eap_se[0], model.speed_sd)
    share = model.speed_variance / (model.speed_variance + found.ml_se[1:] ** 2)
    np.testing.assert_allclose(found.eap[1:], share * found.ml[1:], rtol=1e-10)
    precision = 1 / model.speed_variance + found.ml_se[1:] ** -2
    np.testing.assert_allclose(found.eap_se[1:] ** -2, precision, rtol=1e-10)


def test_the_order_of_persons_and_items_does_not_matter() -> None:
    y, *_ = simulated(6, n=50, j=7, gone=0.1)
    rng = np.random.Generator(np.random.PCG64(0))
    rows, items = rng.permutation(50), rng.permutation(7)
    one, other = fit_times(y), fit_times(y[rows][:, items])
    np.testing.assert_allclose(other.beta, one.beta[items], rtol=1e-8)
    np.testing.assert_allclose(other.alpha_se, one.alpha_se[items], rtol=1e-6)


def test_seconds_or_minutes_change_only_the_level() -> None:
    y, *_ = simulated(7, n=60, j=5)
    one, other = fit_times(y), fit_times(y - np.log(60))
    np.testing.assert_allclose(other.beta, one.beta - np.log(60), atol=1e-8)
    np.testing.assert_allclose(other.sigma, one.sigma, rtol=1e-8)


@pytest.mark.parametrize("slow_lose_the_end", [False, True])
def test_truth_is_recovered_within_its_errors(slow_lose_the_end: bool) -> None:
    """Coverage of 95 % intervals over 60 samples; also where slow persons lose the last times,
    which depends on their other times only. Binomial limits (3 sd) about .95 of all values."""
    inside: dict[str, list[bool]] = {"beta": [], "alpha": [], "speed": []}
    for seed in range(60):
        y, beta, sigma, _ = simulated(100 + seed, n=250, j=10, speed=0.25)
        if slow_lose_the_end:
            y[np.ix_(y[:, :7].sum(axis=1) > np.quantile(y[:, :7].sum(axis=1), 0.6), [7, 8, 9])] = (
                np.nan
            )
        model = fit_times(y)
        inside["beta"] += (np.abs(model.beta - beta) < 1.96 * model.beta_se).tolist()
        inside["alpha"] += (np.abs(model.alpha - 1 / sigma) < 1.96 * model.alpha_se).tolist()
        inside["speed"].append(abs(model.speed_sd - 0.25) < 1.96 * model.speed_sd_se)
    # The betas of one sample share its persons' mean speed: they count as few, not as ten.
    for name, sd in (("beta", 0.03), ("alpha", 0.009), ("speed", 0.028)):
        assert abs(np.mean(inside[name]) - 0.95) < 3 * sd, name


def test_reliability_is_the_squared_correlation_with_the_truth() -> None:
    y, _, _, tau = simulated(8, n=20_000, j=12)
    model = fit_times(y)
    found = speeds(model, y)
    r = np.corrcoef(found.eap, tau)[0, 1]
    assert found.reliability(model.speed_variance) == pytest.approx(r * r, abs=0.01)


def test_quantiles_and_chances_of_the_total_are_inverse() -> None:
    y, *_ = simulated(9, n=120, j=20)
    total = total_time(fit_times(y))
    for share in (0.1, 0.5, 0.95):
        seconds = total.seconds(share, level=0.95)
        assert seconds.interval.low < seconds.value < seconds.interval.high
        over = total.over(seconds.value, level=0.95)
        assert over.value == pytest.approx(1 - share, abs=1e-12)


def test_the_total_time_is_that_of_a_simulation() -> None:
    """Fenton's lognormal against a million persons: within its error and that of sampling."""
    y, *_ = simulated(10, n=300, j=15)
    model = fit_times(y)
    total = total_time(model)
    rng = np.random.Generator(np.random.PCG64(5))
    n = 400_000
    tau = model.speed_sd * rng.normal(size=n)
    seconds = np.zeros(n)
    for beta, sigma in zip(model.beta, model.sigma, strict=True):
        seconds += np.exp(beta - tau + sigma * rng.normal(size=n))
    for share in (0.05, 0.5, 0.95):
        value = total.seconds(share, level=0.95).value
        assert value == pytest.approx(np.quantile(seconds, share), rel=0.004)
    limit = float(np.quantile(seconds, 0.8))
    assert total.over(limit, level=0.95).value == pytest.approx(0.2, abs=0.003)


def test_a_test_of_one_kind_of_item_and_no_spread_takes_the_sum() -> None:
    model = fit_times(simulated(11, n=50, j=4)[0])
    object.__setattr__(model, "speed_variance", 0.0)
    object.__setattr__(model, "sigma", np.full(4, 1e-6))
    seconds = total_time(model).seconds(0.5, level=0.95).value
    assert seconds == pytest.approx(np.exp(model.beta).sum(), rel=1e-9)


def test_slopes_of_the_total_are_those_of_differences() -> None:
    model = fit_times(simulated(12, n=100, j=5)[0])
    total = total_time(model)
    at = np.concatenate([model.beta, model.sigma**2, [model.speed_variance]])

    def moved(values: Any) -> Any:
        other = fit_times(simulated(12, n=100, j=5)[0])
        object.__setattr__(other, "beta", values[:5])
        object.__setattr__(other, "sigma", np.sqrt(values[5:10]))
        object.__setattr__(other, "speed_variance", float(values[10]))
        return total_time(other)

    for k in range(11):
        step = 1e-6 * np.eye(11)[k]
        up, down = moved(at + step), moved(at - step)
        assert total.mean_slope[k] == pytest.approx((up.mean - down.mean) / 2e-6, abs=1e-6)
        slope = (up.variance - down.variance) / 2e-6
        assert total.variance_slope[k] == pytest.approx(slope, abs=1e-6)


def test_the_interval_of_the_time_needed_covers() -> None:
    inside = []
    truth = np.array([3.5, 3.8, 4.1, 3.7, 4.0, 3.9])
    exact = None
    for seed in range(100):
        rng = np.random.Generator(np.random.PCG64(900 + seed))
        y = truth - 0.25 * rng.normal(size=(150, 1)) + 0.35 * rng.normal(size=(150, 6))
        if exact is None:
            known = fit_times(y)
            object.__setattr__(known, "beta", truth)
            object.__setattr__(known, "sigma", np.full(6, 0.35))
            object.__setattr__(known, "speed_variance", 0.0625)
            exact = total_time(known).seconds(0.95, level=0.95).value
        interval = total_time(fit_times(y)).seconds(0.95, level=0.95).interval
        inside.append(interval.low < exact < interval.high)
    assert abs(np.mean(inside) - 0.95) < 3 * np.sqrt(0.95 * 0.05 / 100)


def test_extremes_have_no_estimates_rather_than_wrong_ones() -> None:
    y, *_ = simulated(13, n=40, j=4)
    one = fit_times(y[:, :1])
    assert not one.estimated.any()
    assert np.isnan(one.beta).all()
    assert not fit_times(np.full((5, 3), np.nan)).estimated.any()
    assert not fit_times(np.full((30, 4), 3.0)).estimated.any()
    assert not fit_times(y[:1]).estimated.any()
    mixed = y.copy()
    mixed[:, 2] = 3.0
    some = fit_times(mixed)
    assert some.estimated.tolist() == [True, True, False, True]
    assert np.isnan(some.beta[2])
    assert np.isfinite(some.beta_se[[0, 1, 3]]).all()
    assert np.isnan(residuals(some, mixed)[:, 2]).all()


def test_times_that_follow_speed_exactly_stop_at_the_floor() -> None:
    rng = np.random.Generator(np.random.PCG64(3))
    y = np.array([3.0, 3.5, 4.0]) - 0.3 * rng.normal(size=(40, 1))
    model = fit_times(y)
    assert model.floored.all()
    assert np.isfinite(model.beta).all()
    assert model.speed_sd == pytest.approx(np.std(y[:, 0]), rel=1e-3)


def test_persons_alike_in_speed_have_none() -> None:
    rng = np.random.Generator(np.random.PCG64(4))
    e = rng.normal(size=(60, 4))
    e -= e.mean(axis=1, keepdims=True)
    model = fit_times(3.5 + 0.4 * e)
    assert model.speed_variance < 1e-4
    found = speeds(model, 3.5 + 0.4 * e)
    assert np.abs(found.eap).max() < 0.01


@pytest.mark.parametrize(
    ("persons", "items", "sd", "seed"),
    [(400, 24, 0.0, 0), (400, 24, 0.02, 1), (2000, 40, 0.0, 3), (30, 2, 0.1, 7)],
)
def test_persons_of_nearly_one_speed_are_fitted_to_the_end(
    persons: int, items: int, sd: float, seed: int
) -> None:
    """Where the variance of speed is 0 or nearly so: at the highest point of its profile."""
    generator = np.random.Generator(np.random.PCG64(seed))
    y = generator.normal(3.5, 0.3, items) - generator.normal(0, sd, (persons, 1))
    y = y + generator.normal(0, 1, (persons, items)) * generator.uniform(0.2, 0.6, items)
    y[generator.random(y.shape) < 0.1] = np.nan
    found = fit_times(y)
    assert found.converged
    assert found.cycles < 200
    seen = np.isfinite(y)
    w = 1 / found.sigma**2
    r = np.where(seen, y - found.beta, 0.0)
    total, along = seen @ w, r @ w

    def log_likelihood(s2: float) -> float:
        shrunk = 1 + s2 * total
        return float(-0.5 * np.log(shrunk).sum() + 0.5 * (s2 * along**2 / shrunk).sum())

    best = log_likelihood(found.speed_variance)
    for other in (0.0, 1e-5, 1e-4, 1e-3, 0.9 * found.speed_variance, 1.1 * found.speed_variance):
        assert log_likelihood(other) <= best + 1e-4


def test_a_variance_of_speed_of_nothing_has_no_error() -> None:
    generator = np.random.Generator(np.random.PCG64(3))
    found = fit_times(generator.normal(3.5, 0.4, (2000, 40)))
    assert found.speed_sd < 1e-3
    assert np.isnan(found.speed_sd_se)
