"""`simulate`: write the synthetic pilot."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from naas_psych.cli.console import progress, put, say
from naas_psych.errors import UsageError

if TYPE_CHECKING:
    from naas_psych.simulate.plan import Missing, Plan

_MISSING = (
    "Give a share from 0% to 90%, alone or after what makes a response likelier to go: "
    "5%, chance:5%, ability:5% or difficulty:5%."
)


def simulate(
    out: Path,
    *,
    seed: int | None,
    persons: int | None,
    clean: bool,
    plants: Sequence[str] | None,
    missing: str | None,
    quiet: bool,
    show_progress: bool,
) -> int:
    """Draw the pilot and write it to a new folder, whole or not at all."""
    from naas_psych.aside import whole_folder
    from naas_psych.simulate.plan import make_plan
    from naas_psych.simulate.world import World
    from naas_psych.simulate.write import write_study

    if clean and plants:
        raise UsageError("--clean plants nothing and --plant plants something: give one of them.")
    plan = make_plan(
        seed=seed,
        persons=persons,
        plants=() if clean else plants or None,
        missing=None if missing is None else _missing(missing),
    )
    with progress(show_progress) as steps, whole_folder(out) as folder:
        steps.at("drawing candidates and items")
        write_study(World(plan), folder, progress=steps.at)
    if not quiet:
        say(_about(plan, out))
    put(f"{out}\n")
    return 0


def _missing(text: str) -> Missing:
    """`5%`, `0.05` or `ability:5%`."""
    from naas_psych.simulate.plan import MECHANISMS, MOST_MISSING, Missing

    by, _, amount = text.rpartition(":")
    number = amount.strip().removesuffix("%")
    try:
        share = float(number) / (100 if amount.strip().endswith("%") else 1)
    except ValueError:
        share = -1.0
    if (by or "chance") not in MECHANISMS or not 0 <= share <= MOST_MISSING:
        raise UsageError(f"--missing {text!r} cannot be understood. {_MISSING}")
    return Missing(share=share, by=by or "chance")


def _about(plan: Plan, out: Path) -> str:
    n = len(plan.plants)
    planted = f"{n} feature{'s' * (n != 1)} planted" if n else "nothing planted"
    place = shlex.quote(str(out))
    follow = f"naas-psych scorecard {place}" if n else f"naas-psych check {place}"
    return f"Invented data: {plan.persons:,} persons, seed {plan.seed}, {planted}. Next: {follow}"
