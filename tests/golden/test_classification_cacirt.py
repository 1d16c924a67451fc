"""Outcomes by a response model, beside cacIRT 1.4 on its own item parameters and abilities.

cacIRT's class.Lee makes the distribution of the total with a slope of 1.7 a whatever D it is given,
and compares the cut with the expected total at D; class.Rud with a quadrature has 1.7 too, so that
the golden files hold another form of it (Rud.D). Lee's numbers are met from such a mixture.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from naas_psych.irt.classification.lee import Reaching, reaching_at
from naas_psych.irt.classification.rudner import rudner
from naas_psych.irt.scores.score_distribution import score_distribution
from naas_psych.numerics.classification.crossed import Crossed
from tests.irt.golden import golden, numbers, scores

CASES = {
    "lsat7": {"cut_3": [3], "cut_4": [4], "cut_2_4": [2, 4]},
    "sat12_scored": {"cut_16": [16], "cut_22": [22], "cut_14_22": [14, 22]},
    "verbal_dich": {"cut_8": [8], "cut_16": [16], "cut_8_16": [8, 16]},
}
ALL = [(data, name, cuts) for data, of in CASES.items() for name, cuts in of.items()]
Floats = NDArray[np.float64]


def _p(items: Floats, theta: Floats, *, scale: float = 1.0) -> Floats:
    a, b = items[:, 0, None], items[:, 1, None]
    right = 1 / (1 + np.exp(-scale * a * (theta - b)))
    return np.stack([1 - right, right], axis=1)


def _se(items: Floats, theta: Floats) -> Floats:
    right = _p(items, theta)[:, 1]
    information = (items[:, 0, None] ** 2 * right * (1 - right)).sum(axis=0)
    return np.asarray(1 / np.sqrt(information))


def _quadrature() -> tuple[Floats, Floats]:
    theta = np.linspace(-4, 4, 41)
    weight = np.exp(-(theta**2) / 2)
    return theta, weight / weight.sum()


def _eap(items: Floats, answers: NDArray[np.int64]) -> tuple[Floats, Floats]:
    """EAP and its error as mirt has them: 61 nodes from -6 to 6."""
    theta = np.linspace(-6, 6, 61)
    log_p = np.log(_p(items, theta))
    log_post = answers @ log_p[:, 1] + (1 - answers) @ log_p[:, 0] - theta**2 / 2
    post = np.exp(log_post - log_post.max(axis=1, keepdims=True))
    post /= post.sum(axis=1, keepdims=True)
    mean = post @ theta
    return mean, np.sqrt((post * (theta - mean[:, None]) ** 2).sum(axis=1))


def _marginal(found: Crossed | Reaching, cuts: list[int]) -> Floats:
    """Rows (accuracy, consistency): each cut, then all at once where there are several."""
    if isinstance(found, Reaching):
        each = found.each()
        rows = list(zip(each.accurate.tolist(), each.consistent.tolist(), strict=True))
        whole = found.crossed()
    else:
        parts = [found.at(k) for k in range(len(cuts))]
        rows = [(float(part.accurate), float(part.consistent)) for part in parts]
        whole = found
    return np.array([*rows, (float(whole.accurate), float(whole.consistent))][: _rows(cuts)])


def _rows(cuts: list[int]) -> int:
    return 1 if len(cuts) == 1 else len(cuts) + 1


def _theirs(results: dict[str, Any], name: str, method: str) -> Floats:
    return numbers(results[f"{name}.{method}"]["Marginal"])


def _items(results: dict[str, Any]) -> Floats:
    return numbers(results["ip"])


@pytest.mark.parametrize("data", CASES)
def test_distribution_of_the_total(shared: Path, data: str) -> None:
    results = golden(shared, data, "classification")
    ours = score_distribution(_p(_items(results), np.arange(-2.0, 3.0))).T
    np.testing.assert_allclose(ours, numbers(results["recursive_raw"]), atol=1e-12)


def _lee(items: Floats, theta: Floats, weight: Floats, cuts: list[int]) -> Reaching:
    distribution = score_distribution(_p(items, theta, scale=1.7))
    expected = _p(items, theta)[:, 1].sum(axis=0)
    return reaching_at(distribution, expected, weight, cuts=cuts)


@pytest.mark.parametrize(("data", "name", "cuts"), ALL)
def test_lee(shared: Path, data: str, name: str, cuts: list[int]) -> None:
    results = golden(shared, data, "classification")
    items = _items(results)
    by_density = _marginal(_lee(items, *_quadrature(), cuts), cuts)
    np.testing.assert_allclose(by_density, _theirs(results, name, "Lee_D"), atol=1e-9)
    theta, _ = _eap(items, scores(shared, data))
    # The last digit is that of the nodes: mirt may have other ones for scores.
    np.testing.assert_allclose(theta[:20], results["theta_first20"], atol=3e-6)
    weight = np.full(theta.size, 1 / theta.size)
    by_persons = _marginal(_lee(items, theta, weight, cuts), cuts)
    np.testing.assert_allclose(by_persons, _theirs(results, name, "Lee_P"), atol=1e-6)


@pytest.mark.parametrize(("data", "name", "cuts"), ALL)
def test_rudner(shared: Path, data: str, name: str, cuts: list[int]) -> None:
    results = golden(shared, data, "classification")
    items, at = _items(results), np.atleast_1d(results[f"{name}.cut_theta"])
    theta, se = _eap(items, scores(shared, data))
    asked = {"Rudner_P": se, "Rudner_P_info_se": _se(items, theta)}
    for method, error in asked.items():
        ours = _marginal(rudner(theta, error, at).crossed(), cuts)
        np.testing.assert_allclose(ours, _theirs(results, name, method), atol=1e-6)


@pytest.mark.parametrize(("data", "name", "cuts"), ALL)
def test_rudner_over_the_density(shared: Path, data: str, name: str, cuts: list[int]) -> None:
    results = golden(shared, data, "classification")
    theta, weight = _quadrature()
    terms = rudner(theta, _se(_items(results), theta), results[f"{name}.cut_theta"]).terms()
    right, again = np.einsum("n,nijk->ijk", weight, terms)
    ours = _marginal(Crossed(right, again), cuts)
    np.testing.assert_allclose(ours, _theirs(results, name, "Rudner_D"), atol=1e-9)
