"""Comparison of models: R's answers, which models are nested, mixtures, and what is recommended."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import chdtrc

from naas_psych.irt import calibrate
from naas_psych.irt.fit.comparison import criteria, likelihood_ratio, mixture_p_value, nested
from naas_psych.irt.fit.recommendation import Candidate, Floor, recommend
from naas_psych.irt.refusal import Refused
from tests.irt.golden import golden, scores
from tests.irt.test_limited_information import fitted, made


@pytest.mark.parametrize("data", ["lsat7", "sat12_scored", "verbal_dich"])
def test_mirt_anova(shared: Path, data: str) -> None:
    results = golden(shared, data, "irt_mirt_dich")
    expected = results["lr_rasch_vs_2pl"]
    x = scores(shared, data)
    one, other = fitted(x, "rasch"), fitted(x, "2pl")
    found = likelihood_ratio(one, other)
    # its Rasch stops up to 1e-5 short of the maximum
    assert found.lr == pytest.approx(expected["X2"][1], abs=5e-5)
    assert found.df == expected["df"][1]
    assert found.p_value == pytest.approx(expected["p"][1], abs=1e-6)
    assert (found.boundary, found.penalised, found.reason) == (0, False, None)
    for fit, row in ((one, 0), (other, 1)):
        ours = criteria(fit)
        for name in ("aic", "bic", "sabic"):
            assert getattr(ours, name) == pytest.approx(expected[name.upper()][row], abs=5e-5)


def test_small_sample_criterion() -> None:
    x = made(100, (2,) * 6)
    fit = fitted(x, "2pl")
    assert criteria(fit).aicc == pytest.approx(fit.aic + 2 * 12 * 13 / 87)
    assert np.isnan(criteria(replace(fit, n=13.0)).aicc)


NESTED = [
    ((2,) * 6, "rasch", "2pl", True),
    ((2,) * 6, "1pl", "2pl", True),
    ((2,) * 6, "rasch", "1pl", False),
    ((2,) * 6, "rasch", "3pl", True),
    ((2,) * 6, "2pl", "4pl", True),
    ((2,) * 6, "2pl", "grm", False),
    ((2,) * 6, "2pl", "rasch", False),
    ((3,) * 6, "rsm", "pcm", True),
    ((3,) * 6, "rsm", "nominal", True),
    ((3,) * 6, "pcm", "gpcm", True),
    ((3,) * 6, "pcm", "grm", False),
    ((3,) * 6, "grm", "gpcm", False),
    ((3,) * 6, "gpcm", "grm", False),
    ((2, 3, 2, 3, 3), "pcm", "gpcm", True),
    ((2, 3, 2, 3, 3), "pcm", ["3pl", "gpcm", "2pl", "nominal", "pcm"], True),
    ((2, 2, 2, 3, 3), "grm", ["3pl", "3pl", "2pl", "grm", "grm"], True),
]


@pytest.mark.parametrize(("sizes", "one", "other", "expected"), NESTED)
def test_nested(sizes: tuple[int, ...], one: Any, other: Any, expected: bool) -> None:
    x = made(400, sizes)
    a, b = (calibrate(x, model, nodes=21, max_cycles=3) for model in (one, other))
    assert nested(a, b) is expected
    if not expected:
        with pytest.raises(Refused, match="special case"):
            likelihood_ratio(a, b)


def test_a_restriction_never_raises_the_likelihood() -> None:
    x = made(500, (3,) * 6)
    fits = [fitted(x, model) for model in ("rsm", "pcm", "gpcm", "nominal")]
    for one, other in pairwise(fits):
        found = likelihood_ratio(one, other)
        assert found.lr > 0
        assert found.df == other.n_parameters - one.n_parameters > 0


def test_asymptotes_stand_at_their_edge() -> None:
    x = made(1500, (2,) * 6)
    one, other = fitted(x, "2pl"), fitted(x, "3pl")
    found = likelihood_ratio(one, other)
    assert (found.boundary, found.df, found.penalised) == (6, 6, True)
    across = likelihood_ratio(fitted(x, "rasch"), other)
    assert (across.boundary, across.df) == (6, 11)


def test_mixture() -> None:
    assert mixture_p_value(2.7, df=1, boundary=1) == pytest.approx(0.5 * chdtrc(1, 2.7))
    expected = 0.25 * chdtrc(3, 4.0) + 0.5 * chdtrc(4, 4.0) + 0.25 * chdtrc(5, 4.0)
    assert mixture_p_value(4.0, df=5, boundary=2) == pytest.approx(expected)
    assert mixture_p_value(4.0, df=5, boundary=0) == pytest.approx(chdtrc(5, 4.0))
    assert mixture_p_value(-3.0, df=5, boundary=5) == 1.0
    assert mixture_p_value(60.0, df=1000, boundary=1000) == pytest.approx(1.0)


def test_mixture_by_simulation() -> None:
    """Independent normal estimates cut off at 0: the distance from the null is the mixture."""
    rng = np.random.Generator(np.random.PCG64(5))
    z = rng.normal(size=(200_000, 5))
    z[:, :3] = np.maximum(z[:, :3], 0.0)
    lr = (z**2).sum(axis=1)
    for line in (2.0, 5.0, 9.0):
        share = float((lr > line).mean())
        assert mixture_p_value(line, df=5, boundary=3) == pytest.approx(
            share, abs=4 * np.sqrt(share * (1 - share) / 200_000)
        )


def test_a_general_model_below_the_restricted_one_is_said() -> None:
    x = made(500, (2,) * 6)
    one, other = fitted(x, "rasch"), fitted(x, "2pl")
    short = replace(other, log_likelihood=one.log_likelihood - 1)
    found = likelihood_ratio(one, short)
    assert found.reason == "not_at_maximum"
    assert found.lr == pytest.approx(-2)
    assert np.isnan(found.p_value)


def test_other_scores_are_refused() -> None:
    x = made(500, (2,) * 6)
    with pytest.raises(Refused, match="same scores"):
        likelihood_ratio(fitted(x, "rasch"), fitted(x[:400], "2pl"))


FLOORS = {"rasch": Floor(100), "2pl": Floor(300), "3pl": Floor(1000), "grm": Floor(500, 5)}


def candidate(model: str, bic: float, rmsea: float = 0.03, *, converged: bool = True) -> Candidate:
    return Candidate(model=model, bic=bic, converged=converged, rmsea=rmsea)


def choose(candidates: list[Candidate], n: float = 600, fewest: float = 20) -> Any:
    return recommend(candidates, floors=FLOORS, n=n, fewest_in_category=fewest, rmsea_most=0.089)


def test_the_lowest_bic_among_what_the_sample_bears() -> None:
    found = choose([candidate("rasch", 110), candidate("2pl", 100), candidate("3pl", 90)])
    assert (found.model, found.why, found.fits) == ("2pl", "lowest_bic", True)
    assert [v.reason for v in found.verdicts] == [None, None, "too_few_persons"]


def test_fit_goes_before_bic() -> None:
    found = choose([candidate("rasch", 100, 0.12), candidate("2pl", 110, 0.05)])
    assert (found.model, found.why) == ("2pl", "lowest_bic_of_those_that_fit")
    none_fits = choose([candidate("rasch", 100, 0.12), candidate("2pl", 110, 0.10)])
    assert (none_fits.model, none_fits.why, none_fits.fits) == ("rasch", "lowest_bic", False)
    unknown = choose([candidate("rasch", 100, np.nan), candidate("2pl", 110, np.nan)])
    assert (unknown.model, unknown.why, unknown.fits) == ("rasch", "lowest_bic", None)


def test_what_cannot_be_borne() -> None:
    found = choose(
        [candidate("2pl", np.nan), candidate("rasch", 5, converged=False), candidate("grm", 4)],
        fewest=3,
    )
    assert found.model is None
    assert [v.reason for v in found.verdicts] == [
        "not_fitted",
        "not_converged",
        "sparse_categories",
    ]
    assert choose([candidate("rasch", 10), candidate("2pl", 9)], n=99).model is None
    only = choose([candidate("rasch", 10), candidate("2pl", 9)], n=299)
    assert (only.model, only.why) == ("rasch", "sole_bearable")
