"""Who the candidates are: one row each, before anything is true of their ability."""

from __future__ import annotations

from collections.abc import Mapping
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
    normal,
    numbered,
    working_days_after,
    yes_no,
)
from naas_psych.simulate.plan import ALPHA, BETA, Plan


def candidates(plan: Plan, places: pd.DataFrame) -> pd.DataFrame:
    """Everybody who sat the digital test, in the order of person_id; `places`: authorities."""
    numbers, n = plan.numbers["candidates"], plan.persons
    rng = plan.stream("candidates")
    home = _homes(plan, places, rng)
    years = years_of_practice(rng, numbers["years"], n).round(1)
    age = normal(rng, numbers["age_at_start"], n) + years
    employment = category(rng.random(n), numbers["employment"])
    ethnicity = category(rng.random(n), numbers["ethnicity"])
    phase = places["phase"].to_numpy()[home]
    return pd.DataFrame(
        {
            "person_id": numbered("P", n, 5),
            "la_id": places["la_id"].to_numpy()[home],
            "phase": phase,
            "level": _levels(rng, years, numbers),
            "setting": category(rng.random(n), numbers["setting"]),
            "years": years,
            "route": _routes(rng, years, numbers),
            "asye": yes_no(years < 1),
            "employment": employment,
            "tenure_months": _tenure(rng, employment, years, numbers["tenure_months"]),
            "age_band": _age_bands(age, numbers["age_bands"]),
            "sex": category(rng.random(n), numbers["sex"]),
            "ethnicity": ethnicity,
            "disability": category(rng.random(n), numbers["disability"]),
            "first_language_english": _by_group(
                rng, ethnicity, numbers["first_language_english_by_ethnicity"]
            ),
            "religion": _religion(plan, rng, ethnicity),
            "orientation": category(rng.random(n), numbers["orientation"]),
            "adjustment": category(rng.random(n), numbers["adjustment"]),
            "centre": _centres(rng, home, numbers),
            "sat_on": _sat_on(rng, phase, numbers),
            "consent_equality": category(rng.random(n), numbers["consent_equality"]),
        }
    )


def years_of_practice(rng: np.random.Generator, numbers: Mapping[str, float], n: int) -> Floats:
    """(n,) years since qualifying: a gamma, cut off at `most`."""
    return np.minimum(rng.gamma(numbers["shape"], numbers["scale"], n), numbers["most"])


def _homes(plan: Plan, places: pd.DataFrame, rng: np.random.Generator) -> Ints:
    """(N,) the authority of each candidate, in shares of its staff; P21: one has a handful."""
    in_alpha = plan.scaled(plan.numbers["size"]["alpha_persons"])
    homes = []
    for phase, count in ((ALPHA, in_alpha), (BETA, plan.persons - in_alpha)):
        rows = np.flatnonzero((places["phase"] == phase).to_numpy())
        staff = places["staff_n"].to_numpy(dtype=float)[rows]
        homes.append(np.repeat(rows, _parts(count, staff)))
    home = rng.permutation(np.concatenate(homes))
    if plan.has("P21"):
        last = len(places) - 1
        moved = np.flatnonzero(home == last)[plan.plant("P21")["candidates_in_smallest"] :]
        beta = np.flatnonzero((places["phase"] == BETA).to_numpy())[:-1]
        home[moved] = beta[np.arange(len(moved)) % len(beta)]
    return np.asarray(home, dtype=np.int64)


def _parts(total: int, weights: Floats) -> Ints:
    """(n,) whole numbers in proportion to the weights that add up to the total."""
    edges = np.rint(np.cumsum(weights) / weights.sum() * total).astype(np.int64)
    return np.asarray(np.diff(edges, prepend=0), dtype=np.int64)


def _levels(rng: np.random.Generator, years: Floats, numbers: Mapping[str, Any]) -> Texts:
    """(N,) level. Supervisors have some years behind them; their share of all is as stated."""
    least = numbers["supervisor_from_years"]
    junior = _share_with_years_up_to(least, numbers["years"])
    hit = _chosen(rng, years >= least, numbers["supervisors"] / (1 - junior))
    return np.where(hit, "supervisor", "practitioner").astype(object)


def _routes(rng: np.random.Generator, years: Floats, numbers: Mapping[str, Any]) -> Texts:
    """(N,) route. The fast track is young: who came by it has few years; its share is as stated."""
    most = numbers["fast_track_until_years"]
    young = _share_with_years_up_to(most, numbers["years"])
    fast = _chosen(rng, years <= most, numbers["fast_track"] / young)
    return np.where(fast, "fast_track", category(rng.random(len(years)), numbers["other_routes"]))


def _share_with_years_up_to(limit: float, numbers: Mapping[str, float]) -> float:
    """Share of all candidates with no more years of practice than this."""
    from scipy.special import gammainc

    return float(gammainc(numbers["shape"], limit / numbers["scale"]))


def _chosen(rng: np.random.Generator, eligible: Flags, share: float) -> Flags:
    """(N,) who of those eligible is chosen by chance."""
    return np.asarray(eligible & (rng.random(len(eligible)) < share))


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


def _by_group(
    rng: np.random.Generator, group: Texts, shares: Mapping[str, Mapping[str, float]]
) -> Texts:
    """(N,) category of each candidate, by the shares of their group."""
    draw, drawn = rng.random(len(group)), np.empty(len(group), dtype=object)
    for name, own in shares.items():
        drawn[group == name] = category(draw[group == name], own)
    return drawn


def _religion(plan: Plan, rng: np.random.Generator, ethnicity: Texts) -> Texts:
    """(N,) religion; P21 adds some that a handful of candidates have."""
    stated = _by_group(rng, ethnicity, plan.numbers["candidates"]["religion_by_ethnicity"])
    free = rng.permutation(plan.persons)
    if plan.has("P21"):
        for name, few in plan.plant("P21")["religion"].items():
            hit = free[ethnicity[free] == few["ethnicity"]][: few["count"]]
            stated[hit] = name
            free = np.setdiff1d(free, hit)
    return stated


def _centres(rng: np.random.Generator, home: Ints, numbers: Mapping[str, Any]) -> Texts:
    """(N,) test centre: mostly the one nearest to the authority."""
    centres: Texts = np.array(numbers["centres"], dtype=object)
    n = len(home)
    near = rng.random(n) < numbers["at_nearest_centre"]
    place = np.where(near, home, rng.integers(0, len(centres), n)) % len(centres)
    return np.asarray(centres[place], dtype=object)


def _sat_on(rng: np.random.Generator, phase: Texts, numbers: Mapping[str, Any]) -> Texts:
    """(N,) date of the test: any working day of the phase."""
    dates = np.empty(len(phase), dtype=object)
    draw = rng.random(len(phase))
    for name, when in numbers["sittings"].items():
        days = np.floor(draw * when["days"]).astype(np.int64)
        dates[phase == name] = working_days_after(
            when["first"], days[phase == name], numbers["holidays"]
        )
    return dates
