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


Texts = dict[str, list[str | None]]


def item_texts(study: Study) -> Texts:
    """Key, type and option texts of every item, by column; columns not given are not there."""
    return {
        str(column): [_text(value) for value in study.items[column].tolist()]
        for column in study.items.columns
        if column in ("key", "type") or str(column).startswith("option_")
    }


def _text(value: Any) -> str | None:
    return None if pd.isna(value) else str(value).strip() or None


def keys(study: Study) -> list[str | None]:
    """The key of every item as the study gives it."""
    return item_texts(study).get("key") or [None] * study.responses.n_items


def all_options(study: Study) -> list[ItemOptions | None]:
    """Options of every item: recorded ones, then those the items table names and nobody chose.

    None for an item that came as a score.
    """
    responses, texts = study.responses, item_texts(study)
    if responses.options is None or "key" not in texts:
        return [None] * responses.n_items
    normal = normal_form(study.spec.responses.case_sensitive)
    return [
        _item_options(recorded, {name: cells[j] for name, cells in texts.items()}, normal)
        for j, recorded in enumerate(responses.options)
    ]


def _item_options(
    recorded: tuple[str, ...], texts: dict[str, str | None], normal: Normal
) -> ItemOptions | None:
    key_text, kind = texts.get("key"), texts.get("type")
    if kind == "score" or key_text is None:
        return None
    key = parse_key(key_text, kind=kind, normal=normal)
    parts = [tuple(split_options(text)) if key.multiple else (text,) for text in recorded]
    declared = _declared(texts, key_text, multiple=key.multiple)
    labels = _labels([part for combo in parts for part in combo], declared, normal)
    place = {normal(label): m for m, label in enumerate(labels)}
    members = np.zeros((len(labels), len(recorded)))
    for code, combo in enumerate(parts):
        members[[place[normal(part)] for part in combo], code] = 1
    worth = np.array([float(key.points.get(normal(label), 0)) for label in labels])
    best = max(float(points) for points in key.points.values())
    return ItemOptions(labels, worth == best, worth > 0, members, key.multiple)


def _declared(texts: dict[str, str | None], key_text: str, *, multiple: bool) -> list[str]:
    """Options with a text in the items table (option_A ...), and those the key names."""
    named = [
        column.removeprefix("option_")
        for column, text in texts.items()
        if column.startswith("option_") and text is not None
    ]
    if multiple:
        return named + split_options(key_text)
    parts = key_text.replace(",", ";").split(";") if "=" in key_text else key_text.split("|")
    return named + [part.partition("=")[0].strip() for part in parts if part.strip()]


def _labels(recorded: list[str], declared: list[str], normal: Normal) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for label in (*recorded, *declared):
        found.setdefault(normal(label), label.strip())
    return tuple(
        sorted(found.values(), key=lambda text: (len(text), text) if text.isdigit() else (0, text))
    )


def needs_options(study: Study, asked: str) -> None:
    """Refuse a study whose responses are scores only."""
    if study.responses.choices is None:
        raise AnalysisImpossible(
            f"{asked} cannot be done: these responses are scores, so nobody knows which option a "
            "person chose. Needed: raw options and a key, that is A, B, C ... as they were chosen."
        )
