"""How far raters lie from each other on the same persons: complete tables, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.medians import median_with_error
from naas_psych.numerics.rater_residuals import deviations


def test_two_raters_lie_as_far_from_each_other_as_their_marks() -> None:
    """Complete: person effects and severities are means, so that deviations are differences."""
    first, second = np.array([3.0, 2.0, 4.0, 3.0]), np.array([2.0, 2.0, 3.0, 1.0])
    person = np.tile(np.arange(4), 2)
    rater = np.repeat([0, 1], 4)
    found = deviations(np.r_[first, second], person=person, cell=np.zeros(8, int), rater=rater)
    gap = first - second
    own = found.deviation[found.rater == 0]
    np.testing.assert_allclose(own - own.mean(), gap - gap.mean(), atol=1e-8)
    np.testing.assert_allclose(found.deviation[found.rater == 1], -own, atol=1e-8)


def test_severity_and_tasks_do_not_count_as_an_interaction() -> None:
    rng = np.random.default_rng(1)
    ability, severity, task = rng.normal(size=30), np.array([0.5, -0.5, 0.0]), np.array([0.0, 1.0])
    pairs = [(p, r, t) for p in range(30) for r in (p % 3, (p + 1) % 3) for t in (0, 1)]
    person, rater, cell = (np.array(part) for part in zip(*pairs, strict=True))
    mark = ability[person] + severity[rater] + task[cell]
    found = deviations(mark, person=person, cell=cell, rater=rater)
    for r in range(3):
        own = found.deviation[found.rater == r]
        np.testing.assert_allclose(own, own[0], atol=1e-6)


def test_a_person_whom_one_rater_marked_is_left_out() -> None:
    found = deviations(
        np.array([1.0, 2.0, 3.0]),
        person=np.array([0, 0, 1]),
        cell=np.zeros(3, int),
        rater=np.array([0, 1, 0]),
    )
    assert found.person.tolist() == [0, 0]
    assert found.marks.tolist() == [1, 1]


def test_the_error_of_a_median_is_that_of_a_simulation() -> None:
    rng = np.random.default_rng(2)
    samples = rng.normal(size=(2000, 81))
    errors = [median_with_error(one).se for one in samples]
    assert np.mean(errors) == pytest.approx(np.median(samples, axis=1).std(), rel=0.1)


def test_a_median_of_few_has_no_error() -> None:
    found = median_with_error(np.array([1.0, 2.0, 4.0]))
    assert found.median == 2.0
    assert np.isnan(found.se)


def test_raters_linked_in_a_chain_are_solved_to_the_end() -> None:
    """Sixty raters, each with persons in common with the next alone: effects by turns crawl."""
    rng = np.random.default_rng(4)
    first = np.repeat(np.arange(59), 10)
    person, rater = np.repeat(np.arange(first.size), 2), np.c_[first, first + 1].ravel()
    mark = rng.normal(size=first.size)[person] + rng.normal(size=60)[rater]
    mark += rng.normal(size=mark.size) / 2
    found = deviations(mark, person=person, cell=np.zeros(mark.size, int), rater=rater)
    apart = (rater[1::2, None] == np.arange(60)).astype(float) - (first[:, None] == np.arange(60))
    severity = np.linalg.lstsq(apart, mark[1::2] - mark[::2], rcond=None)[0]
    fair = mark - severity[rater]
    for r in range(60):
        own = found.rater == r
        rows = [
            mark[2 * p + (rater[2 * p] != r)] - fair[2 * p + (rater[2 * p] == r)]
            for p in found.person[own]
        ]
        np.testing.assert_allclose(np.ptp(found.deviation[own] - rows), 0.0, atol=1e-9)
