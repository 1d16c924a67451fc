"""Which cuts a sweep tells of: --from, --to, --step, and the unit in which they are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from naas_psych.analyses.cutscores.sweep_rows import Rows
from naas_psych.errors import UsageError
from naas_psych.study.cells import number
from naas_psych.study.cutting import parse_cut
from naas_psych.study.spec import Cut
from naas_psych.study.study import Study

Unit = Literal["raw", "percent"]
#: Most steps between --from and --to.
_MOST = 2000


@dataclass(frozen=True)
class Range:
    """grid : cuts as text, where a step was asked for; rows : which cuts have a row."""

    grid: tuple[str, ...]
    rows: Rows
    said: str = ""


def range_asked(
    study: Study, *, from_: str | None, to: str | None, step: str | None, unit: Unit | None
) -> Range:
    """What the options ask for.

    Raises
    ------
    UsageError
        An end has no unit, ends have different units or are out of order, or a step is not above 0.
    """
    low, high = _end("--from", from_, unit), _end("--to", to, unit)
    if low and high and low.unit != high.unit:
        raise UsageError(f"--from is in {low.unit} and --to in {high.unit}: give both in one unit.")
    kind = (low or high or Cut(value=0, unit=_unit(unit, step))).unit
    ends = _limits(study, kind)
    least = ends[0] if low is None else low.value
    most = ends[1] if high is None else high.value
    if least > most:
        raise UsageError(f"--from {from_} lies above --to {to}: give the lower cut first.")
    if step is None:
        return Range((), Rows(unit, least, most, kind) if low or high else Rows(unit))
    width = _width(step, kind)
    n = int(np.floor((most - least) / width + 1e-9)) + 1
    if n > _MOST:
        raise UsageError(f"--step {step} makes {n:,} cuts: give a step that makes at most {_MOST}.")
    values = [round(least + k * width, 9) for k in range(n)]
    sign = {"percent": "{:.10g}%", "raw": "raw:{:.10g}"}[kind]
    grid = tuple(sign.format(value) for value in values)
    return Range(
        grid, Rows(unit), f"The sweep goes from {grid[0]} to {grid[-1]} in steps of {step}."
    )


def _unit(unit: Unit | None, step: str | None) -> Unit:
    if unit:
        return unit
    return "raw" if step is not None and step.strip().startswith("raw:") else "percent"


def _end(option: str, text: str | None, unit: Unit | None) -> Cut | None:
    """One end of the sweep; a bare number is taken in the unit that --unit names."""
    if text is None:
        return None
    bare = number(text.strip())
    if bare is not None and unit is not None:
        return Cut(value=bare, unit=unit)
    try:
        cut = parse_cut(text)
    except UsageError as error:
        raise UsageError(str(error).replace("--cut", option, 1)) from error
    if cut.unit == "theta":
        raise UsageError(f"{option} {text}: a sweep goes over marks. Write it as 50% or raw:30.")
    return cut


def _width(step: str, kind: str) -> float:
    text = step.strip().removeprefix("raw:").removesuffix("%").strip()
    width = number(text)
    named = "raw" if step.strip().startswith("raw:") else "percent" if "%" in step else kind
    if width is None or width <= 0 or named != kind:
        raise UsageError(
            f"--step {step!r} is no step of this sweep: expected a number above 0, in {kind}."
        )
    return float(width)


def _limits(study: Study, kind: str) -> tuple[float, float]:
    if kind == "percent":
        return 0.0, 100.0
    responses = study.responses
    low = float(responses.min_points.min(initial=0) * responses.unit)
    return low, float(responses.max_points.sum() * responses.unit)
