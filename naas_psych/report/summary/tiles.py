"""The four things that a board asks first: who sat it, how hard, how precise, what to look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from naas_psych.analyses.forms import form_in_words
from naas_psych.assurance.disclosure import persons_shown
from naas_psych.assurance.precision import alpha_rows
from naas_psych.drawing import shortened
from naas_psych.report.cited import Cited, Words
from naas_psych.report.run import Run
from naas_psych.report.summary.rows import Row, rows
from naas_psych.report.wording import interval, is_undefined, number, per_hundred, points
from naas_psych.study.study import Study

#: Letters of an item identifier that fit a tile.
_LETTERS = 24
#: What a reader may want to know of; items that were not given are the plan of the forms.
_ABSENT = {"omitted": "left blank", "not_reached": "not reached"}


@dataclass(frozen=True)
class Tile:
    """A heading, the figure that answers it, and sentences in plain words."""

    heading: str
    figure: Words
    sentences: tuple[Words, ...]


def tiles(study: Study, run: Run) -> tuple[Tile, ...]:
    """The four tiles."""
    return (_who(study, run), _hard(run), _precise(study, run), _attention(study, run))


def people(study: Study, *, noun: bool = True) -> Cited:
    """`960 people`."""
    n = persons_shown(study)
    return Cited(f"{n:,}{_of(n, 'person', 'people') if noun else ''}", (n,), ("study/persons",))


def items(study: Study, *, noun: bool = True) -> Cited:
    """`60 items`."""
    n = study.responses.n_items
    return Cited(f"{n:,}{_of(n, 'item', 'items') if noun else ''}", (n,), ("study/items",))


def _of(n: int, one: str, many: str) -> str:
    return f" {one if n == 1 else many}"


def _who(study: Study, run: Run) -> Tile:
    said: list[Words] = [(people(study), " answered ", items(study), ".")]
    forms = rows(run, "score_distribution", "summary")
    if len(forms) > 1:
        n = Cited(f"{len(forms)}", (len(forms),), ("score_distribution/summary/rows",))
        said.append(("There were ", n, " forms; not everybody was given the same items."))
    if run.get("item_statistics"):
        said.append(_absences(run))
    if sum(f.severity != "info" and f.waived is None for f in study.faults):
        said.append(("The files raise warnings; part 5 explains them.",))
    if study.synthetic:
        said.append(("The data are synthetic: no real person is described.",))
    return Tile("Who sat it", (people(study, noun=False),), tuple(said))


def _absences(run: Run) -> Words:
    found = rows(run, "item_statistics", "items")
    met: list[str | Cited] = []
    for column, word in _ABSENT.items():
        total = sum(int(row[column]) for row in found if row.known(column))
        if total:
            source = (f"item_statistics/items/sum/{column}",)
            met += [Cited(f"{total:,}", (total,), source), f" {word}", ", "]
    if not met:
        return ("No answer is missing.",)
    return ("Answers without a response: ", *met[:-1], ".")


def _hard(run: Run) -> Tile:
    forms = [row for row in rows(run, "score_distribution", "summary") if row.known("mean")]
    ends = tuple(_easiest_and_hardest(run))
    if not forms:
        return Tile("How hard it was", ("not known",), ends)
    if len(forms) == 1:
        return Tile("How hard it was", (_mean(forms[0]),), (*_spread(forms[0]), *ends))
    hard, easy = min(forms, key=_share), max(forms, key=_share)
    said: tuple[Words, ...] = (
        (f"The mean score was lowest on {_form(hard)}, with ", _mean(hard), " points."),
        (f"It was highest on {_form(easy)}, with ", _mean(easy), " points."),
    )
    return Tile("How hard it was", _range(hard, easy, len(forms)), (*said, *ends))


def _range(hard: Row, easy: Row, forms: int) -> Words:
    """`55.5 to 56.5 of 76`; forms with unlike totals do not compare in points."""
    if hard["possible_max"] != easy["possible_max"] or hard["mean"] > easy["mean"]:
        return (Cited(f"{forms} forms", (forms,), ("score_distribution/summary/rows",)),)
    return (hard.cite(points(hard["mean"]), "mean"), " to ", _mean(easy))


def _share(row: Row) -> float:
    room = float(row["possible_max"] - row["possible_min"]) or 1.0
    return float(row["mean"] - row["possible_min"]) / room


def _mean(row: Row) -> Cited:
    text = f"{points(row['mean'])} of {points(row['possible_max'])}"
    return row.cite(text, "mean", "possible_max")


def _spread(row: Row) -> tuple[Words, ...]:
    least: Words = ()
    if row["possible_min"]:
        text = points(row["possible_min"])
        least = ("; ", row.cite(text, "possible_min"), " is the least")
    return (
        ("The mean score was ", _mean(row), " points", *least, "."),
        (
            "Scores ran from ",
            row.cite(points(row["min"]), "min"),
            " to ",
            row.cite(points(row["max"]), "max"),
            ".",
        ),
    )


def _form(row: Row) -> str:
    return form_in_words(str(row["form"]))


def _easiest_and_hardest(run: Run) -> list[Words]:
    known = [row for row in rows(run, "item_statistics", "items") if row.known("facility")]
    if len(known) < 2:
        return []
    ordered = sorted(known, key=lambda row: float(row["facility"]))
    return [_gained(ordered[-1], "most"), _gained(ordered[0], "fewest")]


def _gained(row: Row, how: str) -> Words:
    """How people fared on an item: right or wrong where there is a key, points where not."""
    item = shortened(str(row["item_id"]), _LETTERS)
    share = row.cite(per_hundred(row["facility"]), "facility")
    if is_undefined(row["key"]) or row["biserial_method"] != "biserial":
        return (f"On {item} people gained the {how} points: ", share, " possible.")
    word = {"most": "easiest", "fewest": "hardest"}[how]
    return (f"The {word} item is {item}: ", share, " people were right.")


def _precise(study: Study, run: Run) -> Tile:
    places = [row["row"] for row in alpha_rows(study, {r.analysis: r for r in run.results})]
    found = [rows(run, "reliability", "coefficients")[place] for place in places]
    row = found[0] if found else None
    if row is None or not row.known("estimate"):
        return Tile("How precise it is", ("not known",), (("Precision could not be estimated.",),))
    alpha = row.cite(number(row["estimate"], "estimate"), "estimate")
    weakest = f" of {_form(row)}, the weakest form," if len(found) > 1 else ""
    said: list[Words] = [
        (f"Reliability{weakest} is ", alpha, " on a scale from 0 to 1", *_plausible(row), ".")
    ]
    errors = rows(run, "measurement_error", "summary")
    error = next((e for e in errors if e["form"] == row["form"] or len(errors) == 1), None)
    if error is not None and error.known("sem", "sem_low", "sem_high"):
        said.append(_within(error))
    return Tile("How precise it is", (alpha,), tuple(said))


def _plausible(row: Row) -> Words:
    if not row.known("low", "high"):
        return ()
    text = interval(row["low"], row["high"], "estimate")
    return (" (plausible: ", row.cite(text, "low", "high"), ")")


def _within(error: Row) -> Words:
    """What the standard error of measurement says of 100 scores."""
    text = f"{points(error['sem_low'])} to {points(error['sem_high'])}"
    return (
        "About 68 of 100 scores lie within ",
        error.cite(points(error["sem"]), "sem"),
        " points of the true score (plausible: ",
        error.cite(text, "sem_low", "sem_high"),
        ").",
    )


def _attention(study: Study, run: Run) -> Tile:
    """Items that any chapter warns of: the same that have a warning in the item table."""
    warned = {f.subject for r in run.results for f in r.findings if f.severity != "info"}
    flagged = warned.intersection(study.responses.item_ids)
    n, total = len(flagged), study.responses.n_items
    share = Cited(f"{n} of {total}", (n, total), ("findings/items", "study/items"))
    said: tuple[Any, ...] = (("No item has a warning.",),)
    if flagged:
        said = (
            ("People should look at ", share, " items."),
            ("A flag asks people to look; it never removes an item.",),
        )
    return Tile("What needs attention", (share,), said)
