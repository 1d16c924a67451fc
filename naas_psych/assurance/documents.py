"""Are the documents there that a scheme for a licence needs? As study.toml records them."""

from __future__ import annotations

from collections.abc import Sequence

from naas_psych.assurance.verdict import Level, Polarity, Verdict, cannot_tell
from naas_psych.study.spec import Document
from naas_psych.study.study import Study

#: What each document is called in a sentence.
_CALLED = {
    "purpose": "a statement of purpose",
    "task_analysis": "a task or job analysis",
    "blueprint": "a blueprint",
    "curriculum": "a curriculum",
    "panel": "a list of the panel",
    "item_log": "a log of item writing and review",
    "standard_setting": "a report of the standard setting",
    "administration": "rules of administration and adjustments",
    "marking_guide": "a marking guide",
    "reliability": "reliability and decision statistics",
    "equating": "a report of equating",
    "score_reports": "a guide to score reports",
    "appeals": "rules of appeals and complaints",
    "impartiality": "rules on conflicts of interest",
    "review_cycle": "a review cycle",
    "data_protection": "a data protection record",
    "equality": "an equality assessment",
    "consultation": "the responses to the consultation",
}
_NOT_RECORDED = "study.toml records no documents of the scheme; its table [documents] can name them"


def documents_verdict(study: Study, names: Sequence[str], *, polarity: Polarity) -> Verdict:
    """Met when every document is dated, owned and public; partly when each exists."""
    recorded = study.spec.documents
    if recorded is None:
        return cannot_tell(_NOT_RECORDED, polarity=polarity)
    known = {str(name): document for name, document in recorded.items()}
    missing = [name for name in names if name not in known]
    if missing:
        return _said("bottom", polarity, f"There is no record of {_listed(missing)}.")
    wanting = [f"{_CALLED[name]} ({_lacks(known[name])})" for name in names if _lacks(known[name])]
    if wanting:
        return _said("middle", polarity, f"On record, but incomplete: {'; '.join(wanting)}.")
    return _said("top", polarity, f"On record, dated, owned and public: {_listed(names)}.")


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
    called = [_CALLED[name] for name in names]
    return called[0] if len(called) == 1 else f"{', '.join(called[:-1])} and {called[-1]}"
