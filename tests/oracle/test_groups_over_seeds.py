"""Plants among groups over a hundred seeds: how often they are found, and what else is called."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from naas_psych.oracle.detectors import sight_of
from naas_psych.oracle.replicate import simulated
from naas_psych.oracle.seen import Seen
from naas_psych.simulate.plan import make_plan

SEEDS = range(2017, 2117)
FOCAL = "fostering_adoption"


@dataclass(frozen=True)
class Found:
    """One seed: the delta of A04, plants found, and other anchors of class C."""

    delta: float
    hits: dict[str, bool]
    anchors: int
    large: int


def one_seed(seed: int) -> Found:
    plan = make_plan(seed=seed)
    seen = Seen(simulated(plan).study)
    items = seen.result("dif_mantel_haenszel").tables["items"]
    own = items[items["focal"] == FOCAL].set_index("item_id")
    anchors = [f"A{k:02d}" for k in range(1, 25) if k not in (4, 6)]
    sound = own.loc[[name for name in anchors if name in own.index]]
    return Found(
        delta=float(own.loc["A04", "delta"]),
        hits={
            name: bool(sight_of(name, plan.plant(name), seen).found)
            for name in ("P4", "P5", "P6", "P21")
        },
        anchors=len(sound),
        large=int((sound["ets_class_purified"] == "C").sum()),
    )


@pytest.mark.slow
def test_plants_among_groups_are_found_and_sound_anchors_left_alone() -> None:
    every = [one_seed(seed) for seed in SEEDS]
    rates = {name: np.mean([one.hits[name] for one in every]) for name in every[0].hits}
    assert rates["P4"] >= 0.94
    assert rates["P5"] == 1.0
    assert rates["P6"] >= 0.90
    assert rates["P21"] == 1.0
    assert np.mean([one.delta for one in every]) == pytest.approx(-2.5, abs=0.15)
    assert sum(one.large for one in every) <= 0.01 * sum(one.anchors for one in every)
