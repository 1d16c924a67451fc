"""The data of the method sheets' check values, and the real sets that other programs answered."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np

from naas_psych.numerics.moments import moments

PATTERNS = [
    *("111111", "111110", "111101", "111010", "110111", "111000"),
    *("110100", "101100", "110010", "100101", "100000", "010000"),
]
DATA_A = np.array([[int(mark) for mark in row] for row in PATTERNS], dtype=np.int8)


def bifactor() -> Any:
    """General loadings .7 .6 .5 .7 .6 .5, group loadings .4 and .3, unit variances."""
    general = np.array([0.7, 0.6, 0.5, 0.7, 0.6, 0.5])
    group = np.outer([0.4] * 3 + [0] * 3, [0.4] * 3 + [0] * 3)
    group = group + np.outer([0] * 3 + [0.3] * 3, [0] * 3 + [0.3] * 3)
    matrix = np.outer(general, general) + group
    np.fill_diagonal(matrix, 1.0)
    return matrix


#: Golden file to the folder of its data and how many columns come before the items.
SETS = {
    "lsat7": ("lsat7", 0),
    "sat12_scored": ("sat12", 0),
    "science": ("science", 0),
    "verbal_dich": ("verbal", 2),
    "verbal_poly": ("verbal_three_categories", 2),
}


def real(shared: Path, name: str) -> Any:
    """Scores (N, J) of a golden data set."""
    folder, skip = SETS[name]
    rows = _rows(shared / "data" / folder / "responses.csv")
    scores = np.array([[int(cell) for cell in row[skip:]] for row in rows])
    if folder == "sat12":
        key = np.array([int(row[-1]) for row in _rows(shared / "data" / folder / "key.csv")])
        scores = scores == key
    return scores.astype(np.int8)


def _rows(path: Path) -> list[list[str]]:
    with path.open(newline="") as file:
        return list(csv.reader(file))[1:]


def covariance(points: Any) -> Any:
    """One covariance matrix as a stack of one (1, J, J)."""
    return moments(points).covariance[None]


def made(n: int, n_items: int, *, seed: int = 1) -> Any:
    """0/1 marks of n persons under a logistic model with slopes .6 to 1.6."""
    rng = np.random.Generator(np.random.PCG64(seed))
    theta = rng.normal(size=(n, 1))
    slope, place = rng.uniform(0.6, 1.6, n_items), rng.normal(size=n_items)
    return (rng.random((n, n_items)) < 1 / (1 + np.exp(-slope * (theta - place)))).astype(np.int8)
