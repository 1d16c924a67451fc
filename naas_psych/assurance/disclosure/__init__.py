"""Disclosure control: the gate that every output passes, its profiles and its ledger."""

from naas_psych.assurance.disclosure.gate import Gated, gate
from naas_psych.assurance.disclosure.profiles import Profile, profiles
from naas_psych.assurance.disclosure.statement import (
    PROFILE_OF_EVIDENCE,
    Disclosure,
    disclosure,
    exact_numbers,
    names_a_person,
)

__all__ = [
    "PROFILE_OF_EVIDENCE",
    "Disclosure",
    "Gated",
    "Profile",
    "disclosure",
    "exact_numbers",
    "gate",
    "names_a_person",
    "profiles",
]
