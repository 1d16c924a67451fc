"""`check`: every fault in the data at once, and what the study is."""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from naas_psych import __version__
from naas_psych.cli.console import console, prose, put, say
from naas_psych.cli.options import Format, Level
from naas_psych.errors import DataRefused, Fault

if TYPE_CHECKING:
    from naas_psych.study.study import Study


@dataclass(frozen=True)
class Checked:
    """What a check found; `study` is None when the data cannot be used."""

    path: Path
    study: Study | None
    faults: tuple[Fault, ...]
    said: tuple[str, ...]
    synthetic: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """How many faults of each severity, waived ones apart."""
        found = Counter("waived" if f.waived else f.severity for f in self.faults)
        return {word: found[word] for word in ("error", "warning", "info", "waived")}


def check_data(
    path: Path, *, key: str | None, format: Format, fail_on: Level | None, quiet: bool
) -> int:
    """Check the data, write every fault, and return the exit code."""
    checked = _check(path, key)
    if not quiet and format is not Format.terminal:
        for sentence in checked.said:
            say(sentence)
    _write(checked, format)
    return _exit_code(checked, fail_on)


def _check(path: Path, key: str | None) -> Checked:
    from naas_psych.study.load import check_study

    try:
        found = check_study(path, key=key)
    except DataRefused as error:
        return Checked(path, None, tuple(error.faults), ())
    return Checked(path, found.study, tuple(found.faults), tuple(found.said), found.synthetic)


def _write(checked: Checked, format: Format) -> None:
    from naas_psych.cli.faults import as_json

    if format is Format.json:
        put(as_json(document(checked)))
    elif format is Format.terminal:
        _for_people(checked)
    elif format is Format.csv:
        if checked.synthetic:
            say(_banner())
        put(_as_table(checked, format))
    else:
        banner = f"> **{_banner()}**\n\n" if checked.synthetic else ""
        put(banner + _as_table(checked, format))


def document(checked: Checked) -> dict[str, Any]:
    """The check as a document: what the study is, every fault, and a summary."""
    from naas_psych.cli.faults import fault_rows

    study = checked.study
    about: dict[str, Any] = {"title": study.title if study else None}
    if study is not None:
        about |= {
            "persons": study.responses.n_persons,
            "items": study.responses.n_items,
            "kind": study.kind,
            "fingerprint": study.fingerprint,
        }
    about["synthetic"] = checked.synthetic
    return {
        "naas_psych": __version__,
        "command": "check",
        "study": about,
        "faults": fault_rows(checked.faults),
        "said": list(checked.said),
        "summary": {**checked.counts, "usable": study is not None},
    }


def _for_people(checked: Checked) -> None:
    from naas_psych.cli.faults import groups

    out = console(sys.stdout)
    style = "bold red" if checked.counts["error"] else "bold"
    out.print(prose(headline(checked), width=out.width, style=style))
    if checked.synthetic:
        out.print(prose(_banner(), width=out.width, style="reverse"))
    for sentence in checked.said:
        out.print(prose(sentence, width=out.width, indent=2, style="dim"))
    for part in groups(checked.faults, width=out.width):
        out.print(part)


def _banner() -> str:
    from naas_psych.study.study import SYNTHETIC

    return SYNTHETIC


def headline(checked: Checked) -> str:
    """The study in one sentence, or why there is none."""
    from naas_psych.report.wording import count

    counts = checked.counts
    words = [
        f"{n} {word if word in ('info', 'waived') else word + 's' * (n != 1)}"
        for word, n in counts.items()
        if n
    ]
    found = ", ".join(words)
    study = checked.study
    if study is None:
        return f"{checked.path.resolve().name}: the data cannot be used as they are ({found})."
    kind = "recorded options, scored by the key" if study.kind == "raw" else "scores as given"
    persons, items = study.responses.n_persons, study.responses.n_items
    size = f"{count(persons, 'person')} x {count(items, 'item')}"
    name = study.title or checked.path.resolve().name
    return f"{name}: {size}, {kind}; {found if found else 'no faults found'}."


def _as_table(checked: Checked, format: Format) -> str:
    import pandas as pd

    from naas_psych.cli.faults import fault_rows
    from naas_psych.cli.formats import markdown_table
    from naas_psych.report.export import csv_text

    rows = fault_rows(checked.faults)
    names = ("severity", "code", "file", "row", "column", "value", "found", "expected", "action")
    table = pd.DataFrame(rows, columns=[*names, "waived"], dtype=object)
    return csv_text(table) if format is Format.csv else "\n".join(markdown_table(table)) + "\n"


def _exit_code(checked: Checked, fail_on: Level | None) -> int:
    counts = checked.counts
    if checked.study is None or counts["error"]:
        return DataRefused.exit_code
    if fail_on is None:
        return 0
    order = [level.value for level in Level]
    return int(any(counts[word] for word in order[order.index(fail_on.value) :]))
