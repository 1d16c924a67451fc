"""What a group is expected to score on each item, where some items are each group's own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.model import probabilities
from naas_psych.numerics.arrays import Floats


def group_columns(fit: Calibration, group: int) -> NDArray[np.int64]:
    """(J,) the column of the model that holds each item for a group; -1 where it has none."""
    found = np.full(len(fit.models), -1, np.int64)
    for place, column in enumerate(fit.columns):
        if column.group in (-1, group):
            found[column.item] = place
    return found


def expected_scores(
    fit: Calibration, group: int, theta: Floats, *, x: Floats | None = None
) -> Floats:
    """Expected score (J, Q) of persons of a group at theta; NaN where the item has no parameters.

    group : place of the group in fit.group_labels
    x : other item parameters (n_free,) than those found, such as a draw from their distribution
    """
    p = probabilities(fit.model, fit.x if x is None else x, theta)
    scores = np.zeros(p.shape[:2])
    for place, column in enumerate(fit.columns):
        scores[place, : column.scores.size] = column.scores
    by_column = np.einsum("jk,jkq->jq", scores, p)
    own = group_columns(fit, group)
    return np.where((own >= 0)[:, None], by_column[own], np.nan)
