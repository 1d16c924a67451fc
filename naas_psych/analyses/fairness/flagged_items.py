"""Items that show a difference between two groups, by comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from naas_psych.analyses.fairness.comparison_columns import COMPARISON, Key
from naas_psych.analyses.fairness.dif_mantel_haenszel import dif_mantel_haenszel
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study

_VERDICTS = {"large": ("large",), "moderate": ("large", "moderate")}


@dataclass(frozen=True)
class Flagged:
    """The items of one comparison that are flagged.

    untestable : share of the items that too few persons responded to
    told : an item is flagged, or enough of them could be tested to say that none is
    """

    item_ids: tuple[str, ...]
    untestable: float
    told: bool


def flagged_items(
    study: Study, group: Sequence[str] | None, *, omitted: Counted | None, least: str
) -> dict[Key, Flagged]:
    """By group, reference and focal: items of a moderate (or only of a large) difference."""
    asked = None if group is None else list(group)
    table = dif_mantel_haenszel(study, group=asked, omitted=omitted).tables["items"]
    most = study.thresholds["dtf_untestable_share_max"].value
    found = {}
    for key, rows in table.groupby([*COMPARISON], sort=False):
        marked = rows.loc[rows["verdict"].isin(_VERDICTS[least]), "item_id"]
        untold = float((rows["verdict"] == "cannot_tell").mean())
        told = bool(len(marked)) or untold <= most
        group_name, reference, focal = (str(part) for part in key)
        found[(group_name, reference, focal)] = Flagged(tuple(map(str, marked)), untold, told)
    return found
