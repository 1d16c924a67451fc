"""What the blueprint says in words: gaps, thin and missing areas, items that name none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from naas_psych.analyses.content.plan import NO_DOMAIN
from naas_psych.analyses.forms import ONE_FORM, form_or_test
from naas_psych.analyses.items.phrasing import capital, known, listed
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Threshold, Thresholds

Row = Mapping[Any, Any]


def blueprint_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Whether there is a plan; then areas off it, thin, missing or unplanned; tags; alignment."""
    table = result.tables["domains"]
    rows = table.to_dict("records")
    planned = table["planned_share"].notna().any()
    if not planned:
        yield _no_plan(table)
    for row in rows:
        yield from _of_domain(row, result, thresholds)
    if not planned:
        yield from _thin_ones(rows, thresholds["blueprint_items_min"])
    yield from _without_domain(result.tables["overall"])
    yield from _tags(result.tables.get("tags"))
    yield from _alignment(result, thresholds)


def _no_plan(table: pd.DataFrame) -> Finding:
    areas = table.loc[table["domain"] != NO_DOMAIN, "domain"].nunique()
    return found(
        code="no_blueprint",
        severity="info",
        subject="blueprint",
        sentence=f"No plan of the content was given: the items fall into {areas} areas, and "
        "nothing says how many should fall into each.",
        value=float(areas),
    )


def _of_domain(row: Row, result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """What one area of one form has to say against the plan."""
    share, name = known(row["planned_share"]), str(row["domain"])
    if share is None or name == NO_DOMAIN:
        return
    if share > 0 and not row["items"]:
        near = result.provenance.get("nearest_domains", {}).get(name, "")
        yield _missing(row, share, near)
        return
    if share > 0 and row["within"] is False:
        yield _off_plan(row, share, result, thresholds["blueprint_gap_max"])
    elif share == 0 and row["items"]:
        yield _not_planned(row)
    if row["thin"]:
        yield _thin(row, thresholds["blueprint_items_min"])


def _missing(row: Row, share: float, near: str) -> Finding:
    hint = f" The items name {near!r}: is the same area meant?" if near else ""
    return found(
        code="domain_missing",
        severity="warning",
        subject=_subject(row),
        sentence=f"{_where(row)} has no item on {row['domain']}, planned as {_percent(share)} of "
        f"it.{hint}",
        value=share,
    )


def _not_planned(row: Row) -> Finding:
    return found(
        code="domain_not_planned",
        severity="warning" if row["within"] is False else "info",
        subject=_subject(row),
        sentence=f"{_where(row)} has {_items(row['items'])} on {row['domain']}, which the plan "
        "does not name.",
        value=float(row["items"]),
    )


def _thin(row: Row, line: Threshold) -> Finding:
    return found(
        code="domain_thin",
        severity="warning",
        subject=_subject(row),
        sentence=f"{_where(row)} has {_items(row['items'])} on {row['domain']}; fewer than "
        f"{line.value:g} say little about an area.",
        value=float(row["items"]),
        threshold=line,
    )


def _off_plan(row: Row, share: float, result: Result, line: Threshold) -> Finding:
    points = result.options.get("weight", "points") == "points"
    actual = float(row["score_share" if points else "items_share"])
    what = "score points" if points else "items"
    return found(
        code="domain_off_plan",
        severity="warning",
        subject=_subject(row),
        sentence=f"{_where(row)} gives {row['domain']} {_percent(actual)} of the {what}, planned "
        f"were {_percent(share)}: {100 * abs(actual - share):.1f} points too "
        f"{'much' if actual > share else 'little'}"
        f"{_because(row) if points else ''}.",
        value=float(row["gap"]),
        threshold=line,
    )


def _because(row: Row) -> str:
    """Where the number of items is as planned, it is their marks that are not."""
    if abs(float(row["items"]) - float(row["planned_items"])) >= 0.5:
        return ""
    return f", though the number of items ({int(row['items'])}) is as planned"


def _thin_ones(rows: Sequence[Row], line: Threshold) -> Iterator[Finding]:
    """Without a plan thin areas are said once for all."""
    names = [_subject(row) for row in rows if row["thin"] and row["domain"] != NO_DOMAIN]
    if names:
        yield found(
            code="domain_thin",
            severity="info",
            subject="blueprint",
            sentence=f"Areas with fewer than {line.value:g} items: {listed(names)}.",
            value=float(len(names)),
            threshold=line,
        )


def _without_domain(overall: pd.DataFrame) -> Iterator[Finding]:
    for row in overall.to_dict("records"):
        if row["items_without_domain"]:
            yield found(
                code="items_without_domain",
                severity="warning",
                subject=str(row["form"]),
                sentence=f"{_where(row)} has {_items(row['items_without_domain'])} of no area.",
                value=float(row["items_without_domain"]),
            )


def _tags(tags: pd.DataFrame | None) -> Iterator[Finding]:
    """A tag that no item of a form has, though it was asked for or items of another form have."""
    for row in [] if tags is None else tags.to_dict("records"):
        if not row["items"]:
            yield found(
                code="tag_without_items",
                severity="info",
                subject=str(row["tag"]),
                sentence=f"{_where(row)} has no item with the tag {row['tag']}.",
                value=0.0,
            )


def _alignment(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    table = result.tables.get("alignment")
    if table is None:
        return
    yield from _out_of_reach(result.tables["alignment_forms"], thresholds["webb_concurrence_min"])
    line = thresholds["alignment_match_min"]
    for row in table.to_dict("records"):
        high = known(row["match_share_high"])
        if high is None or high >= line.value:
            continue
        yield found(
            code="domain_read_otherwise",
            severity="warning",
            subject=_subject(row),
            sentence=f"{_where(row)}: judges see {row['domain']} in only "
            f"{_percent(row['match_share'])} of the items that are declared as it "
            f"({_percent(row['match_share_low'])} to {_percent(high)}).",
            value=float(row["match_share"]),
            limits=(row["match_share_low"], high),
            threshold=line,
        )


def _out_of_reach(forms: pd.DataFrame, line: Threshold) -> Iterator[Finding]:
    """Six items an area is a rule for long school tests."""
    for row in forms.to_dict("records"):
        if row["items"] < line.value * row["domains"]:
            yield found(
                code="concurrence_out_of_reach",
                severity="info",
                subject=str(row["form"]),
                sentence=f"{_where(row)} has {row['items']} items for {row['domains']} areas: "
                f"{line.value:g} an area (Webb's rule) would take "
                f"{line.value * row['domains']:g}. That is how the form was designed, not a "
                "judgement on its items.",
                value=float(row["items"]),
                threshold=line,
            )


def _where(row: Row) -> str:
    return capital(form_or_test(str(row["form"])))


def _subject(row: Row) -> str:
    form, domain = str(row["form"]), str(row["domain"])
    return domain if form == ONE_FORM else f"{form}: {domain}"


def _items(count: Any) -> str:
    return f"{int(count)} item" + ("" if int(count) == 1 else "s")


def _percent(share: Any) -> str:
    text = f"{100 * float(share):.1f}"
    return f"{text.removesuffix('.0')} %"
