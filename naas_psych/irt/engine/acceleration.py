"""Anderson mixing of a fixed-point map, from its last few steps (Walker & Ni 2011)."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from naas_psych.numerics.arrays import Floats

_MEMORY = 5
#: A proposal further from the plain step than this many of its lengths is not believed.
_FURTHEST = 1000.0


@dataclass
class Mixer:
    """The last points and the steps that the map took from them."""

    points: deque[Floats] = field(default_factory=lambda: deque(maxlen=_MEMORY + 1))
    steps: deque[Floats] = field(default_factory=lambda: deque(maxlen=_MEMORY + 1))

    def forget(self) -> None:
        self.points.clear()
        self.steps.clear()


def proposal(mixer: Mixer, point: Floats, mapped: Floats) -> Floats:
    """Where to go next, given that the map takes `point` to `mapped`.

    With residuals F = mapped - point and differences dF, dG over the last steps:
    gamma = argmin |F - dF gamma|, next = mapped - dG gamma.
    """
    step = mapped - point
    mixer.points.append(point)
    mixer.steps.append(step)
    if len(mixer.points) < 2:
        return mapped
    d_step = np.diff(np.array(mixer.steps), axis=0).T
    d_point = np.diff(np.array(mixer.points), axis=0).T
    gamma = np.linalg.lstsq(d_step, step, rcond=1e-10)[0]
    next_point = mapped - (d_point + d_step) @ gamma
    too_far = np.abs(next_point - mapped).max() > _FURTHEST * np.abs(step).max()
    return mapped if too_far or not np.isfinite(next_point).all() else next_point
