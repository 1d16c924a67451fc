"""The scorecard: every planted feature found or missed, and the false alarms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from naas_psych import __version__
from naas_psych.analysis import Threads, check_options, options_model
from naas_psych.errors import UsageError
from naas_psych.oracle.judge import Outcome, judge
from naas_psych.oracle.replicate import Case, Tell, outcomes, simulated
from naas_psych.oracle.tables import alarms_table, plants_table
from naas_psych.oracle.truth import read_truth, require_truth
from naas_psych.result import Result
from naas_psych.simulate.plan import Plan, make_plan
from naas_psych.study.load import read_study
from naas_psych.study.study import Study

NAME = "scorecard"
Replicates = Annotated[
    int,
    Field(
        ge=0,
        le=100_000,
        description="simulated studies, with the seeds seed, seed + 1 and so on; 0 judges one "
        "study alone",
    ),
]
Persons = Annotated[
    int | None, Field(ge=1, description="candidates in each simulated study (default: 960)")
]
FirstSeed = Annotated[
    int | None, Field(ge=0, description="seed of the first simulated study (default: 2017)")
]
Plants = Annotated[
    list[str] | None, Field(description="plant only this feature; repeat it for several")
]


@dataclass(frozen=True)
class Scored:
    """The scorecard, and the study that it begins from."""

    study: Study
    result: Result


def _silent(step: str, done: int, total: int | None) -> None:
    """Tell nobody."""


def scorecard(
    study: Study | str | Path | None = None,
    *,
    replicates: Replicates = 0,
    persons: Persons = None,
    seed: FirstSeed = None,
    plant: Plants = None,
    threads: Threads = 1,
) -> Result:
    """What does the toolkit find of what was planted, and what does it say of sound items?

    How it decides
    --------------
    The analyses run on the data as a user would run them; nothing of the truth reaches them. Each
    plant has a rule, which the evidence names. With replicates the design is simulated again with
    one seed after another: hit_rate is the share of the studies in which the plant was found.

    How to read it
    --------------
    "Would my flags find a miskeyed item at 200 persons?" is `--persons 200 --replicates 100`, in
    the row P1. A false alarm is a claim about an item with which nothing is wrong; `rate` should
    not pass `nominal` by more than its interval leaves open.

    When not to use it
    ------------------
    It says how the flags do on data made by this model. Real items fail in more ways than those
    planted here, and items of other lengths, or other forms, have other hit rates.

    References
    ----------
    wilson_1927

    Examples
    --------
    >>> import naas_psych as nps
    >>> card = nps.scorecard("data/sample_responses/naas_pilot")
    >>> card.tables["plants"].set_index("plant").loc["P1", "found"]
    True
    """
    given = {"replicates": replicates, "persons": persons, "seed": seed, "plant": plant}
    return scored(study, _silent, **given, threads=threads).result


QUESTION = (scorecard.__doc__ or "").split("\n", 1)[0]
OPTIONS = options_model(scorecard)


def scored(source: Study | str | Path | None = None, tell: Tell = _silent, **given: Any) -> Scored:
    """The scorecard with the study that it begins from, telling what is being done.

    Parameters
    ----------
    source
        A study with truth.json beside it, or where it is; None for the default pilot.
    given
        Options of `scorecard`.

    Raises
    ------
    UsageError
        An option is wrong, or there is no truth.
    DataRefused
        The study or its truth cannot be used.
    """
    asked = check_options(NAME, OPTIONS, given).model_dump()
    replicates, threads = asked.pop("replicates"), asked.pop("threads")
    _require_something_to_change(source, asked, replicates)
    design = {"persons": asked["persons"], "seed": asked["seed"], "plants": asked["plant"]}
    case = _case(source, tell, design)
    plan = _plan(case, design)
    if replicates:
        found = outcomes(plan, replicates=replicates, threads=threads, tell=tell)
    else:
        found = [judge(case.study, case.truth)]
    return Scored(case.study, _result(case, plan, found, replicates))


def _require_something_to_change(
    source: Study | str | Path | None, asked: Mapping[str, Any], replicates: int
) -> None:
    changed = [f"--{name}" for name, value in asked.items() if value is not None]
    if source is not None and changed and not replicates:
        raise UsageError(
            f"{' and '.join(changed)} cannot change a study that exists. Give --replicates to "
            "simulate its design again, or leave STUDY out."
        )


def _case(source: Study | str | Path | None, tell: Tell, design: Mapping[str, Any]) -> Case:
    """The study that was given, or the default pilot of this design."""
    if source is None:
        tell("simulating", 0, None)
        return simulated(make_plan(**design))
    place = Path((source.source or "") if isinstance(source, Study) else source)
    require_truth(place)
    tell(f"reading {place}", 0, None)
    study = source if isinstance(source, Study) else read_study(place)
    return Case(study, read_truth(place, study))


def _plan(case: Case, design: Mapping[str, Any]) -> Plan:
    """The design of the study, with what was asked for in its place."""
    own = {
        "persons": case.truth.persons,
        "seed": case.truth.seed,
        "plants": list(case.truth.planted),
    }
    asked = {name: value for name, value in design.items() if value is not None}
    return make_plan(**{**own, **asked}, missing=case.truth.missing)


def _result(case: Case, plan: Plan, found: list[Outcome], replicates: int) -> Result:
    planted = {name: plan.plant(name) for name in plan.numbers["plants"] if plan.has(name)}
    return Result(
        tables={
            "plants": plants_table(planted, found, repeated=replicates > 0),
            "false_alarms": alarms_table(found, repeated=replicates > 0),
        },
        notes=_notes(case, replicates),
        analysis=NAME,
        options={
            "replicates": replicates,
            "persons": plan.persons,
            "seed": plan.seed,
            "plant": list(planted),
        },
        provenance={"fingerprint": case.study.fingerprint, "truth_version": case.truth.version},
    )


def _notes(case: Case, replicates: int) -> tuple[str, ...]:
    version = case.truth.version
    older = f"The truth was written by naas_psych {version}; this is {__version__}."
    return (
        "Only the truth knows what was planted; no analysis reads it.",
        *_ALARM_NOTES,
        *((_REPEATED,) if replicates else ()),
        *(() if version == __version__ else (older,)),
    )


_REPEATED = (
    "With replicates `found` says whether the plant was found in more than half of the studies; "
    "false alarms are added up over all of them. Items of one study share its persons, so that "
    "the interval of a rate is somewhat too narrow."
)
_ALARM_NOTES = (
    "False alarms are counted on clean items: those that no plant names, and that stand at no "
    "place in the test where a plant is at work. Only what enough persons met to be judged is "
    "tested, and distractor_misleading once for each wrong option.",
    "A weak item that is weak in truth is no false alarm: for the codes on discrimination only "
    "items are tested whose true item-rest correlation is not below the line. Their findings that "
    "call themselves uncertain are counted apart, in `uncertain`; a plant counts as found by "
    "such a finding too.",
    "`nominal` is the rate that a rule promises at the worst, for an item or option just at the "
    "line. The codes on keys promise none: each takes the worst of several options or any of "
    "several rules.",
)
