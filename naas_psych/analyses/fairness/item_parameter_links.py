"""How two groups calibrated apart were placed on one scale: a row a comparison."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.group_calibration import FOCAL, REFERENCE
from naas_psych.analyses.fairness.item_parameter_rows import Compared
from naas_psych.irt.dif.linked import Linked
from naas_psych.result import tidy


def comparison_table(made: Sequence[Compared], *, purify: bool) -> pd.DataFrame:
    """A row a comparison: sizes, and how the groups were linked."""
    rows = [_comparison_row(one) for one in made]
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    floats = ["log_likelihood", "link_slope", "link_shift"]
    if purify:
        floats += ["link_slope_purified", "link_shift_purified"]
    else:
        for name in ("link_slope_purified", "link_shift_purified", "link_rounds", "link_settled"):
            columns.pop(name)
    columns |= {name: np.array(columns[name], float) for name in floats}
    return tidy(columns, {name: [one.why for one in made] for name in floats})


def _comparison_row(one: Compared) -> dict[str, Any]:
    pure = one.pure
    return {
        "group": one.comparison.group,
        "reference": one.comparison.reference.name,
        "focal": one.comparison.focal.name,
        "n_reference": one.data.size(REFERENCE),
        "n_focal": one.data.size(FOCAL),
        "model": " and ".join(sorted(set(one.data.names))),
        "items_compared": 0 if one.items is None else int(one.items.size),
        "log_likelihood": np.nan if one.apart is None else one.apart.log_likelihood,
        "link_slope": _link(one, one.plain)[0],
        "link_shift": _link(one, one.plain)[1],
        "link_slope_purified": _link(one, pure)[0],
        "link_shift_purified": _link(one, pure)[1],
        "link_rounds": 0 if pure is None else pure.rounds,
        "link_settled": pure is not None and pure.settled,
    }


def _link(one: Compared, found: Linked | None) -> tuple[float, float]:
    """From theta of the focal group as N(0, 1) to theta of the reference group."""
    if found is None or one.apart is None:
        return np.nan, np.nan
    held = one.apart.held
    slope = found.link.slope * held.slope
    return slope, found.link.slope * held.shift + found.link.shift
