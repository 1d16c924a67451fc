"""The options of an item, chosen or not, and which of them the key names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.errors import AnalysisImpossible
from naas_psych.study.keys import Normal, normal_form, parse_key, split_options
from naas_psych.study.study import Study


@dataclass(frozen=True)
class ItemOptions:
    """The M options of one item.

    labels : M texts, as recorded
    keyed : M, true where the key gives the best score
    credited : M, true where the key gives any score
    members : (M, K) 1 where recorded code k of the K codes contains the option; a single choice
        contains itself, a multiple response every option in it
    """

    labels: tuple[str, ...]
    keyed: NDArray[np.bool_]
    credited: NDArray[np.bool_]
    members: NDArray[np.float64]
    multiple: bool

    @property
    def n_codes(self) -> int:
        return int(self.members.shape[1])

    @property
    def chance(self) -> float:
        """Facility under blind choice of one option; nan for a multiple response."""
        if self.multiple or not self.labels:
            return float("nan")
        return float(self.keyed.sum()) / len(self.labels)


def text_of(study: Study, column: str, j: int) -> str | None:
    """The cell of the items table, or None where there is none."""
    if column not in study.items.columns:
        return None
    value: Any = study.items[column].iloc[j]
    return None if pd.isna(value) or not str(value).strip() else str(value).strip()


def item_options(study: Study, j: int) -> ItemOptions | None:
    """Options of item `j`: recorded ones, then those the items table names and nobody chose.

    None for an item that came as a score.
    """
    responses = study.responses
    key_text, kind = text_of(study, "key", j), text_of(study, "type", j)
    if responses.options is None or kind == "score" or key_text is None:
        return None
    normal = normal_form(study.spec.responses.case_sensitive)
    key = parse_key(key_text, kind=kind, normal=normal)
    recorded = responses.options[j]
    parts = [tuple(split_options(text)) if key.multiple else (text,) for text in recorded]
    labels = _labels([part for combo in parts for part in combo], _declared(study, j, key_text,
                     key.multiple), normal)
    place = {normal(label): m for m, label in enumerate(labels)}
    members = np.zeros((len(labels), len(recorded)))
    for code, combo in enumerate(parts):
        members[[place[normal(part)] for part in combo], code] = 1
    worth = [float(key.points.get(normal(label), 0)) for label in labels]
    best = max(float(points) for points in key.points.values())
    keyed = np.array([points == best for points in worth], dtype=bool)
    return ItemOptions(labels, keyed, np.array(worth) > 0, members, key.multiple)


def _declared(study: Study, j: int, key_text: str, multiple: bool) -> list[str]:
    """Options with a text in the items table (option_A ...), and those the key names."""
    named = [
        column.removeprefix("option_")
        for column in study.items.columns
        if column.startswith("option_") and text_of(study, column, j) is not None
    ]
    if multiple:
        return named + split_options(key_text)
    parts = key_text.replace(",", ";").split(";") if "=" in key_text else key_text.split("|")
    return named + [part.partition("=")[0].strip() for part in parts if part.strip()]


def _labels(recorded: list[str], declared: list[str], normal: Normal) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for label in (*recorded, *declared):
        found.setdefault(normal(label), label.strip())
    return tuple(sorted(found.values(), key=lambda text: (len(text), text) if text.isdigit()
                        else (0, text)))


def needs_options(study: Study, asked: str) -> None:
    """Refuse a study whose responses are scores only."""
    if study.responses.choices is None:
        raise AnalysisImpossible(
            f"{asked} cannot be done: these responses are scores, so nobody knows which option a "
            "person chose. Needed: the raw options (A, B, C ...) and a key."
        )
