"""Disclosure control: the gate that every output passes, its profiles and its ledger."""

from naas_psych.assurance.disclosure.gate import Gated, gate
from naas_psych.assurance.disclosure.people import persons_shown, under_profile
from naas_psych.assurance.disclosure.profiles import Profile, profiles
from naas_psych.assurance.disclosure.statement import (
    PROFILE_OF_EVIDENCE,
    Disclosure,
    disclosure,
    names_a_person,
)
from naas_psych.assurance.disclosure.words import gated_text, speaks

__all__ = [
    "PROFILE_OF_EVIDENCE",
    "Disclosure",
    "Gated",
    "Profile",
    "disclosure",
    "gate",
    "gated_text",
    "names_a_person",
    "persons_shown",
    "profiles",
    "speaks",
    "under_profile",
]
