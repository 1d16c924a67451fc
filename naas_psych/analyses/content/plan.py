"""The planned content of each form, matched to the domains that its items name."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from naas_psych.study.study import Study

#: The domain of an item that names none.
NO_DOMAIN = "(no domain)"


@dataclass(frozen=True)
class Plan:
    """shares: planned share of each domain, by form; nearest: planned domains no item names."""

    shares: Mapping[str, Mapping[str, float]]
    nearest: Mapping[str, str]

    def of(self, form: str) -> Mapping[str, float]:
        return self.shares.get(form, {})


def folded(name: str) -> str:
    """A name without regard to case and blanks."""
    return " ".join(name.casefold().replace("_", " ").split())


def plan_of(study: Study, forms: Sequence[str], domains: Sequence[str]) -> Plan | None:
    """The plan by form in the words of the items; None when no plan was given.

    Rows without a form hold for each form that has no row of its own.
    """
    table = study.tables.get("blueprint")
    if table is None or not len(table):
        return None
    known = {folded(name): name for name in domains}
    table = table[table["domain"].notna() & table["share"].notna()]
    spelled = {str(name): known.get(folded(str(name)), str(name)) for name in table["domain"]}
    shares: dict[str, dict[str, float]] = {
        form: _shares(rows, spelled)
        for form in forms
        if len(rows := _rows_of(table, form, alone=len(forms) == 1))
    }
    if not shares:
        return None
    strange = [name for name in spelled.values() if folded(name) not in known]
    return Plan(shares, {name: _nearest(name, known) for name in strange})


def _shares(rows: pd.DataFrame, spelled: Mapping[str, str]) -> dict[str, float]:
    summed = rows["share"].groupby(rows["domain"].astype(str).map(spelled), sort=False).sum()
    return {str(name): float(share) for name, share in summed.items()}


def _rows_of(table: pd.DataFrame, form: str, *, alone: bool) -> pd.DataFrame:
    """The rows for this form; of a study with one form, all rows."""
    if "form_id" not in table:
        return table
    named = table["form_id"].fillna("").astype(str).map(folded)
    own = table[named == folded(form)]
    if len(own):
        return own
    general = table[named == ""]
    one_plan = len(set(named)) == 1 and not len(general)
    return table if alone and one_plan else general


def _nearest(name: str, known: Mapping[str, str]) -> str:
    near = difflib.get_close_matches(folded(name), known, n=1, cutoff=0.7)
    return known[near[0]] if near else ""
