"""Lord's chi-square and Raju's areas: another program's at its own item parameters."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from naas_psych.irt import calibrate
from naas_psych.irt.dif.areas import (
    GroupParameters,
    areas,
    link_by_difficulties,
    lord,
    on_scale,
)
from naas_psych.irt.dif.likelihood_ratio import common_fit
from naas_psych.irt.dif.linked import linked, linked_without
from naas_psych.irt.dif.separate import separate_parameters
from tests.irt.test_dif_likelihood_ratio import fitted, verbal, world


def theirs(shared: Path, name: str) -> tuple[GroupParameters, GroupParameters, dict[str, Any]]:
    with (shared / "golden/verbal__dif.json").open() as file:
        result = json.load(file)["results"][name]
    values = np.array(result["itemParInit"]["values"], float)
    return _group(values[:24]), _group(values[24:]), result


def _group(values: Any) -> GroupParameters:
    covariance = np.zeros((len(values), 2, 2))
    if values.shape[1] == 2:
        covariance[:, 1, 1] = values[:, 1] ** 2
        return GroupParameters(np.ones(len(values)), values[:, 0], covariance)
    covariance[:, 0, 0], covariance[:, 1, 1] = values[:, 2] ** 2, values[:, 3] ** 2
    covariance[:, 0, 1] = covariance[:, 1, 0] = values[:, 4]
    return GroupParameters(values[:, 0], values[:, 1], covariance)


def numbers(found: Any) -> Any:
    return np.array(list(found.values()) if isinstance(found, dict) else found, float)


EVERY = np.ones(24, bool)


@pytest.mark.parametrize("name", ["lord_1pl", "lord_2pl"])
def test_lord_at_their_parameters(shared: Path, name: str) -> None:
    reference, focal, result = theirs(shared, name)
    link = link_by_difficulties(reference, focal, EVERY, sigma=name == "lord_2pl")
    found = lord(reference, on_scale(focal, link))
    assert found.chi_square == pytest.approx(numbers(result["LordChi"]), abs=1e-10)
    assert set(found.df.tolist()) == {2 if name == "lord_2pl" else 1}


@pytest.mark.parametrize("name", ["raju_1pl", "raju_2pl", "raju_2pl_signed"])
def test_raju_at_their_parameters(shared: Path, name: str) -> None:
    reference, focal, result = theirs(shared, name)
    link = link_by_difficulties(reference, focal, EVERY, sigma=name != "raju_1pl")
    found = areas(reference, on_scale(focal, link), guessing=np.zeros(24))
    z = found.half / found.half_se if name == "raju_2pl" else found.signed / found.signed_se
    assert z == pytest.approx(numbers(result["RajuZ"]), abs=1e-10)


def test_their_p_of_an_area_can_be_above_1(shared: Path) -> None:
    """They double the upper tail of z as it is; ours take its size."""
    from scipy.special import ndtr

    _, _, result = theirs(shared, "raju_2pl_signed")
    z, p = numbers(result["RajuZ"]), numbers(result["p.value"])
    assert p.max() > 1
    assert p == pytest.approx(2 * ndtr(-z), abs=1e-10)
    assert (2 * ndtr(-np.abs(z))).max() <= 1


def one_item(a: float, b: float) -> GroupParameters:
    return GroupParameters(np.array([a]), np.array([b]), np.zeros((1, 2, 2)))


def test_the_sheets_areas() -> None:
    found = areas(one_item(1.2, 0.0), one_item(0.8, 0.3), guessing=np.zeros(1))
    assert found.signed[0] == pytest.approx(0.3)
    assert found.unsigned[0] == pytest.approx(0.630495, abs=1e-6)
    guessed = areas(one_item(1.2, 0.0), one_item(0.8, 0.3), guessing=np.array([0.25]))
    assert guessed.unsigned[0] == pytest.approx(0.75 * 0.630495, abs=1e-6)


@given(
    st.floats(0.4, 2.5), st.floats(0.4, 2.5), st.floats(-2, 2), st.floats(-2, 2), st.floats(0, 0.3)
)
def test_areas_are_integrals(a: float, other: float, b: float, place: float, c: float) -> None:
    theta = np.linspace(-60, 60, 240_001)
    curves = [c + (1 - c) / (1 + np.exp(-s * (theta - p))) for s, p in ((a, b), (other, place))]
    gap = np.trapezoid(curves[0] - curves[1], theta)
    size = np.trapezoid(np.abs(curves[0] - curves[1]), theta)
    found = areas(one_item(a, b), one_item(other, place), guessing=np.array([c]))
    assert found.signed[0] == pytest.approx(gap, abs=1e-4)
    assert found.unsigned[0] == pytest.approx(size, abs=1e-3)


def test_groups_apart_are_two_calibrations(shared: Path) -> None:
    scores, group, golden = verbal(shared)
    common = common_fit(fitted(scores, group), scores, group, many_free=True)
    apart = separate_parameters(common)
    own = [calibrate(scores[group == g], "2pl", standard_errors="observed") for g in (1, 0)]
    assert apart.log_likelihood == pytest.approx(sum(fit.log_likelihood for fit in own), abs=1e-4)
    assert apart.reference.b == pytest.approx(own[0].b, abs=1e-4)
    assert np.sqrt(apart.reference.covariance[:, 1, 1]) == pytest.approx(own[0].b_se, abs=1e-4)
    standard = (apart.focal.b - apart.held.shift) / apart.held.slope
    assert standard == pytest.approx(own[1].b, abs=1e-3)
    link = link_by_difficulties(apart.reference, apart.focal, EVERY, sigma=True)
    found = lord(apart.reference, on_scale(apart.focal, link)).chi_square
    # Their calibration of each group ends elsewhere: the same picture, other digits.
    assert np.abs(found - numbers(golden["lord_2pl"]["LordChi"])).max() < 1.0
    assert np.corrcoef(found, numbers(golden["lord_2pl"]["LordChi"]))[0, 1] > 0.99


def test_purification_leaves_out_the_item_that_differs() -> None:
    scores, group = world(n=4000)
    common = common_fit(fitted(scores, group), scores, group)
    apart = separate_parameters(common)

    def again(anchors: Any) -> Any:
        return linked(
            apart.reference, apart.focal, guessing=apart.guessing, sigma=True, anchors=anchors
        )

    first = again(np.ones(8, bool))
    found = linked_without(first, again, alpha=0.05, fewest=4)
    assert not found.anchors[2]
    assert found.areas.signed[2] > first.areas.signed[2]  # it pulled the link towards itself
    assert found.areas.signed[2] == pytest.approx(0.5, abs=3 * found.areas.signed_se[2])
