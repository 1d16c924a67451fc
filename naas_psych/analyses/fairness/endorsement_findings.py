"""What is said of endorsements: the verdict, sites that rate everybody high, gaps."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from naas_psych.analyses.fairness.endorsement_gaps import TOP
from naas_psych.analyses.items.phrasing import Row, between, known, short
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def endorsement_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The verdict on all, then sites, then the first gap beyond chance of each comparison."""
    overview = result.tables["overview"]
    forward = overview[overview["put_forward"] == "yes"]
    for row in forward.to_dict("records"):
        if known(row["top_share"]) is not None:
            yield _verdict(row, result.tables["outcomes"], thresholds)
        for site in result.tables["sites"].to_dict("records"):
            if site["site_verdict"] == "nearly_all_high" and known(site["top_share"]) is not None:
                yield _site(site, row, thresholds)
    yield from _gaps(result, thresholds)


def _gaps(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Of shares; of mean ratings where nothing is said of the shares of these groups."""
    said = set()
    for name, value in (("gaps", "adjusted"), ("rating_gaps", "rating_adjusted")):
        for row in result.tables[name].to_dict("records"):
            key = (row["group"], row["reference"], row["focal"])
            if key not in said and _apart(row, value, thresholds):
                said.add(key)
                yield _share_gap(row, thresholds) if name == "gaps" else _rating_gap(row)


def _verdict(row: Row, outcomes: pd.DataFrame, thresholds: Thresholds) -> Finding:
    areas = [
        f"{short(one['auc'])}{between(one['auc_low'], one['auc_high'])} for {_outcome(one)}"
        for one in outcomes.to_dict("records")
        if known(one["auc"]) is not None
    ]
    told = (
        "Chance that whoever reaches an outcome was rated above whoever does not (.50 tells "
        f"nothing): {'; '.join(areas)}."
        if areas
        else "No outcome is known that the rating could be held to."
    )
    case = str(row["endorsement_verdict"])
    return found(
        code="endorsement_verdict",
        severity="warning" if case == "formality" else "info",
        subject="endorsement",
        sentence=f"Of those put forward {_hundred(row, 'top_share')} were rated "
        f"{row['top_from']:g} or higher. {told}",
        case=case,
        value=known(row["top_share"]),
        limits=(row["top_share_low"], row["top_share_high"]),
        threshold=thresholds["endorsement_top_formality"],
    )


def _outcome(row: Row) -> str:
    name = str(row["outcome"]).replace("_", " ")
    return f"the {name}" if name.startswith("upper half") else f"the cut {name}"


def _hundred(row: Row, name: str) -> str:
    low, high = known(row[f"{name}_low"]), known(row[f"{name}_high"])
    said = "" if low is None or high is None else f" ({100 * low:.0f} to {100 * high:.0f})"
    return f"{100 * row[name]:.0f} of 100{said}"


def _site(row: Row, every: Row, thresholds: Thresholds) -> Finding:
    n = known(row["n"])
    where = "" if n is None else f" ({n:.0f} persons)"
    area = known(row["auc"])
    told = (
        "too few reached the first cut, or too few did not, to say whether its ratings tell them "
        "apart"
        if area is None
        else "its ratings are not shown to tell who reaches the first cut (chance "
        f"{short(area)}{between(row['auc_low'], row['auc_high'])})"
    )
    return found(
        code="site_endorses_everybody",
        severity="warning",
        subject=str(row["site"]),
        sentence=f"In {row['site']}{where} {_hundred(row, 'top_share')} were rated "
        f"{every['top_from']:g} or higher (all sites: {100 * every['top_share']:.0f}); {told}.",
        value=known(row["top_share"]),
        limits=(row["top_share_low"], row["top_share_high"]),
        probability=known(row["top_probability"]),
        threshold=thresholds["endorsement_top_formality"],
    )


def _apart(row: Row, value: str, thresholds: Thresholds) -> bool:
    """Whether the adjusted gap is beyond chance, between groups of enough persons."""
    counts = known(row["n_reference"]), known(row["n_focal"])
    p, low, high = (known(row[name]) for name in ("p_adjusted", f"{value}_low", f"{value}_high"))
    least = thresholds["gap_judge_min"].value
    if any(n is None or n < least for n in counts) or p is None or low is None or high is None:
        return False
    return p < thresholds["gap_alpha"].value and (low > 0 or high < 0)


def _share_gap(row: Row, thresholds: Thresholds) -> Finding:
    line = thresholds["endorsement_gap_max"]
    low, high = row["adjusted_low"], row["adjusted_high"]
    before = known(row["unadjusted"])
    as_is = "" if before is None else f"; as they are {before:+.1f}"
    what = "rated high" if row["measure"] == TOP else "endorsed"
    return found(
        code="endorsement_gap",
        severity="warning" if low >= line.value or high <= -line.value else "info",
        subject=f"{row['group']} {row['focal']}",
        sentence=f"Share {what}, in percent points: {_who(row)} is {row['adjusted']:+.1f} "
        f"({low:+.1f} to {high:+.1f}){as_is}.",
        value=known(row["adjusted"]),
        limits=(low, high),
        probability=known(row["p_adjusted"]),
        threshold=line,
    )


def _rating_gap(row: Row) -> Finding:
    low, high = row["rating_adjusted_low"], row["rating_adjusted_high"]
    before = known(row["rating_difference"])
    as_is = "" if before is None else f"; as they are {before:+.2f}"
    return found(
        code="endorsement_gap",
        severity="info",
        subject=f"{row['group']} {row['focal']}",
        sentence=f"Mean rating, in points of its scale: {_who(row)} is "
        f"{row['rating_adjusted']:+.2f} ({low:+.2f} to {high:+.2f}){as_is}.",
        value=known(row["rating_adjusted"]),
        limits=(low, high),
        probability=known(row["p_adjusted"]),
    )


def _who(row: Row) -> str:
    return (
        f"{row['focal']} ({row['n_focal']:.0f} persons) less {row['reference']} "
        f"({row['n_reference']:.0f}), among persons with the same score on the test,"
    )
