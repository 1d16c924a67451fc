"""From a path to the files of a study, before anything in them is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from naas_psych.errors import UsageError
from naas_psych.study.audit import Audit
from naas_psych.study.names import FILES, ending_of, stem_of
from naas_psych.study.read import ENDINGS, read_table
from naas_psych.study.spec import StudySpec, Tables
from naas_psych.study.specfile import read_spec

SPEC_NAME = "study.toml"


@dataclass(frozen=True)
class Source:
    """Where a study's files are, and what study.toml (or their names) says about them."""

    root: Path
    spec: StudySpec
    bare: bool
    spec_path: Path | None = None
    file: Path | None = None

    @property
    def name(self) -> str:
        """What the study is called when nobody gave it a title."""
        return stem_of(self.file) if self.file else self.root.resolve().name

    def path(self, table: str) -> Path | None:
        """The file of a table of the study, if it has one."""
        name = getattr(self.spec.tables, table)
        return self.root / name if name else None


def locate(path: str | Path, audit: Audit) -> Source | None:
    """The files of the study at `path`; None when study.toml is refused."""
    return _watched(_located(Path(path), audit), audit)


def _watched(source: Source | None, audit: Audit) -> Source | None:
    """Tells the audit what each file holds, so that it can look for names of persons."""
    if source is not None:
        audit.privacy = source.spec.privacy
        for table, file in source.spec.tables:
            if file:
                audit.roles.setdefault(Path(file).name, table)
    return source


def _located(path: Path, audit: Audit) -> Source | None:
    _check_name(path)
    if not path.exists():
        raise UsageError(
            f"There is no file or folder {str(path)!r}. Give a study folder, a study.toml or a "
            f"response file ({' '.join(ENDINGS)})."
        )
    if path.is_dir():
        toml = path / SPEC_NAME
        return _with_spec(toml, audit) if toml.is_file() else _bare_folder(path, audit)
    if path.suffix.lower() == ".toml":
        return _with_spec(path, audit)
    if ending_of(path) not in ENDINGS:
        raise UsageError(
            f"{path.name} has an ending that is not known. Give a study folder, a study.toml or a "
            f"response file ({' '.join(ENDINGS)})."
        )
    spec = StudySpec(tables=Tables(responses=path.name))
    return Source(path.parent, spec, bare=True, file=path)


def _check_name(path: Path) -> None:
    """Names of files end up in tables and documents, which hold text only."""
    try:
        path.name.encode()
    except UnicodeEncodeError:
        raise UsageError(
            f"The name of the file {path.name!a} is not text in UTF-8. Rename the file."
        ) from None


def _with_spec(path: Path, audit: Audit) -> Source | None:
    spec = read_spec(path, audit)
    return Source(path.parent, spec, bare=False, spec_path=path) if spec else None


def bare_source(path: Path, audit: Audit) -> Source | None:
    """The files as they would be found if there were no study.toml."""
    if path.is_dir():
        return _watched(_bare_folder(path, audit), audit)
    return locate(path, audit)


def _bare_folder(root: Path, audit: Audit) -> Source | None:
    files = [p for p in sorted(root.iterdir()) if p.is_file() and ending_of(p) in ENDINGS]
    files = [p for p in files if not p.name.startswith((".", "~"))]
    for path in files:
        _check_name(path)
    if not files:
        raise UsageError(
            f"The folder {str(root)!r} holds no study.toml and no data file ({' '.join(ENDINGS)})."
        )
    found = _by_name(files, audit)
    if "responses" not in found:
        rest = [p for p in files if p.name not in found.values()]
        widest = _widest(rest, audit)
        if widest is None:
            audit.add("no_responses_file", f"the folder {root.name!r} holds no table of responses.")
            return None
        found["responses"] = widest
    names = ", ".join(f"{table} = {name}" for table, name in sorted(found.items()))
    audit.say(f"There is no study.toml; by their names the files are: {names}.")
    return Source(root, StudySpec(tables=Tables(**found)), bare=True)


def _by_name(files: list[Path], audit: Audit) -> dict[str, str]:
    found: dict[str, str] = {}
    for table, beginnings in FILES:
        free = [p for p in files if p.name not in found.values()]
        fits = [p for p in free if stem_of(p).casefold().startswith(beginnings)]
        fits.sort(key=lambda p: (stem_of(p).casefold() not in beginnings, len(p.name), p.name))
        if fits:
            found[table] = fits[0].name
        if len(fits) > 1:
            others = ", ".join(p.name for p in fits[1:])
            audit.say(f"{fits[0].name} was taken as the table of {table}, not {others}.")
    return found


def _widest(files: list[Path], audit: Audit) -> str | None:
    """The file with most columns, when names do not tell."""
    if len(files) == 1:
        return files[0].name
    tables = [read_table(path, Audit()) for path in files]
    widths = [len(table.names) if table else 0 for table in tables]
    if not any(widths):
        return None
    best = files[widths.index(max(widths))].name
    others = ", ".join(path.name for path in files if path.name != best)
    audit.say(f"{best} was taken as the table of responses, being the widest, not {others}.")
    return best
