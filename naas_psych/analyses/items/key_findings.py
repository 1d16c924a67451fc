"""Keys that the responses speak against, in words that an item writer can act on."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """One finding for each item whose status is not ok.

    Where fewer than 30 persons met the item, one rule alone is often chance: two must agree, and
    then it is a key to check, never a probable slip.
    """
    for row in result.tables["items"].to_dict("records"):
        if row["n"] < thresholds["item_persons_min"].value:
            if row["status"] == "check key" and ";" in str(row["reason"]):
                yield _check(row, thresholds)
        elif row["status"] == "double key?":
            yield _double(row, thresholds)
        elif row["status"] == "check key":
            yield (
                _probable(row, thresholds)
                if _is_probable(row, thresholds)
                else _check(row, thresholds)
            )


def _is_probable(row: Row, thresholds: Thresholds) -> bool:
    """The key goes the wrong way while another option goes the right way (or: see `reason`)."""
    if known(row["best_distractor_r"]) is None:
        return False
    rival = row["best_distractor_r"] > thresholds["key_rival_r_probable"].value
    sure = (known(row["probability_rival"]) or 0.0) > thresholds["key_rival_probability"].value
    return bool(rival and row["key_r"] < thresholds["key_r_max"].value and sure)


def _numbers(row: Row) -> str:
    key_r, rival_r = known(row["key_r"]), known(row["best_distractor_r"])
    key = "was chosen by nobody or by all" if key_r is None else f"has {short(key_r)}"
    rival = "" if rival_r is None else f", {row['best_distractor']} has {short(rival_r)}"
    return f"the key {row['key']} {key}{rival} (correlation with the rest score)"


def _probable(row: Row, thresholds: Thresholds) -> Finding:
    return found(
        code="probable_miskey",
        severity="error",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} is probably keyed wrong: {_numbers(row)}. The likely key is "
        f"{row['suggested_key']}; with it facility would be {short(row['facility_if_rekeyed'])} "
        f"instead of {short(row['facility'])}.",
        value=float(row["best_distractor_r"]),
        probability=known(row["probability_rival"]),
        threshold=thresholds["key_rival_r_probable"],
    )


def _check(row: Row, thresholds: Thresholds) -> Finding:
    said = row["suggested_key"]
    towards = f" If it is wrong, the likely key is {said}." if isinstance(said, str) else ""
    if row["n"] < thresholds["item_persons_min"].value:
        towards += f" Only {row['n']} persons met it, so this is a hint."
    return found(
        code="check_key",
        severity="warning",
        subject=str(row["item_id"]),
        sentence=f"Check the key of {row['item_id']}: {_numbers(row)}.{towards}",
        value=known(row["best_distractor_r"]),
        probability=known(row["probability_rival"]),
        threshold=thresholds["key_rival_probability"],
    )


def _double(row: Row, thresholds: Thresholds) -> Finding:
    return found(
        code="possible_double_key",
        severity="warning",
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']} may have two right options: {_numbers(row)}.",
        value=float(row["best_distractor_r"]),
        probability=known(row["probability_rival"]),
        threshold=thresholds["double_key_probability"],
    )
