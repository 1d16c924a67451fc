"""The planned content of a test: the share of each domain, however it was written down."""

from __future__ import annotations

import pandas as pd

from naas_psych.study.audit import Audit
from naas_psych.study.cells import RawTable, fold

#: Shares are written with two decimals or so: their sum may miss the whole by this part of it.
_ROUNDING = 0.02
_COUNTS = ("items", "planned_items")


def as_shares(frame: pd.DataFrame, table: RawTable, audit: Audit) -> pd.DataFrame:
    """Planned shares of 1 by form, from shares, percentages or numbers of items; said which."""
    kept = frame[frame["share"].notna() & frame["domain"].notna()].reset_index(drop=True)
    forms = kept["form_id"].fillna("") if "form_id" in kept else pd.Series("", index=kept.index)
    totals = kept["share"].groupby(forms).transform("sum")
    whole = _whole(totals, counted=any(fold(name) in _COUNTS for name in table.names))
    if whole is None:
        said = ", ".join(f"{total:g}" for total in sorted(set(totals)))
        found = f"the planned shares of the domains add up to {said}."
        audit.add("blueprint_sum", found, file=table.file, value=said)
        return kept.assign(share=float("nan"))
    if whole:
        audit.say(f"{table.file}: the plan is in {whole}, taken as shares of the whole.")
    return kept.assign(share=kept["share"] / totals)


def _whole(totals: pd.Series[float], *, counted: bool) -> str | None:
    """What the numbers are besides shares of 1; None when they are nothing that adds up."""
    if not len(totals) or (totals <= 0).any():
        return None
    if counted:
        return "numbers of items"
    if ((totals - 1).abs() <= _ROUNDING).all():
        return ""
    return "percent" if ((totals - 100).abs() <= 100 * _ROUNDING).all() else None
