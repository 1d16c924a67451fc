"""Role ownership: whose work is each item about, in the eyes of the judges?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.expert_panel import (
    Panel,
    Round,
    backgrounds,
    in_words,
    read_panel,
)
from naas_psych.analyses.content.relevance_columns import FEW, NOBODY, NOT_ASKED, ratio
from naas_psych.analyses.content.role_ownership_drawings import (
    role_ownership_drawings as drawings,
)
from naas_psych.analyses.items.phrasing import listed
from naas_psych.analysis import Level, analysis
from naas_psych.errors import AnalysisImpossible
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.agreement import fleiss_kappa, gwet_ac, observed_agreement
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.content_validity import chance_below
from naas_psych.numerics.intervals import t_quantile
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

if TYPE_CHECKING:
    from naas_psych.thresholds import Thresholds

__all__ = ["drawings", "findings", "role_ownership"]


@analysis
def role_ownership(study: Study, *, round: Round = None, level: Level = 0.95) -> Result:
    """Whose work is each item about, in the eyes of the judges?

    Formula
    -------
    role_share = judges who name the role most named, over judges who name one; Wilson's interval.
    ownership by Jeffreys' prior: `own` if with probability .80 more than half of such judges name
    the role of the test, `other` if with probability .80 fewer than half do, else `shared`.

    How to read it
    --------------
    An item of another role is not wrong in itself: somebody has to say why this role needs it.
    `shared` items are those on which the panel cannot be told from one split in halves. The table
    backgrounds tells whether one profession sees its own work where others do not.

    When not to use it
    ------------------
    Not as a job analysis: it is the view of this panel. Where most judges have one background, so
    has the answer.

    Agrees with
    -----------
    Wilson's interval and Fleiss' kappa on worked examples to five digits.

    References
    ----------
    wilson_1927, fleiss_1971, gwet_2008

    Examples
    --------
    >>> import naas_psych as nps
    >>> study = nps.read_study("data/sample_responses/naas_pilot")
    >>> items = nps.role_ownership(study).tables["items"]
    >>> sorted(items.loc[items["ownership"] == "other", "item_id"])
    ['AL07', 'AL19', 'AL22', 'BE06', 'BE20']
    """
    panel = read_panel(study, round_=round)
    if panel.role is None or panel.role not in panel.roles:
        raise AnalysisImpossible(
            "Judges were not asked whose work the items are about. Needed: a column role_owner "
            "in the table judgements that names a role, such as social_worker."
        )
    items = _items(study, panel, level=level)
    return Result(
        tables={
            "items": items,
            "roles": _roles(panel, items, level=level),
            "counts": _counts(panel),
            "backgrounds": _backgrounds(study, panel, level=level),
            "agreement": _agreement(panel, level=level),
        },
        notes=(f"The test is taken to be for the role {panel.role}.",),
        provenance={"role": panel.role},
    )


def _items(study: Study, panel: Panel, *, level: float) -> pd.DataFrame:
    """A row an item, first those that the role of the test does not own for sure."""
    counts = panel.owner_counts
    named, most = counts.sum(axis=1), counts.max(axis=1)
    own = counts[:, panel.roles.index(str(panel.role))]
    share, own_share = wilson(most, named, level=level), wilson(own, named, level=level)
    owner = [panel.roles[k] if n else None for k, n in zip(counts.argmax(1), named, strict=True)]
    why = [NOBODY] * len(panel.items)
    ownership = _ownership(own, named, study.thresholds)
    table = tidy(
        {
            "item_id": list(panel.items),
            "ownership": ownership,
            "role_owner": pd.Series(owner, dtype=object),
            "named_role": named,
            "role_share": ratio(most, named),
            "role_share_low": share.low,
            "role_share_high": share.high,
            "own_share": ratio(own, named),
            "own_share_low": own_share.low,
            "own_share_high": own_share.high,
            "max_score": study.responses.max_points * study.responses.unit,
        },
        {"role_share": why, "own_share": why},
    )
    order = np.argsort([_OWNERSHIP.index(word) for word in ownership], kind="stable")
    return table.iloc[order].reset_index(drop=True)


_OWNERSHIP = ("other", "shared", "not_rated", "own")


def _ownership(own: Any, named: Any, thresholds: Thresholds) -> Any:
    sure = thresholds["relevance_probability_min"].value
    minority = chance_below(own, named, line=0.5)
    choices = [named == 0, minority >= sure, minority <= 1 - sure]
    return np.select(choices, ["not_rated", "other", "own"], default="shared").astype(object)


def _roles(panel: Panel, items: pd.DataFrame, *, level: float) -> pd.DataFrame:
    """For each role the items it is most named for, and the marks they carry."""
    asked = items[items["named_role"] > 0]
    score = asked["max_score"].sum()
    owned = [asked[asked["role_owner"] == role] for role in panel.roles]
    n = np.array([len(rows) for rows in owned])
    limits = wilson(n, len(asked), level=level)
    named = panel.owner_counts.sum(axis=0)
    return tidy(
        {
            "role": list(panel.roles),
            "items": n,
            "share": ratio(n, len(asked)),
            "share_low": limits.low,
            "share_high": limits.high,
            "max_score": [float(rows["max_score"].sum()) for rows in owned],
            "score_share": [float(rows["max_score"].sum() / score) for rows in owned],
            "ratings": named,
            "rating_share": ratio(named, named.sum()),
        }
    )


def _counts(panel: Panel) -> pd.DataFrame:
    """How many judges name each role, item by item; only what was named."""
    item, role = np.nonzero(panel.owner_counts)
    n = panel.owner_counts[item, role]
    return pd.DataFrame(
        {
            "item_id": np.array(panel.items, dtype=object)[item],
            "role": np.array(panel.roles, dtype=object)[role],
            "judges": n,
            "share": n / panel.owner_counts.sum(axis=1)[item],
        }
    )


def _backgrounds(study: Study, panel: Panel, *, level: float) -> pd.DataFrame:
    """How judges of each background see the items: the mean of judges, its limits over judges."""
    known = np.array([name or "unknown" for name in backgrounds(study, panel.judges)], dtype=object)
    given, named = panel.given.sum(axis=1), (panel.owner >= 0).sum(axis=1)
    relevant = ratio(panel.relevant.sum(axis=1), given)
    own = ratio((panel.owner == panel.roles.index(str(panel.role))).sum(axis=1), named)
    rows = []
    for background in sorted(set(known)):
        members = known == background
        rows.append(
            {
                "background": background,
                "judges": int(members.sum()),
                "ratings": int(named[members].sum()),
                **_mean_of_judges("relevant_share", relevant[members], level=level),
                **_mean_of_judges("own_share", own[members], level=level),
            }
        )
    columns = {name: [row[name] for row in rows] for name in rows[0]}
    nothing = NOBODY if "relevance" in panel.asked else NOT_ASKED
    reasons = {
        f"{name}{end}": [nothing if not end or np.isnan(row[name]) else FEW for row in rows]
        for name in ("relevant_share", "own_share")
        for end in ("", "_low", "_high")
    }
    return tidy(columns, reasons)


def _mean_of_judges(name: str, shares: Floats, *, level: float) -> dict[str, float]:
    """Mean share with a t interval over judges, three or more, cut at 0 and 1."""
    known = shares[np.isfinite(shares)]
    mean = float(known.mean()) if known.size else np.nan
    low = high = np.nan
    if known.size >= 3:
        half = t_quantile(level, known.size - 1) * float(known.std(ddof=1)) / np.sqrt(known.size)
        low, high = max(mean - half, 0.0), min(mean + half, 1.0)
    return {name: mean, f"{name}_low": low, f"{name}_high": high}


def _agreement(panel: Panel, *, level: float) -> pd.DataFrame:
    counts = panel.owner_counts
    ac, fleiss = gwet_ac(counts, level=level), fleiss_kappa(counts, level=level)
    agreed = observed_agreement(counts)
    why = FEW if np.isnan(agreed) else "all_ratings_same"
    columns = {
        "criterion": ["role_owner"],
        "judges": [int((panel.owner >= 0).any(axis=1).sum())],
        "items": [int((counts.sum(axis=1) > 0).sum())],
        "p_a": [agreed],
        "ac": [ac.value],
        "ac_low": [ac.interval.low],
        "ac_high": [ac.interval.high],
        "fleiss_kappa": [fleiss.value],
        "fleiss_kappa_low": [fleiss.interval.low],
        "fleiss_kappa_high": [fleiss.interval.high],
    }
    reasons = {
        name: ["too_few_items" if name.endswith(("_low", "_high")) and counts.shape[0] < 2 else why]
        for name in columns
    }
    return tidy(columns, reasons)


def findings(result: Result, thresholds: Thresholds) -> Iterable[Finding]:
    """How much of the test most judges hold to be another role's work."""
    items = result.tables["items"]
    asked = items[items["named_role"] > 0]
    other = asked[asked["ownership"] == "other"]
    if other.empty:
        return
    line = thresholds["out_of_role_share_max"]
    limits = wilson(len(other), len(asked), level=float(result.options["level"]))
    low, high = float(limits.low), float(limits.high)
    marks = float(other["max_score"].sum() / asked["max_score"].sum())
    tail = (
        ""
        if low > line.value
        else f"; a share on either side of {100 * line.value:.0f} is plausible"
    )
    yield found(
        code="work_of_other_roles",
        severity="warning" if low > line.value else "info",
        subject="test",
        sentence=f"Most judges give {len(other)} of {len(asked)} items ({100 * marks:.0f} of 100 "
        f"marks) to another role than {in_words(result.provenance['role'])}: "
        f"{listed(map(str, other['item_id']))} (plausible {100 * low:.0f} to {100 * high:.0f} of "
        f"100 items{tail}).",
        value=len(other) / len(asked),
        limits=(low, high),
        threshold=line,
    )
