"""Information: where on theta the test measures well, item by item and at the cuts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.forms import form_in_words
from naas_psych.analyses.irt.calibrated import Calibrated, Model, calibrated, impossible
from naas_psych.analyses.irt.cuts import theta_of_cut
from naas_psych.analyses.irt.information_drawings import information_drawings as drawings
from naas_psych.analyses.irt.scored_forms import ScoredForm, scored_forms
from naas_psych.analyses.items.phrasing import known
from naas_psych.analyses.options import Omitted
from naas_psych.analysis import Threads, analysis
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.irt.refusal import Refused
from naas_psych.irt.scores.information import Peaks, peaks
from naas_psych.irt.scores.information import information as informed
from naas_psych.numerics.arrays import Floats
from naas_psych.result import Result, tidy
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["drawings", "findings", "information"]

_OVERVIEW = np.arange(-3.0, 3.5)
_TEST = np.round(np.arange(-4.0, 4.05, 0.1), 1)
_ITEMS = np.round(np.arange(-4.0, 4.1, 0.2), 1)


@analysis
def information(
    study: Study,
    *,
    model: Model = "auto",
    omitted: Omitted = None,
    threads: Threads = 1,
) -> Result:
    """Where on the scale does the test measure well, and how well does it at the cut?

    Formula
    -------
    I(theta) = sum over items and score points of P'^2 / P; for two parameters a^2 P (1 - P). The
    error of theta is I^-1/2. Expected total: sum of k P_k; its error at theta is the root of the
    sum of the items' variances. A cut on the total is placed on theta where the expected total
    equals it; a cut in per cent first becomes a total, as a share of the marks that can be earned.

    How to read it
    --------------
    A test is only as good as it is at the cut: compare the error there with the smallest. Items
    that peak near the cut serve the decision; others serve ranking elsewhere. The share says how
    much of the test's information, averaged over these persons, comes from the item.

    When not to use it
    ------------------
    Not where the model does not fit (item_fit), nor where items share a text or scenario: they then
    count the same information twice. Beyond the persons' range the curves are guesses.

    Agrees with
    -----------
    mirt 1.45.1 on four data sets and ten models: test and item information and expected scores to
    1e-9.

    References
    ----------
    birnbaum_1968, samejima_1969, muraki_1992

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> test = nps.information(study, model="rasch").tables["test"]
    >>> bool((test["information"] > 0).all())
    True
    """
    made = calibrated(study, model=model, omitted=omitted, threads=threads)
    forms = scored_forms(study, made, omitted)
    cuts = study.spec.cuts
    try:
        tables = {
            "overview": pd.concat([_overview(made, form) for form in forms], ignore_index=True),
            "test": pd.concat([_test(made, form) for form in forms], ignore_index=True),
            "items": _items(made, peaks(made.fit)),
            "item_curves": _item_curves(made),
            "cuts": _cuts(made, forms, cuts),
        }
    except Refused as refusal:
        raise impossible(refusal) from refusal
    notes = [*made.notes]
    if any(cut.unit != "theta" for cut in cuts.values()):
        notes.append(
            "Cuts on the total stand where the expected total equals them; items without variance "
            "count with the score that everybody has."
        )
    return Result(tables=tables, notes=tuple(notes))


def _overview(made: Calibrated, form: ScoredForm) -> pd.DataFrame:
    """A few places along theta, to be read at a glance."""
    return _at(made, form, _OVERVIEW, {"form": [form.name] * _OVERVIEW.size})


def _test(made: Calibrated, form: ScoredForm) -> pd.DataFrame:
    return _at(made, form, _TEST, {"form": [form.name] * _TEST.size})


def _at(made: Calibrated, form: ScoredForm, theta: Floats, head: dict[str, Any]) -> pd.DataFrame:
    """What a form tells at each theta; NaN of theta gives no numbers."""
    here = informed(made.fit, np.nan_to_num(theta), items=form.items)
    nowhere = np.isnan(theta)
    columns: dict[str, Any] = {
        "theta": theta,
        "theta_se": here.csem,
        "information": here.information,
        "expected_total": form.recorded(here.expected_score),
        "total_error": here.score_csem * form.unit,
    }
    columns = {name: np.where(nowhere, np.nan, values) for name, values in columns.items()}
    why = ["no_such_theta" if gone else "no_information_here" for gone in nowhere]
    return tidy({**head, **columns}, dict.fromkeys(columns, why))


def _items(made: Calibrated, found_peaks: Peaks) -> pd.DataFrame:
    fit = made.fit
    weight = np.exp(fit.grid.log_weight[fit.reference])
    average = informed(fit, fit.grid.theta).item_information @ weight
    n_items = len(fit.models)
    place, height, share = (np.full(n_items, np.nan) for _ in range(3))
    place[found_peaks.items] = found_peaks.theta
    height[found_peaks.items] = found_peaks.information
    share[found_peaks.items] = average / average.sum() if average.sum() > 0 else np.nan
    columns = {
        "item_id": made.prepared.item_ids,
        "model": fit.models,
        "peak_theta": place,
        "peak_information": height,
        "information_share": share,
    }
    why = [reason or "no_information_here" for reason in fit.reasons]
    return tidy(
        columns, dict.fromkeys(("peak_theta", "peak_information", "information_share"), why)
    )


def _item_curves(made: Calibrated) -> pd.DataFrame:
    here = informed(made.fit, _ITEMS)
    names = [made.prepared.item_ids[j] for j in here.items]
    return pd.DataFrame(
        {
            "item_id": np.repeat(np.array(names, dtype=object), _ITEMS.size),
            "theta": np.tile(_ITEMS, len(names)),
            "information": here.item_information.ravel(),
        }
    )


def _cuts(made: Calibrated, forms: tuple[ScoredForm, ...], cuts: dict[str, Cut]) -> pd.DataFrame:
    pairs = [(form, name, cut) for form in forms for name, cut in cuts.items()]
    parts = [
        _at(
            made,
            form,
            np.array([theta_of_cut(made, form, cut)]),
            {"form": [form.name], "cut": [name], "cut_value": [cut.value], "cut_unit": [cut.unit]},
        )
        for form, name, cut in pairs
    ]
    if parts:
        return pd.concat(parts, ignore_index=True)
    names = ("form", "cut", "cut_value", "cut_unit", "theta", "theta_se", "information")
    return pd.DataFrame(columns=[*names, "expected_total", "total_error"], dtype=object)


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """How precise the test is at each cut, beside where it is most precise."""
    several = len(set(result.tables["cuts"]["form"])) > 1
    for row in result.tables["cuts"].to_dict("records"):
        of = f" of {form_in_words(str(row['form']))}" if several else ""
        theta, error = known(row["theta"]), known(row["theta_se"])
        if theta is None or error is None:
            continue
        yield found(
            code="precision_at_cut",
            severity="info",
            subject=str(row["cut"]),
            sentence=f"At the cut {row['cut']}{of} (theta {theta:.2f}) the standard error of theta "
            f"is {error:.2f}, that of the total {row['total_error']:.1f} points.",
            value=error,
        )
        yield from _off_target(row, result.tables["test"], thresholds)


def _off_target(
    row: dict[Any, Any], test: pd.DataFrame, thresholds: Thresholds
) -> Iterator[Finding]:
    limit = thresholds["irt_cut_information_min"]
    own = test[test["form"] == row["form"]]
    best = own.loc[own["information"].idxmax()]
    share = float(row["information"]) / float(best["information"])
    if share < limit.value:
        yield found(
            code="cut_off_target",
            severity="warning",
            subject=str(row["cut"]),
            sentence=f"At the cut {row['cut']} the test has {100 * share:.0f} % of the information "
            f"that it has at theta {best['theta']:.1f}, where it is most precise.",
            value=share,
            threshold=limit,
        )
