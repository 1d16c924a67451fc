"""What the pass mark does to people: how many are below, how many wrongly, who would repeat."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from naas_psych.analyses.cutscores.classification_forms import ALL_FORMS
from naas_psych.analyses.cutscores.population_words import rounded_to_width
from naas_psych.analyses.forms import form_in_words
from naas_psych.report.cited import Cited, Words
from naas_psych.report.run import Run
from naas_psych.report.summary.rows import Row, rows
from naas_psych.report.wording import per_hundred, plausible, points
from naas_psych.study.study import Study

_METHOD = "livingston_lewis"
#: Columns of wrong outcomes, and what they are.
_WRONG = {
    "false_pass": "would reach it without having what it asks",
    "false_fail": "would stay below it though they have what it asks",
}


def outcomes(study: Study, run: Run) -> tuple[Words, ...]:
    """Sentences on each cut, highest first; none where the study has no cut."""
    cuts = sorted(_last_by_cut(run, "words"), key=lambda row: -float(row.get("percent") or 0.0))
    wrong = {str(row["cut_name"]): row for row in _last_by_cut(run, "errors")}
    total = _population(run)
    said: list[Words] = []
    for row in cuts:
        name = str(row["cut_name"])
        at, *others = [*_of_cut(row, wrong.get(name), total)] or [()]
        said += [one for one in (at, *_of_judges(run, name), *others) if one]
    return (*said, *_again(study, run))


def _of_judges(run: Run, cut: str) -> Iterator[Words]:
    """Where those who rated the items put the mark, and what was made of that."""
    forms = [
        row
        for row in rows(run, "standard_summary", "methods")
        if row["cut_name"] == cut
        and row["method"] == "angoff"
        and row.known("percent", "percent_low", "percent_high")
    ]
    for row in forms if len(forms) == 1 else [r for r in forms if r["form"] == ALL_FORMS]:
        yield (
            "Judges who rated the items put the mark at ",
            row.cite(f"{points(row['percent'])} %", "percent"),
            " (plausible: ",
            row.cite(
                f"{points(row['percent_low'])} to {points(row['percent_high'])}",
                "percent_low",
                "percent_high",
            ),
            ").",
        )
    for row in rows(run, "standard_summary", "decisions"):
        moved = row["cut_name"] == cut and row["decision_step"] == "policy"
        if moved and row.known("percent_change", "decided_by") and row["percent_change"]:
            size = points(abs(float(row["percent_change"])))
            higher = "raised" if row["percent_change"] > 0 else "lowered"
            by = row.cite(size, "percent_change")
            who = str(row["decided_by"])
            yield (f"{who[:1].upper()}{who[1:]} {higher} it by ", by, " points.")


def _last_by_cut(run: Run, table: str) -> list[Row]:
    """The weighted rows follow the unweighted ones: the last of each cut is the best there is."""
    return list({str(r["cut_name"]): r for r in rows(run, "cut_population", table)}.values())


def _population(run: Run) -> Cited | None:
    """How many people the test is for, where that is known."""
    result = run.get("cut_population")
    total = result.provenance["population"] if result else None
    if total is None:
        return None
    return Cited(f"{total:,.0f} people", (float(total),), ("cut_population/provenance/population",))


def _of_cut(row: Row, wrong: Row | None, total: Cited | None) -> Iterator[Words]:
    about = _about(row, "of_population" if total else "share", total)
    if about is None:
        return
    name = str(row["cut_name"]).replace("_", " ").capitalize()
    at: Words = (", at ", row.cite(f"{row['percent']:g} %", "percent"), " of the marks")
    yield (name, *(at if row.known("percent") else ()), ": about ", *about("would be below"))
    for end, words in _WRONG.items():
        column = f"of_population_{end}" if total else end
        about = _about(wrong, column, total) if wrong else None
        if about:
            yield ("About ", *about(words))


def _about(row: Row, column: str, total: Cited | None) -> Callable[[str], Words] | None:
    """`5,100 of 30,000 people would be below (plausible: 3,600 to 7,600).`"""
    if not row.known(column, f"{column}_low", f"{column}_high"):
        return None
    value, low, high = (float(row[f"{column}{end}"]) for end in ("", "_low", "_high"))
    whole: Words = (" of ", total, " ") if total else (" people ",)
    figure, limits = per_hundred(value), plausible(low, high)
    if total:
        figure, *ends = (f"{rounded_to_width(one, low, high):,.0f}" for one in (value, low, high))
        limits = " to ".join(ends)
    between = row.cite(limits, f"{column}_low", f"{column}_high")
    return lambda words: (
        row.cite(figure, column), *whole, words, " (plausible: ", between, ").",
    )  # fmt: skip


def _again(study: Study, run: Run) -> Iterator[Words]:
    """Of 100 who sat a second version, how many get the same outcome; the weakest form answers."""
    found = [
        row
        for row in rows(run, "classification", "cuts")
        if row["method"] == _METHOD
        and row["form"] != ALL_FORMS
        and row["cut"] == _asked(study, run)
        and row.known("consistency", "consistency_low", "consistency_high")
    ]
    if not found:
        return
    row = min(found, key=lambda one: float(one["consistency_low"]))
    where = f" of {form_in_words(str(row['form']))}, the weakest" if len(found) > 1 else ""
    limits = plausible(row["consistency_low"], row["consistency_high"])
    yield (
        f"If people sat a second version{where}, ",
        row.cite(per_hundred(row["consistency"]), "consistency"),
        " would get the same result (plausible: ",
        row.cite(limits, "consistency_low", "consistency_high"),
        ").",
    )
    yield from _beyond_chance(row)


def _beyond_chance(row: Row) -> Iterator[Words]:
    """Agreement is high where nearly everybody passes: what chance gives is taken off."""
    if row.known("kappa", "kappa_low", "kappa_high"):
        yield (
            "Chance alone would give many of these; of the rest, ",
            row.cite(per_hundred(row["kappa"]), "kappa"),
            " agree (kappa, plausible: ",
            row.cite(plausible(row["kappa_low"], row["kappa_high"]), "kappa_low", "kappa_high"),
            ").",
        )


def _asked(study: Study, run: Run) -> str:
    """All cuts together where there are several, else the only one."""
    names = {str(row["cut"]) for row in rows(run, "classification", "cuts")}
    return "all cuts" if "all cuts" in names else next(iter(study.spec.cuts), "")
