"""What each item offers a judge of standard setting: its options, its key, its steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from naas_psych.study.items import ItemTable
from naas_psych.study.keys import KeyFault, Normal, parse_key
from naas_psych.study.scoring import Column


@dataclass(frozen=True)
class Offer:
    """One item: normal forms of its options and of its key, and its highest step.

    declared : the options are written down somewhere, not only seen in the responses
    not_nedelsky : why options left cannot be counted (several_keys, not_one_choice), or None
    steps : whole score points above the lowest, None where they are not whole
    low : the lowest score
    """

    options: frozenset[str]
    key: frozenset[str]
    declared: bool
    not_nedelsky: str | None
    steps: int | None
    low: float = 0.0


def offers(
    item_ids: Sequence[str],
    columns: Sequence[Column],
    *,
    keys: Mapping[str, str],
    items: ItemTable | None,
    declared: Sequence[str] | None,
    normal: Normal,
) -> dict[str, Offer]:
    """By item; `declared` are options that every item has."""
    found = {}
    for item, column in zip(item_ids, columns, strict=True):
        own = (items.options(item) if items else []) or declared or []
        kind = (items.get(item, "type") if items else None) or None
        why = not_one_key(keys.get(item), kind, normal)
        key = frozenset() if why else parse_key(keys[item], kind=kind, normal=normal).correct
        seen = column.options if column.choice else ()
        width = column.high - column.low
        found[item] = Offer(
            options=frozenset(normal(option) for option in own or seen) | key,
            key=key,
            declared=bool(own),
            not_nedelsky=why,
            steps=int(width) if width.denominator == 1 else None,
            low=float(column.low),
        )
    return found


def not_one_key(key: str | None, kind: str | None, normal: Normal) -> str | None:
    """Why an item has no single right option among several: a reason, or None."""
    if key is None or (kind or "").strip().casefold() in ("multiple", "score"):
        return "not_one_choice"
    try:
        parsed = parse_key(key, kind=kind, normal=normal)
    except KeyFault:
        return "not_one_choice"
    return None if len(parsed.points) == 1 else "several_keys"
