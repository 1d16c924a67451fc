"""Calibrations that hold mirt's own parameters, so that what is built on them is compared alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt import calibrate
from naas_psych.irt.calibration import Calibration
from naas_psych.irt.grid import Grid, normal_log_weight
from tests.irt.golden import golden, numbers, scores

BINARY = [
    (data, "irt_mirt_dich", model)
    for data in ("lsat7", "sat12_scored", "verbal_dich")
    for model in ("rasch", "2pl")
]
GUESSING = [(data, "irt_mirt_3pl", "3pl_prior") for data in ("sat12_scored", "verbal_dich")]
POLYTOMOUS = [
    (data, "irt_mirt_poly", model)
    for data in ("science", "verbal_poly")
    for model in ("grm", "gpcm", "pcm", "rsm", "nominal")
]
CASES = BINARY + GUESSING + POLYTOMOUS


@dataclass(frozen=True)
class Case:
    """Scores (N, J), a calibration with mirt's parameters, and mirt's other answers."""

    scores: NDArray[np.int64]
    fit: Calibration
    model: str
    answers: dict[str, Any]

    def answer(self, name: str) -> Any:
        return self.answers[f"{self.model}.{name}"]


def case(shared: Path, data: str, analysis: str, model: str) -> Case:
    """The nodes are R's: 61 on [-6, 6]."""
    table, answers = scores(shared, data), golden(shared, data, analysis)
    fit = calibrate(table, model.removesuffix("_prior"), nodes=61, tolerance=1e-2, relative=1e-2)
    found = answers[f"{model}.coef"]
    values = numbers(found["items"])
    columns = found["items"]["cols"]
    cells = {name: values[:, i] for i, name in enumerate(columns)}
    sd = np.array([np.sqrt(numbers(found["cov"])[0, 0])])
    grid = Grid(fit.grid.theta, normal_log_weight(fit.grid.theta, np.zeros(1), sd))
    return Case(table, replace(fit, x=_x(fit, cells), group_sd=sd, grid=grid), model, answers)


def _x(fit: Calibration, cells: dict[str, NDArray[np.float64]]) -> NDArray[np.float64]:
    """The free parameters, by their names here, from the cells of mirt's table."""
    x = fit.x.copy()
    for p, (item, name) in enumerate(fit.model.names):
        x[p] = _one(cells, item, name)
    return x


def _one(cells: dict[str, NDArray[np.float64]], item: int, name: str) -> float:
    if name.startswith("tau"):
        v = int(name[3:].split(maxsplit=1)[0])
        steps = np.array([cells[f"b{k}"][0] for k in range(1, 10) if f"b{k}" in cells])
        return float(steps[v - 1] - steps.mean())
    if name == "delta":
        steps = np.array([cells[f"b{k}"][0] for k in range(1, 10) if f"b{k}" in cells])
        return float(steps.mean() - cells["c"][item])
    if name == "logit_c":
        return float(np.log(cells["g"][item] / (1 - cells["g"][item])))
    if name[0] == "a" and len(name) > 1:
        return float(cells["a1"][item] * cells["ak" + name[1:]][item])
    return float(cells["a1" if name == "a" else name][item])
