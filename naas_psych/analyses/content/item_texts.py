"""The text of items, as far as it is text: place holders such as "(answer A)" are not."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from naas_psych.analyses.content.english import is_english
from naas_psych.errors import AnalysisImpossible
from naas_psych.study.study import Study

_LETTERS = re.compile(r"[^\W\d_]")
#: A text that only says what stands there: "(answer A)", "Option 3", "item 12", "B".
_NAMES_ITSELF = re.compile(
    r"\W*(?:(?:the|an?|correct|wrong|right|best)\s+)*"
    r"(?:answer|option|choice|distractor|response|alternative|key|item|question|stem|text)s?"
    r"\W*(?:[a-z]|[ivx]+|[a-z]{0,3}\d+)?\W*|\W*[a-z]\W*",
    re.IGNORECASE,
)
#: A stem that is nothing but a code: "Q12".
_CODE = re.compile(r"\W*[a-z]{0,4}[\W_]*\d+\W*", re.IGNORECASE)
_WITHHELD = re.compile(
    r"\W*(?:(?:item|text|stem|question|wording|content)\s+)?"
    r"(?:withheld|secure|hidden|redacted|removed|confidential|not\s+(?:shown|available|released)"
    r"|lorem\s+ipsum.*|to\s+follow|tb[acd]|x{2,}|n\W?a|none|null)\W*",
    re.IGNORECASE | re.DOTALL,
)
#: A text that stands at more items than this share (and at this many) belongs to none of them.
_SHARED, _SHARED_ITEMS = 0.5, 4


@dataclass(frozen=True)
class ItemText:
    """The stem and the options (letter to text) of an item; what is no text is not there."""

    item_id: str
    stem: str | None
    options: Mapping[str, str]
    key: str | None

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(part for part in (self.stem, *self.options.values()) if part)


def item_texts(study: Study) -> tuple[ItemText, ...]:
    """The text of every item, in the order of the study.

    Raises
    ------
    AnalysisImpossible
        No item has text, or the text is not English.
    """
    made = _texts(study.items)
    if not any(text.stem for text in made):
        raise AnalysisImpossible(
            "The items have no text. Needed: a column `text` in the items table with the wording "
            "of each item, and `option_A`, `option_B`, ... with the wording of its options (place "
            'holders such as "(answer A)" do not count as text).'
        )
    if not is_english([part for text in made for part in text.parts]):
        raise AnalysisImpossible(
            "The text of the items does not look like English, and the rules for reading it are "
            "for English only. Needed: the items in English."
        )
    return made


def _texts(items: pd.DataFrame) -> tuple[ItemText, ...]:
    ids = items["item_id"].astype(str).tolist()
    stems = _column(items, "text")
    common = _on_most(stems)
    letters = {
        str(name).removeprefix("option_"): _column(items, str(name))
        for name in items.columns
        if str(name).startswith("option_")
    }
    shared = {letter: _on_most(texts) for letter, texts in letters.items()}
    return tuple(
        ItemText(
            item_id=item,
            stem=None if stem is None or stem in common or _is_code(stem, item) else stem,
            options={
                letter: text
                for letter, texts in letters.items()
                if (text := texts[row]) is not None and text not in shared[letter]
            },
            key=_key(items, row),
        )
        for row, (item, stem) in enumerate(zip(ids, stems, strict=True))
    )


def _column(items: pd.DataFrame, name: str) -> list[str | None]:
    """The texts of a column; what is empty or a place holder is None."""
    if name not in items:
        return [None] * len(items)
    return [_text(value) for value in items[name].tolist()]


def _text(value: Any) -> str | None:
    if value is None or not isinstance(value, str):
        return None
    text = re.sub(r"[ \t]+", " ", value).strip()
    is_text = len(_LETTERS.findall(text)) > 1 or any(mark.isdigit() for mark in text)
    if not is_text or _NAMES_ITSELF.fullmatch(text) or _WITHHELD.fullmatch(text):
        return None
    return text


def _is_code(stem: str, item: str) -> bool:
    return stem == item or _CODE.fullmatch(stem) is not None


def _key(items: pd.DataFrame, row: int) -> str | None:
    value = items["key"].iloc[row] if "key" in items else None
    return value.strip() if isinstance(value, str) and value.strip() else None


def _on_most(texts: list[str | None]) -> frozenset[str]:
    """Texts that stand at so many items that they are no item's own."""
    counted = Counter(text for text in texts if text)
    least = max(_SHARED_ITEMS, _SHARED * len(texts))
    return frozenset(text for text, times in counted.items() if times > least)
