"""What Mantel-Haenszel says in words: items that differ, groups too small to tell, open rounds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from naas_psych.analyses.items.phrasing import Row, known, percent
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

_FLAGGED = ("moderate", "large")
#: Ways in which purification ends without an answer that stays.
_OPEN = {
    "cycle": "came back to a set of items it had left out before; all items of that circle are "
    "left out of the score",
    "rounds": "flagged other items in each of ten rounds",
    "few_left": "flagged so many items that too few were left to match persons on",
    "all_flagged": "flagged every item, so that none was left to match persons on",
}


def mantel_haenszel_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items of a moderate or large difference; comparisons that cannot tell, or did not settle."""
    items = result.tables["items"]
    for row in items[items["verdict"].isin(_FLAGGED)].to_dict("records"):
        yield from _shows(row, thresholds)
    for row in result.tables["overview"].to_dict("records"):
        yield from _cannot_tell(row, thresholds)
        yield from _open(row)


def _shows(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    end = "_purified" if "delta_purified" in row else ""
    delta = known(row[f"delta{end}"])
    low, high = row[f"delta{end}_low"], row[f"delta{end}_high"]
    if delta is None or known(low) is None or known(high) is None:
        return
    large = row["verdict"] == "large"
    p_adjusted = known(row[f"p_adjusted{end}"])
    sure = p_adjusted is not None and p_adjusted < thresholds["dif_alpha"].value
    way = "less well than" if delta < 0 else "better than"
    yield found(
        code="shows_dif",
        severity=("warning", "error")[sure] if large else ("info", "warning")[sure],
        subject=str(row["item_id"]),
        sentence=f"Among people with the same total, {row['focal']} ({row['group']}) do {way} "
        f"{row['reference']} on {row['item_id']}: delta {_two(delta)}, limits {_two(low)} to "
        f"{_two(high)}{_persons(row)}.{'' if sure else _alone(row[f'p_adjusted{end}'])}",
        value=delta,
        limits=(low, high),
        probability=p_adjusted,
        threshold=thresholds["dif_delta_large" if large else "dif_delta_moderate"],
    )


def _alone(p_adjusted: Any) -> str:
    """That a flag may be one of the many items that were tested; nothing where that is unknown."""
    if known(p_adjusted) is None:
        return ""
    return " Among so many items one such difference may be chance."


def _persons(row: Row) -> str:
    """`; 258 and 310 persons`, or nothing where a number is withheld."""
    n = [known(row[name]) for name in ("n_focal", "n_reference")]
    return "" if None in n else f"; {n[0]:.0f} and {n[1]:.0f} persons"


def _two(value: Any) -> str:
    return f"{float(value) + 0.0:.2f}"


def _cannot_tell(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """Once a comparison, however many its items."""
    open_items, items, n = (known(row[name]) for name in ("cannot_tell", "items", "n_focal"))
    if not open_items or items is None:
        return
    of_them = "any" if open_items == items else f"{open_items:.0f}"
    pair = f"for {row['focal']} as for {row['reference']} ({row['group']})"
    yield found(
        code="dif_cannot_tell",
        severity="info",
        subject=f"{row['group']} {row['focal']}",
        sentence=f"Whether items work the same {pair} cannot be told of {of_them} of the "
        f"{items:.0f} items. {_why(row, thresholds)} {_needed(row, thresholds)}",
        value=n,
        threshold=thresholds["dif_focal_min"],
    )


def _why(row: Row, thresholds: Thresholds) -> str:
    """Too few persons, or none who can be matched."""
    power, n = known(row["power"]), known(row["n_focal"])
    smaller = min(known(row[name]) or 0 for name in ("n_focal", "n_reference"))
    if power is None and smaller >= thresholds["dif_compute_min"].value:
        return (
            "No item can be tested: the groups were given different items, share no total, or all "
            "do alike."
        )
    has = "Their persons" if n is None else f"The {n:.0f} persons"
    if power is None:
        return f"{has} are too few for any number."
    return f"{has} are too few: a moderate difference would show in {percent(power)} of samples."


def _needed(row: Row, thresholds: Thresholds) -> str:
    """How many persons a statement takes at all, and how many find most of what matters."""
    least, focal = known(row["persons_needed"]), known(row["n_focal_needed"])
    each = known(row["n_each_needed"])
    chance = percent(thresholds["dif_power_wanted"].value)
    said = []
    if least is not None:
        said.append(f"About {least:.0f} persons of {row['focal']} are needed before anything is "
                    "said of an item")  # fmt: skip
    if focal is not None:
        said.append(f"about {focal:.0f} of them would find a moderate difference in {chance} of "
                    "samples")  # fmt: skip
    elif each is not None:
        said.append(f"about {each:.0f} of each group would find a moderate difference in {chance} "
                    "of samples")  # fmt: skip
    if not said:
        return "Both groups need more persons."
    text = "; ".join(said)
    return f"{text[:1].upper()}{text[1:]}."


def _open(row: Row) -> Iterator[Finding]:
    """Only where the persons are enough: of small groups everything is unsettled."""
    how = _OPEN.get(str(row.get("purification_ending")))
    if how is None or row.get("persons_needed_reason") != "enough_persons":
        return
    yield found(
        code="purification_open",
        severity="info" if row["purification_ending"] == "cycle" else "warning",
        subject=f"{row['group']} {row['focal']}",
        sentence=f"For {row['focal']} against {row['reference']} ({row['group']}) the search for "
        f"items to match persons on {how}.",
    )
