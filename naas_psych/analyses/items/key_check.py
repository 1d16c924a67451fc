"""Whether the key names the right option, as far as the responses can tell."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.analyses.items.forms import OMITTED_SAID, find_forms
from naas_psych.analyses.items.key_findings import findings
from naas_psych.analyses.items.key_suspicion import Suspicion, suspicion
from naas_psych.analyses.items.option_list import keys, needs_options
from naas_psych.analyses.items.option_numbers import OptionNumbers, every_option, extreme_groups
from naas_psych.analyses.options import Omitted, Share
from naas_psych.analysis import analysis
from naas_psych.numerics.option_statistics import option_statistics
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["findings", "key_check"]


@analysis
def key_check(study: Study, *, upper_lower_share: Share = 0.27, omitted: Omitted = None) -> Result:
    """Is the key of each item right, as far as the responses can tell?

    Formula
    -------
    An item is marked `check key` when
    (1) the key goes with the rest score not at all or the wrong way, and a distractor goes with it
    better; or
    (2) a distractor has r above .05 and P(r of the distractor > r of the key) above .90; or
    (3) more of the upper group chose a distractor than the key, with the same probability; or
    (4) facility is below chance and more than half chose one distractor.
    It is marked `double key?` when a distractor has r above .10 and may well go with the rest
    score as much as the key does. The probabilities are normal, with the variance of the
    difference of two dependent correlations by the delta method.

    How to read it
    --------------
    The suggested key is the option that the strongest persons choose. That is a reason to look,
    no proof: nothing is ever scored again by itself. facility_if_rekeyed and
    item_rest_r_if_rekeyed say how the item would do under the suggested key.

    When not to use it
    ------------------
    When most persons share a misconception, a right key looks wrong. With fewer than 30 persons
    hardly anything can be suspected.

    Agrees with
    -----------
    The correlations are those of `distractors`. Other programs flag a key by its correlation
    alone; here the sampling error of the difference decides.

    References
    ----------
    attali_fraenkel_2000, haladyna_downing_1993

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> checked = nps.key_check(study).tables["items"].set_index("item_id")
    >>> checked.loc["Q4", ["key", "suggested_key", "status"]].tolist()
    ['B', 'D', 'check key']
    """
    needs_options(study, "A check of the key")
    counted = omitted or study.omitted
    forms = find_forms(study, omitted=counted)
    extremes = extreme_groups(forms, upper_lower_share)
    given = keys(study)
    rows = [_row(study, item, given[item.item]) for item in every_option(study, forms, extremes)]
    scored = study.responses.n_items - len(rows)
    left_out = (
        (f"Left out: {scored} that came as scores and have no key to check.",) if scored else ()
    )
    said = "A suspicion never changes a score."
    return Result(
        {"items": _table(rows)}, notes=(OMITTED_SAID[counted], said, *forms.notes, *left_out)
    )


@dataclass(frozen=True)
class _Row:
    item_id: str
    key: str | None
    numbers: OptionNumbers
    suspicion: Suspicion
    facility_if_rekeyed: float
    r_if_rekeyed: float


def _row(study: Study, item: OptionNumbers, key: str | None) -> _Row:
    found = suspicion(item, study.thresholds)
    if found.codes is None:
        new = (float("nan"), float("nan"))
    else:
        rekeyed = option_statistics(item.tables, found.codes[None, :])
        new = (float(rekeyed.n[0] / max(rekeyed.persons, 1)), float(rekeyed.r[0]))
    item_id = study.responses.item_ids[item.item]
    return _Row(item_id, key, item, found, *new)


def _table(rows: list[_Row]) -> pd.DataFrame:
    def each(number: Callable[[_Row], Any]) -> list[Any]:
        return [number(row) for row in rows]

    persons = each(lambda row: row.numbers.statistics.persons)
    nobody = ["no_responses" if n == 0 else None for n in persons]
    rival = [said or "no_distractor" for said in nobody]
    columns: dict[str, Any] = {
        "item_id": each(lambda row: row.item_id),
        "key": pd.Series(each(lambda row: row.key), dtype=object),
        "suggested_key": pd.Series(each(lambda row: row.suspicion.suggested), dtype=object),
        "reason": pd.Series(each(lambda row: row.suspicion.reason), dtype=object),
        "status": each(lambda row: row.suspicion.status),
        "n": each(lambda row: int(row.numbers.statistics.persons)),
        "facility": each(lambda row: row.numbers.facility),
        "key_r": each(lambda row: row.suspicion.key_r),
        "best_distractor": pd.Series(each(lambda row: row.suspicion.rival), dtype=object),
        "best_distractor_n": each(lambda row: row.suspicion.rival_n),
        "best_distractor_r": each(lambda row: row.suspicion.rival_r),
        "probability_rival": each(lambda row: row.suspicion.probability),
        "facility_if_rekeyed": each(lambda row: row.facility_if_rekeyed),
        "item_rest_r_if_rekeyed": each(lambda row: row.r_if_rekeyed),
    }
    return tidy(
        columns,
        {
            "facility": nobody,
            "key_r": [said or "no_variance" for said in nobody],
            "best_distractor_r": rival,
            "probability_rival": rival,
            "facility_if_rekeyed": ["not_suspected"] * len(rows),
            "item_rest_r_if_rekeyed": ["not_suspected"] * len(rows),
        },
    )
