"""Options of one item against the rest score, from its tables of recorded code by rest score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.rest_table import RestTable


@dataclass(frozen=True)
class OptionStatistics:
    """M options (or sets of options) of one item.

    n (M,) choosers of `persons`; r (M,) correlation of choosing with the rest score, over all
    persons and within forms; mean, mean_se (M,) rest score of the choosers (nan with several
    forms); df of r, that is persons less forms; spread, the sum of squares of the rest score.
    """

    n: Floats
    persons: float
    r: Floats
    mean: Floats
    mean_se: Floats
    df: float
    spread: float


def option_statistics(tables: Sequence[RestTable], members: Floats) -> OptionStatistics:
    """Statistics of M options; members (M, K) is 1 where recorded code k counts as the option."""
    m = members.shape[0]
    n, xx, xr = np.zeros(m), np.zeros(m), np.zeros(m)
    persons = rr = 0.0
    forms = 0
    for table in tables:
        if table.n == 0:
            continue
        forms += 1
        chosen = members @ table.counts
        mine = chosen.sum(axis=1)
        away = table.rest - float(table.by_rest @ table.rest) / table.n
        n += mine
        xx += mine * (table.n - mine) / table.n
        xr += chosen @ away
        rr += float(table.by_rest @ away**2)
        persons += table.n
    defined = (xx > 0) & (rr > 0)
    r = np.full(m, np.nan)
    r[defined] = xr[defined] / np.sqrt(xx[defined] * rr)
    mean, error = _means(tables[0], members) if forms == 1 else (np.full(m, np.nan),) * 2
    return OptionStatistics(n, persons, np.clip(r, -1, 1), mean, error, persons - forms, rr)


def _means(table: RestTable, members: Floats) -> tuple[Floats, Floats]:
    """Mean rest score of the choosers and its standard error, s / sqrt(n)."""
    chosen = members @ table.counts
    n = chosen.sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = chosen @ table.rest / n
        squares = (chosen * (table.rest[None, :] - mean[:, None]) ** 2).sum(axis=1)
        return mean, np.where(n > 1, np.sqrt(squares / (n - 1) / n), np.nan)


def against_key(tables: Sequence[RestTable], members: Floats, key: Floats) -> Floats:
    """r of option (1) or key (0) with the rest score among those who chose either, (M,).

    Attali and Fraenkel (2000): unlike the correlation over all persons it does not depend on how
    many chose the other distractors. key (K,) is 1 for codes that contain the key.
    """
    found = np.full(members.shape[0], np.nan)
    for row, member in enumerate(members):
        either = (member > 0) ^ (key > 0)
        if (member > 0).any() and either.any():
            part = [RestTable(t.rest, t.counts * either[:, None]) for t in tables]
            found[row] = option_statistics(part, member[None, :]).r[0]
    return found


def probability_above(tables: Sequence[RestTable], option: Floats, other: Floats) -> float:
    """P(r of `option` > r of `other`), both (K,), in the population of persons.

    The difference of two correlations that share persons and rest score is taken as normal; its
    variance is the mean square of its influence function (delta method), so no shape of the score
    distribution is assumed.
    """
    found = option_statistics(tables, np.stack([option, other]))
    if not np.isfinite(found.r).all() or found.persons < 4:
        return float("nan")
    squares = 0.0
    sr = np.sqrt(found.spread / found.persons)
    for table in tables:
        if table.n == 0:
            continue
        zr = (table.rest - table.by_rest @ table.rest / table.n) / sr
        influence = [
            _influence(table, member, float(r), zr)
            for member, r in zip((option, other), found.r, strict=True)
        ]
        squares += float(np.sum(table.counts * (influence[0] - influence[1]) ** 2))
    if squares <= 0:
        return float("nan")
    return float(ndtr((found.r[0] - found.r[1]) / (np.sqrt(squares) / found.persons)))


def _influence(table: RestTable, member: Floats, r: float, zr: Floats) -> Floats:
    """Influence of a person in each cell on r: z_x z_R - r (z_x^2 + z_R^2) / 2."""
    p = float(member @ table.by_code) / table.n
    if not 0 < p < 1:
        return np.zeros((member.size, zr.size))
    zx = ((member - p) / np.sqrt(p * (1 - p)))[:, None]
    return np.asarray(zx * zr - r * (zx**2 + zr**2) / 2)


def probability_more_chosen(option: float, other: float, n: float) -> float:
    """P(more of a population choose `option` than `other`), of n persons who chose one each."""
    if n <= 0 or option + other == 0:
        return float("nan")
    # Half a person is added to each count, so that no variance is 0 when few were asked.
    gap = (option - other) / (n + 1)
    variance = ((option + other + 1) / (n + 1) - gap**2) / n
    return float(ndtr(gap / np.sqrt(variance)))
