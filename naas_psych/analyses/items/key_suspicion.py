"""The rules by which a key is suspected, and the key suggested in its place."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from naas_psych.analyses.items.option_numbers import OptionNumbers
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.correlations import probability_r_below
from naas_psych.numerics.option_statistics import (
    option_statistics,
    probability_above,
    probability_more_chosen,
)
from naas_psych.thresholds import Thresholds


@dataclass(frozen=True)
class Suspicion:
    """What speaks against the key of one item.

    rival is the distractor with the highest correlation; probability is P(its r > r of the key).
    codes (K + 1,) are the recorded codes that the suggested key would score, or None.
    """

    status: str
    reason: str | None
    suggested: str | None
    key_r: float
    rival: str | None
    rival_n: int
    rival_r: float
    probability: float
    codes: Floats | None = None


def suspicion(item: OptionNumbers, thresholds: Thresholds) -> Suspicion:
    """Hold the key of one item against its options."""
    calm = _rival(item, thresholds)
    if item.options.multiple:
        return _multiple(item, calm, thresholds)
    reasons = _reasons(item, calm, thresholds)
    place = _place(item, calm.rival)
    if reasons and place is not None:
        return replace(
            calm,
            status="check key",
            reason="; ".join(reasons),
            suggested=calm.rival,
            codes=item.members[place],
        )
    if _as_good_as_key(calm, thresholds):
        return replace(calm, status="double key?", reason="rival_as_good_as_key")
    return calm


def _rival(item: OptionNumbers, thresholds: Thresholds) -> Suspicion:
    """The distractor that goes best with the rest score, of those chosen often enough."""
    found = item.statistics
    key_r = float(option_statistics(item.tables, item.right[None, :]).r[0])
    calm = Suspicion("ok", None, None, key_r, None, 0, float("nan"), float("nan"))
    often = found.n >= thresholds["option_choosers_min"].value
    # Omitted is no option, and one that earns part of the marks is no distractor.
    candidates = np.flatnonzero(
        often & np.isfinite(found.r) & ~np.append(item.options.credited, True)
    )
    if candidates.size == 0 or item.options.multiple:
        return calm
    best = int(candidates[np.argmax(found.r[candidates])])
    return replace(
        calm,
        rival=item.labels[best],
        rival_n=int(found.n[best]),
        rival_r=float(found.r[best]),
        probability=probability_above(item.tables, item.members[best], item.right),
    )


def _place(item: OptionNumbers, label: str | None) -> int | None:
    return None if label is None else item.labels.index(label)


def _reasons(item: OptionNumbers, calm: Suspicion, thresholds: Thresholds) -> list[str]:
    """Codes of the rules that speak against the key, in the order of the docstring."""
    place = _place(item, calm.rival)
    if place is None:
        return []
    sure = thresholds["key_rival_probability"].value
    strong = calm.rival_r > thresholds["key_rival_r_min"].value
    # A key that nobody chose, or everybody, has no correlation: it cannot lose to a rival.
    beaten = calm.rival_r > calm.key_r if np.isfinite(calm.key_r) else False
    said = []
    if strong and beaten and calm.key_r <= thresholds["key_r_max"].value:
        said.append("key_r_not_positive")
    if strong and calm.probability > sure:
        said.append("rival_goes_with_score_more")
    upper_key = float(item.upper[:-1][item.options.keyed].sum())
    preferred = probability_more_chosen(item.upper[place], upper_key, item.n_upper)
    if strong and preferred > sure:
        said.append("upper_group_prefers_rival")
    share = item.statistics.n[place] / item.statistics.persons
    below = item.facility < item.options.chance
    if below and share > thresholds["key_rival_share"].value and strong:
        said.append("most_chose_rival")
    return said


def _as_good_as_key(calm: Suspicion, thresholds: Thresholds) -> bool:
    return bool(
        calm.rival_r > thresholds["key_rival_r_probable"].value
        and calm.probability > thresholds["double_key_probability"].value
    )


def _multiple(item: OptionNumbers, calm: Suspicion, thresholds: Thresholds) -> Suspicion:
    """A multiple response: each letter by itself is held against its place in the key."""
    found = item.statistics
    keyed = np.append(item.options.keyed, False)
    enough = found.n >= thresholds["option_choosers_min"].value
    enough &= found.n <= found.persons - thresholds["option_choosers_min"].value
    limit = thresholds["key_rival_r_probable"].value
    sure = thresholds["key_rival_probability"].value
    negative = np.array([probability_r_below(float(r), found.df, line=0.0) for r in found.r])
    with np.errstate(invalid="ignore"):
        out = keyed & enough & (found.r < -limit) & (negative > sure)
        into = ~keyed & enough & (found.r > limit) & (negative < 1 - sure)
    into[-1] = False
    if not (out.any() or into.any()):
        return calm
    wanted = (keyed & ~out) | into
    names = [item.labels[m] for m in np.flatnonzero(wanted)]
    reasons = [f"{item.labels[m]} should not be keyed" for m in np.flatnonzero(out)]
    reasons += [f"{item.labels[m]} should be keyed" for m in np.flatnonzero(into)]
    codes = (item.members == wanted.astype(float)[:, None]).all(axis=0).astype(float)
    together = "" if all(len(name) == 1 for name in names) else ","
    return replace(
        calm,
        status="check key",
        reason="; ".join(reasons),
        suggested=together.join(names) or None,
        codes=codes,
    )
