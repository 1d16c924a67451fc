"""Effects in shares of the marks, curves of two groups, and steps, from fitted comparisons."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.judged import Integers
from naas_psych.analyses.fairness.logistic_comparisons import LogisticComparisons
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic import LogisticTests
from naas_psych.numerics.dif_logistic_effects import (
    ShareDifference,
    at_score,
    expected_share,
    of_group,
    same_at_every_step,
    share_difference,
)

#: Bands of the score that observed shares are shown in.
_BANDS = 6


@dataclass(frozen=True, eq=False)
class Effects:
    """Focal less reference in shares of the item's marks, (P,) each.

    average : over the scores of the focal persons, both groups with one slope
    low_scores, high_scores : a standard deviation below and above the mean, slopes of their own
    """

    average: ShareDifference
    low_scores: ShareDifference
    high_scores: ShareDifference


def effects_of(made: LogisticComparisons) -> Effects:
    """Every effect that comes from a fit with a maximum; nan elsewhere."""
    tests = made.tests
    size = tests.n.shape[0]
    found = [ShareDifference(np.full(size, np.nan), np.full(size, np.nan)) for _ in range(3)]
    for part in tests.parts:
        same, own = part.fits[1], part.fits[2]
        answers = (
            (same, share_difference(part.problems, same, of_group(part.problems, 1))),
            (own, share_difference(part.problems, own, at_score(part.problems, -1.0))),
            (own, share_difference(part.problems, own, at_score(part.problems, 1.0))),
        )
        for k, (place, (fit, answer)) in enumerate(zip(found, answers, strict=True)):
            told = fit.settled & np.isfinite(tests.p[part.index, min(k, 1)])
            place.value[part.index[told]] = answer.value[told]
            place.se[part.index[told]] = answer.se[told]
    return Effects(*found)


def steps_of(made: LogisticComparisons) -> tuple[Integers, Floats, Floats]:
    """Graded items: which problem, Brant's chi-square of the group effect, and its df."""
    index, chi_square, df = [np.empty(0, dtype=np.int64)], [np.empty(0)], [np.empty(0)]
    for part in made.tests.parts:
        if part.problems.family is not None:
            found = same_at_every_step(part.problems)
            index.append(part.index)
            chi_square.append(found.chi_square)
            df.append(np.full(part.index.size, float(found.df)))
    every = np.concatenate(index)
    order = np.argsort(every, kind="stable")
    return every[order], np.concatenate(chi_square)[order], np.concatenate(df)[order]


def curves_table(
    made: LogisticComparisons, item_ids: tuple[str, ...], most: Floats, wanted: Integers
) -> pd.DataFrame:
    """Observed and fitted shares of the wanted problems by group and band of the score.

    most (F,) : the highest total of each form; a score is shown in per cent of it.
    """
    frames = [_curve(made, made.tests, int(one), item_ids, most) for one in wanted]
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in _CURVE.items()})
    return pd.concat(frames, ignore_index=True)


_CURVE = {
    "item_id": object,
    "group": object,
    "reference": object,
    "focal": object,
    "group_level": object,
    "band": np.int64,
    "n": np.int64,
    "total_percent": float,
    "share_observed": float,
    "share_fitted": float,
}


def _curve(
    made: LogisticComparisons,
    tests: LogisticTests,
    problem: int,
    item_ids: tuple[str, ...],
    most: Floats,
) -> pd.DataFrame:
    part = next(one for one in tests.parts if problem in one.index)
    place = int(np.searchsorted(part.index, problem))
    mine = part.problems.row_problem == place
    cells = made.tested.of(_mask(part.rows[mine], made.tested.problem.size))
    points = part.problems.row_points[:, mine]
    counts = part.problems.counts[:, mine]
    n = counts.sum(axis=0)
    earned = ((points - points[0]) * counts).sum(axis=0) / (points[-1] - points[0])
    percent = 100 * cells.score / most[cells.form]
    fitted = expected_share(part, part.fits[2])[mine]
    band = _bands(percent, n)
    one = made.comparisons[problem // len(item_ids)]
    rows = []
    for level, name in enumerate((one.reference.name, one.focal.name)):
        for number in range(_BANDS):
            here = (band == number) & (cells.level == level)
            total = n[here].sum()
            if total:
                mean = (n[here] * percent[here]).sum() / total
                fit = (n[here] * fitted[here]).sum() / total
                rows.append((name, number + 1, int(total), mean, earned[here].sum() / total, fit))
    table = pd.DataFrame(rows, columns=list(_CURVE)[4:])
    table.insert(0, "focal", one.focal.name)
    table.insert(0, "reference", one.reference.name)
    table.insert(0, "group", one.group)
    table.insert(0, "item_id", item_ids[problem % len(item_ids)])
    return table


def _mask(rows: Integers, size: int) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    found = np.zeros(size, dtype=bool)
    found[rows] = True
    return found


def _bands(percent: Floats, n: Floats) -> Integers:
    """Which of six bands of about equally many persons each cell is in."""
    order = np.argsort(percent, kind="stable")
    before = np.cumsum(n[order]) - n[order]
    values, first = np.unique(percent[order], return_index=True)
    share = before[first] / n.sum()
    band = np.minimum((share * _BANDS).astype(np.int64), _BANDS - 1)
    return np.asarray(band[np.searchsorted(values, percent)])
