"""The calibrations that R's answers on fit are held against."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from tests.irt.golden import golden, numbers, scores

#: (data, file, model) of every set of fit statistics that R has.
CASES = [
    *[
        (d, "irt_mirt_dich", m)
        for d in ("lsat7", "sat12_scored", "verbal_dich")
        for m in ("rasch", "2pl")
    ],
    *[(d, "irt_mirt_3pl", "3pl_prior") for d in ("sat12_scored", "verbal_dich")],
    *[(d, "irt_mirt_poly", m) for d in ("science", "verbal_poly") for m in ("pcm", "grm", "gpcm")],
]


#: mirt takes a smaller variance of a response for this one.
MIRT_LEAST = 1e-5**0.5


@cache
def fitted(shared: Path, data: str, file: str, model: str) -> Calibration:
    """Our calibration on R's nodes; for the 3PL at R's parameters.

    R stopped its 3PL at 1e-5, up to .002 short of the maximum, which moves a statistic by more than
    we allow: what is compared here is the statistic, not the maximum.
    """
    fit: Calibration = calibrate(
        scores(shared, data), model.removesuffix("_prior"), nodes=61, tolerance=1e-8
    )
    if model != "3pl_prior":
        return fit
    table = golden(shared, data, file)["3pl_prior.coef"]["items"]
    columns = dict(zip(table["cols"], numbers(table).T, strict=True))
    x = np.stack([columns["a1"], columns["d"], np.log(columns["g"] / (1 - columns["g"]))], axis=1)
    return replace(fit, x=x.ravel())


def answers(shared: Path, data: str, file: str, what: str) -> dict[str, NDArray[np.float64]]:
    """The numeric columns of one of R's tables."""
    found: dict[str, Any] = golden(shared, data, file)[what]
    return {
        name: np.array([np.nan if v in (None, "NaN", "NA") else v for v in values], dtype=float)
        for name, values in found.items()
        if name not in ("rows", "item", "fitgroup")
    }


#: Counts of the patterns 00000 to 11111 of the reference and the focal group of data B.
_B = (
    "30 2 16 2 10 1 10 0 8 1 8 3 1 2 11 2 28 7 22 13 8 4 15 3 25 8 30 35 13 7 29 46",
    "31 4 19 2 9 1 2 4 9 0 8 4 6 0 4 1 39 2 28 8 4 1 4 5 11 13 24 20 6 4 15 12",
)
_C = """
32 2 1 25 7 1 6 2 2 9 3 2 10 5 2 9 7 4 3 0 0 3 5 1 2 3 3 17 6 2 17 5 1 13 9 0 14 4 0 9 6 5
17 13 11 1 2 1 3 2 3 2 11 9 9 4 1 12 3 2 10 3 1 7 5 2 7 9 1 9 11 13 2 3 3 1 6 5 2 18 19
"""


def data_b() -> NDArray[np.int64]:
    """700 persons, 5 right/wrong items (method sheet, section 10)."""
    count = sum(np.array(part.split(), dtype=int) for part in _B)
    patterns = (np.arange(32)[:, None] >> np.arange(4, -1, -1)) & 1
    return np.repeat(patterns, count, axis=0)


def data_c() -> NDArray[np.int64]:
    """500 persons, 4 items of 3 categories."""
    patterns = np.arange(81)[:, None] // 3 ** np.arange(3, -1, -1) % 3
    return np.repeat(patterns, np.array(_C.split(), dtype=int), axis=0)


def made_up(
    n_persons: int, n_items: int, *, seed: int = 7, categories: int = 2
) -> NDArray[np.int8]:
    """Graded scores of a 2PL or GRM with slopes from .8 to 1.6."""
    rng = np.random.default_rng(seed)
    a = rng.uniform(0.8, 1.6, n_items)
    b = np.sort(rng.normal(size=(n_items, categories - 1)), axis=1)
    u = a * rng.normal(size=(n_persons, 1)) + rng.logistic(size=(n_persons, n_items))
    return np.asarray((u[:, :, None] > a[:, None] * b).sum(axis=2), dtype=np.int8)
