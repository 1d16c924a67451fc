"""Items freed in turn on two groups: other fits of the same models, and other programs."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from naas_psych.irt import calibrate
from naas_psych.irt.dif.anchors import free_baseline, invariance, selected_anchors
from naas_psych.irt.dif.likelihood_ratio import common_fit, freed_in_turn
from naas_psych.irt.dif.two_groups import information, sight_at

LABELS = np.array(["focal", "reference"])
#: Data B of the method sheet: counts of the patterns 00000, 00001, ..., 11111.
REFERENCE = "30 2 16 2 10 1 10 0 8 1 8 3 1 2 11 2 28 7 22 13 8 4 15 3 25 8 30 35 13 7 29 46"
FOCAL = "31 4 19 2 9 1 2 4 9 0 8 4 6 0 4 1 39 2 28 8 4 1 4 5 11 13 24 20 6 4 15 12"


def data_b() -> tuple[Any, Any]:
    patterns = (np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1
    counts = [np.array(text.split(), int) for text in (REFERENCE, FOCAL)]
    scores = np.vstack([np.repeat(patterns, count, axis=0) for count in counts])
    return scores, np.repeat([1, 0], [400, 300])


def verbal(shared: Path) -> tuple[Any, Any, dict[str, Any]]:
    with (shared / "data/verbal/responses.csv").open() as file:
        rows = list(csv.reader(file))[1:]
    scores = np.array([[int(cell) > 0 for cell in row[2:]] for row in rows], int)
    group = np.array([0 if row[0] == "male" else 1 for row in rows])
    with (shared / "golden/verbal__dif.json").open() as file:
        return scores, group, json.load(file)["results"]


def fitted(scores: Any, group: Any, model: str = "2pl", **more: Any) -> Any:
    return calibrate(scores, model, groups=LABELS[group], reference="reference", threads=1, **more)


def world(*, seed: int = 3, n: int = 900, n_items: int = 8, categories: int = 2) -> tuple[Any, Any]:
    generator = np.random.Generator(np.random.PCG64(seed))
    group = (generator.random(n) < 0.6).astype(int)
    theta = generator.normal(size=n) - 0.4 * (group == 0)
    place = np.linspace(-1, 1, n_items) + 0.5 * (np.arange(n_items) == 2) * (group == 0)[:, None]
    scores = np.zeros((n, n_items), int)
    for step in np.linspace(-0.6, 0.6, categories - 1) if categories > 2 else (0.0,):
        noise = generator.logistic(size=scores.shape)
        scores += 1.2 * (theta[:, None] - place - step) + noise > 0
    return scores, group


def test_the_sheets_item_3() -> None:
    scores, group = data_b()
    fit = fitted(scores, group)
    common = common_fit(fit, scores, group)
    one = freed_in_turn(common, np.array([2]))[0]
    assert common.sight.value == pytest.approx(-2152.70282, abs=5e-4)
    assert one.log_likelihood == pytest.approx(-2149.28645, abs=5e-4)
    assert one.statistic == pytest.approx(6.8328, abs=5e-4)
    assert one.df == 2
    moments = [fit.group_mean[0], fit.group_sd[0] ** 2]
    assert moments == pytest.approx([-0.40259, 0.73990], abs=5e-4)
    assert [one.z[-2], np.exp(2 * one.z[-1])] == pytest.approx([-0.35787, 0.76589], abs=5e-4)


def test_every_item_against_another_program(shared: Path) -> None:
    """Its fits end a little below the maximum: ours are never lower, and at most 4e-4 above."""
    scores, group, golden = verbal(shared)
    common = common_fit(fitted(scores, group), scores, group)
    found = freed_in_turn(common, np.arange(scores.shape[1]))
    theirs = np.array(golden["mirt_DIF_drop_LRT"]["X2"])
    above = np.array([one.statistic for one in found]) - theirs
    assert above.min() > -1e-5
    assert above.max() < 4e-4
    assert {one.df for one in found} == {2}


def test_invariance_against_another_program(shared: Path) -> None:
    scores, group, golden = verbal(shared)
    common = common_fit(fitted(scores, group), scores, group, many_free=True)
    for step in invariance(common, np.arange(scores.shape[1])):
        theirs = golden[f"mirt_multigroup_{step.name}"]["logLik"]
        assert step.log_likelihood == pytest.approx(theirs, abs=3e-5)
        assert step.n_parameters == {"configural": 96, "metric": 73, "scalar": 50}[step.name]


@pytest.mark.parametrize(
    ("model", "categories"), [("2pl", 2), ("rasch", 2), ("grm", 3), ("gpcm", 3)]
)
def test_a_freed_item_is_the_fit_with_all_others_as_anchors(model: str, categories: int) -> None:
    scores, group = world(categories=categories)
    fit = fitted(scores, group, model, tolerance=1e-8, relative=1e-11)
    found = freed_in_turn(common_fit(fit, scores, group), np.arange(scores.shape[1]))
    for item in (0, 2):
        others = [j for j in range(scores.shape[1]) if j != item]
        free = fitted(scores, group, model, anchors=others, tolerance=1e-8, relative=1e-11)
        expected = 2 * (free.log_likelihood - fit.log_likelihood)
        assert found[item].statistic == pytest.approx(expected, abs=1e-4)
        assert found[item].df == free.n_parameters - fit.n_parameters


def test_selected_anchors_are_the_free_baseline() -> None:
    scores, group = world()
    fit = fitted(scores, group)
    common = common_fit(fit, scores, group, many_free=True)
    anchors = selected_anchors(common, freed_in_turn(common, np.arange(8)))
    assert 2 not in anchors
    assert anchors.size == 4
    others = np.setdiff1d(np.arange(8), anchors)
    found = free_baseline(common, anchors, others)
    free = fitted(scores, group, anchors=anchors.tolist(), tolerance=1e-8, relative=1e-11)
    assert found.log_likelihood == pytest.approx(free.log_likelihood, abs=1e-4)
    held = [*anchors.tolist(), int(others[0])]
    less = fitted(scores, group, anchors=held, tolerance=1e-8, relative=1e-11)
    expected = 2 * (free.log_likelihood - less.log_likelihood)
    assert found.tested[0].statistic == pytest.approx(expected, abs=1e-4)


def test_errors_of_differences_are_those_of_the_freed_fit() -> None:
    """The loss by unknown theta is taken from the common fit, so that they agree to 3 %."""
    scores, group = world(n=2000)
    fit = fitted(scores, group)
    one = freed_in_turn(common_fit(fit, scores, group), np.array([2]))[0]
    others = [j for j in range(8) if j != 2]
    free = fitted(scores, group, anchors=others, standard_errors="observed")
    places = [free.model.where[k] for k, own in enumerate(free.columns) if own.item == 2]
    variance = np.diag(free.covariance)
    crossed = np.diag(free.covariance[np.ix_(*places)])
    exact = np.sqrt(variance[places[0]] + variance[places[1]] - 2 * crossed)
    assert np.sqrt(np.diag(one.covariance))[2:4] == pytest.approx(exact, rel=0.03)


def test_slope_and_information_are_derivatives() -> None:
    scores, group = world(n=400, categories=3)
    common = common_fit(fitted(scores, group, "pcm"), scores, group)
    problem, step = common.problem, 1e-5
    z = common.sight.z + 0.1
    bend = information(problem, sight_at(problem, z))
    for k in range(0, problem.size, 5):
        up, down = (
            sight_at(problem, z + sign * step * np.eye(problem.size)[k]) for sign in (1, -1)
        )
        assert (up.value - down.value) / (2 * step) == pytest.approx(
            sight_at(problem, z).slope[k], abs=1e-4
        )
        assert -(up.slope - down.slope) / (2 * step) == pytest.approx(bend[:, k], abs=1e-4)


def test_persons_in_another_order_and_groups_of_no_difference() -> None:
    scores, group = world(n=500)
    order = np.random.Generator(np.random.PCG64(1)).permutation(500)
    one = freed_in_turn(common_fit(fitted(scores, group), scores, group), np.arange(8))
    fit = fitted(scores[order], group[order])
    other = freed_in_turn(common_fit(fit, scores[order], group[order]), np.arange(8))
    for a, b in zip(one, other, strict=True):
        assert a.statistic == pytest.approx(b.statistic, abs=1e-5)
    twice = np.vstack([scores, scores])
    same = np.repeat([0, 1], 500)
    none = freed_in_turn(common_fit(fitted(twice, same), twice, same), np.arange(8))
    assert max(test.statistic for test in none) < 1e-4


def test_guessing_is_common_and_held() -> None:
    scores, group = world(n=1500)
    fit = fitted(scores, group, "3pl")
    common = common_fit(fit, scores, group)
    found = freed_in_turn(common, np.arange(8))
    assert {one.df for one in found} == {2}
    places = [k for k, (_, name) in enumerate(fit.model.names) if name == "logit_c"]
    for one in found:
        assert one.z[places] == pytest.approx(fit.x[places])
    assert int(np.argmax([one.statistic for one in found])) == 2
