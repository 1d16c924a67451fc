"""What the specimen has on standard setting, components and the population it stands for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

JUDGES = 8
LEVELS = ("not_met", "partially_met", "met")


def standard_tables(item_ids: Sequence[str], person_ids: Sequence[str]) -> dict[str, Any]:
    """One table for each way of setting a standard, and of components and a frame."""
    import pandas as pd

    return {
        "compromise": _compromise(),
        "ebel_items": pd.DataFrame(
            [
                {"item_id": item, "relevance": ("essential", "important")[j % 2], "difficulty": d}
                for j, item in enumerate(item_ids)
                for d in [("easy", "medium")[j // 3 % 2]]
            ]
        ),
        "ebel_success": pd.DataFrame(
            [
                {
                    "judge_id": f"X{k + 1}",
                    "relevance": relevance,
                    "difficulty": difficulty,
                    "success": 0.9 - 0.1 * i - 0.15 * j + 0.01 * k,
                }
                for k in range(JUDGES)
                for i, relevance in enumerate(("essential", "important"))
                for j, difficulty in enumerate(("easy", "medium"))
            ]
        ),
        "nedelsky": pd.DataFrame(
            [
                {"judge_id": f"X{k + 1}", "item_id": item, "eliminated": ("C|D", "D")[(k + j) % 2]}
                for k in range(JUDGES)
                for j, item in enumerate(item_ids)
            ]
        ),
        "bookmark": pd.DataFrame(
            [
                {
                    "judge_id": f"X{k + 1}",
                    "item_id": item_ids[(2, 3)[k % 2]],
                    "round": 1.0,
                    "panel_table": ("A", "B")[k // 4],
                    "boundary": "met",
                }
                for k in range(JUDGES)
            ]
        ),
        "judged_persons": _judged(person_ids),
        "components": pd.DataFrame(
            {
                "person_id": list(person_ids),
                "test": [float(30 + k % 60) for k in range(len(person_ids))],
                "practice": [float(1 + (k * 7) % 13 / 2) for k in range(len(person_ids))],
            }
        ),
        "frame": pd.DataFrame(
            {"site": ["north", "south"] * 150, "post": ["new", "old", "old"] * 100}
        ),
    }


def standard_spec() -> dict[str, Any]:
    """The settings of study.toml that go with these tables."""
    return {
        "standard": {
            "levels": list(LEVELS),
            "grades": {"column": "global_rating", "borderline": {"met": 2.5}},
            "adjustment": {"met": {"sem": 1.0, "shift": -0.5, "by": "the board"}},
        },
        "population": {"size": 300, "strata": ["site", "post"]},
        "decision": {
            "components": {
                "test": {
                    "column": "test",
                    "reliability": 0.8,
                    "cuts": {"met": 60, "partially_met": 45},
                },
                "practice": {
                    "column": "practice",
                    "reliability": 0.6,
                    "cuts": {"met": 4, "partially_met": 2},
                },
            }
        },
    }


def _compromise() -> Any:
    import pandas as pd

    return pd.DataFrame(
        [
            {
                "judge_id": f"X{k + 1}",
                "min_cut": 40.0 + k,
                "max_cut": 60.0 + k,
                "min_fail": 5.0 + k,
                "max_fail": 50.0 + k,
                "cut": 50.0 + 2 * k,
                "pass_rate": 60.0 + k,
                "cut_se": 4.0,
                "pass_rate_se": 6.0,
            }
            for k in range(JUDGES)
        ]
    )


def _judged(person_ids: Sequence[str]) -> Any:
    import pandas as pd

    n = len(person_ids)
    rows = []
    for judge in range(2):
        for k, person in enumerate(person_ids):
            place = min(max((k + 4 * judge - 2 + 7 * (k % 3 - 1)) * 3 // n, 0), 2)
            rows.append(
                {
                    "judge_id": f"X{judge + 1}",
                    "person_id": person,
                    "round": 1.0,
                    "level": "borderline" if k % 5 == judge else LEVELS[place],
                }
            )
    return pd.DataFrame(rows)
