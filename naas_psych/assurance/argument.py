"""The argument from answers to decisions: what each step needs, what was found, how strong it is.

Strength is a word, by one declared rule over what a step needs; there is no number for it, and
none for the whole chain: the weakest step is named instead.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from naas_psych.assurance.claims import Answer
from naas_psych.assurance.entry import Entry
from naas_psych.assurance.items_alike import items_alike
from naas_psych.assurance.key_verdict import key_quality
from naas_psych.assurance.ledger import entries
from naas_psych.assurance.measure import Measure, Measured, measured
from naas_psych.assurance.precision import precision
from naas_psych.assurance.verdict import Level, Verdict, not_yet_examined, severity, worst
from naas_psych.assurance.weak_items import item_quality
from naas_psych.result import Result
from naas_psych.study.study import Study

Strength = Literal["none", "weak", "partial", "strong"]
#: From the weakest on.
STRENGTHS: tuple[Strength, ...] = ("none", "weak", "partial", "strong")
#: The rule as the report says it.
RULE = (
    "The worst of what a step needs decides. The evidence is strong when all of it is shown, and "
    "partial when all of it is shown at least in part. It is weak when something is open, was "
    "left unexamined, or speaks against the step. There is none where everything was left "
    "unexamined or speaks against it. Of two steps of one strength, that with the smaller part of "
    "its needs shown is the weaker. There is no overall score: a chain is as strong as its weakest "
    "step."
)
#: What there is for one thing that a step needs, from the worst on. `open`: it was measured, but
#: values on both sides of the line remain plausible.
Backing = Literal["against", "unexamined", "open", "part", "full"]
BACKINGS: tuple[Backing, ...] = ("against", "unexamined", "open", "part", "full")
_BY_LEVEL: Mapping[Level, Backing] = {
    "top": "full",
    "middle": "part",
    "bottom": "against",
    "cannot_tell": "unexamined",
    "not_yet_examined": "unexamined",
    "not_a_measurement_question": "unexamined",
}
_SHOWN: tuple[Backing, ...] = ("part", "full")
#: In the condition of a measure: the names that the study gives to its cuts.
_NAMED_CUTS = "cuts of the study"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that a step needs, and how that came out.

    Attributes
    ----------
    warrant, rebuttal : what the step needs, and what would speak against it; the same test
    necessary : it decides about the step; the others are shown beside it
    verdict : on the warrant (polarity A)
    measured, entry, answer : what it was read from: numbers by the one rule, an entry of the
        verdict board, or a claim; empty where nothing examines it
    analyses : that bear on it
    """

    warrant: str
    rebuttal: str
    necessary: bool
    verdict: Verdict
    measured: tuple[Measured, ...] = ()
    entry: Entry | None = None
    answer: Answer | None = None
    analyses: tuple[str, ...] = ()

    @property
    def tested(self) -> Verdict:
        """The same verdict as one on the rebuttal: a concern that is borne out, or is not."""
        return replace(self.verdict, polarity="C")

    @property
    def backing(self) -> Backing:
        """How far it is shown."""
        is_open = self.verdict.level == "cannot_tell" and self._has_number
        return "open" if is_open else _BY_LEVEL[self.verdict.level]

    @property
    def _has_number(self) -> bool:
        """The number that decides is known, though not well enough."""
        if self.entry is not None:
            return self.entry.estimate is not None
        levels = [one for one in self.measured if one.verdict.level == self.verdict.level]
        return bool(levels) and all(one.estimate is not None for one in levels)

    @property
    def action(self) -> str:
        """What to do now, where the board or the claim says it."""
        if self.entry is not None:
            return self.entry.action
        return self.answer.action if self.answer is not None else ""


@dataclass(frozen=True, kw_only=True)
class Inference:
    """One step of the argument with its lines.

    from_to : `from answers to marks`
    words : what may be said of it where it is strong, and where it is partial
    """

    name: str
    claim: str
    from_to: str
    words: Mapping[str, str]
    lines: tuple[Line, ...]

    @property
    def needs(self) -> tuple[Line, ...]:
        """The lines that decide."""
        return tuple(line for line in self.lines if line.necessary)

    @property
    def strength(self) -> Strength:
        return strength([line.backing for line in self.needs])

    @property
    def found(self) -> tuple[Line, ...]:
        """What is shown, at least in part."""
        return tuple(line for line in self.lines if line.backing in _SHOWN)

    @property
    def against(self) -> tuple[Line, ...]:
        """What speaks against the step."""
        return tuple(line for line in self.lines if line.backing == "against")

    @property
    def missing(self) -> tuple[Line, ...]:
        """What these data could not tell, and what this version does not examine."""
        return tuple(line for line in self.lines if line.backing in ("open", "unexamined"))


def strength(needs: Sequence[Backing]) -> Strength:
    """The rule: how strong a step is, from what there is for each thing that it needs."""
    if all(one in ("against", "unexamined") for one in needs):
        return "none"
    return _BY_WORST.get(min(needs, key=BACKINGS.index), "weak")


_BY_WORST: Mapping[Backing, Strength] = {"full": "strong", "part": "partial"}


def argue(
    study: Study,
    results: Mapping[str, Result],
    answered: Sequence[Answer],
    not_examined: Mapping[str, str],
) -> tuple[Inference, ...]:
    """Every step of the argument, in order, with what the results say about it."""
    asked = _Asked(study, results, {one.claim.id: one for one in answered}, not_examined)
    return tuple(_inference(name, entry, asked) for name, entry in entries().items())


def weakest(steps: Sequence[Inference]) -> tuple[Inference, ...]:
    """The step that is weakest; several where nothing sets them apart."""
    least = min(map(_standing, steps))
    return tuple(step for step in steps if _standing(step) == least)


def _standing(step: Inference) -> tuple[int, float]:
    share = sum(line.backing in _SHOWN for line in step.needs) / len(step.needs)
    return STRENGTHS.index(step.strength), share


@dataclass(frozen=True)
class _Asked:
    """What a line may be read from."""

    study: Study
    results: Mapping[str, Result]
    answers: Mapping[str, Answer]
    not_examined: Mapping[str, str]

    def has(self, what: str) -> bool:
        """Whether a line with this condition concerns the study."""
        if what == "forms":
            forms = self.study.items.get("form_id")
            return forms is not None and forms.nunique() > 1
        return not what or what in self.study.tables


def _inference(name: str, entry: Mapping[str, Any], asked: _Asked) -> Inference:
    return Inference(
        name=name,
        claim=entry["claim"],
        from_to=entry["from_to"],
        words={word: entry[word] for word in ("strong", "partial")},
        lines=tuple(_line(one, asked) for one in entry["lines"] if asked.has(one.get("when", ""))),
    )


def _line(entry: Mapping[str, Any], asked: _Asked) -> Line:
    said: dict[str, Any] = {
        "warrant": entry["warrant"],
        "rebuttal": entry["rebuttal"],
        "necessary": entry["necessary"],
        "analyses": tuple(entry["analyses"]),
    }
    if "board" in entry:
        on_board = _BOARD[entry["board"]](asked)
        return Line(verdict=_praise(on_board.verdict), entry=on_board, **said)
    if "claim" in entry:
        answer = asked.answers[entry["claim"]]
        found = answer.measured
        return Line(verdict=_praise(answer.verdict), answer=answer, measured=found, **said)
    if "not_yet" in entry:
        return Line(verdict=not_yet_examined(entry["not_yet"]), **said)
    found = _either([_measured(one, asked) for one in entry["measures"]])
    return Line(verdict=worst([one.verdict for one in found]), measured=found, **said)


#: Entries of the verdict board that a line may name.
_BOARD: Mapping[str, Callable[[_Asked], Entry]] = {
    "keys": lambda asked: key_quality(asked.study, asked.results),
    "items": lambda asked: item_quality(asked.study, asked.results),
    "precision": lambda asked: precision(asked.study, asked.results),
    "alike": lambda asked: items_alike(asked.study, asked.results, asked.not_examined),
}


def _praise(verdict: Verdict) -> Verdict:
    return replace(verdict, polarity="A")


def _measured(entry: Mapping[str, Any], asked: _Asked) -> Measured:
    where = dict(entry.get("where", {}))
    if where.get("cut") == _NAMED_CUTS:
        where["cut"] = list(asked.study.spec.cuts)
    measure = Measure(**{**entry, "where": where})
    return measured(
        measure,
        asked.results,
        asked.not_examined,
        thresholds=asked.study.thresholds,
        polarity="A",
    )


def _either(found: Sequence[Measured]) -> tuple[Measured, ...]:
    """Those with a number, the worst first; where none has one, the first."""
    known = sorted(
        (one for one in found if one.estimate is not None), key=lambda one: severity(one.verdict)
    )
    return tuple(known) or (found[0],)
