"""Were the plants among groups found? P4, P5, P6, P16 and P21."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from naas_psych.analyses.fairness.group_sizes import group_sizes
from naas_psych.analyses.items.phrasing import between, known, listed, short
from naas_psych.assurance.disclosure import gate
from naas_psych.errors import AnalysisImpossible
from naas_psych.oracle.looked_for import wanted
from naas_psych.oracle.seen import Row, Seen
from naas_psych.oracle.sight import Sight

Plant = Mapping[str, Any]
_MATCHED = "dif_mantel_haenszel"


def harder_item(seen: Seen, plant: Plant) -> Sight:
    """P4: the item is of class B or C, and harder for the group that it was made harder for."""
    row = _compared(seen, plant)
    delta = known(row["delta_purified"])
    letter = str(row["ets_class_purified"])
    found = letter in wanted("P4")["classes"] and delta is not None and delta < 0
    limits = between(row["delta_purified_low"], row["delta_purified_high"])
    return Sight(
        found,
        f"{row['item_id']}, {row['focal']} ({row['n_focal']} persons): class {letter}, delta "
        f"{'undefined' if delta is None else short(delta) + limits}, verdict {row['verdict']}.",
        delta,
    )


def too_few_to_tell(seen: Seen, plant: Plant) -> Sight:
    """P5: of a group too small nothing is said but how many would be needed."""
    row = _compared(seen, plant)
    levels = seen.rows("group_sizes", "groups")
    needed = [
        known(one["persons_needed"])
        for one in levels
        if one["group"] == plant["column"] and one["group_level"] == plant["level"]
    ]
    said = needed[0] if needed else None
    return Sight(
        row["verdict"] == "cannot_tell" and said is not None,
        f"{row['item_id']}, {row['focal']} ({row['n_focal']} persons): verdict {row['verdict']}; "
        f"{'no number needed is named' if said is None else f'{said:.0f} persons needed'}.",
        float(row["n_focal"]),
    )


def gap_without_items(seen: Seen, plant: Plant) -> Sight:
    """P6: a gap is shown that chance does not explain, and no item shows a large difference."""
    gaps = seen.rows("score_gaps", "groups")
    letters = seen.rows(_MATCHED, "items")
    shown, large = [], []
    for shift in plant["shifts"]:
        levels = set(shift["levels"])
        column = shift["column"]
        of_column = [row for row in gaps if row["group"] == column]
        widest = max(
            (row for row in of_column if _takes_in(seen, row, levels)),
            key=lambda row: row["n_focal"],
            default=None,
        )
        if widest is None or known(widest["difference_percent"]) is None:
            raise AnalysisImpossible(f"No gap is shown for {column}.")
        shown.append(widest)
        large += [
            f"{row['item_id']} ({row['focal']})"
            for row in letters
            if row["group"] == column and row["focal"] == widest["focal"] and _is_large(row)
        ]
    said = "; ".join(
        f"{row['focal']} {short(row['difference_percent'])}"
        f"{between(row['difference_percent_low'], row['difference_percent_high'])}"
        for row in shown
    )
    most = wanted("P6")["most_large"]
    lower = any((known(row["difference_percent_high"]) or 0.0) < 0 for row in shown)
    named = listed(large) if large else "none"
    return Sight(
        lower and len(large) <= most,
        f"Difference to the reference, per cent of the marks: {said}. Items with a large "
        f"difference: {named}.",
        len(large),
    )


def generous_sites(seen: Seen, plant: Plant) -> Sight:
    """P16: the places that endorse everybody highly are named, and hardly any other."""
    planted = set(plant["authorities"])
    said = seen.findings("endorsement", "site_endorses_everybody")
    named = {one.subject: one for one in said}
    others = sorted(set(named) - planted)
    shares = [
        f"{site} {short(row['top_share'])}{between(row['top_share_low'], row['top_share_high'])}"
        for row in seen.rows("endorsement", "sites")
        if (site := str(row["site"])) in planted
    ]
    return Sight(
        planted <= set(named) and len(others) <= wanted("P16")["most_false"],
        f"Rated high: {', '.join(shares)}. Named as endorsing nearly everybody: "
        f"{listed(sorted(named)) if named else 'none'}.",
        len(others),
    )


def small_cells(seen: Seen, _: Plant) -> Sight:
    """P21: no count of the small groups is published, nor can one be had by taking away."""
    columns = [name for name in ("la_id", "religion") if name in seen.study.persons]
    made = group_sizes(seen.study, group=columns)
    rows = made.tables["groups"]
    safe = gate(seen.study, [made], profile=wanted("P21")["profile"]).results[0].tables["groups"]
    small = ((rows["n"] > 0) & (rows["n"] < wanted("P21")["below"])).to_numpy()
    left = int(safe.loc[small, "n"].notna().sum())
    total = seen.study.responses.n_persons
    given = [
        name
        for name in columns
        if (small & (rows["group"] == name).to_numpy()).any()
        and _given_away(safe.loc[(safe["group"] == name).to_numpy(), "n"].tolist(), total)
    ]
    return Sight(
        bool(small.any()) and left == 0 and not given,
        f"Of {int(small.sum())} groups of fewer than {wanted('P21')['below']} persons {left} are "
        f"published; columns whose total gives one away: {listed(given) if given else 'none'}.",
        left,
    )


def _given_away(counts: list[float], total: int) -> bool:
    """Whether the total and what is shown leave one number only for a hidden count.

    Shown counts are known to the nearest 5, hidden ones to be 1 to 4 (or larger, where they are
    hidden for another's sake; then less is known).
    """
    hidden = sum(known(n) is None for n in counts)
    shown = [n for n in counts if known(n) is not None]
    reach = 2 * sum(n > 0 for n in shown)
    rest = total - sum(shown)
    least, most = max(hidden, rest - reach), min(4 * hidden, rest + reach)
    return hidden > 0 and least >= most


def _compared(seen: Seen, plant: Plant) -> Row:
    item, level = plant["items"][0], plant["level"]
    for row in seen.rows(_MATCHED, "items"):
        if row["item_id"] == item and row["group"] == plant["column"] and row["focal"] == level:
            return row
    raise AnalysisImpossible(f"{item} is not compared for {level}.")


def _takes_in(seen: Seen, row: Row, levels: set[str]) -> bool:
    """A level of the plant, or several of them taken together."""
    how = seen.study.spec.groups.get(str(row["group"]))
    joined = set(how.combine.get(str(row["focal"]), ())) if how else set()
    return str(row["focal"]) in levels or bool(joined and joined <= levels)


def _is_large(row: Row) -> bool:
    return str(row["verdict"]) == "large"
