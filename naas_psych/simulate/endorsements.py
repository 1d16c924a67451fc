"""What employers said: endorsements of those put forward and of those who were not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.simulate.candidates import years_of_practice
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import (
    Flags,
    Floats,
    Ints,
    Texts,
    by_weight,
    category,
    numbered,
    whole,
    yes_no,
)
from naas_psych.simulate.items import AREAS
from naas_psych.simulate.plan import Plan


@dataclass(frozen=True, kw_only=True)
class Staff:
    """(n,) each: those put forward first, then those who were not.

    years: since qualifying; months: the longest that this employer can have supervised them.
    """

    person_id: Texts
    home: Ints
    practice: Floats
    years: Floats
    months: Floats
    put_forward: Flags


def endorsements(plan: Plan, cast: Cast) -> pd.DataFrame:
    """One row for everybody whom an employer could have put forward."""
    numbers, rng = plan.numbers["endorsements"], plan.stream("endorsements")
    staff = _staff(plan, cast)
    n = len(staff.home)
    leniency = rng.normal(0.0, numbers["authority_sd"], len(cast.authorities))
    noise = rng.normal(size=n)
    felt = numbers["mean"] + numbers["per_practice"] * staff.practice
    felt += numbers["per_year"] * staff.years + leniency[staff.home] + numbers["noise_sd"] * noise
    felt = _inflated(plan, cast, staff=staff, felt=felt, noise=noise)
    rating = whole(felt, _least(plan, cast, staff), numbers["most"])
    table = _told(plan, cast, staff)
    table.insert(4, "rating", rating)
    table["decision"] = _decision(plan, staff, rating)
    kss = rng.normal(0.0, numbers["kss_noise_sd"], (n, AREAS)) + felt[:, None]
    least = _least(plan, cast, staff)[:, None]
    areas = pd.DataFrame(
        whole(kss, least, numbers["most"]), columns=[f"kss_{k}" for k in range(1, AREAS + 1)]
    )
    return pd.concat([table, areas], axis=1)


def _staff(plan: Plan, cast: Cast) -> Staff:
    """The candidates, and those not put forward: of lower practice when P20 is planted."""
    numbers, rng = plan.numbers["endorsements"], plan.stream("not put forward")
    extra, years = plan.scaled(numbers["not_put_forward"]), plan.numbers["candidates"]["years"]
    size = cast.authorities["staff_n"].to_numpy(dtype=float)
    home = by_weight(rng.random(extra), size)
    practice = rng.normal(size=extra)
    if plan.has("P20"):
        practice += plan.plant("P20")["not_put_forward_practice"]
    served = years_of_practice(rng, years, extra)
    theirs = pd.Index(cast.authorities["la_id"]).get_indexer(cast.candidates["la_id"])
    names = np.array(numbered("Q", extra, 5), dtype=object)
    return Staff(
        person_id=np.concatenate([cast.candidates["person_id"].to_numpy(dtype=object), names]),
        home=np.concatenate([theirs, home]),
        practice=np.concatenate([cast.practice, practice]),
        years=np.concatenate([cast.candidates["years"].to_numpy(dtype=float), served]),
        months=np.concatenate(
            [cast.candidates["tenure_months"].to_numpy(dtype=float), np.ceil(12 * served)]
        ),
        put_forward=np.arange(len(theirs) + extra) < len(theirs),
    )


def _generous(plan: Plan, cast: Cast, staff: Staff) -> Flags:
    """(n,) P16: who works where everybody is endorsed highly."""
    lenient = cast.authorities["la_id"].isin(plan.plant("P16")["authorities"])
    return np.asarray(lenient.to_numpy()[staff.home] & plan.has("P16"))


def _least(plan: Plan, cast: Cast, staff: Staff) -> Ints:
    """(n,) the lowest rating that is given."""
    least = plan.plant("P16")["least"]
    usual = plan.numbers["endorsements"]["least"]
    floor: Ints = np.where(_generous(plan, cast, staff), least, usual).astype(np.int64)
    return floor


def _inflated(plan: Plan, cast: Cast, *, staff: Staff, felt: Floats, noise: Floats) -> Floats:
    """(n,) P16: where all are endorsed highly, chance alone tells the highest from the next."""
    from scipy.special import ndtri

    plant = plan.plant("P16")
    between = plant["least"] + 0.5 + noise + float(ndtri(plant["top_share"]))
    return np.where(_generous(plan, cast, staff), between, felt)


def _decision(plan: Plan, staff: Staff, rating: Ints) -> Texts:
    """(n,) endorsed or deferred; more is asked of those not put forward."""
    numbers = plan.numbers["endorsements"]
    needed = np.where(
        staff.put_forward, numbers["endorsed_from"], numbers["endorsed_from_not_put_forward"]
    )
    return np.where(rating >= needed, "endorsed", "deferred").astype(object)


def _told(plan: Plan, cast: Cast, staff: Staff) -> pd.DataFrame:
    """What the form says beside ratings."""
    numbers, rng = plan.numbers["endorsements"], plan.stream("endorsement forms")
    n = len(staff.home)
    in_place = np.bincount(staff.home, minlength=len(cast.authorities))
    supervisors = np.ceil(in_place / numbers["candidates_per_supervisor"])[staff.home]
    number = np.floor(rng.random(n) * supervisors).astype(np.int64) + 1
    place = cast.authorities["la_id"].to_numpy(dtype=object)[staff.home]
    months = np.ceil(rng.exponential(numbers["months_supervised"], n))
    pieces = rng.poisson(numbers["evidence"], n)
    feedback = category(rng.random(n), numbers["user_feedback"])
    return pd.DataFrame(
        {
            "person_id": staff.person_id,
            "put_forward": yes_no(staff.put_forward),
            "la_id": place,
            "supervisor_id": [f"{la}-S{k:02d}" for la, k in zip(place, number, strict=True)],
            "evidence_n": np.maximum(pieces, feedback == "used"),
            "user_feedback": feedback,
            "months_supervised": np.minimum(months, staff.months).astype(np.int64),
        }
    )
