"""What else was collected on the specimen: judges' ratings, a plan, feedback, times."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

JUDGES = 8
ROLES = ("social_worker", "health")


def optional_tables(item_ids: Sequence[str], person_ids: Sequence[str]) -> dict[str, Any]:
    """The optional tables of a study, each with something of everything."""
    import pandas as pd

    return {
        "judgements": _judgements(item_ids),
        "judges": pd.DataFrame(
            {
                "judge_id": [f"X{k + 1}" for k in range(JUDGES)],
                "background": [("frontline", "academic")[k % 2] for k in range(JUDGES)],
            }
        ),
        "blueprint": pd.DataFrame({"domain": ["knowledge", "judgement"], "share": [0.5, 0.5]}),
        "angoff": _angoff(item_ids),
        "feedback": _feedback(item_ids, person_ids),
        "marks": _marks(person_ids),
        "endorsements": _endorsements(person_ids),
        "decisions": _decisions(item_ids),
    }


def _judgements(item_ids: Sequence[str]) -> Any:
    """Eight judges; the last item belongs to somebody else."""
    import pandas as pd

    generator = _generator()
    rows = []
    for judge in range(JUDGES):
        for j, item in enumerate(item_ids):
            low = j == len(item_ids) - 1
            relevance = float(generator.integers(1, 3) if low else generator.integers(3, 5))
            rows.append(
                {
                    "judge_id": f"X{judge + 1}",
                    "item_id": item,
                    "round": 1.0,
                    "relevance": relevance,
                    "clarity": float(generator.integers(2, 5)),
                    "essential": ("not_needed" if low else "essential"),
                    "role_owner": ROLES[int(low)],
                    "domain_match": ("knowledge", "judgement")[(j + (judge == j)) % 2],
                }
            )
    return pd.DataFrame(rows)


def _angoff(item_ids: Sequence[str]) -> Any:
    import pandas as pd

    generator = _generator()
    rows = [
        {
            "judge_id": f"X{judge + 1}",
            "item_id": item,
            "round": 1.0,
            "probability": float(0.8 - 0.1 * j + 0.05 * generator.standard_normal()),
        }
        for judge in range(JUDGES)
        for j, item in enumerate(item_ids)
    ]
    return pd.DataFrame(rows)


def _feedback(item_ids: Sequence[str], person_ids: Sequence[str]) -> Any:
    """Two thirds answer a form, some of them on an item; others answer an open call."""
    import pandas as pd

    generator = _generator()
    asked = [*person_ids[:40], *[None] * 10]
    n = len(asked)
    source = ["exit"] * 40 + ["open_call"] * 10
    return pd.DataFrame(
        {
            "person_id": pd.Series(asked, dtype=object),
            "source": source,
            "item_id": pd.Series(
                [item_ids[k % len(item_ids)] if k % 2 else None for k in range(n)], dtype=object
            ),
            "relevant": generator.integers(2, 6, n).astype(float),
            "time_enough": generator.integers(1, 6, n).astype(float),
            "text": pd.Series(["Too little time for so many questions."] * n, dtype=object),
        }
    )


def _marks(person_ids: Sequence[str]) -> Any:
    """Everybody is marked by two of three raters on two criteria."""
    import pandas as pd

    generator = _generator()
    rows = [
        {
            "person_id": person,
            "task_id": "T1",
            "rater_id": f"R{(k + second) % 3 + 1}",
            "criterion": criterion,
            "mark": mark,
            "global_rating": min(4.0, mark + float(k % 4 == 0)),
        }
        for k, person in enumerate(person_ids)
        for second in (0, 1)
        for criterion in ("clarity", "care")
        for mark in [float(generator.integers(1, 5))]
    ]
    return pd.DataFrame(rows)


def _endorsements(person_ids: Sequence[str]) -> Any:
    """Everybody was put forward from one of two places; ten others were not."""
    import pandas as pd

    generator = _generator()
    ids = [*person_ids, *(f"X{k + 1}" for k in range(10))]
    n, candidates = len(ids), len(person_ids)
    rating = generator.integers(2, 8, n).astype(float)
    return pd.DataFrame(
        {
            "person_id": ids,
            "put_forward": ["yes"] * candidates + ["no"] * 10,
            "site": [("east", "west")[k % 2] for k in range(n)],
            "rating": rating,
            "evidence_n": generator.integers(0, 6, n).astype(float),
            "decision": [("endorsed", "deferred")[k % 5 == 0] for k in range(n)],
            "kss_1": rating.clip(1, 7),
            "kss_2": generator.integers(1, 8, n).astype(float),
        }
    )


def _decisions(item_ids: Sequence[str]) -> Any:
    """One item is dropped, one on hold, one kept."""
    import pandas as pd

    return pd.DataFrame(
        {
            "item_id": [item_ids[-1], item_ids[1], item_ids[0]],
            "decision": ["drop", "hold", "keep"],
            "who": ["panel"] * 3,
            "when": ["2016-03-21"] * 3,
            "why": ["out of role", "to be asked", None],
        }
    )


def wording_of(j: int) -> dict[str, list[str]]:
    """Columns of the items table: what each item says, its level and its tags."""
    stems = (
        "Which step should a worker take first when a child asks for help at school?",
        "The family has moved twice this year and nobody has told the nursery. What comes next?",
        "Who has to be asked before a plan is changed, and in which order should they be asked?",
    )
    ends = ("Ask the child", "Write a report to the court", "Wait for a month", "Close the case")
    return {
        "cog_level": [("recall", "apply")[k % 2] for k in range(j)],
        "tags": [("teamwork", "", "error_safety|teamwork")[k % 3] for k in range(j)],
        "text": [
            f"{stems[k % 3]} Case {k + 1} is about parents and two children." for k in range(j)
        ],
        **{
            f"option_{letter}": [end] * 3 + [f"{end} today"] * (j - 3)
            for letter, end in zip("ABCD", ends, strict=True)
        },
    }


def times_of(n: int, j: int) -> Any:
    """(n, j) seconds; a few are hurried."""
    import numpy as np

    generator = _generator()
    seconds = np.exp(3.5 + 0.4 * generator.standard_normal((n, j)))
    seconds[:6, -1] = 1.5
    return seconds.astype(np.float32)


def positions_of(n: int, j: int) -> Any:
    """(n, j) places in the test; every other person meets the second and the third item swapped."""
    import numpy as np

    places = np.tile(np.arange(1, j + 1, dtype=np.int16), (n, 1))
    places[1::2, 1:3] = places[1::2, 2:0:-1]
    return places


def _generator() -> Any:
    import numpy as np

    return np.random.Generator(np.random.PCG64(2017))
