"""The tables of logistic regression for DIF: items, all levels at once, rounds of purification."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import chdtrc

from naas_psych.analyses.fairness.judged import Lines, Words, letters, verdicts
from naas_psych.analyses.fairness.logistic_comparisons import How, LogisticComparisons, joint_tests
from naas_psych.analyses.fairness.logistic_effects import Effects, effects_of, steps_of
from naas_psych.numerics.adjusted_p import benjamini_hochberg
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.dif_logistic import KINDS, LogisticTests
from naas_psych.numerics.dif_logistic_power import detectable_r2, persons_tested, power_of_r2
from naas_psych.numerics.intervals import normal_quantile
from naas_psych.result import tidy
from naas_psych.study.groupings import Groups
from naas_psych.study.study import Study
from naas_psych.thresholds import Thresholds

#: A logit on the delta scale of ETS.
DELTA = 2.35
_ROUNDS = (
    "group",
    "reference",
    "focal",
    "kind",
    "purification_round",
    "flagged_items",
    "left_out_items",
    "purification_ending",
)
_EFFECTS = ("odds_ratio", "delta", "probability_difference")
_BY_SCORE = ("difference_low_scores", "difference_high_scores")


def items_table(study: Study, made: LogisticComparisons, how: How, *, level: float) -> pd.DataFrame:
    """A row a comparison, item and kind."""
    tests, limits = made.tests, study.thresholds
    chi_square, p = _criterion(tests, how)
    why = tests.reason.ravel()
    n = np.repeat(made.n.reshape(-1, 2), 3, axis=0)
    known = persons_tested(tests)
    power = power_of_r2(tests, limits["dif_r2_moderate"].value, limits["dif_alpha"].value)
    columns: dict[str, Any] = {
        **_naming(study, made),
        "kind": np.tile(np.array(KINDS, dtype=object), len(n) // 3),
        "chi_square": chi_square.ravel(),
        "df": tests.df.ravel(),
        "p_value": p.ravel(),
        "delta_r2": tests.delta_r2.ravel(),
        "jodoin_gierl_class": _jodoin_gierl(tests.delta_r2, p, limits).ravel(),
        "n_reference": n[:, 0],
        "n_focal": n[:, 1],
        "p_adjusted": _adjusted(p, study.responses.n_items),
        "wald_chi_square": tests.wald.ravel(),
        "wald_p": tests.wald_p.ravel(),
    }
    reasons: dict[str, Words] = dict.fromkeys(
        ("chi_square", "df", "p_value", "delta_r2", "p_adjusted", "wald_chi_square", "wald_p"), why
    )
    _add_effects(columns, reasons, effects_of(made), made, level=level, why=why)
    columns["zumbo_thomas_class"] = letters(
        tests.delta_r2.ravel(), p.ravel(), _zumbo_thomas(limits)
    )
    estimator = np.where(tests.firth, "firth", "ml").astype(object)
    estimator[~np.isfinite(p)] = None
    columns["estimator"] = estimator.ravel()
    judged = columns["jodoin_gierl_class"]
    if how.purify:
        judged = _add_purified(columns, reasons, made, limits)
    columns["power_r2"] = power.ravel()
    columns["delta_r2_detectable"] = detectable_r2(
        known, tests, limits["dif_power_wanted"].value, limits["dif_alpha"].value
    ).ravel()
    reasons |= dict.fromkeys(("power_r2", "delta_r2_detectable"), why)
    columns["verdict"] = verdicts(judged, n, power.ravel(), limits)
    return tidy(columns, {name: list(said) for name, said in reasons.items()})


def _criterion(tests: LogisticTests, how: How) -> tuple[Floats, Floats]:
    if how.criterion == "lr":
        return tests.chi_square, tests.p
    return tests.wald, tests.wald_p


def _naming(study: Study, made: LogisticComparisons) -> dict[str, Any]:
    ids = np.array(study.responses.item_ids, dtype=object)
    times = 3 * ids.size
    named = [(one.group, one.reference.name, one.focal.name) for one in made.comparisons]
    words = zip(("group", "reference", "focal"), zip(*named, strict=True), strict=True)
    return {
        "item_id": np.tile(np.repeat(ids, 3), len(named)),
        **{name: np.repeat(np.array(each, dtype=object), times) for name, each in words},
    }


def _jodoin_gierl(delta_r2: Floats, p: Floats, limits: Thresholds) -> Words:
    lines = Lines(
        limits["dif_r2_moderate"].value, limits["dif_r2_large"].value, limits["dif_alpha"].value
    )
    return letters(delta_r2.ravel(), p.ravel(), lines)


def _zumbo_thomas(limits: Thresholds) -> Lines:
    return Lines(
        limits["dif_r2_moderate_zumbo_thomas"].value,
        limits["dif_r2_large_zumbo_thomas"].value,
        limits["dif_alpha"].value,
    )


def _adjusted(p: Floats, n_items: int) -> Floats:
    """Adjusted within kind and comparison, row by row."""
    shaped = p.reshape(-1, n_items, 3)
    found = np.empty_like(shaped)
    for k in range(len(shaped)):
        for kind in range(3):
            found[k, :, kind] = benjamini_hochberg(shaped[k, :, kind])
    return found.ravel()


def _add_effects(
    columns: dict[str, Any],
    reasons: dict[str, Words],
    effects: Effects,
    made: LogisticComparisons,
    *,
    level: float,
    why: Words,
) -> None:
    """Effects of the uniform model, and where on the scale the groups differ in the other."""
    half = normal_quantile(level)
    b, se = made.tests.effect[:, 0], made.tests.effect_se[:, 0]
    sure = np.isfinite(made.tests.p[:, 0])
    b = np.where(sure, b, np.nan)
    limits = {"": b, "_low": b - half * se, "_high": b + half * se}
    turned = {"": -b, "_low": -b - half * se, "_high": -b + half * se}
    # Over 700 an odds ratio has no number; nobody reads one of 1e300 either.
    with np.errstate(over="ignore"):
        odds = {end: np.exp(values) for end, values in turned.items()}
    for end in limits:
        columns[f"odds_ratio{end}"] = _only(odds[end], 0)
    for end, values in limits.items():
        columns[f"delta{end}"] = _only(DELTA * values, 0)
    for name, found, kind in (
        ("probability_difference", effects.average, 0),
        ("difference_low_scores", effects.low_scores, 1),
        ("difference_high_scores", effects.high_scores, 1),
    ):
        value, spread = found.value, half * found.se
        ends = {
            "": value,
            "_low": np.maximum(value - spread, -1.0),
            "_high": np.minimum(value + spread, 1.0),
        }
        for end, values in ends.items():
            columns[f"{name}{end}"] = _only(values, kind)
    place = np.tile(np.arange(3), len(why) // 3)
    lost = np.where(why == None, "separated", why)  # noqa: E711
    reasons |= dict.fromkeys(_EFFECTS, np.where(place == 0, lost, "only_uniform"))
    reasons |= dict.fromkeys(_BY_SCORE, np.where(place == 1, lost, "only_nonuniform"))


def _only(values: Floats, kind: int) -> Floats:
    """(P * 3,) the values in the rows of one kind, nan in the others."""
    found = np.full((values.size, 3), np.nan)
    found[:, kind] = np.where(np.isfinite(values), values, np.nan)
    return found.ravel()


def _add_purified(
    columns: dict[str, Any],
    reasons: dict[str, Words],
    made: LogisticComparisons,
    limits: Thresholds,
) -> Words:
    """The answers with flagged items left out of the matching score, and their classes."""
    n_items = made.n.shape[1]
    shape = (len(made.comparisons), n_items, 3)
    chi_square, p, delta_r2 = (np.full(shape, np.nan) for _ in range(3))
    why = np.where(made.tests.reason == None, "separated", made.tests.reason).reshape(shape)  # noqa: E711
    for (k, kind), own in made.pure.items():
        chi_square[k, :, kind], p[k, :, kind] = own.chi_square, own.p
        delta_r2[k, :, kind] = own.delta_r2
    classes = _jodoin_gierl(delta_r2, p, limits)
    columns |= {
        "chi_square_purified": chi_square.ravel(),
        "p_purified": p.ravel(),
        "p_adjusted_purified": _adjusted(p.reshape(-1, 3), n_items),
        "delta_r2_purified": delta_r2.ravel(),
        "jodoin_gierl_class_purified": classes,
    }
    names = ("chi_square_purified", "p_purified", "p_adjusted_purified", "delta_r2_purified")
    reasons |= dict.fromkeys(names, why.ravel())
    return classes


def purification_table(study: Study, made: LogisticComparisons) -> pd.DataFrame:
    """A row a comparison, kind and round."""
    ids = np.array(study.responses.item_ids, dtype=object)
    rows = [
        (
            made.comparisons[k].group,
            made.comparisons[k].reference.name,
            made.comparisons[k].focal.name,
            KINDS[kind],
            number,
            int(flagged.sum()),
            ", ".join(ids[flagged]) or None,
            run.ending,
        )
        for (k, kind), run in sorted(made.rounds.items())
        for number, flagged in enumerate(run.history)
    ]
    return pd.DataFrame(rows, columns=list(_ROUNDS))


def joint_table(study: Study, asked: Sequence[Groups], how: How) -> pd.DataFrame:
    """A row a group column, item and kind: does any level differ from any other?"""
    made = [_joint(study, one, how) for one in asked if one.reference is not None]
    columns = {name: np.concatenate([one[name] for one in made]) for name in made[0]}
    why = list(columns.pop("why"))
    names = ("chi_square", "df", "p_value", "p_adjusted", "delta_r2")
    return tidy(columns, dict.fromkeys(names, why))


def _joint(study: Study, groups: Groups, how: How) -> dict[str, Any]:
    """Levels with fewer persons of an item than dif_compute_min are left out of its test."""
    tests = joint_tests(study, groups, how)
    chi_square, p = _criterion(tests, how)
    ids = np.array(study.responses.item_ids, dtype=object)
    levels = (tests.n > 0).sum(axis=1)
    return {
        "item_id": np.repeat(ids, 3),
        "group": np.full(3 * ids.size, groups.name, dtype=object),
        "levels_compared": np.repeat(levels, 3),
        "n": np.repeat(tests.n.sum(axis=1).astype(np.int64), 3),
        "kind": np.tile(np.array(KINDS, dtype=object), ids.size),
        "chi_square": chi_square.ravel(),
        "df": tests.df.ravel(),
        "p_value": p.ravel(),
        "p_adjusted": _adjusted(p, ids.size),
        "delta_r2": tests.delta_r2.ravel(),
        "jodoin_gierl_class": _jodoin_gierl(tests.delta_r2, p, study.thresholds),
        "why": tests.reason.ravel(),
    }


def proportional_table(study: Study, made: LogisticComparisons) -> pd.DataFrame:
    """A row a comparison and graded item: is the group effect the same at every step?"""
    ids = np.array(study.responses.item_ids, dtype=object)
    index, chi_square, df = steps_of(made)
    n = made.n.reshape(-1, 2)[index]
    named = [made.comparisons[k] for k in index // ids.size]
    p = chdtrc(df, chi_square)
    adjusted = np.full(p.size, np.nan)
    for k in np.unique(index // ids.size):
        own = index // ids.size == k
        adjusted[own] = benjamini_hochberg(p[own])
    columns = {
        "item_id": ids[index % ids.size],
        "group": np.array([one.group for one in named], dtype=object),
        "reference": np.array([one.reference.name for one in named], dtype=object),
        "focal": np.array([one.focal.name for one in named], dtype=object),
        "n_reference": n[:, 0],
        "n_focal": n[:, 1],
        "chi_square": chi_square,
        "df": df,
        "p_value": p,
        "p_adjusted": adjusted,
    }
    why = ["separated"] * index.size
    return tidy(columns, dict.fromkeys(("chi_square", "p_value", "p_adjusted"), why))
