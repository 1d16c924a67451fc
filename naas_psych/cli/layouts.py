"""Which columns a table shows on a terminal, in which order, and which give way first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

Form = Literal["value", "interval", "bar", "flags"]


@dataclass(frozen=True)
class Look:
    """One column on the screen. `rank` 0 stays; the highest rank gives way first."""

    column: str
    rank: int
    form: Form = "value"
    heading: str = ""
    hide_if_zero: bool = False


LAYOUTS: dict[str, tuple[Look, ...]] = {
    "item_statistics.items": (
        Look("item_id", 0, heading="Item"),
        Look("n", 9),
        Look("facility", 0),
        Look("facility", 5, "bar", " "),
        Look("facility", 8, "interval"),
        Look("score_sd", 13),
        Look("item_rest_r", 0, heading="Item-rest r"),
        Look("item_rest_r", 4, "bar", " "),
        Look("item_rest_r", 3, "interval"),
        Look("item_total_r", 14, heading="Item-total r"),
        Look("biserial", 10),
        Look("upper_lower_d", 11, heading="Upper - lower"),
        Look("alpha_if_dropped", 6, heading="Alpha if dropped"),
        Look("omitted", 7, hide_if_zero=True),
        Look("not_reached", 7, heading="Not reached", hide_if_zero=True),
        Look("not_administered", 12, heading="Not admin- istered", hide_if_zero=True),
        Look("flags", 1, "flags", "Flags"),
    ),
}


def layout(full_name: str, columns: Sequence[str]) -> tuple[Look, ...]:
    """The layout of a table: the one above, or every column, those on the right giving way."""
    if full_name in LAYOUTS:
        return tuple(
            look for look in LAYOUTS[full_name] if look.column in columns or look.form == "flags"
        )
    looks: list[Look] = []
    for place, name in enumerate(columns):
        if name.endswith("_reason") or _is_limit(name, columns):
            continue
        rank = 0 if place == 0 else place + 50 * name.endswith("_se")
        looks.append(Look(name, rank))
        if f"{name}_low" in columns and f"{name}_high" in columns:
            looks.append(Look(name, rank + 25, "interval"))
    return tuple(looks)


def _is_limit(name: str, columns: Sequence[str]) -> bool:
    base = name.removesuffix("_low").removesuffix("_high")
    return base != name and base in columns
