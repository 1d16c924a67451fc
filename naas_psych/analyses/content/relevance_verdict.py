"""The verdict on each item from counts of judges: relevant, doubtful, out of role or to keep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from naas_psych.analyses.content.expert_panel import Panel
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.content_validity import chance_below
from naas_psych.thresholds import Thresholds

Ints = NDArray[np.int64]
#: In the order in which people should look at them.
VERDICTS = (
    "out_of_role",
    "not_relevant",
    "keep_essential",
    "doubtful",
    "cannot_tell",
    "relevant",
)


@dataclass(frozen=True, kw_only=True)
class Votes:
    """Counts of judges on I items, each (I,) or (S, I) for S panels at once.

    Attributes
    ----------
    judges, relevant : who rated relevance, and who called the item relevant
    rated_essential, essential : who rated whether it is essential, and who said so
    named, elsewhere : who named a role, and who named another than that of the test
    """

    judges: Ints
    relevant: Ints
    rated_essential: Ints
    essential: Ints
    named: Ints
    elsewhere: Ints

    def without(self, other: Votes) -> Votes:
        """The same panel without these judges."""
        return Votes(**{name: getattr(self, name) - getattr(other, name) for name in _FIELDS})


_FIELDS = tuple(Votes.__dataclass_fields__)


def votes_by_judge(panel: Panel) -> Votes:
    """The vote (J, I) of each judge."""
    own = -1 if panel.role is None else _place(panel.roles, panel.role)
    return Votes(
        judges=panel.given.astype(np.int64),
        relevant=panel.relevant.astype(np.int64),
        rated_essential=(panel.essential >= 0).astype(np.int64),
        essential=(panel.essential == 0).astype(np.int64),
        named=(panel.owner >= 0).astype(np.int64),
        elsewhere=((panel.owner >= 0) & (panel.owner != own)).astype(np.int64),
    )


def _place(roles: tuple[str, ...], role: str) -> int:
    return roles.index(role) if role in roles else -1


def total(votes: Votes, members: Any = slice(None)) -> Votes:
    """The votes (I,) of these judges together."""
    return Votes(**{name: getattr(votes, name)[members].sum(axis=0) for name in _FIELDS})


def chance_not_relevant(votes: Votes, thresholds: Thresholds) -> Floats:
    """P(fewer such judges than the target would call the item relevant)."""
    line = thresholds["relevance_i_cvi_min"].value
    return chance_below(votes.relevant, votes.judges, line=line)


def chance_elsewhere(votes: Votes) -> Floats:
    """P(more than half of such judges would name another role); nan where nobody named one."""
    within = chance_below(votes.elsewhere, votes.named, line=0.5)
    return np.where(votes.named > 0, 1 - within, np.nan)


def chance_out_of_role(votes: Votes, thresholds: Thresholds) -> Floats:
    """P(not relevant and another role's work), as if the two were judged apart; 0 when unknown."""
    both = chance_not_relevant(votes, thresholds) * chance_elsewhere(votes)
    few = votes.judges < thresholds["relevance_judges_min"].value
    return np.where(few | ~np.isfinite(both), 0.0, both)


def verdicts(votes: Votes, thresholds: Thresholds) -> NDArray[np.object_]:
    """One of `VERDICTS` for each item; the rule is in the docstring of `item_relevance`."""
    sure = thresholds["relevance_probability_min"].value
    below = chance_not_relevant(votes, thresholds)
    low = below >= sure
    small = votes.judges <= thresholds["relevance_small_panel"].value
    high = np.where(small, votes.relevant == votes.judges, 1 - below >= sure)
    elsewhere = chance_elsewhere(votes) >= sure
    half = chance_below(votes.essential, votes.rated_essential, line=0.5)
    essential = (votes.rated_essential > 0) & (half < sure)
    few = votes.judges < thresholds["relevance_judges_min"].value
    choices = [few, low & elsewhere, low & essential, low, high]
    words = ["cannot_tell", "out_of_role", "keep_essential", "not_relevant", "relevant"]
    return np.select(choices, words, default="doubtful").astype(object)
