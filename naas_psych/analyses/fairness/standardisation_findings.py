"""What standardisation finds: items that a group earns more or less of than its totals say."""

from __future__ import annotations

from collections.abc import Iterator

from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def standardisation_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items whose difference is moderate or large, with enough persons, after all other tests."""
    table = result.tables["items"].dropna(subset=["std_p_dif", "p_adjusted"])
    told = table["verdict"].isin(["moderate", "large"])
    flagged = table[told & (table["p_adjusted"] < thresholds["dif_alpha"].value)]
    for row in flagged.to_dict("records"):
        size = row["std_p_dif"]
        name = "dif_p_large" if row["verdict"] == "large" else "dif_p_moderate"
        yield found(
            code="shows_dif_standardised",
            severity="info",
            subject=str(row["item_id"]),
            sentence=f"Of every hundred marks of {row['item_id']}, {row['focal']} ({row['group']}) "
            f"earn {_hundredths(size)} than {row['reference']} with the same total "
            f"(limits {100 * row['std_p_dif_low']:+.0f} to {100 * row['std_p_dif_high']:+.0f}).",
            value=float(size),
            limits=(row["std_p_dif_low"], row["std_p_dif_high"]),
            probability=row["p_value"],
            threshold=thresholds[name],
        )


def _hundredths(size: float) -> str:
    return f"{100 * abs(size):.0f} {'fewer' if size < 0 else 'more'}"
