"""What the explorer shows, read from the results of the run: nothing is computed here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Explored:
    """Rows for the picture, plain numbers throughout.

    curve : one a cut; pairs : one a pair of cuts; groups : one a cut and comparison
    marks, boxes : cuts by whom; upper, lower : where the two cuts stand at first
    """

    curve: list[dict[str, Any]]
    pairs: list[list[float]]
    groups: list[dict[str, Any]]
    marks: list[dict[str, Any]]
    boxes: list[dict[str, Any]]
    upper: float
    lower: float
    outcomes: tuple[str, ...]
    population: int
    ratio_line: float

    @property
    def domain(self) -> list[float]:
        return [self.curve[0]["percent"], self.curve[-1]["percent"]]
