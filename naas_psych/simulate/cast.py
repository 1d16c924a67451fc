"""Who takes part: authorities, candidates, and what is true of each candidate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.simulate.candidates import candidates
from naas_psych.simulate.draws import Flags, Floats, Ints, correlated, normal, numbered
from naas_psych.simulate.plan import ALPHA, BETA, Plan


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Everybody of the digital test.

    Attributes
    ----------
    authorities : 22 rows, columns as in authorities.csv
    candidates : N rows in the order of person_id, columns as in candidates.csv (no dirt)
    theta : (N,) ability in logits
    standing : (N,) ability in standard deviations from the mean of a usual pilot
    practice : (N,) true practice ability, in such units too
    """

    authorities: pd.DataFrame
    candidates: pd.DataFrame
    theta: Floats
    standing: Floats
    practice: Floats

    def is_in(self, phase: str) -> Flags:
        """(N,) who took part in this phase."""
        return (self.candidates["phase"] == phase).to_numpy()


def cast(plan: Plan) -> Cast:
    """Draw the authorities and the candidates, then their abilities by the generating model."""
    places = authorities(plan)
    people = candidates(plan, places)
    theta = _ability(plan, places, people)
    usual = plan.numbers["ability"]["usual"]
    # Not the mean of these candidates: a plant that moves some would then move all.
    standing = (theta - usual["mean"]) / usual["sd"]
    own = plan.stream("practice").normal(size=len(theta))
    return Cast(
        authorities=places,
        candidates=people,
        theta=theta,
        standing=standing,
        practice=correlated(standing, own, plan.numbers["ability"]["practice_r"]),
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
    staff = np.exp(rng.normal(np.log(numbers["staff"]["median"]), numbers["staff"]["log_sd"], n))
    # More candidates than at the default size need authorities that employ them.
    staff *= max(1.0, plan.persons / size["persons"])
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
            "staff_n": staff.astype(int),
        }
    )


def _ability(plan: Plan, places: pd.DataFrame, people: pd.DataFrame) -> Floats:
    """(N,) theta, by the numbers of `[ability]`; P6: some groups have another mean."""
    numbers = plan.numbers["ability"]
    years = people["years"].to_numpy()
    theta = plan.stream("ability").normal(0.0, numbers["sd"], len(people))
    early, later = numbers["early_years"], numbers["later_years"]
    theta += early["gain"] * ((years >= early["from"]) & (years < early["before"]))
    theta += np.maximum(later["per_year"] * np.maximum(0, years - later["from"]), later["most"])
    theta += numbers["fast_track"] * (people["route"] == "fast_track")
    if plan.has("P6"):
        for group in plan.plant("P6")["shifts"]:
            theta += group["shift"] * people[group["column"]].isin(group["levels"])
    home = pd.Index(places["la_id"]).get_indexer(people["la_id"])
    return np.asarray(theta + authority_effects(plan, places)[home], dtype=float)


def authority_effects(plan: Plan, places: pd.DataFrame) -> Floats:
    """(22,) what working for an authority adds to theta: chance, and its caseload."""
    numbers = plan.numbers["ability"]
    chance = plan.stream("authority effects").normal(0.0, numbers["authority_sd"], len(places))
    load = places["caseload_mean"].to_numpy() - numbers["caseload"]["usual"]
    return np.asarray(chance + numbers["caseload"]["per_case"] * load)
