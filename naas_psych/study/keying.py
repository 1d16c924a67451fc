"""Which key belongs to which item, and whether every item has one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from naas_psych.study.audit import Audit, Where
from naas_psych.study.cells import fold, is_blank
from naas_psych.study.items import ItemTable, KeySource
from naas_psych.study.keys import RULES, Key, KeyFault, Normal, parse_key

_TYPES = ("single", "multiple", "score")


def keys_of_items(items: ItemTable | None) -> KeySource:
    """The keys that the items table holds."""
    if items is None:
        return KeySource()
    column = items.columns.get("key", {})
    keys = {item: key for item, key in column.items() if key is not None}
    lines = [items.row(item) for item in keys]
    return KeySource(by_item=keys, file=items.file, line=lambda record: lines[record])


def aligned(source: KeySource, item_ids: Sequence[str], table_file: str, audit: Audit) -> KeySource:
    """The keys by item name; unknown items and wrong numbers of nameless keys are told."""
    if source.in_order:
        if len(source.in_order) != len(item_ids):
            audit.add(
                "key_length",
                f"{len(source.in_order)} keys for {len(item_ids)} items.",
                file=source.file or table_file,
                value=",".join(source.in_order)[:80],
                expected=f"{len(item_ids)} keys, for the items of {table_file} in their order.",
            )
            return KeySource()
        pairs = zip(item_ids, source.in_order, strict=True)
        return replace(source, by_item={i: k for i, k in pairs if not is_blank(k)}, in_order=())
    return replace(source, by_item=_renamed(source, item_ids))


def _renamed(source: KeySource, item_ids: Sequence[str]) -> dict[str, str]:
    """Keys under the names of the responses (`Item.1` in a key is `Item 1` in the responses)."""
    known = set(item_ids)
    loose = {fold(item): item for item in item_ids}
    return {i if i in known else loose.get(fold(i), i): k for i, k in source.by_item.items()}


def tell_unknown(source: KeySource, item_ids: Sequence[str], audit: Audit) -> None:
    """Items of the key that the responses do not have."""
    known = set(item_ids)
    for item in source.by_item:
        if item not in known:
            audit.add(
                "unknown_item_in_key",
                f"the key has an item {item!r}, which the responses do not have.",
                file=source.file,
                row=source.row(item),
                value=item,
            )


def parse_keys(
    source: KeySource,
    item_ids: Sequence[str],
    items: ItemTable | None,
    normal: Normal,
    audit: Audit,
) -> dict[str, Key]:
    """The key of every item; items without one, and keys that make no sense, are told."""
    keys: dict[str, Key] = {}
    for item in item_ids:
        text = source.by_item.get(item)
        where: Where = {"file": source.file, "row": source.row(item), "value": text}
        if text is None:
            where["file"] = source.file or (items.file if items else None)
            where["value"] = item
            where["row"] = items.row(item) if items and item in items.ids else None
            found = f"the responses are options and the item {item!r} has no key."
            audit.add("key_missing", found, column="key" if items else None, **where)
            continue
        try:
            keys[item] = _parse(text, item, items, normal)
        except KeyFault as fault:
            audit.add("bad_key", f"item {item!r}: {fault}", column="key", **where)
    return keys


def _parse(text: str, item: str, items: ItemTable | None, normal: Normal) -> Key:
    kind = (items.get(item, "type") or "").strip().casefold() if items else ""
    scoring = (items.get(item, "scoring") or "").strip().casefold() if items else ""
    return parse_key(
        text,
        kind=kind if kind in _TYPES else None,
        normal=normal,
        max_score=items.number(item, "max_score") if items else None,
        rule=next((rule for rule in RULES if rule == scoring), None),
    )


def check_types(items: ItemTable, audit: Audit) -> None:
    """Types and scoring rules that are not known."""
    for column, known in (("type", _TYPES), ("scoring", RULES)):
        for item, text in items.columns.get(column, {}).items():
            if text is not None and text.strip().casefold() not in known:
                audit.add(
                    "bad_item_type",
                    f"{column} of item {item!r} is {text!r}.",
                    file=items.file,
                    row=items.row(item),
                    column=column,
                    value=text,
                    expected=f"one of {', '.join(known)}.",
                )
