"""Two kinds of answers in the times of an item: two lognormals, for all items at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from naas_psych.numerics.arrays import Floats

Flags = NDArray[np.bool_]

#: Width of the bins of log time: a twentieth of the spread of any item's times.
_BIN = 0.04
#: Least standard deviation of log time in a component: four bins.
_LEAST_SD = 0.16
_CYCLES, _TOLERANCE = 300, 1e-6
#: Least distance of the means, in root mean square deviations, of two separate components
#: (Ashman, Bird and Zepf, 1994).
SEPARATION = 2.0
#: A guess takes at most this share of the usual time of an answer, and this many seconds.
FAST_SHARE, FAST_SECONDS = 1 / 3, 10.0
#: Guesses that a component has to hold.
LEAST_FAST = 5.0
#: Chance of being a guess from which an answer is called one. At even odds one considered answer in
#: a few hundred is, which adds up over the items of a tail: a share of persons with at least one
#: rapid answer is then 1 to 2 points too high.
SURE = 0.9
#: Gain in BIC over one lognormal that counts as strong (Raftery, 1995).
_BIC_GAIN = 10.0


@dataclass(frozen=True)
class TimeMixtures:
    """Two lognormals an item: fast and slow.

    thresholds : (J,) seconds below which nine in ten answers of such a time are fast; nan where
        there are not two separate kinds
    weight : (J,) share of fast answers; means, sds : (2, J) of log time, fast first
    why : (J,) short reason where there is no threshold, else None
    """

    thresholds: Floats
    weight: Floats
    means: Floats
    sds: Floats
    why: tuple[str | None, ...]


@dataclass(frozen=True)
class _Kinds:
    """weight (J,) of the fast kind; means and sds (2, J) of log time, fast first."""

    weight: Floats
    means: Floats
    sds: Floats

    def of(self, items: NDArray[np.int64]) -> _Kinds:
        return _Kinds(self.weight[items], self.means[:, items], self.sds[:, items])

    def put(self, items: NDArray[np.int64], others: _Kinds) -> None:
        self.weight[items] = others.weight
        self.means[:, items], self.sds[:, items] = others.means, others.sds


def time_mixtures(times: Floats) -> TimeMixtures:
    """Fit them by EM (Schnipke and Scrams, 1997) to times (N, J), and hold them to the rules above.

    Log times are put in bins of .04, so that a cycle costs the same for any number of persons.
    """
    counts, centres = _binned(times)
    n = counts.sum(axis=1)
    found, fit, settled = _climb(counts, centres, _split(counts, centres, n))
    crossing = _crossing(found)
    gain = np.where(np.isfinite(fit), fit - _one_lognormal(counts, centres, n), -np.inf)
    why = _why(n, found, crossing, gain, settled)
    threshold = np.where([reason is None for reason in why], np.exp(crossing), np.nan)
    return TimeMixtures(threshold, found.weight, found.means, found.sds, why)


def _binned(times: Floats) -> tuple[Floats, Floats]:
    """(J, B) counts of log times, and the (B,) centres of the bins."""
    n_items = times.shape[1]
    there = np.isfinite(times)
    if not there.any():
        return np.zeros((n_items, 1)), np.zeros(1)
    log = np.log(times[there])
    start = np.floor(log.min() / _BIN)
    place = np.floor(log / _BIN - start).astype(np.int64)
    n_bins = int(place.max()) + 1
    item = np.broadcast_to(np.arange(n_items), times.shape)[there]
    flat = np.bincount(item * n_bins + place, minlength=n_items * n_bins)
    counts = flat.reshape(n_items, n_bins).astype(float)
    return counts, (start + np.arange(n_bins) + 0.5) * _BIN


def _split(counts: Floats, centres: Floats, n: Floats) -> _Kinds:
    """The best split in two as a start: the one that makes the answers of both sides likeliest."""
    sums = np.cumsum(np.stack([counts, counts * centres, counts * centres**2]), axis=2)
    low, rest = sums, sums[:, :, -1:] - sums
    mean_low, sd_low = _moments(low)
    mean_high, sd_high = _moments(rest)
    share = low[0] / np.maximum(n, 1.0)[:, None]
    with np.errstate(divide="ignore", invalid="ignore"):
        gain = low[0] * np.log(share / sd_low) + rest[0] * np.log((1 - share) / sd_high)
    gain = np.where((low[0] >= 2) & (rest[0] >= 2), gain, -np.inf)
    best = np.argmax(gain, axis=1)[:, None]

    def at(values: Floats) -> Floats:
        return np.take_along_axis(values, best, axis=1)[:, 0]

    weight = np.clip(at(share), 1e-3, 1 - 1e-3)
    means = np.stack([at(mean_low), at(mean_high)])
    return _Kinds(weight, means, np.stack([at(sd_low), at(sd_high)]))


def _moments(sums: Floats) -> tuple[Floats, Floats]:
    """Mean and (bounded) standard deviation from counts, sums and sums of squares."""
    count = np.maximum(sums[0], 1e-12)
    mean = sums[1] / count
    return mean, np.sqrt(np.maximum(sums[2] / count - mean**2, _LEAST_SD**2))


def _climb(counts: Floats, centres: Floats, start: _Kinds) -> tuple[_Kinds, Floats, Flags]:
    """EM, item by item until it gains no more: the kinds, log-likelihoods, and who settled."""
    found = _Kinds(start.weight.copy(), start.means.copy(), start.sds.copy())
    fit = np.full(counts.shape[0], -np.inf)
    settled = np.zeros(counts.shape[0], dtype=bool)
    powers = np.stack([np.ones_like(centres), centres, centres**2], axis=1)
    # Without two answers as fast as a guess there is no kind of that speed: nothing to look for.
    hopeless = counts @ (centres <= np.log(FAST_SECONDS) + _BIN) < 2
    settled |= hopeless
    for _ in range(_CYCLES):
        left = np.flatnonzero(~settled)
        if not left.size:
            break
        own, now = counts[left], found.of(left)
        density = _densities(centres, now)
        total = np.maximum(density.sum(axis=0), 1e-300)
        gained = (own * np.log(total)).sum(axis=1)
        n = np.maximum(own.sum(axis=1), 1.0)
        settled[left] = gained - fit[left] <= _TOLERANCE * n
        fit[left] = gained
        found.put(left, _maximised(own, own * density[0] / total, powers, n))
    return found, fit, settled


def _maximised(counts: Floats, fast: Floats, powers: Floats, n: Floats) -> _Kinds:
    """The M-step: weight, means and standard deviations from the shares of fast answers."""
    sums = np.stack([fast @ powers, (counts - fast) @ powers])
    both = [_moments(one.T) for one in sums]
    return _Kinds(
        np.clip(sums[0, :, 0] / n, 1e-9, 1 - 1e-9),
        np.stack([mean for mean, _ in both]),
        np.stack([sd for _, sd in both]),
    )


def _densities(centres: Floats, kinds: _Kinds) -> Floats:
    """(2, J, B) weighted normal densities of log time."""
    z = (centres - kinds.means[:, :, None]) / kinds.sds[:, :, None]
    scale = np.stack([kinds.weight, 1 - kinds.weight]) / (kinds.sds * np.sqrt(2 * np.pi))
    return np.asarray(scale[:, :, None] * np.exp(-0.5 * z * z))


def _one_lognormal(counts: Floats, centres: Floats, n: Floats) -> Floats:
    """Log-likelihood of one lognormal an item."""
    mean, sd = _moments(np.stack([n, counts @ centres, counts @ centres**2]))
    z = (centres - mean[:, None]) / sd[:, None]
    return np.asarray((counts * (-0.5 * z * z - np.log(sd * np.sqrt(2 * np.pi))[:, None])).sum(1))


def _crossing(kinds: _Kinds) -> Floats:
    """(J,) log time between the means at which an answer is fast with probability SURE; else nan.

    There log(weight f0 / ((1 - weight) f1)) = log(SURE / (1 - SURE)): a quadratic in log time.
    """
    weight, means, sds = kinds.weight, kinds.means, kinds.sds
    a = 1 / sds[1] ** 2 - 1 / sds[0] ** 2
    b = 2 * (means[0] / sds[0] ** 2 - means[1] / sds[1] ** 2)
    c = (means[1] / sds[1]) ** 2 - (means[0] / sds[0]) ** 2
    odds = np.log(weight / (1 - weight)) - np.log(SURE / (1 - SURE))
    c = c + 2 * (odds - np.log(sds[0] / sds[1]))
    with np.errstate(invalid="ignore", divide="ignore"):
        root = np.sqrt(b * b - 4 * a * c)
        # The quadratic term vanishes where both spread alike: this form of the roots does not.
        q = -0.5 * (b + np.copysign(root, b))
        roots = np.stack([q / a, c / q])
        between = (roots > means[0]) & (roots < means[1])
    return np.where(between.any(axis=0), np.where(between[0], roots[0], roots[1]), np.nan)


def _why(
    n: Floats, kinds: _Kinds, crossing: Floats, gain: Floats, settled: Flags
) -> tuple[str | None, ...]:
    """Which rule fails, the plainest first."""
    means, sds = kinds.means, kinds.sds
    apart = (means[1] - means[0]) / np.sqrt((sds[0] ** 2 + sds[1] ** 2) / 2)
    kind = (means[0] - means[1] <= np.log(FAST_SHARE)) & (means[0] <= np.log(FAST_SECONDS))
    kind &= (apart >= SEPARATION) & np.isfinite(crossing)
    kind &= 2 * gain - 3 * np.log(np.maximum(n, 1.0)) >= _BIC_GAIN
    reasons: list[str | None] = []
    for j in range(n.size):
        if n[j] == 0:
            reasons.append("no_times")
        elif not kind[j]:
            reasons.append("no_second_kind")
        elif not settled[j]:
            reasons.append("not_converged")
        else:
            reasons.append("too_few_fast" if kinds.weight[j] * n[j] < LEAST_FAST else None)
    return tuple(reasons)
