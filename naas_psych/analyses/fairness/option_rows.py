"""Options of every item in one comparison: what matched persons choose, as columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from naas_psych.analyses.fairness.comparison_columns import naming, share_limits
from naas_psych.analyses.fairness.judged import (
    Flags,
    Integers,
    Words,
    group_codes,
    letters,
    verdicts,
    why_none,
)
from naas_psych.analyses.fairness.standardisation_rows import p_lines
from naas_psych.analyses.items.option_list import ItemOptions, all_options
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_cells import MatchedForm
from naas_psych.numerics.dif_power import detectable, power_of
from naas_psych.numerics.mantel_ordinal import GeneralisedMantel, generalised_mantel
from naas_psych.numerics.option_dif import (
    Choices,
    OptionCells,
    among_wrong,
    answers,
    as_counts,
    option_cells,
)
from naas_psych.numerics.score_bands import LEAST
from naas_psych.numerics.standardisation import Standardised, standardised
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import OMITTED
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds


@dataclass(frozen=True, eq=False)
class Options:
    """The options of J items, M places each: the item's own, then omitted, then none.

    items (P,), place (P,), label (P,), keyed (P,) : the P options that have rows
    wrong (J, M) : single choices that earn nothing
    single (J,) : items of which one option is chosen; there (J,) : items that have options
    """

    choices: Choices
    items: Integers
    place: Integers
    label: Words
    keyed: Flags
    wrong: Flags
    single: Flags
    there: Flags

    @property
    def compared(self) -> Integers:
        """The places at which some item has a wrong option; two at least, for a test of two."""
        found = np.flatnonzero(np.any(self.wrong, axis=0))
        return found if found.size > 1 else np.arange(2)


def options_of(study: Study) -> Options:
    """The options of every item that did not come as a score; the study has raw responses."""
    found = all_options(study)
    raw: Any = study.responses.choices
    size = max((len(one.labels) for one in found if one), default=0) + 1
    n_codes = max((one.n_codes for one in found if one), default=0) + 1
    chosen = np.zeros((len(found), size, n_codes), dtype=bool)
    wrong = np.zeros((len(found), size), dtype=bool)
    codes = np.full(raw.shape, -9, dtype=np.int16)
    rows: list[tuple[int, int, str, bool]] = []
    for j, one in enumerate(found):
        if one is None:
            continue
        m = len(one.labels)
        chosen[j, :m, : one.n_codes] = one.members > 0
        chosen[j, m, one.n_codes] = True
        wrong[j, :m] = ~one.credited & (not one.multiple)
        codes[:, j] = np.where(raw[:, j] == OMITTED, one.n_codes, raw[:, j])
        rows += [(j, k, label, bool(one.keyed[k])) for k, label in enumerate(one.labels)]
        if (raw[:, j] == OMITTED).any():
            rows.append((j, m, "omitted", False))
    return Options(
        choices=Choices(codes, chosen),
        items=np.array([row[0] for row in rows], dtype=np.int64),
        place=np.array([row[1] for row in rows], dtype=np.int64),
        label=np.array([row[2] for row in rows], dtype=object),
        keyed=np.array([row[3] for row in rows], dtype=bool),
        wrong=wrong,
        single=np.array([_single(one) for one in found], dtype=bool),
        there=np.array([one is not None for one in found], dtype=bool),
    )


def _single(one: ItemOptions | None) -> bool:
    return one is not None and not one.multiple


@dataclass(frozen=True, eq=False)
class OptionComparison:
    """One comparison; arrays of J items, and of P options in `everybody` and `mistaken`.

    n, n_wrong (J, 2) : persons with a response, and who chose a wrong option
    choosers (J, M, 2) : persons who chose each option
    """

    comparison: Comparison
    cells: OptionCells
    n: Integers
    n_wrong: Integers
    choosers: Integers
    everybody: Standardised
    mistaken: Standardised
    test: GeneralisedMantel


def compare_options(
    forms: Sequence[MatchedForm], comparison: Comparison, options: Options
) -> OptionComparison:
    """Standardise the share of every option, among all and among those who were wrong."""
    cells = option_cells(forms, options.choices, group_codes(comparison))
    wrong = among_wrong(cells, options.wrong, least=LEAST)
    choosers = cells.choosers.sum(axis=2)
    return OptionComparison(
        comparison=comparison,
        cells=cells,
        n=cells.n.sum(axis=1).astype(np.int64),
        n_wrong=(choosers * options.wrong[..., None]).sum(axis=1).astype(np.int64),
        choosers=choosers.astype(np.int64),
        everybody=standardised(as_counts(cells, options.items, options.place)),
        mistaken=standardised(as_counts(wrong, options.items, options.place)),
        test=generalised_mantel(answers(wrong, options.compared)),
    )


def option_columns(
    study: Study, one: OptionComparison, options: Options, level: float
) -> dict[str, Any]:
    """One row an option."""
    limits, items = study.thresholds, options.items
    why = why_none(one.n[items], one.everybody.difference, limits)
    of_wrong = _why_wrong(one, options, limits)
    choosers = one.choosers[items, options.place]
    gone, none = why != None, of_wrong != None  # noqa: E711

    def shown(values: Floats, hidden: Flags) -> Floats:
        return np.where(hidden, np.nan, values)

    return {
        **naming(study, one.comparison, one.n, items),
        "option": options.label,
        "is_key": options.keyed,
        "n_option_reference": choosers[:, 0],
        "n_option_focal": choosers[:, 1],
        "share_reference": shown(one.everybody.reference, gone),
        "share_focal": shown(one.everybody.focal, gone),
        **share_limits(
            "option_difference",
            shown(one.everybody.difference, gone),
            shown(one.everybody.se, gone),
            level,
        ),
        "share_wrong_reference": shown(one.mistaken.reference, none),
        "share_wrong_focal": shown(one.mistaken.focal, none),
        **share_limits(
            "option_difference_wrong",
            shown(one.mistaken.difference, none),
            shown(one.mistaken.se, none),
            level,
        ),
        **{f"why {name}": why for name in ("share_reference", "share_focal", "option_difference")},
        **{f"why {name}": of_wrong for name in _OF_WRONG},
    }


_OF_WRONG = ("share_wrong_reference", "share_wrong_focal", "option_difference_wrong")


def _why_wrong(one: OptionComparison, options: Options, limits: Thresholds) -> Words:
    """(P,) why an option has no share among the wrong."""
    why = _too_few(one.n_wrong[options.items], limits, one.mistaken.difference)
    why[~options.wrong[options.items, options.place]] = "not_a_wrong_option"
    why[~options.single[options.items]] = "no_single_choice"
    return why


def _too_few(n: Integers, limits: Thresholds, effect: Floats) -> Words:
    why = why_none(n, effect, limits)
    why[why == "no_focal_response"] = "group_too_few"
    return why


def item_columns(
    study: Study, one: OptionComparison, options: Options, level: float
) -> dict[str, Any]:
    """One row an item that has options: the test over its wrong ones, and the one that differs."""
    limits, items = study.thresholds, np.flatnonzero(options.there)
    lines, wanted = p_lines(limits), limits["dif_power_wanted"].value
    why = _too_few(one.n_wrong[items], limits, one.test.chi_square[items])
    why[why == "no_common_score"] = "no_two_wrong_options"
    why[~options.single[items]] = "no_single_choice"
    gone = why != None  # noqa: E711
    at = _most_different(one, options)
    size, se = (
        np.where(gone, np.nan, part[at]) for part in (one.mistaken.difference, one.mistaken.se)
    )
    p = np.where(gone, np.nan, one.test.p[items])
    adjusted = benjamini_hochberg(p)
    letter = letters(np.abs(size), adjusted, lines, se)
    return {
        **naming(study, one.comparison, one.n, items),
        "n_wrong_reference": one.n_wrong[items, 0],
        "n_wrong_focal": one.n_wrong[items, 1],
        "chi_square": np.where(gone, np.nan, one.test.chi_square[items]),
        "df": np.where(gone, 0, np.nan_to_num(one.test.df[items])).astype(np.int64),
        "p_value": p,
        "p_adjusted": adjusted,
        "most_different": np.where(gone, _NOBODY, options.label[at]),
        **share_limits("option_difference_wrong", size, se, level),
        "smallest_detectable": detectable(se, power=wanted, alpha=lines.alpha),
        "verdict": verdicts(
            letter, one.n[items], power_of(lines.moderate, se, alpha=lines.alpha), limits
        ),
        **{f"why {name}": why for name in _TESTED},
    }


#: No label, as an array can hold it.
_NOBODY: Any = None
_TESTED = (
    "chi_square",
    "p_value",
    "p_adjusted",
    "option_difference_wrong",
    "smallest_detectable",
)


def _most_different(one: OptionComparison, options: Options) -> Integers:
    """For each item with options the row of the wrong option that differs most."""
    gap = np.abs(one.mistaken.difference)
    gap = np.where(options.wrong[options.items, options.place] & np.isfinite(gap), gap, -1.0)
    order = np.lexsort((np.arange(gap.size), -gap, options.items))
    first = np.unique(options.items[order], return_index=True)[1]
    return np.asarray(order[first], dtype=np.int64)
