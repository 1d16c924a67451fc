"""Regressions of groups and covariates against R, and identities."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from naas_psych.numerics.regression import effects, fits, ordinal, random_linear, random_logistic
from naas_psych.numerics.regression.robust import spread
from tests.numerics.regression_data import N, world

#: The data of `save` in R: d <- read.csv(path); d$post <- factor(d$post).
W = world()
#: R prints ten digits.
CLOSE = 1e-8


def test_errors_of_means_and_least_squares_are_those_of_clubsandwich() -> None:
    # linear_contrast(lm(score ~ focal), vcovCR(., cluster = site, type = "CR2"), c(0, 1))
    plain = effects.mean_difference(W.score, W.focal, W.site)
    assert plain.value == pytest.approx(-2.57923564, rel=CLOSE)
    assert plain.se == pytest.approx(0.8860952854, rel=CLOSE)
    assert plain.df == pytest.approx(5.088129806, rel=CLOSE)
    # lm(score ~ years + post + focal), the same; then each person a cluster
    adjusted = effects.adjusted_mean_difference(W.score, W.focal, W.others, W.site)
    assert adjusted.value == pytest.approx(-2.523291054, rel=CLOSE)
    assert adjusted.se == pytest.approx(0.473333601, rel=CLOSE)
    assert adjusted.df == pytest.approx(5.131040005, rel=CLOSE)
    alone = effects.adjusted_mean_difference(W.score, W.focal, W.others, None)
    assert alone.se == pytest.approx(0.9909902142, rel=CLOSE)
    assert alone.df == pytest.approx(123.6617431, rel=CLOSE)


def test_average_marginal_effect_is_that_of_glm_with_clubsandwich() -> None:
    # glm(met ~ years + post + focal, binomial); mean(p1 - p0), and linear_contrast of its gradient
    found = effects.adjusted_rate_difference(W.met, W.focal, W.others, W.site)
    assert found is not None
    assert found.method == "logistic"
    assert found.value == pytest.approx(-0.203340727, rel=CLOSE)
    # f <- lm(sqrt(w) z ~ 0 + sqrt(w) X), w and z of g; linear_contrast of f by site, as above ...
    assert found.se == pytest.approx(0.04741640938, rel=CLOSE)
    assert found.df == pytest.approx(5.024099415, rel=CLOSE)
    # ... and of g itself, which adjusts before whitening:
    assert found.se == pytest.approx(0.04729878044, rel=0.005)
    assert found.log_odds == pytest.approx(-1.003260988, rel=CLOSE)
    assert found.log_odds_se == pytest.approx(0.2677975519, rel=CLOSE)
    # The errors HC2 of vcovHC for g, each person by itself:
    alone = effects.adjusted_rate_difference(W.met, W.focal, W.others, None)
    assert alone is not None
    assert alone.se == pytest.approx(0.0662512468, rel=1e-6)


def test_proportional_odds_are_those_of_polr_with_sandwich() -> None:
    # polr(o ~ years + post + focal, reltol = 1e-15); vcovCL(., cluster = site, type = "HC0")
    found = ordinal.ordered_differences(W.ordered, W.focal, W.others[:, 1:], W.site)
    assert found is not None
    assert [one.value for one in found] == pytest.approx([-0.1623055988, -0.125019316], rel=1e-5)
    assert [one.se for one in found] == pytest.approx([0.02285153732, 0.025920954], rel=1e-5)
    assert found[0].log_odds == pytest.approx(-0.8290829429, rel=1e-6)
    assert found[0].log_odds_se == pytest.approx(0.1128823421, rel=1e-5)


def test_random_sites_are_those_of_lme4() -> None:
    # lmer(score ~ years + post + focal + (1 | site))
    linear = random_linear.random_site_mean_difference(W.score, W.focal, W.others, W.site)
    assert linear.value == pytest.approx(-2.746178084, rel=1e-6)
    assert linear.se == pytest.approx(0.9393950644, rel=1e-6)
    # glmer(met ~ years + post + focal + (1 | site), binomial, nAGQ = 15)
    x = np.column_stack([W.others, W.focal])
    fit = random_logistic.random_logistic(W.met, x, W.site)
    assert fit is not None
    known = [-1.249091178, 0.4601543023, -0.2502469939, 0.03463914383, -1.006613584]
    assert fit.coefficients == pytest.approx(known, rel=1e-4, abs=1e-5)
    assert fit.log_likelihood == pytest.approx(-120.3064198, abs=1e-6)
    # The likelihood is as flat here as sd = .09 suggests: lme4 and we stop 1e-5 apart.
    assert fit.sd == pytest.approx(0.08996101426, abs=5e-4)
    # mean difference in probability, integrated over sites with `integrate`
    ame = random_logistic.random_site_rate_difference(W.met, W.focal, W.others, W.site)
    assert ame is not None
    assert ame.value == pytest.approx(-0.2036517158, rel=1e-5)


def test_firth_solves_a_separated_table() -> None:
    # Nobody at 1 fails: 2 of 3 against 4 of 4. Newton on the modified score in R gives these; a
    # saturated model adds 1/2 to each cell: log(2.5 / 1.5) and log(4.5 / .5) less that.
    x = np.column_stack([np.ones(7), [0, 0, 0, 1, 1, 1, 1]])
    y = np.array([0, 1, 1, 1, 1, 1, 1.0])
    assert fits.logistic(y, x) is None
    fit = fits.firth(y, x)
    assert fit is not None
    assert fit.coefficients == pytest.approx([np.log(2.5 / 1.5), np.log(9) - np.log(2.5 / 1.5)])
    # The covariance that R's logistf prints too: of the information at the solution.
    assert np.sqrt(np.diag(fit.bread)) == pytest.approx([1.192569588, 2.049390153], rel=1e-7)


def test_without_sites_the_error_of_a_difference_of_means_is_welchs() -> None:
    found = effects.mean_difference(W.score, W.focal, None)
    groups = [W.score[W.focal == k] for k in (0, 1)]
    assert found.se**2 == pytest.approx(sum(y.var(ddof=1) / y.size for y in groups), rel=1e-12)


def test_a_site_of_one_each_is_no_site() -> None:
    fit = fits.least_squares(W.score, np.column_stack([W.others, W.focal]))
    aim = np.eye(5)[-1]
    first, second = spread(fit, aim, None), spread(fit, aim, np.arange(N))
    assert first.se == pytest.approx(second.se, rel=1e-12)
    assert first.df == pytest.approx(second.df, rel=1e-9)


def test_order_of_persons_and_names_of_sites_do_not_matter() -> None:
    mixed = np.random.Generator(np.random.PCG64(1)).permutation(N)
    for make in (effects.adjusted_rate_difference, random_logistic.random_site_rate_difference):
        first = make(W.met, W.focal, W.others, W.site)
        second = make(W.met[mixed], W.focal[mixed], W.others[mixed], 100 - 3 * W.site[mixed])
        assert first is not None
        assert second is not None
        assert (second.value, second.se) == pytest.approx((first.value, first.se), rel=1e-7)


def test_logistic_of_the_group_alone_is_the_plain_difference() -> None:
    found = effects.adjusted_rate_difference(W.met, W.focal, np.ones((N, 1)), W.site)
    plain = effects.mean_difference(W.met, W.focal, W.site)
    assert found is not None
    assert found.value == pytest.approx(plain.value, rel=1e-10)
    # Not equal: the working weights differ by group; close, and nothing is left to explain.
    assert found.se == pytest.approx(plain.se, rel=0.03)
    taken = effects.explained(plain, found)
    assert taken.value == pytest.approx(0.0, abs=1e-10)
    assert taken.se < 0.03 * plain.se


def test_two_ordered_outcomes_are_a_logistic_regression() -> None:
    found = ordinal.proportional_odds(
        W.met.astype(np.int64), np.column_stack([W.others[:, 1:], W.focal])
    )
    fit = fits.logistic(W.met, np.column_stack([W.others, W.focal]))
    assert found is not None
    assert fit is not None
    assert found.coefficients[:4] == pytest.approx(fit.coefficients[1:], rel=1e-9)
    assert found.coefficients[4] == pytest.approx(-fit.coefficients[0], rel=1e-9)


def test_an_effect_has_no_limits_where_it_has_no_error() -> None:
    found = effects.mean_difference(W.score, W.focal, W.site)
    none = replace(found, df=np.nan)
    assert np.isnan(none.interval(0.95).low)
    assert np.isnan(replace(found, se=0.0).p_value)


def test_columns_made_of_others_are_dropped_as_in_r() -> None:
    x = np.column_stack([np.ones(N), W.post == 0, W.post == 1, W.post == 2, W.years]).astype(float)
    assert fits.independent_columns(x) == [0, 1, 2, 4]


@pytest.mark.parametrize("covariate", [True, False])
def test_explained_holds_its_value_as_often_as_it_says(covariate: bool) -> None:
    # 400 worlds of 240 persons at 16 sites: of a mean that years explain by 3, and of nothing.
    hits = []
    for seed in range(400):
        r = np.random.Generator(np.random.PCG64(seed))
        site = np.repeat(np.arange(16), 15)
        focal = (r.random(240) < 0.3).astype(float)
        years = 1.5 * focal + r.normal(size=240)
        effect = 2.0 if covariate else 0.0
        y = effect * years - focal + r.normal(size=16)[site] + 2 * r.normal(size=240)
        before = effects.mean_difference(y, focal, site)
        others = np.column_stack([np.ones(240), years])
        limits = effects.explained(
            before, effects.adjusted_mean_difference(y, focal, others, site)
        ).interval(0.95)
        hits.append(limits.low <= 1.5 * effect <= limits.high)
    # 95 % less three standard errors of a share of 400; the second may hold it more often.
    assert np.mean(hits) > 0.95 - 3 * np.sqrt(0.95 * 0.05 / 400)


def test_a_strong_covariate_is_not_a_separated_outcome() -> None:
    # Log odds beyond 30 at the ends, and both outcomes in between.
    x = np.linspace(-40, 40, 401)
    y = (x > 0).astype(float)
    y[[195, 198, 203, 207]] = 1 - y[[195, 198, 203, 207]]
    fit = fits.logistic(y, np.column_stack([np.ones(401), x]))
    assert fit is not None
    assert np.abs(fit.scores.sum(axis=0)).max() < 1e-8
    assert np.abs(40 * fit.coefficients[1]) > 30
