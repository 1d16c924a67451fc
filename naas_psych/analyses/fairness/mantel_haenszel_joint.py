"""All levels of a group column at once: the generalised test of Mantel and Haenszel."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.compared import groups_asked
from naas_psych.analyses.fairness.mantel_haenszel_items import Rows, joined
from naas_psych.analyses.fairness.mantel_haenszel_rows import How
from naas_psych.analyses.fairness.matched import matched_forms
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.dif_cells import dif_cells
from naas_psych.numerics.mantel_ordinal import generalised_mantel
from naas_psych.numerics.score_bands import in_bands
from naas_psych.study.groupings import Groups
from naas_psych.study.study import Study


def joint_table(study: Study, group: list[str] | None, how: How) -> pd.DataFrame:
    """A row an item and group column: does any level differ from any other, given the score?"""
    asked = [one for one in groups_asked(study, group) if one.reference is not None]
    return joined([_joint(study, one, how) for one in asked])


def _joint(study: Study, groups: Groups, how: How) -> Rows:
    """Levels with fewer persons of an item than dif_compute_min are left out of its test."""
    least = study.thresholds["dif_compute_min"].value
    codes = groups.codes()
    n_items, n_groups = study.responses.n_items, int(codes.max()) + 1
    forms = matched_forms(study, how.omitted)
    cells = dif_cells(forms, codes, n_items=n_items, n_groups=n_groups)
    n = np.einsum("jsgc->jg", cells.counts, dtype=np.int64)
    cells.counts[np.broadcast_to((n < least)[:, None, :, None], cells.counts.shape)] = 0
    if how.matching == "bins":
        cells = in_bands(cells)
    levels = (n >= least).sum(axis=1)
    found = generalised_mantel(cells.counts)
    told = levels > 1
    chi_square, df, p = (np.where(told, x, np.nan) for x in (found.chi_square, found.df, found.p))
    columns: dict[str, Any] = {
        "item_id": np.array(study.responses.item_ids, dtype=object),
        "group": np.full(n_items, groups.name, dtype=object),
        "levels_compared": levels,
        "n": np.where(n >= least, n, 0).sum(axis=1),
        "chi_square": chi_square,
        "df": df,
        "p_value": p,
        "p_adjusted": benjamini_hochberg(p),
    }
    why = ["no_common_score" if one else "group_too_few" for one in told]
    return Rows(columns, dict.fromkeys(("chi_square", "df", "p_value", "p_adjusted"), why))
