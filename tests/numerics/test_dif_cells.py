"""Counts of persons by item, matching score, group and category, against counting one by one."""

from __future__ import annotations

import numpy as np
import pytest

from naas_psych.numerics.dif_cells import DifCells, MatchedForm, dif_cells


def forms_of(seed: int, *, n: int = 60) -> tuple[tuple[MatchedForm, ...], np.ndarray]:
    """Two forms with a common item, items of 0 to 3 points, some responses left out."""
    draw = np.random.Generator(np.random.PCG64(seed))
    most = np.array([1, 1, 3, 2, 1])
    made = []
    for name, items in (("alpha", [0, 1, 2]), ("beta", [2, 3, 4])):
        marks = draw.integers(0, most[items] + 1, size=(n, 3))
        studied = np.where((marks == 0) & (draw.random((n, 3)) < 0.2), -1, marks)
        rows = np.arange(n) + (n if name == "beta" else 0)
        made.append(MatchedForm(name, np.array(items), marks, studied, rows))
    return tuple(made), draw.integers(-1, 3, size=2 * n)


def one_by_one(
    forms: tuple[MatchedForm, ...], group: np.ndarray, used: np.ndarray, include: bool
) -> np.ndarray:
    lengths = [int(form.marks.max(axis=0).sum()) + 1 for form in forms]
    most = max(int(form.marks.max()) for form in forms)
    counts = np.zeros((5, sum(lengths), 3, most + 1), dtype=int)
    start = 0
    for form, length in zip(forms, lengths, strict=True):
        for person, row in enumerate(form.rows):
            for k, item in enumerate(form.items):
                others = [
                    int(form.marks[person, i])
                    for i, other in enumerate(form.items)
                    if used[other] and other != item
                ]
                mark = int(form.studied[person, k])
                if group[row] >= 0 and mark >= 0:
                    total = sum(others) + (mark if include else 0)
                    counts[item, start + total, group[row], mark] += 1
        start += length
    return counts


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("left_out", [(), (0,), (2, 3), (0, 1, 2, 3, 4)])
def test_cells_hold_everybody_where_they_belong(include: bool, left_out: tuple[int, ...]) -> None:
    forms, group = forms_of(3)
    used = ~np.isin(np.arange(5), left_out)
    cells = dif_cells(forms, group, n_items=5, n_groups=3, anchor=used, include_studied=include)
    assert np.array_equal(cells.counts, one_by_one(forms, group, used, include))


def test_nobody_compared_makes_empty_cells() -> None:
    forms, group = forms_of(4)
    cells: DifCells = dif_cells(forms, np.full_like(group, -1), n_items=5, n_groups=2)
    assert cells.counts.sum() == 0
    assert cells.counts.shape[1] == cells.score.size == cells.form.size
