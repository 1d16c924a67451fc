"""Files in, a Study out; or every fault of the files, told at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from naas_psych.errors import DataRefused, Fault
from naas_psych.study.assemble import assemble
from naas_psych.study.audit import Audit
from naas_psych.study.items import (
    ItemTable,
    KeySource,
    key_from_argument,
    key_from_text,
    read_items,
    read_key,
)
from naas_psych.study.keying import check_types, keys_of_items
from naas_psych.study.locate import SPEC_NAME, Source, locate
from naas_psych.study.own_claims import read_claims
from naas_psych.study.privacy import PRIVATE
from naas_psych.study.read import read_table
from naas_psych.study.record import Read, record
from naas_psych.study.study import Study
from naas_psych.thresholds import default_thresholds


@dataclass(frozen=True)
class StudyCheck:
    """What the audit says: the study when it can be used, every fault, every inference."""

    study: Study | None
    faults: tuple[Fault, ...]
    said: tuple[str, ...]
    synthetic: bool = False


def read_study(path: str | Path, *, key: str | Path | None = None) -> Study:
    """Read a study: a folder, a study.toml or a response file.

    Parameters
    ----------
    path
        A folder with or without a study.toml, a study.toml, or one response file
        (csv, tsv, txt, also packed as csv.gz and so on; parquet, xlsx, sav).
    key
        A key file, or the keys in item order as `ABDC` or `A,B,D,C`.

    Raises
    ------
    UsageError
        There is no such path, or it is of a kind that cannot be read.
    DataRefused
        The data cannot be used; its `faults` hold everything that was found.
    """
    check = check_study(path, key=key)
    if check.study is None:
        raise DataRefused(check.faults)
    return check.study


def check_study(path: str | Path, *, key: str | Path | None = None) -> StudyCheck:
    """Everything that can be said about the data at `path`, whether they can be used or not."""
    audit = Audit()
    source = locate(path, audit)
    if source and source.file and (source.root / SPEC_NAME).is_file():
        audit.say(f"{SPEC_NAME} beside {source.file.name} was not used; give its folder to use it.")
    study = build(source, key, audit) if source else None
    synthetic = bool(source and source.spec.study.synthetic)
    audit.tell_unused_waivers()
    faults = shown_faults(audit)
    if study is None or audit.has_errors:
        return StudyCheck(None, faults, tuple(audit.said), synthetic)
    study = replace(
        study,
        faults=faults,
        said=tuple(audit.said),
        source=Path(path),
        key=None if key is None else str(key),
    )
    return StudyCheck(study, faults, tuple(audit.said), synthetic)


def shown_faults(audit: Audit) -> tuple[Fault, ...]:
    """Every fault; where a column names persons those alone, for others print cells."""
    faults = audit.faults()
    if not audit.identifying:
        return faults
    return tuple(fault for fault in faults if fault.code in PRIVATE)


def read_tables(source: Source, key: str | Path | None, audit: Audit) -> Read | None:
    """Responses, items and key; None when the responses cannot be read at all."""
    responses = read_table(source.root / source.spec.tables.responses, audit)
    items_path = source.path("items")
    items = read_items(items_path, audit) if items_path else None
    if items is not None:
        check_types(items, audit)
    given = _key(source, key, items, audit)
    return Read(source, responses, items, given) if responses else None


def _key(
    source: Source, key: str | Path | None, items: ItemTable | None, audit: Audit
) -> KeySource:
    """The key: from the call, else the study's key file or string, else the items table."""
    if key is not None:
        return key_from_argument(key, audit) or KeySource()
    path = source.path("key")
    if path is not None:
        return read_key(path, audit) or KeySource()
    if source.spec.responses.key:
        return key_from_text(source.spec.responses.key)
    return keys_of_items(items)


def build(source: Source, key: str | Path | None, audit: Audit) -> Study | None:
    """The study, or None when an error leaves nothing to score."""
    tables = read_tables(source, key, audit)
    if tables is None:
        return None
    thresholds = default_thresholds().overridden_by(source.spec.thresholds)
    claims = read_claims(source, thresholds, audit)
    recorded = record(tables, audit)
    study = assemble(tables, recorded, audit) if recorded else None
    if study is None or not source.spec.report.claims:
        return study
    path = source.root / source.spec.report.claims
    return replace(study, claims=claims, inputs=tuple(dict.fromkeys((*study.inputs, path))))
