"""How large the group below a cut would be, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from naas_psych.analyses.cutscores.population_words import rounded_to_width
from naas_psych.analyses.items.phrasing import Row, capital, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def population_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """For each cut, the highest first: the group below it, then how many outcomes are wrong."""
    words, errors = result.tables["words"], result.tables["errors"]
    total = result.provenance["population"]
    for name in dict.fromkeys(words["cut_name"]):
        row = _last(words, name)
        wrong = _last(errors, name)
        first = words[words["cut_name"] == name].to_dict("records")[0]
        yield _size(row, first, total, thresholds)
        one = _wrong(wrong, total, thresholds)
        if one is not None:
            yield one


def _last(table: pd.DataFrame, name: Any) -> Row:
    """The row that weighs persons, where there is one."""
    rows: list[Row] = list(table[table["cut_name"] == name].to_dict("records"))
    return rows[-1]


def _size(row: Row, first: Row, total: float | None, thresholds: Thresholds) -> Finding:
    share, low, high = (known(row[f"share{end}"]) for end in ("", "_low", "_high"))
    line = thresholds["below_very_small"]
    sentence = f"{_at(row)}how many would be below the cut is withheld."
    if share is not None:
        limits = _limits(row, total)
        sentence = f"{_at(row)}about {_many(row, total)} would be below the cut{limits}: "
        sentence += _words(row, line.value) + _unweighted(row, first) + _selection(row)
    far = str(row["very_small_fits"]) == "does not fit"
    return found(
        code="group_below_size",
        severity="warning" if far else "info",
        subject=str(row["cut_name"]),
        sentence=sentence,
        value=share,
        limits=(low, high),
        threshold=line,
    )


def _at(row: Row) -> str:
    percent, name = known(row["percent"]), str(row["cut_name"])
    if percent is None:
        return f'At the cut "{name}" '
    stands = f"{percent:.4g} %"
    same = name.replace(" ", "") == stands.replace(" ", "")
    return f"At {stands} " if same else f"At {stands} ({name}) "


def _many(row: Row, total: float | None) -> str:
    """`4,700 of 30,000`, rounded to what the limits bear; else `16 of 100`."""
    heads = [known(row[f"of_population{end}"]) for end in ("", "_low", "_high")]
    if total is None or heads[0] is None:
        return f"{100 * float(row['share']):.1f} of 100"
    low, high = (heads[0] if h is None else h for h in heads[1:])
    return f"{rounded_to_width(heads[0], low, high):,.0f} of {total:,.0f}"


def _limits(row: Row, total: float | None) -> str:
    ends = [known(row[f"of_population{end}"]) for end in ("_low", "_high")]
    if total is not None and ends[0] is not None and ends[1] is not None:
        low, high = (rounded_to_width(end, ends[0], ends[1]) for end in (ends[0], ends[1]))
        return f" ({low:,.0f} to {high:,.0f})"
    ends = [known(row[f"share{end}"]) for end in ("_low", "_high")]
    if ends[0] is None or ends[1] is None:
        return ""
    return f" ({100 * ends[0]:.1f} to {100 * ends[1]:.1f})"


def _words(row: Row, line: float) -> str:
    phrase = f"the words 'a very, very small group' ({100 * line:.2g} % or fewer)"
    said = {
        "fits": f"{phrase} fit.",
        "does not fit": f"{phrase} do not fit.",
    }.get(str(row["very_small_fits"]), f"whether {phrase} fit cannot be told.")
    word = str(row["size_word"])
    size = (
        f" Its size cannot be told from these limits; by the estimate it is {row['point_word']}."
        if word == "cannot tell"
        else f" The group is {_at_most(row)}{word}."
    )
    return said + (size if str(row["very_small_fits"]) != "fits" else "")


def _at_most(row: Row) -> str:
    """`at most ` where the estimate has a smaller word than the limits allow to say."""
    return "" if row["size_word"] == row["point_word"] else "at most "


def _unweighted(row: Row, first: Row) -> str:
    before, after = known(first["share"]), known(row["share"])
    if row["weighting"] == first["weighting"] or before is None or after is None:
        return ""
    return (
        f" Of 100 who sat the test {100 * before:.1f} are below; weighted to the population "
        f"{100 * after:.1f}."
    )


def _selection(row: Row) -> str:
    """What shift of ability would change the word."""
    tips = {word: known(row[f"tip_{word}"]) for word in ("smaller", "larger")}
    shift = tips["smaller"]
    if shift is None:
        return ""
    return (
        f" A smaller word would fit if the population were {abs(shift):.2f} standard deviations "
        f"{'abler' if shift > 0 else 'less able'} than those who came."
    )


def _wrong(row: Row, total: float | None, thresholds: Thresholds) -> Finding | None:
    values = {name: known(row[name]) for name in ("false_pass", "false_fail")}
    if values["false_pass"] is None or values["false_fail"] is None:
        return None
    said = {name: _heads(row, name, total) for name in values}
    of = (
        "100"
        if total is None or known(row["of_population_false_pass"]) is None
        else f"{total:,.0f}"
    )
    return found(
        code="wrong_outcomes_in_population",
        severity="info",
        subject=str(row["cut_name"]),
        sentence=f"{capital(_at(row))}about {said['false_pass']} of {of} would reach the cut "
        f"without having what it asks (false passes), and {said['false_fail']} would stay below "
        f"though they have (false fails).{_of_those_below(row)}",
        value=values["false_pass"] + values["false_fail"],
        threshold=thresholds["decision_accuracy_min"],
    )


def _heads(row: Row, name: str, total: float | None) -> str:
    column, scale, decimals = f"of_population_{name}", 1.0, 0
    if total is None or known(row[column]) is None:
        column, scale, decimals = name, 100.0, 1
    value, low, high = (known(row[f"{column}{end}"]) for end in ("", "_low", "_high"))
    if value is None:
        return "an unknown number"
    if low is None or high is None:
        return f"{scale * value:,.{decimals}f}"
    if decimals:
        return f"{scale * value:.1f} ({scale * low:.1f} to {scale * high:.1f})"
    at, least, most = (rounded_to_width(one, low, high) for one in (value, low, high))
    return f"{at:,.0f} ({least:,.0f} to {most:,.0f})"


def _of_those_below(row: Mapping[Any, Any]) -> str:
    false, near = known(row["below_false_share"]), known(row["below_near_share"])
    parts = []
    if false is not None:
        parts.append(f"{100 * false:.0f} are false fails")
    if near is not None:
        parts.append(f"{100 * near:.0f} are within one standard error of measurement of it")
    return f" Of 100 below the cut {' and '.join(parts)}." if parts else ""
