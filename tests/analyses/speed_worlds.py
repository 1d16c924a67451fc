"""Small tests that were sat in time and in haste, for the tests of the chapter on time."""

from __future__ import annotations

from typing import Any

import numpy as np

from naas_psych.study.spec import Speed
from naas_psych.study.study import Study
from tests.make import study_from_choices

OPTIONS = np.array(list("ABCD"), dtype=object)


def sat(
    *,
    persons: int = 200,
    items: int = 24,
    hasty: float = 0.0,
    last: int = 3,
    seed: int = 2017,
    times: bool = True,
    speed: dict[str, Any] | None = None,
    **more: Any,
) -> Study:
    """A share `hasty` of the persons guesses the `last` items within about five seconds."""
    generator = np.random.Generator(np.random.PCG64(seed))
    right = generator.random((persons, items)) < 0.8
    seconds = np.exp(generator.normal(np.log(45), 0.4, (persons, items)))
    rapid = np.zeros((persons, items), dtype=bool)
    rapid[: round(hasty * persons), items - last :] = True
    right = np.where(rapid, generator.random((persons, items)) < 0.25, right)
    seconds = np.where(rapid, np.exp(generator.normal(np.log(5), 0.3, rapid.shape)), seconds)
    wrong = OPTIONS[generator.integers(1, 4, (persons, items))]
    letters = np.where(right, "A", wrong)
    if times:
        more["times"] = seconds.astype(np.float32)
    columns = {f"option_{letter}": ["text"] * items for letter in "ABCD"}
    study = study_from_choices(letters, ["A"] * items, items=columns, **more)
    if speed is not None:
        object.__setattr__(
            study, "spec", study.spec.model_copy(update={"speed": Speed.model_validate(speed)})
        )
    return study
