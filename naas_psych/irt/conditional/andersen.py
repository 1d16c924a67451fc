"""Andersen's test: do groups of persons give the same conditional item parameters?"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.irt.conditional.design import (
    Answers,
    answers_of,
    category_weights,
    design_of,
    informative,
    totals,
)
from naas_psych.irt.conditional.estimate import ConditionalFit, ConditionalModel, fit_answers
from naas_psych.irt.engine.coding import as_scores
from naas_psych.irt.refusal import Refused
from naas_psych.numerics.arrays import Floats
from naas_psych.numerics.one_thread import one_blas_thread

Split = Literal["median", "mean", "all"]

#: Marks are quotients of whole numbers: nearer than this they are equal.
_TIE = 1e-9


@dataclass(frozen=True)
class AndersenTest:
    """Likelihood-ratio test of equal parameters in G groups, with Wald's test of each item.

    lr, df, p : 2 (sum_g l_g - l), (G - 1) times the free parameters, upper tail
    groups : the labels tested; n (G,) informative weight of each; left_out: labels without anyone
        whose score tells
    pooled, fits : the fit to all and to each group, on the items that every group can estimate
    reasons : J codes or None: why an item is not in the test
    wald, wald_df, wald_p : (J,) or (J, M), of the easinesses normalised to sum zero over the items
        in the test: sum_g (beta_g - mean)^2 / se_g^2 about their precision-weighted mean
    z : the same for two groups, (beta_1 - beta_2) / sqrt(se_1^2 + se_2^2), NaN for more
    """

    lr: float
    df: int
    p: float
    groups: tuple[int, ...]
    left_out: tuple[int, ...]
    n: Floats
    pooled: ConditionalFit
    fits: tuple[ConditionalFit, ...]
    reasons: tuple[str | None, ...]
    wald: Floats
    wald_df: int
    wald_p: Floats
    z: Floats


def andersen(
    scores: Any,
    *,
    split: Split | NDArray[np.int64] = "median",
    weights: Any = None,
    model: ConditionalModel = "rasch",
) -> AndersenTest:
    """Andersen's (1973) likelihood-ratio test, and item by item Wald's.

    split : "median" and "mean" part persons above that mark from the others, "all" makes a group of
        every score; the mark is the score, or with forms of unequal length the share of points a
        person could get. Or a whole number for each person (N,), negative to leave a person out.

    An item that a group cannot estimate on the same categories is left out of all groups and of
    the pooled fit, as eRm does: reason `extreme_in_group` (a category lacks there),
    `no_responses_in_group` or `no_finite_estimate_in_group`. A group without a person between the
    lowest and the highest score tells nothing and is left out.

    Raises
    ------
    Refused
        bad_groups, incomplete, too_few_groups, and those of conditional_rasch.
    """
    table = as_scores(scores)
    with one_blas_thread():  # small products: threads only cost
        answers, group = _grouped(table, split, weights=weights, model=model)
        everyone = np.unique(group[group >= 0]).tolist()
        answers, labels = _shared(answers, group)
    fits = tuple(fit_answers(_some(answers, group == label), model=model) for label in labels)
    pooled = fit_answers(_some(answers, np.isin(group, labels)), model=model)
    left_out = tuple(label for label in everyone if label not in labels)
    return _tested(pooled, fits, labels=labels, left_out=left_out, reasons=answers.reasons)


def _tested(
    pooled: ConditionalFit,
    fits: tuple[ConditionalFit, ...],
    *,
    labels: tuple[int, ...],
    left_out: tuple[int, ...],
    reasons: tuple[str | None, ...],
) -> AndersenTest:
    from scipy.special import chdtrc

    lr = 2.0 * (sum(fit.log_likelihood for fit in fits) - pooled.log_likelihood)
    df = (len(fits) - 1) * pooled.n_parameters
    beta = np.stack([fit.easiness for fit in fits])
    precision = np.stack([fit.easiness_se for fit in fits]) ** -2.0
    mean = (beta * precision).sum(axis=0) / precision.sum(axis=0)
    wald = ((beta - mean) ** 2 * precision).sum(axis=0)
    spread = np.sqrt((1 / precision).sum(axis=0))
    z = (beta[0] - beta[1]) / spread if len(fits) == 2 else np.full_like(spread, np.nan)
    return AndersenTest(
        lr=lr,
        df=df,
        p=float(chdtrc(df, max(lr, 0.0))),
        groups=labels,
        left_out=left_out,
        n=np.array([fit.n_informative for fit in fits]),
        pooled=pooled,
        fits=fits,
        reasons=reasons,
        wald=wald,
        wald_df=len(fits) - 1,
        wald_p=np.asarray(chdtrc(len(fits) - 1, wald)),
        z=z,
    )


def _grouped(
    table: NDArray[Any], split: Any, *, weights: Any, model: ConditionalModel
) -> tuple[Answers, NDArray[np.int64]]:
    """Answers of the persons with a weight, on items estimated from all, and their groups (N,)."""
    answers = design_of(answers_of(table, weights=weights, model=model)).answers
    if isinstance(split, str):
        return answers, _by_score(answers, split)
    group = np.asarray(split)
    if group.shape != (len(table),) or group.dtype.kind not in "iub":
        raise Refused(
            "bad_groups",
            f"groups have the shape {group.shape} and the type {group.dtype}",
            "give a whole number for each person, negative to leave a person out",
        )
    there = slice(None) if weights is None else np.asarray(weights) > 0
    return answers, group.astype(np.int64)[there]


def _by_score(answers: Answers, split: str) -> NDArray[np.int64]:
    """Group (N,): 1 above the median or mean mark, else 0; or the score; -1 without responses."""
    score, highest, _ = totals(answers)
    counted = highest > 0
    unequal = counted.any() and bool((highest[counted] != highest[counted][0]).any())
    if split == "all" and unequal:
        raise Refused(
            "incomplete",
            "persons met different items, so the same score does not mean the same",
            'split by "median", "mean" or groups of your own',
        )
    if split == "all":
        return np.where(counted, score, -1)
    if split not in ("median", "mean"):
        raise Refused("bad_groups", f"the split is {split!r}", 'give "median", "mean" or "all"')
    mark = score / np.maximum(highest, 1) if unequal else score.astype(np.float64)
    centre = _median if split == "median" else _mean
    cut = centre(mark[counted], answers.weight[counted])
    return np.where(counted, mark > cut + _TIE, -1).astype(np.int64)


def _mean(mark: Floats, weight: Floats) -> float:
    return float((mark * weight).sum() / weight.sum())


def _median(mark: Floats, weight: Floats) -> float:
    """Lower median of marks repeated as often as their weight says: no mark lies between it and
    the median, so the same persons are above."""
    order = np.argsort(mark, kind="stable")
    below = np.cumsum(weight[order])
    return float(mark[order[np.searchsorted(below, below[-1] / 2)]])


def _shared(answers: Answers, group: NDArray[np.int64]) -> tuple[Answers, tuple[int, ...]]:
    """Answers on items that every group estimates on the same categories, and those groups.

    Without an item other scores are extreme, so all is asked again until nothing falls out.
    """
    for _ in range(len(answers.used)):
        tells = informative(answers) & (group >= 0)
        labels = tuple(np.unique(group[tells]).tolist())
        if len(labels) < 2:
            raise Refused(
                "too_few_groups",
                f"{len(labels)} group has persons between the lowest and the highest score",
                "split the persons otherwise",
            )
        smaller = answers
        for label in labels:
            smaller = _estimable(smaller, _some(smaller, group == label))
        if len(smaller.used) == len(answers.used):
            return answers, labels
        answers = smaller
    return answers, labels


def _estimable(answers: Answers, some: Answers) -> Answers:
    """Answers without the items that `some` of the persons cannot estimate as all do."""
    seen = category_weights(some, some.weight)
    met = seen.sum(axis=1) > 0
    lacks = ((seen == 0) & (np.arange(seen.shape[1]) <= answers.tops[:, None])).any(axis=1)
    if not met.all():
        return answers.without(~met, reason="no_responses_in_group")
    if lacks.any():
        return answers.without(lacks, reason="extreme_in_group")
    alone = design_of(some).answers
    same = np.isin(answers.used, alone.used)
    same[same] = alone.tops == answers.tops[same]
    return answers if same.all() else answers.without(~same, reason="no_finite_estimate_in_group")


def _some(answers: Answers, rows: NDArray[np.bool_]) -> Answers:
    return replace(answers, categories=answers.categories[rows], weight=answers.weight[rows])
