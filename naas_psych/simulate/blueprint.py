"""What the forms were planned to cover."""

from __future__ import annotations

import pandas as pd

from naas_psych.packaged import toml_entries


def blueprint() -> pd.DataFrame:
    """One row a knowledge area: each has the same share of the items of every form."""
    names = list(toml_entries("simulate/topics.toml")["areas"].values())
    return pd.DataFrame({"domain": names, "share": 1.0 / len(names)})
