"""Claims of the register and the words of verdicts, as `explain` says them."""

from __future__ import annotations

from collections.abc import Iterable

from naas_psych.assurance.claims import claims
from naas_psych.study.claimed import Claim, Measure

#: Headings and what stands below them.
Parts = tuple[tuple[str, str], ...]

_POLARITY = {
    "A": "an assurance: somebody says that the scheme does something good",
    "C": "a concern: somebody says that something is wrong",
    "Q": "a question",
    "D": "a demand for a document, a process or a disclosure",
}
#: Every verdict, in the words that the report uses.
_VERDICTS = {
    "SUPPORTED": "An assurance: every plausible value reaches the target.",
    "PARTLY SUPPORTED": "An assurance: every plausible value reaches the minimum, not the target.",
    "NOT SUPPORTED": "An assurance: no plausible value reaches the minimum.",
    "NOT BORNE OUT": "A concern, and the numbers are good: the data speak against it. It does not "
    "say that nobody had it.",
    "PARTLY BORNE OUT": "A concern: the numbers are tolerable, and not good.",
    "BORNE OUT": "A concern, and the numbers are bad: those who had it were right.",
    "ANSWERED": "A question with a sure answer; which way, the number says.",
    "PARTLY ANSWERED": "A question whose answer is known roughly.",
    "MET": "A demand: it is there.",
    "PARTLY MET": "A demand: some of it is there.",
    "NOT MET": "A demand: there is no record of it.",
    "CANNOT TELL": "The data are too few, too imprecise, or were not collected: values on both "
    "sides of the line remain plausible. The report says what would be needed.",
    "NOT YET EXAMINED": "This program has no analysis for it. The report says what one would need.",
    "NOT A MEASUREMENT QUESTION": "A matter of values or policy. The report says who decides it.",
}


def claim_names() -> Iterable[str]:
    """E01, E02 and so on."""
    return (claim.id for claim in claims())


def verdict_names() -> Iterable[str]:
    """The words of verdicts as names: `cannot_tell`."""
    return (_name(word) for word in _VERDICTS)


def claim_parts(name: str) -> tuple[str, Parts] | None:
    """The question of a claim, and what answers it."""
    claim = next((one for one in claims() if one.id == name.upper()), None)
    if claim is None:
        return None
    where = f", {claim.where}" if claim.where else ""
    documents = ", ".join(document.replace("_", " ") for document in claim.documents)
    return claim.question, (
        ("Said", f"\N{LEFT DOUBLE QUOTATION MARK}{claim.quote}\N{RIGHT DOUBLE QUOTATION MARK} "
                 f"({claim.who}{where})"),
        ("Kind", _POLARITY[claim.polarity]),
        ("Numbers that answer it", "\n".join(map(_measure, claim.measures))),
        ("Documents that answer it", documents),
        ("What it would need", _needs(claim)),
        ("Who decides", claim.who_decides),
        ("Main assumption", claim.main_assumption),
        ("What the answer does not show", claim.cannot_show),
        ("Try", "naas-psych evidence STUDY --out NEW_FOLDER"),
    )  # fmt: skip


def verdict_parts(name: str) -> tuple[str, Parts] | None:
    """What a verdict says."""
    word = next((word for word in _VERDICTS if _name(word) == name), None)
    if word is None:
        return None
    rule = "The interval is held to a minimum and a target, never the estimate alone."
    return word, (("Meaning", _VERDICTS[word]), ("The rule", rule))


def _measure(measure: Measure) -> str:
    lines = f"minimum {measure.minimum}, target {measure.target}"
    return f"{measure.says} ({measure.analysis}, table {measure.table}; {lines})"


def _needs(claim: Claim) -> str:
    return claim.not_yet or claim.unanswered


def _name(word: str) -> str:
    return word.lower().replace(" ", "_")
