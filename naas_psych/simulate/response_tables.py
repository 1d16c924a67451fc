"""The responses as files have them: long with everything, and wide in three ways."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from naas_psych.simulate.bank import Bank
from naas_psych.simulate.cast import Cast
from naas_psych.simulate.choosing import letters
from naas_psych.simulate.draws import Ints
from naas_psych.simulate.plan import ALPHA, BETA, Plan
from naas_psych.simulate.sitting import ANSWERED, STATES, Sitting

#: What a wide table writes where nothing was recorded, and what study.toml says it means.
CODES = {"omitted": "OM", "not_reached": "NR", "technical_loss": "TL", "not_administered": "NP"}
_LETTERS = [letters(k) for k in range(256)]


def responses_long(plan: Plan, cast: Cast, bank: Bank, sat: Sitting) -> pd.DataFrame:
    """One row a candidate and item of their form."""
    n, length = sat.rows.shape
    answered = sat.states == ANSWERED
    phases = np.repeat(cast.candidates["phase"].to_numpy() == BETA, length)
    score = pd.array(sat.marks.ravel(), dtype="Int8")
    score[~answered.ravel()] = pd.NA
    return pd.DataFrame(
        {
            "person_id": _named(np.repeat(np.arange(n), length), cast.candidates["person_id"]),
            "form_id": _named(phases.astype(np.int8), [ALPHA, BETA]),
            "item_id": _named(sat.rows.ravel(), bank.items["item_id"]),
            "position": np.tile(np.arange(1, length + 1), n),
            "response": _recorded(sat).ravel(),
            "score": score,
            "response_time": np.round(sat.seconds, 3).ravel(),
            "visits": _visits(plan, sat).ravel(),
            "state": _named(sat.states.ravel(), STATES),
            "seq": np.tile(np.arange(1, length + 1), n),
        }
    )


def _named(codes: NDArray[Any], names: Iterable[str]) -> Any:
    """Codes as a column of names; each name is kept once."""
    return pd.Categorical.from_codes(codes, pd.Index(list(names)))


def _visits(plan: Plan, sat: Sitting) -> Ints:
    """(N, L) how often a candidate looked at an item; 0 where it was not reached."""
    edges = np.cumsum(plan.numbers["sitting"]["visits"])
    draw = plan.stream("visits").random(sat.rows.shape)
    visits = np.searchsorted(edges, draw, side="right") + 1
    return np.where(np.isnan(sat.seconds), 0, np.minimum(visits, len(edges)))


def _recorded(sat: Sitting) -> NDArray[np.object_]:
    """(N, L) the options picked, None where nothing was recorded."""
    texts: NDArray[np.object_] = np.array(_LETTERS, dtype=object)[sat.picked]
    texts[sat.states != ANSWERED] = None
    return texts


def responses_wide_raw(cast: Cast, bank: Bank, sat: Sitting) -> pd.DataFrame:
    """One row a candidate, one column an item: the options picked, or why there are none."""
    return _wide(cast, bank, sat, _coded(sat, _recorded(sat)), CODES["not_administered"])


def responses_wide_scored(cast: Cast, bank: Bank, sat: Sitting) -> pd.DataFrame:
    """One row a candidate, one column an item: the marks by the recorded key."""
    marks = np.array([str(k) for k in range(int(sat.highest.max()) + 1)], dtype=object)[sat.marks]
    return _wide(cast, bank, sat, _coded(sat, marks), CODES["not_administered"])


def times_wide(cast: Cast, bank: Bank, sat: Sitting) -> pd.DataFrame:
    """One row a candidate, one column an item: seconds, empty where there are none."""
    return _wide(cast, bank, sat, np.round(sat.seconds, 3), np.nan)


def _coded(sat: Sitting, texts: NDArray[np.object_]) -> NDArray[np.object_]:
    """(N, L) the texts, or the code that says why there is none."""
    coded = texts.copy()
    for k, state in enumerate(STATES):
        if k != ANSWERED:
            coded[sat.states == k] = CODES[state]
    return coded


def _wide(cast: Cast, bank: Bank, sat: Sitting, cells: NDArray[Any], nothing: Any) -> pd.DataFrame:
    """Cells (N, L) by position as columns by item, in the order of the bank."""
    scored = bank.scored
    column = np.full(len(bank.items), -1)
    column[scored] = np.arange(len(scored))
    table = np.full((len(cells), len(scored)), nothing, dtype=cells.dtype)
    np.put_along_axis(table, column[sat.rows], cells, axis=1)
    names = bank.items["item_id"].to_numpy()[scored]
    frame = pd.DataFrame(table, columns=names)
    frame.insert(0, "person_id", cast.candidates["person_id"].to_numpy())
    return frame
