"""Who takes part: authorities, candidates, and what is true of each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.simulate.draws import (
    Flags,
    Floats,
    Ints,
    Texts,
    category,
    correlated,
    days_after,
    normal,
    numbered,
    standardised,
    yes_no,
)
from naas_psych.simulate.plan import Plan

ALPHA, BETA = "alpha", "beta"


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody of the digital test.

    Attributes
    ----------
    authorities : 22 rows, columns as in authorities.csv
    candidates : N rows in the order of person_id, columns as in candidates.csv (no dirt)
    theta : (N,) ability in logits
    practice : (N,) true practice ability, standard normal
    """

    authorities: pd.DataFrame
    candidates: pd.DataFrame
    theta: Floats
    practice: Floats

    def is_in(self, phase: str) -> Flags:
        """(N,) who took part in this phase."""
        return (self.candidates["phase"] == phase).to_numpy()


def cast(plan: Plan) -> Cast:
    """Draw the authorities and the candidates, then their abilities by the generating model."""
    places = authorities(plan)
    people = candidates(plan, places)
    theta = _ability(plan, places, people)
    return Cast(
        authorities=places,
        candidates=people,
        theta=theta,
        practice=_practice(plan, theta),
    )


def practice_sample(plan: Plan, people: Cast, count: int) -> Ints:
    """(n,) rows of the candidates with practical work; a smaller sample is part of a larger one."""
    order = plan.stream("practice sample").permutation(len(people.theta))
    return order[: min(plan.scaled(count), len(order))]


def authorities(plan: Plan) -> pd.DataFrame:
    """The authorities of the pilot; those of alpha are partners in practice."""
    numbers, size = plan.numbers["authorities"], plan.numbers["size"]
    rng = plan.stream("authorities")
    n, first = size["authorities"], size["alpha_authorities"]
    others = [level for level, count in numbers["ofsted_beta"].items() for _ in range(count)]
    rng.shuffle(others)
    staff = numbers["staff"]
    return pd.DataFrame(
        {
            "la_id": numbered("LA", n),
            "phase": [ALPHA] * first + [BETA] * (n - first),
            "ofsted": [*numbers["ofsted_alpha"], *others],
            "region": rng.choice(np.array(numbers["regions"], dtype=object), n),
            "deprivation_fifth": rng.integers(1, 6, n),
            "partner_in_practice": ["yes"] * first + ["no"] * (n - first),
            "vacancy_rate": normal(rng, numbers["vacancy_rate"], n).round(3),
            "agency_rate": normal(rng, numbers["agency_rate"], n).round(3),
            "turnover": normal(rng, numbers["turnover"], n).round(3),
            "caseload_mean": normal(rng, numbers["caseload"], n).round(1),
            "staff_n": np.exp(rng.normal(np.log(staff["median"]), staff["log_sd"], n)).astype(int),
        }
    )


def candidates(plan: Plan, places: pd.DataFrame) -> pd.DataFrame:
    """Everybody who sat the digital test, one row each, in the order of person_id."""
    numbers, n = plan.numbers["candidates"], plan.persons
    rng = plan.stream("candidates")
    home = rng.permutation(_homes(plan, places))
    years = years_of_practice(rng, numbers["years"], n).round(1)
    age = normal(rng, numbers["age_at_start"], n) + years
    employment = category(rng.random(n), numbers["employment"])
    phase = places["phase"].to_numpy()[home]
    return pd.DataFrame(
        {
            "person_id": numbered("P", n, 5),
            "la_id": places["la_id"].to_numpy()[home],
            "phase": phase,
            "level": _levels(rng, years, numbers),
            "setting": category(rng.random(n), numbers["setting"]),
            "years": years,
            "route": category(rng.random(n), numbers["route"]),
            "asye": yes_no(years < 1),
            "employment": employment,
            "tenure_months": _tenure(rng, employment, years, numbers["tenure_months"]),
            "age_band": _age_bands(age, numbers["age_bands"]),
            "sex": category(rng.random(n), numbers["sex"]),
            "ethnicity": category(rng.random(n), numbers["ethnicity"]),
            "disability": category(rng.random(n), numbers["disability"]),
            "first_language_english": category(rng.random(n), numbers["first_language_english"]),
            "religion": _religion(plan, rng),
            "orientation": category(rng.random(n), numbers["orientation"]),
            "adjustment": category(rng.random(n), numbers["adjustment"]),
            "centre": rng.choice(np.array(numbers["centres"], dtype=object), n),
            "sat_on": _sat_on(rng, phase, numbers),
            "consent_equality": category(rng.random(n), numbers["consent_equality"]),
        }
    )


def years_of_practice(rng: np.random.Generator, numbers: Mapping[str, float], n: int) -> Floats:
    """(n,) years since qualifying: a gamma, cut off at `most`."""
    return np.minimum(rng.gamma(numbers["shape"], numbers["scale"], n), numbers["most"])


def _homes(plan: Plan, places: pd.DataFrame) -> Ints:
    """(N,) the authority of each candidate, in shares of its staff; P21: one has a handful."""
    in_alpha = plan.scaled(plan.numbers["size"]["alpha_persons"])
    homes = []
    for phase, count in ((ALPHA, in_alpha), (BETA, plan.persons - in_alpha)):
        wanted = count
        rows = np.flatnonzero((places["phase"] == phase).to_numpy())
        staff = places["staff_n"].to_numpy(dtype=float)[rows]
        if phase == BETA and plan.has("P21"):
            few = plan.plant("P21")["candidates_in_smallest"]
            homes.append(np.repeat(rows[-1], few))
            rows, staff, wanted = rows[:-1], staff[:-1], wanted - few
        homes.append(np.repeat(rows, _parts(wanted, staff)))
    return np.concatenate(homes)


def _parts(total: int, weights: Floats) -> Ints:
    """(n,) whole numbers in proportion to the weights that add up to the total."""
    edges = np.rint(np.cumsum(weights) / weights.sum() * total).astype(np.int64)
    return np.asarray(np.diff(edges, prepend=0), dtype=np.int64)


def _levels(rng: np.random.Generator, years: Floats, numbers: Mapping[str, Any]) -> Texts:
    """(N,) level. Supervisors have some years behind them; their share of all is as stated."""
    from scipy.special import gammaincc

    least = numbers["supervisor_from_years"]
    senior = float(gammaincc(numbers["years"]["shape"], least / numbers["years"]["scale"]))
    chance = np.where(years >= least, numbers["supervisors"] / senior, 0.0)
    return np.where(rng.random(len(years)) < chance, "supervisor", "practitioner").astype(object)


def _tenure(
    rng: np.random.Generator, employment: Texts, years: Floats, means: Mapping[str, float]
) -> Ints:
    """(N,) months with this employer: an exponential, no longer than since qualifying."""
    mean = np.array([means[kind] for kind in employment])
    months = rng.exponential(1.0, len(years)) * mean
    most = np.maximum(np.floor(years * 12), 1)
    return np.asarray(np.minimum(np.ceil(months), most), dtype=np.int64)


def _age_bands(age: Floats, starts: list[int]) -> Texts:
    """(N,) band of each age, by the ages at which bands start."""
    names = [f"under_{starts[0]}"]
    names += [f"{low}_{high - 1}" for low, high in pairwise(starts)]
    names.append(f"{starts[-1]}_and_over")
    return np.array(names, dtype=object)[np.searchsorted(starts, age, side="right")]


def _religion(plan: Plan, rng: np.random.Generator) -> Texts:
    """(N,) religion; P21 adds some that a handful of candidates have."""
    stated = category(rng.random(plan.persons), plan.numbers["candidates"]["religion"])
    places = rng.permutation(plan.persons)
    if plan.has("P21"):
        for name, count in plan.plant("P21")["religion"].items():
            stated[places[:count]] = name
            places = places[count:]
    return stated


def _sat_on(rng: np.random.Generator, phase: Texts, numbers: Mapping[str, Any]) -> Texts:
    """(N,) date of the test: any of the days of the phase."""
    day = rng.integers(0, numbers["days"], len(phase))
    alpha = days_after(numbers["alpha_first_day"], day)
    return np.where(phase == ALPHA, alpha, days_after(numbers["beta_first_day"], day))


def _ability(plan: Plan, places: pd.DataFrame, people: pd.DataFrame) -> Floats:
    """(N,) theta, by the numbers of `[ability]`; P6: some groups have another mean."""
    numbers = plan.numbers["ability"]
    rng = plan.stream("ability")
    years = people["years"].to_numpy()
    theta = rng.normal(0.0, numbers["sd"], len(people))
    early, later, load = (numbers[name] for name in ("early_years", "later_years", "caseload"))
    theta += early["gain"] * ((years >= early["from"]) & (years < early["before"]))
    theta += np.maximum(later["per_year"] * np.maximum(0, years - later["from"]), later["most"])
    theta += numbers["fast_track"] * (people["route"] == "fast_track")
    if plan.has("P6"):
        for group in plan.plant("P6")["shifts"]:
            theta += group["shift"] * people[group["column"]].isin(group["levels"])
    local = rng.normal(0.0, numbers["authority_sd"], len(places))
    local += load["per_case"] * (places["caseload_mean"].to_numpy() - load["usual"])
    home = pd.Index(places["la_id"]).get_indexer(people["la_id"])
    return np.asarray(theta + local[home], dtype=float)


def _practice(plan: Plan, theta: Floats) -> Floats:
    """(N,) standard normal, correlated with ability as stated."""
    own = plan.stream("practice").normal(size=len(theta))
    return correlated(standardised(theta), own, plan.numbers["ability"]["practice_r"])
