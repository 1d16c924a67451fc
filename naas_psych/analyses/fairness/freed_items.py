"""Which items get parameters of each group's own, and how many could be tested at all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from naas_psych.analyses.fairness.comparison_columns import Key, key_of
from naas_psych.analyses.fairness.flagged_items import flagged_items
from naas_psych.analyses.kept import kept
from naas_psych.errors import UsageError
from naas_psych.study.groupings import Comparison
from naas_psych.study.responses import Counted
from naas_psych.study.study import Study


@dataclass(frozen=True)
class Freed:
    """Of one comparison: items freed (indices in the study), and the share that was not testable.

    untestable : of the items that were tested for a difference; 0 where anchors were named
    """

    items: frozenset[int]
    untestable: float


def freed_items(
    study: Study,
    group: Sequence[str] | None,
    anchor: Sequence[str] | None,
    *,
    omitted: Counted | None,
) -> dict[Key, Freed] | Freed:
    """By comparison, the items of a moderate or large difference; with anchors, all others.

    Raises
    ------
    UsageError
        An anchor is no item of the study.
    """
    if anchor is None:
        asked = ("freed_items", tuple(group or ()), omitted or study.omitted)
        return kept(study, asked, lambda: _flagged(study, group, omitted))
    ids = study.responses.item_ids
    unknown = [name for name in anchor if name not in ids]
    if unknown:
        raise UsageError(
            f"--anchor {unknown[0]} is no item of this study. Its items are: "
            f"{', '.join(ids[:20])}{' ...' if len(ids) > 20 else ''}."
        )
    return Freed(frozenset(j for j, name in enumerate(ids) if name not in anchor), 0.0)


def freed_in(found: dict[Key, Freed] | Freed, comparison: Comparison) -> Freed:
    """What is freed in one comparison."""
    if isinstance(found, Freed):
        return found
    return found.get(key_of(comparison), Freed(frozenset(), 1.0))


def _flagged(
    study: Study, group: Sequence[str] | None, omitted: Counted | None
) -> dict[Key, Freed]:
    place = {name: j for j, name in enumerate(study.responses.item_ids)}
    found = flagged_items(study, group, omitted=omitted, least="moderate")
    return {
        key: Freed(frozenset(place[name] for name in one.item_ids), one.untestable)
        for key, one in found.items()
    }
