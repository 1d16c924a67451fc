"""The commands about data whose truth is known: `simulate` and `scorecard`, as they are typed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from naas_psych.cli.options import (
    METHOD,
    Format,
    FormatHere,
    NoProgress,
    Quiet,
    Seed,
    Table,
    Threads,
)

Plants = Annotated[
    list[str] | None,
    typer.Option(
        "--plant",
        metavar="PLANT",
        help="Plant only this feature, such as P1; repeat it for several (default: all).",
        show_default=False,
        rich_help_panel=METHOD,
    ),
]


def simulate(
    out: Annotated[
        Path, typer.Argument(metavar="OUT", help="A new or empty folder.", show_default=False)
    ],
    *,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            metavar="INT",
            help="Seed of the random numbers; the same seed gives the same bytes (default: 2017).",
            show_default=False,
        ),
    ] = None,
    clean: Annotated[
        bool, typer.Option("--clean", help="The same study with nothing planted.")
    ] = False,
    persons: Annotated[
        int | None,
        typer.Option(
            "--persons",
            metavar="INT",
            help="Candidates (default: 960); tables about them grow with it.",
            show_default=False,
        ),
    ] = None,
    plant: Plants = None,
    missing: Annotated[
        str | None,
        typer.Option(
            "--missing",
            metavar="[BY:]SHARE",
            help="Leave a share of the answers blank: 5% by chance, ability:5% more from weaker "
            "candidates, difficulty:5% more of what they would have got wrong.",
            show_default=False,
        ),
    ] = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """Write the synthetic pilot: an invented study with planted defects and a known truth.

    Example: naas-psych simulate pilot/ --seed 2017
    """
    from naas_psych.cli.simulation import simulate as write_pilot

    return write_pilot(
        out,
        seed=seed,
        persons=persons,
        clean=clean,
        plants=plant,
        missing=missing,
        quiet=quiet,
        show_progress=not (no_progress or quiet),
    )


def scorecard(
    study: Annotated[
        Path | None,
        typer.Argument(
            metavar="STUDY",
            help="A study with truth.json beside it; without it, the default pilot is simulated.",
            show_default=False,
        ),
    ] = None,
    *,
    replicates: Annotated[
        str | None,
        typer.Option(
            "--replicates",
            metavar="INT",
            help="Simulate the design so many times, with the seeds seed, seed + 1 and so on: hit "
            "and false-alarm rates with intervals.",
            show_default=False,
            rich_help_panel=METHOD,
        ),
    ] = None,
    persons: Annotated[
        str | None,
        typer.Option(
            "--persons",
            metavar="INT",
            help="Candidates in each simulated study (default: 960).",
            show_default=False,
            rich_help_panel=METHOD,
        ),
    ] = None,
    plant: Plants = None,
    seed: Seed = None,
    threads: Threads = None,
    format: FormatHere = Format.terminal,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out",
            "-o",
            metavar="DIR",
            help="Also write both tables (CSV, Parquet) and results.json to this new or empty "
            "folder.",
            show_default=False,
        ),
    ] = None,
    table: Table = None,
    quiet: Quiet = False,
    no_progress: NoProgress = False,
) -> int:
    """What the toolkit finds of what was planted in a simulated study, and its false alarms.

    "Would my flags find a miskeyed item at 200 persons?" is
    naas-psych scorecard --persons 200 --replicates 100

    Example: naas-psych scorecard --replicates 20 --plant P1 --plant P8
    """
    from naas_psych.cli.cores import cores
    from naas_psych.cli.scorecard import keep_score

    return keep_score(
        study,
        options={
            "replicates": replicates,
            "persons": persons,
            "seed": seed,
            "plant": plant or None,
            "threads": threads or cores(),
        },
        format=format,
        out=out,
        table=table,
        quiet=quiet,
        show_progress=not (no_progress or quiet),
    )
