"""Two K x K tables say it all: true by observed outcome, and first by second sitting."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from naas_psych.numerics.arrays import Floats


@dataclass(frozen=True)
class Crossed:
    """Outcomes from the lowest (0) to the highest (K - 1), as shares of all persons.

    accuracy : (..., K, K) true outcome by observed one; None where a method gives no true outcome
    consistency : (..., K, K) outcome on one form by that on a parallel one
    """

    accuracy: Floats | None
    consistency: Floats

    def at(self, cut: int) -> Crossed:
        """The same with two outcomes only: below and at or above boundary `cut` (0 to K - 2)."""
        accuracy = None if self.accuracy is None else _halved(self.accuracy, cut)
        return Crossed(accuracy, _halved(self.consistency, cut))

    @property
    def accurate(self) -> Floats:
        """Share with the outcome that their true score deserves; nan without true outcomes."""
        return self._true(lambda a: np.trace(a, axis1=-2, axis2=-1))

    @property
    def false_pass(self) -> Floats:
        """Share with a higher outcome than their true score deserves."""
        return self._true(lambda a: np.triu(a, 1).sum(axis=(-2, -1)))

    @property
    def false_fail(self) -> Floats:
        """Share with a lower outcome than their true score deserves."""
        return self._true(lambda a: np.tril(a, -1).sum(axis=(-2, -1)))

    @property
    def consistent(self) -> Floats:
        """Share who would get the same outcome twice."""
        return np.asarray(np.trace(self.consistency, axis1=-2, axis2=-1))

    @property
    def chance(self) -> Floats:
        """Share who would agree by the margins alone."""
        first, second = self.consistency.sum(axis=-1), self.consistency.sum(axis=-2)
        return np.asarray((first * second).sum(axis=-1))

    @property
    def kappa(self) -> Floats:
        """Agreement beyond chance (Cohen 1960); nan where all have one outcome."""
        room = 1 - self.chance
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.where(room > 1e-12, (self.consistent - self.chance) / room, np.nan)

    def _true(self, share: object) -> Floats:
        if self.accuracy is None:
            return np.full(self.consistency.shape[:-2], np.nan)
        return np.asarray(share(self.accuracy))  # type: ignore[operator]


def _halved(table: Floats, cut: int) -> Floats:
    edge = cut + 1
    rows = np.stack([table[..., :edge, :].sum(-2), table[..., edge:, :].sum(-2)], axis=-2)
    return np.stack([rows[..., :edge].sum(-1), rows[..., edge:].sum(-1)], axis=-1)
