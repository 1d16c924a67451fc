"""Items and score points in each cell of a form's content, and their shares."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.forms_of_items import FormItems
from naas_psych.numerics.arrays import Floats
from naas_psych.result import tidy


@dataclass(frozen=True)
class Cells:
    """Items and points of the cells of one form (K,), in the order of their names."""

    names: tuple[str, ...]
    items: Floats
    points: Floats

    @property
    def items_share(self) -> Floats:
        return _share(self.items)

    @property
    def score_share(self) -> Floats:
        return _share(self.points)


def cells_of(labels: Sequence[Any], points: Floats, members: Any, names: Sequence[str]) -> Cells:
    """The items `members` of one form by label; cells without an item are there with 0."""
    place = {name: k for k, name in enumerate(names)}
    codes = np.array([place[labels[j]] for j in members], dtype=np.intp)
    return Cells(
        names=tuple(names),
        items=np.bincount(codes, minlength=len(names)).astype(float),
        points=np.bincount(codes, weights=points[members], minlength=len(names)).astype(float),
    )


def by_label(forms: FormItems, labels: Sequence[str], column: str) -> pd.DataFrame:
    """A row a form and label: items, their share, and the share of the score points."""
    names = sorted({labels[j] for members in forms.members.values() for j in members})
    made = {
        form: cells_of(labels, forms.points, members, names)
        for form, members in forms.members.items()
    }
    return table_of(made, {column: lambda cells: list(cells.names)})


def by_tag(forms: FormItems, tags: Sequence[frozenset[str]], wanted: Sequence[str]) -> pd.DataFrame:
    """A row a form and tag; an item may have several, and a tag no item."""
    names = sorted({tag for some in tags for tag in some} | set(wanted))
    has = np.array([[name in some for name in names] for some in tags], dtype=float)
    has = has.reshape(len(tags), len(names))
    rows: dict[str, list[Any]] = {
        name: [] for name in ("form", "tag", "items", "items_share", "score_share")
    }
    for form, members in forms.members.items():
        total = forms.points[members].sum()
        rows["form"] += [form] * len(names)
        rows["tag"] += names
        rows["items"] += has[members].sum(axis=0).astype(int).tolist()
        rows["items_share"] += (has[members].sum(axis=0) / len(members)).tolist()
        worth = forms.points[members] @ has[members]
        rows["score_share"] += (worth / total if total > 0 else worth * np.nan).tolist()
    return tidy(
        {name: np.array(v, dtype=float) if "share" in name else v for name, v in rows.items()},
        {"score_share": ["no_range"] * len(rows["form"])},
    )


def crossed(forms: FormItems, rows: Sequence[str], levels: Sequence[str]) -> pd.DataFrame:
    """A row a form, domain and level that has items."""
    both = [f"{row}\n{level}" for row, level in zip(rows, levels, strict=True)]
    table = by_label(forms, both, "domain")
    table = table[table["items"] > 0].reset_index(drop=True)
    parts = table["domain"].str.split("\n", n=1)
    table["domain"] = parts.str[0]
    table.insert(2, "cognitive_level", parts.str[1])
    return table


def table_of(made: Mapping[str, Cells], first: Mapping[str, Any]) -> pd.DataFrame:
    """The counts of several forms below each other."""
    rows = list(_rows(made, first))
    columns: dict[str, Any] = {
        name: [value for row in rows for value in row[name]] for name in rows[0]
    }
    columns["items"] = [int(value) for value in columns["items"]]
    columns["items_share"] = np.array(columns["items_share"], dtype=float)
    columns["score_share"] = np.array(columns["score_share"], dtype=float)
    return tidy(columns, {"score_share": ["no_range"] * len(columns["form"])})


def _rows(made: Mapping[str, Cells], first: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for form, cells in made.items():
        yield {
            "form": [form] * len(cells.names),
            **{name: take(cells) for name, take in first.items()},
            "items": cells.items,
            "items_share": cells.items_share,
            "score_share": cells.score_share,
        }


def _share(values: Floats) -> Floats:
    total = values.sum()
    return values / total if total > 0 else np.full(values.shape, np.nan)
