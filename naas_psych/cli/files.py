"""Commands that write or compare files: `init`, `evidence`, `verify`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from naas_psych.cli.console import progress, put, say
from naas_psych.cli.options import Level


def initialise(path: Path, *, key: str | None, force: bool) -> int:
    """Write a study.toml and say what was guessed."""
    from naas_psych.study.write import init_study

    written: Any = init_study(path, force=force, key=key)
    for sentence in getattr(written, "said", ()):
        say(sentence)
    put(f"{getattr(written, 'path', written)}\n")
    return 0


def write_evidence(
    path: Path,
    *,
    out: Path,
    key: str | None,
    internal: bool,
    seed: int | None,
    threads: int | None,
    fail_on: Level | None,
    quiet: bool,
    show_progress: bool,
) -> int:
    """Read a study, write its evidence folder, and say where it is."""
    from naas_psych.report.folder import evidence
    from naas_psych.study.load import read_study

    given = {"seed": seed, "threads": threads}
    with progress(show_progress) as steps:
        steps.at(f"reading {path}")
        study = read_study(path, key=key)
        if not quiet:
            for sentence in study.said:
                say(sentence)
        written = evidence(
            study,
            out=out,
            internal=internal,
            progress=steps.at,
            **{name: value for name, value in given.items() if value is not None},
        )
    put(f"{out}\n")
    findings = getattr(written, "findings", ())
    return _at_or_above(findings, fail_on)


def verify_evidence(folder: Path, *, study: Path | None, quiet: bool) -> int:
    """Run the folder again and list every difference."""
    from naas_psych.report.verify import verify

    differences = verify(folder, study=study)
    for difference in differences:
        put(f"{difference}\n")
    if not differences and not quiet:
        put(f"{folder}: no difference found.\n")
    return 1 if differences else 0


def _at_or_above(findings: Any, fail_on: Level | None) -> int:
    from naas_psych.finding import at_or_above

    return int(fail_on is not None and bool(at_or_above(tuple(findings), fail_on.value)))
