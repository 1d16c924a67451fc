"""What a reader is told about disclosure: the profile in force and what it means here."""

from __future__ import annotations

from dataclasses import dataclass

from naas_psych.study.study import Study

PROFILE_OF_EVIDENCE = "ofqual"


@dataclass(frozen=True)
class Disclosure:
    """The profile in force and one true sentence about these outputs."""

    profile: str
    statement: str


def disclosure(study: Study) -> Disclosure:
    """The study's own profile, or the one that evidence uses when the study names none."""
    return Disclosure(
        profile=study.spec.disclosure.profile or PROFILE_OF_EVIDENCE,
        statement=(
            "No table in this version breaks results down by groups of persons, and no row about "
            "a single person and no person identifier is written."
        ),
    )


def exact_numbers(study: Study) -> str | None:
    """What a reader must know where a profile is set and numbers are shown as they are."""
    profile = study.spec.disclosure.profile
    if profile in (None, "none"):
        return None
    return (
        f"study.toml sets the disclosure profile {profile}. This version does not round or "
        "suppress anything: every number is exact. No table breaks results down by groups of "
        "persons, and no person is named."
    )


def names_a_person(text: str, study: Study) -> bool:
    """True when a word of `text` is the identifier of a person; made-up ones name nobody."""
    if study.responses.anonymous:
        return False
    known = set(study.responses.person_ids)
    return any(word.strip(".,;:'\"()") in known for word in text.split())
