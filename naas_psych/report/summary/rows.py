"""Rows of results that know where they stand, so that a sentence can cite them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from naas_psych.report.cited import Cited
from naas_psych.report.run import Run
from naas_psych.report.wording import is_undefined


@dataclass(frozen=True)
class Row(Mapping[str, Any]):
    """One row of a table of a run; `place` is `analysis/table/row`."""

    place: str
    cells: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.cells[column]

    def __iter__(self) -> Iterator[str]:
        return iter(self.cells)

    def __len__(self) -> int:
        return len(self.cells)

    def known(self, *columns: str) -> bool:
        """All of these cells hold something."""
        return not any(is_undefined(self.cells.get(column)) for column in columns)

    def cite(self, text: str, *columns: str) -> Cited:
        """The numbers of these cells, written as `text`."""
        return Cited(
            text,
            tuple(float(self.cells[column]) for column in columns),
            tuple(f"{self.place}/{column}" for column in columns),
        )


def rows(run: Run, analysis: str, table: str) -> list[Row]:
    """The rows of a table; none where there is no such table."""
    result = run.get(analysis)
    found = result.tables.get(table) if result else None
    if found is None:
        return []
    return [
        Row(f"{analysis}/{table}/{k}", {str(name): value for name, value in row.items()})
        for k, row in enumerate(found.to_dict("records"))
    ]
