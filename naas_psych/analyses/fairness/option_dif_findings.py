"""What matched persons' options show: items that lead two groups to different wrong answers."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def option_dif_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items whose wrong options differ, with persons enough and after all other tests."""
    table = result.tables["items"]
    told = table[table["verdict"].isin(["moderate", "large"])]
    needed = ["option_difference_wrong", "option_difference_wrong_low", "most_different"]
    for row in told.dropna(subset=needed).to_dict("records"):
        size = row["option_difference_wrong"]
        low, high = row["option_difference_wrong_low"], row["option_difference_wrong_high"]
        yield found(
            code="option_shows_dif",
            severity="info",
            subject=str(row["item_id"]),
            sentence=f"Of a hundred persons who got {row['item_id']} wrong with like totals, "
            f"{100 * abs(size):.0f} {'more' if size > 0 else 'fewer'} of {row['focal']} "
            f"({row['group']}) than of {row['reference']} chose {row['most_different']} "
            f"(limits {100 * low:+.0f} to {100 * high:+.0f}).",
            value=float(size),
            limits=(low, high),
            probability=row["p_value"],
            threshold=thresholds["dif_p_large" if row["verdict"] == "large" else "dif_p_moderate"],
        )
