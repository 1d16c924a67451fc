"""`python -m benchmarks cutscores`: the sweep over every pass mark, 30,000 x 60 and a pilot.

Seconds with two threads (and of processor time) and at most 1,000 draws, once the data are read:
the sweep beside the calibration it starts from; memory is the highest of the process.
"""

from __future__ import annotations

import resource
import time
from dataclasses import replace
from itertools import pairwise

import numpy as np

import naas_psych as nps
from benchmarks.fairness import study_of
from naas_psych.analyses.irt.calibrated import calibrated
from naas_psych.study.spec import Population
from naas_psych.study.study import Study


def with_clusters(study: Study, n_clusters: int) -> Study:
    """The same persons in so many unequal clusters."""
    n = study.responses.n_persons
    share = np.random.default_rng(1).gamma(2.0, 1.0, n_clusters) + 0.2
    code = np.random.default_rng(2).choice(n_clusters, n, p=share / share.sum())
    spec = study.spec.model_copy(update={"population": Population(cluster="place")})
    persons = study.persons.assign(place=[f"L{k}" for k in code])
    made = replace(study, spec=spec, persons=persons)
    made.__dict__["fingerprint"] = "sha256:benchmark"
    return made


def timed(study: Study) -> str:
    """Seconds (and of processor time) of the calibration with errors and of the sweep; draws."""
    marks = [(time.perf_counter(), time.process_time())]
    calibrated(study, standard_errors="observed", threads=2)
    marks.append((time.perf_counter(), time.process_time()))
    result = nps.cut_sweep(study, cut=["63%", "55%"], cut_se=1.3, threads=2)
    marks.append((time.perf_counter(), time.process_time()))
    told = [
        f"{after[0] - before[0]:.2f} ({after[1] - before[1]:.2f})"
        for before, after in pairwise(marks)
    ]
    return f"{' | '.join(told)} | {result.provenance['draws']:,}"


def main() -> None:
    timed(study_of(500, 20, 1))
    print("| persons x items, clusters | calibration, s | sweep, s | draws | memory, MB |")
    print("|---|---|---|---|---|")
    for n_persons, n_clusters in ((960, 22), (30_000, 152), (30_000, 0)):
        plain = study_of(n_persons, 60, 1)
        study = with_clusters(plain, n_clusters) if n_clusters else plain
        told = timed(study)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
        print(
            f"| {n_persons:,} x 60, {n_clusters or 'none'} | {told} | {memory:,.0f} |",
            flush=True,
        )
