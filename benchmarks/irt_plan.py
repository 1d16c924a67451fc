"""What is measured of the response models: which task, on which scores, by which programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from benchmarks.irt_data import Case, graded, rasch, three_pl, two_pl
from benchmarks.irt_peers import ERM, GIRTH, MIRT, OURS, PSYCHOTOOLS, RASCHPY, THETA, Peer


@dataclass(frozen=True)
class Run:
    """One program with options of its own; `label` tells them."""

    peer: Peer
    options: dict[str, Any] = field(default_factory=dict)
    label: str = ""

    @property
    def name(self) -> str:
        return f"{self.peer.name}, {self.label}" if self.label else self.peer.name


@dataclass(frozen=True)
class Section:
    """One line of the table a program, all on the same scores.

    ruler : what answers are compared on, see irt_check: marginal, posterior, conditional or nothing
    stated : program and seconds that are quoted, not measured
    """

    what: str
    case: Case
    task: str
    runs: tuple[Run, ...]
    ruler: str = ""
    model: str = "2PL"
    stated: tuple[tuple[str, float], ...] = ()


_OURS = Run(OURS)
_THETA = Run(THETA)
_GIRTH = Run(GIRTH)
#: Its defaults, and the fastest way there to an answer on as many nodes as the others take.
_MIRT_DEFAULT = Run(MIRT, {"nodes": 21}, "21 nodes as by default")
_MIRT = Run(MIRT, {"nodes": 61}, "61 nodes")
_MIRT_FAST = Run(MIRT, {"nodes": 61, "accelerate": "squarem"}, "61 nodes, squarem")

#: Stated in the plan of the engine for a machine of this kind, one core, the same model and nodes.
_R_MIRT = "mirt 1.45.1 (R)"


def sections(*, million: bool) -> Iterator[Section]:
    yield from _fits()
    yield from _beyond_the_fit()
    yield from _rasch()
    if million:
        yield from _million()


def _fits() -> Iterator[Section]:
    all_of_them = (_OURS, _THETA, _MIRT_DEFAULT, _MIRT_FAST, _GIRTH)
    yield Section("fit", two_pl(1_000), "fit", all_of_them, "marginal")
    stated = ((_R_MIRT, 7.8), ("TAM (R), 21 nodes", 3.6))
    yield Section("fit", two_pl(30_000), "fit", all_of_them, "marginal", stated=stated)
    graders = (_OURS, _MIRT_FAST, _GIRTH)
    stated = ((_R_MIRT, 3.7),)
    for case in (graded(30_000), graded(30_000, absent=0.1)):
        quoted = () if case.absent else stated
        yield Section("fit", case, "fit", graders, "marginal", "GRM", quoted)
    guessers = (_OURS, _THETA, _MIRT, _GIRTH)
    stated = ((_R_MIRT, 24.0),)
    what = "fit, prior Beta(5, 17) on c"
    yield Section(what, three_pl(30_000), "fit", guessers, "posterior", "3PL", stated)


def _beyond_the_fit() -> Iterator[Section]:
    case = two_pl(30_000)
    stated = (
        (f"{_R_MIRT}, fit and cross-product errors", 19.7),
        (f"{_R_MIRT}, Oakes errors alone", 40.0),
    )
    alone = Run(THETA, {}, "errors alone")
    yield Section(
        "fit and errors from the observed information",
        case,
        "errors",
        (_OURS, alone, _MIRT_FAST),
        stated=stated,
    )
    pair = (_OURS, _MIRT)
    yield Section("EAP", case, "EAP", (_OURS, _THETA, _MIRT), stated=((_R_MIRT, 3.1),))
    yield Section("S-X2", case, "S-X2", pair, stated=((_R_MIRT, 2.0),))
    yield Section("M2", case, "M2", pair, stated=((_R_MIRT, 9.9),))
    yield Section("infit and outfit", case, "infit and outfit", pair)
    for of, model in ((case, "2PL"), (graded(30_000, absent=0.1), "GRM")):
        yield Section("one E-step", of, "E-step", (_OURS,), model=model)
        products = Run(OURS, {}, "as matrix products")
        yield Section("one E-step", of, "E-step by products", (products,), model=model)


def _rasch() -> Iterator[Section]:
    pairwise = Run(RASCHPY, {}, "pairs of items")
    runs = (_OURS, Run(PSYCHOTOOLS), Run(ERM), pairwise, _GIRTH)
    stated = (("dexter (R)", 0.2),)
    what = "conditional fit"
    yield Section(what, rasch(30_000), "conditional", runs, "conditional", "Rasch", stated)


def _million() -> Iterator[Section]:
    case = two_pl(1_000_000)
    stated = ((_R_MIRT, 214.0),)
    yield Section("fit", case, "fit", (_OURS, _THETA, _MIRT_FAST), "marginal", stated=stated)
    stated = ((_R_MIRT, 121.0),)
    yield Section("EAP", case, "EAP", (_OURS, _THETA, _MIRT), stated=stated)


def growth(*, million: bool) -> Iterator[Case]:
    """The sizes of the figure."""
    for n_persons in (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000):
        if n_persons <= 100_000 or million:
            yield two_pl(n_persons)
