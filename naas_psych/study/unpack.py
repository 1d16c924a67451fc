"""Unpacks gzip: piece by piece, so that a small archive cannot fill the memory. Opens no file."""

from __future__ import annotations

import zlib
from typing import Any

_PACKED, _UNPACKED = 1 << 20, 1 << 22
#: The header and trailer of gzip, not those of zlib.
_GZIP = 31


class TooMuchInside(Exception):
    """The archive holds more than was allowed."""


class Damaged(Exception):
    """The archive is broken or ends early; the text says which."""


def unpacked(archive: Any, *, most: float) -> bytearray:
    """Everything in a gzip archive (its members in a row), at most `most` bytes of it.

    Raises
    ------
    TooMuchInside
        It holds more; no more than that was unpacked.
    Damaged
        It is broken or ends early.
    """
    packed, inside, at = memoryview(archive), bytearray(), 0
    while at < len(packed) and (at == 0 or any(packed[at : at + _PACKED])):
        at = _add_member(packed, at, inside, most)
    return inside


def _add_member(packed: memoryview, at: int, inside: bytearray, most: float) -> int:
    """Unpack the member that begins at `at` onto `inside`; where the next one begins."""
    member = zlib.decompressobj(wbits=_GZIP)
    while not member.eof:
        piece: Any = member.unconsumed_tail
        if not piece:
            piece = packed[at : at + _PACKED]
            at += len(piece)
        if not piece:
            raise Damaged("it ends before its end was reached")
        try:
            inside += member.decompress(piece, _UNPACKED)
        except zlib.error:
            raise Damaged("it cannot be unpacked to its end") from None
        if len(inside) > most:
            raise TooMuchInside
    return at - len(member.unused_data)
