"""Were the plants among judges and answers to questions found? P3, P17 and P18."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from naas_psych.analyses.items.phrasing import listed, short
from naas_psych.oracle.looked_for import wanted
from naas_psych.oracle.seen import Seen
from naas_psych.oracle.sight import Sight

Plant = Mapping[str, Any]


def out_of_role(seen: Seen, plant: Plant) -> Sight:
    """P3: every item of another profession is named, and hardly any other."""
    named = {one.subject for one in seen.findings("item_relevance", "item_out_of_role")}
    planted = set(plant["items"])
    hit, false = sorted(named & planted), sorted(named - planted)
    said = f"Named as another profession's: {listed(hit) or 'none'} of {len(planted)} planted"
    wrong = f"; wrongly named: {listed(false)}" if false else "; no other is named"
    return Sight(
        len(hit) == len(planted) and len(false) <= wanted("P3")["most_false"],
        f"{said}{wrong}.",
        len(hit),
    )


def sources_disagree(seen: Seen, plant: Plant) -> Sight:
    """P17: what each source says is told apart, in the order in which they were made to differ."""
    said = seen.findings("feedback_summary", "sources_disagree")
    answers = seen.result("feedback_summary").tables["answers"]
    question = wanted("P17")["question"]
    rows = answers[answers["question"] == question].set_index("source")
    means = {
        source: float(rows["mean_rating"].get(source, float("nan"))) for source in plant["means"]
    }
    ordered = sorted(means, key=lambda source: -plant["means"][source])
    falling = all(means[a] > means[b] for a, b in pairwise(ordered))
    shown = ", ".join(f"{source} {short(means[source])}" for source in ordered)
    verb = "is said to depend on who was asked" if said else "is not said to differ"
    return Sight(
        bool(said) and falling,
        f"{question}, mean rating by source: {shown}; it {verb}.",
        means[ordered[0]] - means[ordered[-1]],
    )


def odd_judges(seen: Seen, plant: Plant) -> Sight:
    """P18: the judge whose ratings say nothing, and the expert who stands apart; nobody else."""
    insensitive = {one.subject for one in seen.findings("judge_influence", "judge_insensitive")}
    apart = {one.subject for one in seen.findings("judge_influence", "judge_stands_apart")}
    right = plant["judge"] in insensitive and plant["expert"] in apart
    others = sorted((insensitive - {plant["judge"]}) | (apart - {plant["expert"]}))
    said = (
        f"Ratings that do not go with difficulty: {listed(sorted(insensitive)) or 'none'}; "
        f"apart from the panel: {listed(sorted(apart)) or 'none'}"
    )
    return Sight(right and len(others) <= wanted("P18")["most_false"], f"{said}.", len(others))
