"""The fingerprint of a study: its content, whatever the order, layout or format of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from naas_psych.study.cells import fold
from naas_psych.study.names import FORM

if TYPE_CHECKING:
    from naas_psych.study.responses import Responses
    from naas_psych.study.study import Study

_ROWS = 65_536
#: Metadata that a scored copy of a raw study need not have, or that is in the limits already.
_NOT_COUNTED = frozenset(
    {"item_id", "key", "type", "scoring", "text", "min_score", "max_score", "position"}
)


def fingerprint(study: Study) -> str:
    """`sha256:...` of scores and absences by person and item, limits, persons, items and tables.

    Not part of it: keys, options and texts (a raw study and its scored copy agree), times,
    positions and the names of forms (a long study and its wide copy agree), titles and settings.
    Persons without names are taken as a set.
    """
    digest = hashlib.sha256(b"naas_psych study 1\n")
    responses = study.responses
    order = np.array(sorted(range(len(responses.item_ids)), key=lambda j: responses.item_ids[j]))
    scale = float(responses.unit)
    for j in order:
        low, high = responses.min_points[j] * scale, responses.max_points[j] * scale
        digest.update(f"{responses.item_ids[j]}\t{low:.6g}\t{high:.6g}\n".encode())
    if responses.anonymous:
        _add_anonymous(digest, study, order)
    else:
        _add_named(digest, study, order)
    for line in _item_lines(study.items):
        digest.update(line)
    for name in sorted(study.tables):
        for line in _table_lines(name, study.tables[name]):
            digest.update(line)
    return f"sha256:{digest.hexdigest()}"


def _fine(responses: Responses) -> bool:
    """Some mark is not whole, or some item goes beyond a byte."""
    if responses.unit != 1.0:
        return not bool((responses.points[responses.points >= 0] * responses.unit % 1 == 0).all())
    return bool((responses.max_points > 127).any())


def _blocks(
    responses: Responses, rows: NDArray[np.int64] | None, order: NDArray[np.int64]
) -> Iterator[NDArray[Any]]:
    """Scores (in hundredths unless all are whole), persons in `rows` and items in `order`."""
    scale = responses.unit
    hundred = 100 if scale != 1.0 and _fine(responses) else 1
    straight = bool((order == np.arange(len(order))).all())
    for start in range(0, responses.n_persons, _ROWS):
        stop = start + _ROWS
        block = responses.points[start:stop] if rows is None else responses.points[rows[start:stop]]
        block = block if straight else block[:, order]
        if scale != 1.0:
            scores = np.rint(block * (scale * hundred)).astype(np.int64)
            block = np.where(block < 0, block, scores)
        yield np.ascontiguousarray(block)


def _add_named(digest: Any, study: Study, order: NDArray[np.int64]) -> None:
    ids = pa.array(study.responses.person_ids, pa.string())
    rows = pc.sort_indices(ids).to_numpy().astype(np.int64)
    _add_texts(digest, ids.take(pa.array(rows)))
    for name, levels, codes in _levels(study.persons):
        digest.update(f"persons\t{name}\t{levels}\n".encode())
        digest.update(np.ascontiguousarray(codes[rows]))
    for block in _blocks(study.responses, rows, order):
        digest.update(_as_bytes(block, study.responses))


def _as_bytes(block: NDArray[Any], responses: Responses) -> NDArray[Any]:
    """One byte a score when all fit; the limits decide, so that every copy decides alike."""
    return block.astype("<i4" if _fine(responses) else "<i1")


def _add_texts(digest: Any, texts: Any) -> None:
    """Offsets and characters, so that ["ab", "c"] and ["a", "bc"] differ."""
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    digest.update(lengths.astype("<i4"))
    digest.update("".join(texts.to_pylist()).encode())


def _levels(persons: pd.DataFrame) -> Iterator[tuple[str, str, NDArray[np.int32]]]:
    """Each person column that says something: name, sorted levels, level of each person."""
    for name in sorted(persons.columns):
        # Which form a person had shows in what was not administered; a wide copy need not name it.
        untold = name == "person_id" or fold(str(name)) in FORM
        if untold or persons[name].isna().all():
            continue
        codes, levels = pd.factorize(persons[name], sort=True)
        yield str(name), "\t".join(map(str, levels)), codes.astype("<i4")


def _add_anonymous(digest: Any, study: Study, order: NDArray[np.int64]) -> None:
    """Rows are hashed one by one (two linear hashes of 64 bits) and the hashes sorted."""
    about = list(_levels(study.persons))
    for name, levels, _ in about:
        digest.update(f"persons\t{name}\t{levels}\n".encode())
    codes = [column for _, _, column in about]
    extra = np.stack(codes, axis=1) if about else np.zeros((study.responses.n_persons, 0), "<i4")
    generator = np.random.PCG64(2017)
    width = len(order) + extra.shape[1]
    weights = generator.random_raw(2 * width).reshape(2, width) | np.uint64(1)
    hashes = np.empty((study.responses.n_persons, 2), dtype="<u8")
    for k, block in enumerate(_blocks(study.responses, None, order)):
        rows = slice(k * _ROWS, k * _ROWS + len(block))
        whole = np.concatenate([block.astype(np.int64), extra[rows].astype(np.int64)], axis=1)
        for side in (0, 1):
            hashes[rows, side] = _hash(whole, weights[side])
    ordered = hashes[np.lexsort((hashes[:, 1], hashes[:, 0]))]
    digest.update(np.ascontiguousarray(ordered))


def _hash(rows: NDArray[np.int64], weights: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A linear hash with its high bits folded down; arithmetic is modulo 2**64."""
    total = np.einsum("ij,j->i", rows.astype(np.uint64), weights)
    folded: NDArray[np.uint64] = (total ^ (total >> np.uint64(29))) * np.uint64(0x9E3779B97F4A7C15)
    return folded


def _item_lines(items: pd.DataFrame) -> Iterator[bytes]:
    kept = [c for c in items.columns if c not in _NOT_COUNTED and not c.startswith("option_")]
    kept = [c for c in kept if not items[c].isna().all()]
    if kept:
        yield from _table_lines("items", items[["item_id", *kept]])


def _table_lines(name: str, table: pd.DataFrame) -> Iterator[bytes]:
    """The rows of a table as sorted lines, its columns in the order of their names."""
    columns = sorted(table.columns)
    yield f"{name}\t{columns}\n".encode()
    texts = [_texts(table[column]) for column in columns]
    for row in sorted(zip(*texts, strict=True)):
        yield ("\t".join(row) + "\n").encode()


def _texts(column: pd.Series[Any]) -> list[str]:
    """The text of every cell; of numbers each different one is made once."""
    if column.dtype != np.float64:
        return [cell if type(cell) is str else _text(cell) for cell in column.tolist()]
    # Told apart by their bits: 0 and -0 are equal and read differently.
    bits, place = np.unique(column.to_numpy().view(np.int64), return_inverse=True)
    known = np.array([_text(value) for value in bits.view(np.float64).tolist()], dtype=object)
    return known[place].tolist()  # type: ignore[no-any-return]


def _text(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "\\N"
    return f"{value:.12g}" if isinstance(value, float) else str(value)
