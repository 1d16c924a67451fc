"""What a reader is told about disclosure: the profile in force and what it means here."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from naas_psych.assurance.disclosure.profiles import profiles
from naas_psych.study.study import Study

PROFILE_OF_EVIDENCE = "ofqual"


@dataclass(frozen=True)
class Disclosure:
    """The profile in force, what it does in one sentence, and how much it withheld.

    withheld : rows of analysis, table, rule and cells; empty where nothing was
    """

    profile: str
    statement: str
    withheld: pd.DataFrame


def disclosure(study: Study, withheld: pd.DataFrame) -> Disclosure:
    """The profile in force over a study, and what it withheld."""
    profile = study.spec.disclosure.profile or "none"
    rules = profiles()[profile]
    if rules.exact:
        statement = "Every number is exact: this is not for publication."
    else:
        cells = int(withheld["cells"].sum()) if len(withheld) else 0
        statement = (
            f"{rules.says} {cells:,} cells of tables are withheld, among them those that would "
            "give another away. No row about a single person and no person identifier is written."
        )
    return Disclosure(profile=profile, statement=statement, withheld=withheld)


def names_a_person(text: str, study: Study) -> bool:
    """True when a word of `text` is the identifier of a person; made-up ones name nobody."""
    if study.responses.anonymous:
        return False
    known = set(study.responses.person_ids)
    return any(word.strip(".,;:'\"()") in known for word in text.split())
