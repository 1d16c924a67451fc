"""Comments: what do people write about, when they may write what they like?"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Annotated, Any

import numpy as np
import pandas as pd
from pydantic import Field

from naas_psych.analyses.content.comment_findings import comment_findings as findings
from naas_psych.analyses.content.comment_texts import Comments, read_comments
from naas_psych.analyses.content.comment_themes import Themes, hits, themes_of
from naas_psych.analyses.content.redaction import redacted
from naas_psych.analysis import Level, analysis
from naas_psych.numerics.proportions import wilson
from naas_psych.result import Result, tidy
from naas_psych.study.study import Study

__all__ = ["comments", "findings"]

#: The row of all sources together, and the theme of what fits none.
ALL, NO_THEME = "(all)", "(no theme)"


@analysis
def comments(
    study: Study,
    *,
    quotes: Annotated[
        int,
        Field(ge=0, le=20, description="quotations to show of each theme, redacted; 0 for none"),
    ] = 0,
    level: Level = 0.95,
) -> Result:
    """What do people write about, when they may write what they like?

    Formula
    -------
    A comment touches a theme when it has one of its words (table themes: theme, word), whole and in
    any case; a star stands for any ending, several words are a phrase. theme_share = comments of
    the theme / comments of the source, with Wilson's limits; response_share = forms with a comment
    / forms.

    How to read it
    --------------
    Counts say what people write about and not whether they are content: "clear" and "not clear"
    are one theme. Comments are volunteered, and most by those who are pleased or cross: the shares
    are of comments, not of persons. Sources are kept apart, for they ask different people.

    When not to use it
    ------------------
    Not as a poll. Where many comments fit no theme the list of words is the wrong one. Counts
    below 5 are marked small: they may point to a person. Quotations are left out unless asked for;
    then they are redacted by a rule that takes out too much rather than too little, stand beside
    no fact about who wrote them, and only where enough people wrote on the theme. Read each before
    it is shown.

    Agrees with
    -----------
    Counts made by hand.

    References
    ----------
    wilson_1927

    Examples
    --------
    >>> from naas_psych.analyses.content.comment_themes import hits
    >>> hits(["I ran out of time.", "Timing"], ["time", "ran out"]).tolist()
    [[True, True], [False, False]]
    """
    read = read_comments(study)
    themes = themes_of(study)
    touched, words = _touched(read, themes)
    least = int(study.thresholds["comment_count_small"].value)
    tables = {
        "themes": _themes(read, touched, least, level),
        "sources": _sources(read, touched, level),
        "items": _items(read, touched, least),
        "words": words,
    }
    if quotes:
        group = int(study.thresholds["quotation_group_min"].value)
        tables["quotations"] = _quotations(read, touched, study, quotes=quotes, group=group)
    return Result(
        tables=tables,
        notes=_notes(read, themes),
        provenance={"themes_given": themes.given},
    )


def _touched(read: Comments, themes: Themes) -> tuple[pd.DataFrame, pd.DataFrame]:
    """A column a theme, a row a comment; and how often each word of the list was met."""
    texts = read.table["text"].tolist()
    found: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for theme, listed in themes.words.items():
        met = hits(texts, listed)
        found[theme] = met.any(axis=1)
        rows += [
            {"theme": theme, "word": word, "comments": int(many)}
            for word, many in zip(listed, met.sum(axis=0), strict=True)
        ]
    touched = pd.DataFrame(found)
    touched[NO_THEME] = ~touched.any(axis=1)
    return touched, pd.DataFrame(rows)


def _themes(read: Comments, touched: pd.DataFrame, least: int, level: float) -> pd.DataFrame:
    """A row a source and theme, all sources first."""
    names = sorted(set(read.table["source"]))
    groups = {ALL: np.ones(len(touched), dtype=bool)} if len(names) > 1 else {}
    groups |= {name: (read.table["source"] == name).to_numpy() for name in names}
    rows: dict[str, list[Any]] = {
        name: [] for name in ("source", "theme", "comments", "source_comments")
    }
    for source, member in groups.items():
        counts = touched[member].sum(axis=0)
        rows["source"] += [source] * len(counts)
        rows["theme"] += [str(name) for name in counts.index]
        rows["comments"] += [int(many) for many in counts]
        rows["source_comments"] += [int(member.sum())] * len(counts)
    counted = np.array(rows["comments"], dtype=float)
    of = np.array(rows["source_comments"], dtype=float)
    limits = wilson(counted, of, level=level)
    return tidy(
        {
            **rows,
            "theme_share": counted / of,
            "theme_share_low": limits.low,
            "theme_share_high": limits.high,
            "small": [0 < many < least for many in rows["comments"]],
        }
    )


def _sources(read: Comments, touched: pd.DataFrame, level: float) -> pd.DataFrame:
    """A row a source: how many answered, wrote, and wrote what fits no theme."""
    names = sorted(read.forms)
    own = [read.table["source"] == name for name in names]
    written = np.array([_forms_with(read.table[member]) for member in own], dtype=float)
    forms = np.array([read.forms[name] for name in names], dtype=float)
    many = np.array([int(member.sum()) for member in own])
    without = np.array([int(touched.loc[member.to_numpy(), NO_THEME].sum()) for member in own])
    limits = wilson(np.minimum(written, forms), forms, level=level)
    none = np.divide(without, many, out=np.full(len(names), np.nan), where=many > 0)
    return tidy(
        {
            "source": names,
            "forms": forms.astype(int),
            "comments": many,
            "response_share": np.minimum(written / forms, 1.0),
            "response_share_low": limits.low,
            "response_share_high": limits.high,
            "no_theme": without,
            "no_theme_share": none,
        },
        {"no_theme_share": ["no_comments"] * len(names)},
    )


def _forms_with(rows: pd.DataFrame) -> int:
    """Forms with a comment: one form may have several columns of them."""
    return int(rows["form_row"].nunique())


def _items(read: Comments, touched: pd.DataFrame, least: int) -> pd.DataFrame:
    """A row an item and theme, of comments that are about an item."""
    about = read.table["item"] != ""
    rows = [
        {
            "item_id": str(item),
            "theme": str(theme),
            "comments": int(many),
            "small": bool(many < least),
        }
        for item, group in touched[about].groupby(read.table.loc[about, "item"], sort=True)
        for theme, many in group.sum(axis=0).items()
        if many
    ]
    columns = ["item_id", "theme", "comments", "small"]
    return pd.DataFrame(rows, columns=columns)


def _quotations(
    read: Comments, touched: pd.DataFrame, study: Study, *, quotes: int, group: int
) -> pd.DataFrame:
    """A few redacted comments of each theme that enough people wrote on, in no order of theirs."""
    shown = redacted(read.table["text"], ids=_ids(read, study))
    rows = [
        {"theme": str(theme), "quotation": text}
        for theme in touched.columns
        if _writers(read.table[touched[theme]]) >= group
        for text in _chosen(read.table.loc[touched[theme], "text"], shown, quotes)
    ]
    return pd.DataFrame(rows, columns=["theme", "quotation"], dtype=object)


def _writers(rows: pd.DataFrame) -> int:
    """Persons who wrote; those without a name count once a form."""
    known = rows["person"] != ""
    return int(rows.loc[known, "person"].nunique() + (~known).sum())


def _chosen(texts: pd.Series[Any], shown: Mapping[str, str], quotes: int) -> list[str]:
    """Chosen and ordered by a digest, so that neither tells who wrote when."""
    found = {shown[text] for text in texts} - {""}
    return sorted(found, key=lambda text: hashlib.sha256(text.encode()).hexdigest())[:quotes]


def _ids(read: Comments, study: Study) -> frozenset[str]:
    return frozenset(map(str, study.responses.person_ids)) | frozenset(read.table["person"])


def _notes(read: Comments, themes: Themes) -> tuple[str, ...]:
    ours = (
        "The list of words is our own, and short; a table themes (theme, word) takes its place.",
    )
    return (
        f"Comments were read in {', '.join(read.columns)}.",
        *(() if themes.given else ours),
        "A comment may touch several themes, so shares do not add up to 1. Comments are "
        "volunteered: the shares are of comments, not of persons.",
        "Counts from 1 to 4 are shown and marked small.",
    )
