"""What candidates and others say of the test: the form at the exit, by phone, in an open call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.draws import Flags, Floats, Ints, Texts
from naas_psych.simulate.plan import ALPHA, Plan
from naas_psych.simulate.sitting import Sitting

OPEN_CALL = "open_call"
#: Ratings run from 1 to 5: one more than the number of fair chances of a binomial draw.
_STEPS = 4
#: The questions from which the tone of the free text follows.
_OVERALL = ("relevant_overall", "fair", "clear", "realistic")


@dataclass(frozen=True, kw_only=True)
class _Voices:
    """Who answers, M in all.

    Attributes
    ----------
    person : (M,) the candidate behind each answer; nobody knows whom the open call reached
    source : (M,) exit, phone or open_call
    """

    person: Ints
    source: Texts


def feedback(plan: Plan, cast: Cast, bank: Bank, sitting: Sitting) -> pd.DataFrame:
    """One row an answered form, in order of source; a candidate may be heard twice."""
    numbers = plan.numbers["feedback"]
    rng = plan.stream("feedback")
    hurried = sitting.hurried
    voices = _voices(plan, hurried, rng)
    ratings = _ratings(plan, cast, voices, hurried=hurried, rng=rng)
    overall = np.mean([ratings[name] for name in _OVERALL], axis=0)
    hours = numbers["prep_hours"]
    prepared = np.exp(rng.normal(np.log(hours["median"]), hours["log_sd"], len(voices.person)))
    ids = cast.candidates["person_id"].to_numpy(dtype=object)[voices.person]
    ids[voices.source == OPEN_CALL] = None
    return pd.DataFrame(
        {
            "person_id": ids,
            "source": voices.source,
            **ratings,
            "prep_hours": np.minimum(np.rint(prepared * 2) / 2, hours["most"]),
            "most_irrelevant_item": _named_items(plan, bank, sitting.rows[voices.person], rng),
            "text": _texts(numbers["text"], overall, ratings["time_enough"], rng),
        }
    )


def _voices(plan: Plan, hurried: Flags, rng: np.random.Generator) -> _Voices:
    """Fewer of those who had to hurry fill in the form at the exit."""
    numbers, n = plan.numbers["feedback"], len(hurried)
    weight = np.where(hurried, numbers["answers_if_hurried"], 1.0)
    # The largest of u^(1/weight) are a draw without replacement in proportion to the weights.
    exit_order = np.argsort(np.log(rng.random(n)) / -weight, kind="stable")
    orders = {"exit": exit_order, "phone": rng.permutation(n), OPEN_CALL: rng.permutation(n)}
    people, sources = [], []
    for name, count in numbers["answers"].items():
        chosen = orders[name][: min(plan.scaled(count), n)]
        # In the order of the candidates, the open call would tell who they are.
        people.append(chosen if name == OPEN_CALL else np.sort(chosen))
        sources.append(np.full(len(chosen), name, dtype=object))
    return _Voices(person=np.concatenate(people), source=np.concatenate(sources))


def _ratings(
    plan: Plan,
    cast: Cast,
    voices: _Voices,
    *,
    hurried: Flags,
    rng: np.random.Generator,
) -> dict[str, Ints]:
    """(M,) each: a question of 1 to 5 has the mean that its source, the person and itself give."""
    numbers = plan.numbers["feedback"]
    planted = plan.plant("P17")["means"] if plan.has("P17") else {}
    level = np.array([planted.get(name, numbers["mean"]) for name in voices.source])
    offsets = _offsets(plan, cast, voices, hurried=hurried)
    view = rng.normal(size=len(hurried))[voices.person]
    helped = rng.normal(size=len(hurried))[voices.person]
    ratings = {}
    for name, question in numbers["questions"].items():
        own = rng.normal(size=len(level))
        mean = np.clip(level + question + offsets.get(name, 0.0), *numbers["extremes"])
        ratings[name] = _rating(_rank(view, own, numbers["view_r"]), mean)
    support = numbers["supervision"]
    for k, mean in enumerate(support["means"], start=1):
        own = rng.normal(size=len(level))
        means = np.full(len(level), mean)
        ratings[f"supervision_{k}"] = _rating(_rank(helped, own, support["r"]), means)
    return ratings


def _offsets(plan: Plan, cast: Cast, voices: _Voices, *, hurried: Flags) -> Mapping[str, Floats]:
    """(M,) each: what the person brings to a question: the time they had, the work they do."""
    numbers = plan.numbers["feedback"]
    # Alpha had less time than beta only where the test is speeded.
    short = cast.is_in(ALPHA) & plan.has("P2")
    other = ~cast.candidates["setting"].isin(numbers["settings_of_the_test"]).to_numpy()
    time = numbers["time_if_hurried"] * hurried + numbers["time_in_alpha"] * short
    return {
        "time_enough": time[voices.person],
        "setting_fit": (numbers["fit_of_other_settings"] * other)[voices.person],
    }


def _rank(shared: Floats, own: Floats, r: float) -> Floats:
    """(M,) uniform draws; behind them are normals that correlate r between questions."""
    from scipy.special import ndtr

    return np.asarray(ndtr(np.sqrt(r) * shared + np.sqrt(1 - r) * own))


def _rating(uniform: Floats, mean: Floats) -> Ints:
    """(M,) 1-5 with exactly these means: a binomial count of four, looked up at its quantile."""
    from scipy.special import bdtr

    below = bdtr(np.arange(_STEPS, dtype=float), _STEPS, (mean[:, None] - 1) / _STEPS)
    return np.asarray(1 + (uniform[:, None] > below).sum(axis=1), dtype=np.int64)


def _named_items(plan: Plan, bank: Bank, rows: Ints, rng: np.random.Generator) -> Texts:
    """(M,) the item of the own form that fits least; P3: mostly one of other professions' work."""
    n, length = rows.shape
    item_ids = bank.items["item_id"].to_numpy(dtype=object)
    named = rows[np.arange(n), rng.integers(0, length, n)]
    picks, points = rng.random(n), rng.random(n)
    if plan.has("P3"):
        plant = plan.plant("P3")
        strange = np.isin(rows, bank.rows(plant["items"]))
        count = strange.sum(axis=1)
        wanted = np.floor(picks * count).astype(np.int64) + 1
        place = np.argmax(np.cumsum(strange, axis=1) == wanted[:, None], axis=1)
        points_at = (points < plant["named_as_irrelevant"]) & (count > 0)
        named = np.where(points_at, rows[np.arange(n), place], named)
    said = item_ids[named]
    said[rng.random(n) < plan.numbers["feedback"]["names_no_item"]] = None
    return np.asarray(said, dtype=object)


def _texts(
    numbers: Mapping[str, Any],
    overall: Floats,
    time_enough: Ints,
    rng: np.random.Generator,
) -> Texts:
    """(M,) a sentence in the tone of the ratings, or nothing."""
    n = len(overall)
    tone = np.where(overall >= numbers["positive_from"], "positive", "mixed").astype(object)
    tone[overall <= numbers["negative_to"]] = "negative"
    late = (time_enough <= numbers["short_of_time_to"]) & (rng.random(n) < numbers["says_so"])
    tone[late] = "short_of_time"
    drawn, silent = rng.random(n), rng.random(n) < numbers["blank"]
    texts = np.full(n, None, dtype=object)
    for name, sentences in numbers["sentences"].items():
        own = (tone == name) & ~silent
        lines = np.array(sentences, dtype=object)
        texts[own] = lines[np.floor(drawn[own] * len(lines)).astype(np.int64)]
    return texts
