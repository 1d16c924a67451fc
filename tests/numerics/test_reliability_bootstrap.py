"""Bootstrap: exact cross-products, the published BCa interval, the same bytes for any threads."""

from __future__ import annotations

import hashlib
import itertools
import os
import subprocess
import sys

import numpy as np
import pytest

from naas_psych.numerics.bootstrap import (
    acceleration,
    bca,
    bootstrap_interval,
    canonical_order,
    left_out_groups,
    resampled,
    seed_chunks,
    weighted_moments,
)
from naas_psych.numerics.coefficients import alpha
from naas_psych.numerics.consistency import COEFFICIENTS, Design, estimate
from naas_psych.numerics.moments import moments
from naas_psych.numerics.resample import Distributions, distributions
from tests.numerics.reliability_data import made


def test_sheet_value_of_bca() -> None:
    data = np.array([2, 3, 3, 5, 8, 9, 12, 20.0])
    rng = np.random.Generator(np.random.PCG64(2017))
    means = data[rng.integers(0, 8, size=(100_000, 8))].mean(axis=1)
    left = (data.sum() - data) / 7
    assert acceleration(left) == pytest.approx(0.060878, abs=5e-7)
    found = bca(float(data.mean()), means, left, level=0.95)
    assert (found.low, found.high) == (pytest.approx(4.75, abs=0.15), pytest.approx(12.9, abs=0.15))


def test_weighted_moments_are_those_of_the_repeated_persons() -> None:
    points = made(50, 7) * 3
    weights = np.random.Generator(np.random.PCG64(1)).integers(0, 4, (3, 50)).astype(np.int16)
    found = weighted_moments(points, weights)
    for b in range(3):
        again = moments(np.repeat(points, weights[b], axis=0))
        assert found.n[b] == again.n
        assert (found.products[b] == again.products).all()
        assert (found.sums[b] == again.sums).all()
        assert np.allclose(found.covariance[b], again.covariance, atol=1e-14)


def test_left_out_groups_are_persons_when_there_are_few() -> None:
    points = made(20, 4)
    found = left_out_groups(points)
    assert (found.products[3] == moments(np.delete(points, 3, axis=0)).products).all()


def test_a_bias_too_large_for_bca_is_reflected() -> None:
    values = np.linspace(1.1, 2.1, 1001)
    found = bootstrap_interval(1.0, values, np.arange(5.0), level=0.95)
    assert found.rule == "reflected"
    # The upper percentile reflects to .875; the interval still has to hold its own estimate.
    assert found.interval.high == 1.0
    assert found.interval.low == pytest.approx(2 - 2.075)


def test_every_bootstrap_interval_holds_its_estimate_and_none_passes_1() -> None:
    values = np.linspace(0.5, 0.95, 1001)
    above = bootstrap_interval(0.93, values, np.arange(5.0), level=0.95)
    assert above.rule == "reflected"
    assert above.interval.high == 1.0
    for level, value in itertools.product((0.5, 0.6, 0.95), np.linspace(0.4, 0.99, 30)):
        found = bootstrap_interval(value, values, np.arange(5.0), level=level).interval
        assert found.low <= value <= found.high <= 1.0


def distribution(threads: int, points: np.ndarray | None = None) -> Distributions:
    points = made(300, 10) if points is None else points
    m = moments(points)
    design = Design(True, (np.arange(5), np.arange(5, 10)), "covariance")
    found = estimate(m.covariance, float(m.mean.sum()), m.n, design=design)
    return distributions(points, found, design=design, replicates=300, seed=2017, threads=threads)


def digest(found: Distributions) -> str:
    parts = [found.bootstrap[k].tobytes() + found.jackknife[k].tobytes() for k in COEFFICIENTS]
    return hashlib.sha256(b"".join(parts)).hexdigest()


def test_same_bytes_for_any_number_of_threads() -> None:
    assert digest(distribution(1)) == digest(distribution(2)) == digest(distribution(5))


def test_order_of_persons_does_not_matter() -> None:
    points = made(300, 10)
    turned = points[np.random.Generator(np.random.PCG64(9)).permutation(300)]
    assert (
        turned[canonical_order(turned, seed=1)] == points[canonical_order(points, seed=1)]
    ).all()
    assert digest(distribution(1, points)) == digest(distribution(1, turned))


@pytest.mark.parametrize("threads", ["1", "2"])
def test_same_bytes_for_any_number_of_blas_threads(threads: str) -> None:
    code = (
        "from tests.numerics.test_reliability_bootstrap import *; "
        "from tests.numerics.reliability_data import made; "
        "print(digest(distribution(2)))"
    )
    out = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "OPENBLAS_NUM_THREADS": threads, "OMP_NUM_THREADS": threads},
        capture_output=True,
        text=True,
        check=True,
    )
    assert out.stdout.strip() == digest(distribution(1))


def test_replicates_follow_from_the_seed_not_the_chunk() -> None:
    points = made(60, 5)
    seeds = [s for chunk in seed_chunks(points, replicates=7, seed=3) for s in chunk]
    together = resampled(points, seeds).products
    alone = np.concatenate([resampled(points, [s]).products for s in seeds])
    assert (together == alone).all()


def test_bootstrap_of_alpha_has_the_spread_of_feldt() -> None:
    found = distribution(1).bootstrap["alpha"]
    assert np.isfinite(found).all()
    assert 0.5 < found.std() / (2 * (1 - found.mean()) / np.sqrt(2 * 300)) < 2.0


@pytest.mark.slow
def test_coverage_of_the_alpha_intervals() -> None:
    """95 % intervals hold the population value in 95 % of samples, within 3 standard errors."""
    from naas_psych.numerics.alpha_intervals import feldt

    truth = float(alpha(moments(made(400_000, 8, seed=0)).covariance[None])[0])
    hits = {"feldt": 0, "bca": 0}
    runs = 400
    population = made(400_000, 8, seed=0)
    rng = np.random.Generator(np.random.PCG64(7))
    for k in range(runs):
        points = population[rng.integers(0, len(population), 200)]
        value = float(alpha(moments(points).covariance[None])[0])
        limits = feldt(value, n=200, n_items=8, level=0.95)
        hits["feldt"] += limits.low <= truth <= limits.high
        seeds = np.random.SeedSequence(k).spawn(500)
        boot = alpha(resampled(points, list(seeds)).covariance)
        limits = bca(value, boot, alpha(left_out_groups(points).covariance), level=0.95)
        hits["bca"] += limits.low <= truth <= limits.high
    for hit in hits.values():
        assert abs(hit / runs - 0.95) < 3 * np.sqrt(0.95 * 0.05 / runs)
