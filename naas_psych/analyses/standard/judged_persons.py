"""Whom judges put into which level: their judgements as codes, and what a person's level is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.errors import AnalysisImpossible
from naas_psych.study.cells import fold, number
from naas_psych.study.study import Study

Ints = NDArray[np.int64]
#: Orders that need no declaration, from the lower level to the higher.
_USUAL = (
    ("not competent", "competent"),
    ("not yet competent", "competent"),
    ("not qualified", "qualified"),
    ("non master", "master"),
    ("below", "above"),
    ("fail", "pass"),
    ("no", "yes"),
    ("deferred", "endorsed"),
    ("not endorsed", "endorsed"),
    ("false", "true"),
)
_NEEDED = (
    "Needed: [standard] levels = the words of the column level of judged_persons, from the lowest "
    "to the highest."
)


@dataclass(frozen=True, eq=False)
class Judgements:
    """n judgements: place of the person in the study (-1: no responses), judge, round, level.

    words : folded level of each; judges (n,) codes into judge_ids, all 0 where none is named
    rounds (n,) codes into round_names, in order of time
    """

    place: Ints
    words: tuple[str, ...]
    judges: Ints
    judge_ids: tuple[str, ...]
    rounds: Ints
    round_names: tuple[str, ...]
    judges_named: bool


def judgements(study: Study) -> Judgements | None:
    """The table judged_persons; None where there is none, or nothing in it."""
    table = study.tables.get("judged_persons")
    if table is None or not {"person_id", "level"} <= set(table.columns):
        return None
    given = table[table["person_id"].notna() & table["level"].notna()]
    if given.empty:
        return None
    place = pd.Index(study.responses.person_ids).get_indexer(pd.Index(given["person_id"]))
    named = "judge_id" in given and bool(given["judge_id"].notna().any())
    judge = given["judge_id"].fillna("unnamed") if named else pd.Series("", index=given.index)
    judges, judge_ids = pd.factorize(judge.astype(str), sort=True)
    rounds, round_names = _rounds(given)
    return Judgements(
        place=np.asarray(place, dtype=np.int64),
        words=_words(given["level"]),
        judges=np.asarray(judges, dtype=np.int64),
        judge_ids=tuple(judge_ids),
        rounds=rounds,
        round_names=round_names,
        judges_named=named,
    )


def _words(levels: pd.Series) -> tuple[str, ...]:
    """Every level as folded text; each distinct one is looked at once."""
    codes, distinct = pd.factorize(levels)
    words = np.array([_word(level) for level in distinct], dtype=object)
    return tuple(words[codes])


def _rounds(given: pd.DataFrame) -> tuple[Ints, tuple[str, ...]]:
    """Numbered rounds by number; words in the order in which they stand, range-finding first."""
    if "round" not in given:
        return np.zeros(len(given), dtype=np.int64), ("1",)
    texts = ["1" if pd.isna(value) else _word(value) for value in given["round"]]
    names = list(dict.fromkeys(texts))
    names.sort(key=_place_of_round)
    return np.array([names.index(text) for text in texts], dtype=np.int64), tuple(names)


def _place_of_round(name: str) -> float:
    """Words without a number keep their order: the sort is stable."""
    value = number(name)
    if value is not None:
        return value
    return {"range_finding": -1.0, "rangefinding": -1.0}.get(name, 1e9)


def _word(value: object) -> str:
    """A cell as folded text; 2.0 is `2`."""
    if isinstance(value, float | int | np.number) and float(value).is_integer():
        return str(int(value))
    return fold(str(value))


def on_border(study: Study, words: Sequence[str]) -> list[str | None]:
    """The cut on whose border each word puts a person; None for a level."""
    word = fold(study.spec.standard.borderline_level)
    known: dict[str, str] = {word: highest_cut(study) or word}
    known |= {f"{word}_{fold(name)}": name for name in study.spec.cuts}
    return [known.get(one) for one in words]


def highest_cut(study: Study) -> str | None:
    """The name of the highest pass mark of the study."""
    cuts = study.spec.cuts
    return max(cuts, key=lambda name: cuts[name].value) if cuts else None


def levels_in_order(study: Study, words: Sequence[str]) -> tuple[str, ...]:
    """Levels from the lowest: as declared, as outcomes are declared, by number, or as usual.

    Raises
    ------
    AnalysisImpossible
        Nothing says which of the levels is higher.
    """
    standard, found = study.spec.standard, set(words)
    if standard.levels is not None:
        return tuple(fold(level) for level in standard.levels)
    outcomes = tuple(fold(one) for one in study.spec.decision.outcomes)
    if found <= set(outcomes):
        return _some_of(outcomes, found)
    if len(found) > 1 and all(number(word) is not None for word in found):
        return tuple(sorted(found, key=float))
    for usual in _USUAL:
        pair = tuple(fold(word) for word in usual)
        if found <= set(pair):
            return pair
    raise AnalysisImpossible(
        f"Nothing says in which order the levels stand: {', '.join(sorted(found))}. {_NEEDED}"
    )


def _some_of(outcomes: tuple[str, ...], found: set[str]) -> tuple[str, ...]:
    """The outcomes that are used; one alone stands against the lowest (or it is the lowest)."""
    if len(found) > 2:
        return outcomes
    if len(found) == 1:
        found = found | ({outcomes[-1]} if outcomes[0] in found else {outcomes[0]})
    return tuple(one for one in outcomes if one in found)


def boundary_names(study: Study, levels: Sequence[str]) -> tuple[str, ...]:
    """The cut at which each level but the lowest begins, by the names of the study's pass marks."""
    cuts = study.spec.cuts
    folded = {fold(name): name for name in cuts}
    names = tuple(levels[1:])
    if all(name in folded for name in names):
        return tuple(folded[name] for name in names)
    if len(names) == len(cuts) and len({cut.unit for cut in cuts.values()}) == 1:
        return tuple(sorted(cuts, key=lambda name: cuts[name].value))
    if len(names) == 1:
        return (highest_cut(study) or names[0],)
    return tuple(folded.get(name, name) for name in names)


@dataclass(frozen=True, eq=False)
class Settled:
    """Persons (n,) by place in the study, the code of their level, and how many are left out."""

    place: Ints
    level: Ints
    disagreed: int
    other_words: int


def settled(found: Judgements, levels: Sequence[str]) -> Settled:
    """One level a person: the middle of the last judgement of each judge, where there is one."""
    codes = np.array([levels.index(word) if word in levels else -1 for word in found.words])
    kept = (codes >= 0) & (found.place >= 0)
    table = pd.DataFrame(
        {
            "place": found.place[kept],
            "judge": found.judges[kept],
            "round": found.rounds[kept],
            "level": codes[kept],
        }
    )
    if found.judges_named:
        last = table.groupby(["place", "judge"])["round"].transform("max")
    else:
        last = table.groupby("place")["round"].transform("max")
    by_person = table[table["round"] == last].groupby("place")["level"]
    middle = by_person.median()
    lower = by_person.quantile(0.5, interpolation="lower")
    agreed = (middle == lower) & (middle % 1 == 0)
    return Settled(
        place=np.asarray(middle.index[agreed], dtype=np.int64),
        level=middle[agreed].to_numpy(dtype=np.int64),
        disagreed=int((~agreed).sum()),
        other_words=int((codes < 0).sum()),
    )
