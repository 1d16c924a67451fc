"""Persons of nine sites for the regressions, by arithmetic so that R can have the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

N = 200


@dataclass(frozen=True, eq=False)
class World:
    """score and outcome of N persons, their site, two covariates and a group of 0 and 1."""

    site: NDArray[np.int64]
    years: NDArray[np.float64]
    post: NDArray[np.int64]
    focal: NDArray[np.float64]
    score: NDArray[np.float64]
    met: NDArray[np.float64]

    @property
    def others(self) -> NDArray[np.float64]:
        """Constant, years, and the posts 1 and 2."""
        return np.column_stack([np.ones(N), self.years, self.post == 1, self.post == 2])

    @property
    def ordered(self) -> NDArray[np.int64]:
        return (self.score > 52).astype(np.int64) + (self.score > 60)


def world() -> World:
    """Written for R with `save`: columns site, years, post, focal, score, met."""
    i = np.arange(1, N + 1)
    site = (7 * i + i * i // 5) % 9
    years = (37 * i % 50) / 10
    post = (i * i + 5 * i) % 13 % 3
    focal = ((13 * i + site * site) % 10 < 3).astype(float)
    noise = (i * 7919 % 1009) / 1009 + (i * 104729 % 997) / 997 - 1
    luck = (i * 6007 % 983) / 983
    score = np.round(50 + 2 * years - 3 * focal + 3 * (post == 1) + (site - 4) + 15 * noise, 2)
    chance = 0.25 + 0.08 * years - 0.15 * focal + 0.1 * (post == 2) + 0.04 * (site - 4)
    return World(site, years, post, focal, score, (luck < chance).astype(float))


def save(path: str) -> None:
    w = world()
    table = np.column_stack([w.site, w.years, w.post, w.focal, w.score, w.met])
    header = "site,years,post,focal,score,met"
    np.savetxt(path, table, delimiter=",", header=header, comments="", fmt="%.10g")
