"""A synthetic pilot as a folder: tables, three study.toml, schema, README, and the truth apart."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from naas_psych.packaged import toml_entries
from naas_psych.simulate.readme import readme
from naas_psych.simulate.specs import specs
from naas_psych.simulate.world import TABLES, World

if TYPE_CHECKING:
    import pandas as pd

#: Tables of so many rows at any size that they are packed.
PACKED = ("responses_long", "workforce_frame")
TRUTH = "truth.json"
#: Of gzip: nearly as small as the smallest, in a tenth of the time.
_LEVEL = 6


def file_of(table: str) -> str:
    """The file name of a table."""
    return f"{table}.csv.gz" if table in PACKED else f"{table}.csv"


def write_study(
    world: World,
    folder: Path,
    *,
    only: Collection[str] | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> None:
    """Write the study into an empty folder.

    Parameters
    ----------
    only
        Names of the tables to write (all when None); study.toml names those that are there.
    progress
        Told the table that is being written, how many are done, and how many there are.
    """
    names = [name for name in TABLES if only is None or name in only]
    for done, name in enumerate(names):
        if progress:
            progress(name.replace("_", " "), done, len(names))
        write_table(world.table(name), folder / file_of(name))
    files = {name: file_of(name) for name in names}
    for file, text in specs(world, files).items():
        (folder / file).write_text(text, encoding="utf-8")
    if only is None:
        (folder / "schema.json").write_text(_schema(), encoding="utf-8")
        (folder / "README.md").write_text(readme(world, files), encoding="utf-8")
    (folder / TRUTH).write_text(_truth(world), encoding="utf-8")


def write_table(table: pd.DataFrame, path: Path) -> None:
    """One table as CSV (packed where the name ends in .gz, without a date); missing is NA."""
    import pyarrow as pa
    from pyarrow import csv

    sheet = pa.Table.from_pandas(table, preserve_index=False)
    with path.open("wb") as file, _packed(file, path) as stream:
        if any(map(_needs_quotes, sheet.columns)):
            # The fast writer quotes every text or none.
            table.to_csv(stream, index=False, na_rep="NA", lineterminator="\n")
            return
        options = csv.WriteOptions(include_header=False, quoting_style="none")
        columns = [_text(column) for column in sheet.columns]
        stream.write((",".join(sheet.column_names) + "\n").encode())
        csv.write_csv(pa.table(columns, names=sheet.column_names), stream, options)


@contextmanager
def _packed(file: BinaryIO, path: Path) -> Iterator[Any]:
    """The file itself, or gzip on top of it with neither name nor date inside."""
    if path.suffix != ".gz":
        yield file
        return
    with gzip.GzipFile("", "wb", _LEVEL, file, mtime=0) as stream:
        yield stream


def _needs_quotes(column: Any) -> bool:
    """Some text of the column has a comma, a quotation mark or a new line."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return False
    return bool(pc.any(pc.match_substring_regex(pc.unique(column), '[",\n\r]')).as_py())


def _text(column: Any) -> Any:
    """A column as the texts of the file."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    return pc.fill_null(column.cast(pa.string()), "NA")


def _schema() -> str:
    """Every table and column in words."""
    return json.dumps(toml_entries("simulate/tables.toml"), indent=2, ensure_ascii=False) + "\n"


def _truth(world: World) -> str:
    """One line an item; the abilities of the persons on one line each."""
    truth = dict(world.truth)
    items = ",\n".join(f"  {json.dumps(item)}" for item in truth.pop("items"))
    abilities = truth.pop("abilities")
    head = json.dumps(truth, indent=1, ensure_ascii=False)[:-2]
    people = ",\n".join(f'  "{name}": {json.dumps(values)}' for name, values in abilities.items())
    return f'{head},\n "items": [\n{items}\n ],\n "abilities": {{\n{people}\n }}\n}}\n'
