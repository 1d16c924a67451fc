"""One comparison by standardisation: its items as columns, and the rounds of its purification."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.fairness.comparison_columns import (
    COMPARISON,
    below_each_other,
    key_of,
    naming,
    share_limits,
)
from naas_psych.analyses.fairness.judged import (
    Integers,
    Lines,
    Words,
    deviate,
    group_codes,
    letters,
    two_sided,
    verdicts,
    why_none,
)
from naas_psych.analyses.fairness.matched import forms_compared
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import MatchedForm, dif_cells
from naas_psych.numerics.dif_power import detectable, power_of
from naas_psych.numerics.purification import Flags, Purified, purified
from naas_psych.numerics.standardisation import Standardised, Weights, standardised
from naas_psych.result import tidy
from naas_psych.study.groupings import Comparison
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds


@dataclass(frozen=True, eq=False)
class StandardisedComparison:
    """One comparison over J items.

    n (J, 2) : persons of the reference and of the focal group with a response
    matched (J,) : share of the focal persons at whose total there is a reference person
    plain, pure : with all items in the total, and after purification (None where not asked)
    """

    comparison: Comparison
    n: Integers
    matched: Floats
    plain: Standardised
    pure: Standardised | None
    rounds: Purified | None


def compare(
    study: Study,
    forms: Sequence[MatchedForm],
    comparison: Comparison,
    *,
    weights: Weights,
    purify: bool,
) -> StandardisedComparison:
    """Standardise every item, and once more after purification."""
    codes, width = group_codes(comparison), widths(study)
    forms = forms_compared(study, comparison, forms)
    line = study.thresholds["dif_p_large"].value

    def cells(anchor: Flags | None) -> Any:
        return dif_cells(forms, codes, n_items=width.size, n_groups=2, anchor=anchor).counts

    def flags(anchor: Flags) -> Flags:
        return _above(standardised(cells(anchor), weights=weights), width, line)

    counts = cells(None)
    n = counts.sum(axis=(1, 3), dtype=np.int64)
    plain = standardised(counts, weights=weights)
    rounds = pure = None
    if purify and _enough(study, comparison):
        rounds = purified(flags, _above(plain, width, line), possible=n.min(axis=1) > 0)
        pure = _pure(rounds, plain, lambda anchor: standardised(cells(anchor), weights=weights))
    return StandardisedComparison(comparison, n, _matched(counts), plain, pure, rounds)


def _enough(study: Study, comparison: Comparison) -> bool:
    smaller = min(comparison.reference.n, comparison.focal.n)
    return smaller >= study.thresholds["dif_compute_min"].value


def _pure(rounds: Purified, plain: Standardised, again: Any) -> Standardised | None:
    if rounds.ending == "all_flagged":
        return None
    return again(rounds.anchor) if rounds.flagged.any() else plain


def _above(found: Standardised, width: Floats, line: float) -> Flags:
    return np.asarray(np.abs(found.difference / width) > line)


def _matched(counts: Any) -> Floats:
    """(J,) share of the focal persons who share a total with a reference person."""
    n = counts.sum(axis=3)
    with np.errstate(invalid="ignore"):
        return np.asarray((n[..., 1] * (n[..., 0] > 0)).sum(axis=1) / n[..., 1].sum(axis=1))


def widths(study: Study) -> Floats:
    """(J,) points between the lowest and the highest score of each item."""
    width = (study.responses.max_points - study.responses.min_points).astype(float)
    return np.where(width > 0, width, np.nan)


def items_table(
    study: Study, made: Sequence[StandardisedComparison], *, level: float, purify: bool
) -> pd.DataFrame:
    """One row an item and comparison."""
    parts = [_columns(study, one, level=level, purify=purify) for one in made]
    return below_each_other(parts)


def _columns(
    study: Study, one: StandardisedComparison, *, level: float, purify: bool
) -> dict[str, Any]:
    """The columns of one comparison; those called `why <column>` hold reasons."""
    limits, width = study.thresholds, widths(study)
    lines, wanted = p_lines(limits), limits["dif_power_wanted"].value
    why = why_none(one.n, one.plain.difference, limits, one.plain.se)
    gone = why != None  # noqa: E711
    size, se = (
        np.where(gone, np.nan, value / width) for value in (one.plain.difference, one.plain.se)
    )
    p = two_sided(deviate(size, se))
    p_adjusted = benjamini_hochberg(p)
    letter = letters(np.abs(size), p, lines, se)
    odds = np.where(gone | (width != 1), np.nan, one.plain.odds_ratio(width))
    return {
        **naming(study, one.comparison, one.n),
        "share_reference": np.where(gone, np.nan, one.plain.reference / width),
        "share_focal": np.where(gone, np.nan, one.plain.focal / width),
        **share_limits("std_p_dif", size, se, level),
        "mean_difference": size * width * study.responses.unit,
        "std_odds_ratio": odds,
        "p_value": p,
        "p_adjusted": p_adjusted,
        "std_class": letter,
        "verdict": verdicts(letter, one.n, power_of(lines.moderate, se, alpha=lines.alpha), limits),
        "smallest_detectable": detectable(se, power=wanted, alpha=lines.alpha),
        "matched_share": np.where(gone, np.nan, one.matched),
        **(_purified_columns(one, width, gone, lines, level) if purify else {}),
        **_reasons(one, why, width),
    }


def p_lines(limits: Thresholds) -> Lines:
    """The lines for differences in shares of the marks."""
    return Lines(
        limits["dif_p_moderate"].value, limits["dif_p_large"].value, limits["dif_alpha"].value
    )


def _purified_columns(
    one: StandardisedComparison, width: Floats, gone: Flags, lines: Lines, level: float
) -> dict[str, Any]:
    nothing = np.full(width.shape, np.nan)
    found = (nothing, nothing) if one.pure is None else (one.pure.difference, one.pure.se)
    size, se = (np.where(gone, np.nan, value / width) for value in found)
    p = two_sided(deviate(size, se))
    return {
        **share_limits("std_p_dif_purified", size, se, level),
        "std_class_purified": letters(np.abs(size), p, lines, se),
    }


def _reasons(one: StandardisedComparison, why: Words, width: Floats) -> dict[str, Words]:
    why = np.where((why == None) & np.isnan(width), "no_range", why)  # noqa: E711
    shares = ("share_reference", "share_focal", "std_p_dif", "mean_difference", "matched_share")
    tests = ("p_value", "p_adjusted", "smallest_detectable")
    of_odds = np.where(width > 1, "not_binary", "no_finite_estimate")
    said = {f"why {name}": why for name in (*shares, *tests)}
    said["why std_odds_ratio"] = np.where(why == None, of_odds, why)  # noqa: E711
    all_flagged = one.rounds is not None and one.rounds.ending == "all_flagged"
    none = "all_flagged" if all_flagged else "no_common_score"
    said["why std_p_dif_purified"] = np.where(why == None, none, why)  # noqa: E711
    return said


def history_table(study: Study, made: Sequence[StandardisedComparison]) -> pd.DataFrame:
    """One row a comparison and round: which items were left out of the total, and how it ended."""
    item_ids = np.array(study.responses.item_ids, dtype=object)
    rows = [
        (
            *(*key_of(one.comparison), k),
            int(flagged.sum()),
            ", ".join(item_ids[flagged]) or None,
            one.rounds.ending,
        )
        for one in made
        if one.rounds is not None
        for k, flagged in enumerate(one.rounds.history)
    ]
    return tidy({name: [row[k] for row in rows] for k, name in enumerate(_HISTORY)})


_HISTORY = (
    *COMPARISON,
    "purification_round",
    "flagged_items",
    "left_out_items",
    "purification_ending",
)
