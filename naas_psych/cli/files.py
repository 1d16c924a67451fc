"""Commands that write or compare files: `init`, `evidence`, `verify`."""

from __future__ import annotations

from pathlib import Path

from naas_psych.cli.console import progress, put, say
from naas_psych.cli.cores import cores
from naas_psych.cli.options import Level
from naas_psych.report.audience import Audience


def initialise(path: Path, *, key: str | None, force: bool) -> int:
    """Write a study.toml and say what was guessed."""
    from naas_psych.study.write import init_study

    written = init_study(path, force=force, key=key, tell=say)
    put(f"{written}\n")
    return 0


def write_evidence(
    path: Path,
    *,
    out: Path,
    key: str | None,
    internal: bool,
    audience: Audience,
    seed: int | None,
    threads: int | None,
    fail_on: Level | None,
    quiet: bool,
    show_progress: bool,
) -> int:
    """Read a study, write its evidence folder, and say where it is."""
    from naas_psych.report.folder import evidence
    from naas_psych.study.load import read_study

    given = {"seed": seed, "threads": threads or cores()}
    with progress(show_progress) as steps:
        steps.at(f"reading {path}")
        study = read_study(path, key=key)
        if not quiet:
            for sentence in study.said:
                say(sentence)
        evidence(
            study,
            out=out,
            internal=internal,
            audience=audience,
            progress=steps.at,
            **{name: value for name, value in given.items() if value is not None},
        )
    if study.banner:
        say(study.banner)
    _tell_failed(out)
    put(f"{out}\n")
    return _at_or_above(out, fail_on)


def _tell_failed(out: Path) -> None:
    """One line, also when quiet: the report is whole but for these."""
    from naas_psych.report.recall import recall_failed

    failed = recall_failed(out)
    if failed:
        say(f"Warning: failed and reported so, the rest is written: {', '.join(failed)}.")


def verify_evidence(
    folder: Path, *, study: Path | None, threads: int | None, quiet: bool, show_progress: bool
) -> int:
    """Run the folder again and list every difference."""
    from naas_psych.report.verify import verify
    from naas_psych.study.study import SYNTHETIC

    with progress(show_progress) as steps:
        steps.at(f"verifying {folder}")
        found = verify(folder, study=study, threads=threads or cores(), progress=steps.at)
    if found.synthetic:
        put(f"{SYNTHETIC}\n")
    if not quiet:
        for sentence in (*found.versions, *found.information):
            say(sentence)
    for difference in found.differences:
        put(f"{difference.sentence}\n")
    n = len(found.differences)
    said = "clean, no difference" if n == 0 else f"{n} difference{'s' * (n > 1)}"
    kinds = f"{found.checked - found.inputs} outputs and {found.inputs} inputs"
    put(f"{folder}: {said} in {found.checked} files ({kinds}).\n")
    if n and found.versions:
        packages = ", ".join(sentence.split(" ", 1)[0] for sentence in found.versions)
        put(f"Another version can be the cause: {packages}.\n")
    return 1 if n else 0


def _at_or_above(out: Path, fail_on: Level | None) -> int:
    from naas_psych.finding import at_or_above
    from naas_psych.report.recall import recall_findings

    if fail_on is None:
        return 0
    return int(bool(at_or_above(recall_findings(out), fail_on.value)))
