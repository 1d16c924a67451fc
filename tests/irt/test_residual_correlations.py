"""Q3 and LD X2 against mirt and the method sheet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.fit.local_dependence import local_dependence
from naas_psych.irt.fit.residual_correlations import residual_correlations
from tests.irt.fit_cases import CASES, data_b, fitted, made_up
from tests.irt.golden import golden, numbers, scores

#: The rating scale model has no other fit statistics in R.
PAIRS = [*CASES, *[(d, "irt_mirt_poly", "rsm") for d in ("science", "verbal_poly")]]


@pytest.mark.parametrize("case", PAIRS, ids=lambda case: f"{case[0]}-{case[2]}")
def test_agrees_with_mirt(shared: Path, case: tuple[str, str, str]) -> None:
    data, file, model = case
    results = golden(shared, data, file)
    q3, ld = numbers(results[f"{model}.Q3"]), numbers(results[f"{model}.LD"])
    x, fit = scores(shared, data), fitted(shared, *case)
    # R's own answers are a little off the maximum, most so on verbal's Rasch model.
    np.testing.assert_allclose(residual_correlations(fit, x).q3, q3, atol=5e-5)
    ours = local_dependence(fit, x)
    below, above = np.tril_indices(len(ld), -1), np.triu_indices(len(ld), 1)
    np.testing.assert_allclose(ours.v[above], ld[above], atol=1e-4)
    np.testing.assert_allclose(ours.x2[below], np.abs(ld[below]), atol=5e-3, rtol=1e-3)


def test_method_sheet() -> None:
    fit = calibrate(data_b(), "2pl", nodes=61)
    q3 = residual_correlations(fit, data_b())
    want = [
        -0.2185,
        -0.1495,
        -0.1560,
        -0.0890,
        -0.0519,
        -0.2168,
        -0.3165,
        -0.0216,
        -0.1352,
        -0.1305,
    ]
    np.testing.assert_allclose(q3.q3[np.triu_indices(5, 1)], want, atol=1e-4)
    assert q3.mean == pytest.approx(-0.14855, abs=5e-5)
    assert q3.adjusted[0, 1] == pytest.approx(-0.2185 + 0.14855, abs=1e-4)
    ld = local_dependence(fit, data_b())
    assert ld.x2[0, 2] == pytest.approx(3.1995, abs=5e-4)
    assert ld.v[0, 2] == pytest.approx(-0.0676, abs=1e-4)
    assert (ld.x2[1, 2], ld.v[1, 2]) == pytest.approx((1.3709, 0.0443), abs=5e-4)


def test_two_items_that_share_more() -> None:
    x = made_up(2000, 12)
    rng = np.random.default_rng(4)
    x[:, 7] = np.where(rng.random(2000) < 0.4, x[:, 2], x[:, 7])
    fit = calibrate(x, "2pl")
    adjusted, ld = residual_correlations(fit, x).adjusted, local_dependence(fit, x)
    assert adjusted[2, 7] > 0.2
    assert np.nanmax(adjusted) == adjusted[2, 7] == adjusted[7, 2]
    assert ld.standardised[2, 7] > 10 and ld.v[2, 7] > 0


def test_absent_scores_are_left_out_by_pairs() -> None:
    x = made_up(900, 7).astype(int)
    x[:300, 0] = -1
    x[300:600, 1] = -1
    x[:, 4] = 1
    fit = calibrate(x, "2pl")
    q3, ld = residual_correlations(fit, x), local_dependence(fit, x)
    assert q3.n[0, 1] == ld.n[0, 1] == 300
    assert q3.n[0, 2] == 600
    assert np.isnan(q3.q3[4]).all() and np.isnan(ld.x2[:, 4]).all()
    np.testing.assert_allclose(q3.q3, q3.q3.T)
    x[300:600, 0] = -1
    x[600:, 1] = -1
    assert np.isnan(residual_correlations(fit, x).q3[0, 1])
    assert np.isnan(local_dependence(fit, x).x2[0, 1])


def test_order_of_persons_does_not_matter() -> None:
    x = made_up(3000, 9, categories=3)
    fit = calibrate(x, "gpcm")
    turned = residual_correlations(fit, x[::-1])
    np.testing.assert_allclose(turned.q3, residual_correlations(fit, x).q3, atol=1e-12)
    np.testing.assert_array_equal(local_dependence(fit, x[::-1]).x2, local_dependence(fit, x).x2)
