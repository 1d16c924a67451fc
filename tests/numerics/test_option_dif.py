"""Counts of options by total: by hand, against plain counting, and the check value of the test."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.dif_cells import MatchedForm
from naas_psych.numerics.mantel_ordinal import generalised_mantel
from naas_psych.numerics.option_dif import (
    Choices,
    OptionCells,
    among_wrong,
    answers,
    as_counts,
    by_score_band,
    option_cells,
)

#: Four persons' items have options A (key), B, C and omitted; codes 0 to 3.
ITEMS, OPTIONS = 3, 4


def made(seed: int = 1, n: int = 300) -> tuple[MatchedForm, Choices, np.ndarray]:
    generator = np.random.Generator(np.random.PCG64(seed))
    codes = generator.integers(-1, OPTIONS, size=(n, ITEMS)).astype(np.int16)
    marks = (codes == 0).astype(np.int64)
    form = MatchedForm("all", np.arange(ITEMS), marks, marks, np.arange(n))
    chosen = np.broadcast_to(np.eye(OPTIONS, dtype=bool), (ITEMS, OPTIONS, OPTIONS))
    return form, Choices(codes, chosen), generator.integers(-1, 2, size=n)


def test_counts_are_those_of_counting_one_by_one() -> None:
    form, choices, group = made()
    cells = option_cells((form,), choices, group)
    total = form.marks.sum(axis=1)
    for j in range(ITEMS):
        for s, score in enumerate(np.unique(total[group >= 0])):
            for g in range(2):
                here = (total == score) & (group == g) & (choices.codes[:, j] >= 0)
                assert cells.n[j, s, g] == here.sum()
                for m in range(OPTIONS):
                    assert cells.choosers[j, m, s, g] == (here & (choices.codes[:, j] == m)).sum()


def test_wrong_answers_keep_their_persons_in_bands() -> None:
    form, choices, group = made(n=800)
    cells = option_cells((form,), choices, group)
    wrong = np.array([[False, True, True, False]] * ITEMS)
    found = among_wrong(cells, wrong, least=10)
    assert (found.n[found.n.sum(axis=2) > 0] >= 10).all()
    assert found.choosers[:, [0, 3]].sum() == 0
    assert found.choosers.sum(axis=2) == pytest.approx(
        np.where(wrong[..., None], cells.choosers.sum(axis=2), 0.0)
    )


def test_an_item_that_too_few_are_wrong_on_has_no_band() -> None:
    form, choices, group = made(n=20)
    cells = option_cells((form,), choices, group)
    found = among_wrong(cells, np.array([[False, True, False, False]] * ITEMS), least=10)
    assert found.n.sum() == 0


def test_check_value_of_the_nominal_test() -> None:
    strata = np.array(
        [[[12, 6, 2], [14, 5, 1]], [[8, 14, 8], [10, 12, 6]], [[3, 9, 18], [5, 10, 12]]], float
    )
    cells = OptionCells(
        n=strata.sum(axis=2)[None], choosers=np.moveaxis(strata, 2, 0)[None], form=np.zeros(3, int)
    )
    found = generalised_mantel(answers(cells, np.arange(3)))
    assert found.chi_square == pytest.approx([2.49377], abs=5e-6)
    assert found.df == pytest.approx([2])


def test_counts_of_single_options_leave_out_totals_of_one_group() -> None:
    n = np.array([[[4, 2], [3, 0]]], float)
    cells = OptionCells(n, np.array([[[[1, 2], [3, 0]]]], float), np.zeros(2, int))
    assert as_counts(cells, np.array([0]), np.array([0])).tolist() == [[[[3, 1], [0, 2]]]]


def test_score_bands_hold_everybody_in_order() -> None:
    form, choices, group = made(n=500)
    cells = option_cells((form,), choices, group)
    found = by_score_band(cells, np.array([2, 0]), 2)
    assert found.n.sum(axis=1) == pytest.approx(cells.n[[2, 0]].sum(axis=1))
    assert found.choosers.sum(axis=2) == pytest.approx(cells.choosers[[2, 0]].sum(axis=2))
    # The key is chosen more often in the upper half of the totals.
    key = found.choosers[:, 0].sum(axis=2) / found.n.sum(axis=2)
    assert (key[:, 1] > key[:, 0]).all()
