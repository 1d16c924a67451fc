"""How hard each item is, and how well it tells persons apart."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from naas_psych.analyses.items.forms import OMITTED_SAID, Forms, find_forms, not_reached_said
from naas_psych.analyses.items.item_curves import curves
from naas_psych.analyses.items.item_drawings import drawings
from naas_psych.analyses.items.item_findings import findings
from naas_psych.analyses.items.item_numbers import ItemNumbers, item_numbers, make_plan
from naas_psych.analyses.items.option_list import all_options, keys
from naas_psych.analyses.options import Groups, NotReached, Omitted, Share
from naas_psych.analysis import Level, analysis
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "item_statistics"]


@analysis
def item_statistics(
    study: Study,
    *,
    level: Level = 0.95,
    upper_lower_share: Share = 0.27,
    omitted: Omitted = None,
    not_reached: NotReached = "left_out",
    groups: Groups = 5,
) -> Result:
    """How hard is each item, and does it tell stronger from weaker persons?

    Formula
    -------
    facility = (mean - min) / (max - min)
    item_rest_r = r(y, X - y), X the total of the items that the person was given
    biserial = item_rest_r sqrt(p q) / phi(Phi^-1(p)); with more than two scores the polyserial
    correlation with the rest score, by two-step maximum likelihood
    upper_lower_d = facility in the upper group - facility in the lower group
    alpha_if_dropped = alpha of the other items

    How to read it
    --------------
    facility is the share of the marks that was earned: below .20 few know it, above .95 nearly
    all do. An item_rest_r of .20 or more is good, .10 to .20 worth a review, below .10 weak;
    below 0 stronger persons do worse, so suspect the key first and the wording next.

    When not to use it
    ------------------
    A test that mixes unlike content on purpose has low item-rest correlations without fault.
    With fewer than 30 persons read the intervals, not the numbers. Among persons selected by
    this very test every correlation is too small.

    Agrees with
    -----------
    psych 2.2.9 and CTT 2.3.3: facility, SD, correlations and alpha without the item.
    psych::biserial uses the N - 1 standard deviation and prints sqrt((N - 1) / N) of ours.

    References
    ----------
    wilson_1927, newcombe_1998, kelley_1939, olsson_drasgow_dorans_1982, ebel_frisbie_1991

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> items = nps.item_statistics(study).tables["items"].set_index("item_id")
    >>> items.loc["Q4", ["facility", "item_rest_r"]].astype(float).round(2).tolist()
    [0.16, -0.17]
    """
    counted = omitted or study.omitted
    forms = find_forms(study, omitted=counted)
    plan = make_plan(
        forms, share=upper_lower_share, level=level, omitted=counted, not_reached=not_reached
    )
    items = [item_numbers(study.responses, j, plan) for j in range(study.responses.n_items)]
    tables = {
        "items": _items_table(study, items),
        "curves": curves(study.responses, items, forms, k=groups, level=level),
    }
    unreached = not_reached_said(study, own=not_reached, omitted=counted)
    said = (OMITTED_SAID[counted], unreached)
    return Result(tables, notes=(*said, *_notes(forms, upper_lower_share)))


def _notes(forms: Forms, share: float) -> tuple[str, ...]:
    return (
        *forms.notes,
        f"Upper and lower groups are the best and the weakest {share:.0%} by total score, with all "
        "who tie at the border, so they may be larger.",
        "Limits of facility are Wilson's; for items with more than two scores the normal ones, cut "
        "at 0 and 1. Limits of correlations are by Fisher's z.",
        "biserial is taken with the rest score; for items with more than two scores it is the "
        "polyserial correlation.",
    )


def _items_table(study: Study, items: Sequence[ItemNumbers]) -> pd.DataFrame:
    """One row an item, in score units, with a reason for each gap."""
    responses, unit = study.responses, study.responses.unit

    def each(number: Callable[[ItemNumbers], Any]) -> list[Any]:
        return [number(item) for item in items]

    columns: dict[str, Any] = {
        "item_id": list(responses.item_ids),
        "n": each(lambda i: i.facility.n),
        "facility": each(lambda i: i.facility.value),
        "facility_low": each(lambda i: i.facility.low),
        "facility_high": each(lambda i: i.facility.high),
        "score_sd": each(lambda i: i.facility.sd * unit),
        "item_total_r": each(lambda i: i.total_r),
        "item_rest_r": each(lambda i: i.rest_r),
        "item_rest_r_low": each(lambda i: i.rest_limits.low),
        "item_rest_r_high": each(lambda i: i.rest_limits.high),
        "biserial": each(lambda i: i.biserial),
        "upper_lower_d": each(lambda i: i.d.d),
        "alpha_if_dropped": each(lambda i: i.test.alpha_if_dropped),
        **{name: [item.absences[name] for item in items] for name in items[0].absences},
        "omitted_share": each(_omitted_share),
        "key": pd.Series(keys(study), dtype=object),
        "chance": _chances(study),
        "min_score": (responses.min_points * unit).tolist(),
        "max_score": (responses.max_points * unit).tolist(),
        "mean_score": each(lambda i: i.facility.mean * unit),
        "biserial_method": each(lambda i: "biserial" if i.facility.dichotomous else "polyserial"),
        "n_rest": each(lambda i: i.n_rest),
        "upper_lower_d_low": each(lambda i: i.d.low),
        "upper_lower_d_high": each(lambda i: i.d.high),
        "p_upper": each(lambda i: i.d.p_upper),
        "p_lower": each(lambda i: i.d.p_lower),
        "n_upper": each(lambda i: int(i.d.n_upper)),
        "n_lower": each(lambda i: int(i.d.n_lower)),
        "alpha_gain": each(lambda i: i.test.alpha_if_dropped - i.test.alpha),
        "effective_weight": each(lambda i: i.test.weight),
        "reliability_index": each(lambda i: i.test.index * unit),
    }
    return tidy(columns, _reasons(items))


def _omitted_share(item: ItemNumbers) -> float:
    """Of the persons who met the item and did not stop before it, those who left it out."""
    return item.absences["omitted"] / item.met if item.met else float("nan")


def _chances(study: Study) -> list[float]:
    """Facility under blind choice, nan where an item has no options to choose from."""
    return [float("nan") if found is None else found.chance for found in all_options(study)]


def _reasons(items: Sequence[ItemNumbers]) -> dict[str, Sequence[str | None]]:
    """Why a number is undefined, for every column that may have a gap."""
    none = ["no_responses" if i.facility.n == 0 else None for i in items]
    one = [
        said or ("too_few_persons" if i.facility.n < 2 else "no_variance")
        for i, said in zip(items, none, strict=True)
    ]
    rest = ["no_responses" if i.n_rest == 0 else i.rest_reason for i in items]
    limits = [
        said or ("too_few_persons" if i.rest_df < 3 else "perfect_correlation")
        for i, said in zip(items, rest, strict=True)
    ]
    total = [
        said or ("too_few_persons" if i.n_rest < 2 else "no_variance")
        for i, said in zip(items, none, strict=True)
    ]
    groups = [i.d_reason or "no_responses" for i in items]
    d_limits = [i.d_reason or ("too_few_persons" if i.d.n_upper else "no_responses") for i in items]
    test = [said or i.test.reason for i, said in zip(items, none, strict=True)]
    in_test: list[str | None] = [
        "no_variance" if reason == "too_few_items" and not i.n_rest < 2 else reason
        for i, reason in zip(items, test, strict=True)
    ]
    return {
        "facility": [said or "no_range" for said in none],
        "facility_low": one,
        "facility_high": one,
        "score_sd": one,
        "omitted_share": ["no_responses"] * len(items),
        "mean_score": none,
        "item_total_r": total,
        "item_rest_r": rest,
        "item_rest_r_low": limits,
        "item_rest_r_high": limits,
        "biserial": rest,
        "upper_lower_d": groups,
        "upper_lower_d_low": d_limits,
        "upper_lower_d_high": d_limits,
        "p_upper": groups,
        "p_lower": groups,
        "chance": ["no_single_choice"] * len(items),
        "alpha_if_dropped": test,
        "alpha_gain": test,
        "effective_weight": in_test,
        "reliability_index": in_test,
    }
