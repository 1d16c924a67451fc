"""What item relevance says in words that a critic of the test would accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import pandas as pd

from naas_psych.analyses.content.expert_panel import in_words
from naas_psych.analyses.items.phrasing import Row, known, listed
from naas_psych.finding import Finding
from naas_psych.finding_codes import found
from naas_psych.numerics.content_validity import chance_below
from naas_psych.result import Result
from naas_psych.thresholds import Thresholds


def item_relevance_findings(result: Result, thresholds: Thresholds) -> Iterator[Finding]:
    """Items out of role or of low relevance, those to settle, and what the whole test shows."""
    test = result.tables["test"].to_dict("records")[0]
    rows = result.tables["items"].to_dict("records")
    for verdict, say in _SAYINGS.items():
        for row in rows:
            if row["verdict"] == verdict and row["judges"] > 0:
                yield say(row, thresholds, role=in_words(test["role"]))
    yield from _elsewhere(rows)
    yield from _unjudged(result.tables["items"], thresholds)
    yield from _whole(test, thresholds)


def _out_of_role(row: Row, thresholds: Thresholds, *, role: str) -> Finding:
    return _item(
        row,
        thresholds,
        code="item_out_of_role",
        severity="warning",
        more=f"{row['named_elsewhere']} of {row['named_role']} name {_owners(row)}, "
        f"not {role}, as whose work it is",
    )


def _owners(row: Row) -> str:
    """The role most named, and that there are others where not all name the same."""
    most = round(row["role_share"] * row["named_role"])
    name = in_words(row["role_owner"])
    if most == row["named_elsewhere"]:
        return name
    if most > row["named_elsewhere"] / 2:
        return f"other roles (mostly {name})"
    return "other roles"


def _not_relevant(row: Row, thresholds: Thresholds, **_: str) -> Finding:
    sure = min(_chances(row)) >= thresholds["relevance_probability_sure"].value
    return _item(
        row,
        thresholds,
        code="item_relevance_low",
        severity="warning" if sure else "info",
        more="; ".join(filter(None, (_essential(row), "" if sure else "that settles nothing yet"))),
    )


def _essential(row: Row) -> str:
    if not row["rated_essential"]:
        return ""
    return f"{row['essential_judges'] or 'none'} of {row['rated_essential']} call it essential"


def _chances(row: Row) -> tuple[float, ...]:
    """How sure it is that too few hold the item relevant, and fewer than half essential."""
    low = float(row["probability_not_relevant"])
    if not row["rated_essential"]:
        return (low,)
    few = chance_below(row["essential_judges"], row["rated_essential"], line=0.5)
    return low, float(few)


def _keep(row: Row, thresholds: Thresholds, *, role: str) -> Finding:
    essential = _essential(row)
    own = row["named_role"] - row["named_elsewhere"]
    owner = f" and {own} of {row['named_role']} say it is the work of the {role}"
    return _item(
        row,
        thresholds,
        code="keep_essential",
        severity="info",
        more=essential + (owner if row["named_role"] else ""),
    )


def _doubtful(row: Row, thresholds: Thresholds, **_: str) -> Finding:
    target = 100 * thresholds["relevance_i_cvi_min"].value
    return _item(
        row,
        thresholds,
        code="relevance_uncertain",
        severity="info",
        more=f"a share above and one below {target:.0f} of 100 remain plausible",
    )


_SAYINGS: dict[str, Callable[..., Finding]] = {
    "out_of_role": _out_of_role,
    "not_relevant": _not_relevant,
    "keep_essential": _keep,
    "doubtful": _doubtful,
}


def _item(row: Row, thresholds: Thresholds, *, code: str, severity: Any, more: str) -> Finding:
    """One sentence: how many call the item relevant, what is plausible, and what decides."""
    tail = f"; {more}." if more else "."
    return found(
        code=code,
        severity=severity,
        subject=str(row["item_id"]),
        sentence=f"{row['item_id']}: {votes(row)}{tail}",
        value=known(row["i_cvi"]),
        limits=(row["i_cvi_low"], row["i_cvi_high"]),
        probability=row["probability_not_relevant"],
        threshold=thresholds["relevance_i_cvi_min"],
    )


def votes(row: Row) -> str:
    """`4 of 14 experts call it relevant (plausible 12 to 55 of 100)`."""
    low, high = (round(100 * row[f"i_cvi_{end}"]) for end in ("low", "high"))
    number = row["relevant_judges"] or "none"
    verb = "calls" if row["relevant_judges"] == 1 else "call"
    return (
        f"{number} of {row['judges']} experts {verb} it relevant (plausible {low} to {high} of 100)"
    )


def _elsewhere(rows: Sequence[Row]) -> Iterator[Finding]:
    """Items that most judges place in another area than the one they were written for."""
    for row in rows:
        high = known(row.get("congruence_high"))
        if high is None or high >= 0.5:
            continue
        yield found(
            code="item_placed_elsewhere",
            severity="warning",
            subject=str(row["item_id"]),
            sentence=f"{row['item_id']}: only {row['matched_judges']} judges place it in the area "
            f"it was written for (at most {round(100 * high)} of 100 would).",
            value=row["congruence"],
            limits=(row["congruence_low"], high),
        )


def _unjudged(items: pd.DataFrame, thresholds: Thresholds) -> Iterator[Finding]:
    few = items.loc[items["verdict"] == "cannot_tell", "item_id"].tolist()
    if few:
        least = thresholds["relevance_judges_min"]
        yield found(
            code="items_not_judged",
            severity="info",
            subject="test",
            sentence=f"{len(few)} of {len(items)} items were rated by fewer than "
            f"{least.value:.0f} experts: {listed(map(str, few))}.",
            value=float(len(few)),
            threshold=least,
        )


def _whole(test: Row, thresholds: Thresholds) -> Iterator[Finding]:
    """S-CVI/Ave below its line: surely, or perhaps."""
    line = thresholds["relevance_s_cvi_min"]
    value, low, high = (known(test[f"s_cvi_ave{end}"]) for end in ("", "_low", "_high"))
    if value is None or low is None or high is None or low >= line.value:
        return
    sure = high < line.value
    tail = "" if sure else f"; values on both sides of {line.value:.2f} remain plausible"
    yield found(
        code="test_relevance_low",
        severity="warning" if sure else "info",
        subject="test",
        sentence=f"On average {100 * value:.0f} of 100 experts call an item relevant "
        f"({100 * low:.0f} to {100 * high:.0f}){tail}.",
        value=value,
        limits=(low, high),
        threshold=line,
    )
