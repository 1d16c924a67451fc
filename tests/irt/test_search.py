"""The search on maps whose fixed points are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from naas_psych.irt.engine.search import Climb, Settings, Top, climbed
from naas_psych.numerics.arrays import Floats

SETTINGS = Settings(1e-8, 1e-8, 500)
TOP = np.array([1.0, -2.0, 0.5])
SLOW = np.array([0.97, 0.9, 0.5])


def hill() -> Climb[None]:
    """A quadratic whose map covers 3 %, 10 % and 50 % of the way to its top."""
    return Climb(
        expected=lambda _: None,
        value=lambda z, _: -100.0 - float(((z - TOP) ** 2).sum()),
        mapped=lambda z, _, __: TOP + SLOW * (z - TOP),
        wanted=lambda *_: TOP,
        feasible=lambda _: True,
        change=lambda one, other: float(np.abs(one - other).max()),
    )


def top_of(climb: Climb[None]) -> Top[None]:
    return climbed(climb, np.zeros(3), SETTINGS)


def test_a_linear_map_is_solved_at_once() -> None:
    """Three rates need three steps to be known; 3 % a cycle alone would take 600."""
    found = top_of(hill())
    assert found.record.converged
    np.testing.assert_allclose(found.z, TOP, atol=1e-6)
    assert found.record.cycles < 15


def test_no_accepted_cycle_lowers_the_value() -> None:
    def hollow(z: Floats, _: None) -> float:
        """Proposals from far away overshoot into a ditch."""
        return -100.0 - float(((z - TOP) ** 2).sum()) - 50.0 * (abs(z[0] - 0.9) < 0.2)

    found = top_of(replace(hill(), value=hollow))
    assert found.record.restarts > 0
    assert (np.diff(found.record.history) >= -1e-7).all()


def test_parameters_that_run_for_nothing_end_the_search_unconverged() -> None:
    flat = replace(hill(), value=lambda *_: -100.0, mapped=lambda z, *_: z + 1.0)
    found = top_of(flat)
    assert not found.record.converged
    assert found.record.cycles < 40


def test_a_step_that_was_halved_away_is_no_rest() -> None:
    stuck = replace(hill(), mapped=lambda z, *_: z)
    assert not top_of(stuck).record.converged
    assert top_of(replace(stuck, wanted=lambda z, _: z)).record.converged


def test_no_cycle_is_no_search() -> None:
    with pytest.raises(ValueError, match="at least one cycle"):
        climbed(hill(), np.zeros(3), replace(SETTINGS, most_cycles=0))
