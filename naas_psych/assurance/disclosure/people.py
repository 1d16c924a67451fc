"""The number of persons of a study, and a study that carries the profile in force."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from naas_psych.assurance.disclosure.profiles import profiles
from naas_psych.study.study import Study


def under_profile(study: Study, profile: str) -> Study:
    """The same study with `profile` in force: what is said of it outside of results obeys it."""
    chosen = study.spec.disclosure.model_copy(update={"profile": profile})
    made = replace(study, spec=study.spec.model_copy(update={"disclosure": chosen}))
    made.__dict__["fingerprint"] = study.fingerprint
    return made


def persons_shown(study: Study) -> int:
    """How many persons there are, as the profile in force shows it."""
    rules = profiles()[study.spec.disclosure.profile or "none"]
    return int(rules.rounded(np.array([float(study.responses.n_persons)]))[0])
