"""What the options say, in words that an item writer can act on."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, between, known, listed, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.correlations import probability_r_below
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Findings of `distractors`, item by item; nothing is said about fewer than 30 persons."""
    by_item: dict[str, list[Row]] = {}
    for record in result.tables["options"].to_dict("records"):
        if record["option"] != "omitted":
            by_item.setdefault(str(record["item_id"]), []).append(record)
    for item_id, rows in by_item.items():
        wrong = [row for row in rows if not row["is_key"]]
        persons = max((_persons(row) for row in rows), default=0.0)
        if persons < thresholds["item_persons_min"].value:
            continue
        yield from _unchosen(item_id, rows, thresholds)
        yield from _idle(item_id, wrong, thresholds)
        for row in wrong:
            yield from _misleading(row, persons, thresholds)


def _persons(row: Row) -> float:
    return float(row["n"]) / float(row["proportion"]) if row["n"] else 0.0


def _unchosen(item_id: str, rows: list[Row], thresholds: Thresholds) -> Iterator[Finding]:
    """Options that the study names and nobody chose."""
    nobody = [row for row in rows if row["n"] == 0]
    if not nobody:
        return
    keyed = any(row["is_key"] for row in nobody)
    names = listed(str(row["option"]) for row in nobody)
    yield found(
        code="nobody_chose_option",
        severity="error" if keyed else "info",
        case="key" if keyed else "distractor",
        subject=item_id,
        sentence=f"{item_id}: nobody chose {names}" + (", which the key names." if keyed else "."),
        value=0.0,
        limits=(0.0, nobody[0]["proportion_high"]),
        threshold=thresholds["distractor_proportion_min"],
    )


def _idle(item_id: str, wrong: list[Row], thresholds: Thresholds) -> Iterator[Finding]:
    """Distractors that surely fewer than 5 % choose, unless the item is very easy."""
    line = thresholds["distractor_proportion_min"].value
    idle = [
        row for row in wrong if _too_few(row) or (row["n"] > 0 and row["proportion_high"] < line)
    ]
    if not idle or idle[0]["facility"] > thresholds["distractor_waiver_facility"].value:
        return
    names = listed(
        str(row["option"]) if _too_few(row) else f"{row['option']} ({row['proportion']:.1%})"
        for row in idle
    )
    most = max(idle, key=lambda row: -1.0 if _too_few(row) else float(row["proportion"]))
    yield found(
        code="distractor_idle",
        severity="info",
        subject=item_id,
        sentence=f"{item_id}: hardly anybody chooses {names}.",
        value=known(most["proportion"]),
        limits=(most["proportion_low"], most["proportion_high"]),
        threshold=thresholds["distractor_proportion_min"],
    )


def _too_few(row: Row) -> bool:
    """So few persons chose the option that their number is not shown."""
    return row.get("n_reason") == "withheld"


def _misleading(row: Row, persons: float, thresholds: Thresholds) -> Iterator[Finding]:
    """A distractor that stronger persons choose, beyond what chance would do."""
    r = row["option_rest_r"]
    if row["small_n"] or not r > thresholds["distractor_r_max"].value:
        return
    line = thresholds["distractor_r_max"].value
    limits = (row["option_rest_r_low"], row["option_rest_r_high"])
    # A test has a hundred distractors: only an interval wholly above the line is worth a warning.
    if not limits[0] > line:
        return
    probability = 1 - probability_r_below(float(r), persons - 1, line=line)
    yield found(
        code="distractor_misleading",
        severity="warning",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']}: the wrong option {row['option']} draws stronger persons; its "
        f"correlation with the rest score is {short(r)}{between(*limits)}.",
        value=float(r),
        limits=limits,
        probability=probability,
        threshold=thresholds["distractor_r_max"],
    )
