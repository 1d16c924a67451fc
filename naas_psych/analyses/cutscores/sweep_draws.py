"""Draws that carry every source of error: which persons came, the judges, and the choice of model.

The sources can be switched on one by one; what is common to two quantities moves both alike.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.cutscores.sweep_judges import JudgesError
from naas_psych.analyses.cutscores.sweep_model import PARTS, Measures
from naas_psych.analyses.cutscores.swept import SweptForm
from naas_psych.numerics.arrays import Floats

Places = NDArray[np.int64]
#: Shares below this are as good as nothing when one model's is put over another's.
_LITTLE = 1e-6
#: A cut this near a total stands on it.
_NEAR = 1e-9
#: Streams of random numbers of their own, beside those of the persons.
_JUDGES, _MODELS = 1, 2


@dataclass(frozen=True, eq=False)
class Chances:
    """What is drawn beside the persons: uniform (R,) for the judges, and the model's place (R,).

    Both are spread evenly over the draws, in random order, so that they add little noise.
    """

    uniform: Floats
    model: Places


def chances(n_draws: int, n_models: int, *, seed: int) -> Chances:
    """The same for the same seed."""
    judges, models = (
        np.random.Generator(np.random.PCG64(np.random.SeedSequence((seed, n_draws, which))))
        for which in (_JUDGES, _MODELS)
    )
    even = (np.arange(n_draws) + 0.5) / n_draws
    return Chances(judges.permutation(even), models.permutation(np.arange(n_draws) % n_models))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Draws (R, C): the observed share below each cut, and what the models say.

    kappa : where other models moved it by their difference, for it is a ratio of small numbers
    """

    below: Floats
    modelled: Measures | None
    kappa: Floats | None = None

    def of(self, name: str) -> Floats | None:
        """Draws of one thing that a model says; None without them."""
        if self.modelled is None:
            return None
        if name == "kappa" and self.kappa is not None:
            return self.kappa
        found: Floats = getattr(self.modelled, name)
        return found


def with_judges(side: SweptForm, drawn: Drawn, shifts: Floats) -> Drawn:
    """Every share where the cut would be had it moved by `shifts` (R, C) per cent of the marks.

    A shifted cut between two totals means the upper one, as every cut does.
    """
    if not shifts.any():
        return drawn
    move = _Move.of(side, shifts)
    below = move.applied(drawn.below)
    if drawn.modelled is None:
        return Drawn(below, None)
    moved = (move.applied(getattr(drawn.modelled, part)) for part in PARTS)
    return Drawn(below, Measures(*moved))


def with_models(drawn: Drawn, each: list[Measures], choice: Places) -> Drawn:
    """Wrong outcomes in the proportion in which the chosen model differs from the first (C,)."""
    if drawn.modelled is None or len(each) < 2:
        return drawn
    found = [drawn.modelled.below]
    for part in PARTS[1:]:
        values = np.array([getattr(one, part) for one in each])
        ratio = (values + _LITTLE) / (values[0] + _LITTLE)
        found.append(np.clip(getattr(drawn.modelled, part) * ratio[choice], 0.0, 1.0))
    kappa = np.array([one.kappa for one in each])
    more = np.nan_to_num(kappa - kappa[0])[choice]
    return Drawn(drawn.below, Measures(*found), np.clip(drawn.modelled.kappa + more, -1.0, 1.0))


@dataclass(frozen=True, eq=False)
class _Move:
    """Attainable cuts that reach a cut: shifted `there` (R, C), unshifted `here` (C,)."""

    there: Places
    here: Places
    attainable: int

    @staticmethod
    def of(side: SweptForm, shifts: Floats) -> _Move:
        axis = side.axis
        grid = axis.percent[: axis.attainable]

        def reached(percent: Floats) -> Places:
            place = np.searchsorted(grid, percent - _NEAR, side="left")
            return np.minimum(place, axis.attainable - 1)

        return _Move(reached(axis.percent + shifts), reached(axis.percent), axis.attainable)

    def applied(self, draws: Floats) -> Floats:
        curve = draws[:, : self.attainable]
        there = curve[np.arange(len(draws))[:, None], self.there]
        return np.clip(draws + there - curve[:, self.here], 0.0, 1.0)


def everything(
    side: SweptForm, judges: JudgesError, models: list[Measures], drawn: Chances
) -> Drawn:
    """All sources together."""
    own = Drawn(side.below, None if side.modelled is None else side.modelled.draws)
    moved = with_judges(side, own, judges.shifts(drawn.uniform))
    return with_models(moved, models, drawn.model)


def still(side: SweptForm, n_draws: int) -> Drawn:
    """The estimates themselves, as many times as there are draws."""
    below = np.repeat(side.observed.share[None], n_draws, axis=0)
    if side.modelled is None:
        return Drawn(below, None)
    point = side.modelled.point
    parts = (np.repeat(getattr(point, part)[None], n_draws, axis=0) for part in PARTS)
    return Drawn(below, Measures(*parts))
