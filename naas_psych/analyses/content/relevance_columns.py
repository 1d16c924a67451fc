"""The columns on each item: relevance, essential, clarity, owner and congruence, with reasons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.content.congruence import congruence_columns
from naas_psych.analyses.content.expert_panel import HIGH, LOW, Panel
from naas_psych.analyses.content.relevance_verdict import Votes, chance_not_relevant, verdicts
from naas_psych.numerics.content_validity import (
    aiken_interval,
    aiken_v,
    content_validity_ratio,
    critical_ratio,
    modified_kappa,
    spread,
)
from naas_psych.numerics.proportions import wilson
from naas_psych.result import tidy
from naas_psych.study.study import Study

#: Why a number is undefined, in the codes of the catalogue.
NOT_ASKED, NOBODY, FEW = "criterion_not_asked", "no_ratings", "too_few_judges"


def item_table(study: Study, panel: Panel, votes: Votes, *, level: float) -> pd.DataFrame:
    """A row an item, in the order of the study."""
    columns: dict[str, Any] = {"item_id": list(panel.items), "judges": votes.judges}
    columns |= _relevance(study, panel, votes, level)
    columns |= _essential(votes, level)
    columns |= _clarity(panel, level)
    columns |= _owner(panel, votes, level)
    congruent = congruence_columns(study, panel, level=level)
    columns |= congruent
    columns["verdict"] = verdicts(votes, study.thresholds)
    if "text" in study.items:
        columns["item_text"] = study.items["text"].to_numpy(dtype=object)
    return tidy(columns, _reasons(panel, votes, columns))


def _relevance(study: Study, panel: Panel, votes: Votes, level: float) -> dict[str, Any]:
    n = votes.judges
    share = wilson(votes.relevant, n, level=level)
    mean = _mean(panel.relevance)
    v = aiken_v(mean, low=LOW, high=HIGH)
    limits = aiken_interval(v, n, steps=HIGH - LOW, level=level)
    apart = spread(panel.relevance, low=LOW, high=HIGH)
    return {
        "relevant_judges": votes.relevant,
        "i_cvi": ratio(votes.relevant, n),
        "i_cvi_low": share.low,
        "i_cvi_high": share.high,
        "probability_not_relevant": np.where(
            n > 0, chance_not_relevant(votes, study.thresholds), np.nan
        ),
        "kappa_modified": modified_kappa(votes.relevant, n),
        "relevance_mean": mean,
        "relevance_sd": apart.sd,
        "average_deviation": apart.average_deviation,
        "r_wg": apart.r_wg,
        "aiken_v": v,
        "aiken_v_low": limits.low,
        "aiken_v_high": limits.high,
    }


def _essential(votes: Votes, level: float) -> dict[str, Any]:
    n = votes.rated_essential
    share = wilson(votes.essential, n, level=level)
    return {
        "essential_judges": votes.essential,
        "rated_essential": n,
        "cvr": content_validity_ratio(votes.essential, n),
        "cvr_low": 2 * share.low - 1,
        "cvr_high": 2 * share.high - 1,
        "cvr_critical": np.array([critical_ratio(int(judges)) for judges in n]),
    }


def _clarity(panel: Panel, level: float) -> dict[str, Any]:
    mean = _mean(panel.clarity)
    v = aiken_v(mean, low=LOW, high=HIGH)
    n = np.isfinite(panel.clarity).sum(axis=0)
    limits = aiken_interval(v, n, steps=HIGH - LOW, level=level)
    return {
        "clarity_mean": mean,
        "clarity_v": v,
        "clarity_v_low": limits.low,
        "clarity_v_high": limits.high,
    }


def _owner(panel: Panel, votes: Votes, level: float) -> dict[str, Any]:
    """The role most named for each item (None where nobody named one), and its share."""
    most = panel.owner_counts.max(axis=1)
    at = panel.owner_counts.argmax(axis=1)
    names = [panel.roles[k] if n else None for k, n in zip(at, votes.named, strict=True)]
    share = wilson(most, votes.named, level=level)
    return {
        "role_owner": pd.Series(names, dtype=object),
        "role_share": ratio(most, votes.named),
        "role_share_low": share.low,
        "role_share_high": share.high,
        "named_role": votes.named,
        "named_elsewhere": votes.elsewhere,
    }


def _mean(ratings: Any) -> Any:
    given = np.isfinite(ratings)
    return ratio(np.where(given, ratings, 0.0).sum(axis=0), given.sum(axis=0))


def ratio(part: Any, whole: Any) -> Any:
    """Part over whole, nan where there is no whole."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(part, dtype=float) / np.asarray(whole, dtype=float)


#: The criterion behind each group of columns, for the reason why a number is undefined.
_CRITERIA = {
    "relevance": ("i_cvi", "probability_", "kappa_", "relevance_", "average_", "r_wg", "aiken_"),
    "clarity": ("clarity_",),
    "essential": ("cvr",),
    "role_owner": ("role_share",),
}

_CONGRUENCE = ("congruence", "item_objective_congruence")


def _reasons(panel: Panel, votes: Votes, columns: Mapping[str, Any]) -> dict[str, list[str | None]]:
    """Why each number may be undefined: not asked, nobody rated it, or too few judges."""
    given = {
        "relevance": votes.judges,
        "clarity": np.isfinite(panel.clarity).sum(axis=0),
        "essential": votes.rated_essential,
        "role_owner": votes.named,
    }
    why: dict[str, list[str | None]] = {}
    for criterion, starts in _CRITERIA.items():
        nobody = NOBODY if criterion in panel.asked else NOT_ASKED
        said: list[str | None] = [nobody if n == 0 else FEW for n in given[criterion]]
        why |= {name: said for name in columns if name.startswith(starts)}
    return why | dict.fromkeys(_CONGRUENCE, [NOBODY] * len(panel.items))
