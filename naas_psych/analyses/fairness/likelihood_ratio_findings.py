"""What tests on a response model find, in words."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.analyses.items.phrasing import Row, known
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def likelihood_ratio_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items whose curves differ by a moderate or large share of the marks, beyond chance."""
    items = result.tables["items"]
    for row in items[items["verdict"].isin(["moderate", "large"])].to_dict("records"):
        p = known(row["p_adjusted"])
        if p is not None and p < thresholds["dif_alpha"].value:
            yield from _shows(row, thresholds)


def _shows(row: Row, thresholds: Thresholds) -> Iterator[Finding]:
    names = ("expected_score_difference", "_low", "_high")
    effect, low, high = (
        known(row[names[0] + end if end else names[0]]) for end in ("", *names[1:])
    )
    if effect is None or low is None or high is None:
        return
    yield found(
        code="shows_dif_likelihood_ratio",
        severity="info",
        subject=str(row["item_id"]),
        sentence=f"Among people who are equal on the trait that all items share, {row['focal']} "
        f"({row['group']}) score {'lower' if effect < 0 else 'higher'} than {row['reference']} on "
        f"{row['item_id']}, by {abs(effect):.2f} points on average (limits {low:+.2f} to "
        f"{high:+.2f}){_persons(row)}.",
        value=effect,
        limits=(low, high),
        probability=row["p_adjusted"],
        threshold=thresholds[f"dif_p_{row['verdict']}"],
    )


def _persons(row: Row) -> str:
    """`; 258 and 310 persons`, or nothing where a number is withheld."""
    n = [known(row[name]) for name in ("n_focal", "n_reference")]
    return "" if None in n else f"; {n[0]:.0f} and {n[1]:.0f} persons"
