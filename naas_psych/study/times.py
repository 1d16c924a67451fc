"""Response times: seconds, or milliseconds where the name, the study or their size says so."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from naas_psych.study.audit import LISTED, Audit
from naas_psych.study.cells import RawTable, fold, is_blank, numbers

#: Six hours: nobody looks at one item for longer.
_LONGEST = 21_600.0
#: Half of all items take longer than this only when they were timed in milliseconds.
_LONG_MEDIAN = 600.0


Unit = Literal["seconds", "milliseconds"]


def read_times(
    table: RawTable,
    column: str,
    unit: Unit | None,
    audit: Audit,
) -> NDArray[np.float32]:
    """Seconds of each record; what makes no sense is told and set to unknown (nan)."""
    coded = table.coded(column)
    worth = np.append(numbers(coded.texts), np.nan)
    unit = unit or unit_of(worth[coded.codes], column, table, audit)
    seconds = worth / (1000.0 if unit == "milliseconds" else 1.0)
    bad = ~((seconds > 0) & (seconds < _LONGEST))
    spoken = [k for k in np.flatnonzero(bad[:-1]) if not is_blank(coded.texts[k])]
    _tell(table, column, np.array(spoken, dtype=np.int64), audit)
    return np.asarray(np.where(bad, np.nan, seconds)[coded.codes], dtype=np.float32)


def unit_of(times: NDArray[np.float64], column: str, table: RawTable, audit: Audit) -> Unit:
    """The unit by the name of the column or the size of the times; milliseconds are said."""
    if fold(column).endswith(("_ms", "msec", "milliseconds")):
        return "milliseconds"
    known = times[np.isfinite(times) & (times > 0)]
    if known.size and float(np.median(known)) > _LONG_MEDIAN:
        audit.say(
            f"{table.file}: half of the times in {column} pass 600, so they are milliseconds."
        )
        return "milliseconds"
    return "seconds"


def _tell(table: RawTable, column: str, texts: NDArray[np.int64], audit: Audit) -> None:
    coded = table.coded(column)
    records = np.flatnonzero(np.isin(coded.codes, texts))
    for record in records[:LISTED]:
        value = coded.at(int(record))
        audit.add(
            "bad_response_time",
            f"the response time is {value!r}.",
            file=table.file,
            row=table.line(int(record)),
            column=column,
            value=value,
        )
    audit.count_more("bad_response_time", len(records) - LISTED, file=table.file)
