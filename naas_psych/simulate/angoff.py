"""What judges say that a borderline candidate would earn, item by item and round by round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.draws import Flags, Floats, Ints, correlated, numbered, place_of, whole
from naas_psych.simulate.plan import ALPHA, BETA, Plan

#: Where a borderline ability can lie, in logits, and at how many places it is sought.
_LOW, _HIGH, _PLACES = -6.0, 6.0, 2401


@dataclass(frozen=True, kw_only=True)
class _Truth:
    """Percent of its marks that each of J items of a form gives at the two borderlines.

    Attributes
    ----------
    met, gap : (J,) at the cut, and how much less at the lower one
    again : (J,) the judges see this item a third time
    """

    met: Floats
    gap: Floats
    again: Flags


@dataclass(frozen=True, kw_only=True)
class _Ratings:
    """(R, E, J) each, whole percent: for the cut and for the lower one."""

    upper: Ints
    lower: Ints


def angoff(plan: Plan, bank: Bank) -> pd.DataFrame:
    """One row a form, judge, item and round; an anchor is rated once on each form.

    The first round lies between the true share and a middling value. The third round has items of
    every difficulty, and follows the news of how many candidates would pass.
    """
    numbers = plan.numbers["angoff"]
    rng = plan.stream("angoff")
    judges = numbered("J", numbers["judges"])
    severity = _lasting(rng, numbers["kept"], (len(numbers["judge_sd"]), len(judges), 1))
    parts = []
    for form in (ALPHA, BETA):
        rows = bank.form(form)
        truth = _truth(plan, bank, rows)
        ratings = _ratings(plan, truth, severity=severity, rng=rng)
        shown = _shown(plan, judges, truth)
        places = np.argwhere(shown)
        parts.append(
            pd.DataFrame(
                {
                    "judge_id": np.array(judges, dtype=object)[places[:, 1]],
                    "form_id": form,
                    "item_id": bank.items["item_id"].to_numpy()[rows][places[:, 2]],
                    "round": places[:, 0] + 1,
                    "probability": ratings.upper[shown],
                    "p_partial": ratings.lower[shown],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def borderline(bank: Bank, rows: Ints, percent: float) -> float:
    """The ability at which a person expects this percent of the marks of these items."""
    theta = np.linspace(_LOW, _HIGH, _PLACES)
    marks = bank.items["max_score"].to_numpy(dtype=float)[rows]
    expected = bank.expected(theta, rows) @ marks / marks.sum() * 100
    return float(np.interp(percent, expected, theta))


def _truth(plan: Plan, bank: Bank, rows: Ints) -> _Truth:
    """Where the form has its two borderlines, and what its items give there."""
    numbers = plan.numbers["angoff"]
    cuts = [borderline(bank, rows, numbers[name]) for name in ("cut", "lower_cut")]
    met, partial = 100 * bank.expected(np.array(cuts), rows)
    # The middle one of every few in order of difficulty: their mean is near that of the form.
    every = numbers["impact_every"]
    again = np.zeros(len(rows), dtype=bool)
    again[np.argsort(met, kind="stable")[every // 2 :: every]] = True
    return _Truth(met=met, gap=met - partial, again=again)


def _ratings(plan: Plan, truth: _Truth, *, severity: Floats, rng: np.random.Generator) -> _Ratings:
    """What the judges say; `severity` (R, E, 1) is standard normal. P18: one says 50 of all."""
    numbers = plan.numbers["angoff"]
    rounds, judges, _ = severity.shape
    shape = (rounds, judges, len(truth.met))
    noise = _lasting(rng, numbers["kept"], shape)
    closer = rng.normal(0.0, numbers["gap_sd"], shape)
    kept = 1 - _by_round(numbers["towards_middle"])
    upper = (
        numbers["middle"]
        + kept * (truth.met - numbers["middle"])
        + _by_round(numbers["judge_sd"]) * severity
        + _by_round(numbers["rating_sd"]) * noise
    )
    gap = np.maximum(kept * truth.gap + closer, 0.0)
    if plan.has("P18"):
        plant = plan.plant("P18")
        judge = place_of(plant["judge"])
        upper[:, judge] = plant["near"] + plant["near_sd"] * noise[:, judge]
    return _Ratings(upper=whole(upper, 0, 100), lower=whole(np.clip(upper, 0, 100) - gap, 0, 100))


def _shown(plan: Plan, judges: list[str], truth: _Truth) -> Flags:
    """(R, E, J) this rating was made: one judge leaves early, the last round has some items."""
    numbers = plan.numbers["angoff"]
    shown = np.ones((len(numbers["judge_sd"]), len(judges), len(truth.met)), dtype=bool)
    shown[1:, judges.index(numbers["drops_out"])] = False
    shown[-1] &= truth.again
    return shown


def _lasting(rng: np.random.Generator, kept: float, shape: tuple[int, int, int]) -> Floats:
    """(R, E, J) standard normal draws; each round correlates `kept` with the one before."""
    drawn = rng.normal(size=shape)
    for k in range(1, shape[0]):
        drawn[k] = correlated(drawn[k - 1], drawn[k], kept)
    return drawn


def _by_round(values: list[float]) -> Floats:
    """(R, 1, 1) a number a round."""
    return np.array(values)[:, None, None]
