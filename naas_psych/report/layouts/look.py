"""How one column of a table stands where there is little room."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["value", "interval", "bar", "flags"]


@dataclass(frozen=True)
class Look:
    """One column on a screen or a page. `rank` 0 stays; the highest rank gives way first.

    A column is hidden where every row has the same value (`hide="same"`) or a zero
    (`hide="zero"`). Prose gives way rather than stand in fewer than `least` places.
    """

    column: str
    rank: int
    form: Form = "value"
    heading: str = ""
    hide: str = ""
    least: int = 0

    @property
    def limits(self) -> tuple[str, str]:
        """The columns that hold the ends of the interval."""
        if self.column == "estimate":
            return ("low", "high")
        return (f"{self.column}_low", f"{self.column}_high")


#: The form that a row is of, where there are several.
FORM = Look("form", 0, hide="same")
