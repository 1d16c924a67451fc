"""What names a person: how such columns are called, and what their cells look like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

#: A column is what most of its cells are; an address needs fewer, for nothing else looks like one.
_MOST = 0.5
_FEW = 0.05
#: Names of people differ from each other, names of places and posts come again.
_DIFFER = 0.8
_LEAST_NAMES = 8


@dataclass(frozen=True)
class Look:
    """One kind of identifier.

    what : in words, of several
    names : of columns that are called so
    fits : whether a cell is one; `share` of the cells must be
    by_name : whether a cell of a column of such a name can be one (codes in it are none)
    apart : cells must nearly all differ (unless the column names people by its role)
    roles : tables in which cells are looked at (all when empty)
    """

    what: str
    names: frozenset[str]
    fits: Callable[[str], bool]
    share: float = _MOST
    by_name: Callable[[str], bool] = lambda _: True
    apart: bool = False
    least: int = 1
    roles: frozenset[str] = frozenset()

    def called(self, plain: str) -> bool:
        """A column of this (folded) name is one: `dob`, and `candidate_dob` as well."""
        endings = (f"_{name}" for name in self.names & _WHOSEVER)
        return plain in self.names or plain.endswith(tuple(endings))


#: Names that mean the same whatever stands before them. `name` does not: a school has one.
_WHOSEVER = frozenset(
    {"full_name", "first_name", "last_name", "family_name", "given_name", "surname", "forename"}
    | {"date_of_birth", "birth_date", "dob", "ni_number", "nhs_number"}
)


def _like(pattern: str, flags: int = 0) -> Callable[[str], bool]:
    compiled = re.compile(pattern, flags)
    return lambda text: compiled.fullmatch(text) is not None


def _nhs(text: str) -> bool:
    """Ten digits whose last is their check digit."""
    digits = re.sub(r"[\s-]", "", text)
    if not re.fullmatch(r"\d{10}", digits):
        return False
    check = 11 - sum(int(d) * w for d, w in zip(digits, range(10, 1, -1), strict=False)) % 11
    return check % 11 == int(digits[9]) and check != 10


def _birth(text: str) -> bool:
    """A date of a year in which somebody may be born who works today or did in this century."""
    found = re.fullmatch(r"(?:(\d{4})-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](\d{4}))", text[:10])
    return found is not None and 1920 <= int(found[1] or found[2]) <= 2000


def _worded(text: str) -> bool:
    """Letters and no figure: a name, where a code would have a figure."""
    return any(c.isalpha() for c in text) and not any(c.isdigit() for c in text)


def _figures(text: str) -> bool:
    return any(c.isdigit() for c in text)


#: A part of a name: McDonald, O'Neill, Smith-Jones, J.
_PART = r"(?:[A-Z]\.?|(?:Mc|Mac|[A-Z]['’])?[A-Z][a-zà-ž]+(?:-[A-Z][a-zà-ž]+)?)"
_WHOLE = (
    rf"(?:(?:Mr|Mrs|Ms|Miss|Dr|Prof)\.? )?{_PART}(?: {_PART}){{1,3}}|{_PART}, {_PART}(?: {_PART})?"
)
#: Tables whose rows are people.
_PEOPLE = frozenset({"responses", "persons", "feedback", "endorsements", "components", "judges"})

EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
PHONE = re.compile(r"(?<![\w.])(?:\+44\s?\(?0?\)?|\(?0)[1-9](?:[\s()-]?\d){8,9}(?!\w)")

LOOKS: tuple[Look, ...] = (
    Look(
        "e-mail addresses",
        frozenset({"email", "e_mail", "mail", "email_address", "e_mail_address", "work_email"}),
        _like(EMAIL.pattern),
        share=_FEW,
        by_name=lambda text: "@" in text,
    ),
    Look(
        "telephone numbers",
        frozenset(
            {"phone", "telephone", "tel", "mobile", "phone_number", "phone_no", "mobile_number"}
            | {"mobile_no", "telephone_number", "telephone_no", "contact_number", "tel_no"}
        ),
        lambda text: PHONE.fullmatch(text) is not None,
        by_name=lambda text: sum(c.isdigit() for c in text) > 5,
        least=3,
    ),
    Look(
        "National Insurance numbers",
        frozenset({"ni", "nino", "ni_no", "ni_number", "national_insurance"})
        | frozenset({"national_insurance_number", "national_insurance_no"}),
        _like(r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]\s?(?:\d{2}\s?){3}[A-D]", re.IGNORECASE),
        by_name=_figures,
    ),
    Look(
        "NHS numbers",
        frozenset({"nhs", "nhs_no", "nhs_number"}),
        _nhs,
        share=0.8,
        by_name=_figures,
        # One code in eleven of ten digits passes by chance.
        least=4,
    ),
    Look(
        "registration or staff numbers",
        frozenset(
            {"registration_number", "registration_no", "reg_number", "reg_no", "swe_number"}
            | {"swe_no", "swe_registration", "hcpc", "hcpc_number", "hcpc_no", "sw_number"}
            | {"social_work_registration", "social_work_england_number", "gmc_number", "nmc_pin"}
            | {"licence_number", "license_number", "passport_number", "driving_licence"}
            | {"staff_number", "staff_no", "employee_number", "employee_no", "payroll_number"}
            | {"payroll_no", "national_id", "ssn", "social_security_number"}
        ),
        _like(r"(?:SW|SWE)[\s/-]?\d{4,7}", re.IGNORECASE),
        by_name=_figures,
    ),
    Look(
        "dates of birth",
        frozenset({"date_of_birth", "dob", "birth_date", "birthdate", "birthday", "d_o_b"}),
        _birth,
        share=0.8,
        by_name=_figures,
        apart=True,
        least=_LEAST_NAMES,
        roles=_PEOPLE - {"judges"},
    ),
    Look(
        "postcodes or addresses",
        frozenset(
            {"postcode", "post_code", "postal_code", "zip", "zip_code", "zipcode", "address"}
            | {"home_address", "street", "street_address", "address_line_1", "address_1"}
        ),
        _like(r"(?:GIR 0AA|[A-Z]{1,2}\d[A-Z\d]?\s+\d[A-Z]{2})", re.IGNORECASE),
    ),
    Look(
        "names of people",
        frozenset(
            {"name", "full_name", "fullname", "first_name", "firstname", "forename", "forenames"}
            | {"given_name", "given_names", "surname", "last_name", "lastname", "family_name"}
            | {"middle_name", "maiden_name", "preferred_name", "candidate_name", "student_name"}
            | {"learner_name", "applicant_name", "trainee_name"}
            | {"person_name", "participant_name", "respondent_name", "employee_name"}
            | {"worker_name", "judge_name", "expert_name", "rater_name", "marker_name"}
            | {"assessor_name", "supervisor_name", "manager_name"}
        ),
        _like(_WHOLE),
        share=0.8,
        by_name=_worded,
        apart=True,
        least=_LEAST_NAMES,
    ),
)

#: Columns that describe persons in ways the law protects (UK GDPR, article 9), by their names.
SPECIAL: Mapping[str, str] = {
    name: kind
    for kind, names in {
        "racial or ethnic origin": (
            "ethnicity", "ethnic", "ethnic_group", "ethnic_origin", "ethnic_background", "race",
            "racial_origin",
        ),
        "religion or belief": (
            "religion", "religious_belief", "religion_or_belief", "faith", "belief", "beliefs",
        ),
        "health": (
            "disability", "disabled", "disability_status", "impairment", "health", "health_status",
            "health_condition", "long_term_condition", "medical_condition", "mental_health",
            "diagnosis", "pregnancy", "pregnant",
        ),
        "sexual orientation or sex life": (
            "sexual_orientation", "sexuality", "orientation", "sex_life",
        ),
        "trade union membership": ("trade_union", "union", "union_member", "union_membership"),
        "political opinion": ("political_opinion", "political_opinions", "political_party",
                              "politics", "party_membership"),
        "genetic or biometric data": ("genetic", "genetics", "dna", "biometric", "biometrics"),
    }.items()
    for name in names
}  # fmt: skip


def protected_kind(plain: str, own: Mapping[str, str]) -> str | None:
    """What the law protects in a column of this (folded) name; `own` are names of the study."""
    known = {**SPECIAL, **own}
    bare = _CODED.sub("", re.sub(r"\W+", "", plain))
    return known.get(plain) or known.get(bare)


#: What is put behind the name of a column that is coded: `ethnicity_code`, `disability_flag`.
_CODED = re.compile(r"_(?:codes?|flag|group|category|cat|desc|description|label)$")
