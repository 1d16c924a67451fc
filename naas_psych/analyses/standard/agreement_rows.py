"""Do the methods agree, as far as the test can tell?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.standard.method_cuts import METHODS, RELATIVE
from naas_psych.analyses.standard.scored_persons import scored_persons
from naas_psych.result import tidy
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

_COLUMNS = (
    "cut_name",
    "form",
    "methods",
    "lowest_method",
    "lowest_percent",
    "highest_method",
    "highest_percent",
    "apart_percent",
    "sem_percent",
    "apart_in_sem",
    "agreement_verdict",
)


def agreement_rows(study: Study, methods: pd.DataFrame, *, omitted: Counted | None) -> pd.DataFrame:
    """A row a cut and form with two methods or more on the scale of the test."""
    persons = scored_persons(study, omitted)
    line = study.thresholds["methods_apart_max"].value
    rows = []
    known = methods[methods["percent"].notna() & ~methods["method"].isin(RELATIVE)]
    for (name, form), own in known.groupby(["cut_name", "form"], sort=False):
        if own["method"].nunique() < 2:
            continue
        ranked = own.sort_values("percent", kind="stable")
        low, high = ranked.iloc[0], ranked.iloc[-1]
        sem = persons[str(form)].sem if str(form) in persons else np.nan
        apart = float(high["percent"] - low["percent"])
        in_sem = apart / sem if sem > 0 else np.nan
        verdict = "cannot_tell" if np.isnan(in_sem) else "agree" if in_sem <= line else "apart"
        rows.append(
            {
                "cut_name": name,
                "form": form,
                "methods": int(own["method"].nunique()),
                "lowest_method": METHODS[low["method"]],
                "lowest_percent": float(low["percent"]),
                "highest_method": METHODS[high["method"]],
                "highest_percent": float(high["percent"]),
                "apart_percent": apart,
                "sem_percent": sem,
                "apart_in_sem": in_sem,
                "agreement_verdict": verdict,
            }
        )
    return _table(rows)


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = {name: [row[name] for row in rows] for name in _COLUMNS}
    return tidy(columns, dict.fromkeys(_COLUMNS, ["no_reliability"] * len(rows)))
