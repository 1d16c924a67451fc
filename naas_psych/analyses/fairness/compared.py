"""The groups that an analysis was asked to compare, or a refusal that says what there is."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from naas_psych.analyses.kept import kept
from naas_psych.errors import AnalysisImpossible, UsageError
from naas_psych.study.groupings import Comparison, Groups, groups_of, level_values
from naas_psych.study.study import Study


def groups_asked(study: Study, asked: Sequence[str] | None) -> tuple[Groups, ...]:
    """Every group column asked for (COLUMN or COLUMN=REFERENCE), else those of [groups].

    Raises
    ------
    UsageError
        There is no such column, or no person of the reference level.
    AnalysisImpossible
        Nothing says which groups to compare.
    """
    if not asked and not study.spec.groups:
        raise AnalysisImpossible(
            "No group is named, so there is nobody to compare. Needed: --group COLUMN, or in "
            f"study.toml [groups] with the reference level of a person column. {_there(study)}"
        )
    found = [_one(study, each) for each in dict.fromkeys(asked or list(study.spec.groups))]
    return tuple(found)


def comparisons_asked(study: Study, asked: Sequence[str] | None) -> tuple[Comparison, ...]:
    """Every reference with every other level of the columns asked for.

    Raises
    ------
    AnalysisImpossible
        No column asked for has two levels.
    """
    groups = groups_asked(study, asked)
    found = tuple(one for each in groups for one in each.comparisons())
    if not found:
        names = ", ".join(each.name for each in groups)
        raise AnalysisImpossible(
            f"No two levels of {names} have persons. Needed: a person column with two levels or "
            "more (and, for bands, with numbers)."
        )
    return found


def _one(study: Study, asked: str) -> Groups:
    known = [name for name in study.persons.columns if name != "person_id"]
    name, _, reference = (asked, "", "") if asked in known else asked.partition("=")
    if name not in known:
        near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise UsageError(f"The persons have no column {name!r}.{hint} {_there(study)}")
    try:
        return kept(
            study,
            ("groups_of", name, reference or None),
            lambda: groups_of(study, name, reference or None),
        )
    except KeyError as error:
        levels = sorted({str(v) for v in level_values(study, name) if v is not None})
        near = difflib.get_close_matches(str(error.args[0]), levels, n=1, cutoff=0.5)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise UsageError(
            f"Nobody belongs to the reference level {error.args[0]!r} of {name}.{hint} "
            f"Its levels are: {', '.join(levels[:12])}."
        ) from error


def _there(study: Study) -> str:
    known = [str(name) for name in study.persons.columns if name != "person_id"]
    if not known:
        return "This study has no persons table with columns to compare by."
    return f"The persons table has: {', '.join(known[:20])}."
