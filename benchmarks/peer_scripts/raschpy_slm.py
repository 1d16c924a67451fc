"""raschpy: the Rasch model from pairs of items (Choppin's PAIR)."""

from __future__ import annotations

from typing import Any

import common
import numpy as np
import pandas as pd
import raschpy


def conditional(scores: Any, _job: dict[str, Any]) -> Any:
    names = [f"Q{j:03d}" for j in range(scores.shape[1])]
    model = raschpy.SLM(pd.DataFrame(scores.astype(np.int64), columns=names))

    def work() -> Any:
        model.calibrate()
        return model

    return work, lambda done: {"a": np.ones(len(names)), "b": done.items.loc[names].to_numpy()}


common.main({"conditional": conditional})
