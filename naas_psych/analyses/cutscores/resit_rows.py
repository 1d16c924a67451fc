"""The tables of resits: what each policy comes to, sitting by sitting and month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from naas_psych.analyses.cutscores.resit_ability import Ability, Scored
from naas_psych.analyses.cutscores.resit_policies import Assumed, Rules
from naas_psych.analyses.cutscores.resit_world import Kinds, World
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.resits import Course, followed
from naas_psych.numerics.resits_tally import Tally, on_calendar, tallied
from naas_psych.result import tidy

#: The table by month goes by quarters, and so far at most.
_QUARTER, _LONGEST = 3.0, 60.0


@dataclass(frozen=True, eq=False)
class Worked:
    """A policy worked out for every kind of person; `tally` has one column a kind."""

    rules: Rules
    kinds: Kinds
    course: Course
    tally: Tally

    def of(self, people: Ability) -> Followed:
        """What becomes of these people."""
        weights = self.kinds.weights(people.mean, people.sd)
        return Followed(self.rules, self.course, weights, self.tally.weighted(weights))


@dataclass(frozen=True, eq=False)
class Followed:
    """A policy for some people: shares by sitting for each draw of ability (first the estimate)."""

    rules: Rules
    course: Course
    weights: Floats
    tally: Tally

    def shares(self, name: str) -> Floats:
        """(A, R + 1) one number of Tally by its name."""
        found: Floats = getattr(self.tally, name)
        return found


def work_all(world: World, policies: Sequence[Rules]) -> dict[str, Worked]:
    """Policies by name; those with the same gains are worked out at the same nodes."""
    most = {
        gains: max(one.policy.sittings for one in policies if one.gains == gains)
        for gains in dict.fromkeys(one.gains for one in policies)
    }
    kinds = {gains: world.kinds(sittings, gains) for gains, sittings in most.items()}
    return {one.name: work(world, one, kinds[one.gains]) for one in policies}


def work(world: World, rules: Rules, kinds: Kinds | None = None) -> Worked:
    """Every kind of person under a policy."""
    n = rules.policy.sittings
    kinds = kinds or world.kinds(n, rules.gains)
    course = followed(kinds.sittings, rules.policy)
    return Worked(rules, kinds, course, tallied(course, kinds.sittings.true, n))


def limits(draws: Floats, level: float) -> tuple[Floats, Floats]:
    """Ends of the middle of the draws (..., R + 1); nan where only the estimate is there."""
    if draws.shape[-1] < 2:
        none = np.full(draws.shape[:-1], np.nan)
        return none, none
    tail = (1 - level) / 2
    low, high = np.quantile(draws[..., 1:], [tail, 1 - tail], axis=-1)
    return low, high


def with_limits(name: str, draws: Floats, level: float) -> dict[str, Any]:
    """The columns of one number (rows, R + 1): estimate and limits."""
    low, high = limits(draws, level)
    return {name: draws[..., 0], f"{name}_low": low, f"{name}_high": high}


def policy_table(found: Sequence[Followed], people: int | None, level: float) -> pd.DataFrame:
    """One row a policy, at its end; beside each error that of the first sitting alone."""
    last = {name: np.stack([one.shares(name)[-1] for one in found]) for name in _ERRORS}
    first = {name: np.stack([one.shares(name)[0] for one in found]) for name in _ERRORS}
    reached = np.stack([one.tally.reached[-1] for one in found])
    sittings = np.stack([one.tally.sittings for one in found])
    growth = last["false_pass"] / np.where(first["false_pass"] > 0, first["false_pass"], np.nan) - 1
    columns: dict[str, Any] = {
        "policy": [one.rules.name for one in found],
        "attempts": [one.rules.attempts for one in found],
        "true_gain": [one.rules.true_gain for one in found],
        "practice_gain": [one.rules.practice_gain for one in found],
        **with_limits("share_met", reached, level),
        **with_limits("false_pass", last["false_pass"], level),
        "false_pass_once": first["false_pass"][:, 0],
        **with_limits("false_pass_growth", growth, level),
        **with_limits("false_fail", last["false_fail"], level),
        "false_fail_once": first["false_fail"][:, 0],
        "false_pass_first": last["false_pass_first"][:, 0],
        "false_fail_first": last["false_fail_first"][:, 0],
        "sittings": sittings[:, 0],
        "false_pass_per_sitting": last["false_pass"][:, 0] / sittings[:, 0],
        "exhausted": [one.shares("exhausted")[-1, 0] for one in found],
        "dropped_out": [one.shares("dropped_out")[-1, 0] for one in found],
    }
    columns |= of_population(
        people,
        below=1 - columns["share_met"],
        false_pass=columns["false_pass"],
        false_fail=columns["false_fail"],
        sittings=columns["sittings"],
    )
    return tidy(columns, _reasons(columns))


_ERRORS = ("false_pass", "false_fail", "false_pass_first", "false_fail_first")


def of_population(people: int | None, **shares: Floats) -> dict[str, Floats]:
    """The same as counts of a population of so many; null where nobody said how many."""
    size = float("nan") if people is None else float(people)
    return {f"of_population_{name}": size * np.asarray(share) for name, share in shares.items()}


def _reasons(columns: Mapping[str, Any]) -> dict[str, list[str | None]]:
    rows = len(columns["policy"])
    found: dict[str, list[str | None]] = {}
    for name in columns:
        if name.startswith("of_population"):
            found[name] = ["no_population"] * rows
        elif name.startswith("false_pass_growth"):
            grew = np.isfinite(columns["false_pass_growth"])
            found[name] = ["no_draws" if one else "nobody_passes_falsely" for one in grew]
        else:
            found[name] = ["no_draws"] * rows
    return found


def attempt_table(found: Sequence[Followed], people: int | None, level: float) -> pd.DataFrame:
    """One row a policy and sitting: where all persons stand after it."""
    parts = []
    for one in found:
        n = one.rules.policy.sittings
        columns: dict[str, Any] = {
            "policy": [one.rules.name] * n,
            "attempt": np.arange(1, n + 1),
            "sat": one.shares("sat")[:, 0],
            **with_limits("share_met", one.tally.reached, level),
            **{name: one.shares(name)[:, 0] for name in ("waiting", "exhausted", "dropped_out")},
            **with_limits("false_pass", one.shares("false_pass"), level),
            **with_limits("false_fail", one.shares("false_fail"), level),
        }
        columns |= of_population(
            people,
            below=1 - columns["share_met"],
            false_pass=columns["false_pass"],
            false_fail=columns["false_fail"],
            sittings=np.cumsum(columns["sat"]),
        )
        parts.append(tidy(columns, _reasons(columns)))
    return pd.concat(parts, ignore_index=True)


def outcome_table(
    world: World, found: Sequence[Followed], people: int | None, level: float
) -> pd.DataFrame:
    """One row a policy and outcome: how many stand there in the end."""
    parts = []
    for one in found:
        stand = one.shares("outcome")[-1]
        columns = {
            "policy": [one.rules.name] * len(stand),
            "outcome": list(world.outcomes),
            **with_limits("share", stand, level),
            **of_population(people, persons=stand[:, 0]),
        }
        parts.append(tidy(columns, _reasons(columns)))
    return pd.concat(parts, ignore_index=True)


def first_table(found: Followed, scored: Scored, world: World, level: float) -> pd.DataFrame:
    """One row an outcome of the first sitting: what the model expects, and what was seen."""
    stand = found.shares("outcome")[0]
    reached = scored.outcomes
    seen = np.array([(reached == k).mean() for k in range(len(world.outcomes))])
    columns = {
        "outcome": list(world.outcomes),
        "n": [int(scored.rows.size)] * len(stand),
        "observed_share": seen,
        **with_limits("modelled_share", stand, level),
    }
    return tidy(columns, {"modelled_share": ["no_draws"] * len(stand)})


def month_table(found: Sequence[Followed]) -> pd.DataFrame:
    """One row a policy and quarter until the last sitting."""
    parts = []
    for one in found:
        rules = one.rules
        last = min(rules.gap * (rules.policy.sittings - 1), _LONGEST)
        months = np.arange(0.0, last + _QUARTER, _QUARTER)
        calendar = on_calendar(one.course, months, gap=rules.gap, fast_gap=rules.fast_gap)
        at = calendar.weighted(one.weights[:1])
        parts.append(
            tidy(
                {
                    "policy": [rules.name] * months.size,
                    "month": months,
                    "share_met": at.outcome[:, -1, 0],
                    "share_between": at.outcome[:, 1:-1, 0].sum(axis=1),
                    "share_lowest": at.outcome[:, 0, 0],
                    "waiting": at.waiting[:, 0],
                    "exhausted": at.exhausted[:, 0],
                    "dropped_out": at.dropped_out[:, 0],
                    "sittings": at.sittings[:, 0],
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def sensitivity_table(
    world: World, own: Rules, found: Mapping[str, Assumed], people: Ability
) -> pd.DataFrame:
    """One row an assumption and end of its range, all others as assumed."""
    alone = Ability(people.mean[:1], people.sd[:1])
    base = work(world, own).of(alone).tally
    rows = []
    for name, one in found.items():
        for end, value in (("from", one.least), ("to", one.most)):
            if value is None:
                continue
            changed: Any = {name: int(value) if name == "attempts" else value}
            tally = work(world, replace(own, **changed)).of(alone).tally
            rows.append((name, end, float(value), tally))
    columns: dict[str, Any] = {
        "assumption": [row[0] for row in rows],
        "range_end": [row[1] for row in rows],
        "assumed_value": np.array([row[2] for row in rows]),
    }
    at_base = _at_end(base)
    changed_to = [_at_end(row[3]) for row in rows]
    for name, value in at_base.items():
        columns[name] = np.array([one[name] for one in changed_to])
        columns[f"{name}_change"] = columns[name] - value
    return tidy(columns)


def _at_end(tally: Tally) -> dict[str, float]:
    return {
        "share_met": float(tally.reached[-1, 0]),
        "false_pass": float(tally.false_pass[-1, 0]),
        "false_fail": float(tally.false_fail[-1, 0]),
        "sittings": float(tally.sittings[0]),
    }
