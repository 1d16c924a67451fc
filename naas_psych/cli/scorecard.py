"""`scorecard`: what the toolkit finds in a study whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych.cli.console import progress, say
from naas_psych.cli.options import Format
from naas_psych.cli.perform import Answer, Request

if TYPE_CHECKING:
    from naas_psych.oracle.scorecard import Scored

NAME = "scorecard"


def keep_score(
    source: Path | None,
    *,
    options: Mapping[str, Any],
    format: Format,
    out: Path | None,
    table: str | None,
    quiet: bool,
    show_progress: bool,
) -> int:
    """Score, export and show."""
    from naas_psych.cli import formats

    request = Request(
        command=NAME,
        analyses=(NAME,),
        study=source or Path(NAME),
        format=format,
        out=out,
        table=table,
        quiet=quiet,
    )
    scored = _scored(source, options, out, show_progress=show_progress)
    answer = Answer(study=scored.study, results=(scored.result,), not_examined={})
    if not quiet:
        for sentence in scored.study.said if source else ():
            say(sentence)
        if out is not None:
            say(f"Tables and results.json are in {out}.")
    formats.show(request, answer)
    return 0


def _scored(
    source: Path | None, options: Mapping[str, Any], out: Path | None, *, show_progress: bool
) -> Scored:
    from naas_psych.aside import refuse_occupied
    from naas_psych.oracle.scorecard import scored
    from naas_psych.report.export import export

    if out is not None:
        refuse_occupied(out)
    with progress(show_progress) as steps:
        given = {name: value for name, value in options.items() if value is not None}
        found = scored(source, steps.at, **given)
        if out is not None:
            steps.at(f"writing {out}")
            export(NAME, found.study, (found.result,), out, drawings=False)
    return found
