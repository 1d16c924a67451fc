"""What comments say in words: who wrote, what about, and how far the list of words reaches."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import pandas as pd

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.proportions import newcombe
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds

_NO_THEME = "(no theme)"


def comment_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """That comments are volunteered; what most are about; whether the list of words fits."""
    sources, themes = result.tables["sources"], result.tables["themes"]
    yield _volunteered(sources)
    if not result.provenance.get("themes_given"):
        names = [str(name) for name in dict.fromkeys(themes["theme"]) if name != _NO_THEME]
        yield found(
            code="themes_by_default",
            severity="info",
            subject="themes",
            sentence="Comments were sorted by a short list of words that comes with the program "
            f"({', '.join(names)}).",
        )
    yield from _leading(themes, thresholds)
    yield from _apart(themes, thresholds)
    yield from _unsorted(themes, thresholds)


def _volunteered(sources: pd.DataFrame) -> Finding:
    said = "; ".join(
        f"{row['source']}: {row['comments']} comments on {row['forms']} forms "
        f"({100 * row['response_share']:.0f} % wrote one)"
        for row in sources.to_dict("records")
    )
    return found(
        code="comments_volunteered",
        severity="info",
        subject="comments",
        sentence=f"Comments are volunteered. {said}.",
        value=float(sources["comments"].sum()),
    )


def _leading(themes: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    """By source, the theme that leads the next one beyond chance."""
    line = thresholds["comments_to_compare"]
    for source, rows in themes[themes["theme"] != _NO_THEME].groupby("source", sort=False):
        ranked = rows.sort_values("comments", ascending=False, kind="stable")
        if len(ranked) < 2 or not ranked["comments"].iloc[0]:
            continue
        first, second = ranked.iloc[0], ranked.iloc[1]
        if (
            first["source_comments"] < line.value
            or not first["theme_share_low"] > second["theme_share_high"]
        ):
            continue
        yield found(
            code="theme_leads",
            severity="info",
            subject=str(source),
            sentence=f"Comments from {_said(str(source))} are mostly about {first['theme']}: "
            f"{100 * first['theme_share']:.0f} % ({100 * first['theme_share_low']:.0f} to "
            f"{100 * first['theme_share_high']:.0f}) touch it; next comes {second['theme']} with "
            f"{100 * second['theme_share']:.0f} %.",
            value=float(first["theme_share"]),
            limits=(first["theme_share_low"], first["theme_share_high"]),
        )


def _apart(themes: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    """Themes on which two sources differ beyond chance, the level shared among the comparisons."""
    told = themes[(themes["theme"] != _NO_THEME) & (themes["source"] != "(all)")]
    told = told[told["source_comments"] >= thresholds["comments_to_compare"].value]
    told = told.dropna(subset=["comments", "theme_share"])
    themed = {
        str(theme): list(combinations(_records(rows), 2)) for theme, rows in told.groupby("theme")
    }
    many = sum(map(len, themed.values()))
    for theme, pairs in themed.items():
        widest = max(pairs, key=lambda pair: abs(_gap(*pair)), default=None)
        if widest is None:
            continue
        more, less = sorted(widest, key=lambda row: -float(row["theme_share"]))
        limits = newcombe(_counts(more), _counts(less), level=1 - 0.05 / many)
        if limits.low <= 0:
            continue
        yield found(
            code="theme_differs_by_source",
            severity="info",
            subject=str(theme),
            sentence=f"{100 * more['theme_share']:.0f} % of the comments from "
            f"{_said(str(more['source']))} touch {theme}, and {100 * less['theme_share']:.0f} % of "
            f"those from {_said(str(less['source']))}: it depends on who was asked.",
            value=_gap(more, less),
            limits=(limits.low, limits.high),
        )


def _records(rows: pd.DataFrame) -> list[dict[Any, Any]]:
    return [dict(row) for row in rows.to_dict("records")]


def _counts(row: dict[Any, Any]) -> tuple[float, float]:
    return float(row["comments"]), float(row["source_comments"])


def _gap(one: dict[Any, Any], other: dict[Any, Any]) -> float:
    return float(one["theme_share"] - other["theme_share"])


def _unsorted(themes: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    """The list of words reaches too few comments."""
    line = thresholds["no_theme_share_max"]
    for row in themes[themes["theme"] == _NO_THEME].head(1).to_dict("records"):
        if row["theme_share_low"] > line.value:
            yield found(
                code="comments_without_theme",
                severity="info",
                subject="themes",
                sentence=f"{100 * row['theme_share']:.0f} % of the comments fit no theme of the "
                "list.",
                value=float(row["theme_share"]),
                limits=(row["theme_share_low"], row["theme_share_high"]),
                threshold=line,
            )


def _said(source: str) -> str:
    return "all sources" if source == "(all)" else source.replace("_", " ")
