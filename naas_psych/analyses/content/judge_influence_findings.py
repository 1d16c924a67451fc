"""What judge influence says in words: who stands apart, and what moves without them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.forms import form_in_words
from naas_psych.analyses.items.phrasing import Row, between, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

#: Ratings of one value from which it is said of a judge.
_SAME = 5


def judge_influence_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Judges who stand apart or rate all alike, then backgrounds on which something hangs."""
    tables = result.tables
    for row in _rows(tables.get("judges")):
        if row["stands_apart"]:
            yield _apart(row, thresholds)
        yield from _same(row, row["items"], row["relevance_mean"], "relevance")
    for row in _rows(tables.get("setters")):
        if row["insensitive"]:
            yield _insensitive(row, tables["cuts"], thresholds)
        yield from _same(row, row["ratings"], row["judged_mean"], "probability")
    yield from _backgrounds(tables, thresholds)


def _rows(table: pd.DataFrame | None) -> list[Row]:
    return [] if table is None else list(table.to_dict("records"))


def _apart(row: Row, thresholds: Thresholds) -> Finding:
    background = f" ({in_words(row['background'])})" if row["background"] else ""
    who = f"{row['judge_id']}{background}"
    change = float(row["s_cvi_change"])
    return found(
        code="judge_stands_apart",
        severity="warning",
        subject=str(row["judge_id"]),
        sentence=f"{who} calls {100 * row['relevant_share']:.0f} of 100 items relevant and rates "
        f"{abs(row['deviation']):.1f} points {'below' if row['deviation'] < 0 else 'above'} the "
        f"others; without this judge S-CVI/Ave {'rises' if change > 0 else 'falls'} by "
        f"{short(abs(change))} to {short(row['s_cvi_without'])} and {row['verdicts_changed']} "
        "verdicts change.",
        value=row["deviation"],
        threshold=thresholds["judge_deviation_min"],
    )


def _same(row: Row, n: int, value: float, what: str) -> Iterator[Finding]:
    if row["one_value"] and n >= _SAME:
        yield found(
            code="judge_one_value",
            severity="info",
            subject=str(row["judge_id"]),
            sentence=f"{row['judge_id']} gave the same {what} ({value:g}) to all {n} items.",
            value=float(value),
        )


def _insensitive(row: Row, cuts: pd.DataFrame, thresholds: Thresholds) -> Finding:
    limits = row["facility_r_low"], row["facility_r_high"]
    moved = [
        f"{cut['cut_change']:+.1f} points on {form_in_words(str(cut['form']))}"
        for cut in cuts[cuts["judge_id"] == row["judge_id"]].to_dict("records")
        if known(cut["cut_change"]) is not None
    ]
    tail = f"; without this judge the cut moves by {' and '.join(moved)}" if moved else ""
    return found(
        code="judge_insensitive",
        severity="warning",
        subject=str(row["judge_id"]),
        sentence=f"The probabilities that {row['judge_id']} gives do not go with how hard items "
        f"are: r {short(row['facility_r'])}{between(*limits)}, mean {short(row['judged_mean'])}, "
        f"SD {short(row['judged_sd'])}{tail}.",
        value=row["facility_r"],
        limits=limits,
        threshold=thresholds["judge_facility_r_min"],
    )


def _backgrounds(tables: Mapping[str, pd.DataFrame], thresholds: Thresholds) -> Iterator[Finding]:
    """Backgrounds without whom items change sides, or the cut moves by more than its error."""
    share, line = thresholds["background_items_max"], thresholds["background_cut_se_max"]
    sure = thresholds["judge_p_max"].value
    for row in _rows(tables.get("backgrounds")):
        items = int(tables["judges"]["items"].max())
        p = known(row["p_background"])
        if p is not None and p < sure and row["items_crossing"] > share.value * items:
            yield _decides(row, items, thresholds)
    for row in _rows(tables.get("cut_backgrounds")):
        moved, p = known(row["cut_change_in_se"]), known(row["p_background"])
        if moved is not None and abs(moved) > line.value:
            yield _moves_cut(row, moved, p is not None and p < sure, thresholds)


def _decides(row: Row, items: int, thresholds: Thresholds) -> Finding:
    return found(
        code="background_decides_relevance",
        severity="warning",
        subject=str(row["background"]),
        sentence=f"Without the {_judges(row)} {row['items_crossing']} of {items} items come to "
        f"lie on the other side of the line, and S-CVI/Ave changes by {row['s_cvi_change']:+.2f}.",
        value=float(row["items_crossing"]),
        threshold=thresholds["background_items_max"],
    )


def _moves_cut(row: Row, moved: float, sure: bool, thresholds: Thresholds) -> Finding:
    tail = "" if sure else "; leaving out as many judges at random can do that too"
    return found(
        code="background_moves_cut",
        severity="warning" if sure else "info",
        subject=f"{row['background']}, {form_in_words(str(row['form']))}",
        sentence=f"Without the {_judges(row)} the cut on {form_in_words(str(row['form']))} moves "
        f"by {row['cut_change']:+.1f} points, {abs(moved):.1f} times its standard error{tail}.",
        value=moved,
        threshold=thresholds["background_cut_se_max"],
    )


def _judges(row: Row) -> str:
    n = int(row["judges"])
    return f"{n} {in_words(row['background'])} judge{'' if n == 1 else 's'}"
