"""What blind choice earns on each item, as a share of its marks."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.items.option_list import ItemOptions, all_options
from naas_psych.numerics.arrays import Floats
from naas_psych.study.keys import RULES, Key, Normal, normal_form, parse_key, score_multiple
from naas_psych.study.study import Study


@dataclass(frozen=True)
class _Texts:
    """Columns of the items table as lists; those that are not there hold nothing."""

    columns: dict[str, list[Any]]
    normal: Normal

    def of(self, column: str, item: int) -> Any:
        values = self.columns.get(column)
        return None if values is None or pd.isna(values[item]) else values[item]

    def declared(self, item: int) -> frozenset[str]:
        """The options that the items table offers."""
        names = (name for name in self.columns if name.startswith("option_"))
        return frozenset(
            self.normal(name.removeprefix("option_")) for name in names if self.of(name, item)
        )


def chance_levels(study: Study) -> Floats:
    """(J,) mean share of the marks under blind choice; nan where options or key are not known.

    One of M options: their mean score. Several: as many picked as are keyed, every combination as
    likely as any other, scored by the rule of the item. Options that the items table does not
    offer (a slip on paper) are not among the M.
    """
    normal = normal_form(study.spec.responses.case_sensitive)
    wanted = ("key", "type", "scoring", "max_score")
    columns = {
        str(name): study.items[name].tolist()
        for name in study.items
        if name in wanted or str(name).startswith("option_")
    }
    texts = _Texts(columns, normal)
    found = [
        np.nan if options is None else _chance(texts, j, options)
        for j, options in enumerate(all_options(study))
    ]
    return np.array(found, dtype=float)


def _chance(texts: _Texts, item: int, options: ItemOptions) -> float:
    key = _key(texts, item)
    offered = texts.declared(item) | frozenset(key.points)
    if len(offered) == len(key.points):
        offered |= frozenset(map(texts.normal, options.labels))
    if options.multiple:
        return _blind_picks(key, len(offered)) / float(key.max_score)
    worth = [float(key.points.get(label, 0)) for label in offered]
    return float(np.mean(worth)) / float(key.max_score)


def _key(texts: _Texts, item: int) -> Key:
    scoring, best = str(texts.of("scoring", item) or ""), texts.of("max_score", item)
    return parse_key(
        str(texts.of("key", item)),
        kind=texts.of("type", item),
        normal=texts.normal,
        max_score=None if best is None else float(best),
        rule=next((rule for rule in RULES if rule == scoring.strip().casefold()), None),
    )


def _blind_picks(key: Key, n_options: int) -> float:
    """Expected score of as many picks as are keyed, drawn without looking (hypergeometric)."""
    keyed = sorted(key.points)
    n_keyed, n_others = len(keyed), n_options - len(keyed)
    total = 0.0
    for hits in range(max(0, n_keyed - n_others), n_keyed + 1):
        ways = comb(n_keyed, hits) * comb(n_others, n_keyed - hits)
        chosen = frozenset(keyed[:hits]) | {f"other {k}" for k in range(n_keyed - hits)}
        total += ways * float(score_multiple(chosen, key, n_options))
    return total / comb(n_options, n_keyed)
