"""What borderline regression says of the exam's cut, and of stations that do not carry one."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known, short
from naas_psych.analyses.standard.judged_words import scale_said
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.reason_codes import reason_label
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def station_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """The cuts of the exam, then the stations that speak against them."""
    for row in result.tables["cuts"].to_dict("records"):
        yield from _cut(row, thresholds)
    stations = result.tables["stations"]
    for row in stations.drop_duplicates("station").to_dict("records"):
        yield from _station(row, thresholds)
    for row in stations.to_dict("records"):
        yield from _beyond(row)
        yield from _raters(row)


def _cut(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    name, said = str(row["cut_name"]), scale_said(row)
    if said is None:
        why = row.get("cut_reason")
        if isinstance(why, str) and not why.startswith("withheld"):
            yield found(
                code="no_cut_from_persons",
                severity="warning",
                subject=name,
                sentence=f"There is no cut for {name}: {reason_label(why)}.",
                value=why,
            )
        return
    raised = known(row["raised_cut"])
    added = known(row["sem_added"])
    more = f" With {added:g} SEM added it is {raised:.2f}." if added and raised is not None else ""
    yield found(
        code="cut_from_persons",
        severity="info",
        subject=name,
        sentence=f"The grade {row['borderline_grade']:g}, the border of {name}, goes with a score "
        f"of {said} in {_where(row)}.{more}",
        value=known(row["cut"]),
        limits=(row["cut_low"], row["cut_high"]),
    )
    if row["few_persons"]:
        yield found(
            code="few_persons_judged",
            severity="warning",
            subject=name,
            sentence=f"The cut for {name} rests on a station with fewer than "
            f"{thresholds['station_persons_min'].value:g} persons.",
            threshold=thresholds["station_persons_min"],
        )


def _where(row: Row) -> str:
    """The stations that the cut is made of."""
    left, gone = known(row["stations"]), known(row["stations_rejected"])
    if left is None or not gone:
        return str(row["form"])
    return f"{left:.0f} of {left + gone:.0f} stations"


def _station(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    name, why = str(row["station"]), row.get("cut_reason")
    if isinstance(why, str) and not why.startswith("withheld"):
        yield found(
            code="station_rejected",
            severity="warning",
            subject=name,
            sentence=f"{name} gives no cut and is left out: {reason_label(why)}.",
            value=why,
        )
        return
    r2, line = known(row["r_squared"]), thresholds["station_r2_min"]
    if r2 is not None and r2 < line.value:
        yield found(
            code="station_loose",
            severity="info",
            subject=name,
            sentence=f"In {name} grades explain {short(r2)} of the variance of scores, less than "
            f"{short(line.value)}.",
            value=r2,
            threshold=line,
        )
    if known(row["cut"]) is not None and row["monotone"] is False:
        yield found(
            code="grades_out_of_order",
            severity="info",
            subject=name,
            sentence=f"In {name} the mean score of some grade is not above that of the grade "
            "below it.",
        )


def _beyond(row: Row) -> Iterator[Finding]:
    if known(row["cut"]) is None or row["extrapolated"] is not True:
        return
    yield found(
        code="station_extrapolated",
        severity="warning",
        subject=str(row["station"]),
        sentence=f"In {row['station']} the grade {row['borderline_grade']:g}, the border of "
        f"{row['cut_name']}, lies outside all grades that were given.",
        value=known(row["borderline_grade"]),
    )


def _raters(row: Row) -> Iterator[Finding]:
    cut, free = known(row["rating_cut"]), known(row["rater_free_cut"])
    se, sd = known(row["cut_se"]), known(row["rater_sd"])
    if cut is None or free is None or se is None or sd is None or abs(free - cut) <= se:
        return
    yield found(
        code="raters_differ_at_grade",
        severity="info",
        subject=str(row["station"]),
        sentence=f"In {row['station']} raters differ at equal grades by a standard deviation of "
        f"{sd:.2f}; the line through single ratings puts the cut for {row['cut_name']} at "
        f"{cut:.2f}, and at {free:.2f} for a usual rater.",
        value=free,
        limits=(row["cut_low"], row["cut_high"]),
    )
