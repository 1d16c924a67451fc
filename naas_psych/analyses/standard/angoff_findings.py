"""What an Angoff panel says in words: the cut, how sure it is, and who or what it hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.forms import form_subject, of_form
from naas_psych.analyses.items.phrasing import Row, between, known, listed, short
from naas_psych.analyses.standard.angoff_judge_findings import judge_findings
from naas_psych.analyses.standard.angoff_words import cut_of, where_of
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def angoff_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cuts, their precision, then judges, rounds, realism and items."""
    tables = result.tables
    final = [row for row in tables["cuts"].to_dict("records") if row["final"]]
    for row in final:
        yield from _cut(row)
    yield from _turned(final, str(result.provenance.get("highest", "")))
    for row in tables["cut_precision"].to_dict("records"):
        yield from _precision(row, thresholds)
    yield from _few(final, thresholds)
    forms: set[str] = set()
    for row in final:
        yield from _not_rated(row, forms)
    yield from judge_findings(result, thresholds)
    first = {row["form"]: row["cut_name"] for row in reversed(final)}
    for row in tables["rounds"].to_dict("records"):
        if first.get(row["form"]) == row["cut_name"]:
            yield from _round(row)
    for row in tables["realism"].to_dict("records"):
        yield from _realism(row, thresholds)
    yield from _apart(result, first)


def _about(row: Row) -> str:
    """`met, form alpha`: what a finding on one cut of one form is about."""
    return f"{row['cut_name']}, {form_subject(str(row['form']))}"


def _cut(row: Row) -> Iterator[Finding]:
    cut, percent, judges = known(row["cut"]), known(row["percent"]), known(row["judges"])
    if cut is None or percent is None:
        if row.get("cut_reason") == "not_connected":
            yield _not_connected(row)
        return
    if row["unit"] == "percent":
        return
    low, high = known(row["cut_low"]), known(row["cut_high"])
    low_p, high_p = known(row["percent_low"]), known(row["percent_high"])
    sure = sure_p = ""
    if low is not None and high is not None:
        sure = f" ({low:.1f} to {high:.1f})"
    if low_p is not None and high_p is not None:
        sure_p = f" ({low_p:.1f} to {high_p:.1f})"
    by = "" if judges is None else f" by {judges:.0f} judge{'' if judges == 1 else 's'}"
    yield found(
        code="angoff_cut",
        severity="info",
        subject=_about(row),
        sentence=f"Cut for {cut_of(row)}{by}: {cut:.1f} marks{sure}, {percent:.1f} per cent of "
        f"the marks{sure_p}.",
        value=cut,
        limits=(low, high),
    )


def _turned(final: Sequence[Row], highest: str) -> Iterator[Finding]:
    """Cuts of a form above the one that should be the highest."""
    top = {
        row["form"]: known(row["cut"])
        for row in final
        if row["cut_name"] == highest and row["unit"] == "raw"
    }
    for row in final:
        cut, above = known(row["cut"]), top.get(row["form"])
        if cut is None or above is None or row["cut_name"] == highest or cut <= above:
            continue
        yield found(
            code="angoff_cuts_turned",
            severity="warning",
            subject=_about(row),
            sentence=f"Judges put {cut_of(row)} at {cut:.1f} marks, above {in_words(highest)} at "
            f"{above:.1f}.",
            value=cut - above,
        )


def _not_connected(row: Row) -> Finding:
    return found(
        code="angoff_not_connected",
        severity="warning",
        subject=_about(row),
        sentence=f"There is no cut for {cut_of(row)}: judges rated different "
        f"items, and no chain of common items connects them. The parts: {row['parts']}.",
    )


def _precision(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    ratio, sem, se = known(row["cut_se_sem"]), known(row["sem"]), known(row["cut_se"])
    if ratio is None or sem is None or se is None:
        return
    word = str(row["precision_verdict"])
    line = "cut_se_sem_target" if word == "firm" else "cut_se_sem_min"
    yield found(
        code="angoff_precision",
        severity="warning" if word == "shaky" else "info",
        subject=_about(row),
        sentence=f"The cut for {cut_of(row)} is {word}: its standard error of "
        f"{se:.2f} marks is {short(ratio)} of the error of measurement ({sem:.1f} marks)."
        f"{_too_few(row, thresholds)}{_wanted(row)}",
        value=ratio,
        threshold=thresholds[line],
    )


def _too_few(row: Row, thresholds: Thresholds) -> str:
    """Why a small error is no comfort."""
    judges, least = known(row["judges"]), thresholds["standard_judges_shown"].value
    if judges is None or judges >= least:
        return ""
    return f" With {judges:.0f} judges even that error is hardly known."


def _wanted(row: Row) -> str:
    """How many judges it would take."""
    half, quarter = known(row["judges_adequate"]), known(row["judges_firm"])
    if half is None or quarter is None:
        return ""
    had = known(row["judges"])
    said = "" if had is None else f" (there were {had:.0f})"
    return (
        f" {half:.0f} judges of this kind would bring it to a half, {quarter:.0f} to a "
        f"quarter{said}."
    )


def _few(final: Sequence[Row], thresholds: Thresholds) -> Iterator[Finding]:
    """The smallest panel of a form, once."""
    own = [row for row in final if row["unit"] == "raw" and known(row["judges"]) is not None]
    if not own:
        return
    row = min(own, key=lambda r: float(r["judges"]))
    shown, enough = thresholds["standard_judges_shown"], thresholds["standard_judges_min"]
    n = float(row["judges"])
    if n >= enough.value:
        return
    line = shown if n < shown.value else enough
    yield found(
        code="angoff_few_judges",
        severity="warning" if n < shown.value else "info",
        subject=form_subject(str(row["form"])),
        sentence=f"The cut{of_form(str(row['form']))} rests on {n:.0f} "
        f"judge{'' if n == 1 else 's'}; {enough.value:.0f} are asked for.",
        value=n,
        threshold=line,
    )


def _round(row: Row) -> Iterator[Finding]:
    before, after = known(row["percent_before"]), known(row["percent_after"])
    apart, closer = known(row["spread_before"]), known(row["spread_after"])
    number = known(row["round"])
    if number is None or before is None or after is None or apart is None or closer is None:
        return
    part = "" if row["whole_form"] else " (a part of the items, compared on these)"
    shown = f", after judges had been shown {row['shown']}" if row["shown"] else ""
    left = f" {row['judges_left']} did not take part." if row["judges_left"] else ""
    yield found(
        code="angoff_round",
        severity="info",
        subject=_about(row),
        sentence=f"Round {number:g}{where_of(row)}{part}{shown}: the cut for "
        f"{in_words(row['cut_name'])} went from {before:.1f} to {after:.1f} per cent of "
        f"the marks of the common items, and judges lie {100 * closer:.0f} points apart on an item "
        f"instead of {100 * apart:.0f} (SD).{left}",
        value=after - before,
    )


def _realism(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    near = row["persons_compared"] == "near_cut"
    r, line = known(row["realism_r"]), thresholds["angoff_realism_r_min"]
    who = "persons near the cut" if near else "all persons"
    if r is not None and r < line.value:
        yield found(
            code="ratings_unrealistic",
            severity="warning",
            subject=_about(row),
            sentence=f"What judges expect of items for {cut_of(row)} hardly goes "
            f"with how {who} did on them: r {short(r)}"
            f"{between(row['realism_r_low'], row['realism_r_high'])}.",
            value=r,
            limits=(row["realism_r_low"], row["realism_r_high"]),
            threshold=line,
        )
    slope = known(row["realism_slope_true"])
    low, high = known(row["realism_slope_true_low"]), known(row["realism_slope_true_high"])
    if near and slope is not None and low is not None and high is not None and high < 1:
        yield _compressed(row, slope, (low, high))


def _compressed(row: Row, slope: float, limits: tuple[float, float]) -> Finding:
    return found(
        code="ratings_compressed",
        severity="info",
        subject=_about(row),
        sentence=f"Judges see items as more alike than they are for persons near the cut "
        f"({cut_of(row)}): where two items lie 10 points apart, the ratings lie "
        f"{10 * slope:.1f} apart ({10 * limits[0]:.1f} to {10 * limits[1]:.1f}).",
        value=slope,
        limits=limits,
    )


def _apart(result: Result, first: Mapping[str, str]) -> Iterator[Finding]:
    """The items of each form on which most ratings of its first cut lie apart."""
    table = result.tables["items"]
    for (cut_name, form), rows in table.groupby(["cut_name", "form"], sort=False):
        several = rows[rows["ratings_apart"].fillna(0) > 1].sort_values(
            ["ratings_apart", "item_id"], ascending=[False, True], kind="stable"
        )
        if several.empty or first.get(str(form)) != cut_name:
            continue
        row = {"cut_name": cut_name, "form": form}
        yield found(
            code="angoff_items_apart",
            severity="info",
            subject=_about(row),
            sentence=f"On {len(several)} of {len(rows)} items{where_of(row)} two judges or more "
            f"lie far from the panel's mean for {in_words(cut_name)}: "
            f"{listed(several['item_id'].astype(str))}.",
            value=float(len(several)),
        )


def _not_rated(row: Row, said: set[str]) -> Iterator[Finding]:
    n = known(row["items_not_rated"])
    if not n or row["unit"] == "percent" or row["form"] in said:
        return
    said.add(row["form"])
    yield found(
        code="angoff_items_not_rated",
        severity="warning",
        subject=form_subject(str(row["form"])),
        sentence=f"{n:.0f} items{of_form(str(row['form']))} were rated by nobody who counts.",
        value=n,
    )
