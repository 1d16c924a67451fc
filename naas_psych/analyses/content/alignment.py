"""Webb's alignment: the areas that judges see in the items of a form, beside those declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.analyses.content.area_match import MATCH, matched_column, plain
from naas_psych.analyses.content.forms_of_items import FormItems
from naas_psych.analyses.content.plan import NO_DOMAIN, folded
from naas_psych.numerics.alignment import mean_limits, webb_balance
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.intervals import Interval
from naas_psych.numerics.proportions import wilson
from naas_psych.result import tidy
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Matches:
    """seen : (J, I) the domain that each of J judges sees in each of I items, -1 unknown."""

    seen: NDArray[np.int64]
    names: tuple[str, ...]


def alignment_tables(
    study: Study, forms: FormItems, labels: Sequence[str], *, level: float
) -> dict[str, pd.DataFrame]:
    """Tables `alignment` (form and domain) and `alignment_forms`; nothing without matches."""
    matches = _matches(study, labels)
    if matches is None:
        return {}
    place = {name: k for k, name in enumerate(matches.names)}
    declared = np.array([place.get(name, -1) for name in labels], dtype=np.int64)
    made = {form: _of_form(matches, declared, members) for form, members in forms.members.items()}
    needed = study.thresholds["webb_concurrence_min"].value
    return {
        "alignment": _by_domain(made, matches.names, needed, level),
        "alignment_forms": _by_form(made, level),
    }


@dataclass(frozen=True, eq=False)
class _FormMatches:
    """The matches on one form of I items, by the J judges who placed an item of it.

    seen : (J, I) domain, -1 unknown; declared : (I,) domain of the label; size : domains there are
    """

    seen: NDArray[np.int64]
    declared: NDArray[np.int64]
    size: int

    @property
    def hits(self) -> Floats:
        """(J, K) items that each judge places in each domain."""
        return np.stack([(self.seen == k).sum(axis=1) for k in range(self.size)], axis=1).astype(
            float
        )

    def agreement(self, domain: int | None) -> Floats:
        """(J,) of the declared items that a judge placed, the share placed where declared."""
        own = self.declared >= 0 if domain is None else self.declared == domain
        placed = (self.seen >= 0) & own
        right = placed & (self.seen == self.declared)
        total = placed.sum(axis=1)
        share = np.full(len(total), np.nan)
        return np.asarray(np.divide(right.sum(axis=1), total, out=share, where=total > 0))


def _of_form(
    matches: Matches, declared: NDArray[np.int64], members: NDArray[np.intp]
) -> _FormMatches:
    seen = matches.seen[:, members]
    return _FormMatches(seen[(seen >= 0).any(axis=1)], declared[members], len(matches.names))


def _by_domain(
    made: Mapping[str, _FormMatches], names: Sequence[str], needed: float, level: float
) -> pd.DataFrame:
    rows = [
        _domain_row(form, found, (k, name), needed, level)
        for form, found in made.items()
        for k, name in enumerate(names)
    ]
    return _table(rows, floats=("hits", "match_share"), whys={"match_share": "no_items_declared"})


def _domain_row(
    form: str, found: _FormMatches, domain: tuple[int, str], needed: float, level: float
) -> dict[str, Any]:
    k, name = domain
    hits, agreed = found.hits[:, k], found.agreement(k)
    mean, limits = _mean(hits), mean_limits(hits, level=level)
    share, ends = _mean(agreed), _share_limits(agreed, level)
    return {
        "form": form,
        "domain": name,
        "judges": len(hits),
        "items": int((found.declared == k).sum()),
        "hits": mean,
        "hits_low": max(limits.low, 0.0),
        "hits_high": limits.high,
        "concurrence": None if np.isnan(mean) else bool(mean >= needed),
        "match_share": share,
        "match_share_low": ends.low,
        "match_share_high": ends.high,
    }


def _by_form(made: Mapping[str, _FormMatches], level: float) -> pd.DataFrame:
    rows = []
    for form, found in made.items():
        balance = np.array([webb_balance(row) for row in found.hits])
        reach = (found.hits > 0).mean(axis=1) if len(found.hits) else np.empty(0)
        agreed = found.agreement(None)
        row: dict[str, Any] = {
            "form": form,
            "judges": len(found.hits),
            "items": len(found.declared),
            "domains": found.size,
        }
        for name, values in (("range_share", reach), ("balance", balance), ("match_share", agreed)):
            limits = _share_limits(values, level)
            row |= {name: _mean(values), f"{name}_low": limits.low, f"{name}_high": limits.high}
        rows.append(row)
    return _table(rows, floats=("range_share", "balance", "match_share"), whys={})


def _table(
    rows: Sequence[dict[str, Any]], *, floats: Sequence[str], whys: Mapping[str, str]
) -> pd.DataFrame:
    columns: dict[str, Any] = {name: [row[name] for row in rows] for name in rows[0]}
    reasons: dict[str, list[str]] = {}
    judges = columns["judges"]
    for name in floats:
        for column in (name, f"{name}_low", f"{name}_high"):
            columns[column] = np.array(columns[column], dtype=float)
            few = "no_judges" if column == name else "too_few_judges"
            unknown = np.isnan(columns[name])
            reasons[column] = [
                "no_judges" if not n else whys.get(name, few) if gap else few
                for n, gap in zip(judges, unknown, strict=True)
            ]
    return tidy(columns, reasons)


def _mean(values: Floats) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _share_limits(shares: Floats, level: float) -> Interval[float]:
    """t limits over judges, kept between 0 and 1.

    Judges who all agree have no spread, yet are few: each then counts as one draw (Wilson).
    """
    told = shares[np.isfinite(shares)]
    if told.size > 1 and np.ptp(told) == 0:
        limits = wilson(told.sum(), told.size, level=level)
        return Interval(float(limits.low), float(limits.high))
    found = mean_limits(told, level=level)
    return Interval(*(float(np.clip(value, 0.0, 1.0)) for value in (found.low, found.high)))


def _matches(study: Study, labels: Sequence[str]) -> Matches | None:
    """What judges see, from a pair of columns such as items.kss and judgements.kss_match."""
    table = study.tables.get("judgements")
    pair = matched_column(study, table)
    if table is None or pair is None:
        return None
    names = tuple(sorted(set(labels) - {NO_DOMAIN}))
    code = _domain_codes(study.items[pair], labels, names)
    kept = _last(table, pair + MATCH)
    seen = kept[pair + MATCH].map(plain).map(code)
    judges = pd.Index(sorted(kept["judge_id"].astype(str).unique()))
    items = pd.Index(study.responses.item_ids)
    who = judges.get_indexer(pd.Index(kept["judge_id"].astype(str)))
    what = items.get_indexer(pd.Index(kept["item_id"].astype(str)))
    known = (what >= 0) & seen.notna().to_numpy()
    if not known.any():
        return None
    matrix = np.full((len(judges), len(items)), -1, dtype=np.int64)
    matrix[who[known], what[known]] = seen.to_numpy(dtype=float)[known].astype(np.int64)
    return Matches(matrix, names)


def _last(table: pd.DataFrame, column: str) -> pd.DataFrame:
    """The last match that each judge made of each item, in the order of rounds."""
    told = table[table[column].notna() & table["judge_id"].notna() & table["item_id"].notna()]
    return told.sort_values("round", kind="stable") if "round" in told else told


def _domain_codes(
    areas: pd.Series[Any], labels: Sequence[str], names: Sequence[str]
) -> dict[str, int]:
    """The domain of each area: the one of most of its items, or the one of its own name."""
    place = {name: k for k, name in enumerate(names)}
    pairs = pd.DataFrame({"area": areas.map(plain).to_numpy(), "domain": list(labels)})
    pairs = pairs[pairs["area"].notna() & pairs["domain"].isin(place)]
    counts = pairs.value_counts(["area", "domain"], sort=False).reset_index()
    counts = counts.sort_values(["count", "domain"], ascending=[False, True], kind="stable")
    most = counts.drop_duplicates("area")
    own = {folded(name): k for name, k in place.items()}
    return own | {a: place[d] for a, d in zip(most["area"], most["domain"], strict=True)}
