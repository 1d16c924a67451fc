"""The evidence folder: report, tables, figures, findings and the manifest."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from naas_psych.aside import whole_folder
from naas_psych.assurance.disclosure import PROFILE_OF_EVIDENCE, gate, gated_text, under_profile
from naas_psych.assurance.manifest import NAME, listed, manifest, relative
from naas_psych.report.audience import DEFAULT, Audience, voice
from naas_psych.report.board import board_document
from naas_psych.report.citations import bibtex, csl
from naas_psych.report.claims import register as claims_register
from naas_psych.report.crate import NAME as CRATE
from naas_psych.report.crate import crate
from naas_psych.report.document import dumps
from naas_psych.report.export import csv_text, write_text
from naas_psych.report.garbage import seldom_searched
from naas_psych.report.internal import mark_internal
from naas_psych.report.methods import Methods
from naas_psych.report.outputs import Drawn, write_all_figures, write_numbers
from naas_psych.report.page import page
from naas_psych.report.run import Progress, Run, run_all
from naas_psych.report.view import ReportView, report_view
from naas_psych.report.word.report import write_word
from naas_psych.report.workers import shared, workers_for
from naas_psych.study.study import Study


@dataclass(frozen=True)
class _Choices:
    internal: bool
    audience: Audience
    seed: int
    threads: int
    progress: Progress | None

    def say(self, step: str, done: int, total: int) -> None:
        if self.progress:
            self.progress(step, done, total)


def evidence(
    study: Study,
    *,
    out: str | os.PathLike[str],
    internal: bool = False,
    audience: Audience = DEFAULT,
    seed: int = 2017,
    threads: int = 1,
    progress: Progress | None = None,
) -> Path:
    """Write the whole evidence base of a study to the new folder `out`.

    Parameters
    ----------
    out
        A folder that does not exist yet, or is empty; it appears whole or not at all.
    internal
        Write the twin that is not for publication: exact numbers and the tables that have a row a
        person, with a banner that says so. Without it every number passes the disclosure gate, by
        the profile of the study, or else by `ofqual`.
    audience
        Whose questions come first in the report: `board`, `designer` or `psychometrician`. What it
        says is the same for all.
    seed, threads
        Seed of the random numbers; threads to use (the bytes are the same for any number).
    progress
        Called with a step, how many steps are done, and how many there are.

    Raises
    ------
    UsageError
        `out` is not empty, is a file, or cannot be written; or there is no such audience.
    """
    voice(audience)
    choices = _Choices(internal, audience, seed, threads, progress)
    with whole_folder(out) as folder:
        run = run_all(study, seed=seed, threads=threads, progress=progress)
        choices.say("disclosure", 1, 1)
        with seldom_searched():
            _write(_shown(study, run, internal=internal), folder, Path(out), choices)
    return Path(out)


@dataclass(frozen=True)
class _Shown:
    """A study and a run as they may be seen, and what is withheld, by table and rule."""

    study: Study
    run: Run
    withheld: pd.DataFrame


def _shown(study: Study, run: Run, *, internal: bool) -> _Shown:
    """Everything that is written is made from this: the gate stands before it."""
    profile = "none" if internal else study.spec.disclosure.profile or PROFILE_OF_EVIDENCE
    gated = gate(study, run.results, profile=profile, internal=internal)
    reasons = {name: gated_text(why, gated.profile) for name, why in run.not_examined.items()}
    failed = {name: gated_text(why, gated.profile) for name, why in run.failed.items()}
    shown = Run(gated.results, reasons, failed)
    return _Shown(under_profile(study, profile), shown, gated.summary())


def _write(shown: _Shown, folder: Path, out: Path, choices: _Choices) -> None:
    study, run = shown.study, shown.run
    threads = choices.threads
    drawn = write_all_figures(study, run, folder, threads=threads, progress=choices.progress)
    choices.say("report", 1, 1)
    writers = (
        partial(_write_report, shown, drawn, folder, out, choices),
        partial(_write_numbers, shown, drawn, folder),
    )
    shared(
        lambda k, _: writers[k](),
        range(len(writers)),
        workers=workers_for(threads),
        say=lambda _: None,
    )
    if choices.internal:
        mark_internal(folder)
    _write_manifest(study, folder, out, choices)


def _write_numbers(shown: _Shown, drawn: Drawn, folder: Path) -> None:
    write_numbers(shown.study, shown.run, folder, failed=drawn.failed)
    write_text(folder / "tables" / "withheld.csv", csv_text(shown.withheld))


def _write_report(shown: _Shown, drawn: Drawn, folder: Path, out: Path, choices: _Choices) -> None:
    """The report as a page and in Word, the register of claims, and the methods text."""
    run = replace(shown.run, failed=drawn.failed)
    view = report_view(
        shown.study,
        run,
        images=drawn.images,
        internal=choices.internal,
        seed=choices.seed,
        audience=choices.audience,
        out=out,
        withheld=shown.withheld,
    )
    write_text(folder / "report.html", page(view))
    write_word(view, folder)
    _write_claims(shown.study, run, view, folder)
    _write_methods(view.methods, folder)


def _write_claims(study: Study, run: Run, view: ReportView, folder: Path) -> None:
    register = claims_register(view.claims, run, gaps=view.gaps, heard=view.heard) | {
        "board": board_document(view.board)
    }
    write_text(folder / "claims.json", dumps({"synthetic": study.synthetic, **register}))


def _write_methods(made: Methods, folder: Path) -> None:
    """The methods text, and the works that it cites for two kinds of reference manager."""
    write_text(folder / "methods.md", made.markdown)
    write_text(folder / "references.bib", bibtex(made.cited))
    write_text(folder / "references.json", f"{json.dumps(csl(made.cited), indent=1)}\n")


def _write_manifest(study: Study, folder: Path, out: Path, choices: _Choices) -> None:
    """What went in and came out, and the same as a package that a repository can take."""
    made = manifest(
        command="evidence",
        options=_options(study, choices, out),
        seed=choices.seed,
        study=study,
        written=folder,
        out=out,
    )
    write_text(folder / CRATE, dumps(crate(study, made)))
    write_text(folder / NAME, dumps(listed(made, folder / CRATE, start=folder)))


def _options(study: Study, choices: _Choices, out: Path) -> dict[str, Any]:
    """What `verify` needs to repeat this run; paths start from the evidence folder."""
    options: dict[str, Any] = {"internal": choices.internal, "audience": choices.audience}
    if study.source is not None:
        options["study"] = relative(study.source, start=out)
    if study.key is not None:
        is_file = Path(study.key).is_file()
        options["key"] = relative(Path(study.key), start=out) if is_file else study.key
    return options
