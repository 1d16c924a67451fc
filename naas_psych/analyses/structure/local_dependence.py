"""Local dependence: pairs of items that go together beyond what the whole test measures."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.irt.calibrated import Model, impossible
from naas_psych.analyses.options import Omitted, Replicates
from naas_psych.analyses.structure.cluster_reliability import cluster_reliability
from naas_psych.analyses.structure.cluster_words import shared_label
from naas_psych.analyses.structure.dependent_pairs import (
    Asked,
    Dependence,
    dependence,
    mean_of_pairs,
)
from naas_psych.analyses.structure.local_dependence_drawings import (
    local_dependence_drawings as drawings,
)
from naas_psych.analyses.structure.local_dependence_findings import (
    local_dependence_findings as findings,
)
from naas_psych.analysis import Level, Seed, Threads, analysis
from naas_psych.irt.fit.local_dependence import local_dependence as pair_tables
from naas_psych.irt.refusal import Refused
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["drawings", "findings", "local_dependence"]

#: Quantile of chance extremes that a pair's limit is made of, and those that a table shows.
_LIMIT_QUANTILE = 0.99
_SHOWN_QUANTILES = (0.5, 0.95, _LIMIT_QUANTILE)
#: Fewer persons of a pair than this and it is for them that the pair has no value.
_FEWEST_PERSONS = 5


@analysis
def local_dependence(
    study: Study,
    *,
    model: Model = "auto",
    replicates: Replicates = 200,
    omitted: Omitted = None,
    level: Level = 0.95,
    seed: Seed = 2017,
    threads: Threads = 1,
) -> Result:
    """Do some items go together beyond what the whole test measures?

    Formula
    -------
    Q3 of two items = correlation of their residuals x - E(x | theta) at EAP estimates; adjusted:
    less the mean of all pairs. Reference: answers are drawn from the calibration with the absences
    of the data, and Q3 is computed again; q3_expected is a pair's mean there. p_reference is the
    share of replicates (with one added to both) whose most extreme pair lies as far above its own
    mean, in its own SD, as this one. A cluster is a connected group of flagged pairs. alpha_drop =
    alpha over items less alpha with the items of each cluster added up to one.

    How to read it
    --------------
    A pair is flagged when p_reference is at most .01 and the adjusted Q3 above .10; above .20 it
    is called dependence whatever the test (Christensen and others). Read the items of a cluster
    side by side: a shared text, one answer in the other's wording, a follow-up. Where alpha_drop is
    clearly above 0, the test looks more reliable than it is. With replicates = 0 the only rule is
    .20, and too far above 0 for the chance extreme of so many pairs.

    When not to use it
    ------------------
    Where the test measures several things whole areas of it are flagged: read dimensionality
    first. Of items that nearly everybody has right, or of few persons, Q3 is too uncertain to flag
    anything. Negative values are not flagged: where some items go together, others must not.

    Agrees with
    -----------
    mirt 1.45.1: Q3 and LD V to 1e-4. mirt has no reference values. Replicates are not calibrated
    anew: in 60 samples of 1,000 persons and 30 items the share below p = .05 was .03 either way,
    below .20 it was .18 with and .15 without. Above 2,000 persons a replicate has 2,000, and
    spread is made smaller by the square root.

    References
    ----------
    yen_1984, christensen_makransky_horton_2017, chen_thissen_1997

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/mini")
    >>> pairs = nps.local_dependence(study, model="rasch").tables["pairs"]
    >>> bool(pairs["q3_adjusted"].is_monotonic_decreasing)
    True
    """
    asked = Asked(model, omitted or study.omitted, replicates, seed)
    found = dependence(study, asked, threads=threads)
    pairs = _pairs(found)
    return Result(
        tables={
            "pairs": pairs,
            "clusters": _clusters(study, found),
            "reliability": cluster_reliability(
                study, found.clusters, omitted=omitted, level=level, seed=seed
            ),
            "reference": _reference(found),
            "order": _order(study, found),
        },
        notes=(*found.made.notes, *_notes(found, asked)),
        provenance={"seed": seed},
    )


def _pairs(found: Dependence) -> pd.DataFrame:
    """Every pair of items, the largest adjusted Q3 first, undefined ones last."""
    try:
        ld = pair_tables(found.made.fit, found.made.points)
    except Refused as refusal:
        raise impossible(refusal) from refusal
    first, second = np.triu_indices(len(found.made.prepared.item_ids), 1)
    size = found.q3.adjusted[first, second]
    order = np.argsort(np.where(np.isfinite(size), -size, np.inf), kind="stable")
    at = (first[order], second[order])
    ids = np.array(found.made.prepared.item_ids, dtype=object)
    columns: dict[str, Any] = {
        "item_a": ids[at[0]],
        "item_b": ids[at[1]],
        "n": found.q3.n[at],
        "q3": found.q3.q3[at],
        "q3_adjusted": found.q3.adjusted[at],
        **_reference_columns(found, at),
        "p_reference": found.p[at],
        "pair_flagged": found.flagged[at],
        "ld_x2": ld.x2[at],
        "df": ld.df[at],
        "ld_v": ld.v[at],
    }
    reasons = dict.fromkeys(columns, _why(found, at))
    if found.reference is None:
        reasons |= dict.fromkeys(("q3_expected", "q3_limit"), ["not_asked"] * len(order))
    return tidy(columns, reasons)


def _reference_columns(found: Dependence, at: Any) -> dict[str, Any]:
    """Mean of each pair in the replicates, and where it would be flagged; nan without them."""
    reference = found.reference
    if reference is None:
        gone = np.full(len(at[0]), np.nan)
        return {"q3_expected": gone, "q3_limit": gone}
    limit = np.quantile(reference.most_extreme, _LIMIT_QUANTILE)
    return {
        "q3_expected": reference.mean[at],
        "q3_limit": (reference.mean + limit * reference.sd)[at],
    }


def _why(found: Dependence, at: Any) -> list[str]:
    """Why a pair has no Q3 or no reference."""
    item = [reason or "" for reason in found.made.fit.reasons]
    n = found.q3.n[at]
    reason = np.where(n < _FEWEST_PERSONS, "too_few_persons", "no_variance")
    few = np.where(n == 0, "no_common_persons", reason)
    return [item[a] or item[b] or str(own) for a, b, own in zip(*at, few.tolist(), strict=True)]


def _clusters(study: Study, found: Dependence) -> pd.DataFrame:
    ids, limit = found.made.prepared.item_ids, study.thresholds["irt_p_value_max"].value
    rows = []
    for number, items in enumerate(found.clusters, start=1):
        rows.append(
            {
                "cluster": number,
                "items": items.size,
                "item_ids": ", ".join(ids[j] for j in items),
                "pairs_flagged": int(np.triu(found.flagged[np.ix_(items, items)], 1).sum()),
                "q3_adjusted": mean_of_pairs(found.q3.adjusted, items),
                "reach": found.reach(items, p=limit).size,
                "in_common": shared_label(study, items),
            }
        )
    return pd.DataFrame(rows, columns=list(_CLUSTER_KINDS)).astype(_CLUSTER_KINDS)


#: Also where there is no cluster a column keeps its kind.
_CLUSTER_KINDS = {
    "cluster": "int64",
    "items": "int64",
    "item_ids": "object",
    "pairs_flagged": "int64",
    "q3_adjusted": "float64",
    "reach": "int64",
    "in_common": "object",
}


def _reference(found: Dependence) -> pd.DataFrame:
    """How far the most extreme of all pairs goes where nothing depends on anything."""
    if found.reference is None:
        return pd.DataFrame({"quantile": [], "q3_largest": [], "largest_distance": []}, dtype=float)
    levels = np.array(_SHOWN_QUANTILES)
    return pd.DataFrame(
        {
            "quantile": levels,
            "q3_largest": np.quantile(found.reference.largest, levels),
            "largest_distance": np.quantile(found.reference.most_extreme, levels),
        }
    )


def _order(study: Study, found: Dependence) -> pd.DataFrame:
    """The items of the picture: by scenario, then by place in the items table."""
    ids = found.made.prepared.item_ids
    cluster = np.zeros(len(ids), dtype=np.int64)
    for number, items in enumerate(found.clusters, start=1):
        cluster[items] = number
    frame = pd.DataFrame({"item_id": list(ids), "cluster": cluster})
    if "scenario_id" not in study.items:
        return frame
    scenario = study.items["scenario_id"]
    first = {name: k for k, name in reversed(list(enumerate(scenario))) if pd.notna(name)}
    place = [first.get(name, k) for k, name in enumerate(scenario)]
    frame["scenario_id"] = [name if pd.notna(name) else None for name in scenario]
    return frame.iloc[np.argsort(place, kind="stable")].reset_index(drop=True)


def _notes(found: Dependence, asked: Asked) -> Iterator[str]:
    if found.reference is None:
        yield (
            "Without reference values (they need 99 replicates or more) a pair is flagged by its "
            "adjusted Q3 alone, above .20 and too far above 0 for the extreme of so many pairs."
        )
        return
    yield (
        f"Reference values are from {asked.replicates} sets of answers of "
        f"{found.reference.persons:,} persons drawn from the model, with the absences of the data."
    )
