"""Writes the one file that the study wing writes: a study.toml from bare files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import tomlkit

from naas_psych.errors import DataRefused, UsageError
from naas_psych.study.assemble import assemble
from naas_psych.study.audit import Audit
from naas_psych.study.cells import fold
from naas_psych.study.infer import Plan
from naas_psych.study.items import key_from_argument
from naas_psych.study.load import read_tables, shown_faults
from naas_psych.study.locate import SPEC_NAME, Source, bare_source
from naas_psych.study.record import Recorded, record
from naas_psych.study.study import Study

_ROLES = ("person", "item", "response", "score", "time", "position", "form", "state")
_COMMENTS = {
    "layout": "wide: one row a person; long: one row a person and item",
    "person": "the column that names the person",
    "items": "the columns that are items",
    "leave_out": "columns that are neither items nor about the person",
    "raw": "true: options to be scored by a key; false: scores already",
    "key": "the keys in item order",
    "blank": "an empty cell: omitted, not_reached or not_administered",
    "omitted": "how an omission counts: wrong or left_out (rating scales)",
    "trailing_blank": "after the last answer: not_reached, not_reached_after_first or omitted",
}


def init_study(
    path: str | Path,
    *,
    force: bool = False,
    key: str | Path | None = None,
    tell: Callable[[str], None] | None = None,
) -> Path:
    """Write the study.toml that says what reading the bare files at `path` would infer.

    Parameters
    ----------
    path
        A folder of data files, or one response file (study.toml is written beside it).
    force
        Replace a study.toml that is there already.
    key
        A key file in the same folder, or the keys in item order.
    tell
        Called with each sentence about what was inferred.
    """
    path = Path(path)
    if path.suffix.lower() == ".toml":
        path = path.parent
    audit = Audit()
    source = bare_source(path, audit)
    if source is None:
        raise DataRefused(shown_faults(audit))
    target = source.root / SPEC_NAME
    if target.exists() and not force:
        raise UsageError(f"{target} is there already. Give --force to replace it.")
    tables = read_tables(source, key, audit)
    recorded = record(tables, audit) if tables else None
    if recorded is None:
        raise DataRefused(shown_faults(audit))
    study = assemble(tables, recorded, audit) if tables else None
    text = _document(source, recorded, key, study, audit)
    draft = target.with_name(SPEC_NAME + ".part")
    try:
        draft.write_text(text, encoding="utf-8", newline="\n")
        draft.replace(target)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UsageError(f"{target} cannot be written: {error.strerror}.") from None
    if tell:
        for sentence in (*audit.said, *_left_to_do(study, audit)):
            tell(sentence)
    return target


def _left_to_do(study: Study | None, audit: Audit) -> list[str]:
    """What keeps the study that was described from being scored."""
    errors = [fault.sentence for fault in shown_faults(audit) if fault.severity == "error"]
    if study is not None and not errors:
        return []
    return ["The data cannot be scored yet (`naas-psych check` lists every fault):", *errors[:3]]


def _document(
    source: Source,
    recorded: Recorded,
    key: str | Path | None,
    study: Study | None,
    audit: Audit,
) -> str:
    document = tomlkit.document()
    document.add(tomlkit.comment("Written by `naas-psych init`. What it inferred from the files:"))
    for sentence in audit.said:
        document.add(tomlkit.comment(f"- {sentence}"))
    document.add(tomlkit.nl())
    about = tomlkit.table()
    about.add("title", source.name)
    document.add("study", about)
    document.add("tables", _tables(source, key))
    document.add("responses", _responses(recorded, key, study))
    document.add(tomlkit.nl())
    for line in _suggestions(recorded.plan):
        document.add(tomlkit.comment(line))
    return tomlkit.dumps(document)


def _tables(source: Source, key: str | Path | None) -> Any:
    table = tomlkit.table()
    for name, file in source.spec.tables:
        if file is not None:
            table.add(name, file)
    if key is not None and _is_file(key):
        inside = Path(key).resolve()
        root = source.root.resolve()
        if not inside.is_relative_to(root):
            raise UsageError(
                f"The key file {str(key)!r} is not in the study folder {str(source.root)!r}. "
                "Put it there: a study.toml names only files of its own folder."
            )
        table["key"] = inside.relative_to(root).as_posix()
    return table


def _is_file(key: str | Path) -> bool:
    return isinstance(key, Path) or key_from_argument(key, Audit()) is None or Path(key).is_file()


def _responses(recorded: Recorded, key: str | Path | None, study: Study | None) -> Any:
    spec, table = recorded.plan.spec, tomlkit.table()
    settings: dict[str, Any] = {"layout": spec.layout}
    settings |= {role: getattr(spec, role) for role in _ROLES}
    settings["items"] = list(recorded.plan.items)
    settings |= {"leave_out": spec.leave_out, "raw": spec.raw}
    if key is not None and not _is_file(key):
        settings["key"] = str(key)
    settings |= {"blank": spec.blank, "trailing_blank": spec.trailing_blank}
    settings |= _rating_scale(study)
    for name, value in settings.items():
        if value is None or value == []:
            continue
        item = _array(value) if isinstance(value, list) else tomlkit.item(value)
        if name in _COMMENTS:
            item.comment(_COMMENTS[name])
        table.add(name, item)
    return table


def _rating_scale(study: Study | None) -> dict[str, Any]:
    """The limits of a rating scale that was recognised by its codes."""
    if study is None or study.omitted != "left_out":
        return {}
    low, high = study.responses.min_points, study.responses.max_points
    limits: dict[str, Any] = {"omitted": "left_out"}
    if len(set(low.tolist())) == len(set(high.tolist())) == 1 and study.responses.unit == 1.0:
        limits |= {"min_score": int(low[0]), "max_score": int(high[0])}
    return limits


def _array(values: list[str]) -> Any:
    array = tomlkit.array()
    array.extend(values)
    return array.multiline(len(values) > 8)


def _suggestions(plan: Plan) -> list[str]:
    """What a person may want to add, as comments."""
    columns = [name for name in plan.inline if fold(name) != "form_id"]
    group = columns[0] if columns else "gender"
    return [
        "More that can be said (remove the # in front):",
        'Under [responses]: codes = { "." = "not_reached", "-" = "omitted" }',
        "[groups]     # reference group of each person column used for fairness",
        f'{tomlkit.key(group).as_string()} = "..."',
        "[cuts]       # a cut says its unit: raw, percent or theta",
        'pass = { value = 60, unit = "percent" }',
        "[[waivers]]  # a fault that was looked at and accepted",
        'code = "item_without_variance"',
        'reason = "..."',
        "[privacy]    # columns that look like names or numbers of persons and are none",
        'allow = ["..."]',
        'condition = "..."  # why ethnicity, health and the like may be used',
    ]
