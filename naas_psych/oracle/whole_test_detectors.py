"""Were the plants that work on the test as a whole found? P2 and P9."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

from naas_psych.analyses.items.phrasing import known, short
from naas_psych.errors import AnalysisImpossible
from naas_psych.oracle.looked_for import wanted
from naas_psych.oracle.seen import Row, Seen
from naas_psych.oracle.sight import Sight
from naas_psych.simulate.plan import ALPHA, BETA

Plant = Mapping[str, Any]


def rushed_tail(seen: Seen, _: Plant) -> Sight:
    """P2: alpha is called rushed although the 80 % rule passes it, and beta is not."""
    rules = wanted("P2")
    verdicts = {one.subject: one.value for one in seen.findings("speededness", "speed_verdict")}
    hurried = {form: _measure(seen, form, "rushed_persons_share") for form in (ALPHA, BETA)}
    least, most = rules["alpha_rushed"]
    found = (
        verdicts.get(ALPHA) == "rushed"
        and verdicts.get(BETA) in rules["beta_verdicts"]
        and least <= hurried[ALPHA] <= most
        and hurried[BETA] <= rules["beta_rushed_most"]
    )
    shown = ", ".join(
        f"{form} {verdicts.get(form, 'without a verdict')} ({short(hurried[form])} hurry)"
        for form in (ALPHA, BETA)
    )
    return Sight(found, f"Verdict by form: {shown}.", hurried[ALPHA])


def _measure(seen: Seen, form: str, name: str) -> float:
    rows = [
        row
        for row in seen.rows("speededness", "summary")
        if row["form"] == form and row["measure"] == name
    ]
    value = known(rows[0]["value"]) if rows else None
    if value is None:
        raise AnalysisImpossible(f"speededness has no {name} of form {form}.")
    return value


def linked_items(seen: Seen, plant: Plant) -> Sight:
    """P9: at least half of the pairs of the scenario are flagged."""
    pairs = {frozenset(pair) for pair in combinations(plant["items"], 2)}
    rows: list[Row] = seen.rows("local_dependence", "pairs")
    own = [row for row in rows if {row["item_a"], row["item_b"]} in pairs]
    flagged = sum(bool(row["pair_flagged"]) for row in own)
    size = max((float(row["q3_adjusted"]) for row in own), default=float("nan"))
    others = sum(bool(row["pair_flagged"]) for row in rows) - flagged
    return Sight(
        flagged >= wanted("P9")["least_pairs"],
        f"{flagged} of {len(pairs)} pairs of {', '.join(plant['items'])} are flagged, adjusted Q3 "
        f"at most {short(size)}; {others} other pairs are.",
        flagged,
    )
