"""M2, M2* and C2: every pattern enumerated, mirt's answers, identities, booklets and refusals."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy.special import logit

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.fit.fit_indices import cfi, non_centrality, rmsea, tli
from naas_psych.irt.fit.limited_information import GlobalFit, limited_information
from naas_psych.irt.grid import Grid, normal_log_weight
from naas_psych.irt.model import parameter_scores, probabilities
from naas_psych.irt.priors import Prior
from naas_psych.irt.refusal import Refused
from tests.irt.golden import golden, numbers, scores
from tests.irt.moment_tables import over_all_patterns, written_out

ANALYSIS = {"science": "irt_mirt_poly", "verbal_poly": "irt_mirt_poly"}
#: Name here, in mirt's table.
INDICES = [("rmsea", "RMSEA"), ("srmsr", "SRMSR"), ("tli", "TLI"), ("cfi", "CFI")]


def made(
    n: int, sizes: tuple[int, ...], seed: int = 1, *, equal: bool = False
) -> np.ndarray[Any, Any]:
    """Scores from a graded model."""
    rng = np.random.Generator(np.random.PCG64(seed))
    theta = rng.normal(size=n)
    columns = []
    for k in sizes:
        cuts = np.sort(rng.normal(size=k - 1))
        slope = 1.2 if equal else rng.lognormal(0, 0.4)
        latent = slope * theta + rng.logistic(size=n)
        columns.append((latent[:, None] > cuts).sum(axis=1))
    return np.column_stack(columns)


def fitted(x: Any, model: Any, **more: Any) -> Calibration:
    fit = calibrate(x, model, nodes=61, tolerance=1e-7, relative=1e-10, **more)
    assert isinstance(fit, Calibration)
    return fit


BINARY = (2,) * 6
CASES = [
    *[(BINARY, m, "M2") for m in ("rasch", "1pl", "2pl", "3pl")],
    *[((3,) * 6, m, s) for m in ("grm", "gpcm", "pcm", "rsm", "nominal") for s in ("M2*", "C2")],
    ((2, 3, 2, 4, 3), ["2pl", "grm", "rasch", "gpcm", "gpcm"], "C2"),
    ((2, 3, 2, 4, 3, 3), ["2pl", "grm", "rasch", "gpcm", "gpcm", "pcm"], "M2*"),
]


@pytest.mark.parametrize(("sizes", "model", "statistic"), CASES)
def test_is_what_all_patterns_say(sizes: tuple[int, ...], model: Any, statistic: Any) -> None:
    x = made(900, sizes)
    # Far from the maximum as well, so that no term hides behind a residual of 0
    for fit in (fitted(x, model), calibrate(x, model, nodes=41, max_cycles=1)):
        found = limited_information(fit, x, statistic=statistic)
        # nominal items and M2*: 21 moments, 24 parameters
        if found.df <= 0:
            assert found.reason == "no_degrees_of_freedom"
            assert np.isnan(found.value)
            continue
        # the differences that stand for derivatives there are right to 1e-9 or so of a moment
        assert found.value == pytest.approx(over_all_patterns(fit, x, statistic), rel=1e-5)


def right(shared: Path, data: str, model: str, statistic: str) -> tuple[Any, Any]:
    results = golden(shared, data, ANALYSIS.get(data, "irt_mirt_dich"))
    name = "C2" if statistic == "C2" else "M2"
    return results[f"{model}.{name}"], results


@pytest.mark.parametrize(
    ("data", "model", "statistic"),
    [
        *[(data, "2pl", "M2") for data in ("lsat7", "sat12_scored", "verbal_dich")],
        ("science", "grm", "C2"),
        ("verbal_poly", "grm", "C2"),
        ("verbal_poly", "grm", "M2*"),
    ],
)
def test_mirt(shared: Path, data: str, model: str, statistic: Any) -> None:
    expected, _ = right(shared, data, model, statistic)
    x = scores(shared, data)
    found = limited_information(fitted(x, model), x, statistic=statistic)
    agree(found, expected, null=statistic != "M2*")
    assert found.value == pytest.approx(expected["M2"][0], abs=1e-2)


def agree(found: GlobalFit, expected: dict[str, Any], *, null: bool) -> None:
    """Indices and interval; mirt's interval divides by n, its RMSEA by n - 1."""
    assert found.df == expected["df"][0]
    assert found.p_value == pytest.approx(expected["p"][0], abs=1e-6)
    for ours, theirs in INDICES if null else INDICES[:2]:
        assert getattr(found, ours) == pytest.approx(expected[theirs][0], abs=2e-5), ours
    shrink = np.sqrt((found.n - 1) / found.n)
    assert found.rmsea_low * shrink == pytest.approx(expected["RMSEA_5"][0], abs=2e-5)
    assert found.rmsea_high * shrink == pytest.approx(expected["RMSEA_95"][0], abs=2e-5)


@pytest.mark.parametrize("data", ["sat12_scored", "verbal_dich"])
def test_mirt_with_a_prior_on_guessing(shared: Path, data: str) -> None:
    """Its derivatives in a and d are a 2PL's, theta PQ and PQ, with a P that has guessing."""
    results = golden(shared, data, "irt_mirt_3pl")
    expected, items = results["3pl_prior.M2"], results["3pl_prior.coef"]["items"]
    x = scores(shared, data)
    fit = fitted(x, "3pl", priors={"c": Prior("normal", -1.5, 0.5)})
    # mirt stopped at 1e-5 there, up to .002 short of the maximum: compare at its own parameters
    at = dict(zip(items["cols"], numbers(items).T, strict=True))
    fit = replace(fit, x=np.column_stack([at["a1"], at["d"], logit(at["g"])]).ravel())
    theta, p = fit.grid.theta, probabilities(fit.model, fit.x, fit.grid.theta)[:, 1]

    def slip(jacobian: Any, e: Any) -> Any:
        by_item = np.stack([theta * p * (1 - p), p * (1 - p), 1 - p], axis=1)
        return jacobian + from_scores(by_item - true_slopes(fit), fit.model.where, e)

    assert written_out(fit, x, "M2", slip) == pytest.approx(expected["M2"][0], abs=1e-2)
    found = limited_information(fit, x)
    assert found.df == expected["df"][0]
    assert found.srmsr == pytest.approx(expected["SRMSR"][0], abs=1e-5)


def true_slopes(fit: Calibration) -> Any:
    """(J, p, Q) derivative of the expected score."""
    p = probabilities(fit.model, fit.x, fit.grid.theta)
    in_each = parameter_scores(fit.model, fit.x, fit.grid.theta) * p[:, None]
    return np.tensordot(in_each, np.arange(p.shape[1]), axes=(2, 0))


def from_scores(by_item: Any, where: Any, e: Any, *, univariate: bool = True) -> Any:
    """Jacobian of mean scores (where `univariate`) and products from slopes (J, p, Q)."""
    found = np.zeros((e.n_moments, int(where.max()) + 1))
    # Other programs' moments are not centred: only together with the means is that the same.
    other = e.mean if univariate else e.mean + e.centre[:, None]
    for j, places in enumerate(where):
        moved = by_item[j] * e.weight
        if univariate:
            found[j, places] = moved.sum(axis=1)
        for row, pair in enumerate(zip(*e.pairs, strict=True), start=e.item.size):
            if j in pair:
                found[row, places] = moved @ other[sum(pair) - j]
    return found


def drop_spread(jacobian: Any, expected: Any) -> Any:
    """mirt counts the variance of theta among the parameters, and leaves it out of the Jacobian."""
    return jacobian[:, :-1]


@pytest.mark.parametrize("data", ["lsat7", "sat12_scored", "verbal_dich"])
def test_mirt_rasch(shared: Path, data: str) -> None:
    expected, results = right(shared, data, "rasch", "M2")
    x = scores(shared, data)
    fit = at_mirts_answer(fitted(x, "rasch"), results)
    assert written_out(fit, x, "M2", drop_spread) == pytest.approx(expected["M2"][0], abs=1e-3)
    # With that column, as theory has it: 4e-6, 1.3e-5 and 3e-5 of the value less
    found = limited_information(fitted(x, "rasch"), x)
    assert found.value == pytest.approx(expected["M2"][0], rel=6e-5)
    agree_loosely = {"rmsea": 5e-6, "srmsr": 3e-6, "tli": 3e-5, "cfi": 3e-5}
    for ours, theirs in INDICES:
        assert getattr(found, ours) == pytest.approx(expected[theirs][0], abs=agree_loosely[ours])


def at_mirts_answer(fit: Calibration, results: dict[str, Any]) -> Calibration:
    """Its EM stops 1e-5 short in the log-likelihood, which is worth 0.1 in M2."""
    coefficients = results["rasch.coef"]
    items = dict(zip(coefficients["items"]["cols"], numbers(coefficients["items"]).T, strict=True))
    variance = numbers(coefficients["cov"])[0, 0]
    weight = normal_log_weight(fit.grid.theta, np.zeros(1), np.array([np.sqrt(variance)]))
    return replace(
        fit, x=items["d"], grid=Grid(fit.grid.theta, weight), group_sd=np.sqrt([variance])
    )


def test_rasch_is_the_1pl(shared: Path) -> None:
    x = scores(shared, "sat12_scored")
    one, other = (limited_information(fitted(x, m), x) for m in ("rasch", "1pl"))
    assert one.value == pytest.approx(other.value, abs=2e-3)
    assert one.df == other.df


@pytest.mark.parametrize(
    ("data", "statistic"), [("science", "C2"), ("verbal_poly", "C2"), ("verbal_poly", "M2*")]
)
def test_mirt_partial_credit(shared: Path, data: str, statistic: str) -> None:
    expected, _ = right(shared, data, "pcm", statistic)
    x = scores(shared, data)
    fit = fitted(x, "pcm")
    assert written_out(fit, x, statistic, drop_spread) == pytest.approx(expected["M2"][0], abs=2e-2)


@pytest.mark.parametrize(
    ("data", "statistic"), [("science", "C2"), ("verbal_poly", "C2"), ("verbal_poly", "M2*")]
)
def test_mirt_generalised_partial_credit(shared: Path, data: str, statistic: str) -> None:
    """Its derivative of the expected score in a forgets to divide by the sum of numerators."""
    expected, _ = right(shared, data, "gpcm", statistic)
    x = scores(shared, data)
    fit = fitted(x, "gpcm")
    p = probabilities(fit.model, fit.x, fit.grid.theta)
    assert found_by_us(fit, x, statistic) == pytest.approx(written_out(fit, x, statistic))

    def slip(jacobian: Any, e: Any) -> Any:
        # numerators there are relative to the largest of them
        sum_of_numerators = 1 / p.max(axis=1)
        score = e.mean + e.centre[:, None]
        off = np.zeros_like(true_slopes(fit))
        off[:, 0] = fit.grid.theta * score**2 * (1 - sum_of_numerators)
        return jacobian + from_scores(off, fit.model.where, e, univariate=statistic == "M2*")

    assert written_out(fit, x, statistic, slip) == pytest.approx(expected["M2"][0], abs=1e-2)


def found_by_us(fit: Calibration, x: Any, statistic: Any) -> float:
    return limited_information(fit, x, statistic=statistic).value


def test_check_values_of_the_method_sheet() -> None:
    reference = "30 2 16 2 10 1 10 0 8 1 8 3 1 2 11 2 28 7 22 13 8 4 15 3 25 8 30 35 13 7 29 46"
    focal = "31 4 19 2 9 1 2 4 9 0 8 4 6 0 4 1 39 2 28 8 4 1 4 5 11 13 24 20 6 4 15 12"
    counts = sum(np.array(text.split(), dtype=int) for text in (reference, focal))
    patterns = np.array([[int(c) for c in f"{i:05b}"] for i in range(32)])
    found = limited_information(fitted(patterns, "2pl", weights=counts), patterns, weights=counts)
    assert found.n == 700
    assert found.df == 5
    assert found.value == pytest.approx(10.5964, abs=5e-4)
    assert (found.rmsea, found.srmsr) == pytest.approx((0.04002, 0.03151), abs=1e-5)
    assert (found.tli, found.cfi) == pytest.approx((0.95994, 0.97997), abs=1e-5)
    assert found.null_value == pytest.approx(289.386, abs=5e-4)


def test_m2_star_without_degrees_of_freedom_names_c2() -> None:
    x = made(800, (3, 3, 3, 3))
    found = limited_information(fitted(x, "grm"), x, statistic="M2*")
    assert (found.reason, found.alternative) == ("no_degrees_of_freedom", "C2")
    assert np.isnan([found.value, found.p_value, found.rmsea, found.rmsea_low, found.tli]).all()
    assert found.srmsr > 0
    few = made(800, (2, 2, 2))
    none = limited_information(fitted(few, "2pl"), few)
    assert (none.df, none.reason, none.alternative) == (0, "no_degrees_of_freedom", None)


def test_null_model_is_independence() -> None:
    """Its statistic, written out for a model whose slopes are all but 0."""
    x = made(500, (3,) * 5)
    fit = fitted(x, "nominal")
    chosen = limited_information(fit, x)
    independent = np.log(np.array([np.bincount(c, minlength=3) for c in x.T]) / len(x))
    flat = fit.x.copy()
    flat[fit.model.where] = np.hstack([np.zeros((5, 2)), independent[:, 1:] - independent[:, :1]])

    def margins(jacobian: Any, e: Any) -> Any:
        return jacobian[:, fit.model.where[:, 2:].ravel()]

    null = written_out(replace(fit, x=flat), x, "C2", margins)
    assert chosen.null_value == pytest.approx(null, rel=1e-9)
    assert chosen.null_df == 10


def test_order_of_persons_and_items_does_not_matter() -> None:
    x = made(600, (2, 3, 2, 3, 3))
    fit = fitted(x, ["2pl", "grm", "2pl", "gpcm", "grm"])
    here = limited_information(fit, x)
    backwards = limited_information(fit, x[::-1])
    assert backwards.value == pytest.approx(here.value, rel=1e-12)
    turned = x[:, ::-1]
    other = fitted(turned, ["grm", "gpcm", "2pl", "grm", "2pl"])
    assert limited_information(other, turned).value == pytest.approx(here.value, rel=1e-5)


def test_weights_count_persons() -> None:
    x = made(300, BINARY)
    weight = np.arange(300) % 3
    twice = np.repeat(x, weight, axis=0)
    fit = fitted(twice, "2pl")
    one, other = limited_information(fit, x, weights=weight), limited_information(fit, twice)
    assert one.n == other.n == 300
    assert one.value == pytest.approx(other.value, rel=1e-9)
    assert one.srmsr == pytest.approx(other.srmsr, rel=1e-9)


def test_chi_square_when_the_model_is_true() -> None:
    values = []
    for seed in range(60):
        x = made(800, (2,) * 8, seed, equal=True)
        found = limited_information(calibrate(x, "rasch", nodes=41), x)
        values.append(found.value)
    assert found.df == 27
    # standard error of the mean of 60: sqrt(2 df / 60)
    assert np.mean(values) == pytest.approx(27, abs=3 * np.sqrt(2 * 27 / 60))


def test_nearly_everybody_in_one_booklet() -> None:
    x = made(1000, BINARY)
    x[:40, 2] = -1
    fit = fitted(x, "2pl")
    found = limited_information(fit, x)
    assert (found.n, found.n_left_out, found.booklets) == (960, 40, 1)
    assert found.value == pytest.approx(limited_information(fit, x[40:]).value, rel=1e-12)


def test_two_booklets_add_up() -> None:
    x = made(3000, (2,) * 9, equal=True)
    x[:1500, 6:] = -1
    x[1500:, :3] = -1
    x[-1] = -1
    found = limited_information(fitted(x, "rasch"), x)
    assert (found.n, found.n_left_out, found.booklets) == (2999, 0, 2)
    assert found.df == 2 * 21 - 10
    assert found.value == pytest.approx(found.df, abs=4 * np.sqrt(2 * found.df))
    assert found.null_df == 30


def test_groups_add_up() -> None:
    x = made(2000, BINARY, equal=True)
    group = np.arange(2000) % 2
    fit = fitted(x, "2pl", groups=group)
    found = limited_information(fit, x, groups=group)
    assert found.df == 2 * 21 - 14
    assert found.value == pytest.approx(found.df, abs=4 * np.sqrt(2 * found.df))
    with pytest.raises(Refused, match="which group"):
        limited_information(fit, x)


def test_scattered_absence_is_refused() -> None:
    x = made(500, BINARY)
    x[np.arange(500), np.arange(500) % 6] = -1
    with pytest.raises(Refused, match="84 of 500 persons") as error:
        limited_information(fitted(x, "2pl"), x)
    assert error.value.code == "incomplete_data"


def test_m2_is_for_right_wrong_items() -> None:
    x = made(300, (3,) * 6)
    with pytest.raises(Refused, match="use C2"):
        limited_information(fitted(x, "grm"), x, statistic="M2")


def test_an_item_without_variance_is_left_out() -> None:
    x = made(400, BINARY)
    with_constant = np.column_stack([x, np.ones(400, int)])
    one = limited_information(fitted(with_constant, "2pl"), with_constant)
    assert one.value == pytest.approx(limited_information(fitted(x, "2pl"), x).value, rel=1e-9)


@pytest.mark.parametrize(("value", "df"), [(3.0, 5), (11.9, 5), (684.0, 464), (23524.3, 1769)])
def test_interval_inverts_the_non_central_chi_square(value: float, df: int) -> None:
    from scipy.stats import ncx2

    found = rmsea(value, df=df, n=1000)
    for limit, below in ((found.low, 0.95), (found.high, 0.05)):
        if limit > 0:
            assert ncx2.cdf(value, df, limit**2 * df * 999) == pytest.approx(below, abs=1e-6)
    assert found.low <= found.rmsea <= found.high or found.rmsea == 0


def test_large_non_centralities_join_on() -> None:
    below, above = (non_centrality(v, df=1770, below=0.5) for v in (1.01e5, 1.03e5))
    assert above - below == pytest.approx(2000, rel=1e-3)


def test_indices_where_undefined_or_beyond_their_range() -> None:
    assert np.isnan(tli(3.0, df=0, null_value=90, null_df=10))
    assert np.isnan(cfi(3.0, df=5, null_value=9, null_df=10))
    assert cfi(3.0, df=5, null_value=90, null_df=10) == 1.0
    assert tli(3.0, df=5, null_value=90, null_df=10) == 1.0
    assert np.isnan(rmsea(np.nan, df=4, n=100).rmsea)
