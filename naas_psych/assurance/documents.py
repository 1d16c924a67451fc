"""Are the documents there that a scheme for a licence needs? As study.toml records them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from naas_psych.assurance.verdict import Level, Polarity, Verdict, cannot_tell
from naas_psych.packaged import toml_entries
from naas_psych.study.spec import Document
from naas_psych.study.study import Study

_NOT_RECORDED = "study.toml records no documents of the scheme; its table [documents] can name them"


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A document of the checklist, as far as study.toml records it.

    Attributes
    ----------
    title, what_for : what it is called, and why a scheme needs it
    asked_by : titles of the clauses that ask for it; empty where a good scheme has it all the same
    owner_is : whose task it is as a rule
    recorded : what study.toml says of it; None where it says nothing
    verdict : met, partly met or not met; cannot tell where study.toml records no documents at all
    """

    name: str
    title: str
    what_for: str
    asked_by: tuple[str, ...]
    owner_is: str
    recorded: Document | None
    verdict: Verdict

    @property
    def state(self) -> str:
        """`met`, `partly met`, `not met` or `not recorded`."""
        return "not recorded" if self.verdict.level == "cannot_tell" else self.verdict.word.lower()

    @property
    def lacks(self) -> str:
        """`no date, not public`."""
        return _lacks(self.recorded) if self.recorded else ""


def checklist(study: Study) -> tuple[Listed, ...]:
    """Every document that a scheme for a licence is expected to have."""
    recorded = {str(name): one for name, one in (study.spec.documents or {}).items()}
    return tuple(
        Listed(
            name=name,
            title=entry["title"],
            what_for=entry["what_for"],
            asked_by=tuple(entry["asked_by"]),
            owner_is=entry["owner"],
            recorded=recorded.get(name),
            verdict=documents_verdict(study, [name], polarity="D"),
        )
        for name, entry in _entries().items()
    )


def documents_verdict(study: Study, names: Sequence[str], *, polarity: Polarity) -> Verdict:
    """Met when every document is dated, owned and public; partly when each exists."""
    recorded = study.spec.documents
    if recorded is None:
        return cannot_tell(_NOT_RECORDED, polarity=polarity)
    known = {str(name): document for name, document in recorded.items()}
    missing = [name for name in names if name not in known]
    if missing:
        return _said("bottom", polarity, f"There is no record of {_listed(missing)}.")
    wanting = [f"{_called(name)} ({_lacks(known[name])})" for name in names if _lacks(known[name])]
    if wanting:
        return _said("middle", polarity, f"On record, but incomplete: {'; '.join(wanting)}.")
    return _said("top", polarity, f"On record, dated, owned and public: {_listed(names)}.")


def _entries() -> Mapping[str, Any]:
    return toml_entries("assurance/documents.toml")


def _called(name: str) -> str:
    return str(_entries()[name]["called"])


def _said(level: Level, polarity: Polarity, sentence: str) -> Verdict:
    return Verdict(level=level, polarity=polarity, sentence=sentence)


def _lacks(document: Document) -> str:
    lacking = [
        word
        for word, there in (
            ("no date", document.date),
            ("no owner", document.owner),
            ("not public", document.public),
        )
        if not there
    ]
    return ", ".join(lacking)


def _listed(names: Sequence[str]) -> str:
    called = [_called(name) for name in names]
    return called[0] if len(called) == 1 else f"{', '.join(called[:-1])} and {called[-1]}"
