"""How a standardised gap of two groups changes when the same persons are scored in another way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval, normal_quantile
from naas_psych.numerics.mean_difference import standardised_difference


@dataclass(frozen=True, eq=False)
class TwoScores:
    """Persons of one form, scored twice: the reference (n, 2) and the focal group (m, 2)."""

    reference: Floats
    focal: Floats


@dataclass(frozen=True)
class GapChange:
    """Hedges' g of both scores (focal less reference), and of the second less the first.

    A form counts by the precision of its first g in all three.
    """

    before: float
    after: float
    before_variance: float
    after_variance: float
    change_variance: float

    @property
    def change(self) -> float:
        return self.after - self.before

    def interval(self, which: str, level: float) -> Interval[float]:
        """Limits of `before`, `after` or `change`: -+ z standard errors."""
        value = float(getattr(self, which))
        half = normal_quantile(level) * float(np.sqrt(getattr(self, f"{which}_variance")))
        return Interval(value - half, value + half)


def gap_change(forms: Sequence[TwoScores]) -> GapChange | None:
    """Of forms with two persons or more of both groups; None without spread.

    The variance of the change is that of the difference of the influences of each person on the
    two g: the scores are of the same persons and go together closely.
    """
    parts = [part for one in forms if (part := _of_form(one)) is not None]
    if not parts:
        return None
    weight = np.array([1 / part.before_variance for part in parts])
    weight /= weight.sum()
    names = ("before", "after", "before_variance", "after_variance", "change_variance")
    columns = {name: np.array([getattr(part, name) for part in parts]) for name in names}
    return GapChange(
        **{
            name: float((weight**2 if name.endswith("variance") else weight) @ values)
            for name, values in columns.items()
        }
    )


def _of_form(one: TwoScores) -> GapChange | None:
    g = [standardised_difference(one.reference[:, k], one.focal[:, k]) for k in (0, 1)]
    if not all(np.isfinite(each.g) and each.variance > 0 for each in g):
        return None
    influence = [_influences(one, k) for k in (0, 1)]
    moved = [after - before for before, after in zip(*influence, strict=True)]
    variance = sum(float(part.var(ddof=1)) / part.size for part in moved)
    return GapChange(g[0].g, g[1].g, g[0].variance, g[1].variance, variance)


def _influences(one: TwoScores, k: int) -> tuple[Floats, Floats]:
    """Influence of each person of the reference and of the focal group on d of score k."""
    groups = (one.reference[:, k], one.focal[:, k])
    n = np.array([group.size for group in groups], dtype=float)
    means = [float(group.mean()) for group in groups]
    spread = [float(group.var(ddof=1)) for group in groups]
    pooled = float(((n - 1) * spread).sum() / (n.sum() - 2))
    d = (means[1] - means[0]) / np.sqrt(pooled)
    return tuple(
        sign * (group - mean) / np.sqrt(pooled)
        - d * share / (2 * pooled) * ((group - mean) ** 2 - own)
        for sign, group, mean, own, share in zip(
            (-1, 1), groups, means, spread, n / n.sum(), strict=True
        )
    )
