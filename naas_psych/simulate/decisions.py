"""What an invented panel decided of the items after the pilot."""

from __future__ import annotations

import pandas as pd

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.plan import Plan

_COLUMNS = ("item_id", "decision", "who", "when", "why")


def decisions(plan: Plan, bank: Bank) -> pd.DataFrame:
    """One row an item decided, in the order of the items; what was not planted has none."""
    numbers = plan.numbers["decisions"]
    made = [name for name in numbers if name == "usual" or plan.has(name)]
    known = {
        item: {
            "item_id": item,
            "decision": one["decision"],
            "who": numbers["who"],
            "when": numbers["later" if one.get("later") else "when"],
            "why": one["why"],
        }
        for name in made
        for item, one in numbers[name].items()
    }
    rows = [known[item] for item in bank.items["item_id"] if item in known]
    return pd.DataFrame(rows, columns=_COLUMNS)
