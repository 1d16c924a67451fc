"""Item relevance: do experts hold each item relevant, and to the role that the test is for?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import Panel, Round, read_panel
from naas_psych.analyses.content.item_relevance_drawings import (
    item_relevance_drawings as drawings,
)
from naas_psych.analyses.content.item_relevance_findings import (
    item_relevance_findings as findings,
)
from naas_psych.analyses.content.relevance_columns import (
    FEW,
    NOBODY,
    NOT_ASKED,
    item_table,
    ratio,
)
from naas_psych.analyses.content.relevance_verdict import (
    VERDICTS,
    Votes,
    chance_out_of_role,
    total,
    votes_by_judge,
)
from naas_psych.analyses.options import Replicates
from naas_psych.analysis import Level, Seed, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.numerics.agreement import unit_draws
from naas_psych.numerics.bootstrap import bootstrap_interval, canonical_order
from naas_psych.numerics.intervals import UNDEFINED, Interval
from naas_psych.numerics.poisson_binomial import number_limits
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

__all__ = ["drawings", "findings", "item_relevance"]

#: Columns of the share of these items that is another role's work, with its limits.
_MISPLACED = ("out_of_role_share", "out_of_role_share_low", "out_of_role_share_high")


@analysis
def item_relevance(
    study: Study,
    *,
    round: Round = None,
    replicates: Replicates = 1000,
    level: Level = 0.95,
    seed: Seed = 2017,
) -> Result:
    """Do experts hold each item relevant, and to the role that the test is for?

    Formula
    -------
    i_cvi = A / n, A of n judges rate the item 3 or 4 of 4; Wilson's interval. kappa_modified =
    (i_cvi - p_c) / (1 - p_c), p_c = C(n, A) .5^n. cvr = 2 n_e / n - 1 for n_e judges who say
    "essential"; cvr_critical is the exact one-sided .05 value. aiken_v = (mean - 1) / 3 with a
    score interval. s_cvi_ave = mean i_cvi, s_cvi_ua = share of items that all call relevant.

    Verdict, from probabilities by Jeffreys' prior: below .78 is the chance that fewer than 78 of
    100 such experts would call the item relevant.
    cannot_tell: fewer than 3 judges. relevant: chance .20 or less (with up to 5 judges: all agree).
    At .80 or more the item is low: out_of_role if another role than that of the test is named by
    more than half with probability .80; else keep_essential unless the share who call it
    essential is below half with probability .80; else not_relevant. Everything else: doubtful.

    How to read it
    --------------
    Read the interval: 13 of 14 is compatible with 69 of 100. out_of_role asks whether the item
    belongs in this test at all; keep_essential is a matter for the panel, not a fault of the item.
    Where aiken_v is middling, relevance_sd and r_wg tell whether judges agree on that or are split.

    When not to use it
    ------------------
    It does not show that a test serves its purpose: it is the opinion of this panel. Fewer than 5
    judges carry little. s_cvi_ua falls as the panel grows, whatever the items.

    Agrees with
    -----------
    Polit and Beck (2006) and Ayre and Scally (2014), table by table; Penfield and Giacobbi's
    interval by hand. The critical values of Lawshe (1975) have a misprint that is not followed.

    References
    ----------
    lynn_1986, polit_beck_2006, polit_beck_owen_2007, lawshe_1975, ayre_scally_2014, aiken_1980,
    penfield_giacobbi_2004, rovinelli_hambleton_1977, turner_carlson_2003, wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.item_relevance(study, replicates=0).tables["items"].set_index("item_id")
    >>> items.loc["AL07", "verdict"]
    'out_of_role'
    """
    panel = read_panel(study, round_=round)
    if not panel.asked & {"relevance", "essential"}:
        raise AnalysisImpossible(
            "Judges rated neither how relevant items are nor whether they are essential. Needed: "
            "a column relevance (1 to 4) or essential in the table judgements."
        )
    votes = total(votes_by_judge(panel))
    items = item_table(study, panel, votes, level=level)
    test = _test(panel, votes, items, replicates=replicates, level=level, seed=seed)
    misplaced = _out_of_role(panel, votes, study.thresholds, level=level)
    return Result(
        tables={
            "items": _attention_first(items),
            "test": test.join(misplaced),
            "verdicts": _verdicts(items, level=level),
        },
        notes=_notes(panel, round),
        provenance={"seed": seed, "i_cvi_min": study.thresholds["relevance_i_cvi_min"].value},
    )


def _attention_first(items: pd.DataFrame) -> pd.DataFrame:
    """What should be looked at first stands first; items of one verdict keep their order."""
    place = items["verdict"].map(VERDICTS.index)
    return items.iloc[place.argsort(kind="stable")].reset_index(drop=True)


def _test(
    panel: Panel, votes: Votes, items: pd.DataFrame, *, replicates: int, level: float, seed: int
) -> pd.DataFrame:
    rated = votes.judges > 0
    shares = ratio(votes.relevant[rated], votes.judges[rated])
    average = float(shares.mean()) if rated.any() else np.nan
    limits = _average_interval(panel, average, replicates=replicates, level=level, seed=seed)
    ratios = items["cvr"].dropna()
    asked = NOBODY if "relevance" in panel.asked else NOT_ASKED
    heard = int(panel.given.any(axis=1).sum())
    why = asked if not rated.any() else "not_asked" if not replicates else FEW
    return tidy(
        {
            "judges": [heard],
            "items": [len(panel.items)],
            "items_rated": [int(rated.sum())],
            "s_cvi_ave": [average],
            "s_cvi_ave_low": [limits.low],
            "s_cvi_ave_high": [limits.high],
            "s_cvi_ua": [float((shares == 1).mean()) if rated.any() else np.nan],
            "cvi": [float(ratios.mean()) if len(ratios) else np.nan],
            "role": pd.Series([panel.role], dtype=object),
        },
        {
            "s_cvi_ave": [why],
            "s_cvi_ua": [asked],
            "cvi": [NOBODY if "essential" in panel.asked else NOT_ASKED],
        },
    )


def _out_of_role(
    panel: Panel, votes: Votes, thresholds: Thresholds, *, level: float
) -> pd.DataFrame:
    """The share of these very items that is another role's work, as sure as such a panel can be."""
    n = len(panel.items)
    if not n or not votes.named.any():
        gone = np.array([np.nan])
        return tidy(dict.fromkeys(_MISPLACED, gone), {_MISPLACED[0]: [NOT_ASKED]})
    chances = chance_out_of_role(votes, thresholds).tolist()
    limits = number_limits(chances, level=level)
    middle = number_limits(chances, level=0.0).low
    values = (middle / n, limits.low / n, limits.high / n)
    return tidy({name: [float(v)] for name, v in zip(_MISPLACED, values, strict=True)})


def _average_interval(
    panel: Panel, average: float, *, replicates: int, level: float, seed: int
) -> Interval[float]:
    """Of S-CVI/Ave over panels of such judges: judges are drawn with replacement, items stay."""
    heard = panel.given.any(axis=1)
    if heard.sum() < 3 or not replicates:
        return UNDEFINED
    votes = np.where(panel.given, panel.relevant, -1)[heard].astype(np.int8)
    votes = votes[canonical_order(votes, seed=seed)]
    given, relevant = (votes >= 0).astype(float), (votes == 1).astype(float)
    draws = unit_draws(len(votes), replicates=replicates, seed=seed).astype(float)
    everyone = 1.0 - np.eye(len(votes))
    samples, left = (_mean_share(w @ relevant, w @ given) for w in (draws, everyone))
    return bootstrap_interval(average, samples, left, level=level).interval


def _mean_share(relevant: Any, given: Any) -> Any:
    """Mean over the items that somebody judged, sample by sample."""
    there = given > 0
    share = np.where(there, relevant / np.where(there, given, 1.0), 0.0)
    return ratio(share.sum(axis=1), there.sum(axis=1))


def _verdicts(items: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """How many items have each verdict, with the interval of their share."""
    n = len(items)
    counts = [int((items["verdict"] == verdict).sum()) for verdict in VERDICTS]
    limits = wilson(counts, n, level=level)
    return tidy(
        {
            "verdict": list(VERDICTS),
            "items": counts,
            "share": ratio(counts, n),
            "share_low": limits.low,
            "share_high": limits.high,
        }
    )


def _notes(panel: Panel, round_: int | None) -> tuple[str, ...]:
    which = (
        f"Ratings are those of round {round_}."
        if round_ is not None
        else "Each judge counts with the last rating given to an item."
    )
    role = f" The test is taken to be for the role {panel.role}." if panel.role else ""
    return (
        f"{which}{role}",
        "The interval of s_cvi_ave is over panels of such judges; the items stay the same.",
    )
