"""Persons expected in each category of each item at each node, for what looks at fit by item."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.calibration import Calibration
from naas_psych.irt.engine.expectation import expect
from naas_psych.irt.engine.packing import pack
from naas_psych.irt.fit.item_places import one_column_each
from naas_psych.irt.model import log_probabilities
from naas_psych.irt.persons import categories_of, group_of
from naas_psych.numerics.arrays import Floats


def expected_counts(
    fit: Calibration, scores: Any, *, groups: NDArray[np.int64] | None, threads: int
) -> Floats:
    """(J, K, Q) of the calibrated items; every person counts as one, whatever their case weight.

    Raises
    ------
    Refused
        Scores that the calibration does not know; items with other parameters in each group.
    """
    one_column_each(fit)
    categories = categories_of(fit, scores)
    group = group_of(fit, groups, len(categories))
    packed = pack(categories, fit.model.n_categories, group=group)
    log_p = log_probabilities(fit.model, fit.x, fit.grid.theta)
    return expect(packed, log_p, fit.grid, threads=threads).counts
