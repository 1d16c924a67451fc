"""The sweep of the pilot against answer sheets simulated from the same calibration."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import naas_psych as nps
from naas_psych.analyses.cutscores.swept import swept
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.irt.model import probabilities
from naas_psych.irt.scores.score_distribution import form_of
from naas_psych.numerics.arrays import Floats

PILOT = Path(__file__).parents[2] / "data/sample_responses/naas_pilot"
PEOPLE = 200_000


@pytest.mark.parametrize("place", [0, 1])
def test_the_pilot_as_by_answer_sheets(place: int) -> None:
    study = nps.read_study(PILOT)
    found = swept(study, draws=250)
    form, totals = found.forms[place], found.totals[place]
    assert form.modelled is not None
    fit = calibrated(study, standard_errors="observed").fit
    own = form_of(fit, [int(j) for j in totals.items])
    stream = np.random.default_rng(place)
    theta = stream.normal(size=PEOPLE)
    grid = np.linspace(-6, 6, 601)
    table = probabilities(fit.model, fit.x, grid)[own.columns]
    observed, true = np.zeros(PEOPLE), np.zeros(PEOPLE)
    for item, points in zip(table, own.points, strict=True):
        chances = np.array([np.interp(theta, grid, row) for row in item])
        true += points @ chances
        observed += points[_drawn(chances, stream)]
    for cut_name in ("met", "partially_met"):
        at = form.axis.names.index(cut_name)
        cut = form.axis.exact[0, at]
        passed, deserved = observed >= cut - 1e-9, true >= cut
        point = form.modelled.point
        pairs = (
            (point.below[at], ~passed),
            (point.false_pass[at], passed & ~deserved),
            (point.false_fail[at], ~passed & deserved),
        )
        for exact, seen in pairs:
            error = np.sqrt(exact * (1 - exact) / PEOPLE)
            assert abs(exact - seen.mean()) < 4 * error


def _drawn(chances: Floats, stream: np.random.Generator) -> Floats:
    """The category of each person: (N,) from (K, N)."""
    limits = chances.cumsum(axis=0)[:-1]
    return np.asarray((stream.random(chances.shape[1]) > limits).sum(axis=0))
